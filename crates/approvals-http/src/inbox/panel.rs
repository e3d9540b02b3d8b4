//! What the viewer can do about a request: approve it, reject it, or read why not.

use approvals_core::canonical::CanonicalError;
use approvals_core::{Card, Outcome, Phase, Risk, State};

use super::view::{Level, Moment, is_emergency};
use super::why::takes_own_key;
use super::words::Status;

/// Whether somebody may do something, as the desk says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum May {
    /// They may, and sign it with their own key.
    Sign,
    /// They may, and the channel attests that it was they.
    Attest,
    /// They may not, and why.
    Not(String),
}

/// What the desk lets the viewer do, before anything is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Powers {
    /// Whether they may approve.
    pub(crate) approve: May,
    /// Whether they may reject, or take back what is granted.
    pub(crate) reject: May,
}

/// What stands in the place where one decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panel {
    /// The request.
    pub(crate) request: String,
    /// The action, as it is named.
    pub(crate) action: String,
    /// The digest of the card that is decided about.
    pub(crate) card: String,
    /// The code of the request, which tells it from others with the same action.
    pub(crate) code: String,
    /// What forms carry, so that no other site can send them.
    pub(crate) csrf: String,
    /// Until when it can be decided.
    pub(crate) due: Moment,
    /// Whether it is over, and nothing can be done.
    pub(crate) is_closed: bool,
    /// Whether it is granted, so that a rejection takes that back.
    pub(crate) is_granted: bool,
    /// What may be done.
    pub(crate) powers: Powers,
    /// What has to be ticked before it can be approved.
    pub(crate) tick: Option<&'static str>,
    /// How much harm it can do.
    pub(crate) risk: Level,
    /// Whether an approval takes the reviewer's own key.
    pub(crate) takes_own_key: bool,
    /// How it stands.
    pub(crate) status: Status,
}

impl Panel {
    pub(crate) fn of(
        card: &Card,
        state: &State,
        powers: Powers,
        csrf: &str,
    ) -> Result<Self, CanonicalError> {
        let (is_closed, is_granted) = match state.phase() {
            Phase::Pending => (false, false),
            Phase::Granted => (false, true),
            Phase::Absent
            | Phase::Allowed
            | Phase::Started
            | Phase::Ended(Outcome::Executed(_) | Outcome::Closed(_) | Outcome::Resolved(_)) => {
                (true, false)
            }
        };
        Ok(Self {
            request: card.id().to_string(),
            action: card.document().action.to_string(),
            card: card.digest()?.to_string(),
            code: card.code(),
            csrf: csrf.to_owned(),
            due: state.grant().map_or(card.approve_by(), approvals_core::Claims::expires_at).into(),
            is_closed,
            is_granted,
            powers,
            tick: tick(card),
            risk: card.document().risk.into(),
            takes_own_key: takes_own_key(card),
            status: state.phase().into(),
        })
    }

    /// Whether the viewer can do anything at all.
    pub(crate) fn is_open(&self) -> bool {
        let is_not = |may: &May| matches!(may, May::Not(_));
        let nothing =
            is_not(&self.powers.reject) && (self.is_granted || is_not(&self.powers.approve));
        !self.is_closed && !nothing
    }

    /// Whether anything here is signed with the viewer's own key.
    pub(crate) fn signs(&self) -> bool {
        let offers =
            [!self.is_granted && self.powers.approve == May::Sign, self.powers.reject == May::Sign];
        self.is_open() && offers.contains(&true)
    }
}

/// What has to be ticked before an approval: where the risk is high, and in an emergency.
pub(crate) fn tick(card: &Card) -> Option<&'static str> {
    match card.document().risk {
        _any if is_emergency(card) => {
            Some("I have read the facts, and I set aside the rules that deny this.")
        }
        Risk::Critical => {
            Some("I have read the facts. This cannot be undone, or affects everyone.")
        }
        Risk::High => Some("I have read the facts, not only what the requester says."),
        Risk::Low | Risk::Medium => None,
    }
}
