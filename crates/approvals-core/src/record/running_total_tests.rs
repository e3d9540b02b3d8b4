use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use plan::{Log, Plan, Step, history};

use super::*;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::action::principal::{Principal, Requester};
use crate::policy::fact::FactSet;
use crate::policy::obligation::Obligation;
use crate::policy::obligations::Obligations;
use crate::policy::policy::{Ruling, Verdict};
use crate::record::body::Body;
use crate::record::event::{Cause, Event, Execution, What};
use crate::record::ledger::{Append, Attachment, NewEntry};
use crate::record::memory::MemoryLedger;
use crate::record::signer::{LocalSigner, Signer as _};
use crate::record::tally::MOST;
use crate::review::grant::{self, Claims, Grant};
use crate::review::request::Request;

#[path = "running_total_plan_tests.rs"]
mod plan;
#[path = "running_total_call_tests.rs"]
mod with_this_call;

const MINUTE: i64 = 60_000;
const WINDOW: i64 = 60 * MINUTE;
const DAY: i64 = 24 * 60 * MINUTE;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn id(n: usize) -> RequestId {
    RequestId::keyed(&Digest::of("key", &n.to_be_bytes()))
}

fn agent(n: u8) -> Requester {
    Requester::new(Principal::agent(&format!("agent:{n}")).unwrap())
}

fn document(action: &str, arguments: &str, repeatable: bool) -> Vec<u8> {
    let again = if repeatable { r#","retry_after_ms":1000"# } else { "" };
    let text = format!(
        r#"{{"action":"{action}","arguments":{arguments},"log":"t","on_behalf_of":[],"redacted":{{}},"requester":"agent:0"{again},"risk":"high","unbound":[]}}"#
    );
    text.into_bytes()
}

fn request(plan: &Plan, n: usize, asked_at: i64, action: Digest) -> Request {
    let ruling = Ruling::new(plan.verdict.clone(), Vec::new(), Digest::of("policy", b""));
    Request::new(id(n), None, action, &agent(plan.agent).into(), ruling, at(asked_at))
}

/// Writes the log as a gate would.
struct Writer {
    ledger: Arc<MemoryLedger>,
    versions: BTreeMap<usize, u64>,
    asked: BTreeMap<usize, Request>,
}

impl Writer {
    async fn new() -> Self {
        let key = LocalSigner::from_seed(&[1; 32]).unwrap();
        let ledger = Arc::new(MemoryLedger::new("example.com/test", key).await.unwrap());
        Self { ledger, versions: BTreeMap::new(), asked: BTreeMap::new() }
    }

    async fn write(&mut self, plan: &Plan, n: usize, when: i64, step: Step) {
        let bytes = document(plan.action, &plan.arguments, plan.repeatable);
        let action = Document::digest(&bytes);
        let mut attachments = Vec::new();
        let what = match step {
            Step::Ask => {
                let request = request(plan, n, when, action);
                self.asked.insert(n, request.clone());
                let document = Body::of(&bytes);
                if let Body::Beside(digest) = document {
                    attachments.push(Attachment { digest, bytes, erasable: false });
                }
                What::Requested { request, document }
            }
            Step::Present => What::Presented {
                channel: "c".into(),
                card: Digest::of("card", b""),
                message: None,
            },
            Step::Grant => {
                let request = &self.asked[&n];
                let claims = Claims::new("t", request, plan.action, Vec::new(), at(when)).unwrap();
                let key = LocalSigner::from_seed(&[2; 32]).unwrap().public_key();
                let input = grant::signing_input(&claims, &key).unwrap();
                What::Granted { grant: Grant::assemble(&input, [0; 64]) }
            }
            Step::Start => What::Started {
                action,
                attempt: None,
                facts: FactSet::new(),
                fence: 1,
                policy: Digest::of("policy", b""),
            },
            Step::Finish(execution) => What::Finished { execution, fence: 1 },
            Step::Close => What::Closed { cause: Cause::Withdrawn },
        };
        let bytes = Event::new(at(when), Some(id(n)), what).to_bytes().unwrap();
        let expected = self.versions.entry(n).or_default();
        let entries = vec![NewEntry { bytes, attachments }];
        let append =
            Append { request: Some(id(n)), expected: *expected, log_expected: None, entries };
        self.ledger.append(append).await.unwrap();
        *expected += 1;
    }

    fn total(&self) -> RunningTotal {
        let window = Duration::from_millis(WINDOW.unsigned_abs());
        RunningTotal::new("pay.total", "pay.out", window, Arc::clone(&self.ledger)).unwrap()
    }
}

/// What is stated about a call of this agent at this moment, as the request of this number, if any.
async fn stated(
    total: &RunningTotal,
    now: i64,
    by: u8,
    about: Option<usize>,
) -> Result<i64, FactError> {
    let document = Document::parse(&document("pay.out", "{}", false)).unwrap();
    let requester = agent(by);
    let facts = Facts::new(&document, &requester, at(now));
    let facts = about.map_or(facts, |n| facts.about(id(n)));
    let stated = total.facts(&facts).await?;
    let [(name, Fact::Int(sum))] = &stated.into_iter().collect::<Vec<_>>()[..] else {
        panic!("one integer is stated")
    };
    assert_eq!(name.as_str(), "pay.total");
    Ok(*sum)
}

/// The same from scratch, call by call.
type Recount = fn(&[Plan], &Log, i64, &dyn Fn(usize) -> bool) -> Vec<usize>;

fn counted(plans: &[Plan], log: &Log, now: i64, is_asked: &dyn Fn(usize) -> bool) -> Vec<usize> {
    let latest = |upto: usize| log[..=upto].iter().map(|(_, when, _)| *when).max().unwrap();
    let counts = |n: usize| {
        let own: Vec<(i64, i64, Step)> = (0..log.len())
            .filter(|place| log[*place].0 == n)
            .map(|place| (latest(place), log[place].1, log[place].2))
            .collect();
        let starts = own.iter().filter(|(_, _, step)| *step == Step::Start).count();
        let Some((time, when, last)) = own.into_iter().rfind(|(_, _, step)| *step != Step::Present)
        else {
            return false;
        };
        let until = match (last, &plans[n].verdict) {
            (Step::Close, _) | (_, Verdict::Deny(_)) => return false,
            (Step::Finish(Execution::NotRun | Execution::Changed), _) if starts == 1 => {
                return false;
            }
            (Step::Start | Step::Finish(_), _) => time,
            (Step::Ask, Verdict::Allow) => time.max(when + DAY),
            (Step::Ask | Step::Present, _) => time.max(when + 30 * MINUTE),
            (Step::Grant, _) => time.max((when + 15 * MINUTE) / 1000 * 1000),
        };
        now <= until + WINDOW
    };
    (0..plans.len())
        .filter(|n| plans[*n].action == "pay.out" && is_asked(*n) && counts(*n))
        .collect()
}

/// Whether any answer, however the reads fall between the writes, is another than `recount` gives.
fn differs(
    recount: Recount,
    plans: &[Plan],
    log: &Log,
    reads: &[(usize, i64, Option<usize>)],
) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut writer = Writer::new().await;
        let sum = writer.total().sum("cents");
        let calls = writer.total().per_requester();
        for (written, (n, when, step)) in log.iter().enumerate() {
            writer.write(&plans[*n], *n, *when, *step).await;
            for (_, minutes, about) in reads.iter().filter(|(after, ..)| *after == written) {
                let so_far = log[..=written].to_vec();
                let now = when + minutes * MINUTE;
                let all = recount(plans, &so_far, now, &|n| Some(n) != *about);
                let expected = all.iter().map(|n| plans[*n].amount).sum::<i64>().min(MOST);
                let found = stated(&sum, now, 0, *about).await.unwrap();
                let mine =
                    recount(plans, &so_far, now, &|n| plans[n].agent == 1 && Some(n) != *about);
                let found_calls = stated(&calls, now, 1, *about).await.unwrap();
                if (found, found_calls) != (expected, i64::try_from(mine.len()).unwrap()) {
                    return Some(format!(
                        "{found} and {found_calls} at {now}, rather than {all:?}, {mine:?}"
                    ));
                }
            }
        }
        None
    })
}

fn reads() -> impl Strategy<Value = Vec<(usize, i64, Option<usize>)>> {
    prop::collection::vec((0..40_usize, -300..300_i64, prop::option::of(0..8_usize)), 0..30)
}

proptest! {
    #[test]
    fn the_total_is_that_of_a_recount_however_reads_and_writes_interleave(
        (plans, log) in history(),
        reads in reads(),
    ) {
        prop_assert_eq!(differs(counted, &plans, &log, &reads), None);
    }
}

/// Mistakes that the property above would see.
#[test]
fn a_count_that_overlooks_something_is_another_count() {
    let wrong: [Recount; 4] = [
        |plans, log, now, asked| {
            let ran: Log = log
                .iter()
                .filter(|(n, ..)| log.iter().any(|(m, _, step)| n == m && *step == Step::Start))
                .copied()
                .collect();
            counted(plans, &ran, now, asked) // only what was started
        },
        |plans, log, now, _| counted(plans, log, now, &|_| true),
        |plans, log, now, asked| counted(plans, log, now + 1, asked),
        |plans, log, now, asked| {
            let sane: Vec<Plan> =
                plans.iter().map(|plan| Plan { action: "pay.out", ..plan.clone() }).collect();
            counted(&sane, log, now, asked)
        },
    ];
    for (which, recount) in wrong.into_iter().enumerate() {
        let mut runner = TestRunner::deterministic();
        let found = runner.run(&(history(), reads()), |((plans, log), reads)| {
            prop_assert_eq!(differs(recount, &plans, &log, &reads), None);
            Ok(())
        });
        assert!(found.is_err(), "nobody would notice mistake {which}");
    }
}

fn payment(cents: i64, verdict: Verdict, repeatable: bool) -> Plan {
    let arguments = format!(r#"{{"cents":{cents}}}"#);
    let action = "pay.out";
    Plan { action, arguments, amount: cents, agent: 0, repeatable, verdict, steps: Vec::new() }
}

/// Twenty payments of 600 are one of 12 000, whether they are asked for one after another or all before any runs.
#[tokio::test]
async fn a_payment_that_is_split_is_not_smaller() {
    for runs_at_once in [true, false] {
        let mut writer = Writer::new().await;
        let total = writer.total().sum("cents");
        let mut large = 0;
        for n in 0..20 {
            let now = i64::try_from(n).unwrap() * MINUTE;
            let before = stated(&total, now, 0, Some(n)).await.unwrap();
            large += u32::from(before + 60_000 > 1_000_000);
            let plan = payment(60_000, Verdict::Allow, false);
            writer.write(&plan, n, now, Step::Ask).await;
            if runs_at_once {
                writer.write(&plan, n, now, Step::Start).await;
                writer.write(&plan, n, now, Step::Finish(Execution::Succeeded)).await;
            }
            // Asked again before it is used, the answer has not become larger by the call itself.
            assert_eq!(stated(&total, now, 0, Some(n)).await.unwrap(), before);
        }
        assert_eq!(
            large, 4,
            "16 of them are 9 600, and the seventeenth is the first that is too much"
        );
    }
}

#[tokio::test]
async fn what_was_submitted_counts_while_it_can_start_and_for_the_window() {
    let mut writer = Writer::new().await;
    let total = writer.total().sum("cents");
    let plan = payment(60_000, Verdict::Allow, false);
    for n in 0..20 {
        writer.write(&plan, n, 0, Step::Ask).await;
    }
    assert_eq!(stated(&total, DAY + WINDOW, 0, Some(0)).await.unwrap(), 19 * 60_000);
    writer.write(&plan, 0, DAY, Step::Close).await;
    assert_eq!(stated(&total, DAY + WINDOW, 0, None).await.unwrap(), 19 * 60_000);
    assert_eq!(stated(&total, DAY + WINDOW + 1, 0, None).await.unwrap(), 0);
}

#[tokio::test]
async fn the_sum_ends_at_the_largest_fact_and_memory_at_the_window() {
    for repeatable in [false, true] {
        let mut writer = Writer::new().await;
        let total = writer.total().sum("cents");
        let plan = payment(MOST, Verdict::Allow, repeatable);
        for n in 0..50 {
            let now = i64::try_from(n).unwrap() * WINDOW;
            for step in [Step::Ask, Step::Start, Step::Finish(Execution::Failed)] {
                writer.write(&plan, n, now, step).await;
            }
            assert_eq!(stated(&total, now, 0, None).await.unwrap(), MOST);
            assert!(total.tally.lock().await.remembered() <= 4);
        }
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_an_error_every_time() {
    let good = payment(1, Verdict::Allow, false);
    let append = |request, expected, bytes: &[u8]| Append {
        request,
        expected,
        log_expected: None,
        entries: vec![NewEntry { bytes: bytes.to_vec(), attachments: Vec::new() }],
    };
    let other = Event::new(at(0), Some(id(1)), What::Closed { cause: Cause::Expired });
    let body = Body::Beside(Digest::of("action", b"gone"));
    let lost = What::Requested {
        request: request(&good, 0, 0, Digest::of("action", b"gone")),
        document: body,
    };
    let lost = Event::new(at(0), Some(id(0)), lost);
    let unknown = br#"{"at":0,"request":null,"v":1,"what":{"reversed":{}}}"#.to_vec();
    let newer = br#"{"at":0,"request":null,"v":2,"what":{"closed":{"cause":"expired"}}}"#.to_vec();
    for (request, bytes) in [
        (None, unknown),
        (None, newer),
        (None, b"{}".to_vec()),
        (Some(id(0)), other.to_bytes().unwrap()),
        (Some(id(0)), lost.to_bytes().unwrap()),
    ] {
        let mut writer = Writer::new().await;
        let total = writer.total();
        writer.write(&good, 7, 0, Step::Ask).await;
        assert_eq!(stated(&total, 0, 0, None).await.unwrap(), 1);
        writer.ledger.append(append(request, 0, &bytes)).await.unwrap();
        writer.write(&good, 8, 0, Step::Ask).await;
        for _ in 0..2 {
            assert!(
                stated(&total, 0, 0, None).await.is_err(),
                "{}",
                String::from_utf8_lossy(&bytes)
            );
            assert!(total.catch_up().await.is_err());
        }
    }
}
