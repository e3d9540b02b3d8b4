//! Runs the steps, one after the other.

use std::time::Instant;

use crate::args::Plan;
use crate::report::{End, Report};
use crate::step::{Step, Stop};
use crate::workspace::Workspace;

/// Runs the plan. The first failure ends it, unless the plan goes on; what was not reached is reported as such.
pub(crate) fn run(plan: &Plan, workspace: &Workspace) -> Report {
    let missing_is_failure = std::env::var_os("CI").is_some();
    let mut report = Report::default();
    let mut stopped = false;
    for step in &plan.steps {
        if stopped {
            report.add(step.name, End::NotRun, None);
            continue;
        }
        println!("\n=== {}: {}", step.name, step.about);
        let started = now();
        let end = ending(step, workspace, missing_is_failure);
        let took = started.elapsed();
        println!("--- {}: {end}, {}", step.name, crate::report::duration(took));
        stopped = matches!(end, End::Failed(_)) && !plan.keep_going;
        report.add(step.name, end, Some(took));
    }
    report
}

fn ending(step: &Step, workspace: &Workspace, missing_is_failure: bool) -> End {
    match (step.run)(workspace) {
        Ok(()) => End::Passed,
        Err(Stop::Failed(why)) => End::Failed(why),
        Err(Stop::Missing(why)) if missing_is_failure => End::Failed(why),
        Err(Stop::Missing(why)) => End::Skipped(why),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "durations for people to read; nothing is decided by them"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSES: Step = Step { name: "passes", about: "", run: |_| Ok(()) };
    const FAILS: Step = Step { name: "fails", about: "", run: |_| Err(Stop::Failed("no".into())) };
    const LACKS: Step =
        Step { name: "lacks", about: "", run: |_| Err(Stop::Missing("no tool".into())) };

    fn last_line(steps: Vec<&'static Step>, keep_going: bool) -> String {
        let report = run(&Plan { steps, keep_going }, &Workspace::here());
        report.to_string().lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_first_failure_ends_the_run() {
        assert_eq!(last_line(vec![&PASSES, &FAILS, &PASSES], false), "1 passed, 1 failed");
    }

    #[test]
    fn keep_going_runs_the_rest() {
        assert_eq!(last_line(vec![&PASSES, &FAILS, &PASSES], true), "2 passed, 1 failed");
    }

    #[test]
    fn a_missing_tool_is_a_failure_where_nobody_watches() {
        assert!(matches!(ending(&LACKS, &Workspace::here(), true), End::Failed(_)));
        assert!(matches!(ending(&LACKS, &Workspace::here(), false), End::Skipped(_)));
    }
}
