//! Other programs: started in the workspace root, shown before they run.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::step::Stop;
use crate::workspace::Workspace;

/// A program about to be started.
#[derive(Debug)]
pub(crate) struct Program(Command);

impl Program {
    /// A program by name or path.
    pub(crate) fn new(workspace: &Workspace, name: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(name);
        command.current_dir(&workspace.root);
        Self(command)
    }

    /// Cargo itself.
    pub(crate) fn cargo(workspace: &Workspace) -> Self {
        Self::new(workspace, cargo())
    }

    /// Arguments written as on a command line; none of them may contain a space.
    pub(crate) fn words(mut self, words: &str) -> Self {
        self.0.args(words.split_whitespace());
        self
    }

    /// One argument, taken as it is.
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    /// Sets a variable for the program alone.
    pub(crate) fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(key, value);
        self
    }

    /// Hides a variable from the program.
    pub(crate) fn without(mut self, key: &str) -> Self {
        self.0.env_remove(key);
        self
    }

    /// Puts a folder before all others where programs are looked for.
    pub(crate) fn first_on_path(self, folder: &Path) -> Result<Self, Stop> {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&old));
        let path: OsString = std::env::join_paths(folders).map_err(|error| {
            Stop::Failed(format!("`{}` cannot stand in PATH: {error}", folder.display()))
        })?;
        Ok(self.env("PATH", path))
    }

    /// Runs the program in full view and expects success.
    pub(crate) fn run(mut self) -> Result<(), Stop> {
        let shown = self.shown();
        println!("$ {shown}");
        let status = self.0.status().map_err(|error| cannot_start(&shown, &error))?;
        if status.success() { Ok(()) } else { Err(Stop::Failed(format!("`{shown}`: {status}"))) }
    }

    /// Runs the program with no input, shows what it wrote to standard output, and hands that back with its end.
    pub(crate) fn run_and_read(mut self) -> Result<(String, ExitStatus), Stop> {
        let shown = self.shown();
        println!("$ {shown}");
        let output = self
            .0
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| cannot_start(&shown, &error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        print!("{text}");
        Ok((text, output.status))
    }

    /// Asks quietly: what the program prints where it ends well.
    pub(crate) fn answer(mut self) -> Option<String> {
        let output = self.0.stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The command as one could type it.
    fn shown(&self) -> String {
        let program = Path::new(self.0.get_program());
        let name = program.file_name().unwrap_or_default();
        let words: Vec<_> =
            std::iter::once(name).chain(self.0.get_args()).map(OsStr::to_string_lossy).collect();
        words.join(" ")
    }
}

/// The cargo that started us.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn cannot_start(shown: &str, error: &std::io::Error) -> Stop {
    Stop::Failed(format!("`{shown}` could not be started: {error}"))
}
