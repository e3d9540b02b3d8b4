//! The policies about one action. Cedar goes through a whole set for each question, so each action has its own.

use std::collections::{BTreeSet, HashSet};

use approvals_core::RuleId;
use cedar_policy::{Authorizer, Decision, Entities, PolicyId, PolicySet, Request};

use crate::error::CedarError;
use crate::known::Known;
use crate::load::set;

/// The policies about one action.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// In the order of the text.
    policies: Vec<Known>,
    all: PolicySet,
    /// Without the denials that an emergency sets aside.
    in_emergency: PolicySet,
    listed: BTreeSet<RuleId>,
}

/// Which of the policies are asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Among {
    All,
    /// All but the denials that an emergency sets aside.
    InEmergency,
}

/// What Cedar says, and the policies that made it say so, in the order of the text.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) allows: bool,
    pub(crate) because_of: Vec<&'a Known>,
}

impl Bucket {
    pub(crate) fn new(policies: Vec<Known>, listed: &BTreeSet<RuleId>) -> Result<Self, CedarError> {
        let all = set(&policies)?;
        let in_emergency = set(policies.iter().filter(|known| !listed.contains(&known.id)))?;
        Ok(Self { policies, all, in_emergency, listed: listed.clone() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Whether an emergency sets this denial aside.
    pub(crate) fn lists(&self, known: &Known) -> bool {
        self.listed.contains(&known.id)
    }

    /// One question to Cedar.
    ///
    /// # Errors
    ///
    /// If any policy could not be evaluated. Cedar itself would go on without it, and so allow what a failing
    /// `forbid` was to stop.
    pub(crate) fn ask(
        &self,
        among: Among,
        request: &Request,
        entities: &Entities,
    ) -> Result<Answer<'_>, String> {
        let policies = match among {
            Among::All => &self.all,
            Among::InEmergency => &self.in_emergency,
        };
        let response = Authorizer::new().is_authorized(request, policies, entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        let because_of: HashSet<&PolicyId> = response.diagnostics().reason().collect();
        let because_of =
            self.policies.iter().filter(|known| because_of.contains(known.policy.id())).collect();
        Ok(Answer { allows: response.decision() == Decision::Allow, because_of })
    }
}
