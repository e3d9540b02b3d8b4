//! `approvals policy explain`: what a policy says about one call, why, and what it takes.

use approvals_core::{
    Denied, Explanation, Facts, Obligation, RuleFinding, Ruling, Timestamp, Verdict,
};
use serde::Serialize;

use super::call::Call;
use super::replay;
use crate::args::Explain;
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};
use crate::{duty, mistake, span};

pub(crate) fn run(args: &Explain, now: Timestamp, console: &mut Console<'_>) -> Result<(), Error> {
    let rules = mistake::rules(&args.file)?;
    let call = Call::read(&args.call, now)?;
    let facts = Facts::new(&call.document, &call.requester, call.now).with(&call.facts);
    let (ruling, findings) = match rules.explain(&facts) {
        Ok(Explanation { ruling, rules, .. }) => (ruling, rules),
        Err(error) => (replay::failed(&rules, &error), Vec::new()),
    };
    console.report(&Explained::new(&call, ruling, findings))
}

#[derive(Debug, Serialize)]
struct Explained {
    action: String,
    verdict: &'static str,
    /// Why, where it is denied.
    reason: Option<String>,
    rules: Vec<Finding>,
    obligations: Vec<Asked>,
    emergency: Option<String>,
    /// What the caller gets.
    told: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Finding {
    rule: String,
    line: usize,
    says: String,
    /// None if it could not be evaluated, which denies.
    applies: Option<bool>,
    because: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Asked {
    in_words: Vec<String>,
    #[serde(flatten)]
    obligation: Obligation,
}

impl Explained {
    fn new(call: &Call, ruling: Ruling, findings: Vec<RuleFinding>) -> Self {
        let told = told(&ruling.verdict, call.now);
        let (verdict, reason, obligations) = match ruling.verdict {
            Verdict::Allow => ("allow", None, Vec::new()),
            Verdict::Deny(reason) => ("deny", Some(reason), Vec::new()),
            Verdict::Review(asked) => ("review", None, asked.iter().cloned().collect()),
        };
        let in_words = |obligation: Obligation| {
            let in_words = duty::sentences(&obligation, Some(call.now));
            Asked { in_words, obligation }
        };
        let emergency = ruling.break_glass.map(|terms| {
            let rules: Vec<&str> = terms.rules.iter().map(approvals_core::RuleId::as_str).collect();
            format!(
                "the emergency sets aside {}; one of {} reviews it within {} of its start",
                rules.join(", "),
                terms.review_by,
                span::words(terms.review_within)
            )
        });
        Self {
            action: call.document.action.to_string(),
            verdict,
            reason,
            rules: findings.into_iter().map(Finding::new).collect(),
            obligations: obligations.into_iter().map(in_words).collect(),
            emergency,
            told,
        }
    }
}

impl Finding {
    fn new(found: RuleFinding) -> Self {
        let RuleFinding { rule, line, says, applies, because, .. } = found;
        Self { rule: rule.to_string(), line, says, applies, because }
    }
}

/// What the agent is told, now and later.
fn told(verdict: &Verdict, now: Timestamp) -> Vec<String> {
    match verdict {
        Verdict::Allow => {
            vec!["nothing: the call runs, and the agent gets what it returns".to_owned()]
        }
        Verdict::Deny(reason) => vec![Denied::ByPolicy { reason: reason.clone() }.to_string()],
        Verdict::Review(asked) => vec![
            "nothing until people have decided; then the call runs".to_owned(),
            "if somebody rejects it: who, and the reason that they give".to_owned(),
            format!(
                "if nobody decides by {}: {}",
                now.after(asked.approve_within()),
                Denied::Expired
            ),
        ],
    }
}

impl Report for Explained {
    fn text(&self) -> String {
        let mut page = Page::default();
        let reason = self.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        page.line("verdict: ", &printable(&format!("{}{reason}", self.verdict)));
        page.gap();
        page.line("", &format!("-- rules about {}", self.action));
        if self.rules.is_empty() {
            page.line("   ", "none");
        }
        for finding in &self.rules {
            let applies = match finding.applies {
                Some(true) => "applies",
                Some(false) => "does not apply",
                None => "CANNOT BE EVALUATED, which denies",
            };
            let headline = format!("{} (line {}) {applies}", finding.rule, finding.line);
            page.line("   ", &printable(&headline));
            page.line("      ", &printable(&finding.says));
            for reason in &finding.because {
                page.line("        ", &printable(reason));
            }
        }
        if !self.obligations.is_empty() {
            page.line("", "-- what it takes");
        }
        for asked in &self.obligations {
            page.line("   ", &printable(asked.obligation.name.as_str()));
            for sentence in &asked.in_words {
                page.line("      ", &printable(sentence));
            }
        }
        if let Some(emergency) = &self.emergency {
            page.line("-- emergency: ", &printable(emergency));
        }
        page.line("", "-- what the agent is told");
        for text in &self.told {
            page.line("   ", &printable(text));
        }
        page.into_text()
    }
}
