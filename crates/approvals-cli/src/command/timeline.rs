//! One event of a request, as people and programs read it.

use approvals_core::{Assurance, Choice, Claims, Decision, Event, Nudge, Verdict, What, visible};
use serde::Serialize;

use crate::output::{Page, printable};
use crate::phase;
use crate::signature::{self, Keys, Signature};

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
    signature: Option<Signature>,
}

impl Step {
    pub(super) fn new(index: u64, event: &Event, keys: &Keys) -> Self {
        let grant = match &event.what {
            What::Granted { grant } => grant.claims().ok(),
            What::PolicyLoaded { .. }
            | What::Stated { .. }
            | What::Lifted { .. }
            | What::StandingIssued { .. }
            | What::StandingUsed { .. }
            | What::Nudged { .. }
            | What::Late { .. }
            | What::KeyAdded { .. }
            | What::Requested { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Decided { .. }
            | What::Started { .. }
            | What::Finished { .. }
            | What::Closed { .. } => None,
        };
        Self {
            index,
            at: event.at.to_string(),
            decision: match &event.what {
                What::Decided { envelope } | What::Late { envelope } => envelope.unverified().ok(),
                _other => None,
            },
            grant,
            signature: keys.check(index, &event.what),
            event: event.what.clone(),
        }
    }

    /// What does not hold in it.
    pub(super) fn problem(&self) -> Option<String> {
        let problem = self.signature.as_ref()?.problem.as_ref()?;
        Some(format!("event {}: {problem}", self.index))
    }

    /// `card` is the digest of the card that is shown above.
    pub(super) fn lines(&self, card: Option<&str>, page: &mut Page) {
        page.line(&format!("{:>7}  {}  ", self.index, self.at), &self.headline());
        for (label, text) in self.details(card) {
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

    /// What happened, as printable text.
    fn headline(&self) -> String {
        match &self.event {
            What::KeyAdded { purpose, .. } => {
                format!("the log names a {} key", signature::purpose(*purpose))
            }
            What::Requested { request, .. } => match &request.ruling.verdict {
                Verdict::Allow => "asked for; the policy allows it".to_owned(),
                Verdict::Deny(_) => "asked for; the policy denies it".to_owned(),
                Verdict::Review(_) => "asked for; people are to decide".to_owned(),
            },
            What::Presented { channel, .. } => format!("presented in {}", visible::text(channel)),
            What::Undelivered { channel, .. } => {
                format!("NOT delivered by {}", visible::text(channel))
            }
            What::Decided { .. } => {
                match self.decision.as_ref().map(|one| (one.choice, one.reviewer.id())) {
                    Some((Choice::Approve, who)) => format!("APPROVED by {who}"),
                    Some((Choice::Reject, who)) => format!("REJECTED by {who}"),
                    None => "a decision that cannot be read".to_owned(),
                }
            }
            What::Granted { .. } => "granted: enough reviewers approved".to_owned(),
            What::Started { fence: 1, .. } => "started".to_owned(),
            What::Started { fence, .. } => format!("started again, as number {fence}"),
            What::Late { .. } => "decided too late, which changed nothing".to_owned(),
            What::Nudged { nudge: Nudge::Reminder { .. } } => "people were reminded".to_owned(),
            What::Nudged { nudge: Nudge::Escalation { group, .. } } => {
                format!("the group {} may decide as well", visible::text(group.as_str()))
            }
            What::PolicyLoaded { .. } => "another policy rules".to_owned(),
            What::Stated { .. } => "a person stated something".to_owned(),
            What::Lifted { .. } => "a stop was lifted".to_owned(),
            What::StandingIssued { .. } => "a standing grant was issued".to_owned(),
            What::StandingUsed { .. } => "a standing grant was used".to_owned(),
            What::Finished { execution, .. } => phase::execution_sentence(*execution).to_owned(),
            What::Closed { cause } => phase::cause_sentence(cause),
        }
    }

    fn details(&self, card: Option<&str>) -> Vec<(&'static str, String)> {
        match &self.event {
            What::Requested { request, .. } => vec![("policy", request.ruling.policy.to_string())],
            What::Presented { card: shown, message, .. } => {
                let message = message.as_ref().map(|message| ("message", visible::text(message)));
                [("card", which_card(&shown.to_string(), card))]
                    .into_iter()
                    .chain(message)
                    .collect()
            }
            What::Undelivered { error, .. } => vec![("error", visible::text(error))],
            What::Decided { .. } | What::Late { .. } => {
                self.decision.as_ref().map(|one| decided(one, card)).unwrap_or_default()
            }
            What::Granted { .. } => self.grant.as_ref().map(granted).unwrap_or_default(),
            What::Started { policy, .. } => vec![("policy", policy.to_string())],
            What::PolicyLoaded { .. }
            | What::Stated { .. }
            | What::Lifted { .. }
            | What::StandingIssued { .. }
            | What::StandingUsed { .. }
            | What::Nudged { .. }
            | What::KeyAdded { .. }
            | What::Finished { .. }
            | What::Closed { .. } => Vec::new(),
        }
    }
}

fn decided(decision: &Decision, card: Option<&str>) -> Vec<(&'static str, String)> {
    let groups: Vec<_> = decision.reviewer.groups().iter().map(ToString::to_string).collect();
    let who =
        (visible::text(decision.identity.subject()), visible::text(decision.identity.channel()));
    // The two are never presented alike.
    let assurance = match decision.assurance {
        Assurance::ChannelAttested => {
            format!("the channel {} says so; the reviewer signed nothing", who.1)
        }
        Assurance::ReviewerKey => "so it claims, the reviewer's own key".to_owned(),
        _ => "of an unknown kind".to_owned(),
    };
    let mut details = vec![
        ("identity", format!("{} in {}", who.0, who.1)),
        ("groups", if groups.is_empty() { "none".to_owned() } else { groups.join(", ") }),
        ("assurance", assurance),
    ];
    details.extend(decision.reason.as_ref().map(|reason| ("reason", visible::text(reason))));
    details.extend(decision.message.as_ref().map(|message| ("message", visible::text(message))));
    details.push(("card", which_card(&decision.card.to_string(), card)));
    details.push(("log seen", format!("as of {} events", decision.seen.size)));
    details
}

fn granted(claims: &Claims) -> Vec<(&'static str, String)> {
    let to = match &claims.act {
        Some(actor) => format!("{} for {}", actor.sub, claims.sub),
        None => claims.sub.to_string(),
    };
    let approvers: Vec<_> = claims.detail().approvers.iter().map(ToString::to_string).collect();
    vec![
        ("to", to),
        ("until", claims.expires_at().to_string()),
        ("approvers", approvers.join(", ")),
        ("audience", visible::text(&claims.aud)),
    ]
}

fn which_card(shown: &str, above: Option<&str>) -> String {
    if above == Some(shown) {
        format!("{shown} (as above)")
    } else {
        format!("{shown} (NOT the card above)")
    }
}
