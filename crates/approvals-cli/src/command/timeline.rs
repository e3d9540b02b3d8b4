//! One event, as people and programs read it.

use approvals_core::{Claims, Decision, Event, Statement, What};
use serde::Serialize;

use crate::output::{Page, printable};
use crate::signature::{self, Keys, Signature};
use crate::told;

/// An event with what is in its signed parts.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    index: u64,
    at: String,
    event: What,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<Claims>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<Statement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
}

impl Step {
    pub(super) fn new(index: u64, event: &Event, keys: &Keys) -> Self {
        let what = &event.what;
        let (mut decision, mut grant, mut statement) = (None, None, None);
        if let What::Decided { envelope } | What::Late { envelope } = what {
            decision = envelope.unverified().ok();
        }
        if let What::Granted { grant: signed } = what {
            grant = signed.claims().ok();
        }
        if let What::Stated { envelope } = what {
            statement = envelope.unverified().ok();
        }
        let (at, signature) = (event.at.to_string(), keys.check(index, what));
        Self { index, at, event: what.clone(), decision, grant, statement, signature }
    }

    /// What does not hold in it.
    pub(super) fn problem(&self) -> Option<String> {
        let problem = self.signature.as_ref()?.problem.as_ref()?;
        Some(format!("event {}: {problem}", self.index))
    }

    /// `card` is the digest of the card that is shown above.
    pub(super) fn lines(&self, card: Option<&str>, page: &mut Page) {
        let told = told::of(&self.event, card);
        page.line(&format!("{:>7}  {}  ", self.index, self.at), &told.headline);
        for (label, text) in told.details {
            page.line(&format!("         {label:<10} "), &printable(&text));
        }
        if let Some(signed) = &self.signature {
            let verdict = match &signed.problem {
                None => "the signature holds".to_owned(),
                Some(problem) => format!("THE SIGNATURE DOES NOT HOLD: {problem}"),
            };
            let by = signature::purpose(signed.purpose);
            let kid = signed.kid.as_deref().unwrap_or("(unknown)");
            page.line("         signed by  ", &printable(&format!("{by} key {kid}")));
            page.line("                    ", &printable(&verdict));
        }
    }
}
