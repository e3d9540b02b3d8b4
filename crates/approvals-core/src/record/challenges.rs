//! The challenges of one request: what reviewers were asked to sign, each good for one decision.

use std::time::Duration;

use crate::action::clock::Timestamp;
use crate::policy::assurance::Assurance;
use crate::review::challenge::{Challenge, is_nonce};
use crate::review::decision::Decision;
use crate::review::directory::ChannelIdentity;

/// How long a challenge is good for.
const GOOD_FOR: Duration = Duration::from_secs(5 * 60);
/// How often one account is challenged about one request.
const MAX_CHALLENGES: usize = 40;

/// Every challenge that was given, and whether it is burnt.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Challenges(Vec<Given>);

#[derive(Clone, Debug, PartialEq)]
struct Given {
    challenge: Challenge,
    at: Timestamp,
    is_burnt: bool,
}

impl Challenges {
    pub(super) fn give(&mut self, challenge: Challenge, at: Timestamp) -> Result<(), &'static str> {
        let is_same = |given: &Given| given.challenge.nonce == challenge.nonce;
        if !is_nonce(challenge.nonce.as_slice()) || self.0.iter().any(is_same) {
            return Err("it is no challenge, or one that was given before");
        }
        if !self.has_patience_with(&challenge.identity) {
            return Err("this account was challenged too often");
        }
        self.0.push(Given { challenge, at, is_burnt: false });
        Ok(())
    }

    /// Whether this account may be challenged once more.
    pub(crate) fn has_patience_with(&self, identity: &ChannelIdentity) -> bool {
        let theirs = self.0.iter().filter(|given| given.challenge.identity == *identity);
        theirs.count() < MAX_CHALLENGES
    }

    /// Whether how the decision is authenticated is what it says: by the channel alone, or by a signature over a challenge
    /// that was given for exactly this, is fresh, and was not used before. The signature itself is checked where the
    /// keys are.
    pub(super) fn cover(&self, decision: &Decision) -> bool {
        match (decision.assurance, &decision.proof) {
            (Assurance::ChannelAttested, None) => true,
            (Assurance::ReviewerKey, Some(_)) => self.place_of(decision).is_some(),
            (Assurance::ChannelAttested, Some(_)) | (Assurance::ReviewerKey, None) => false,
        }
    }

    /// Burns the challenge that the decision was signed over, if it was over one.
    pub(super) fn burn(&mut self, decision: &Decision) {
        let place = self.place_of(decision);
        if let Some(given) = place.and_then(|place| self.0.get_mut(place)) {
            given.is_burnt = true;
        }
    }

    fn place_of(&self, decision: &Decision) -> Option<usize> {
        let signed = decision.proof.as_ref()?.challenge().ok()?;
        self.0.iter().position(|Given { challenge, at, is_burnt }| {
            let Challenge { card, choice, identity, nonce, reason, request, request_digest } =
                challenge;
            !is_burnt
                && nonce.as_slice() == signed
                && (*at..at.after(GOOD_FOR)).contains(&decision.at)
                && (card, choice, identity)
                    == (&decision.card, &decision.choice, &decision.identity)
                && (reason, request) == (&decision.reason, &decision.request)
                && *request_digest == decision.request_digest
        })
    }
}

#[cfg(test)]
#[path = "challenges_tests.rs"]
mod tests;
