//! What an attack has found, and what was mended since.

use std::sync::Arc;
use std::time::Duration;

use approvals_core::{Denied, Gate, GateBuilder, Keyring, Obligation, Phase, PolicyFn, Verdict};
use approvals_slack::SlackApprover;
use fake_slack::{FakeSlack, Fault};

use crate::office::*;
use crate::process::*;

/// One of `ops`, who are asked in one channel, and one of `leads`, who are asked in another.
fn of_both() -> Plan {
    let both = Obligation::new("asked").unwrap().seats("ops", 1).unwrap();
    let obligation = both.seats("leads", 1).unwrap();
    Plan { obligation, config: leads_in_the_vault, ..Plan::of(1, "ops") }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_put_off_gets_its_card_later_although_another_has_one() {
    let office = Office::open(of_both()).await;
    office.slack.fault("chat.postMessage", Fault::too_many_requests(Some("1")));
    let _running = office.run();
    office.card_in(VAULT).await;
    let is_there =
        || async { office.slack.messages(DEPLOYS).iter().any(|one| button(one, REJECT).is_some()) };
    assert!(within(20, is_there).await, "nobody of `ops` is ever asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_failures_of_a_moment_deny_nobody() {
    let office = Office::open(Plan::of(1, "ops")).await;
    for _ in 0..2 {
        office.slack.fault("chat.postMessage", Fault::status(503));
    }
    let running = office.run();
    pause(3).await;
    assert!(!running.is_finished(), "{:?}", running.await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute of waiting: `cargo xtask nightly clicks`"]
async fn nightly_a_slack_that_hangs_for_half_a_minute_denies_nobody() {
    let office = Office::open(of_both()).await;
    office.slack.fault_always("chat.update", Fault::hang());
    let running = office.run();
    pause(33).await;
    office.slack.heal("chat.update");
    assert!(!running.is_finished(), "{:?}", running.await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute of waiting: `cargo xtask nightly clicks`"]
async fn nightly_what_one_channel_shows_is_not_closed_as_shown_to_nobody_although_another_hangs() {
    let office = Office::open(of_both()).await;
    office.slack.fault_always("chat.postMessage", Fault::slow(Duration::from_secs(9)));
    office.slack.fault("chat.update", Fault::slow(Duration::ZERO));
    office.slack.fault_always("chat.update", Fault::hang());
    let running = office.run();
    pause(15).await;
    let card = office.card().await;
    pause(20).await;
    office.slack.heal("chat.update");
    office.slack.heal("chat.postMessage");
    pause(8).await;
    // It is not over, since somebody sees it; and what they see is good.
    assert_eq!(*office.only().await.1.phase(), Phase::Pending);
    assert!(has_buttons(&office, &card), "it waits, and nobody can press anything");
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    assert!(matches!(running.await.unwrap(), Err(Denied::Rejected { .. })));
    office.until_shows(&card, "Rejected").await;
    assert!(!has_buttons(&office, &card), "it is rejected, and still has live buttons");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escalation_that_slack_puts_off_is_made_later() {
    let one = Obligation::new("asked").unwrap().seats("ops", 1).unwrap();
    let obligation = one.escalate(Duration::from_secs(3), "leads").unwrap();
    let office =
        Office::open(Plan { obligation, config: leads_in_the_vault, ..Plan::of(1, "ops") }).await;
    let _running = office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    office.slack.fault("chat.postMessage", Fault::slow(Duration::ZERO));
    office.slack.fault("chat.postMessage", Fault::too_many_requests(Some("1")));
    let said = |slack: &FakeSlack| slack.replies(DEPLOYS, &card.ts).pop();
    office.slack.until("it is said under the card", said).await;
    let is_there =
        || async { office.slack.messages(VAULT).iter().any(|one| button(one, REJECT).is_some()) };
    assert!(within(20, is_there).await, "`leads` never see the card in their channel");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute of waiting: `cargo xtask nightly clicks`"]
async fn nightly_an_escalation_comes_although_the_card_cannot_be_changed_just_then() {
    let one = Obligation::new("asked").unwrap().seats("ops", 1).unwrap();
    let obligation = one.escalate(Duration::from_secs(3), "leads").unwrap();
    let office =
        Office::open(Plan { obligation, config: leads_in_the_vault, ..Plan::of(1, "ops") }).await;
    let _running = office.run();
    office.card().await;
    office.until(is_shown).await;
    office.slack.fault("chat.update", Fault::too_many_requests(Some("16")));
    office.until(|state| !state.nudges().is_empty()).await;
    let is_there =
        || async { office.slack.messages(VAULT).iter().any(|one| button(one, REJECT).is_some()) };
    assert!(within(30, is_there).await, "`leads` never see the card in their channel");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute of waiting: `cargo xtask nightly clicks`"]
async fn nightly_clicks_of_somebody_without_rights_leave_the_buttons_of_others_alive() {
    let office = Office::open(Plan { config: leads_anywhere, ..Plan::of(1, "leads") }).await;
    let running = office.run();
    let card = office.card().await;
    office.settled().await;
    // Slack wants a pause, as it does after fifty changes a minute.
    office.slack.fault("chat.update", Fault::too_many_requests(Some("16")));
    for _ in 0..18 {
        assert!(office.click(&card, APPROVE, CAROL).send().await.is_acked);
    }
    pause(20).await;
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    let is_approved = within(10, || async { running.is_finished() }).await;
    assert!(is_approved, "Ada clicks what she sees, and is told: {}", office.told(ADA).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn clicks_of_somebody_without_rights_do_not_fill_the_ledger() {
    let office = Office::open(Plan { config: leads_anywhere, ..Plan::of(1, "leads") }).await;
    let _running = office.run();
    let card = office.card().await;
    office.settled().await;
    let before = office.only().await.1.version();
    let changes = office.slack.calls_of("chat.update").len();
    for _ in 0..20 {
        assert!(office.click(&card, APPROVE, CAROL).send().await.is_acked);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    pause(3).await;
    let events = office.only().await.1.version() - before;
    let changes = office.slack.calls_of("chat.update").len() - changes;
    assert!(events <= 45 && changes <= 2, "{events} events, and {changes} changes of one card");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_told_the_end_once_the_token_is_good_again() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    office.slack.fault_always("chat.update", Fault::error("token_revoked"));
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    assert!(matches!(running.await.unwrap(), Err(Denied::Rejected { .. })));
    pause(2).await;
    office.slack.heal("chat.update");
    // As after a restart with the new token.
    let second = start(&office.slack, &office.log, Plan::of(1, "ops")).await;
    second.gate.recover().await.unwrap();
    let is_closed = || async { !has_buttons(&office, &card) };
    assert!(within(20, is_closed).await, "it is rejected, and still has live buttons");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute of waiting: `cargo xtask nightly clicks`"]
async fn nightly_a_card_is_told_the_end_although_slack_was_away_since_the_restart() {
    let short = Obligation::new("short").unwrap().seats("ops", 1).unwrap();
    let plan = || Plan {
        obligation: short.clone().approve_within(Duration::from_secs(18)),
        ..Plan::of(1, "ops")
    };
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, plan()).await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    drop(first);
    office.slack.fault_always("auth.test", Fault::status(503));
    let second = process(&office, plan()).await;
    second.recover().await;
    office.until(|state| matches!(state.phase(), Phase::Ended(_))).await;
    pause(1).await;
    office.slack.heal("auth.test");
    let is_closed = || async { !has_buttons(&office, &card) };
    assert!(within(30, is_closed).await, "it has expired, and still has live buttons");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_stays_good_while_somebody_thinks_and_others_without_rights_click() {
    let office = Office::open(Plan { config: leads_anywhere, ..Plan::of(1, "leads") }).await;
    let running = office.run();
    let card = office.card().await;
    office.settled().await;
    // Ada has the dialogue open that asks her whether she is sure.
    let click = office.click(&card, APPROVE, ADA);
    for _ in 0..18 {
        assert!(office.click(&card, APPROVE, CAROL).send().await.is_acked);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    pause(2).await;
    assert!(click.send().await.is_acked);
    let is_approved = within(10, || async { running.is_finished() }).await;
    assert!(is_approved, "Ada is told: {}", office.told(ADA).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_write_the_store_and_has_no_key_votes_for_nobody() {
    use approvals_core::{Append, Ledger, NewEntry, What};
    use base64::prelude::*;
    let office = Office::open(Plan { config: leads_anywhere, ..Plan::of(1, "leads") }).await;
    let key = || deploy().key("release-7").unwrap();
    office.host.gate.submit(key()).await.unwrap();
    let card = office.card().await;
    office.settled().await;
    // One who is not asked presses a button, and is refused.
    assert!(office.click(&card, APPROVE, CAROL).send().await.is_acked);
    let refused = || async {
        let (id, trail) = (office.only().await.0, office.trail().await);
        trail.events(id).iter().any(|event| matches!(event.what, What::Dismissed { .. }))
    };
    assert!(within(10, refused).await);
    pause(2).await;
    // The same entry, in the store, under the name of one who is asked, as far as that can be without a key.
    let entries = office.log.0.entries(0, usize::MAX).await.unwrap();
    let text = |entry: &approvals_core::Entry| String::from_utf8(entry.bytes.clone()).unwrap();
    let pressed = entries.iter().map(text).find(|text| text.contains(r#""what":{"pressed""#));
    let mut event: serde_json::Value = serde_json::from_str(&pressed.unwrap()).unwrap();
    let payload = event["what"]["pressed"]["envelope"]["payload"].as_str().unwrap();
    let said = String::from_utf8(BASE64_STANDARD.decode(payload).unwrap()).unwrap();
    assert!(said.contains(CAROL), "{said}");
    let mut said: serde_json::Value = serde_json::from_str(&said.replace(CAROL, ADA)).unwrap();
    said["id"] = approvals_core::Digest::of("press", b"forged").to_string().into();
    let (id, state) = office.only().await;
    event["what"]["pressed"]["envelope"]["payload"] =
        BASE64_STANDARD.encode(said.to_string()).into();
    event["at"] = (state.last_at().as_millis() + 1).into();
    let bytes = event.to_string().into_bytes();
    let entries = vec![NewEntry { bytes, attachments: Vec::new() }];
    let append =
        Append { request: Some(id), expected: state.version(), log_expected: None, entries };
    office.log.0.append(append).await.unwrap();
    // The next time that a process starts:
    let second =
        start(&office.slack, &office.log, Plan { config: leads_anywhere, ..Plan::of(1, "leads") })
            .await;
    drop(second.gate.recover().await);
    pause(4).await;
    let entries = office.log.0.entries(0, usize::MAX).await.unwrap();
    let decided = entries.iter().map(text).any(|text| text.contains(r#""what":{"decided""#));
    assert!(!decided, "Ada has touched nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_with_a_bad_token_spoils_no_card_of_another() {
    let office = Office::open(Plan::of(2, "ops")).await;
    office.host.gate.submit(deploy().key("release-7").unwrap()).await.unwrap();
    let card = office.card().await;
    office.settled().await;
    let second = start(&office.slack, &office.log, Plan::of(2, "ops")).await;
    second.gate.recover().await.unwrap();
    pause(2).await;
    // Of the two processes that tell of the vote, one is refused by Slack for reasons of its own.
    office.slack.fault("chat.update", Fault::error("token_expired"));
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    office.until(|state| state.decisions().len() == 1).await;
    pause(3).await;
    let now = office.slack.message(&card.channel, &card.ts).unwrap();
    assert!(office.click(&now, REJECT, BOB).send().await.is_acked);
    office.until(|state| matches!(state.phase(), Phase::Ended(_))).await;
    let is_closed = within(15, || async { !has_buttons(&office, &card) }).await;
    assert!(is_closed, "it is rejected, and still has live buttons");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sockets_of_a_gate_that_is_gone_are_closed() {
    let office = Office::open(Plan { way: Way::Socket, ..Plan::of(1, "ops") }).await;
    office.slack.until_connected(2).await;
    let Host { gate, approver, .. } = office.host;
    drop(gate);
    let slack = office.slack.clone();
    let are_closed = || async { slack.connections().is_empty() };
    let are_closed = within(10, are_closed).await;
    assert!(are_closed, "{} sockets are open, of {approver:?}", slack.connections().len());
}

/// A gate of an approver that may have had others before.
fn gate_of(office: &Office, approver: &SlackApprover) -> GateBuilder {
    let keys = Keyring::generate().unwrap();
    Gate::builder()
        .policy(PolicyFn::new("all/1", |_| Verdict::Allow).unwrap())
        .ledger(Arc::clone(&office.log.0))
        .directory(approver.directory(people()))
        .approver(approver.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(agent())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_whose_gate_could_not_be_built_can_be_tried_again() {
    use approvals_core::{Approver, ApproverError, Card, Desk, Presented};
    #[derive(Debug)]
    struct NotYet;
    #[async_trait::async_trait]
    impl Approver for NotYet {
        fn channel(&self) -> &'static str {
            "pager"
        }
        async fn open(&self, _: &Desk) -> Result<(), ApproverError> {
            Err(ApproverError::new("the pager is away"))
        }
        async fn present(&self, _: &Card, _: &Desk) -> Result<Presented, ApproverError> {
            Ok(Presented::new())
        }
    }
    let office = Office::open(Plan::of(1, "ops")).await;
    let approver = SlackApprover::new(config_for(&office.slack, Way::Socket)).unwrap();
    assert!(gate_of(&office, &approver).approver(NotYet).build().await.is_err());
    pause(2).await;
    assert_eq!(office.slack.connections().len(), 0, "no gate, and sockets");
    let _gate = gate_of(&office, &approver).build().await.unwrap();
    office.slack.until_connected(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_is_built_as_soon_as_another_is_gone_keeps_its_sockets() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let approver = SlackApprover::new(config_for(&office.slack, Way::Socket)).unwrap();
    let first = gate_of(&office, &approver).build().await.unwrap();
    office.slack.until_connected(2).await;
    drop(first);
    let _second = gate_of(&office, &approver).build().await.unwrap();
    pause(3).await;
    office.slack.until_connected(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_group_that_is_switched_off_keeps_nobody_else_from_deciding() {
    let office = Office::open(Plan { config: leads_anywhere, ..Plan::of(1, "ops") }).await;
    let running = office.run();
    let card = office.card().await;
    office.slack.edit(|world| world.group(LEADS).is_disabled = true);
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    let is_over = within(10, || async { running.is_finished() }).await;
    assert!(is_over, "`leads` are not asked, and Ada is told: {}", office.told(ADA).await);
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_comes_to_a_gate_of_another_ledger_is_left_for_the_right_one() {
    let office = Office::open(Plan { way: Way::Socket, ..Plan::of(1, "ops") }).await;
    let ours = office.slack.until_connected(2).await;
    let key = approvals_core::LocalSigner::from_seed(&[2; 32]).unwrap();
    let elsewhere = approvals_core::MemoryLedger::new("example.org/other/test", key).await.unwrap();
    let plan = Plan { way: Way::Socket, ..Plan::of(1, "ops") };
    let _other = start(&office.slack, &chat_bench::Log(Arc::new(elsewhere)), plan).await;
    let all = office.slack.until_connected(4).await;
    let theirs = all.iter().find(|one| ours.iter().all(|our| our.id != one.id)).unwrap().id;
    let running = office.run();
    let card = office.card().await;
    let answer = office.click(&card, APPROVE, ADA).over(theirs).send().await;
    let is_over = within(5, || async { running.is_finished() }).await;
    assert!(is_over || !answer.is_acked, "acknowledged, and told: {}", office.told(ADA).await);
}
