//! Totals that include the call that is asked about.

use super::*;

/// What is stated about this call at this moment, as the request of this number, if any.
async fn asked(total: &RunningTotal, plan: &Plan, now: i64, about: Option<usize>) -> i64 {
    let bytes = document(plan.action, &plan.arguments, plan.repeatable);
    let document = Document::parse(&bytes).unwrap();
    let requester = agent(plan.agent);
    let facts = Facts::new(&document, &requester, at(now));
    let facts = about.map_or(facts, |n| facts.about(id(n)));
    match total.facts(&facts).await.unwrap().into_values().next() {
        Some(Fact::Int(sum)) => sum,
        other => panic!("one integer is stated, not {other:?}"),
    }
}

/// What is expected about one of the plans, from those that count: the sum, and the number of its agent's calls.
type Expected = fn(&[Plan], &Counted<'_>, usize) -> (i64, i64);

/// Which calls count, among those that are asked for.
type Counted<'a> = dyn Fn(&dyn Fn(usize) -> bool) -> Vec<usize> + 'a;

fn once(plans: &[Plan], counted: &Counted<'_>, own: usize) -> (i64, i64) {
    let is_ours = plans[own].action == "pay.out";
    let sum: i64 = counted(&|n| n != own).iter().map(|n| plans[*n].amount).sum();
    let calls = counted(&|n| n != own && plans[n].agent == plans[own].agent).len();
    let (amount, one) = if is_ours { (plans[own].amount, 1) } else { (0, 0) };
    (sum.saturating_add(amount).min(MOST), i64::try_from(calls).unwrap() + one)
}

/// Whether any answer about any of the plans, asked for already or not, is another than expected.
fn differs(
    expected: Expected,
    plans: &[Plan],
    log: &Log,
    reads: &[(usize, i64, prop::sample::Index)],
) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut writer = Writer::new().await;
        let sum = writer.total().sum("cents").with_this_call();
        let calls = writer.total().per_requester().with_this_call();
        for (written, (n, when, step)) in log.iter().enumerate() {
            writer.write(&plans[*n], *n, *when, *step).await;
            for (_, minutes, own) in reads.iter().filter(|(after, ..)| *after == written) {
                let (own, now) = (own.index(plans.len()), when + minutes * MINUTE);
                let so_far = log[..=written].to_vec();
                let counted =
                    |is_asked: &dyn Fn(usize) -> bool| counted(plans, &so_far, now, is_asked);
                let expected = expected(plans, &counted, own);
                let plan = &plans[own];
                let found = (
                    asked(&sum, plan, now, Some(own)).await,
                    asked(&calls, plan, now, Some(own)).await,
                );
                if found != expected {
                    return Some(format!("{found:?} at {now} about {own}, not {expected:?}"));
                }
            }
        }
        None
    })
}

fn reads() -> impl Strategy<Value = Vec<(usize, i64, prop::sample::Index)>> {
    prop::collection::vec((0..40_usize, -300..300_i64, any::<prop::sample::Index>()), 0..30)
}

proptest! {
    #[test]
    fn the_call_itself_counts_once_whether_or_not_it_is_in_the_log(
        (plans, log) in history(),
        reads in reads(),
    ) {
        prop_assert_eq!(differs(once, &plans, &log, &reads), None);
    }
}

/// Mistakes that the property above would see.
#[test]
fn a_call_that_counts_twice_not_at_all_or_for_another_action_is_seen() {
    let wrong: [Expected; 3] = [
        |plans, counted, own| {
            let all: i64 = counted(&|_| true).iter().map(|n| plans[*n].amount).sum();
            let (_, calls) = once(plans, counted, own);
            let is_ours = plans[own].action == "pay.out";
            (all.saturating_add(if is_ours { plans[own].amount } else { 0 }).min(MOST), calls)
        },
        |plans, counted, own| {
            let sum: i64 = counted(&|n| n != own).iter().map(|n| plans[*n].amount).sum();
            (sum.min(MOST), once(plans, counted, own).1)
        },
        |plans, counted, own| {
            let ours: Vec<Plan> =
                plans.iter().map(|plan| Plan { action: "pay.out", ..plan.clone() }).collect();
            once(&ours, counted, own)
        },
    ];
    for (which, expected) in wrong.into_iter().enumerate() {
        let mut runner = TestRunner::deterministic();
        let found = runner.run(&(history(), reads()), |((plans, log), reads)| {
            prop_assert_eq!(differs(expected, &plans, &log, &reads), None);
            Ok(())
        });
        assert!(found.is_err(), "nobody would notice mistake {which}");
    }
}

#[tokio::test]
async fn at_most_a_thousand_an_hour_is_one_comparison() {
    let mut writer = Writer::new().await;
    let total = writer.total().sum("cents").with_this_call();
    let plan = payment(30_000, Verdict::Allow, false);
    let mut paid = 0;
    for n in 0..5 {
        if asked(&total, &plan, 0, Some(n)).await <= 100_000 {
            writer.write(&plan, n, 0, Step::Ask).await;
            assert!(
                asked(&total, &plan, 0, Some(n)).await <= 100_000,
                "asked again before it runs"
            );
            writer.write(&plan, n, 0, Step::Start).await;
            paid += 300;
        }
    }
    assert_eq!(paid, 900);
    let rest = |cents| payment(cents, Verdict::Allow, false);
    assert_eq!(asked(&total, &rest(10_000), 0, None).await, 100_000, "what is left may be paid");
    assert_eq!(asked(&total, &rest(10_001), 0, None).await, 100_001);
    assert_eq!(asked(&total, &rest(100_001), WINDOW + 1, None).await, 100_001, "alone");
}

#[tokio::test]
async fn an_amount_that_is_none_is_the_largest_and_one_below_zero_nothing() {
    let mut writer = Writer::new().await;
    let total = writer.total().sum("cents").with_this_call();
    writer.write(&payment(7, Verdict::Allow, false), 0, 0, Step::Ask).await;
    let call = |action, arguments: &str| Plan {
        action,
        arguments: arguments.to_owned(),
        ..payment(0, Verdict::Allow, false)
    };
    for (action, arguments, expected) in [
        ("pay.out", r#"{"cents":-5000}"#, 7),
        ("pay.out", r"{}", MOST),
        ("pay.out", r#"{"cents":"1"}"#, MOST),
        ("pay.out", r#"{"cents":1.5}"#, MOST),
        ("pay.out", r#"{"cents":null}"#, MOST),
        ("pay.out", r#"{"cents":9007199254740991}"#, MOST),
        ("pay.in", r"{}", 7),
        ("pay.out.more", r#"{"cents":5}"#, 7),
    ] {
        assert_eq!(asked(&total, &call(action, arguments), 0, None).await, expected, "{arguments}");
    }
}
