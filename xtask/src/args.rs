//! The command line: words in, an order out.

use crate::step::Step;

/// Printed by `cargo xtask --help`.
pub(crate) const HELP: &str = "\
The project's own commands.

Usage:
  cargo xtask test                 set up what is missing, then run every check
  cargo xtask test STEP...         run only these steps, in the order of the list
  cargo xtask test --keep-going    go on after a failed step
  cargo xtask nightly              the long suites, with the same words after it; optimized, in a folder of their own
  cargo xtask list                 the steps, and what each one checks
  cargo xtask --help               this text

Missing tools are built under the target directory, or installed with apt-get where that is possible. A step whose
tool cannot be had is skipped with a warning; where the variable CI is set, it fails.

Exit status: 0 all passed, 1 a step failed, 2 the command line was not understood.
";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Order {
    Help,
    List,
    Test(Plan),
}

/// Which steps to run, and whether a failure ends the run.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<&'static Step>,
    pub(crate) keep_going: bool,
}

/// Reads the words after `cargo xtask`.
pub(crate) fn parse(
    words: impl IntoIterator<Item = String>,
    all: &'static [Step],
    nightly: &'static [Step],
) -> Result<Order, String> {
    let mut words = words.into_iter();
    let command = words.next();
    let rest: Vec<String> = words.collect();
    if rest.iter().any(|word| is_help(word)) {
        return Ok(Order::Help);
    }
    match command.as_deref() {
        None => Ok(Order::Help),
        Some(word) if is_help(word) => Ok(Order::Help),
        Some("list") => match rest.first() {
            None => Ok(Order::List),
            Some(extra) => Err(format!("`list` takes no arguments, found `{extra}`")),
        },
        Some("test") => plan(&rest, all).map(Order::Test),
        Some("nightly") => plan(&rest, nightly).map(Order::Test),
        Some(other) => {
            Err(format!("unknown command `{other}`; the commands are `test`, `nightly` and `list`"))
        }
    }
}

fn is_help(word: &str) -> bool {
    matches!(word, "--help" | "-h" | "help")
}

fn plan(words: &[String], all: &'static [Step]) -> Result<Plan, String> {
    let mut named = Vec::new();
    let mut keep_going = false;
    for word in words {
        match word.as_str() {
            "--keep-going" => keep_going = true,
            flag if flag.starts_with('-') => {
                return Err(format!("unknown flag `{flag}`; see `cargo xtask --help`"));
            }
            name if all.iter().any(|step| step.name == name) => named.push(name),
            name => {
                let known: Vec<&str> = all.iter().map(|step| step.name).collect();
                return Err(format!("unknown step `{name}`; the steps are {}", known.join(", ")));
            }
        }
    }
    let steps = all.iter().filter(|step| named.is_empty() || named.contains(&step.name)).collect();
    Ok(Plan { steps, keep_going })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[Step] = &[
        Step { name: "one", about: "", run: |_| Ok(()) },
        Step { name: "two", about: "", run: |_| Ok(()) },
        Step { name: "three", about: "", run: |_| Ok(()) },
    ];
    const NIGHTLY: &[Step] = &[Step { name: "long", about: "", run: |_| Ok(()) }];

    fn read(line: &str) -> Result<Order, String> {
        parse(line.split_whitespace().map(str::to_owned), STEPS, NIGHTLY)
    }

    fn planned(line: &str) -> (Vec<&'static str>, bool) {
        match read(line) {
            Ok(Order::Test(plan)) => {
                (plan.steps.iter().map(|step| step.name).collect(), plan.keep_going)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_names_every_step_runs() {
        assert_eq!(planned("test"), (vec!["one", "two", "three"], false));
    }

    #[test]
    fn named_steps_run_once_and_in_the_order_of_the_list() {
        assert_eq!(planned("test three one --keep-going three"), (vec!["one", "three"], true));
    }

    #[test]
    fn a_night_has_its_own_steps() {
        assert_eq!(planned("nightly"), (vec!["long"], false));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in ["tset", "test four", "test long", "nightly one", "test --fast", "list one"] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn help_is_found_anywhere() {
        for line in ["", "--help", "-h", "help", "test --help", "list -h"] {
            assert!(matches!(read(line), Ok(Order::Help)), "{line}");
        }
    }
}
