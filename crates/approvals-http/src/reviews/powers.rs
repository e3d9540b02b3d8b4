//! What somebody may do about a request, and how: sign it, have it attested, or read why not.

use approvals_core::{Assurance, Choice, Ineligible, Phase, Refusal, State, Timestamp};

use crate::access::reviewer::Reviewer;
use crate::approver::CHANNEL;
use crate::inbox::{May, Powers};

/// What this person may do at `now`. Where the rule asks for a key of their own, they sign; elsewhere this queue attests.
pub(crate) fn powers(reviewer: &Reviewer, has_keys: bool, state: &State, now: Timestamp) -> Powers {
    let may = |choice| may(reviewer, has_keys, state, choice, now);
    Powers { approve: may(Choice::Approve), reject: may(Choice::Reject) }
}

fn may(reviewer: &Reviewer, has_keys: bool, state: &State, choice: Choice, now: Timestamp) -> May {
    let is_open = match (state.phase(), choice) {
        (Phase::Pending, _) | (Phase::Granted, Choice::Reject) => true,
        (Phase::Absent | Phase::Allowed | Phase::Granted | Phase::Started | Phase::Ended(_), _) => {
            false
        }
    };
    if !is_open {
        return May::Not("there is nothing to decide any more".to_owned());
    }
    let by = |assurance| state.admits(reviewer.person(), choice, CHANNEL, assurance, now);
    match by(Assurance::ChannelAttested) {
        Ok(()) => May::Attest,
        Err(Refusal::Ineligible(Ineligible::Assurance)) => match by(Assurance::ReviewerKey) {
            Ok(()) if has_keys => May::Sign,
            Ok(()) => May::Not("this takes your passkey, and you have enrolled none".to_owned()),
            Err(refusal) => May::Not(refusal.to_string()),
        },
        Err(refusal) => May::Not(refusal.to_string()),
    }
}
