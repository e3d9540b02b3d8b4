//! What a message says, before a chat service gives it its form. Pure, and the only place where text for people in chats is
//! made.
//!
//! Whatever others wrote stands in spans and frames that a service has to show literally; the title holds our own words and
//! the name of the action.

use approvals_core::{Card, ChannelIdentity, Group, Phase, Risk, visible};

use crate::fate::{self, Fate};
use crate::page;
use crate::service::View;

/// The longest title, in bytes.
const MAX_TITLE: usize = 150;

/// The longest address where the whole can be read.
const MAX_ADDRESS: usize = 500;

/// What a message says. [The page of this crate](crate) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sheet {
    /// What notifications show, in our own words. The name of the action is in it, and nothing else of others.
    pub title: String,
    /// What stands at the top, where that is not the title's place alone.
    pub heading: Option<String>,
    /// What stands below, from top to bottom.
    pub parts: Vec<Part>,
    /// What can be done about it.
    pub buttons: Option<Offer>,
    /// What this sheet is called: the same for the same request as long as it stands the same.
    pub name: String,
}

/// What stands together. [The page of this crate](crate) has an example.
pub type Part = Vec<Paragraph>;

/// A piece of a [`Sheet`]. [The page of this crate](crate) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "each service shows all of it")]
pub enum Paragraph {
    /// Running text; where it says `\n`, a new line begins.
    Text(Vec<Span>),
    /// Lines of one width in a frame.
    Frame(String),
}

/// A piece of a paragraph, shown as it is: nothing in it is markup. [The page of this crate](crate) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "each service shows all of it")]
pub enum Span {
    /// Our own words: no value can look like them.
    Strong(String),
    /// Anything.
    Plain(String),
    /// Somebody of this service, whose id comes next in any case.
    Person(ChannelIdentity),
    /// Those to wake: the first of these groups that the service knows, if any.
    Wake(Vec<Group>),
    /// An address that our own configuration names.
    Address(String),
}

impl Span {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    pub(crate) fn strong(text: impl Into<String>) -> Self {
        Self::Strong(text.into())
    }
}

/// The buttons of a card. That which rejects is always there. [The page of this crate](crate) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offer {
    /// Whether there is one that approves: only under a card that is shown whole.
    pub may_approve: bool,
    /// What is asked once more before it approves, where that is due.
    pub confirm: Option<String>,
}

impl Offer {
    /// An offer.
    #[must_use]
    pub fn new(may_approve: bool, confirm: Option<String>) -> Self {
        Self { may_approve, confirm }
    }
}

/// How much a service shows, and to whom. [The page of this crate](crate) has an example.
pub trait Form {
    /// How many bytes the parts of a card may take, as [`size`](Self::size) counts them. All of a message must have room
    /// for some thousand more: whether it can be approved does not change while it is open.
    fn most(&self) -> usize;

    /// How many bytes these parts take in this service.
    fn size(&self, parts: &[Part]) -> usize;

    /// Whether that account is one of this service.
    fn is_here(&self, identity: &ChannelIdentity) -> bool;

    /// Where a request can be read whole, if that is anywhere but on the command line: an address to which its id is added.
    fn read_at(&self) -> Option<&str>;
}

impl Sheet {
    /// What is to be shown of something.
    #[must_use]
    pub fn of(view: View<'_>, form: &impl Form) -> Self {
        match view {
            View::Placeholder(card) => placeholder(card),
            View::Card { card, state, buttons } => {
                let is_news = buttons.is_none() || !state.decisions().is_empty();
                let fate = is_news.then(|| Fate::of(state));
                Self::card(card, fate.as_ref(), buttons.is_some(), form)
            }
            View::Ended { card, state } => told(card, &Fate::of(state), form),
            View::Reminder(card) => reminder(card),
            View::Escalation { card, group } => escalation(card, group),
            View::Moved(card) => moved(card),
            View::Kept => kept(),
            View::NotCounted(why) => private("Your click was not counted", why),
        }
    }

    /// The card with what has become of it, and with buttons while it is open. One that is too long to be shown whole
    /// cannot be approved here, and says where the whole can be read.
    #[must_use]
    pub fn card(card: &Card, fate: Option<&Fate<'_>>, has_buttons: bool, form: &impl Form) -> Self {
        let word = fate.map_or("Approve?", |fate| fate::word(fate.phase));
        let is_open = fate.is_none_or(|fate| *fate.phase == Phase::Pending);
        let (mut body, is_whole) = body(card, form);
        let mut parts: Vec<Part> =
            fate.map(|fate| vec![fate.told(card, form)]).into_iter().collect();
        parts.append(&mut body);
        let buttons = (has_buttons && is_open).then(|| offer(card, is_whole));
        if buttons.is_some() {
            parts.push(footer(card));
        }
        let name = fate.map_or_else(
            || "ask".to_owned(),
            |fate| format!("{}{}", word.to_lowercase().replace([' ', '?'], ""), fate.version),
        );
        Self {
            heading: Some(heading(card, word)),
            buttons,
            ..Self::new(titled(card, word), parts, &name)
        }
    }

    fn new(title: String, parts: Vec<Part>, name: &str) -> Self {
        Self { title, heading: None, parts, buttons: None, name: name.to_owned() }
    }

    /// One paragraph.
    fn saying(title: String, spans: Vec<Span>, name: &str) -> Self {
        Self::new(title, vec![vec![Paragraph::Text(spans)]], name)
    }
}

/// What is posted before anything can be decided in it. Notifications show its title; what it says is true however long
/// it stays.
fn placeholder(card: &Card) -> Sheet {
    let spans = vec![
        Span::strong("There is nothing to decide in this message as it is."),
        Span::plain(
            "\nIf it stays like this, the card is in another message of this channel, or the request is over.",
        ),
        Span::strong("\nrequest"),
        Span::plain(format!("  {}", card.id())),
    ];
    Sheet::saying(titled(card, "Approval asked for"), spans, "hold")
}

/// Under the card, when its time is running out.
fn reminder(card: &Card) -> Sheet {
    let groups = page::groups_of(card).cloned().collect();
    let words =
        format!("This still needs somebody to decide. It ends undecided at {}.", card.approve_by());
    let spans = vec![Span::Wake(groups), Span::plain(words)];
    Sheet::saying(titled(card, "Still open"), spans, "remind")
}

/// Under the card, when others may decide as well.
fn escalation(card: &Card, group: &Group) -> Sheet {
    let spans = vec![
        Span::Wake(vec![group.clone()]),
        Span::plain("From now on this may be approved by members of "),
        Span::strong(group.as_str()),
        Span::plain(format!(" as well. It ends undecided at {}.", card.approve_by())),
    ];
    Sheet::saying(titled(card, "Still open, and others may decide"), spans, "escalate")
}

/// Under a card that can be changed no more, when another one has taken its place.
fn moved(card: &Card) -> Sheet {
    let words =
        "This is asked in another message of this channel now. The buttons above count no more.";
    Sheet::saying(titled(card, "Asked again"), vec![Span::plain(words)], "moved")
}

/// Under the card, when it is decided or over.
fn told(card: &Card, fate: &Fate<'_>, form: &impl Form) -> Sheet {
    let parts = vec![vec![fate.told(card, form)]];
    Sheet::new(titled(card, fate::word(fate.phase)), parts, "told")
}

/// To whoever clicked, and to nobody else: that something may come of it later.
fn kept() -> Sheet {
    let how = "it could not be checked and recorded yet, and counts once it is, unless the request is \
               over by then; if you have approved and changed your mind, press Reject";
    private("Your click is kept", how)
}

/// To whoever clicked, and to nobody else.
fn private(what: &str, why: &str) -> Sheet {
    let spans =
        vec![Span::strong(format!("{what}:")), Span::plain(format!("\n{}", fate::printable(why)))];
    Sheet::saying(what.to_owned(), spans, "private")
}

/// The title: how it stands, the action and its risk; that it is an emergency, first.
fn titled(card: &Card, word: &str) -> String {
    let (action, risk) = (card.document().action.as_str(), card.document().risk.as_str());
    let emergency = if is_emergency(card) { "EMERGENCY " } else { "" };
    let mark = if word.ends_with('?') { "" } else { ":" };
    format!("{emergency}{word}{mark} {action}, {risk} risk")
}

fn is_emergency(card: &Card) -> bool {
    card.request().ruling.break_glass.is_some()
}

/// The title as far as there is room for it. The longest name of an action leaves none for its risk, which is among the
/// facts.
fn heading(card: &Card, word: &str) -> String {
    let title = titled(card, word);
    if title.len() <= MAX_TITLE {
        return title;
    }
    title.split(", ").next().unwrap_or_default().to_owned()
}

/// As much of the card as there is room for, and whether that is all of it.
fn body(card: &Card, form: &impl Form) -> (Vec<Part>, bool) {
    let sections = card.sections();
    if let Some(whole) = page::parts(sections.iter(), form.most(), form) {
        return (whole, true);
    }
    let (ours, others): (Vec<_>, Vec<_>) =
        sections.iter().partition(|section| page::is_ours(section.part));
    let most = form.most().saturating_sub(LEFT_OUT);
    let facts = page::parts(ours.iter().copied(), most, form);
    let mut parts = facts.unwrap_or_else(|| vec![least(card)]);
    parts.push(left_out(card, page::bytes(others.into_iter()), form.read_at()));
    (parts, false)
}

/// What it takes to say how much is left out.
const LEFT_OUT: usize = 1500;

/// What is said when not even the facts have room.
fn least(card: &Card) -> Part {
    let (document, request) = (card.document(), card.request());
    let facts = [
        ("action", document.action.to_string()),
        ("risk", document.risk.as_str().to_owned()),
        ("requester", request.requester.principal().id().to_string()),
        ("decide by", request.approve_by.to_string()),
        ("request", request.id.to_string()),
        ("digest", card.request_digest().to_string()),
    ];
    let facts = facts.iter().flat_map(|(label, value)| {
        [Span::strong(format!("{label}  ")), Span::plain(format!("{value}\n"))]
    });
    let more = Span::strong("There is more to know about it than there is room for here.");
    vec![Paragraph::Text(facts.chain([more]).collect())]
}

/// How much is not shown, and where it is.
fn left_out(card: &Card, bytes: usize, read_at: Option<&str>) -> Part {
    let document = card.document();
    let arguments = [document.arguments.len(), document.redacted.len(), document.unbound.len()];
    let arguments: usize = arguments.iter().sum();
    let arguments = match arguments {
        1 => "1 argument".to_owned(),
        several => format!("{several} arguments"),
    };
    let mut spans = vec![
        Span::strong("NOT SHOWN, so it cannot be approved in this message:"),
        Span::plain(format!("  {arguments}; what others wrote has {bytes} bytes in all.")),
        Span::strong("\nread it whole"),
        Span::plain(format!("  approvals show {}", card.id())),
    ];
    let place = read_at.map(|address| format!("{address}{}", card.id()));
    if let Some(place) = place.filter(|place| place.len() <= MAX_ADDRESS) {
        spans.push(Span::plain("\n"));
        let is_address =
            place.starts_with("https://") && place.bytes().all(|byte| byte.is_ascii_graphic());
        spans.push(if is_address {
            Span::Address(place)
        } else {
            Span::plain(visible::text(&place))
        });
    }
    vec![Paragraph::Text(spans)]
}

/// What ties the buttons to what stands above them.
fn footer(card: &Card) -> Part {
    let digest = card.request_digest().to_string();
    let digest: String = digest.chars().take(19).collect();
    vec![Paragraph::Text(vec![
        Span::strong("code"),
        Span::plain(format!("  {}   {digest}…", card.code())),
        Span::strong("\ndecide by"),
        Span::plain(format!("  {}", card.approve_by())),
    ])]
}

/// Whether it is asked once more before a card is approved: where the risk is high, and in an emergency.
/// [The page of this crate](crate) has an example.
#[must_use]
pub fn asks_twice(card: &Card) -> bool {
    let is_risky = match card.document().risk {
        Risk::Low | Risk::Medium => false,
        Risk::High | Risk::Critical => true,
    };
    is_risky || is_emergency(card)
}

fn offer(card: &Card, is_whole: bool) -> Offer {
    let confirm = || {
        format!(
            "{} ({} risk), with exactly what stands above. Code {}.",
            card.document().action,
            card.document().risk.as_str(),
            card.code()
        )
    };
    Offer::new(is_whole, asks_twice(card).then(confirm))
}
