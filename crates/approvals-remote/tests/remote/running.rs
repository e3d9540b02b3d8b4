//! What runs here when it is decided elsewhere, and what does not.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use approvals_core::*;

use crate::site::{Site, call, closed, deploy, executed, ran};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_or_allowed_over_http_runs_here_once() {
    for name in ["app.deploy", "app.free"] {
        let site = Site::new().await;
        site.will_approve();
        let keyed = call(name).key("k").unwrap();
        assert_eq!(ran(&site.remote(), keyed.clone()).await, (Ok(1), 1));
        site.assert_phase(&executed(Execution::Succeeded)).await;
        let (again, times) = ran(&site.remote(), keyed).await;
        assert!(matches!(again, Err(Denied::AlreadyRan { succeeded: true, .. })), "{again:?}");
        assert_eq!((times, site.starts().await), (0, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_denied_over_http_hears_what_a_gate_of_their_own_would_say() {
    let site = Site::new().await;
    let remote = site.remote();
    let denied = Denied::ByPolicy { reason: "never".into() };
    assert_eq!(ran(&remote, call("app.never")).await, (Err(denied), 0));

    let late = deploy().expires_after(Duration::from_millis(300));
    assert_eq!(ran(&remote, late).await, (Err(Denied::Expired), 0));

    site.will_decide(|card| Ballot::reject(card, "not on a Friday").unwrap());
    let by = "u:mira".parse().unwrap();
    let rejected = Denied::Rejected { by, reason: Some("not on a Friday".into()) };
    assert_eq!(ran(&remote, deploy()).await, (Err(rejected), 0));
    let (paused, times) = ran(&remote, deploy()).await;
    assert!(matches!(paused, Err(Denied::JustRejected { .. })), "{paused:?}");
    assert_eq!(times, 0);

    let first = call("app.free").key("k").unwrap();
    let request = remote.submit(first).await.unwrap().request;
    let other = DynamicAction::from_json("app.free", b"{}").unwrap().key("k").unwrap();
    assert_eq!(ran(&remote, other).await, (Err(Denied::Conflict { request }), 0));
    remote.withdraw(request).await.unwrap();
    let first = call("app.free").key("k").unwrap();
    assert_eq!(remote.submit(first.clone()).await.unwrap().phase, closed(Cause::Withdrawn));
    assert_eq!(ran(&remote, first).await, (Err(Denied::Withdrawn), 0));

    let (invalid, _) = ran(&remote, call("app.free").summary("x".repeat(100_000))).await;
    assert!(matches!(invalid, Err(Denied::Invalid(_))), "{invalid:?}");
    let nobodys = "0199b3c5-6f00-7000-8000-000000000000".parse().unwrap();
    let theirs = remote.withdraw(nobodys).await;
    assert_eq!(theirs, Err(Denied::NotYours { request: nobodys }));
    assert_eq!(site.starts().await, 0);
}

/// What it says of itself is another thing at each look from the given one on.
struct Changes {
    looks: AtomicU64,
    from: u64,
}

impl Action for Changes {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("app.deploy", Risk::High)?;
        call.bind("changed", &(self.looks.fetch_add(1, SeqCst) >= self.from))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_that_change_while_a_queue_decides_stop_the_body() {
    for (from, ends, runs) in [
        (1, closed(Cause::Withdrawn), 0),
        (2, executed(Execution::Dropped), 0),
        (3, executed(Execution::Succeeded), 1),
    ] {
        let site = Site::new().await;
        site.will_approve();
        let (result, times) = ran(&site.remote(), Changes { looks: AtomicU64::new(0), from }).await;
        assert_eq!((result.is_ok(), times), (runs == 1, runs), "look {from}");
        assert!(runs == 1 || result == Err(Denied::Changed));
        site.assert_phase(&ends).await;
    }
}

/// Has a secret, and notes beside it.
struct Login;

impl Action for Login {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("app.login", Risk::Low)?;
        call.bind("big", &u64::MAX)?;
        call.bind("quote", "\"\u{202e}\\\n")?;
        call.redact("password", "hunter2")?;
        call.unbound("client")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_an_action_says_arrives_and_its_risk_may_be_taken_to_be_higher() {
    let site = Site::new().await;
    let inbox = site.inbox.clone();
    let deciding = tokio::spawn(async move {
        let card = inbox.next().await;
        let mira = ChannelIdentity::new("memory", "mira").unwrap();
        inbox.decide(&mira, Ballot::approve(&card).unwrap()).await.unwrap();
        card
    });
    let notes = r#"{"intent":"Make room","session":"run-17"}"#;
    let notes: Notes = serde_json::from_str(notes).unwrap();
    // The token's least risk is high, and what is granted is for that.
    assert_eq!(ran(&site.remote().notes(notes.clone()), Login).await, (Ok(1), 1));
    let card = deciding.await.unwrap();
    assert_eq!((card.document().risk, &card.request().notes), (Risk::High, &notes));
    assert_eq!(card.document().arguments["big"], u64::MAX);
    assert!(card.document().redacted.contains_key("password"));
    assert!(!card.to_string().contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_body_ends_is_told_over_http_whatever_happens() {
    let site = Site::new().await;
    let remote = site.remote();
    let fails = remote.run(call("app.free"), async |_, _| Err::<(), _>(Denied::Expired));
    assert_eq!(fails.await, Err(Denied::Expired));
    site.assert_phase(&executed(Execution::Failed)).await;

    let site = Site::new().await;
    let remote = site.remote();
    let panics = tokio::spawn(async move {
        let body = async |_: Permit, _: DynamicAction| -> Result<(), Denied> { panic!("meant") };
        remote.run(call("app.free"), body).await
    });
    assert!(panics.await.unwrap_err().is_panic());
    site.assert_phase(&executed(Execution::Panicked)).await;

    let site = Site::new().await;
    let endless =
        async |_: Permit, _: DynamicAction| -> Result<(), Denied> { std::future::pending().await };
    let remote = site.remote();
    let dropped = remote.run(call("app.free"), endless);
    assert!(tokio::time::timeout(Duration::from_secs(1), dropped).await.is_err());
    site.assert_phase(&executed(Execution::Dropped)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_takes_back_over_http_what_has_no_key() {
    for (action, ends) in
        [(deploy(), closed(Cause::Withdrawn)), (deploy().key("k").unwrap(), Phase::Pending)]
    {
        let site = Site::new().await;
        let remote = site.remote();
        let waiting = remote.run(action, async |_, _| Ok::<_, Denied>(()));
        assert!(tokio::time::timeout(Duration::from_secs(1), waiting).await.is_err());
        site.assert_phase(&ends).await;
    }
}
