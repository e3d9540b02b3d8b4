//! The steps of an escalation: each wrong one does not load, and the right ones mean what they say.

use std::time::Duration;

use super::Rules;
use super::mistakes_tests::{RULES, refused};
use super::support::Call;
use crate::policy::obligation::{Due, Obligation};
use crate::policy::policy::{Policy as _, Verdict};

const STEP: &str = "{ after = \"15m\", add_group = \"leads\" }";

/// Each step in the place of the one that is right, and what is said of it.
fn wrong(cases: &[(&str, &str)]) {
    let cases: Vec<_> = cases.iter().map(|(step, says)| (STEP, *step, *says)).collect();
    refused(&cases);
}

#[test]
fn a_step_that_says_too_little_or_too_much_is_a_mistake() {
    wrong(&[
        ("{ add_group = \"leads\" }", "line 15, column 13: when? Say `after = \"15m\"`"),
        ("{ add_channel = \"teams\" }", "line 15, column 13: when? Say `after = \"15m\"`"),
        ("{}", "line 15, column 13: when? Say `after"),
        ("{ after = \"15m\" }", "line 15, column 13: add whom? Say `add_group = \"…\"` or"),
        ("{ when = \"undelivered\" }", "line 15, column 13: add whom? Say"),
        (
            "{ after = \"15m\", add_group = \"leads\", add_channel = \"teams\" }",
            "line 15, column 65: a step has either `add_group` or `add_channel`, not both",
        ),
        (
            "{ after = \"15m\", when = \"undelivered\", add_channel = \"teams\" }",
            "line 15, column 37: a step has either `after` or `when`, not both; write two steps",
        ),
        (
            "{ when = \"expired\", add_channel = \"teams\" }",
            "line 15, column 22: `when` can only be \"undelivered\"",
        ),
        (
            "{ when = \"undelivered\", add_group = \"leads\" }",
            "line 15, column 49: where nobody can be shown the card, more people do not help",
        ),
        ("{ after = \"15m\", add = \"teams\" }", "line 15, column 30: unknown field `add`"),
    ]);
}

#[test]
fn a_channel_that_is_there_anyway_or_twice_or_too_late_is_a_mistake() {
    let twice =
        "{ after = \"5m\", add_channel = \"teams\" }, { after = \"9m\", add_channel = \"teams\" }";
    let turn = "{ when = \"undelivered\", add_channel = \"teams\" }";
    wrong(&[
        (
            "{ after = \"15m\", add_channel = \"te ams\" }",
            "line 15, column 44: a channel has a name",
        ),
        (
            "{ after = \"15m\", add_channel = \"slack\" }",
            "line 15, column 44: it is among `channels`, so it shows the card from the start",
        ),
        (twice, "line 15, column 84: another step adds it"),
        (&format!("{turn}, {turn}"), "column 100: another step adds it"),
        (
            "{ after = \"30m\", add_channel = \"teams\" }",
            "line 15, column 23: by then it is over: `approve_within` is 1800 seconds",
        ),
    ]);
    let anywhere = RULES.replace("channels = [\"slack\"]\n", "");
    let added = anywhere.replace(STEP, "{ after = \"15m\", add_channel = \"teams\" }");
    let problem = added.parse::<Rules>().unwrap_err().to_string();
    let says = "line 15, column 44: every channel shows it already, since the obligation names no `channels`";
    assert!(problem.starts_with(says), "{problem}");
}

#[test]
fn steps_mean_what_they_say_whatever_their_order() {
    let obligation = |steps: &str| -> Obligation {
        let text = format!(
            "version = 1\ndefault = \"deny\"\n[obligation.one]\nquorum = [{{ group = \"ops\", count = 1 }}]\n\
             channels = [\"slack\"]\nescalate = [{steps}]\n[[rule]]\nid = \"r\"\naction = \"a\"\nrequire = [\"one\"]\n"
        );
        let ruling = text.parse::<Rules>().unwrap().rule(&Call::new("a").facts()).unwrap();
        let Verdict::Review(asked) = ruling.verdict else { panic!("not asked") };
        asked.iter().next().unwrap().clone()
    };
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let plain = Obligation::new("one").unwrap().seats("ops", 1).unwrap().in_channel("slack");
    let steps = "{ after = \"10m\", add_channel = \"teams\" }, { when = \"undelivered\", add_channel = \"tty\" }, \
                 { after = \"15m\", add_group = \"leads\" }, { when = \"undelivered\", add_channel = \"teams\" }";
    let expected = plain.escalate(minutes(15), "leads").unwrap();
    let expected = expected.channel_after(minutes(10), "teams");
    let expected = expected.channel_if_undelivered("tty").channel_if_undelivered("teams");
    assert_eq!(obligation(steps), expected);
    assert_eq!(expected.add_channels[2].due, Due::Undelivered);
}
