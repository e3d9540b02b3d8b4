//! Calls and what becomes of them, in any order.

use super::*;

/// One call, and what becomes of it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) action: &'static str,
    pub(super) arguments: String,
    pub(super) amount: i64,
    pub(super) agent: u8,
    pub(super) repeatable: bool,
    pub(super) verdict: Verdict,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Ask,
    Present,
    Grant,
    Start,
    Finish(Execution),
    Close,
}

/// What stands in the log: of which plan, claimed to be when, and what.
pub(super) type Log = Vec<(usize, i64, Step)>;

fn steps() -> impl Strategy<Value = (bool, Verdict, Vec<Step>)> {
    use Execution::{Changed, Dropped, Failed, NotRun, Panicked, Succeeded};
    let one = Obligation::new("one").unwrap().seats("ops", 1).unwrap();
    let asked = Verdict::Review(Obligations::new([one]));
    let end = prop::sample::select(vec![Changed, Dropped, Failed, NotRun, Panicked, Succeeded]);
    let run = end.prop_map(|end| vec![Step::Start, Step::Finish(end)]);
    let again = prop::collection::vec(prop::bool::weighted(0.5), 0..3).prop_map(|drops| {
        let dropped = |is_told: bool| is_told.then_some(Step::Finish(Dropped));
        drops
            .into_iter()
            .flat_map(|told| [Some(Step::Start), dropped(told)])
            .flatten()
            .collect::<Vec<_>>()
    });
    let repeated = (again, run.clone()).prop_map(|(mut again, run)| {
        again.extend(run);
        (true, again)
    });
    let run = prop_oneof![
        3 => run.prop_map(|run| (false, run)),
        2 => repeated,
        1 => Just((false, vec![Step::Close])),
    ];
    prop_oneof![
        1 => Just((false, Verdict::Deny("no".into()), vec![Step::Ask, Step::Close])),
        4 => run.clone().prop_map(|(again, run)| (again, Verdict::Allow, [vec![Step::Ask], run].concat())),
        4 => (run, any::<bool>()).prop_map(move |((again, run), is_presented)| {
            let asked_first = if is_presented { vec![Step::Ask, Step::Present] } else { vec![Step::Ask] };
            (again, asked.clone(), [asked_first, vec![Step::Grant], run].concat())
        }),
    ]
}

fn amount() -> impl Strategy<Value = (String, i64)> {
    prop_oneof![
        6 => (0..100_000_i64).prop_map(|cents| (format!(r#"{{"cents":{cents}}}"#), cents)),
        1 => (0..99_i64).prop_map(|cents| (format!(r#"{{"cents":{cents},"note":"{}"}}"#, "x".repeat(30_000)), cents)),
        1 => Just((r#"{"cents":-5000}"#.to_owned(), 0)),
        1 => prop::sample::select(vec![r"{}", r#"{"cents":"1"}"#, r#"{"cents":1.5}"#, r#"{"cents":9007199254740991}"#])
            .prop_map(|odd| (odd.to_owned(), MOST)),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    (steps(), amount(), 0..2_u8, prop::bool::weighted(0.8)).prop_map(
        |((repeatable, verdict, steps), (arguments, amount), agent, is_ours)| {
            let action = if is_ours { "pay.out" } else { "pay.in" };
            Plan { action, arguments, amount, agent, repeatable, verdict, steps }
        },
    )
}

/// Plans, and the order in which their steps come, each with what the clock did since the one before.
pub(super) fn history() -> impl Strategy<Value = (Vec<Plan>, Log)> {
    let order = prop::collection::vec((any::<prop::sample::Index>(), -50..70_i64), 0..40);
    (prop::collection::vec(plan(), 1..8), order).prop_map(|(plans, order)| {
        let (mut log, mut now) = (Log::new(), 1_000_000 * MINUTE);
        let mut done = vec![0; plans.len()];
        for (index, minutes) in order {
            let n = index.index(plans.len());
            let Some(step) = plans[n].steps.get(done[n]) else { continue };
            now += minutes * MINUTE;
            done[n] += 1;
            log.push((n, now, *step));
        }
        (plans, log)
    })
}
