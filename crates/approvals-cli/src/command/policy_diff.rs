//! `approvals policy diff`: what is new in a policy, in words and over what has been asked for.

use std::collections::{BTreeMap, BTreeSet};

use approvals_core::Policy as _;
use serde::Serialize;

use super::loosened;
use super::replay::{self, Change, Differs};
use crate::args::Diff;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::output::{Console, Page, Report, printable};
use crate::{duty, mistake};

pub(crate) fn run(args: &Diff, console: &mut Console<'_>) -> Result<(), Error> {
    let (old, new) = (mistake::rules(&args.old)?, mistake::rules(&args.new)?);
    let over = match &args.over {
        None => None,
        Some(path) => {
            let ledger = Ledger::open(path)?;
            let verified =
                ledger.verify(None, &[], &mut console.progress, |_head, _entry| Ok(()))?;
            Some(Over::new(replay::over(&verified.trail, &old, &new)))
        }
    };
    let (was, now) = (old.digest().to_string(), new.digest().to_string());
    let (old, new) = (old.in_words(), new.in_words());
    let compared = Compared {
        was,
        now,
        words: words(&old, &new),
        loosened: loosened::names(&old, &new),
        over,
    };
    console.report(&compared)?;
    match &compared.over {
        Some(Over { loosens: 0, .. }) => Ok(()),
        Some(over) => Err(Error::Loosens(over.loosens)),
        None if compared.loosened.is_empty() => Ok(()),
        None => Err(Error::MayLoosen(compared.loosened)),
    }
}

/// What the words alone do not show.
const NOT_CHECKED: &str = "whether calls get looser is NOT checked without --over: it takes a ledger with requests to rule on";

#[derive(Debug, Serialize)]
struct Compared {
    /// The digest of the policy before.
    was: String,
    now: String,
    words: Vec<Word>,
    /// What may be looser, as far as the words alone show.
    loosened: Vec<String>,
    /// Nothing without a ledger.
    over: Option<Over>,
}

/// A rule, an obligation or another word that is not the same in both.
#[derive(Debug, Serialize)]
struct Word {
    name: String,
    change: &'static str,
    was: Vec<String>,
    now: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Over {
    requests: usize,
    same: usize,
    looser: usize,
    different: usize,
    stricter: usize,
    #[serde(skip)]
    loosens: usize,
    differs: Vec<Differs>,
}

impl Over {
    fn new((requests, differs): (usize, Vec<Differs>)) -> Self {
        let count = |change| differs.iter().filter(|one| one.change == change).count();
        Self {
            requests,
            same: requests.saturating_sub(differs.len()),
            looser: count(Change::Looser),
            different: count(Change::Different),
            stricter: count(Change::Stricter),
            loosens: differs.iter().filter(|one| one.change.loosens()).count(),
            differs,
        }
    }
}

fn words(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<Word> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let said = |all: &BTreeMap<String, String>, name: &String| {
        all.get(name).map(|text| sentences(name, text)).unwrap_or_default()
    };
    let names = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    let word = |name: &String| {
        let change = match (old.contains_key(name), new.contains_key(name)) {
            (true, true) => "changed",
            (true, false) => "removed",
            (false, _) => "added",
        };
        let (was, now) = (said(old, name), said(new, name));
        // Of what was changed, only what differs.
        let only = |these: &[String], others: &[String]| {
            these.iter().filter(|one| !others.contains(one)).cloned().collect()
        };
        Word { name: name.clone(), change, was: only(&was, &now), now: only(&now, &was) }
    };
    names.map(word).collect()
}

/// What stands in a policy under this name. An obligation is told as JSON, and what facts add to it.
fn sentences(name: &str, text: &str) -> Vec<String> {
    let template = Some(name).filter(|name| name.starts_with("obligation "));
    let Some((obligation, rest)) = template.and_then(|_name| loosened::template(text)) else {
        return vec![text.to_owned()];
    };
    let named =
        rest.strip_prefix("and ").map(|seats| format!("seats of groups that facts name: {seats}"));
    let seatless = obligation.quorum.is_empty() && named.is_some();
    let sentences = duty::sentences(&obligation, None).into_iter().skip(usize::from(seatless));
    named.into_iter().chain(sentences).collect()
}

impl Report for Compared {
    fn text(&self) -> String {
        let mut page = Page::default();
        if self.words.is_empty() {
            page.line("", "both policies say the same");
        }
        for word in &self.words {
            page.line(&format!("{}  ", word.change), &printable(&word.name));
            for (label, lines) in [("  was  ", &word.was), ("  now  ", &word.now)] {
                for line in lines {
                    page.line(label, &printable(line));
                }
            }
        }
        let Some(over) = &self.over else {
            if !self.words.is_empty() {
                page.gap();
                page.line("note: ", NOT_CHECKED);
            }
            return page.into_text();
        };
        page.gap();
        page.line(
            "-- requests: ",
            &format!("{}, on {} of which both agree", over.requests, over.same),
        );
        for (count, word) in [
            (over.looser, "looser: whatever was enough before is enough now"),
            (over.different, "different: in some way looser, in some way stricter"),
            (over.stricter, "stricter, or just as strict"),
        ] {
            page.line("   ", &format!("{count} {word}"));
        }
        for one in &over.differs {
            page.gap();
            page.line(
                &format!("{:<10} ", one.change.word()),
                &format!("{} at {}", one.request, one.asked),
            );
            let what = format!("{} by {}", one.action, one.requester);
            page.line("  call  ", &printable(&what));
            page.line("  was   ", &printable(&one.was.line()));
            page.line("  now   ", &printable(&one.now.line()));
            one.obligations(&mut page);
        }
        page.into_text()
    }
}

impl Differs {
    /// What people would be asked otherwise, where they are asked by both.
    fn obligations(&self, page: &mut Page) {
        let (was, now) = (&self.was.in_words, &self.now.in_words);
        if was.is_empty() || now.is_empty() {
            return;
        }
        for (label, these, others) in [("    was  ", was, now), ("    now  ", now, was)] {
            for line in these.iter().filter(|line| !others.contains(line)) {
                page.line(label, &printable(line));
            }
        }
    }
}
