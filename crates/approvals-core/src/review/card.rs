//! What a reviewer is shown, the same on every channel: facts from the library, then the caller's claims.

use std::fmt;
use std::time::Duration;

use super::request::{Earlier, Request, Was};
use super::section::{self, Page, Part, Section};
use super::visible;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::action::noncanonical::CanonicalError;
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;
use crate::policy::fact::Fact;
use crate::policy::obligation::{Due, Obligation};
use crate::policy::obligations::Obligations;

/// One request as it is put before people.
///
/// Two different requests never give the same card, and two different cards never look the same: facts
/// come from the approved bytes in a fixed order, every value is a single escaped line, and what the
/// caller wrote freely stands last and is marked as that.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, Card};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("deploy-7")?;
/// # gate.submit(deploy).await?;
/// let card: Card = inbox.next().await;
/// assert_eq!(card.document().arguments["version"], 7);
/// assert!(card.to_string().contains("needs          1 of ops (one-of-ops)"));
/// assert!(card.render(60).lines().all(|line| line.len() <= 60));
///
/// // An answer is to exactly what was shown, and so is the code that people type where there are no buttons.
/// assert_eq!(Ballot::approve(&card)?.card, card.digest()?);
/// assert_eq!(card.code(), card.request_digest().code());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    request: Request,
    request_digest: Digest,
    document: Document,
}

impl Card {
    /// The card of a request whose action is `document`.
    pub fn new(request: Request, document: Document) -> Result<Self, CanonicalError> {
        Ok(Self { request_digest: request.digest()?, request, document })
    }

    /// The digest of what is shown.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of("card", self.render(WIDTH).as_bytes()))
    }

    /// The request that is decided.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The id of the request that is decided.
    #[must_use]
    pub fn id(&self) -> RequestId {
        self.request.id
    }

    /// The digest of the request.
    #[must_use]
    pub fn request_digest(&self) -> Digest {
        self.request_digest
    }

    /// The action, as approved.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Until when it can be decided.
    #[must_use]
    pub fn approve_by(&self) -> Timestamp {
        self.request.approve_by
    }

    /// The code that ties an answer to this card where people type.
    #[must_use]
    pub fn code(&self) -> String {
        self.request_digest.code()
    }

    /// The card as lines of printable text, no line over `width` (and that at least 40).
    #[must_use]
    pub fn render(&self, width: usize) -> String {
        section::render(&self.sections(), width.max(40))
    }

    /// The card in its parts, in the order in which every channel shows them.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        let mut page = Page::default();
        self.facts(&mut page);
        self.arguments(&mut page);
        self.claims(&mut page);
        page.sections
    }

    fn facts(&self, page: &mut Page) {
        let (document, request) = (&self.document, &self.request);
        self.emergency(page);
        page.heading(Part::Facts, "facts");
        page.fact("action", document.action.as_str());
        page.fact("risk", document.risk.as_str());
        for tag in &document.tags {
            page.fact("tag", &visible::text(tag));
        }
        page.fact("requester", &describe(request.requester.principal()));
        for owner in request.requester.chain() {
            // Acts on the approvals name them by their ids alone; what they are, nobody has said.
            let own_act = document.action.is_reserved();
            let owner = if own_act { owner.id().to_string() } else { describe(owner) };
            page.fact("on behalf of", &owner);
        }
        page.value("environment", &document.log, &visible::text(&document.log));
        for (name, fact) in &request.ruling.facts {
            page.fact("known", &format!("{name} = {}", shown(fact)));
        }
        for obligation in request.obligations().into_iter().flatten() {
            self.obligation(page, obligation);
        }
        for rule in &request.ruling.rules {
            page.fact("rule", rule.as_str());
        }
        if document.review_required {
            page.fact("note", "its author wants people to be asked, whatever the policy says");
        }
        if let Some(millis) = request.retry_after_ms {
            let silence = span(Duration::from_millis(millis));
            page.fact("note", &format!("may be started again after {silence} of silence"));
        }
        if let Some(at) = request.notes.place_in_batch(request.id) {
            page.fact("made with", &format!("others: call {at} of {}", request.notes.batch.len()));
        }
        page.fact("asked", &request.asked_at.to_string());
        page.fact("decide by", &request.approve_by.to_string());
        page.fact("request", &request.id.to_string());
        page.fact("digest", &self.request_digest.to_string());
        self.earlier(page);
    }

    /// Stands first: what is asked here is an exception.
    fn emergency(&self, page: &mut Page) {
        let Some(terms) = &self.request.ruling.break_glass else { return };
        page.heading(Part::Emergency, "EMERGENCY: break-glass, rules that deny this are set aside");
        for rule in &terms.rules {
            page.fact("set aside", rule.as_str());
        }
        let within = span(terms.review_within);
        page.fact("reviewed by", &format!("{}, within {within} of its start", terms.review_by));
    }

    fn obligation(&self, page: &mut Page, one: &Obligation) {
        for seats in &one.quorum {
            page.fact("needs", &format!("{} of {} ({})", seats.count, seats.group, one.name));
        }
        for step in &one.escalate {
            let after = span(step.after);
            page.fact("", &format!("after {after} also of {} ({})", step.add_group, one.name));
        }
        let first = one.ask_first.as_ref().and_then(|name| self.request.ruling.facts.get(name));
        if let Some(Fact::Set(people)) = first {
            let people: Vec<_> = people.iter().map(|id| visible::text(id)).collect();
            page.fact("ask first", &people.join(", "));
        }
        // Said where it is so, which takes all of them.
        if self.request.obligations().is_some_and(Obligations::owner_may_approve) {
            page.fact("note", "who the requester acts for may approve this");
        }
        if one.veto.get() > 1 {
            page.fact("note", &format!("it takes {} rejections to end it", one.veto));
        }
        if one.assurance > Assurance::ChannelAttested {
            page.fact("note", "approved with the reviewer's own key only");
        }
        for channel in &one.channels {
            page.fact("approved in", &visible::text(channel));
        }
        for step in one.later_channels() {
            let channel = visible::text(&step.add_channel);
            let line = match step.due {
                Due::After(after) => {
                    format!("after {} also in {channel} ({})", span(after), one.name)
                }
                Due::Undelivered => {
                    format!("if it cannot be shown: in {channel} ({})", one.name)
                }
            };
            page.fact("", &line);
        }
    }

    fn earlier(&self, page: &mut Page) {
        let Some(earlier) = &self.request.earlier else { return };
        page.heading(Part::Earlier, "the same action was rejected before");
        page.fact("rejected by", earlier.by.as_str());
        page.fact("request", &earlier.request.to_string());
        if let Some(reason) = &earlier.reason {
            page.value("because", reason, &visible::text(reason));
        }
        let Earlier { on_behalf_of, resource, retry_after_ms, risk, tags, .. } = earlier;
        let facts = [
            ("on behalf of", on_behalf_of),
            ("resource", resource),
            ("retry_after_ms", retry_after_ms),
            ("risk", risk),
            ("tags", tags),
        ];
        let facts =
            facts.into_iter().filter_map(|(name, was)| Some((name.to_owned(), was.as_ref()?)));
        // The names of arguments stand in quotes.
        let arguments = earlier.was.iter().map(|(name, was)| (visible::text(name), was));
        let mut changes = facts.chain(arguments).peekable();
        if changes.peek().is_none() {
            page.fact("  changed", "nothing");
        }
        for (name, was) in changes {
            let (label, was) = before(was);
            page.fact(label, &format!("{name} was {was}"));
        }
        if let Some(more) = earlier.more {
            page.fact("  and more", &format!("{more} that changed or may have"));
        }
    }

    fn arguments(&self, page: &mut Page) {
        page.heading(Part::Arguments, "what it is done to, and with: exactly this is approved");
        if let Some(resource) = &self.document.resource {
            page.value("resource", resource, &visible::text(resource));
        }
        for (name, value) in &self.document.arguments {
            page.argument(name, &value.to_string(), &visible::json(value));
        }
        if self.document.arguments.is_empty() && self.document.resource.is_none() {
            page.fact("", "none");
        }
        if !self.document.shown.is_empty() {
            page.heading(Part::WorkedOut, "worked out from that by the program");
            for (name, value) in &self.document.shown {
                page.argument(name, &value.to_string(), &visible::json(value));
            }
        }
        if !self.document.redacted.is_empty() {
            page.heading(Part::Hidden, "hidden from you, but bound");
            for (name, commitment) in &self.document.redacted {
                page.argument(name, "", &commitment.to_string());
            }
        }
        if !self.document.unbound.is_empty() {
            page.heading(Part::Unbound, "NOT shown and NOT bound: can be anything when it runs");
            for name in &self.document.unbound {
                page.fact("", &visible::text(name));
            }
        }
    }

    fn claims(&self, page: &mut Page) {
        let (document, notes) = (&self.document, &self.request.notes);
        let session = notes.session.as_ref().map(ToString::to_string);
        let claims = [
            ("emergency", &document.break_glass),
            ("summary", &document.summary),
            ("reason", &document.reason),
            ("intent", &notes.intent),
            ("session", &session),
        ];
        let claims: Vec<_> =
            claims.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))).collect();
        if claims.is_empty() {
            return;
        }
        page.heading(Part::Claims, "the requester says (not checked)");
        for (name, claim) in claims {
            page.value(name, claim, &visible::text(claim));
        }
    }
}

/// How wide the text is whose digest is signed.
const WIDTH: usize = 80;

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(WIDTH))
    }
}

fn span(span: Duration) -> String {
    match jiff::SignedDuration::try_from(span) {
        Ok(span) => format!("{span:#}"),
        Err(_longer) => "ever".to_owned(),
    }
}

fn shown(fact: &Fact) -> String {
    match fact {
        Fact::Bool(value) => value.to_string(),
        Fact::Int(value) => value.to_string(),
        Fact::Text(value) => visible::text(value),
        Fact::Set(values) => {
            let values: Vec<_> = values.iter().map(|value| visible::text(value)).collect();
            format!("[{}]", values.join(", "))
        }
    }
}

/// How it is said what something was before: that it is another one, or that nobody can tell.
fn before(was: &Was) -> (&'static str, String) {
    match was {
        Was::Absent => ("  changed", "not there".to_owned()),
        Was::Value(value) => ("  changed", visible::json(value)),
        Was::Long(bytes) => ("  changed", format!("another one, of {bytes} bytes")),
        Was::Hidden => ("  may differ", "hidden".to_owned()),
        Was::Unbound => ("  may differ", "not bound".to_owned()),
    }
}

fn describe(principal: &Principal) -> String {
    let kind = format!("{:?}", principal.kind()).to_lowercase();
    format!("{} ({kind})", principal.id())
}
