//! Which step comes next: half of them are such as bring a request on from where it stands, half are anything at all.

use proptest::prelude::*;
use proptest::strategy::Union;
use proptest_state_machine::ReferenceStateMachine;

use super::model::{AGENT, Case, How, OWNER, Phase, Verdict, Why};
use super::people::{ACCOUNTS, DAY, MINUTE, Millis, Place, Rule};
use super::world::{Again, OWN_ACT, SLOTS, Scope, Step, World};

/// One obligation. Those that stand beside each other never move people at the same moment.
fn rule(name: &'static str, odd: Millis) -> impl Strategy<Value = Rule> {
    let seats = prop::sample::select(vec![
        vec![("a", 1)],
        vec![("b", 1)],
        vec![("a", 2)],
        vec![("a", 1), ("b", 1)],
        vec![("a", 2), ("b", 1)],
    ]);
    let spans = (
        prop::sample::select(vec![30 * MINUTE, 30 * MINUTE, 9 * MINUTE]),
        prop::sample::select(vec![60 * MINUTE, 5 * MINUTE, 90_500]),
        prop::sample::select(vec![15 * MINUTE, 2 * MINUTE, 45_250]),
        prop::sample::select(vec![0, 3 * MINUTE]),
    );
    let flags = (prop::bool::weighted(0.2), prop::bool::weighted(0.3));
    let moves = (
        prop::option::of(prop::sample::select(vec![2 * MINUTE + odd, 6 * MINUTE + odd])),
        prop::option::of(Just(4 * MINUTE + odd)),
        place(odd),
    );
    (seats, 1..3_usize, spans, flags, moves).prop_map(move |(seats, veto, spans, flags, moves)| {
        let (approve_within, vote_lives, execute_within, cool_off) = spans;
        let ((owner_may, shared), (escalate, remind, place)) = (flags, moves);
        let escalate = escalate.map(|after| (after, "c"));
        Rule {
            name,
            seats,
            veto,
            approve_within,
            vote_lives,
            execute_within,
            cool_off,
            owner_may,
            shared,
            escalate,
            remind,
            place,
        }
    })
}

/// Of those that stand beside each other, one at most depends on what a channel shows.
fn place(odd: Millis) -> impl Strategy<Value = Place> {
    let seen = if odd == 0 { Place::ThenWeb(None) } else { Place::Chat };
    prop_oneof![
        4 => Just(Place::Anywhere),
        1 => Just(Place::Chat),
        2 => Just(Place::ThenWeb(Some(5 * MINUTE + odd))),
        2 => Just(seen),
    ]
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        2 => Just(Verdict::Allow),
        1 => Just(Verdict::Deny),
        9 => rule("one", 0).prop_map(|one| Verdict::Review(vec![one])),
        8 => usual().prop_map(|which| Verdict::Review(vec![Rule::usual(which)])),
        5 => (rule("one", 0), rule("two", 1000))
            .prop_map(|(one, two)| Verdict::Review(vec![one, two])),
    ]
}

fn usual() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0), 1 => Just(1)]
}

fn slot() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 2 => Just(1), 1 => Just(2), 1 => Just(OWN_ACT)]
}

fn person() -> impl Strategy<Value = usize> {
    0..ACCOUNTS.len()
}

fn group() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "c"])
}

fn how() -> impl Strategy<Value = How> {
    prop::sample::select(vec![
        How::Succeeded,
        How::Failed,
        How::Panicked,
        How::Dropped,
        How::Dropped,
        How::Changed,
        How::NotRun,
    ])
}

fn ask(slot: impl Strategy<Value = usize> + 'static) -> BoxedStrategy<Step> {
    let flags = (any::<bool>(), prop::bool::weighted(0.3));
    (slot, verdict(), flags)
        .prop_map(|(slot, verdict, (repeatable, emergency))| Step::Ask {
            slot,
            verdict,
            repeatable,
            emergency,
        })
        .boxed()
}

fn vote(
    slot: impl Strategy<Value = usize> + 'static,
    approve: f64,
    right: f64,
) -> BoxedStrategy<Step> {
    let flags = [0.4, approve, 0.3, right, 0.85].map(prop::bool::weighted);
    (slot, person(), flags)
        .prop_map(|(slot, person, [lent, yes, web, right, grant])| Step::Vote {
            slot,
            person,
            lent,
            yes,
            web,
            right,
            grant,
        })
        .boxed()
}

fn start(slot: impl Strategy<Value = usize> + 'static) -> BoxedStrategy<Step> {
    use Again::{Allow, Deny, Less, More, Other, Same};
    let again = prop::sample::select(vec![Same, Same, Same, Same, Allow, Deny, Less, More, Other]);
    (slot, prop::bool::weighted(0.9), again)
        .prop_map(|(slot, right, again)| Step::Start { slot, right, again })
        .boxed()
}

fn finish(slot: impl Strategy<Value = usize> + 'static) -> BoxedStrategy<Step> {
    let back = prop::sample::select(vec![0, 0, 1, 2]);
    (slot, how(), back).prop_map(|(slot, how, back)| Step::Finish { slot, how, back }).boxed()
}

fn nudge(slot: impl Strategy<Value = usize> + 'static) -> BoxedStrategy<Step> {
    (slot, prop::bool::weighted(0.8)).prop_map(|(slot, right)| Step::Nudge { slot, right }).boxed()
}

fn note(slot: impl Strategy<Value = usize> + 'static) -> BoxedStrategy<Step> {
    let flags = [0.3, 0.3].map(prop::bool::weighted);
    (slot, flags).prop_map(|(slot, [shown, web])| Step::Note { slot, shown, web }).boxed()
}

fn judged(slot: impl Strategy<Value = usize> + 'static) -> BoxedStrategy<Step> {
    let said = (any::<bool>(), any::<bool>());
    (slot, person(), said)
        .prop_map(|(slot, person, (review, done))| {
            if review {
                Step::Review { slot, person }
            } else {
                Step::Resolve { slot, person, done }
            }
        })
        .boxed()
}

fn wait() -> BoxedStrategy<Step> {
    prop_oneof![
        8 => 0..2_000_i64,
        8 => 20_000..200_000_i64,
        6 => MINUTE..8 * MINUTE,
        2 => 10 * MINUTE..70 * MINUTE,
        1 => DAY - MINUTE..DAY + MINUTE,
    ]
    .prop_map(Step::Wait)
    .boxed()
}

fn close() -> BoxedStrategy<Step> {
    let why = prop::sample::select(vec![
        Why::Denied,
        Why::Rejected,
        Why::Expired,
        Why::Expired,
        Why::Withdrawn,
        Why::Revoked,
        Why::RevokedBySomebody,
        Why::Undeliverable,
        Why::Unsatisfiable,
        Why::Stopped,
    ]);
    (slot(), why).prop_map(|(slot, why)| Step::Close { slot, why }).boxed()
}

fn directory() -> BoxedStrategy<Step> {
    prop_oneof![
        3 => (person(), group()).prop_map(|(person, group)| Step::Leave { person, group }),
        2 => (person(), group()).prop_map(|(person, group)| Step::Join { person, group }),
        1 => person().prop_map(|person| Step::Vanish { person }),
        2 => person().prop_map(|person| Step::Return { person }),
    ]
    .boxed()
}

fn log() -> BoxedStrategy<Step> {
    let scope = prop_oneof![
        1 => Just(Scope::Everything),
        1 => prop::sample::select(vec![AGENT, OWNER, "u:ada"]).prop_map(Scope::Principal),
        2 => (0..SLOTS).prop_map(Scope::Slot),
    ];
    let lives = || prop::sample::select(vec![2 * MINUTE, 60 * MINUTE]);
    prop_oneof![
        1 => any::<[bool; 3]>()
            .prop_map(|[right, guarded, agreed]| Step::Load { right, guarded, agreed }),
        2 => scope.prop_map(Step::Stop),
        3 => (0..4_usize).prop_map(Step::Lift),
        2 => (person(), person(), group(), lives())
            .prop_map(|(from, to, group, lives)| Step::Lend { from, to, group, lives }),
        // To somebody who has no vote of their own.
        2 => (0..5_usize, Just(6), prop::sample::select(vec!["a", "b"]), lives())
            .prop_map(|(from, to, group, lives)| Step::Lend { from, to, group, lives }),
        1 => person().prop_map(|from| Step::TakeBack { from }),
        5 => (0..3_usize, slot(), usual(), 1..3_usize, lives()).prop_map(
            |(which, slot, usual, uses, lives)| Step::Stand { which, slot, usual, uses, lives }
        ),
        2 => (0..3_usize, 10..13_usize).prop_map(|(which, call)| Step::Use { which, call }),
        1 => (0..3_usize).prop_map(|which| Step::Retire { which }),
    ]
    .boxed()
}

/// Anything at all.
fn anything() -> BoxedStrategy<Step> {
    prop_oneof![
        1 => ask(slot()),
        4 => vote(slot(), 0.7, 0.85),
        1 => slot().prop_map(|slot| Step::Issue { slot }),
        2 => start(slot()),
        2 => finish(slot()),
        1 => close(),
        1 => note(slot()),
        1 => nudge(slot()),
        1 => judged(slot()),
        4 => wait(),
        1 => (0..90 * MINUTE).prop_map(Step::TurnBack),
        3 => directory(),
        5 => log(),
        2 => any::<bool>().prop_map(|to_bytes| Step::Crash { to_bytes }),
    ]
    .boxed()
}

/// What brings the request in `slot` on.
fn onward(slot: usize, phase: Phase) -> BoxedStrategy<Step> {
    match phase {
        Phase::Absent => ask(Just(slot)),
        Phase::Allowed => start(Just(slot)),
        Phase::Granted => {
            prop_oneof![6 => start(Just(slot)), 2 => vote(Just(slot), 0.3, 1.0), 1 => wait()]
                .boxed()
        }
        Phase::Pending => prop_oneof![
            8 => vote(Just(slot), 0.9, 1.0),
            1 => Just(Step::Issue { slot }),
            2 => note(Just(slot)),
            2 => nudge(Just(slot)),
        ]
        .boxed(),
        Phase::Started | Phase::Ran(How::Dropped) => prop_oneof![
            3 => finish(Just(slot)),
            3 => start(Just(slot)),
            2 => judged(Just(slot)),
            2 => wait(),
        ]
        .boxed(),
        Phase::Ran(_) | Phase::Closed(_) | Phase::Resolved(_) => {
            prop_oneof![1 => judged(Just(slot)), 1 => vote(Just(slot), 0.8, 1.0)].boxed()
        }
    }
}

thread_local! {
    /// Made once: a thousand sequences of steps are many.
    static ANYTHING: BoxedStrategy<Step> = anything();
    static ONWARD: Vec<(usize, Phase, BoxedStrategy<Step>)> = every_onward();
}

fn every_onward() -> Vec<(usize, Phase, BoxedStrategy<Step>)> {
    let phases = [
        Phase::Absent,
        Phase::Allowed,
        Phase::Pending,
        Phase::Granted,
        Phase::Started,
        Phase::Ran(How::Dropped),
    ];
    let end = Phase::Resolved(true);
    let all =
        (0..SLOTS).flat_map(|slot| phases.into_iter().chain([end]).map(move |one| (slot, one)));
    all.map(|(slot, phase)| (slot, phase, onward(slot, phase))).collect()
}

fn ready_onward(slot: usize, phase: Phase) -> BoxedStrategy<Step> {
    ONWARD.with(|all| {
        let mut own = all.iter().filter(|(of, ..)| *of == slot);
        // The last is for everything that is over.
        let fits = |at: &Phase| *at == phase || *at == Phase::Resolved(true);
        own.find(|(_, at, _)| fits(at)).unwrap().2.clone()
    })
}

impl ReferenceStateMachine for World {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn transitions(world: &Self) -> BoxedStrategy<Step> {
        let may_go_on = |case: &Case| case.is_in_doubt() && case.retry_after.is_some();
        let is_over =
            |phase| matches!(phase, Phase::Ran(_) | Phase::Closed(_) | Phase::Resolved(_));
        // The first that is not over is brought on more than the others.
        let mut open = world.cases.iter().enumerate();
        let next = open.find(|(_, case)| !is_over(case.phase) || may_go_on(case));
        let next = next.map_or((0, world.cases[0].phase), |(slot, case)| (slot, case.phase));
        let first = (0, world.cases[0].phase);
        let overdue = world.cases.iter().position(|case| case.is_overdue(world.now));
        let expires = overdue.map(|slot| Just(Step::Close { slot, why: Why::Expired }).boxed());
        let ways = [
            (6, Some(ready_onward(next.0, next.1))),
            (1, Some(ready_onward(first.0, first.1))),
            (7, Some(ANYTHING.with(Clone::clone))),
            (3, expires),
        ];
        let ways = ways.into_iter().filter_map(|(weight, way)| Some((weight, way?)));
        Union::new_weighted(ways.collect()).boxed()
    }

    fn apply(mut world: Self, step: &Step) -> Self {
        world.take(step);
        world
    }
}
