use std::time::Duration;

use crate::gate::afar::*;
use crate::*;

fn deploy() -> DynamicAction {
    call("app.deploy").key("k").unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_same_attempt_gets_the_same_answer_and_another_is_told_that_it_is_in_doubt() {
    let world = World::new().await;
    let request = world.submit_approved(&deploy()).await;
    let consumed = world.gate.consume(request, deploy(), &name("one")).await.unwrap();
    assert_eq!((consumed.request, consumed.fence), (request, 1));
    let claims = consumed.grant.as_ref().unwrap().verify(&key(3).public_key()).unwrap();
    assert_eq!(claims.detail().action_digest, consumed.action);
    assert_eq!(Document::digest(consumed.document.as_bytes()), consumed.action);

    let again = world.gate.consume(request, deploy(), &name("one")).await;
    assert_eq!(again, Ok(consumed));
    let other = world.gate.consume(request, deploy(), &name("two")).await;
    assert_eq!(other, Err(Denied::InDoubt { request, retry_from: None }));
    let run = world.gate.run(deploy(), async |_, _| Ok::<_, Denied>(())).await;
    assert_eq!(run, Err(Denied::InDoubt { request, retry_from: None }));
    assert_eq!(world.starts().await, 1);

    world.gate.report(request, 1, Told::Succeeded).await.unwrap();
    let over = world.gate.consume(request, deploy(), &name("one")).await;
    assert_eq!(over, Err(Denied::AlreadyRan { request, succeeded: true }));
    assert_eq!(world.phase().await, executed(Execution::Succeeded));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn attempts_that_race_start_it_once() {
    let world = World::new().await;
    let request = world.submit_approved(&deploy()).await;
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..24 {
        let gate = world.gate.clone();
        racing.spawn(async move {
            let attempt = name(["one", "two", "three"][n % 3]);
            (n % 3, gate.consume(request, deploy(), &attempt).await)
        });
    }
    let mut winners = std::collections::BTreeSet::new();
    for (attempt, answer) in racing.join_all().await {
        match answer {
            Ok(consumed) => {
                assert_eq!(consumed.fence, 1);
                winners.insert(attempt);
            }
            Err(denied) => assert_eq!(denied, Denied::InDoubt { request, retry_from: None }),
        }
    }
    assert_eq!((winners.len(), world.starts().await), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn nobody_else_waits_starts_reports_or_takes_back() {
    let world = World::new().await;
    let request = world.submit_approved(&deploy()).await;
    let stranger = Principal::agent("agent:a").unwrap();
    for other in [agent("agent:b"), Requester::new(stranger)] {
        let refused = Denied::NotYours { request };
        let gate = world.gate.clone();
        world
            .gate
            .scope(other, async move {
                let left = gate.until_left(request, &Phase::Pending).await;
                assert_eq!(left, Err(refused.clone()));
                let started = gate.consume(request, deploy(), &name("one")).await;
                assert_eq!(started, Err(refused.clone()));
                let told = gate.report(request, 1, Told::Succeeded).await;
                assert_eq!(told, Err(refused.clone().into()));
                assert_eq!(gate.withdraw(request).await, Err(refused));
            })
            .await;
    }
    let nobody: RequestId = "0199b3c5-6f00-7000-8000-000000000000".parse().unwrap();
    let gate = world.gate.clone();
    let unknown = world
        .gate
        .scope(agent("agent:a"), async move { gate.consume(nobody, deploy(), &name("one")).await });
    assert_eq!(unknown.await, Err(Denied::NotYours { request: nobody }));
    assert_eq!(world.starts().await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_allowed_is_started_and_what_is_denied_is_not() {
    let world = World::new().await;
    let free = call("free").key("k").unwrap();
    let request = world.gate.submit(free.clone()).await.unwrap().request;
    let consumed = world.gate.consume(request, free.clone(), &name("one")).await.unwrap();
    assert_eq!((consumed.fence, &consumed.grant), (1, &None));
    assert_eq!(world.gate.consume(request, free, &name("one")).await, Ok(consumed));

    let never = call("never").key("n").unwrap();
    let ticket = world.gate.submit(never.clone()).await.unwrap();
    let denied = world.gate.consume(ticket.request, never, &name("one")).await;
    assert_eq!(denied, Err(Denied::ByPolicy { reason: "never".into() }));
}

#[tokio::test(start_paused = true)]
async fn all_is_looked_at_again_before_it_is_started() {
    let world = World::new().await;
    let denied = Verdict::Deny("not today".into());
    let approved = |key: &str| call("app.deploy").key(key).unwrap();
    let consume = async |key: &str, action: DynamicAction| {
        let request = world.submit_approved(&approved(key)).await;
        world.gate.consume(request, action, &name("one")).await
    };

    let other = DynamicAction::from_json("app.deploy", br#"{"version": 8}"#).unwrap();
    assert_eq!(consume("changed", other).await, Err(Denied::Changed));

    let request = world.submit_approved(&approved("policy")).await;
    *world.verdict.lock().unwrap() = Some(denied);
    let stopped = world.gate.consume(request, approved("policy"), &name("one")).await;
    assert_eq!(stopped, Err(Denied::ByPolicy { reason: "not today".into() }));
    *world.verdict.lock().unwrap() = None;

    let request = world.submit_approved(&approved("late")).await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let late = world.gate.consume(request, approved("late"), &name("one")).await;
    assert_eq!(late, Err(Denied::Expired));

    let request = world.submit_approved(&approved("stop")).await;
    world.gate.desk().stop(&mira(), Stop::Everything, "odd calls").await.unwrap();
    let stopped = world.gate.consume(request, approved("stop"), &name("one")).await;
    assert!(matches!(stopped, Err(Denied::Stopped { .. })), "{stopped:?}");
    assert_eq!(world.starts().await, 0);
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_people_and_ends_what_is_overdue() {
    let world = World::new().await;
    let request = world.gate.submit(deploy()).await.unwrap().request;
    let waiting = tokio::spawn({
        let gate = world.gate.clone();
        async move { gate.consume(request, deploy(), &name("one")).await }
    });
    let left = world.gate.until_left(request, &Phase::Pending);
    let given_up = tokio::time::timeout(Duration::from_secs(25), left).await;
    assert!(given_up.is_err() && !waiting.is_finished(), "nobody has decided");
    assert_eq!(world.phase().await, Phase::Pending, "to stop waiting changes nothing");

    let left = world.gate.until_left(request, &Phase::Pending).await.unwrap();
    assert_eq!(left.phase, closed(Cause::Expired));
    assert_eq!(waiting.await.unwrap(), Err(Denied::Expired));
    let over = world.gate.until_left(request, &Phase::Pending).await.unwrap();
    assert_eq!(over, left, "what is over is told at once");
}

#[tokio::test(start_paused = true)]
async fn the_first_end_that_is_told_of_a_start_counts() {
    let world = World::new().await;
    let report = |fence, told| {
        let gate = world.gate.clone();
        async move {
            let request = gate.submit(deploy()).await.unwrap().request;
            gate.report(request, fence, told).await
        }
    };
    let refused = |refusal| Err(ReportError::Refused(refusal));
    assert_eq!(report(1, Told::Succeeded).await, refused(Refusal::NotStarted));
    world.approve().await;
    assert_eq!(report(1, Told::Succeeded).await, refused(Refusal::NotStarted));
    let request = world.gate.submit(deploy()).await.unwrap().request;
    let _consumed = world.gate.consume(request, deploy(), &name("one")).await.unwrap();
    for wrong in [0, 2, u64::MAX] {
        assert_eq!(report(wrong, Told::Succeeded).await, refused(Refusal::Fenced));
    }
    assert_eq!(world.phase().await, Phase::Started);
    for _ in 0..2 {
        assert_eq!(report(1, Told::Dropped).await, Ok(()));
    }
    for other in [Told::Succeeded, Told::Failed, Told::Panicked] {
        assert_eq!(report(1, other).await, refused(Refusal::OutcomeKnown));
    }
    assert_eq!(world.phase().await, executed(Execution::Dropped));
}

#[tokio::test(start_paused = true)]
async fn what_a_body_tells_after_people_have_resolved_it_is_recorded_once() {
    let world = World::new().await;
    let request = world.submit_approved(&deploy()).await;
    let _consumed = world.gate.consume(request, deploy(), &name("one")).await.unwrap();
    let desk = world.gate.desk();
    desk.resolve(&mira(), request, Resolution::Done, "seen").await.unwrap();
    world.gate.report(request, 1, Told::Succeeded).await.unwrap();
    world.gate.report(request, 1, Told::Succeeded).await.unwrap();
    let other = world.gate.report(request, 1, Told::Dropped).await;
    assert_eq!(other, Err(ReportError::Refused(Refusal::OutcomeKnown)));
    assert_eq!(world.phase().await, executed(Execution::Succeeded));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_gone_between_start_and_end_leaves_it_in_doubt() {
    let world = World::new().await;
    let request = world.submit_approved(&deploy()).await;
    let _lost = world.gate.consume(request, deploy(), &name("one")).await.unwrap();
    let gate = gate_on(world.ledger.clone(), InMemoryApprover::new(), &world.verdict).await;
    assert_eq!(gate.recover().await, Ok(vec![request]));
    let other = gate.consume(request, deploy(), &name("two")).await;
    assert_eq!(other, Err(Denied::InDoubt { request, retry_from: None }));
    assert_eq!(gate.withdraw(request).await, Err(Denied::InDoubt { request, retry_from: None }));
    // Another process of the gate knows the attempt as well.
    assert_eq!(gate.consume(request, deploy(), &name("one")).await.unwrap().fence, 1);
    assert_eq!((world.starts().await, world.phase().await), (1, Phase::Started));
}

/// May be started again after a minute of silence.
struct Again;

impl Action for Again {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("app.deploy", Risk::High)?;
        call.idempotent_after(Duration::from_secs(60))
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        static KEY: std::sync::OnceLock<IdempotencyKey> = std::sync::OnceLock::new();
        Some(KEY.get_or_init(|| name("k")))
    }
}

#[tokio::test(start_paused = true)]
async fn one_name_of_an_attempt_starts_one_try() {
    let world = World::new().await;
    let request = world.gate.submit(Again).await.unwrap().request;
    world.approve().await;
    let consume = |attempt: &str| {
        let (gate, attempt) = (world.gate.clone(), name(attempt));
        async move { gate.consume(request, Again, &attempt).await }
    };
    assert_eq!(consume("one").await.unwrap().fence, 1);
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(consume("one").await.unwrap().fence, 1, "it is the same try, however late");
    world.gate.report(request, 1, Told::Dropped).await.unwrap();
    assert!(consume("one").await.is_err(), "that try has ended");
    assert_eq!(world.starts().await, 1);
    assert_eq!(consume("two").await.unwrap().fence, 2);
    let late = world.gate.report(request, 1, Told::Succeeded).await;
    assert_eq!(late, Err(ReportError::Refused(Refusal::Fenced)));
    assert_eq!(world.phase().await, Phase::Started);
}
