//! `approvals report`: how people review.

use std::collections::BTreeMap;
use std::time::Duration;

use approvals_core::{ActionFigures, ReviewerFigures, Timestamp};
use serde::Serialize;

use crate::args;
use crate::emergency::{self, Emergency};
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};
use crate::span;

/// Those who approved together less often than this did so by chance.
const OFTEN: usize = 3;

pub(crate) fn run(
    args: &args::Report,
    now: Timestamp,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let ledger = args.which.open()?;
    let trail = ledger.verify(None, &[], &mut console.progress, |_head, _entry| Ok(()))?.trail;
    let since = args.since.map(|since| since.before(now));
    let report = match since {
        Some(since) => approvals_core::Report::since(&trail, since),
        None => approvals_core::Report::of(&trail),
    };
    let mut told = Told::new(&report, args.quick);
    ledger.log().origin().clone_into(&mut told.log);
    told.since = since.map(|since| since.to_string());
    told.unreviewed = emergency::unreviewed(&trail, now);
    console.report(&told)
}

#[derive(Debug, Serialize)]
struct Told {
    log: String,
    since: Option<String>,
    requests: usize,
    asked: usize,
    /// Below how many seconds a decision counts as quick.
    quick_seconds: u32,
    reviewers: BTreeMap<String, Reviewer>,
    actions: BTreeMap<String, Action>,
    escalations: BTreeMap<String, usize>,
    added_channels: BTreeMap<String, usize>,
    each_other: Vec<EachOther>,
    always_together: Vec<Together>,
    unreviewed: Vec<Emergency>,
}

#[derive(Debug, Serialize)]
struct Reviewer {
    decided: usize,
    approved: usize,
    rejected: usize,
    percent_approved: Option<usize>,
    median_ms: Option<u64>,
    /// Nine in ten decisions took no longer.
    p90_ms: Option<u64>,
    quick: usize,
    late: usize,
    in_place: usize,
}

#[derive(Debug, Serialize)]
struct Action {
    requests: usize,
    asked: usize,
    expired: usize,
    escalated: usize,
}

/// Two people who approve what is asked for on the other's behalf.
#[derive(Debug, Serialize)]
struct EachOther {
    one: String,
    other: String,
    /// How often the first approved for the other.
    one_for_other: usize,
    other_for_one: usize,
}

/// Two people neither of whom approved anything without the other.
#[derive(Debug, Serialize)]
struct Together {
    one: String,
    other: String,
    times: usize,
}

impl Told {
    fn new(report: &approvals_core::Report, quick: u32) -> Self {
        let reviewers = report.reviewers.iter();
        let actions = report.actions.iter();
        let escalations = report.escalations.iter();
        Self {
            log: String::new(),
            since: None,
            requests: report.requests,
            asked: report.asked,
            quick_seconds: quick,
            reviewers: reviewers
                .map(|(id, one)| (id.to_string(), Reviewer::new(one, quick)))
                .collect(),
            actions: actions.map(|(name, one)| (name.to_string(), Action::new(one))).collect(),
            escalations: escalations.map(|(group, count)| (group.to_string(), *count)).collect(),
            added_channels: report.added_channels.clone(),
            each_other: report
                .each_other()
                .map(|(one, other, one_for_other, other_for_one)| EachOther {
                    one: one.to_string(),
                    other: other.to_string(),
                    one_for_other,
                    other_for_one,
                })
                .collect(),
            always_together: report
                .always_together()
                .filter(|(.., times)| *times >= OFTEN)
                .map(|(one, other, times)| Together {
                    one: one.to_string(),
                    other: other.to_string(),
                    times,
                })
                .collect(),
            unreviewed: Vec::new(),
        }
    }
}

impl Reviewer {
    fn new(one: &ReviewerFigures, quick: u32) -> Self {
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self {
            decided: one.decided(),
            approved: one.approved,
            rejected: one.rejected,
            percent_approved: one.percent_approved(),
            median_ms: one.within(50).map(millis),
            p90_ms: one.within(90).map(millis),
            quick: one.quicker_than(Duration::from_secs(quick.into())),
            late: one.late,
            in_place: one.in_place,
        }
    }

    fn lines(&self, quick: u32, page: &mut Page) {
        let share =
            self.percent_approved.map(|percent| format!(" ({percent}%)")).unwrap_or_default();
        let Self { approved, rejected, late, in_place, .. } = self;
        page.line(
            "    decided  ",
            &format!("{}: {approved} approved{share}, {rejected} rejected", self.decided),
        );
        if let (Some(median), Some(p90)) = (self.median_ms, self.p90_ms) {
            let time = |millis| span::words(Duration::from_millis(millis));
            page.line(
                "    time     ",
                &format!(
                    "half within {}, nine in ten within {}; {} in under {quick}s",
                    time(median),
                    time(p90),
                    self.quick
                ),
            );
        }
        if late.saturating_add(*in_place) > 0 {
            page.line(
                "    besides  ",
                &format!("{late} too late, {in_place} in somebody else's place"),
            );
        }
    }
}

impl Action {
    fn new(one: &ActionFigures) -> Self {
        let ActionFigures { requests, asked, expired, escalated, .. } = *one;
        Self { requests, asked, expired, escalated }
    }
}

impl Report for Told {
    fn text(&self) -> String {
        let mut page = Page::default();
        emergency::alarm(&self.unreviewed, &mut page);
        let since = self.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
        page.line(
            "requests: ",
            &format!("{}{since}; people were asked about {}", self.requests, self.asked),
        );
        page.line("", "-- reviewers");
        for (id, one) in &self.reviewers {
            page.line("  ", &printable(id));
            one.lines(self.quick_seconds, &mut page);
        }
        page.line("", "-- actions");
        for (name, one) in &self.actions {
            let Action { requests, asked, expired, escalated } = one;
            page.line("  ", name);
            page.line(
                "    ",
                &format!(
                    "{requests} requests, {asked} asked, {expired} expired, {escalated} escalated"
                ),
            );
        }
        self.patterns(&mut page);
        page.into_text()
    }
}

impl Told {
    fn patterns(&self, page: &mut Page) {
        if !self.escalations.is_empty() {
            page.line("", "-- groups that were added because nobody had decided");
        }
        for (group, count) in &self.escalations {
            page.line("  ", &printable(&format!("{group}: {count}")));
        }
        if !self.added_channels.is_empty() {
            page.line("", "-- channels that were added because nobody had decided or no other showed the card");
        }
        for (channel, count) in &self.added_channels {
            page.line("  ", &printable(&format!("{channel}: {count}")));
        }
        if !self.each_other.is_empty() {
            page.line("", "-- who approves each other's requests");
        }
        for EachOther { one, other, one_for_other, other_for_one } in &self.each_other {
            let text = format!("{one} and {other}: {one_for_other} and {other_for_one}");
            page.line("  ", &printable(&text));
        }
        if !self.always_together.is_empty() {
            page.line("", "-- who approves nothing without the other");
        }
        for Together { one, other, times } in &self.always_together {
            page.line("  ", &printable(&format!("{one} and {other}: {times} times")));
        }
    }
}
