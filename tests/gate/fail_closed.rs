//! Rule 1: whatever is missing, broken or late, the body does not run.

use std::sync::Arc;
use std::time::Duration;

use approvals::*;
use approvals_testkit::{Answer, FaultyLedger, MockApprover};
use async_trait::async_trait;

use crate::support::*;

#[tokio::test]
async fn without_a_gate_nothing_runs() {
    assert_eq!(Gate::current().unwrap_err(), Denied::NoGate);
}

#[tokio::test(start_paused = true)]
async fn without_a_requester_nothing_runs() {
    let gate = Gate::builder()
        .ledger(ledger().await)
        .directory(StaticDirectory::new())
        .recorder_key(LocalSigner::generate().unwrap())
        .grant_key(LocalSigner::generate().unwrap())
        .policy(PolicyFn::new("allow/1", |_| Verdict::Allow).unwrap())
        .approver(InMemoryApprover::new())
        .build()
        .await
        .unwrap();
    let ran = Ran::default();
    assert_eq!(run(&gate, deploy(), &ran).await, Err(Denied::NoRequester));
    assert_eq!(ran.count(), 0);
    gate.scope(agent(), Box::pin(run(&gate, deploy(), &ran))).await.unwrap();
    assert_eq!(ran.count(), 1);
    // A task that is spawned is outside the scope.
    let (inner, inner_ran) = (gate.clone(), ran.clone());
    let outside = gate.scope(agent(), async {
        tokio::spawn(async move { run(&inner, deploy(), &inner_ran).await }).await
    });
    assert_eq!(outside.await.unwrap(), Err(Denied::NoRequester));
    assert_eq!(ran.count(), 1);
}

#[tokio::test]
async fn a_gate_without_a_part_is_not_built_and_says_which() {
    let key = || LocalSigner::generate().unwrap();
    let whole =
        || async { builder(ledger().await).policy(ask_ops()).approver(InMemoryApprover::new()) };
    assert!(whole().await.build().await.is_ok());
    let without = [
        (Gate::builder(), "the gate has no ledger; give it one with `GateBuilder::ledger`"),
        (builder(ledger().await), "the gate has no policy; give it one with `GateBuilder::policy`"),
        (
            builder(ledger().await).policy(ask_ops()),
            "the gate has no approver; give it one with `GateBuilder::approver`",
        ),
        (
            Gate::builder()
                .ledger(ledger().await)
                .policy(ask_ops())
                .approver(InMemoryApprover::new()),
            "the gate has no directory; give it one with `GateBuilder::directory`",
        ),
        (
            Gate::builder()
                .ledger(ledger().await)
                .policy(ask_ops())
                .directory(StaticDirectory::new()),
            "the gate has no recorder key; give it one with `GateBuilder::recorder_key`",
        ),
        (
            Gate::builder()
                .ledger(ledger().await)
                .policy(ask_ops())
                .directory(StaticDirectory::new())
                .recorder_key(key()),
            "the gate has no grant key; give it one with `GateBuilder::grant_key`",
        ),
        (
            whole().await.grant_key(LocalSigner::from_seed(&[2; 32]).unwrap()),
            "the recorder and grant keys are the same; make one for each purpose with `approvals keys new`",
        ),
    ];
    for (builder, expected) in without {
        assert_eq!(builder.build().await.unwrap_err().to_string(), expected);
    }
}

#[derive(Debug)]
struct Broken;

impl Policy for Broken {
    fn digest(&self) -> Digest {
        Digest::of("policy", b"broken")
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        match facts.risk() {
            Risk::Low => Err(PolicyError::new("the file is gone")),
            Risk::Medium | Risk::High | Risk::Critical => panic!("a bug in a policy"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_fails_or_panics_denies() {
    let ledger = ledger().await;
    let gate = builder(Arc::clone(&ledger))
        .policy(Broken)
        .approver(MockApprover::approving())
        .build()
        .await
        .unwrap();
    let ran = Ran::default();
    for risk in [Risk::Low, Risk::High] {
        let denied = run(&gate, deploy().risk(risk), &ran).await.unwrap_err();
        assert_eq!(denied, Denied::ByPolicy { reason: "the policy could not rule on it".into() });
    }
    assert_eq!(ran.count(), 0);
    assert_eq!(trail(&ledger).await.states().count(), 2, "both denials are on record");
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_fails_at_any_append_before_the_body_stops_the_body() {
    // Keys, policy, request, presentation, decision and grant, start: each is cut off in turn.
    let mut completed = 0;
    for appends in 0..8 {
        let faulty = FaultyLedger::failing_from(ledger().await, appends);
        let ran = Ran::default();
        let Ok(gate) =
            builder(faulty).policy(ask_ops()).approver(MockApprover::approving()).build().await
        else {
            assert!(appends < 2, "the gate is there");
            continue;
        };
        let result =
            tokio::time::timeout(Duration::from_secs(7200), run(&gate, deploy(), &ran)).await;
        let ended = matches!(result, Ok(Ok(())));
        assert_eq!(u32::from(ended), ran.count(), "{appends} appends: {result:?}");
        completed += ran.count();
    }
    assert!(completed > 0, "with enough appends it does run");
}

#[tokio::test(start_paused = true)]
async fn an_append_whose_fate_is_unknown_never_runs_the_body() {
    for appends in 2..6 {
        let inner = ledger().await;
        let faulty = FaultyLedger::losing_answers_from(Arc::clone(&inner), appends);
        let gate = builder(faulty)
            .policy(ask_ops())
            .approver(MockApprover::approving())
            .build()
            .await
            .unwrap();
        let ran = Ran::default();
        let result =
            tokio::time::timeout(Duration::from_secs(7200), run(&gate, deploy(), &ran)).await;
        assert!(!matches!(result, Ok(Ok(()))), "{appends}: {result:?}");
        assert_eq!(ran.count(), 0, "{appends}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_without_enough_people_is_refused_at_once() {
    let ledger = ledger().await;
    let policy = PolicyFn::new("ask-two/1", |_| Verdict::Review(ask("ops", 2))).unwrap();
    let gate = builder(Arc::clone(&ledger))
        .policy(policy)
        .approver(MockApprover::approving())
        .build()
        .await
        .unwrap();
    let ran = Ran::default();
    let reason = "`2-ops` needs 2 of the group `ops`, and 1 could approve".to_owned();
    assert_eq!(run(&gate, deploy(), &ran).await, Err(Denied::Unsatisfiable { reason }));
    let nobody =
        PolicyFn::new("ask-nobody/1", |_| Verdict::Review(Obligations::default())).unwrap();
    let gate =
        builder(ledger).policy(nobody).approver(MockApprover::approving()).build().await.unwrap();
    let denied = run(&gate, deploy(), &ran).await;
    assert!(matches!(denied, Err(Denied::Unsatisfiable { .. })), "{denied:?}");
    assert_eq!(ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn silence_ends_as_expired_and_a_late_approval_runs_nothing() {
    let late = Answer::After(Duration::from_secs(1801), Box::new(Answer::Approve));
    let (gate, ledger) = asking(MockApprover::script([late, Answer::Silence])).await;
    let ran = Ran::default();
    assert_eq!(run(&gate, deploy(), &ran).await, Err(Denied::Expired));
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(ran.count(), 0);
    assert_eq!(outcome(&ledger).await, Some(Outcome::Closed(Cause::Expired)));
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_is_not_used_in_time_expires() {
    let (gate, _ledger) = asking(MockApprover::approving()).await;
    let action = || deploy().key("k").unwrap();
    gate.submit(action()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(16 * 60)).await;
    let ran = Ran::default();
    assert_eq!(run(&gate, action(), &ran).await, Err(Denied::Expired));
    assert_eq!(ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn when_no_channel_can_be_reached_it_ends_at_once() {
    let (gate, ledger) = asking(MockApprover::script([Answer::Unreachable])).await;
    let ran = Ran::default();
    assert_eq!(run(&gate, deploy(), &ran).await, Err(Denied::Undeliverable));
    assert_eq!(ran.count(), 0);
    assert_eq!(outcome(&ledger).await, Some(Outcome::Closed(Cause::Undeliverable)));
}

/// A channel that shows nothing to anybody.
#[derive(Debug)]
struct Away;

#[async_trait]
impl Approver for Away {
    fn channel(&self) -> &'static str {
        "away"
    }

    async fn present(&self, _card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        Err(ApproverError::new("nobody is there"))
    }
}

#[tokio::test(start_paused = true)]
async fn two_channels_of_one_name_are_refused() {
    let gate = builder(ledger().await).policy(ask_ops()).approver(Away).approver(Away);
    let error = gate.build().await.unwrap_err();
    assert!(matches!(error, BuildError::TwoChannels { channel } if channel == "away"));
}

#[tokio::test(start_paused = true)]
async fn one_channel_that_works_is_enough() {
    let ledger = ledger().await;
    let gate = builder(ledger).policy(ask_ops()).approver(Away);
    let gate = gate.approver(MockApprover::approving()).build().await.unwrap();
    let ran = Ran::default();
    run(&gate, deploy(), &ran).await.unwrap();
    assert_eq!(ran.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_process_whose_channels_are_away_ends_no_request_that_another_one_has_shown() {
    let action = || deploy().key("k").unwrap();
    let reviewer = MockApprover::script([Answer::Silence]);
    let (shown, ledger) = asking(reviewer.clone()).await;
    shown.submit(action()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(reviewer.cards().len(), 1);

    let away = builder(Arc::clone(&ledger)).policy(ask_ops());
    let away = away.approver(MockApprover::script([Answer::Unreachable])).build().await.unwrap();
    let ran = Ran::default();
    let picked_up = tokio::time::timeout(Duration::from_secs(60), run(&away, action(), &ran)).await;
    assert!(picked_up.is_err(), "{picked_up:?}");
    assert_eq!(outcome(&ledger).await, None);
}

#[derive(Debug)]
struct Down;

#[async_trait]
impl Directory for Down {
    async fn resolve(&self, _: &ChannelIdentity) -> Result<Option<Principal>, DirectoryError> {
        Err(DirectoryError::new("no route to host"))
    }

    async fn members(&self, _: &Group) -> Result<Vec<Principal>, DirectoryError> {
        Err(DirectoryError::new("no route to host"))
    }
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_directory_denies() {
    let gate = builder(ledger().await)
        .directory(Down)
        .policy(ask_ops())
        .approver(MockApprover::approving());
    let gate = gate.build().await.unwrap();
    let ran = Ran::default();
    assert_eq!(
        run(&gate, deploy(), &ran).await,
        Err(Denied::Unavailable { what: "the directory" })
    );
    assert_eq!(ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn arguments_that_cannot_be_described_deny() {
    struct Bad(fn(&mut Description) -> Result<(), DescribeError>);
    impl Action for Bad {
        fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
            (self.0)(call)
        }
    }
    let (gate, _ledger) = asking(MockApprover::approving()).await;
    let ran = Ran::default();
    let bad: [(_, fn(&mut Description) -> Result<(), DescribeError>); 5] = [
        ("not named", |_| Ok(())),
        ("is NaN", |call| {
            call.action("a", Risk::Low)?;
            call.bind("x", &f64::NAN)
        }),
        ("larger than", |call| {
            call.action("a", Risk::Low)?;
            call.bind("x", &"x".repeat(300_000))
        }),
        ("panicked", |_| panic!("a bug in an action")),
        ("not an action name", |call| call.action("Not A Name", Risk::Low)),
    ];
    for (expected, describe) in bad {
        let denied = run(&gate, Bad(describe), &ran).await.unwrap_err();
        assert!(denied.to_string().contains(expected), "{denied}");
    }
    assert_eq!(ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_this_version_does_not_know_stops_the_request() {
    let ledger = ledger().await;
    let gate = builder(Arc::clone(&ledger))
        .policy(ask_ops())
        .approver(MockApprover::script([]))
        .build()
        .await
        .unwrap();
    let request = gate.submit(deploy().key("k").unwrap()).await.unwrap().request;
    settle().await;
    let expected = ledger.history(Some(request)).await.unwrap().len() as u64;
    let bytes =
        format!(r#"{{"at":1,"request":"{request}","v":1,"what":{{"blessed":{{}}}}}}"#).into_bytes();
    let entries = vec![NewEntry { bytes, attachments: vec![] }];
    ledger
        .append(Append { request: Some(request), expected, log_expected: None, entries })
        .await
        .unwrap();
    let ran = Ran::default();
    assert_eq!(
        run(&gate, deploy().key("k").unwrap(), &ran).await,
        Err(Denied::Unavailable { what: "the ledger" })
    );
    assert_eq!(ran.count(), 0);
}
