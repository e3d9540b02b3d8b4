//! What the policy says to a call, and what is known about it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::builder::{BuildError, Core};
use super::caught::caught;
use super::chain::chain;
use super::denied::Denied;
use super::stage::Stage;
use crate::action::action::Action as _;
use crate::action::describe_error::DescribeError;
use crate::action::description::Description;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::principal::{Principal, Requester};
use crate::policy::bounds;
use crate::policy::fact::{Fact, FactSet};
use crate::policy::facts::Facts;
use crate::policy::policy::{Policy, Ruling, Verdict};
use crate::record::event::What;
use crate::record::ledger::LedgerError;
use crate::record::own_act::OwnAct;

/// How long a provider of facts may take.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);

/// The most that providers may state about one call, in canonical bytes.
const MAX_FACTS: usize = 8 * 1024;

impl Core {
    /// The policy of this process.
    pub(super) fn policy(&self) -> Arc<dyn Policy> {
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the policy says now, by what is known now. A policy that fails in any way denies.
    pub(super) async fn rule(&self, call: Facts<'_>) -> Result<Ruling, Denied> {
        Stage::Rule.of(call.request(), self.rule_now(call)).await
    }

    async fn rule_now(&self, call: Facts<'_>) -> Result<Ruling, Denied> {
        let policy = self.policy();
        self.ensure_in_force(&*policy)?;
        let known = self.facts(&call).await?;
        let facts = call.with(&known);
        let mut ruling = self.rule_by(&*policy, &facts);
        ruling.facts = known;
        Ok(ruling)
    }

    /// Whether this policy may rule: any, unless the one in force takes people's consent to be replaced. What others have
    /// decided stays as it is for a process that has the right one.
    fn ensure_in_force(&self, policy: &dyn Policy) -> Result<(), Denied> {
        let guarded = self.control().policy().filter(|in_force| in_force.guarded);
        match guarded {
            Some(in_force) if in_force.digest != digest_of(policy) => {
                tracing::error!(
                    ?in_force,
                    "this process has another policy than the one in force, so an action is denied; give it that one, and replace it with people's consent"
                );
                Err(Denied::Unavailable { what: "the policy in force" })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn rule_by(&self, policy: &dyn Policy, facts: &Facts<'_>) -> Ruling {
        let digest = digest_of(policy);
        let deny = |reason: String| Ruling::new(Verdict::Deny(reason), Vec::new(), digest);
        match catch_unwind(AssertUnwindSafe(|| bounds::rule(policy, facts))) {
            // Who need not ask by the rules could replace what others must ask about.
            Ok(Ok(ruling))
                if ruling.verdict == Verdict::Allow
                    && facts.action().as_str() == "approvals.policy"
                    && self.control().policy().is_some_and(|in_force| in_force.guarded) =>
            {
                deny("the policy in force is replaced with people's consent only".to_owned())
            }
            Ok(Ok(ruling)) => ruling,
            Ok(Err(error)) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a policy failed, so an action is denied"
                );
                deny("the policy could not rule on it".to_owned())
            }
            Err(_panic) => deny("the policy could not rule on it".to_owned()),
        }
    }

    /// What trusted providers state about a call.
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, Denied> {
        let mut known = FactSet::new();
        for provider in &self.providers {
            let asked = caught(|| tokio::time::timeout(PROVIDER_TIMEOUT, provider.facts(call)));
            let problem = match asked.await {
                Ok(Ok(Ok(stated))) => add(&mut known, stated).err(),
                Ok(Ok(Err(error))) => Some(chain(&error)),
                Ok(Err(_elapsed)) => Some("it took too long".to_owned()),
                Err(_panic) => Some("it panicked".to_owned()),
            };
            if let Some(problem) = problem {
                tracing::error!(
                    ?provider,
                    problem,
                    "a fact could not be had, so an action is denied"
                );
                return Err(Denied::Unavailable { what: "a fact that the policy may need" });
            }
        }
        match crate::canonical::to_bytes(&known, MAX_FACTS) {
            Ok(_fits) => Ok(known),
            Err(error) => {
                tracing::error!(%error, "facts cannot be recorded, so an action is denied");
                Err(Denied::Unavailable { what: "a fact that the policy may need" })
            }
        }
    }

    /// Writes down which policy rules, unless the log says so already. One that people must agree to replace
    /// is left in force: then this process denies everything.
    pub(super) async fn publish_policy(&self) -> Result<(), BuildError> {
        let policy = self.policy();
        let (digest, guarded) = (policy.digest(), self.is_guarded(&*policy));
        let publish = |control: &crate::Control, _at| -> Result<_, LedgerError> {
            let before = control.policy();
            if before.is_some_and(|before| before.guarded || before.digest == digest) {
                return Ok(None);
            }
            let replaces = before.map(|before| before.digest);
            Ok(Some(What::PolicyLoaded { policy: digest, replaces, guarded, request: None }))
        };
        self.append_to_log(publish).await?;
        let in_force = self.control().policy();
        if in_force.is_some_and(|in_force| in_force.digest != digest) {
            tracing::error!(
                ?in_force,
                given = %digest,
                "people must agree to replace the policy in force, so this process denies everything"
            );
        }
        Ok(())
    }

    /// Whether replacing `policy` takes more than having another one. What cannot be told does.
    pub(super) fn is_guarded(&self, policy: &dyn Policy) -> bool {
        let Ok(nobody) = Principal::service("approvals") else { return true };
        let requester = Requester::new(nobody);
        let act = OwnAct::replace_policy(Some(policy.digest()), Digest::ZERO, true);
        let Ok(document) = self.document_of(&act, &requester) else { return true };
        let facts = Facts::new(&document, &requester, self.now());
        match catch_unwind(AssertUnwindSafe(|| policy.rule_on_itself(&facts))) {
            Ok(Ok(None)) => false,
            Ok(Ok(Some(ruling))) => ruling.verdict != Verdict::Allow,
            Ok(Err(_)) | Err(_) => true,
        }
    }

    /// What the policy of this process says to a stop. Whoever stops something does not have to wait until policies are
    /// sorted out, nor until facts can be had that the policy may not even look at.
    pub(super) async fn judge_stop(
        &self,
        stop: &OwnAct,
        requester: &Requester,
    ) -> Result<Verdict, Denied> {
        let document = self.document_of(stop, requester)?;
        let call = Facts::new(&document, requester, self.now());
        let known = self.facts(&call).await.unwrap_or_default();
        Ok(self.rule_by(&*self.policy(), &call.with(&known)).verdict)
    }

    fn document_of(&self, act: &OwnAct, requester: &Requester) -> Result<Document, DescribeError> {
        let mut call = Description::new(self.max_arguments, BTreeMap::new());
        act.describe(&mut call)?;
        call.seal(&self.origin, requester)?.document()
    }
}

fn digest_of(policy: &dyn Policy) -> Digest {
    let digest = catch_unwind(AssertUnwindSafe(|| policy.digest()));
    digest.unwrap_or_else(|_panic| Digest::of("policy", b""))
}

/// Adds what one provider states; two that state the same are an error, and so is what JSON cannot carry.
fn add(known: &mut FactSet, stated: FactSet) -> Result<(), String> {
    const MOST: u64 = (1 << 53) - 1;
    for (name, fact) in stated {
        if let Fact::Int(number) = fact
            && number.unsigned_abs() > MOST
        {
            return Err(format!("the fact `{name}` is beyond 2^53 - 1"));
        }
        if known.insert(name.clone(), fact).is_some() {
            return Err(format!("another provider states the fact `{name}` as well"));
        }
    }
    Ok(())
}
