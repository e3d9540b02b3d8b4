//! The whole way with a scripted reviewer: the executable specification.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use approvals::*;
use approvals_testkit::{Answer, MockApprover};
use async_trait::async_trait;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn an_approved_call_runs_once_and_the_log_tells_the_whole_story() {
    let reviewer =
        MockApprover::script([Answer::After(Duration::from_secs(60), Box::new(Answer::Approve))]);
    let (gate, ledger) = asking(reviewer.clone()).await;
    let answer = gate
        .run(deploy(), |permit, action| async move {
            assert_eq!(permit.grant().unwrap().claims().unwrap().detail().action, "app.deploy");
            Ok::<_, Denied>(action.arguments()["version"].clone())
        })
        .await;
    assert_eq!(answer.unwrap(), 7);

    let trail = trail(&ledger).await;
    let (id, state) = trail.states().next().unwrap();
    assert_eq!(state.outcome(), Some(&Outcome::Executed(Execution::Succeeded)));
    let kinds: Vec<String> = trail.events(id).iter().map(|event| kind(&event.what)).collect();
    assert_eq!(kinds, ["requested", "presented", "decided", "granted", "started", "finished"]);
    settle().await;
    assert_eq!(reviewer.updates().len(), 2, "the card is told of the grant and of the end");
}

fn kind(what: &What) -> String {
    let tagged = serde_json::to_value(what).unwrap();
    tagged.as_object().unwrap().keys().next().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn a_rejection_is_told_with_its_reason() {
    let (gate, ledger) = asking(MockApprover::rejecting("wrong version")).await;
    let ran = Ran::default();
    let denied = run(&gate, deploy(), &ran).await.unwrap_err();
    assert_eq!(
        denied,
        Denied::Rejected {
            by: "u:reviewer".parse().unwrap(),
            reason: Some("wrong version".into())
        }
    );
    assert!(!denied.is_retryable());
    assert_eq!(ran.count(), 0);
    assert!(matches!(outcome(&ledger).await, Some(Outcome::Closed(Cause::Rejected { .. }))));
}

#[tokio::test(start_paused = true)]
async fn the_bodys_own_error_comes_through() {
    let (gate, ledger) = asking(MockApprover::approving()).await;
    let failed: Result<(), String> =
        gate.run(deploy(), |_, _| async { Err("disk full".into()) }).await;
    assert_eq!(failed.unwrap_err(), "disk full");
    assert_eq!(outcome(&ledger).await, Some(Outcome::Executed(Execution::Failed)));
}

#[tokio::test(start_paused = true)]
async fn what_is_submitted_can_be_picked_up_later_by_key() {
    let inbox = InMemoryApprover::new();
    let (gate, ledger) = asking(inbox.clone()).await;
    let keyed = || deploy().key("night-7/step-3").unwrap();
    let ticket = gate.submit(keyed()).await.unwrap();
    assert_eq!(ticket.phase, Phase::Pending);
    settle().await;
    assert_eq!(gate.submit(keyed()).await.unwrap().request, ticket.request);

    let reviewer = MockApprover::identity().unwrap();
    let card = inbox.waiting().remove(0);
    inbox.decide(&reviewer, Ballot::approve(&card).unwrap()).await.unwrap();
    settle().await;
    assert!(inbox.waiting().is_empty());
    assert_eq!(gate.submit(keyed()).await.unwrap().phase, Phase::Granted);

    // Another gate on the same ledger, as after a restart.
    let again = builder(Arc::clone(&ledger))
        .policy(ask_ops())
        .approver(InMemoryApprover::new())
        .build()
        .await
        .unwrap();
    let ran = Ran::default();
    run(&again, keyed(), &ran).await.unwrap();
    assert_eq!(ran.count(), 1);
    let denied = run(&gate, keyed(), &ran).await.unwrap_err();
    assert_eq!(denied, Denied::AlreadyRan { request: ticket.request, succeeded: true });
    assert_eq!(ran.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_is_shown_again_by_the_process_that_picks_it_up() {
    let (gone, ledger) = asking(InMemoryApprover::new()).await;
    gone.submit(deploy().key("k").unwrap()).await.unwrap();
    settle().await;
    let inbox = InMemoryApprover::new();
    let gate = builder(Arc::clone(&ledger))
        .policy(ask_ops())
        .approver(inbox.clone())
        .build()
        .await
        .unwrap();
    for _ in 0..3 {
        gate.submit(deploy().key("k").unwrap()).await.unwrap();
        settle().await;
    }
    assert_eq!(inbox.waiting().len(), 1);
    let shown = |trail: &Trail| {
        let id = trail.states().next().unwrap().0;
        trail.events(id).iter().filter(|event| matches!(event.what, What::Presented { .. })).count()
    };
    assert_eq!(shown(&trail(&ledger).await), 2, "once by each process");
}

#[tokio::test(start_paused = true)]
async fn the_same_key_with_other_arguments_is_a_conflict() {
    let (gate, _ledger) = asking(MockApprover::approving()).await;
    let keyed = |json: &str| {
        DynamicAction::from_json("app.deploy", json.as_bytes()).unwrap().key("k").unwrap()
    };
    let request = gate.submit(keyed(r#"{"version": 7}"#)).await.unwrap().request;
    let ran = Ran::default();
    assert_eq!(
        run(&gate, keyed(r#"{"version": 8}"#), &ran).await,
        Err(Denied::Conflict { request })
    );
    assert_eq!(ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn hidden_arguments_survive_a_pick_up_by_key() {
    struct Login;
    impl Action for Login {
        fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
            call.action("crm.login", Risk::Medium)?;
            call.redact("token", "hunter2")
        }
        fn key(&self) -> Option<&IdempotencyKey> {
            static KEY: std::sync::LazyLock<IdempotencyKey> =
                std::sync::LazyLock::new(|| "k".parse().unwrap());
            Some(&KEY)
        }
    }
    let (sink, ledger) = (Arc::new(Copy::default()), ledger().await);
    let gate = builder(Arc::clone(&ledger)).policy(ask_ops()).approver(MockApprover::approving());
    let gate = gate.audit_sink(Arc::clone(&sink)).build().await.unwrap();
    gate.submit(Login).await.unwrap();
    let ran = Ran::default();
    run(&gate, Login, &ran).await.unwrap();
    assert_eq!(ran.count(), 1);
    for entry in ledger.entries(0, 100).await.unwrap() {
        assert!(!format!("{entry:?}").contains("104, 117, 110"), "no bytes in `Debug`");
        assert!(!String::from_utf8(entry.bytes).unwrap().contains("hunter2"));
    }
    gate.flush().await.unwrap();
    let copied = sink.entries.lock().unwrap().clone();
    assert!(
        copied.iter().all(|entry| entry.attachments.is_empty()),
        "a sink gets no hidden argument"
    );
    assert_eq!(trail(&ledger).await.states().count(), 1);
}

#[derive(Debug, Default)]
struct Copy {
    entries: Mutex<Vec<Entry>>,
    fails: Mutex<u32>,
}

#[async_trait]
impl AuditSink for Copy {
    async fn next(&self) -> Result<u64, SinkError> {
        Ok(self.entries.lock().unwrap().last().map_or(0, |entry| entry.index + 1))
    }

    async fn deliver(&self, entries: &[Entry]) -> Result<(), SinkError> {
        let mut fails = self.fails.lock().unwrap();
        if *fails > 0 {
            *fails -= 1;
            return Err(SinkError::new("the collector is down"));
        }
        self.entries.lock().unwrap().extend_from_slice(entries);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_was_down_gets_every_event_once_it_is_back() {
    let sink = Arc::new(Copy::default());
    *sink.fails.lock().unwrap() = 3;
    let ledger = ledger().await;
    let gate = builder(Arc::clone(&ledger)).policy(ask_ops()).approver(MockApprover::approving());
    let gate = gate.audit_sink(Arc::clone(&sink)).build().await.unwrap();
    let ran = Ran::default();
    run(&gate, deploy(), &ran).await.unwrap();
    while gate.flush().await.is_err() {}
    assert_eq!(ran.count(), 1, "a sink holds nothing up");
    let stored = ledger.entries(0, 100).await.unwrap();
    assert_eq!(*sink.entries.lock().unwrap(), stored);
}

#[tokio::test(start_paused = true)]
async fn a_large_document_stands_beside_its_event_and_is_checked_all_the_same() {
    let (gate, ledger) = asking(MockApprover::approving()).await;
    let long = serde_json::json!({ "text": "x".repeat(100_000) }).to_string();
    let action = DynamicAction::from_json("mail.send", long.as_bytes()).unwrap();
    let ran = Ran::default();
    run(&gate, action, &ran).await.unwrap();
    assert_eq!(ran.count(), 1);

    let mut entries = ledger.entries(0, 100).await.unwrap();
    let beside = entries.iter_mut().find(|entry| !entry.attachments.is_empty()).unwrap();
    beside.attachments[0].bytes[50_000] = b'y';
    let mut trail = Trail::new(ORIGIN);
    assert!(
        entries.iter().any(|entry| trail.read(entry).is_err()),
        "a changed document was believed"
    );
}

#[tokio::test(start_paused = true)]
async fn what_processes_that_are_gone_left_over_is_listed_and_ended() {
    let inbox = InMemoryApprover::new();
    let (gate, _ledger) = asking(inbox.clone()).await;
    gate.submit(deploy().key("waits").unwrap()).await.unwrap();
    assert_eq!(gate.recover().await.unwrap(), []);
    tokio::time::sleep(Duration::from_secs(1801)).await;
    gate.recover().await.unwrap();
    assert_eq!(
        gate.submit(deploy().key("waits").unwrap()).await.unwrap().phase,
        Phase::Ended(Outcome::Closed(Cause::Expired))
    );
}

/// What a stranger's check finds, although every hash and most signatures hold.
#[tokio::test(start_paused = true)]
async fn a_history_that_is_not_of_this_log_or_not_whole_does_not_hold() {
    let (gate, ledger) = asking(MockApprover::approving()).await;
    let ran = Ran::default();
    run(&gate, deploy(), &ran).await.unwrap();
    run(&gate, deploy(), &ran).await.unwrap();
    let entries = ledger.entries(0, 100).await.unwrap();
    let reads = |origin: &str, entries: &[Entry]| {
        let mut trail = Trail::new(origin);
        entries.iter().try_for_each(|entry| trail.read(entry)).map_err(|error| error.to_string())
    };
    assert_eq!(reads(ORIGIN, &entries), Ok(()));
    assert_eq!(
        reads("example.org/shop/prod", &entries),
        Err(format!("event 3: its document is of the log `{ORIGIN}`"))
    );
    // The log key's holder takes the first request out, and signs what is left.
    let first = entries.iter().find_map(|entry| entry.request);
    let mut left: Vec<Entry> = entries.into_iter().filter(|entry| entry.request != first).collect();
    left.iter_mut().enumerate().for_each(|(n, entry)| entry.index = n as u64);
    let problem = reads(ORIGIN, &left).unwrap_err();
    assert!(problem.ends_with("it was made on a head that this log never had"), "{problem}");
}

/// Flags and bytes beside the log are under no hash but their digests.
#[tokio::test(start_paused = true)]
async fn what_stands_beside_an_event_is_what_it_names_and_nothing_else() {
    struct Login;
    impl Action for Login {
        fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
            call.action("crm.login", Risk::Medium)?;
            call.redact("token", "hunter2")
        }
    }
    let (gate, ledger) = asking(MockApprover::approving()).await;
    run(&gate, Login, &Ran::default()).await.unwrap();
    let entries = ledger.entries(0, 100).await.unwrap();
    let holds = |change: fn(&mut Vec<Attachment>)| {
        let mut entries = entries.clone();
        let asked = entries.iter_mut().find(|entry| !entry.attachments.is_empty()).unwrap();
        change(&mut asked.attachments);
        let mut trail = Trail::new(ORIGIN);
        entries.iter().all(|entry| trail.read(entry).is_ok())
    };
    assert!(holds(|_| ()), "as it was");
    assert!(holds(Vec::clear), "erased");
    assert!(!holds(|beside| beside[0].bytes[40] ^= 1), "another secret");
    assert!(!holds(|beside| beside[0].erasable = false), "a secret that passes for a document");
    assert!(!holds(|beside| {
        beside[0].erasable = false;
        beside[0].bytes = b"EVIL".to_vec();
    }));
    assert!(
        !holds(|beside| beside[0].digest = Digest::of("redacted", b"x")),
        "one that nobody named"
    );
}
