//! The two questions to Cedar that make a ruling: what stands in the way, and is that all.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;

use approvals_core::{
    ActionName, BreakGlass, Digest, Facts, Obligations, Policy, PolicyError, RuleId, Ruling,
    Verdict, Vocabulary,
};

use crate::bucket::{Among, Answer, Bucket};
use crate::error::CedarError;
use crate::known::Known;
use crate::load::load;
use crate::request::Question;
use crate::schema::Schemas;
use crate::types::Types;

/// A [`Policy`] of Cedar policies over a vocabulary.
///
/// The crate's page says how they are written. Ruling is pure; what cannot be evaluated is denied, with the reason.
///
/// ```
/// # mod approvals { pub use approvals_cedar::*; pub use approvals_core::*; }
/// use approvals::{CedarPolicy, Gate};
///
/// let words = "version = 1\ndefault = \"deny\"\n[action.\"db.read\"]\nargs = { table = \"string\" }\n";
/// let policies = r#"
/// @id("public-tables")
/// permit (principal, action == Action::"db.read", resource);
///
/// @id("no-salaries")
/// @reason("salaries are read by people only")
/// forbid (principal, action == Action::"db.read", resource)
/// when { context.args.table == "salaries" };
/// "#;
/// let policy = CedarPolicy::new(words, policies)?;
///
/// // A misspelt argument is found now, not when somebody asks for salaries.
/// let typo = policies.replace("args.table", "args.tabel");
/// let error = CedarPolicy::new(words, &typo).unwrap_err();
/// assert!(error.to_string().starts_with("policy `no-salaries` (line 8, column 8): "));
/// let gate = Gate::builder().policy(policy);
/// # Ok::<(), approvals::CedarError>(())
/// ```
#[derive(Debug)]
pub struct CedarPolicy {
    vocabulary: Vocabulary,
    schemas: Schemas,
    types: Types,
    buckets: BTreeMap<ActionName, Bucket>,
    digest: Digest,
}

impl CedarPolicy {
    /// The policies in `cedar`, over the vocabulary in `vocabulary`: actions, facts, obligations and the terms
    /// of an emergency, in TOML.
    ///
    /// # Errors
    ///
    /// Everything is checked here: both grammars, the type of every expression, and the rules on this crate's
    /// page. Text over 1 MiB is refused.
    pub fn new(vocabulary: &str, cedar: &str) -> Result<Self, CedarError> {
        let digest = digest(vocabulary, cedar);
        let vocabulary: Vocabulary =
            vocabulary.parse().map_err(|error| CedarError::Vocabulary(Box::new(error)))?;
        let schemas = Schemas::new(&vocabulary)?;
        let types = Types::new()?;
        let buckets = load(cedar, &vocabulary, &schemas)?;
        Ok(Self { vocabulary, schemas, types, buckets, digest })
    }

    fn deny(&self, reason: String, because_of: &[&Known]) -> Ruling {
        Ruling::new(Verdict::Deny(reason), ids(because_of), self.digest)
    }

    /// The ruling; whatever goes wrong denies.
    fn safely(
        &self,
        checked: Result<(), PolicyError>,
        bucket: &Bucket,
        facts: &Facts<'_>,
    ) -> Ruling {
        checked.and_then(|()| self.decide(bucket, facts)).unwrap_or_else(|error| {
            let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            self.deny(cause, &[])
        })
    }

    fn decide(&self, bucket: &Bucket, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let schema = self.schemas.of(facts.action().is_reserved());
        let question = Question::new(facts, &self.vocabulary, &self.types, schema)
            .map_err(PolicyError::new)?;
        let ask = |among, satisfied: &BTreeSet<RuleId>| {
            let request = question.with(satisfied).map_err(PolicyError::new)?;
            bucket.ask(among, &request, &question.entities).map_err(PolicyError::new)
        };
        let nothing = BTreeSet::new();
        let answer = ask(Among::All, &nothing)?;
        if answer.allows {
            return Ok(Ruling::new(Verdict::Allow, ids(&answer.because_of), self.digest));
        }
        let denials: Vec<&Known> =
            answer.because_of.iter().copied().filter(|known| known.denies()).collect();
        let emergency = self.emergency(bucket, facts, &denials);
        let (among, answer) = match (denials.first(), &emergency) {
            (Some(first), None) => return Ok(self.deny(told(first), &denials)),
            (Some(_), Some(_)) => (Among::InEmergency, ask(Among::InEmergency, &nothing)?),
            (None, _) => (Among::All, answer),
        };
        let mut names: BTreeSet<RuleId> =
            answer.because_of.iter().filter_map(|known| known.requires.clone()).collect();
        if !ask(among, &names)?.allows {
            return Ok(self.deny("no policy permits it".into(), &answer.because_of));
        }
        self.review(facts, &mut names, &answer, emergency)
    }

    /// What an emergency takes, if it is one and all of these denials are listed.
    fn emergency(
        &self,
        bucket: &Bucket,
        facts: &Facts<'_>,
        denials: &[&Known],
    ) -> Option<(&[RuleId], BreakGlass)> {
        let (require, terms) = self.vocabulary.break_glass()?;
        let is_set_aside = facts.is_break_glass()
            && !denials.is_empty()
            && denials.iter().all(|known| bucket.lists(known));
        is_set_aside.then(|| {
            let terms = BreakGlass::new(ids(denials), terms.review_by.clone(), terms.review_within);
            (require, terms)
        })
    }

    fn review(
        &self,
        facts: &Facts<'_>,
        names: &mut BTreeSet<RuleId>,
        answer: &Answer<'_>,
        emergency: Option<(&[RuleId], BreakGlass)>,
    ) -> Result<Ruling, PolicyError> {
        let (require, terms) = emergency.unzip();
        names.extend(require.into_iter().flatten().cloned());
        let obligations: Vec<_> = names
            .iter()
            .map(|name| self.vocabulary.obligation(name, facts))
            .collect::<Result<_, _>>()?;
        if obligations.is_empty() {
            return Err(PolicyError::new("it forbids, and asks for nothing"));
        }
        let mut rules = ids(&answer.because_of);
        let verdict = Verdict::Review(Obligations::new(obligations));
        Ok(match terms {
            None => Ruling::new(verdict, rules, self.digest),
            Some(terms) => {
                rules.extend(terms.rules.iter().cloned());
                Ruling::new(verdict, rules, self.digest).by_breaking_glass(terms)
            }
        })
    }
}

impl Policy for CedarPolicy {
    fn digest(&self) -> Digest {
        self.digest
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        if facts.action().is_reserved() {
            let silent = || self.deny("no policy is about this act".into(), &[]);
            return Ok(self.rule_on_itself(facts)?.unwrap_or_else(silent));
        }
        Ok(match self.buckets.get(facts.action()) {
            None => {
                let reason = format!("the policy does not know the action `{}`", facts.action());
                self.deny(reason, &[])
            }
            Some(bucket) => self.safely(self.vocabulary.check(facts), bucket, facts),
        })
    }

    fn rule_on_itself(&self, facts: &Facts<'_>) -> Result<Option<Ruling>, PolicyError> {
        let is_own = |_: &&Bucket| facts.action().is_reserved();
        let about = self.buckets.get(facts.action()).filter(is_own);
        let about = about.filter(|bucket| !bucket.is_empty());
        // Facts are not asked for here: policies can only look at those that they find to be there.
        Ok(about.map(|bucket| self.safely(self.vocabulary.check_arguments(facts), bucket, facts)))
    }
}

fn ids(policies: &[&Known]) -> Vec<RuleId> {
    policies.iter().map(|known| known.id.clone()).collect()
}

fn told(denial: &Known) -> String {
    denial.reason.clone().unwrap_or_else(|| format!("policy `{}` denies it", denial.id))
}

/// The digest of both texts; the length in front says where the first ends.
fn digest(vocabulary: &str, cedar: &str) -> Digest {
    let length = u64::try_from(vocabulary.len()).unwrap_or(u64::MAX).to_be_bytes();
    Digest::of("policy-cedar", &[&length, vocabulary.as_bytes(), cedar.as_bytes()].concat())
}
