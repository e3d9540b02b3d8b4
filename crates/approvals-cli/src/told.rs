//! What an event says, in words: the one place in this program that knows every kind.

use approvals_core::{
    Assurance, Bound, Challenge, Choice, Claims, Decision, Digest, Envelope, Fact, FactSet, Nudge,
    PostStage, Press, PrincipalId, Request, Resolution, Says, StandingTerms, Statement, Verdict,
    What, key_id, visible,
};

use crate::output::printable;
use crate::{phase, signature, span};

/// A line, and what is to be known besides, each under its label.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Printable text.
    pub(crate) headline: String,
    pub(crate) details: Vec<(&'static str, String)>,
}

impl Told {
    fn new(headline: impl AsRef<str>, details: Vec<(&'static str, String)>) -> Self {
        Self { headline: printable(headline.as_ref()), details }
    }
}

/// `card` is the digest of the card that is shown above, if one is.
pub(crate) fn of(what: &What, card: Option<&str>) -> Told {
    match what {
        What::KeyAdded { purpose, key } => {
            let kid = key.key().map_or_else(|| "(weak)".to_owned(), |key| key_id(&key));
            let headline = format!("the log names a {} key", signature::purpose(*purpose));
            Told::new(headline, vec![("key", kid)])
        }
        What::PolicyLoaded { policy, replaces, guarded, request } => {
            let mut details = vec![("policy", policy.to_string())];
            details.extend(replaces.map(|before| ("before", before.to_string())));
            details.extend(request.map(|request| ("request", request.to_string())));
            let guarded = if *guarded { "only if people agree" } else { "without asking anybody" };
            details.push(("replaced", guarded.to_owned()));
            Told::new("another policy rules from here on", details)
        }
        What::Stated { envelope } => match envelope.unverified() {
            Ok(said) => stated(&said, envelope.digest().ok()),
            Err(_none) => Told::new("a statement that cannot be read", Vec::new()),
        },
        What::Lifted { stop, request } => lifted(stop, request),
        What::StandingIssued { request, terms } => issued(terms, request.to_string()),
        What::StandingUsed { standing, request } => Told::new(
            "a standing grant was used",
            vec![("grant", standing.to_string()), ("for", request.to_string())],
        ),
        What::Routed { channel, place, address } => routed(channel, place, address.as_deref()),
        What::Requested { request, .. } => requested(request),
        What::Presented { channel, card: shown, message } => {
            let message = message.as_ref().map(|message| ("message", visible::text(message)));
            let details = [("card", which_card(&shown.to_string(), card))];
            let headline = format!("presented in {}", visible::text(channel));
            Told::new(headline, details.into_iter().chain(message).collect())
        }
        What::Undelivered { channel, error } => undelivered(channel, error),
        What::Post { channel, place, stage } => posted(channel, place, stage),
        What::Pressed { envelope } => pressed(envelope),
        What::Dismissed { reason, .. } => dismissed(reason),
        What::Challenged { envelope } => challenged(envelope),
        What::Nudged { nudge } => nudged(nudge),
        What::Decided { envelope } => match envelope.unverified() {
            Ok(decision) => Told::new(voted(&decision), decided(&decision, card)),
            Err(_none) => Told::new("a decision that cannot be read", Vec::new()),
        },
        What::Late { envelope } => match envelope.unverified() {
            Ok(decision) => Told::new(
                format!("too late, which changes nothing: {}", voted(&decision)),
                decided(&decision, card),
            ),
            Err(_none) => Told::new("a decision that cannot be read", Vec::new()),
        },
        What::Granted { grant } => Told::new(
            "granted: enough reviewers approved",
            grant.claims().map(|claims| granted(&claims)).unwrap_or_default(),
        ),
        What::Started { facts, fence, policy, .. } => started(facts, *fence, *policy),
        What::Finished { execution, .. } => {
            Told::new(phase::execution_sentence(*execution), Vec::new())
        }
        What::Closed { cause } => Told::new(phase::cause_sentence(cause), Vec::new()),
    }
}

fn lifted(stop: &impl ToString, request: &impl ToString) -> Told {
    let details = vec![("stop", stop.to_string()), ("request", request.to_string())];
    Told::new("a stop was lifted", details)
}

fn routed(channel: &str, place: &str, address: Option<&str>) -> Told {
    let reaches = if address.is_some() { "reaches" } else { "reaches NO MORE" };
    let place = ("place", visible::text(place));
    let address = address.map(|address| ("at", visible::text(address)));
    let headline = format!("{} {reaches} a place", visible::text(channel));
    Told::new(headline, std::iter::once(place).chain(address).collect())
}

fn posted(channel: &str, place: &str, stage: &PostStage) -> Told {
    let channel = visible::text(channel);
    let (headline, detail) = match stage {
        PostStage::Sending => (format!("{channel} posts a message"), None),
        PostStage::Unsure { error } => {
            (format!("{channel} does not know whether it has posted"), Some(("error", error)))
        }
        PostStage::Sent { message, .. } => {
            (format!("{channel} has posted a message"), Some(("message", message)))
        }
        PostStage::Shown => (format!("{channel} shows the card"), None),
        PostStage::Closed => (format!("{channel} tells the end"), None),
        PostStage::Lost { error } => {
            (format!("{channel} has NO message any more"), Some(("error", error)))
        }
    };
    let place = ("place", visible::text(place));
    let detail = detail.map(|(name, text)| (name, visible::text(text)));
    Told::new(headline, std::iter::once(place).chain(detail).collect())
}

/// Its rules and facts stand on the card.
fn requested(request: &Request) -> Told {
    let ruling = &request.ruling;
    let headline = match &ruling.verdict {
        Verdict::Allow => "asked for; the policy allows it",
        Verdict::Deny(_) => "asked for; the policy denies it",
        Verdict::Review(_) if request.standing.is_some() => {
            "asked for; people have agreed to such calls before"
        }
        Verdict::Review(_) => "asked for; people are to decide",
    };
    let mut details = vec![("policy", ruling.policy.to_string())];
    details.extend(request.standing.map(|grant| ("standing", format!("by the grant {grant}"))));
    if let Some(terms) = &ruling.break_glass {
        let rules: Vec<&str> = terms.rules.iter().map(approvals_core::RuleId::as_str).collect();
        let text = format!(
            "it sets aside {}; {} reviews it within {} of its start",
            rules.join(", "),
            terms.review_by,
            span::words(terms.review_within)
        );
        details.push(("EMERGENCY", text));
    }
    if let Some(earlier) = &request.earlier {
        let why = earlier.reason.as_ref().map(|why| format!(": {}", visible::text(why)));
        let text = format!(
            "{} was rejected by {}{}",
            earlier.request,
            earlier.by,
            why.unwrap_or_default()
        );
        details.push(("earlier", text));
    }
    Told::new(headline, details)
}

fn facts(all: &FactSet) -> impl Iterator<Item = (&'static str, String)> {
    all.iter().map(|(name, fact)| {
        let value = match fact {
            Fact::Bool(value) => value.to_string(),
            Fact::Int(value) => value.to_string(),
            Fact::Text(text) => visible::text(text),
            Fact::Set(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| visible::text(text)).collect();
                format!("[{}]", texts.join(", "))
            }
        };
        ("fact", format!("{name} = {value}"))
    })
}

fn started(known: &FactSet, fence: u64, policy: Digest) -> Told {
    let headline = match fence {
        1 => "started".to_owned(),
        _again => format!("started again, as number {fence}"),
    };
    let details = std::iter::once(("policy", policy.to_string())).chain(facts(known));
    Told::new(headline, details.collect())
}

fn nudged(nudge: &Nudge) -> Told {
    let after = nudge.after().map(span::words).unwrap_or_default();
    let headline = match nudge {
        Nudge::Reminder { .. } => format!("people were reminded, after {after}"),
        Nudge::Escalation { group, .. } => {
            format!("nobody had decided within {after}: people of {group} may decide as well")
        }
        Nudge::Channel { channel, .. } => {
            let channel = visible::text(channel);
            format!("nobody had decided within {after}: it is shown in {channel} as well")
        }
        Nudge::Fallback { channel, obligation } => {
            let channel = visible::text(channel);
            format!("no channel of {obligation} could show it: it is shown in {channel} as well")
        }
    };
    Told::new(headline, Vec::new())
}

fn stated(said: &Statement, digest: Option<Digest>) -> Told {
    let who = said.person.id();
    let (headline, more) = match &said.says {
        Says::Stop { scope } => {
            (format!("STOPPED: {scope}, by {who}"), digest.map(|id| ("stop", id.to_string())))
        }
        Says::Delegate { to, groups, until } => {
            let groups: Vec<&str> = groups.iter().map(approvals_core::Group::as_str).collect();
            let groups = groups.join(", ");
            (format!("{who} lends {to} the vote for {groups} until {until}"), None)
        }
        Says::Undelegate => (format!("{who} takes back the vote that was lent"), None),
        Says::Resolve { resolution: Resolution::Done, .. } => {
            (format!("RESOLVED: it was carried out, says {who}"), None)
        }
        Says::Resolve { resolution: Resolution::NotDone, .. } => {
            (format!("RESOLVED: it was not carried out, says {who}"), None)
        }
        Says::Review { justified: true, .. } => {
            (format!("the emergency was justified, says {who}"), None)
        }
        Says::Review { justified: false, .. } => {
            (format!("the emergency was NOT justified, says {who}"), None)
        }
        Says::Explain { .. } => (format!("{who} says why they rejected it"), None),
        Says::Retire { standing } => {
            (format!("{who} ends a standing grant"), Some(("grant", standing.to_string())))
        }
        Says::Invite { account, until, .. } => {
            (format!("{who} invites {account} to enrol a key, until {until}"), None)
        }
        Says::Enrol { key, .. } => (
            format!("{who} enrols a key of their own, for {}", key.site()),
            Some(("key", key.credential())),
        ),
        Says::RetireKey { credential } => {
            (format!("{who} takes a key out of use"), Some(("key", visible::text(credential))))
        }
    };
    let mut details = vec![
        ("identity", identity(said.identity.subject(), said.identity.channel())),
        ("assurance", assurance(said.assurance, said.identity.channel())),
        ("reason", visible::text(&said.reason)),
    ];
    details.extend(more);
    Told::new(headline, details)
}

fn issued(terms: &StandingTerms, request: String) -> Told {
    let mut details = vec![
        ("grant", request),
        ("to", with_owners(&terms.requester, &terms.on_behalf_of)),
        ("uses", terms.uses.to_string()),
        ("until", terms.until.to_string()),
    ];
    details.extend(terms.resource.as_ref().map(|resource| ("resource", visible::text(resource))));
    details.extend(terms.tags.iter().map(|tag| ("tag", visible::text(tag))));
    details.extend(terms.arguments.iter().map(|(name, bound)| {
        ("argument", format!("{} {}", visible::text(name), bound_words(bound)))
    }));
    Told::new(format!("people agreed to calls of {} beforehand", terms.action), details)
}

/// A principal and those it acts for.
pub(crate) fn with_owners(who: &PrincipalId, owners: &[PrincipalId]) -> String {
    let all = std::iter::once(who).chain(owners).map(PrincipalId::as_str);
    all.collect::<Vec<_>>().join(" for ")
}

fn bound_words(bound: &Bound) -> String {
    match bound {
        Bound::Anything => "is anything".to_owned(),
        Bound::Is(value) => format!("is {}", visible::json(value)),
        Bound::OneOf(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| visible::text(text)).collect();
            format!("is one of {}", texts.join(", "))
        }
        Bound::Between(least, most) => format!("is from {least} to {most}"),
    }
}

/// `APPROVED by u:friend in the place of u:mira`.
fn voted(decision: &Decision) -> String {
    let word = match decision.choice {
        Choice::Approve => "APPROVED",
        Choice::Reject => "REJECTED",
    };
    let place = decision.delegator.as_ref();
    let place = place.map(|one| format!(" in the place of {}", one.id())).unwrap_or_default();
    format!("{word} by {}{place}", decision.reviewer.id())
}

fn pressed(envelope: &Envelope<Press>) -> Told {
    let Ok(press) = envelope.unverified() else {
        return Told::new("a press that cannot be read", Vec::new());
    };
    let choice = choice_word(press.choice);
    let message = format!("{}/{}", press.place, press.message);
    let details = vec![("message", visible::text(&message))];
    Told::new(format!("{} pressed a button: {choice}", press.identity), details)
}

fn challenged(envelope: &Envelope<Challenge>) -> Told {
    let Ok(challenge) = envelope.unverified() else {
        return Told::new("a challenge that cannot be read", Vec::new());
    };
    let word = choice_word(challenge.choice);
    let details = vec![("challenge", challenge.nonce())];
    Told::new(format!("{} is asked to sign: {word}", challenge.identity), details)
}

fn choice_word(choice: Choice) -> &'static str {
    match choice {
        Choice::Approve => "approve",
        Choice::Reject => "reject",
    }
}

fn dismissed(reason: &str) -> Told {
    Told::new("what was pressed came to nothing", vec![("because", visible::text(reason))])
}

fn undelivered(channel: &str, error: &str) -> Told {
    let headline = format!("NOT delivered by {}", visible::text(channel));
    Told::new(headline, vec![("error", visible::text(error))])
}

fn identity(subject: &str, channel: &str) -> String {
    format!("{} in {}", visible::text(subject), visible::text(channel))
}

/// The two are never presented alike.
fn assurance(assurance: Assurance, channel: &str) -> String {
    match assurance {
        Assurance::ChannelAttested => {
            format!("the channel {} says so; the reviewer signed nothing", visible::text(channel))
        }
        Assurance::ReviewerKey => "so it claims, the reviewer's own key".to_owned(),
        _ => "of an unknown kind".to_owned(),
    }
}

fn decided(decision: &Decision, card: Option<&str>) -> Vec<(&'static str, String)> {
    let seated = decision.delegator.as_ref().unwrap_or(&decision.reviewer);
    let groups: Vec<_> = seated.groups().iter().map(ToString::to_string).collect();
    let mut details = vec![
        ("identity", identity(decision.identity.subject(), decision.identity.channel())),
        ("groups", if groups.is_empty() { "none".to_owned() } else { groups.join(", ") }),
        (
            "assurance",
            match decision.proof {
                Some(_) => "the reviewer signed it, with a key of their own".to_owned(),
                None => assurance(decision.assurance, decision.identity.channel()),
            },
        ),
    ];
    let proof = decision.proof.as_ref();
    details.extend(proof.map(|proof| ("by the key", proof.credential())));
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
