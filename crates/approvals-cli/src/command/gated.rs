//! `approvals gated`: which functions of a program need approval, and what reviewers see of each.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::annotated::{self, Annotated, Names};
use crate::args::Gated;
use crate::error::Error;
use crate::mistake::Mistake;
use crate::output::{Console, Page, Report, printable};
use crate::trust;

pub(crate) fn run(args: &Gated, console: &mut Console<'_>) -> Result<(), Error> {
    let expected = args.expect.as_deref().map(expected).transpose()?;
    let (mut read, mut names) = (Vec::new(), Names::default());
    for path in &args.paths {
        let files = sources(path)?;
        if files.is_empty() {
            return Err(Unlisted::NoSources(path.clone()).into());
        }
        for file in files {
            let text = trust::read(&file)?;
            names.learn(&text).map_err(|error| mistake(&file, &text, &error))?;
            read.push((file, text));
        }
    }
    let mut list = List { root: root(&args.paths), ..List::default() };
    for (file, text) in &read {
        list.add(file, text, &names, console)?;
    }
    console.report(&list)?;
    let gone = list.lost(expected.unwrap_or_default());
    if gone.is_empty() { Ok(()) } else { Err(Unlisted::Lost(gone).into()) }
}

/// Why there is no list, or not the one that was expected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unlisted {
    #[error("there is no Rust source in `{}`", .0.display())]
    NoSources(PathBuf),
    #[error("`{}` is no list of what is gated", .path.display())]
    NoList { path: PathBuf, source: serde_json::Error },
    #[error("gated no more as before: {}", .0.join(", "))]
    Lost(Vec<String>),
}

impl Unlisted {
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::NoSources(_) => "give a Rust file, or the folder of a crate's sources",
            Self::NoList { .. } => "give what `approvals gated --json` has written",
            Self::Lost(_) => {
                "put the attribute back as it was, or look at the change and write the list anew"
            }
        }
    }
}

/// What is gated, file by file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// The folder that was looked at, if it was one: what is below it is the same wherever it is named from.
    root: PathBuf,
    functions: Vec<Annotated>,
}

impl List {
    fn add(
        &mut self,
        file: &Path,
        text: &str,
        names: &Names,
        console: &mut Console<'_>,
    ) -> Result<(), Error> {
        let name = file.display().to_string();
        let found = annotated::functions(&name, text, names)
            .map_err(|error| mistake(file, text, &error))?;
        for line in found.in_macros {
            console.warn(&format!(
                "{name}:{line}: a macro names the attribute; what it makes of it is not listed"
            ))?;
        }
        self.functions.extend(found.functions);
        Ok(())
    }

    /// What was gated before and is no more, or not like that. At which line it stands makes no difference, nor from
    /// which folder the list was made.
    fn lost(&self, before: List) -> Vec<String> {
        let mut now: Vec<_> = self.functions.iter().collect();
        let mut missing = Vec::new();
        let is_same_place = |was: &Annotated, is: &Annotated| {
            below(&before.root, &was.file) == below(&self.root, &is.file)
        };
        for function in before.functions {
            let is_as_before = |one: &&Annotated| {
                is_same_place(&function, one) && differences(&function, one).is_empty()
            };
            match now.iter().position(is_as_before) {
                Some(place) => drop(now.swap_remove(place)),
                None => missing.push(function),
            }
        }
        let told = |was: Annotated| {
            let is =
                now.iter().position(|one| is_same_place(&was, one) && was.function == one.function);
            let changes = is.map(|place| differences(&was, now.swap_remove(place)));
            let changes = changes.map(|all| format!(" ({})", all.join("; "))).unwrap_or_default();
            printable(&format!("{} in {}{changes}", was.function, was.file))
        };
        missing.into_iter().map(told).collect()
    }
}

/// How two functions differ, but for their place: each key with what it was and what it is.
fn differences(was: &Annotated, is: &Annotated) -> Vec<String> {
    let fields = |of: &Annotated| {
        let of = Annotated { line: 0, file: String::new(), ..of.clone() };
        serde_json::to_value(of).unwrap_or_default()
    };
    let (was, is) = (fields(was), fields(is));
    let was = was.as_object().into_iter().flatten();
    let changed =
        was.filter_map(|(key, was)| Some((key, was, is.get(key).filter(|is| *is != was)?)));
    changed.map(|(key, was, is)| format!("{key} was {was}, is {is}")).collect()
}

/// The one folder that is looked at, if it is one.
fn root(paths: &[PathBuf]) -> PathBuf {
    match paths {
        [folder] if folder.is_dir() => folder.clone(),
        _files_or_several => PathBuf::new(),
    }
}

/// A file by its path below this folder, however both are written.
fn below(root: &Path, file: &str) -> PathBuf {
    let plain = |path: &Path| -> PathBuf {
        path.components().filter(|part| *part != Component::CurDir).collect()
    };
    let file = plain(Path::new(file));
    file.strip_prefix(plain(root)).map(Path::to_owned).unwrap_or(file)
}

fn mistake(file: &Path, text: &str, error: &syn::Error) -> Error {
    Error::Mistakes(vec![Mistake::of_source(file, text, error)])
}

impl Report for List {
    fn text(&self) -> String {
        let mut page = Page::default();
        for one in &self.functions {
            page.line("", &printable(&format!("{}:{}: {}", one.file, one.line, one.function)));
            let tags = one.tags.join(", ");
            let named = [
                ("action", one.action.as_deref().unwrap_or("none, which does not compile")),
                ("risk", one.risk.as_str()),
                ("resource", one.resource.as_deref().unwrap_or_default()),
                ("tags", tags.as_str()),
                ("only if", one.only_if.as_deref().unwrap_or_default()),
                ("gated by", if is_plain(&one.attribute) { "" } else { &one.attribute }),
            ];
            let parameters =
                [("bound", &one.bound), ("redacted", &one.redacted), ("NOT bound", &one.unbound)];
            let parameters = parameters.map(|(label, names)| (label, names.join(", ")));
            let parameters = parameters.iter().map(|(label, names)| (*label, names.as_str()));
            let other = one.other.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            for (label, value) in named.into_iter().chain(parameters) {
                if !value.is_empty() {
                    page.line(&format!("  {label:<10} "), &printable(value));
                }
            }
            for (label, value) in other {
                page.line(&format!("  {:<10} ", printable(label)), &printable(value));
            }
            page.gap();
        }
        page.line(
            "",
            &match self.functions.len() {
                0 => "no function is gated here".to_owned(),
                1 => "1 function is gated".to_owned(),
                many => format!("{many} functions are gated"),
            },
        );
        page.into_text()
    }
}

/// Whether an attribute is what it is everywhere.
fn is_plain(attribute: &str) -> bool {
    ["requires_approval", "approvals::requires_approval"].contains(&attribute)
}

/// An earlier list.
fn expected(path: &Path) -> Result<List, Error> {
    let listed = serde_json::from_str(&trust::read(path)?);
    listed.map_err(|source| Unlisted::NoList { path: path.to_owned(), source }.into())
}

/// The file, or all Rust files below the folder but those of builds and in hidden folders, by name. Links are
/// not followed.
fn sources(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { path, source }
    };
    if !fs::metadata(path).map_err(failed(path))?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let (mut found, mut open) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let entry = entry.map_err(failed(&folder))?;
            let (path, name) = (entry.path(), entry.file_name());
            let kind = entry.file_type().map_err(failed(&path))?;
            let is_passed_over = name == "target" || name.to_string_lossy().starts_with('.');
            if kind.is_dir() && !is_passed_over {
                open.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|it| it == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
