//! What the ten policies say, whichever engine they are written for.
//!
//! The repository's folder `policies/` has ten policies as TOML rules and as Cedar. `policies` gives one of
//! them by its name, one of [`NAMES`], from the engine that is checked. A policy that denies by an error
//! denies.
//!
//! ```should_panic
//! # use approvals_core as approvals;
//! use approvals::{PolicyFn, Verdict};
//! use approvals_testkit::conformance;
//!
//! // An engine that allows whatever it is asked.
//! conformance::policy::all(|name| {
//!     Box::new(PolicyFn::new(name, |_| Verdict::Allow).expect("the names are rule ids"))
//! });
//! ```
//!
//! One check by itself, in a test with its name:
//!
//! ```
//! # use approvals_core as approvals;
//! use approvals::{PolicyFn, Verdict};
//! use approvals_testkit::conformance;
//!
//! // At least it says the same each time.
//! conformance::policy::a_ruling_is_the_same_each_time(|name| {
//!     Box::new(PolicyFn::new(name, |_| Verdict::Allow).expect("the names are rule ids"))
//! });
//! ```

#[cfg(test)]
mod broken;
#[cfg(test)]
mod by_hand;
mod case;
mod derived;
mod row;
mod table;

use std::time::Duration;

use approvals_core::{
    BreakGlass, Group, Obligations, Policy, PolicyError, RuleId, Ruling, Verdict,
};

use case::{Asked, Case};
use row::{Change, Expect, Table};

/// The names of the ten policies.
pub const NAMES: [&str; 10] = [
    "s3-export",
    "cluster-role-binding",
    "iam-change",
    "service-restart",
    "model-deploy",
    "spend",
    "bulk-email",
    "schema-drop",
    "secret-read",
    "break-glass",
];

/// Every check. [The page of the suite](self) has an example.
pub fn all(policies: impl Fn(&str) -> Box<dyn Policy>) {
    every_row_is_ruled_as_written(&policies);
    a_call_of_other_types_is_denied(&policies);
    a_ruling_is_the_same_each_time(&policies);
    a_ruling_names_its_policy_and_its_rules(&policies);
    the_owners_who_are_asked_are_those_of_the_resource(&policies);
}

/// Limits and their neighbours, emergencies, kinds of requesters, unknown names and very long texts: exactly the
/// obligations that are written, no more and no fewer. All rows that differ are told at once.
pub fn every_row_is_ruled_as_written(policies: impl Fn(&str) -> Box<dyn Policy>) {
    for table in table::ALL {
        hold(table, &*policies(table.policy), written(table));
    }
}

/// Each argument and each fact, missing and of every other type, and an argument that nobody declared.
pub fn a_call_of_other_types_is_denied(policies: impl Fn(&str) -> Box<dyn Policy>) {
    for table in table::ALL {
        hold(table, &*policies(table.policy), derived::denied(table));
    }
}

/// A policy has no memory: asked again, also between other calls, it says the same.
pub fn a_ruling_is_the_same_each_time(policies: impl Fn(&str) -> Box<dyn Policy>) {
    for table in table::ALL {
        let policy = policies(table.policy);
        let rule = |(_, case, _): Asked| case.put_to(&*policy).ok();
        let first: Vec<_> = written(table).map(rule).collect();
        let again: Vec<_> = written(table).map(rule).collect();
        assert_eq!(first, again, "`{}` says something else the second time", table.policy);
    }
}

/// Each ruling has the digest of the policy; a review has obligations that can be satisfied, and the rules that
/// ask for it.
pub fn a_ruling_names_its_policy_and_its_rules(policies: impl Fn(&str) -> Box<dyn Policy>) {
    for table in table::ALL {
        let policy = policies(table.policy);
        for (what, case, _) in written(table) {
            let Ok(ruling) = case.put_to(&*policy) else { continue };
            let at = format!("`{}`, {what}", table.policy);
            assert_eq!(ruling.policy, policy.digest(), "{at}: the digest is of the policy");
            if let Verdict::Review(obligations) = &ruling.verdict {
                assert!(obligations.can_be_satisfied(), "{at}: nobody can satisfy it");
                assert!(!ruling.rules.is_empty(), "{at}: no rule asks for the review");
            }
        }
    }
}

/// In production a schema is dropped with somebody of the group that the fact names, whichever it is.
pub fn the_owners_who_are_asked_are_those_of_the_resource(
    policies: impl Fn(&str) -> Box<dyn Policy>,
) {
    let policy = policies("schema-drop");
    let table = table::ALL.iter().find(|table| table.policy == "schema-drop");
    let plain = Case::plain(table.expect("the table is there"));
    for (json, group) in [("\"shop\"", "shop"), ("\"billing\"", "billing")] {
        let case = plain.clone().with(Change::Fact("resource.owner_group", json));
        let ruling = case.put_to(&*policy).expect("the plain call is reviewed");
        let Verdict::Review(obligations) = ruling.verdict else {
            panic!("the plain call is reviewed, not {:?}", ruling.verdict)
        };
        let mut seats: Vec<_> = obligations.seats().map(Group::as_str).collect();
        seats.sort_unstable();
        let mut expected = ["dba", group];
        expected.sort_unstable();
        assert_eq!(seats, expected, "one administrator, and one of the owners");
    }
}

/// The rows as they are written.
fn written(table: &'static Table) -> impl Iterator<Item = Asked> {
    table.rows.iter().map(|(what, changes, expect)| {
        let case = changes.iter().fold(Case::plain(table), |case, change| case.with(*change));
        ((*what).to_owned(), case, *expect)
    })
}

/// Fails with every row that is ruled in another way.
fn hold(table: &Table, policy: &dyn Policy, rows: impl Iterator<Item = Asked>) {
    let wrong: Vec<String> = rows
        .filter_map(|(what, case, expect)| {
            let ruled = case.put_to(policy);
            (!agrees(&ruled, expect)).then(|| format!("{what}: expected {expect:?}, got {ruled:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "`{}`:\n{}\n", table.policy, wrong.join("\n"));
}

fn agrees(ruled: &Result<Ruling, PolicyError>, expect: Expect) -> bool {
    let Ok(ruling) = ruled else { return expect == Expect::Deny };
    let set_aside = ruling.break_glass.as_ref();
    match (&ruling.verdict, expect) {
        (Verdict::Allow, Expect::Allow) | (Verdict::Deny(_), Expect::Deny) => set_aside.is_none(),
        (Verdict::Review(found), Expect::Review(names)) => {
            set_aside.is_none() && names_of(found) == names
        }
        (Verdict::Review(found), Expect::Broken { rules, require }) => {
            names_of(found) == require && set_aside.is_some_and(|terms| are_terms(terms, rules))
        }
        (Verdict::Allow | Verdict::Deny(_) | Verdict::Review(_), _) => false,
    }
}

fn names_of(obligations: &Obligations) -> Vec<&str> {
    let mut names: Vec<_> = obligations.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    names
}

/// What follows from an emergency, in every policy of these that has one.
fn are_terms(terms: &BreakGlass, rules: &[&str]) -> bool {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    terms.rules.iter().map(RuleId::as_str).eq(rules.iter().copied())
        && terms.review_by.as_str() == "security"
        && terms.review_within == DAY
}
