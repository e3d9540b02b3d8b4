//! What holds whatever a policy says.

use super::facts::Facts;
use super::policy::{Policy, PolicyError, Ruling, Verdict};
use crate::action::digest::Digest;

/// What a gate with this policy says to a call.
pub fn rule(policy: &(impl Policy + ?Sized), facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
    let said = if facts.action().is_reserved() {
        policy.rule_on_itself(facts)?
    } else {
        Some(policy.rule(facts)?)
    };
    Ok(bounded(said, facts, policy.digest()))
}

/// What counts of what `policy` has said: it may not loosen what takes people's consent, nor what others ask for.
pub(super) fn bounded(said: Option<Ruling>, facts: &Facts<'_>, policy: Digest) -> Ruling {
    let by_default = |verdict| Ruling::new(verdict, Vec::new(), policy);
    let deny = |reason: String| by_default(Verdict::Deny(reason));
    let action = facts.action();
    let loosens = match action.as_str() {
        "approvals.policy" | "approvals.stop" => false,
        _other => action.is_reserved(),
    };
    match said {
        None if loosens || !action.is_reserved() => deny(format!(
            "no rule of the policy says who must agree to it; write a rule about `{action}`"
        )),
        None => by_default(Verdict::Allow),
        Some(said) if said.verdict == Verdict::Allow && loosens => {
            deny("it takes people's consent; let the policy's rule require it".to_owned())
        }
        Some(said) if said.verdict == Verdict::Allow && facts.is_review_required() => {
            deny(format!(
                "its author wants people to be asked, and no rule says whom; let one about `{action}` require it when `review_required`"
            ))
        }
        Some(said) if said.break_glass.is_some() && !facts.is_break_glass() => {
            deny("the policy breaks the glass, and the caller did not".to_owned())
        }
        Some(said) => said,
    }
}
