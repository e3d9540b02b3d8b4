//! The suite itself is tested here: sound channels pass, and each broken one fails the check that is meant for it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each place has one fault and is sound otherwise"
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use approvals_core::{
    ApproverError, Ballot, Desk, DeskError, InMemoryApprover, Phase, Presented, RequestId,
};

use super::*;
use crate::MockApprover;

/// What is wrong with a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    HasAnotherName,
    WaitsForAnAnswer,
    ApprovesByItself,
    PresentsOnce,
    IsWedgedByADrop,
    AnswersTheNewestCard,
    ShowsTheBeginning,
    ShowsClaimsFirst,
    ShowsThingsRaw,
    ApprovesNothing,
    AnswersTwice,
    AnswersAsSomebodyElse,
    LosesAnswers,
    LosesReasons,
    PanicsWhenRefused,
    PanicsOnUpdates,
}

#[derive(Clone, Debug)]
struct Board(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    fault: Fault,
    cards: Mutex<BTreeMap<RequestId, (Card, Desk)>>,
    is_busy: AtomicBool,
}

impl Board {
    fn new(fault: Fault) -> Self {
        Self(Arc::new(Inside { fault, cards: Mutex::default(), is_busy: AtomicBool::new(false) }))
    }

    fn has(&self, fault: Fault) -> bool {
        self.0.fault == fault
    }

    fn cards(&self) -> Vec<(Card, Desk)> {
        let cards = self.0.cards.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cards: Vec<_> = cards.values().cloned().collect();
        cards.sort_by_key(|(card, _)| card.request().asked_at);
        cards
    }

    async fn answer(&self, mut ballot: Ballot) {
        let cards = self.cards();
        let Some((_, desk)) = cards.iter().find(|(card, _)| card.id() == ballot.request) else {
            return;
        };
        if self.has(Fault::AnswersTheNewestCard) {
            let (newest, _) = cards.last().unwrap();
            (ballot.request, ballot.card) = (newest.id(), newest.digest().unwrap());
        }
        if self.has(Fault::LosesReasons) {
            ballot.reason = ballot.reason.map(|_| "no".to_owned());
        }
        if self.has(Fault::LosesAnswers) {
            return;
        }
        if self.has(Fault::AnswersTwice) {
            drop(desk.decide(&self.identity(), ballot.clone()).await);
        }
        let answered = if self.has(Fault::AnswersAsSomebodyElse) {
            let other = ChannelIdentity::new("elsewhere", "somebody").unwrap();
            desk.decide(&other, ballot).await
        } else {
            desk.decide(&self.identity(), ballot).await
        };
        let is_refused = matches!(answered, Err(DeskError::Refused(_)));
        assert!(!(is_refused && self.has(Fault::PanicsWhenRefused)), "refusals are unexpected");
    }
}

#[async_trait]
impl Approver for Board {
    fn channel(&self) -> &'static str {
        if self.has(Fault::HasAnotherName) { "bard" } else { "board" }
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        if self.has(Fault::IsWedgedByADrop) {
            if self.0.is_busy.swap(true, Ordering::SeqCst) {
                return Err(ApproverError::new("busy"));
            }
            tokio::task::yield_now().await;
            self.0.is_busy.store(false, Ordering::SeqCst);
        }
        let before = self.0.cards.lock().unwrap().insert(card.id(), (card.clone(), desk.clone()));
        if before.is_some() && self.has(Fault::PresentsOnce) {
            return Err(ApproverError::new("there is such a message already"));
        }
        if self.has(Fault::ApprovesByItself) {
            self.answer(Ballot::approve(card).unwrap()).await;
        }
        if self.has(Fault::WaitsForAnAnswer) {
            std::future::pending::<()>().await;
        }
        Ok(Presented::new())
    }

    async fn update(&self, card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        let mut cards = self.0.cards.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = cards.contains_key(&card.id());
        assert!(is_known || !self.has(Fault::PanicsOnUpdates), "an update of an unknown card");
        if matches!(phase, Phase::Ended(_)) {
            cards.remove(&card.id());
        }
        Ok(())
    }
}

#[async_trait]
impl Reviewing for Board {
    fn approver(&self) -> Arc<dyn Approver> {
        Arc::new(self.clone())
    }

    fn identity(&self) -> ChannelIdentity {
        ChannelIdentity::new("board", "mira").unwrap()
    }

    async fn shown(&self, card: &Card) -> Option<String> {
        let (card, _) = self.cards().into_iter().find(|(one, _)| one.id() == card.id())?;
        let document = card.document();
        Some(match self.0.fault {
            Fault::ShowsTheBeginning => card.to_string().chars().take(2_000).collect(),
            Fault::ShowsClaimsFirst => {
                let claims = [&document.summary, &document.reason].into_iter().flatten();
                let claims: String = claims.map(String::as_str).collect();
                let page = card.to_string();
                format!("{claims}\n{}", page.split("-- the requester says").next().unwrap())
            }
            Fault::ShowsThingsRaw => {
                format!("{card}{:?}", document.resource).replace("\\u{202e}", "\u{202e}")
            }
            _sound => card.to_string(),
        })
    }

    async fn approve(&self, card: &Card) -> bool {
        if self.has(Fault::ApprovesNothing) {
            return false;
        }
        self.answer(Ballot::approve(card).unwrap()).await;
        true
    }

    async fn reject(&self, card: &Card, reason: &str) {
        self.answer(Ballot::reject(card, reason).unwrap()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_sound_board_passes() {
    all(async || Board::new(Fault::None)).await;
}

/// A person before the scripted mock, who does not follow the script.
#[derive(Debug)]
struct Mocked(MockApprover);

#[async_trait]
impl Reviewing for Mocked {
    fn approver(&self) -> Arc<dyn Approver> {
        Arc::new(self.0.clone())
    }

    fn identity(&self) -> ChannelIdentity {
        MockApprover::identity().unwrap()
    }

    async fn shown(&self, card: &Card) -> Option<String> {
        let shown = self.0.cards().into_iter().find(|one| one.id() == card.id())?;
        Some(shown.to_string())
    }

    async fn approve(&self, card: &Card) -> bool {
        drop(self.0.decide("reviewer", Ballot::approve(card).unwrap()).await);
        true
    }

    async fn reject(&self, card: &Card, reason: &str) {
        drop(self.0.decide("reviewer", Ballot::reject(card, reason).unwrap()).await);
    }
}

#[tokio::test(start_paused = true)]
async fn the_mock_passes_while_it_has_no_script() {
    all(async || Mocked(MockApprover::script([]))).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "nobody has decided anything")]
async fn the_mock_that_approves_everything_is_no_channel_of_people() {
    presenting_returns_before_anybody_has_decided(Mocked(MockApprover::approving())).await;
}

/// Somebody before a screen that shows what is in the inbox.
#[derive(Debug, Default)]
struct Screen(InMemoryApprover);

#[async_trait]
impl Reviewing for Screen {
    fn approver(&self) -> Arc<dyn Approver> {
        Arc::new(self.0.clone())
    }

    fn identity(&self) -> ChannelIdentity {
        ChannelIdentity::new("memory", "mira").unwrap()
    }

    async fn shown(&self, card: &Card) -> Option<String> {
        let shown = self.0.waiting().into_iter().find(|one| one.id() == card.id())?;
        Some(shown.render(60))
    }

    async fn approve(&self, card: &Card) -> bool {
        drop(self.0.decide(&self.identity(), Ballot::approve(card).unwrap()).await);
        true
    }

    async fn reject(&self, card: &Card, reason: &str) {
        drop(self.0.decide(&self.identity(), Ballot::reject(card, reason).unwrap()).await);
    }
}

#[tokio::test(start_paused = true)]
async fn the_approver_in_memory_passes() {
    all(async || Screen::default()).await;
}

/// One test for each fault: the check must panic, for the reason that it is there for.
macro_rules! fails {
    ($($name:ident: $fault:ident fails $check:ident $reason:literal;)*) => {$(
        #[tokio::test(start_paused = true)]
        #[should_panic(expected = $reason)]
        async fn $name() {
            $check(Board::new(Fault::$fault)).await;
        }
    )*};
}

fails! {
    another_name_than_its_identities_is_found: HasAnotherName fails the_channel_has_one_name "identities are those of the channel";
    waiting_for_an_answer_is_found: WaitsForAnAnswer fails presenting_returns_before_anybody_has_decided "presenting returns";
    deciding_by_itself_is_found: ApprovesByItself fails presenting_returns_before_anybody_has_decided "nobody has decided anything";
    an_error_the_second_time_is_found: PresentsOnce fails presenting_again_is_harmless "can be presented";
    a_slot_that_a_drop_keeps_is_found: IsWedgedByADrop fails a_dropped_presentation_leaves_the_channel_usable "can be presented";
    an_answer_to_another_card_is_found: AnswersTheNewestCard fails cards_that_wait_together_are_not_mixed_up "an answer reaches the desk";
    a_card_that_is_cut_off_is_found: ShowsTheBeginning fails what_can_be_approved_is_shown_whole "is not on it";
    claims_that_stand_first_are_found: ShowsClaimsFirst fails what_can_be_approved_is_shown_whole "stands last";
    raw_text_is_found: ShowsThingsRaw fails what_the_caller_writes_harms_nothing "shown raw";
    a_channel_that_approves_nothing_is_found: ApprovesNothing fails what_can_be_approved_is_shown_whole "an ordinary card can be approved";
    an_answer_that_is_sent_twice_is_found: AnswersTwice fails an_approval_reaches_the_desk_once_as_who_gave_it "handed to the desk once";
    another_identity_is_found: AnswersAsSomebodyElse fails an_approval_reaches_the_desk_once_as_who_gave_it "the identity of the channel";
    a_lost_answer_is_found: LosesAnswers fails an_approval_reaches_the_desk_once_as_who_gave_it "an answer reaches the desk";
    a_lost_reason_is_found: LosesReasons fails a_rejection_reaches_the_desk_with_its_reason "left == right";
    a_panic_over_a_refusal_is_found: PanicsWhenRefused fails an_answer_after_the_end_changes_nothing "refusals are unexpected";
    a_panic_over_an_update_is_found: PanicsOnUpdates fails updates_and_nudges_harm_nothing_at_any_time "an update of an unknown card";
}
