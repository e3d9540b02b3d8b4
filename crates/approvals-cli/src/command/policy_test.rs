//! `approvals policy test`: each test of a policy, and whether it passes.

use approvals_core::{RuleTest, Rules};
use serde::Serialize;

use crate::args::Test;
use crate::error::Error;
use crate::mistake::{self, Mistake};
use crate::output::{Console, Page, Report, printable};

pub(crate) fn run(args: &Test, console: &mut Console<'_>) -> Result<(), Error> {
    let text = mistake::policy(&args.file)?;
    let ran = Rules::run_tests(&text);
    let ran =
        ran.map_err(|error| Error::Mistakes(vec![Mistake::of_rules(&args.file, &text, &error)]))?;
    let tests: Vec<Tested> =
        ran.iter().map(|(test, problem)| Tested::new(test, problem.as_ref())).collect();
    let failed = tests.iter().filter(|test| !test.passes).count();
    let (file, all) = (args.file.display().to_string(), tests.len());
    console.report(&Ran { file, failed, tests })?;
    if failed == 0 {
        Ok(())
    } else {
        Err(Error::TestsFail { path: args.file.clone(), failed, all })
    }
}

#[derive(Debug, Serialize)]
struct Ran {
    file: String,
    failed: usize,
    tests: Vec<Tested>,
}

#[derive(Debug, Serialize)]
struct Tested {
    line: usize,
    rule: String,
    test: String,
    passes: bool,
    problem: Option<String>,
}

impl Tested {
    fn new(test: &RuleTest, problem: Option<&String>) -> Self {
        Self {
            line: test.line(),
            rule: test.rule().to_string(),
            test: test.to_string(),
            passes: problem.is_none(),
            problem: problem.cloned(),
        }
    }
}

impl Report for Ran {
    fn text(&self) -> String {
        let mut page = Page::default();
        for one in &self.tests {
            let word = if one.passes { "pass" } else { "FAIL" };
            let label = format!("{word}  line {:<4}  ", one.line);
            page.line(&label, &printable(&format!("{}: {}", one.rule, one.test)));
            if let Some(problem) = &one.problem {
                page.line(&" ".repeat(label.len()), &printable(problem));
            }
        }
        page.line("", &format!("tests: {}, failed: {}", self.tests.len(), self.failed));
        page.into_text()
    }
}
