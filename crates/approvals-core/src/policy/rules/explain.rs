//! Why a policy rules as it does, in words.

use std::collections::BTreeMap;
use std::fmt;

use super::Rules;
use super::condition::Condition;
use super::rule::Rule;
use crate::action::id::RuleId;
use crate::policy::bounds;
use crate::policy::facts::Facts;
use crate::policy::policy::{PolicyError, Ruling, Verdict};

/// A ruling, and for each rule about the action why it applies or does not.
///
/// The [`Display`](fmt::Display) form is for people: one line for each rule and each condition.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Rules;
///
/// let rules: Rules = r#"
/// version = 1
/// default = "deny"
///
/// [[rule]]
/// id = "reads"
/// action = "db.read"
/// risk = ["low"]
/// effect = "allow"
/// test = [{ given = { risk = "high" }, expect = "deny" }]
/// "#
/// .parse()?;
/// let explanation = rules.explain(&rules.tests()[0].facts())?;
/// let reads = &explanation.rules[0];
/// assert_eq!((reads.rule.as_str(), reads.applies), ("reads", Some(false)));
/// assert_eq!(reads.because, ["the risk is high"]);
/// assert!(explanation.to_string().starts_with("deny: "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// What is explained: what a gate with this policy would be told.
    pub ruling: Ruling,
    /// The rules about the action, in the order of the file. All others are about other actions.
    pub rules: Vec<RuleFinding>,
}

/// Why one rule applies to a call or does not. [`Explanation`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleFinding {
    /// The id of the rule.
    pub rule: RuleId,
    /// Its line in the file, from 1.
    pub line: usize,
    /// What it says, in words.
    pub says: String,
    /// Whether it applies; nothing if it could not be evaluated, which denies the call.
    pub applies: Option<bool>,
    /// Its conditions as far as they were looked at, each with what was found.
    pub because: Vec<String>,
}

impl Rules {
    /// Why the ruling on this call is what it is.
    ///
    /// # Errors
    ///
    /// If there is no ruling.
    pub fn explain(&self, facts: &Facts<'_>) -> Result<Explanation, PolicyError> {
        let mut rules = self.about(facts.action());
        rules.sort_by_key(|rule| rule.line);
        let rules = rules.into_iter().map(|rule| finding(rule, facts)).collect();
        Ok(Explanation { ruling: bounds::rule(self, facts)?, rules })
    }

    /// Everything that the policy says, each rule and each word under its name, to be compared with another
    /// policy: two files that differ in nothing but the order of their tables, comments, white space and
    /// tests say the same.
    #[must_use]
    pub fn in_words(&self) -> BTreeMap<String, String> {
        let rules = self.all.iter().map(|rule| (format!("rule {}", rule.id), rule.to_string()));
        rules.chain(self.words.in_words()).collect()
    }
}

fn finding(rule: &Rule, facts: &Facts<'_>) -> RuleFinding {
    let mut because = Vec::new();
    if !rule.is_for(facts.risk()) {
        because.push(format!("the risk is {}", facts.risk().as_str()));
    } else if walk("when", &rule.when, facts, &mut because) {
        walk("unless", &rule.unless, facts, &mut because);
    }
    RuleFinding {
        rule: rule.id.clone(),
        line: rule.line,
        says: rule.to_string(),
        applies: rule.applies(facts).ok(),
        because,
    }
}

/// Whether all hold; what is found on the way is written down.
fn walk(
    word: &str,
    conditions: &[Condition],
    facts: &Facts<'_>,
    because: &mut Vec<String>,
) -> bool {
    for condition in conditions {
        let holds = condition.holds(facts);
        because.push(match &holds {
            Ok(true) => format!("{word} {condition}: holds, {}", condition.finds(facts)),
            Ok(false) => format!("{word} {condition}: does not hold, {}", condition.finds(facts)),
            Err(error) => format!("{word} {condition}: cannot be evaluated, {error}"),
        });
        if holds != Ok(true) {
            return false;
        }
    }
    true
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ruling.verdict {
            Verdict::Allow => writeln!(f, "allow")?,
            Verdict::Deny(reason) => writeln!(f, "deny: {}", reason.escape_debug())?,
            Verdict::Review(obligations) => {
                let names: Vec<&str> = obligations.iter().map(|one| one.name.as_str()).collect();
                writeln!(f, "review: {}", names.join(", "))?;
            }
        }
        if let Some(terms) = &self.ruling.break_glass {
            let rules: Vec<&str> = terms.rules.iter().map(RuleId::as_str).collect();
            writeln!(f, "  an emergency sets aside {}", rules.join(", "))?;
        }
        for finding in &self.rules {
            let applies = match finding.applies {
                Some(true) => "applies",
                Some(false) => "does not apply",
                None => "cannot be evaluated",
            };
            writeln!(f, "  {} {applies}: {} (line {})", finding.rule, finding.says, finding.line)?;
            for reason in &finding.because {
                writeln!(f, "    {reason}")?;
            }
        }
        Ok(())
    }
}
