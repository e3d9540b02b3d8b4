//! What [`Approver::present`](approvals_core::Approver::present) promises.

use std::future::poll_fn;
use std::task::Poll;

use approvals_core::Choice;

use super::Reviewing;
use super::scene::Scene;

/// It is the name that its identities have, and does not change.
pub async fn the_channel_has_one_name(reviewing: impl Reviewing) {
    let (approver, identity) = (reviewing.approver(), reviewing.identity());
    assert_eq!(approver.channel(), identity.channel(), "identities are those of the channel");
    let scene = Scene::new(&reviewing).await;
    let card = scene.ordinary(1).await;
    scene.present(&reviewing, &card).await;
    assert_eq!(approver.channel(), identity.channel(), "the name does not change");
    assert_eq!(reviewing.approver().channel(), identity.channel(), "the name does not change");
}

/// And decides nothing by itself.
pub async fn presenting_returns_before_anybody_has_decided(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    let card = scene.ordinary(1).await;
    scene.present(&reviewing, &card).await;
    assert!(reviewing.shown(&card).await.is_some(), "what was presented is before people");
    scene.quiet().await;
    assert_eq!(scene.decisions(&card).await, [], "nobody has decided anything");
    assert_eq!(scene.answers(), 0, "nobody has answered");
}

/// The same card after a crash: it is shown once more, or recognised, and an answer still counts once.
pub async fn presenting_again_is_harmless(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    let card = scene.ordinary(1).await;
    for _ in 0..3 {
        scene.present(&reviewing, &card).await;
    }
    scene.quiet().await;
    assert_eq!(scene.decisions(&card).await, [], "nobody has decided anything");
    assert!(reviewing.approve(&card).await, "a card that was presented again can be approved");
    scene.decision(&card).await;
    scene.present(&reviewing, &card).await;
    scene.quiet().await;
    scene.decision(&card).await;
}

/// A gate that stops waiting leaves open whether the card was shown, and can present it again.
pub async fn a_dropped_presentation_leaves_the_channel_usable(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    let card = scene.ordinary(1).await;
    let (approver, desk) = (reviewing.approver(), scene.desk());
    for polls in 0..5 {
        let mut dropped = Box::pin(approver.present(&card, &desk));
        // Polled a few times, or not at all, and then dropped.
        for _ in 0..polls {
            let poll_once =
                poll_fn(|context| Poll::Ready(dropped.as_mut().poll(context).is_ready()));
            if poll_once.await {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(dropped);
    }
    scene.present(&reviewing, &card).await;
    assert!(reviewing.approve(&card).await, "the card can be approved after all");
    scene.decision(&card).await;
}

/// Each answer is about the card that it was given to, and nothing else.
pub async fn cards_that_wait_together_are_not_mixed_up(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    let mut cards = Vec::new();
    for n in 0..4 {
        cards.push(scene.ordinary(n).await);
    }
    for card in &cards {
        scene.present(&reviewing, card).await;
    }
    for (n, card) in (0..).zip(&cards) {
        assert_eq!(scene.decisions(card).await, [], "its turn has not come yet");
        let reason = format!("reason {n}");
        if n % 2 == 0 {
            reviewing.reject(card, &reason).await;
        } else {
            assert!(reviewing.approve(card).await, "an ordinary card can be approved");
        }
        let decision = scene.decision(card).await;
        if n % 2 == 0 {
            let why = scene.why(card, &decision).await;
            assert_eq!((decision.choice, why), (Choice::Reject, Some(reason)), "of card {n}");
        } else {
            assert_eq!((decision.choice, decision.reason), (Choice::Approve, None), "of card {n}");
        }
    }
}

/// Cards that are presented in one piece are decided one by one all the same.
pub async fn calls_of_one_turn_are_decided_one_by_one(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    let cards = [scene.ordinary(0).await, scene.ordinary(1).await, scene.ordinary(2).await];
    let presented = scene.present_batch(&reviewing, &cards).await;
    assert_eq!(presented.len(), cards.len(), "there is a result for each card");
    for (card, presented) in cards.iter().zip(presented) {
        presented.expect("an ordinary card can be presented");
        assert!(reviewing.shown(card).await.is_some(), "what was presented is before people");
    }
    let [approved, rejected, waiting] = &cards;
    assert!(reviewing.approve(approved).await, "an ordinary card can be approved");
    assert_eq!(scene.decision(approved).await.choice, Choice::Approve, "of the first");
    scene.quiet().await;
    for undecided in [rejected, waiting] {
        assert_eq!(scene.decisions(undecided).await, [], "each is decided by itself");
    }
    reviewing.reject(rejected, "not this").await;
    assert_eq!(scene.decision(rejected).await.choice, Choice::Reject, "of the second");
    scene.quiet().await;
    assert_eq!(scene.decisions(waiting).await, [], "each is decided by itself");
}
