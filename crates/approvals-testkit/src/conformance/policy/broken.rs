//! The suite itself is tested here: sound policies pass, and each broken one fails the check that is meant for it.

use std::sync::atomic::{AtomicBool, Ordering};

use approvals_core::{Digest, Facts, Policy, PolicyError, Ruling, Verdict};

use super::by_hand::{self, ByHand, Says};
use super::*;

#[test]
fn policies_in_plain_code_pass() {
    all(by_hand::policy);
}

#[test]
fn there_are_rows_about_each_policy_and_each_row_is_about_something_of_its_own() {
    let policies: Vec<_> = table::ALL.iter().map(|table| table.policy).collect();
    assert_eq!(policies, NAMES);
    for table in table::ALL {
        let mut what: Vec<_> = table.rows.iter().map(|(what, ..)| what).collect();
        what.sort_unstable();
        what.dedup();
        assert_eq!(what.len(), table.rows.len(), "`{}`", table.policy);
    }
    let written: usize = table::ALL.iter().map(|table| table.rows.len()).sum();
    let derived: usize = table::ALL.iter().map(|table| derived::denied(table).count()).sum();
    assert!(written >= 200 && derived >= 200, "{written} and {derived}");
}

/// The ten policies, one of them replaced.
fn but(
    name: &'static str,
    ruler: fn(&Facts<'_>) -> Option<Says>,
) -> impl Fn(&str) -> Box<dyn Policy> {
    move |asked| {
        if asked == name { Box::new(ByHand::new(name, ruler)) } else { by_hand::policy(asked) }
    }
}

fn integer(call: &Facts<'_>, name: &str) -> Option<i64> {
    call.argument(name)?.as_i64()
}

#[test]
#[should_panic(expected = "the limit: expected Allow")]
fn a_limit_that_is_off_by_one_is_found() {
    every_row_is_ruled_as_written(but("bulk-email", |call| {
        let outside = integer(call, "external_recipients")?;
        Some(if outside >= 100 { Says::Ask(&["one-comms"]) } else { Says::Allow })
    }));
}

#[test]
#[should_panic(expected = "an environment that nobody knows: expected Review")]
fn naming_production_instead_of_all_but_staging_is_found() {
    every_row_is_ruled_as_written(but("service-restart", |call| {
        let is_prod = call.fact("env.name") == Some(&"prod".into());
        Some(if is_prod { Says::Ask(&["one-sre"]) } else { Says::Allow })
    }));
}

#[test]
#[should_panic(expected = "a cent over the second limit: expected Review([\"one-finance\", \"two-")]
fn obligations_that_do_not_add_up_are_found() {
    every_row_is_ruled_as_written(but("spend", |call| {
        let cents = integer(call, "cents")?;
        Some(match cents {
            1_000_001.. => Says::Ask(&["two-finance-stepup"]),
            50_001.. => Says::Ask(&["one-finance"]),
            _less => Says::Allow,
        })
    }));
}

#[test]
#[should_panic(expected = "a shell, in an emergency: expected Deny")]
fn an_emergency_that_opens_everything_is_found() {
    every_row_is_ruled_as_written(but("break-glass", |call| {
        let terms: &[&str] = &["incident-commander", "two-platform-sec"];
        Some(if call.is_break_glass() { Says::BreakGlass(terms) } else { Says::Deny })
    }));
}

#[test]
#[should_panic(expected = "NoFact(\"eval.passed\"): expected Deny")]
fn a_missing_fact_that_counts_as_fine_is_found() {
    a_call_of_other_types_is_denied(but("model-deploy", |call| {
        let has_failed = call.fact("eval.passed") == Some(&false.into());
        Some(if has_failed { Says::Deny } else { Says::Ask(&["one-ml-lead"]) })
    }));
}

#[test]
#[should_panic(expected = "Arg(\"external_recipients\", \"18446744073709551615\"): expected Deny")]
fn an_integer_that_wraps_is_found() {
    a_call_of_other_types_is_denied(but("bulk-email", |call| {
        let outside = call.argument("external_recipients")?;
        #[expect(clippy::cast_possible_wrap, reason = "the mistake that is to be found")]
        let outside = outside.as_i64().or_else(|| outside.as_u64().map(|it| it as i64))?;
        Some(if outside > 100 { Says::Ask(&["one-comms"]) } else { Says::Allow })
    }));
}

#[test]
#[should_panic(expected = "one administrator, and one of the owners")]
fn asking_the_same_owners_for_every_schema_is_found() {
    the_owners_who_are_asked_are_those_of_the_resource(but("schema-drop", |_| {
        Some(Says::Ask(&["one-dba"]))
    }));
}

/// Allows the first call and denies those after it; its digest is not that of its rulings.
#[derive(Debug, Default)]
struct Moody(AtomicBool);

impl Policy for Moody {
    fn digest(&self) -> Digest {
        Digest::of("policy", b"moody")
    }

    fn rule(&self, _facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let was_asked = self.0.swap(true, Ordering::Relaxed);
        let verdict = if was_asked { Verdict::Deny("not again".into()) } else { Verdict::Allow };
        Ok(Ruling::new(verdict, Vec::new(), Digest::of("policy", b"another")))
    }
}

#[test]
#[should_panic(expected = "says something else the second time")]
fn a_policy_with_a_memory_is_found() {
    a_ruling_is_the_same_each_time(|_| Box::new(Moody::default()));
}

#[test]
#[should_panic(expected = "the digest is of the policy")]
fn a_ruling_with_the_digest_of_another_policy_is_found() {
    a_ruling_names_its_policy_and_its_rules(|_| Box::new(Moody::default()));
}
