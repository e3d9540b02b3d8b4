//! What is told at the end.

use std::fmt;
use std::time::Duration;

use crate::step::Step;

/// How a step ended.
#[derive(Debug)]
pub(crate) enum End {
    Passed,
    Failed(String),
    /// Its tool is not here.
    Skipped(String),
    /// An earlier step failed.
    NotRun,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "passed",
            Self::Failed(_) => "FAILED",
            Self::Skipped(_) => "SKIPPED",
            Self::NotRun => "not run",
        })
    }
}

/// All steps with their ends. Its display is the summary: a table, the reasons, the count on the last line.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<(&'static str, End, Option<Duration>)>);

impl Report {
    /// Notes one step.
    pub(crate) fn add(&mut self, name: &'static str, end: End, took: Option<Duration>) {
        self.0.push((name, end, took));
    }

    /// Nothing failed.
    pub(crate) fn is_success(&self) -> bool {
        self.count(|end| matches!(end, End::Failed(_))) == 0
    }

    fn count(&self, which: fn(&End) -> bool) -> usize {
        self.0.iter().filter(|(_, end, _)| which(end)).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n=== summary")?;
        for (name, end, took) in &self.0 {
            let took = took.map(duration).unwrap_or_default();
            writeln!(f, "{}", format!("{name:<12}{end:<9}{took:>12}").trim_end())?;
        }
        let total: Duration = self.0.iter().filter_map(|(_, _, took)| *took).sum();
        writeln!(f, "{:<21}{:>12}\n", "total", duration(total))?;
        for (name, end, _) in &self.0 {
            match end {
                End::Failed(why) => writeln!(f, "FAILED {name}: {why}")?,
                End::Skipped(why) => {
                    writeln!(f, "SKIPPED {name}, so this is NOT a full check: {why}")?;
                }
                End::Passed | End::NotRun => {}
            }
        }
        let passed = self.count(|end| matches!(end, End::Passed));
        let failed = self.count(|end| matches!(end, End::Failed(_)));
        writeln!(f, "{passed} passed, {failed} failed")
    }
}

/// A duration for people: `0.4 s`, `4 min 05 s`.
pub(crate) fn duration(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds < 60 {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// The steps, one a line, for `cargo xtask list`.
pub(crate) fn list(steps: &[Step]) -> String {
    let lines: Vec<String> =
        steps.iter().map(|step| format!("{:<12}{}", step.name, step.about)).collect();
    lines.join(
        "
",
    ) + "
"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_stands_alone_on_the_last_line() {
        let mut report = Report::default();
        report.add("fmt", End::Passed, Some(Duration::from_millis(400)));
        report.add("deny", End::Skipped("no `cargo-deny`".into()), Some(Duration::ZERO));
        report.add("test", End::Passed, Some(Duration::from_secs(245)));
        assert!(report.is_success());
        assert_eq!(
            report.to_string(),
            "\n=== summary\n\
             fmt         passed          0.4 s\n\
             deny        SKIPPED         0.0 s\n\
             test        passed     4 min 05 s\n\
             total                  4 min 05 s\n\n\
             SKIPPED deny, so this is NOT a full check: no `cargo-deny`\n\
             2 passed, 0 failed\n"
        );
    }

    #[test]
    fn one_failure_is_no_success() {
        let mut report = Report::default();
        report.add("fmt", End::Failed("it is not formatted".into()), Some(Duration::ZERO));
        report.add("test", End::NotRun, None);
        assert!(!report.is_success());
        assert!(
            report.to_string().ends_with("\nFAILED fmt: it is not formatted\n0 passed, 1 failed\n")
        );
    }
}
