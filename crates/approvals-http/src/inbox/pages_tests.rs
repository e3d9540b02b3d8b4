//! Every page over sample data. With `INBOX_PAGES`, they are written into that folder, for `interop/inbox_pages.mjs`.

use std::path::Path;

use approvals_core::{Card, Digest, Ineligible, Outcome, Principal, State};
use askama::Template;
use serde_json::json;

use super::sample_tests::{Day, LOG, Sample, day};
use super::*;

/// Somebody who is signed in, with so many requests waiting.
pub(super) fn shell(waiting: usize) -> Shell {
    let viewer = Viewer { id: "u:mira".into(), csrf: "c5rf-of-this-session".into() };
    Shell { log: LOG.into(), viewer: Some(viewer), waiting }
}

fn both(may: May) -> Powers {
    Powers { approve: may.clone(), reject: may }
}

fn not(why: Ineligible) -> May {
    May::Not(why.to_string())
}

fn request(sample: &Sample, powers: Powers, similar: Vec<Past>) -> String {
    RequestPage::new(shell(6), sample.asked(), powers, similar).unwrap().render().unwrap()
}

/// The same request with whatever `change` does to its document.
fn with_document(sample: &Sample, change: impl FnOnce(&mut approvals_core::Document)) -> Sample {
    let mut document = sample.card.document().clone();
    change(&mut document);
    Sample { card: Card::new(sample.card.request().clone(), document).unwrap(), ..sample.clone() }
}

fn past(day: &Day, names: &[&str]) -> Vec<Past> {
    names.iter().map(|name| Past::of(&day[name].card, &day[name].state)).collect()
}

fn inbox(day: &Day) -> InboxPage {
    let row = |name: &&str| Row::of(&day[name].card, &day[name].state, day[name].now);
    let mine = ["emergency", "export", "refund", "batch-1", "batch-2", "batch-3"]
        .iter()
        .map(row)
        .collect();
    let others = ["invoice", "iam"]
        .iter()
        .map(row)
        .map(|row| row.not_mine(Ineligible::NotAsked.to_string()));
    InboxPage::new(shell(0), mine, others.collect())
}

fn batch(day: &Day) -> BatchPage {
    let item = |name: &&str| {
        let sample = &day[name];
        BatchItem::new(&sample.card, &sample.state, both(May::Attest), "c5rf", sample.now).unwrap()
    };
    BatchPage {
        shell: shell(6),
        items: ["batch-1", "batch-2", "batch-3"].iter().map(item).collect(),
        made: 3,
    }
}

fn history(day: &Day) -> HistoryPage {
    let found = past(day, &["rejected", "unanswered", "restarted", "exported"]);
    HistoryPage {
        shell: shell(6),
        query: String::new(),
        ending: None,
        found,
        next: Some("0199b3c5".into()),
        is_later: true,
    }
}

fn account(day: &Day) -> AccountPage {
    let at = |name: &str| day[name].state.last_at().into();
    let keys = vec![
        OwnKey { id: "ab12cd34ef56".into(), since: at("exported"), is_in_use: true },
        OwnKey { id: "98fe76dc54ba".into(), since: at("exported"), is_in_use: false },
    ];
    let viewer = Principal::human("u:mira")
        .unwrap()
        .member_of(["data-owners", "ops", "incident-command"])
        .unwrap();
    AccountPage::new(shell(6), &viewer, keys)
}

fn long(day: &Day) -> Sample {
    with_document(&day["refund"], |document| {
        let lines: Vec<_> =
            (0..60).map(|n| format!("UPDATE orders SET state = 'void' WHERE id = {n};")).collect();
        document.arguments.insert("sql".into(), json!(lines.join("\n")));
        document.arguments.insert("one_word".into(), json!("x".repeat(600)));
        document
            .arguments
            .insert("p\u{430}ypal \u{202e}".into(), json!("p\u{430}ypal.com\u{200b}"));
        document.arguments.insert("rows".into(), json!("1   2"));
        document.redacted.insert("token".into(), Digest::of("test", b"hunter2"));
        document.unbound.push("client".into());
        document.shown.insert("rows_affected".into(), json!(60));
        document.tags.insert("irreversible".into());
        document.resource = Some(format!("postgres://prod/{}", "deep/".repeat(60)));
        document.reason = Some("Because. ".repeat(120));
    })
}

/// Every page that is looked at, by its name.
fn pages(day: &Day) -> Vec<(&'static str, String)> {
    let mut pages = requests(day);
    pages.extend(others(day));
    pages
}

fn requests(day: &Day) -> Vec<(&'static str, String)> {
    let similar = past(day, &["rejected", "exported"]);
    let (sign, attest) = (|| both(May::Sign), || both(May::Attest));
    let by_key = Powers { approve: not(Ineligible::Assurance), reject: May::Attest };
    let to_reject = Powers { approve: not(Ineligible::NotAsked), reject: May::Attest };
    let granted = Sample { state: granted_state(&day["exported"]), ..day["exported"].clone() };
    let long = long(day);
    let shown = [
        ("request", &day["export"], sign(), similar),
        ("request-attested", &day["refund"], attest(), Vec::new()),
        ("request-emergency", &day["emergency"], attest(), Vec::new()),
        ("request-key-needed", &day["export"], by_key, Vec::new()),
        ("request-of-others", &day["invoice"], both(not(Ineligible::NotAsked)), Vec::new()),
        ("request-own", &day["iam"], both(not(Ineligible::Owner)), Vec::new()),
        ("request-long", &long, attest(), Vec::new()),
        ("request-granted", &granted, to_reject, Vec::new()),
        ("request-done", &day["exported"], sign(), Vec::new()),
        ("request-failed", &day["restarted"], sign(), Vec::new()),
        ("request-rejected", &day["rejected"], sign(), Vec::new()),
        ("request-expired", &day["unanswered"], sign(), Vec::new()),
    ];
    shown.map(|(name, sample, powers, similar)| (name, request(sample, powers, similar))).into()
}

fn others(day: &Day) -> Vec<(&'static str, String)> {
    let signed_out = || Shell::signed_out(LOG);
    let nothing = HistoryPage {
        query: "<nothing>".into(),
        ending: Some(Ending::Done),
        found: Vec::new(),
        next: None,
        is_later: false,
        ..history(day)
    };
    let nobody = AccountPage { keys: Vec::new(), groups: Vec::new(), ..account(day) };
    let error = ErrorPage {
        shell: shell(6),
        status: 409,
        title: "This is over".into(),
        detail: "somebody has decided it already, so your decision was not counted".into(),
        request: Some(day["export"].card.id().to_string()),
    };
    vec![
        ("inbox", inbox(day).render().unwrap()),
        ("inbox-empty", InboxPage::new(shell(0), Vec::new(), Vec::new()).render().unwrap()),
        ("batch", batch(day).render().unwrap()),
        ("history", history(day).render().unwrap()),
        ("history-empty", nothing.render().unwrap()),
        ("account", account(day).render().unwrap()),
        ("account-empty", nobody.render().unwrap()),
        ("login", LoginPage { shell: signed_out() }.render().unwrap()),
        ("enrol", EnrolPage { shell: signed_out() }.render().unwrap()),
        ("signed-out", SignedOutPage { shell: signed_out() }.render().unwrap()),
        ("error", error.render().unwrap()),
    ]
}

/// As it was when it had just been granted.
fn granted_state(sample: &Sample) -> State {
    let states =
        (1..=sample.events.len()).map(|count| State::fold(&sample.events[..count]).unwrap());
    let mut granted = states.filter(|state| *state.phase() == approvals_core::Phase::Granted);
    granted.next().expect("it was granted once")
}

#[test]
fn every_page_renders_and_can_be_written_for_a_browser() {
    let day = day();
    assert!(
        matches!(day["unanswered"].state.outcome(), Some(Outcome::Closed(_))),
        "{:?}",
        day["unanswered"].state.phase()
    );
    let pages = pages(&day);
    for (name, html) in &pages {
        assert!(html.starts_with("<!doctype html>"), "{name}");
        assert!(
            !html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick"),
            "{name}"
        );
        assert!(
            !html.contains("href=\"\"") && !html.contains("src=\"\""),
            "{name}: a file is missing"
        );
    }
    let Some(folder) = std::env::var_os("INBOX_PAGES") else { return };
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for (name, html) in &pages {
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
    for (address, file) in assets::all() {
        std::fs::write(folder.join(address.trim_start_matches('/')), file.bytes).unwrap();
    }
    let export = &day["export"];
    let scene = json!({"now": export.now.to_string(), "request": export.card.id(), "due": export.card.approve_by().to_string(),
        "evidence": export.evidence, "pages": pages.iter().map(|(name, _)| name).collect::<Vec<_>>()});
    std::fs::write(folder.join("scene.json"), scene.to_string()).unwrap();
}
