use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;

use crate::gate::afar::*;
use crate::gate::caught::caught;
use crate::*;

/// The way to a gate, which loses what it is told to lose.
#[derive(Debug)]
struct Line {
    gate: Gate,
    /// So many answers are lost on the way back, of each kind.
    lost_starts: AtomicUsize,
    lost_waits: AtomicUsize,
    lost_ends: AtomicUsize,
    lost_asks: AtomicUsize,
    /// What is said in the place of what was started.
    forged: Mutex<Option<fn(&mut Consumed)>>,
}

const AWAY: Denied = Denied::Unavailable { what: "the queue" };

/// Whether one more answer is lost.
fn lose(left: &AtomicUsize) -> Result<(), Denied> {
    let took = left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
    if took.is_ok() { Err(AWAY) } else { Ok(()) }
}

#[async_trait]
impl Queue for Line {
    async fn submit(&self, call: &Described, notes: &Notes) -> Result<Ticket, Denied> {
        let sent = serde_json::to_vec(call).unwrap();
        let arrived = Described::from_json(&sent).unwrap().keyed(call.key().unwrap().clone());
        let answer = Queue::submit(&self.gate, &arrived, notes).await;
        lose(&self.lost_asks).and(answer)
    }

    async fn until_decided(&self, request: RequestId) -> Result<Ticket, Denied> {
        lose(&self.lost_waits)?;
        let left = self.gate.until_left(request, &Phase::Pending);
        match tokio::time::timeout(Duration::from_secs(25), left).await {
            Ok(ticket) => ticket,
            Err(_elapsed) => Ok(Ticket::new(request, Phase::Pending)),
        }
    }

    async fn start(
        &self,
        request: RequestId,
        call: &Described,
        attempt: &IdempotencyKey,
    ) -> Result<Consumed, Denied> {
        let mut answer = self.gate.consume(request, call, attempt).await;
        let forged = *self.forged.lock().unwrap();
        if let (Ok(consumed), Some(forge)) = (&mut answer, forged) {
            forge(consumed);
        }
        lose(&self.lost_starts).and(answer)
    }

    async fn finish(&self, request: RequestId, fence: u64, told: Told) -> Result<(), Denied> {
        let answer = Queue::finish(&self.gate, request, fence, told).await;
        lose(&self.lost_ends).and(answer)
    }

    async fn withdraw(&self, request: RequestId) -> Result<(), Denied> {
        self.gate.withdraw(request).await
    }
}

async fn afar() -> (World, Arc<Line>, RemoteGate) {
    let world = World::new().await;
    let none = AtomicUsize::default;
    let line = Arc::new(Line {
        gate: world.gate.clone(),
        lost_starts: none(),
        lost_waits: none(),
        lost_ends: none(),
        lost_asks: none(),
        forged: Mutex::default(),
    });
    let queue: Arc<dyn Queue> = line.clone();
    let remote = RemoteGate::new(queue).grant_keys([key(3).public_key()]).clock(clock());
    (world, line, remote)
}

/// Counts how often its body ran.
async fn ran(remote: &RemoteGate, action: impl Action) -> (Result<u64, Denied>, usize) {
    let ran = AtomicUsize::new(0);
    let result = remote
        .run(action, async |permit, _action| {
            ran.fetch_add(1, SeqCst);
            Ok(permit.fence())
        })
        .await;
    (result, ran.load(SeqCst))
}

fn deploy() -> DynamicAction {
    call("app.deploy")
}

#[tokio::test(start_paused = true)]
async fn what_is_approved_or_allowed_elsewhere_runs_here_once() {
    for name in ["app.deploy", "free"] {
        let (world, _line, remote) = afar().await;
        world.will_approve();
        assert_eq!(ran(&remote, call(name)).await, (Ok(1), 1));
        assert_eq!(world.phase().await, executed(Execution::Succeeded));
        let keyed = call(name).key("k").unwrap();
        world.will_approve();
        assert_eq!(ran(&remote, keyed.clone()).await.1, 1);
        let (again, times) = ran(&remote, keyed).await;
        assert!(matches!(again, Err(Denied::AlreadyRan { succeeded: true, .. })), "{again:?}");
        assert_eq!(times, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_denied_rejected_or_never_decided_does_not_run() {
    let (world, _line, remote) = afar().await;
    let denied = Denied::ByPolicy { reason: "never".into() };
    assert_eq!(ran(&remote, call("never")).await, (Err(denied), 0));
    assert_eq!(ran(&remote, deploy()).await, (Err(Denied::Expired), 0));
    let _expired = world.inbox.next().await;

    let inbox = world.inbox.clone();
    tokio::spawn(async move {
        let card = inbox.next().await;
        inbox.decide(&mira(), Ballot::reject(&card, "not now").unwrap()).await.unwrap();
    });
    let rejected =
        Denied::Rejected { by: "u:mira".parse().unwrap(), reason: Some("not now".into()) };
    assert_eq!(ran(&remote, deploy()).await, (Err(rejected), 0));
    assert_eq!(world.starts().await, 0);
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

#[tokio::test(start_paused = true)]
async fn arguments_that_change_before_the_body_stop_it() {
    for (from, ends, runs) in [
        (1, closed(Cause::Withdrawn), 0),
        (2, executed(Execution::Dropped), 0),
        (3, executed(Execution::Succeeded), 1),
    ] {
        let (world, _line, remote) = afar().await;
        world.will_approve();
        let (result, times) = ran(&remote, Changes { looks: AtomicU64::new(0), from }).await;
        assert_eq!((result.is_ok(), times), (runs == 1, runs), "look {from}");
        assert!(runs == 1 || result == Err(Denied::Changed));
        assert_eq!(world.phase().await, ends, "look {from}");
    }
}

#[tokio::test(start_paused = true)]
async fn lost_answers_cost_nothing_and_run_nothing_twice() {
    let (world, line, remote) = afar().await;
    for lost in [&line.lost_starts, &line.lost_waits, &line.lost_ends] {
        lost.store(3, SeqCst);
    }
    world.will_approve();
    assert_eq!(ran(&remote, deploy()).await, (Ok(1), 1));
    assert_eq!(world.starts().await, 1);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(line.lost_ends.load(SeqCst), 0, "it was insisted on");
    assert_eq!(world.phase().await, executed(Execution::Succeeded));
}

#[tokio::test(start_paused = true)]
async fn what_may_have_started_elsewhere_is_in_doubt_and_does_not_run() {
    let (world, line, remote) = afar().await;
    line.lost_starts.store(usize::MAX, SeqCst);
    world.will_approve();
    let (result, times) = ran(&remote, deploy().key("k").unwrap()).await;
    assert!(matches!(result, Err(Denied::InDoubt { retry_from: None, .. })), "{result:?}");
    assert_eq!((times, world.phase().await), (0, Phase::Started));

    // Whoever asks again makes another attempt.
    line.lost_starts.store(0, SeqCst);
    let (result, times) = ran(&remote, deploy().key("k").unwrap()).await;
    assert!(matches!(result, Err(Denied::InDoubt { .. })), "{result:?}");
    assert_eq!((times, world.starts().await), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_stays_away_is_given_up_and_nothing_runs() {
    let (world, line, remote) = afar().await;
    line.lost_waits.store(usize::MAX, SeqCst);
    assert_eq!(ran(&remote, deploy()).await, (Err(AWAY), 0));
    assert_eq!(world.phase().await, closed(Cause::Withdrawn), "nobody else could pick it up");
    line.lost_asks.store(1, SeqCst);
    assert_eq!(ran(&remote, call("free")).await, (Err(AWAY), 0));
    assert_eq!(world.starts().await, 0);
}

#[tokio::test(start_paused = true)]
async fn how_a_body_ends_is_told_whatever_happens() {
    let (world, _line, remote) = afar().await;
    let fails = remote.run(call("free"), async |_, _| Err::<(), _>(Denied::Expired)).await;
    assert_eq!(fails, Err(Denied::Expired));
    assert_eq!(world.phase().await, executed(Execution::Failed));

    let (world, _line, remote) = afar().await;
    let panics = async |_: Permit, _: DynamicAction| -> Result<(), Denied> { panic!("on purpose") };
    let panicked = caught(AssertUnwindSafe(|| remote.run(call("free"), panics))).await;
    let words = *panicked.unwrap_err().downcast::<&str>().unwrap();
    assert_eq!((words, world.phase().await), ("on purpose", executed(Execution::Panicked)));

    let (world, line, remote) = afar().await;
    line.lost_ends.store(5, SeqCst);
    let endless =
        async |_: Permit, _: DynamicAction| -> Result<(), Denied> { std::future::pending().await };
    let dropped = remote.run(call("free"), endless);
    assert!(tokio::time::timeout(Duration::from_secs(5), dropped).await.is_err());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.phase().await, executed(Execution::Dropped));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_takes_back_what_has_no_key() {
    for (action, ends) in
        [(deploy(), closed(Cause::Withdrawn)), (deploy().key("k").unwrap(), Phase::Pending)]
    {
        let (world, _line, remote) = afar().await;
        let waiting = remote.run(action, async |_, _| Ok::<_, Denied>(()));
        assert!(tokio::time::timeout(Duration::from_secs(5), waiting).await.is_err());
        assert_eq!(world.phase().await, ends);
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_grant_of_this_very_call_lets_it_run() {
    fn other_grant(request: RequestId, action: Digest, exp: i64, by: u8) -> Grant {
        let claims = serde_json::json!({
            "aud": ORIGIN, "exp": exp, "iat": 1, "iss": ORIGIN, "jti": request, "sub": "agent:a",
            "authorization_details": [{
                "action": "app.deploy", "action_digest": action, "approvers": ["u:mira"],
                "request_digest": Digest::ZERO, "type": "action_approval",
            }],
        });
        let claims: Claims = serde_json::from_value(claims).unwrap();
        let signer = key(by);
        let input = review::grant::signing_input(&claims, &signer.public_key()).unwrap();
        let signature = futures_util::FutureExt::now_or_never(signer.sign(input.as_bytes()));
        Grant::assemble(&input, signature.unwrap().unwrap())
    }
    const LATER: i64 = 1 << 40;
    let forgeries: [fn(&mut Consumed); 8] = [
        |it| it.grant = None,
        |it| it.grant = Some(other_grant(it.request, it.action, LATER, 4)),
        |it| it.grant = Some(other_grant(it.request, it.action, 1, 3)),
        |it| it.grant = Some(other_grant(it.request, Digest::ZERO, LATER, 3)),
        |it| {
            it.grant = Some(other_grant(
                "0199b3c5-6f00-7000-8000-000000000000".parse().unwrap(),
                it.action,
                LATER,
                3,
            ));
        },
        |it| it.document = it.document.replace('7', "8"),
        |it| {
            // All fits together, and is of something else than what was asked for here.
            it.document = it.document.replace('7', "8");
            it.action = Document::digest(it.document.as_bytes());
            it.grant = Some(other_grant(it.request, it.action, LATER, 3));
        },
        |it| it.request = "0199b3c5-6f00-7000-8000-000000000000".parse().unwrap(),
    ];
    for (n, forge) in forgeries.into_iter().enumerate() {
        let (world, line, remote) = afar().await;
        *line.forged.lock().unwrap() = Some(forge);
        world.will_approve();
        let (result, times) = ran(&remote, deploy()).await;
        assert!(matches!(result, Err(Denied::Revoked { .. })), "forgery {n}: {result:?}");
        assert_eq!((times, world.phase().await), (0, executed(Execution::Dropped)), "forgery {n}");
    }
    // What the server signs holds, so what is refused above is refused for what is wrong with it.
    let (world, line, remote) = afar().await;
    *line.forged.lock().unwrap() =
        Some(|it| it.grant = Some(other_grant(it.request, it.action, LATER, 3)));
    world.will_approve();
    assert_eq!(ran(&remote, deploy()).await, (Ok(1), 1));
}

/// Has a secret.
struct Login;

impl Action for Login {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("app.login", Risk::High)?;
        call.redact("password", "hunter2")?;
        call.unbound("client")
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_redacted_is_bound_there_and_shown_to_nobody() {
    let (world, _line, remote) = afar().await;
    let inbox = world.inbox.clone();
    let deciding = tokio::spawn(async move {
        let card = inbox.next().await;
        inbox.decide(&mira(), Ballot::approve(&card).unwrap()).await.unwrap();
        card
    });
    assert_eq!(ran(&remote, Login).await, (Ok(1), 1));
    let card = deciding.await.unwrap();
    assert!(card.document().redacted.contains_key("password"));
    assert!(!card.to_string().contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn the_notes_of_a_caller_elsewhere_stand_on_the_card() {
    let (world, _line, remote) = afar().await;
    let notes = r#"{"intent":"Make room","session":"run-17"}"#;
    let notes: Notes = serde_json::from_str(notes).unwrap();
    let remote = remote.notes(notes.clone());
    remote.submit(deploy().key("k").unwrap()).await.unwrap();
    assert_eq!(world.inbox.next().await.request().notes, notes);
    let unnamed = remote.submit(deploy()).await;
    assert_eq!(unnamed, Err(Denied::Invalid(DescribeError::NoKey)));
}

/// Polls `future` so often at most, and whether it came to its end.
async fn polled<F: Future>(future: F, most: usize) -> bool {
    let (mut future, mut left) = (Box::pin(future), most);
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left = left.saturating_sub(1);
        future.as_mut().poll(context).map(|_done| true)
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_cut_off_anywhere_never_runs_unrecorded_and_never_later() {
    let mut ends = std::collections::BTreeSet::new();
    for most in 1.. {
        let (world, line, remote) = afar().await;
        for lost in [&line.lost_starts, &line.lost_waits, &line.lost_ends] {
            lost.store(1, SeqCst);
        }
        world.will_approve();
        let (began, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let body = async |_: Permit, _: DynamicAction| {
            began.fetch_add(1, SeqCst);
            tokio::time::sleep(Duration::from_secs(1)).await;
            ended.fetch_add(1, SeqCst);
            Ok::<_, Denied>(())
        };
        let whole = polled(remote.run(deploy(), body), most).await;
        let (began, ended) = (began.load(SeqCst), ended.load(SeqCst));
        tokio::time::sleep(Duration::from_secs(120)).await;
        let phase = if world.trail().await.states().count() == 0 {
            Phase::Absent
        } else {
            world.phase().await
        };
        let is_right = match (began, ended) {
            (0, 0) => {
                let is_in_doubt = [Phase::Started, executed(Execution::Dropped)].contains(&phase);
                is_in_doubt || [Phase::Absent, closed(Cause::Withdrawn)].contains(&phase)
            }
            (1, 0) => phase == executed(Execution::Dropped),
            (1, 1) => phase == executed(Execution::Succeeded),
            _more => false,
        };
        assert!(is_right, "after {most} polls: began {began}, ended {ended}: {phase:?}");
        ends.insert(format!("{phase:?}"));
        if whole {
            break;
        }
    }
    assert!(ends.len() >= 3, "it was cut off at few places: {ends:?}");
}
