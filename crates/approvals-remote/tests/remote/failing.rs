//! What a network and a server can do to a call.

use std::time::Duration;

use approvals_core::*;

use crate::line::Line;
use crate::site::{Site, call, deploy, executed, ran};

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_started_anew_while_somebody_waits_is_waited_for() {
    let mut site = Site::new().await;
    let remote = site.remote();
    let waiting = tokio::spawn(async move { ran(&remote, deploy()).await });
    let _shown_before = site.inbox.next().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    site.crash();
    tokio::time::sleep(Duration::from_millis(500)).await;
    site.inbox = InMemoryApprover::new();
    site.serve().await;
    assert!(!waiting.is_finished());
    // Whoever was asked before decides at the new one.
    let id = site.trail().await.states().next().unwrap().0;
    let desk = site.gate.as_ref().unwrap().desk();
    let (card, _) = desk.state_of(id).await.unwrap().unwrap();
    let mira = ChannelIdentity::new("memory", "mira").unwrap();
    desk.decide(&mira, Ballot::approve(&card).unwrap()).await.unwrap();
    assert_eq!(waiting.await.unwrap(), (Ok(1), 1));
    site.assert_phase(&executed(Execution::Succeeded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_lost_on_the_way_run_nothing_twice() {
    for lost in ["/requests", "/start", "/finish", "=pending"] {
        for times in [1, 4] {
            let line = Line::new().await;
            let site = Site::known_at(Some(line.address)).await;
            line.lead_to(site.address);
            line.lose(lost, times);
            site.will_approve();
            let (result, runs) = ran(&site.remote_at(line.address), deploy()).await;
            // Whoever asks is told at once if nobody can be asked; all that comes after that is insisted on.
            let is_given_up = lost == "/requests" && times > 3;
            assert_eq!((result.is_ok(), runs == 1), (!is_given_up, !is_given_up), "{lost} {times}");
            assert_eq!(site.starts().await, runs, "{lost} {times}");
            if !is_given_up {
                site.assert_phase(&executed(Execution::Succeeded)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_started_and_cannot_be_known_is_in_doubt_and_does_not_run() {
    let line = Line::new().await;
    let site = Site::known_at(Some(line.address)).await;
    line.lead_to(site.address);
    line.lose("/start", usize::MAX);
    let remote = site.remote_at(line.address).patience(Duration::from_millis(500));
    let (result, times) = ran(&remote, call("app.free").key("k").unwrap()).await;
    assert!(matches!(result, Err(Denied::InDoubt { retry_from: None, .. })), "{result:?}");
    assert_eq!((times, site.starts().await), (0, 1));
    // Also for whoever asks again, by a line that loses nothing.
    let (again, times) = ran(&site.remote(), call("app.free").key("k").unwrap()).await;
    assert!(matches!(again, Err(Denied::InDoubt { .. })), "{again:?}");
    assert_eq!((times, site.starts().await), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_without_a_queue() {
    let mut site = Site::new().await;
    site.crash();
    let remote = site.remote().patience(Duration::from_millis(200));
    let away = Err(Denied::Unavailable { what: "the queue" });
    assert_eq!(ran(&remote, call("app.free")).await, (away, 0));
}
