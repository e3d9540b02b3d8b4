//! The parts of a card, and how they are laid out where there is nothing but text.

use super::visible;

/// One part of a card: a heading, and what stands under it.
///
/// Headings and labels are the library's own words, apart from the names of arguments. Labels and values are one line
/// of printable ASCII each; lines called `reads as` also have letters of other scripts.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::Part;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let gate = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # gate.submit(DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("release-7")?).await?;
/// let card = inbox.next().await;
/// let parts = card.sections();
/// assert_eq!(parts.iter().map(|section| section.part).collect::<Vec<_>>(), [Part::Facts, Part::Arguments]);
/// let version = &parts[1].lines[0];
/// assert_eq!((version.label.as_str(), version.value.as_str()), ("\"version\"", "7"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// What stands here.
    pub part: Part,
    /// What it is called.
    pub heading: String,
    /// What it says.
    pub lines: Vec<Line>,
}

/// What stands in a part of a card. [`Section`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a part that a channel overlooks is not shown")]
pub enum Part {
    /// Rules that deny this are set aside.
    Emergency,
    /// What the library knows.
    Facts,
    /// The same was rejected before.
    Earlier,
    /// The resource and the arguments: what is approved.
    Arguments,
    /// What the program has worked out from the arguments.
    WorkedOut,
    /// What is bound and not shown.
    Hidden,
    /// What is neither shown nor bound.
    Unbound,
    /// What the requester says, unchecked. Always last.
    Claims,
}

/// One line of a card. [`Section`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// What it is called; may be empty.
    pub label: String,
    /// What it is.
    pub value: String,
}

/// A card that is being put together.
#[derive(Default)]
pub(super) struct Page {
    pub(super) sections: Vec<Section>,
}

impl Page {
    pub(super) fn heading(&mut self, part: Part, heading: &str) {
        self.sections.push(Section { part, heading: heading.to_owned(), lines: Vec::new() });
    }

    pub(super) fn fact(&mut self, label: &str, value: &str) {
        if let Some(section) = self.sections.last_mut() {
            section.lines.push(Line { label: label.to_owned(), value: value.to_owned() });
        }
    }

    /// A value that others chose, and how it reads where that differs.
    pub(super) fn value(&mut self, label: &str, raw: &str, shown: &str) {
        self.fact(label, shown);
        if let Some(reading) = visible::reading(raw) {
            self.fact("  reads as", &reading);
        }
    }

    /// A named value. A name that could be taken for a value stands on a line of its own.
    pub(super) fn argument(&mut self, name: &str, raw: &str, shown: &str) {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.,()".contains(&b) || b == b' ';
        let is_plain = name.len() <= 40 && !name.contains("  ") && name.bytes().all(is_plain);
        if is_plain && !name.starts_with(|c: char| c.is_ascii_digit()) && name.trim() == name {
            self.value(&visible::text(name), raw, shown);
        } else {
            self.fact("odd name", &visible::text(name));
            self.value("  its value", raw, shown);
        }
    }
}

/// Lines of a fixed shape: a heading, or a label and a value. Long values go on behind a margin, so that
/// no value can end one line and forge the next.
pub(super) fn render(sections: &[Section], width: usize) -> String {
    let mut text = String::new();
    for section in sections {
        lay_out(&mut text, width, &format!("-- {}", section.heading), "-- ");
        for Line { label, value } in &section.lines {
            lay_out(&mut text, width, &format!("   {label:<14} {value}"), "   >  ");
        }
    }
    text
}

fn lay_out(text: &mut String, width: usize, line: &str, margin: &str) {
    let mut column = 0_usize;
    for letter in line.chars() {
        if column.saturating_add(1) >= width {
            text.push('\n');
            text.push_str(margin);
            column = margin.len();
        }
        text.push(letter);
        // Letters of other scripts may take two columns.
        column = column.saturating_add(if letter.is_ascii() { 1 } else { 2 });
    }
    text.push('\n');
}
