//! How answers reach the desk, and what becomes of those that come too late.

use approvals_core::{Card, Cause, Choice, Execution, Nudge, Outcome, Phase};

use super::Reviewing;
use super::scene::Scene;

/// One press is one decision, by the identity that the channel has authenticated.
pub async fn an_approval_reaches_the_desk_once_as_who_gave_it(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    let card = scene.ordinary(1).await;
    scene.present(&reviewing, &card).await;
    assert!(reviewing.approve(&card).await, "an ordinary card can be approved");
    let decision = scene.decision(&card).await;
    assert_eq!(decision.choice, Choice::Approve);
    assert_eq!(decision.identity, reviewing.identity(), "it is the identity of the channel");
    assert_eq!(scene.answers(), 1, "an answer is handed to the desk once");
}

/// And in the reviewer's words, which may follow.
pub async fn a_rejection_reaches_the_desk_with_its_reason(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    let card = scene.ordinary(1).await;
    scene.present(&reviewing, &card).await;
    let reason = "not on a Friday: ask \"mira\" <first> & wait";
    reviewing.reject(&card, reason).await;
    let decision = scene.decision(&card).await;
    let why = scene.why(&card, &decision).await;
    assert_eq!((decision.choice, why.as_deref()), (Choice::Reject, Some(reason)));
    assert_eq!(decision.identity, reviewing.identity(), "it is the identity of the channel");
    let said = if decision.reason.is_some() { 1 } else { 2 };
    assert_eq!(scene.answers(), said, "an answer is handed to the desk once, and so is a reason");
}

/// Neither before the channel has heard of the end nor after; and the next card is not affected.
pub async fn an_answer_after_the_end_changes_nothing(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    let card = scene.ordinary(1).await;
    scene.present(&reviewing, &card).await;
    scene.withdraw(&card).await;
    reviewing.approve(&card).await;
    check_withdrawn(&scene, &card).await;
    let ended = Phase::Ended(Outcome::Closed(Cause::Withdrawn));
    drop(reviewing.approver().update(&card, &ended).await);
    reviewing.approve(&card).await;
    check_withdrawn(&scene, &card).await;

    let next = scene.ordinary(2).await;
    scene.present(&reviewing, &next).await;
    assert!(reviewing.approve(&next).await, "the next card can be approved");
    scene.decision(&next).await;
}

async fn check_withdrawn(scene: &Scene, card: &Card) {
    scene.quiet().await;
    assert_eq!(scene.decisions(card).await, [], "it was too late to decide");
    let outcome = scene.outcome(card).await;
    assert_eq!(outcome, Some(Outcome::Closed(Cause::Withdrawn)), "it stays as it ended");
}

/// They may fail; they do not panic, decide nothing, and leave the channel usable. Whether its card was
/// presented, decided or never seen makes no difference.
pub async fn updates_and_nudges_harm_nothing_at_any_time(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    let never_presented = scene.ordinary(1).await;
    tell_everything(&reviewing, &never_presented).await;

    let card = scene.ordinary(2).await;
    scene.present(&reviewing, &card).await;
    nudge(&reviewing, &card).await;
    scene.quiet().await;
    assert_eq!(scene.answers(), 0, "nobody has answered");
    assert!(reviewing.approve(&card).await, "an ordinary card can be approved");
    scene.decision(&card).await;
    for _ in 0..2 {
        tell_everything(&reviewing, &card).await;
    }
    scene.decision(&card).await;
    assert_eq!(scene.decisions(&never_presented).await, [], "nobody has decided anything");

    let next = scene.ordinary(3).await;
    scene.present(&reviewing, &next).await;
    assert!(reviewing.approve(&next).await, "the next card can be approved");
    scene.decision(&next).await;
}

async fn nudge(reviewing: &impl Reviewing, card: &Card) {
    let group = "reviewers".parse().expect("this is a group");
    let obligation = "one-reviewer".parse().expect("this is a name");
    for nudge in [
        Nudge::Reminder { after_ms: 1 },
        Nudge::Escalation { after_ms: 2, group },
        Nudge::Channel { after_ms: 3, channel: "elsewhere".to_owned() },
        Nudge::Fallback { channel: "elsewhere".to_owned(), obligation },
    ] {
        drop(reviewing.approver().nudge(card, &nudge).await);
    }
}

async fn tell_everything(reviewing: &impl Reviewing, card: &Card) {
    for phase in [
        Phase::Pending,
        Phase::Granted,
        Phase::Started,
        Phase::Ended(Outcome::Executed(Execution::Succeeded)),
        Phase::Ended(Outcome::Closed(Cause::Expired)),
    ] {
        drop(reviewing.approver().update(card, &phase).await);
    }
    nudge(reviewing, card).await;
}
