//! The order of the house: in core, each module uses only those before it.
//!
//! Between the folders the order is the one below; inside a folder it is the order of the `mod` lines in its `mod.rs`.
//! Names that a `mod.rs` or `lib.rs` hands on are traced to the file they come from.

use std::collections::{BTreeMap, BTreeSet};

use crate::paths::{self, Path};
use crate::source::{self, Kind, Token, starts_with};
use crate::tree::{File, Problem};

const SOURCES: &str = "crates/approvals-core/src/";

/// The way of an action through the house.
const FOLDERS: [&str; 5] = ["action", "policy", "review", "record", "gate"];

/// Beside the way: used by all, and support for the macro's expansion.
const BESIDE: [&str; 2] = ["error", "private"];

/// Files of one folder that need each other, as few as possible: the gate holds the approvers, an approver is handed the
/// desk, and the desk leads back to the gate.
const KNOTS: [(&str, &[&str]); 1] =
    [("gate", &["approver", "builder", "desk", "forward", "journal"])];

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    let house = House::new(files);
    house.modules.iter().flat_map(|(name, module)| house.problems(name, module)).collect()
}

/// All modules by their path from the root; the root itself is the empty path.
struct House<'a> {
    modules: BTreeMap<Vec<String>, Module<'a>>,
}

struct Module<'a> {
    file: &'a File,
    tokens: Vec<Token<'a>>,
    /// The modules below, in the order of their `mod` lines.
    children: Vec<String>,
    /// What it hands on under its own name.
    exports: Vec<Path>,
}

impl<'a> House<'a> {
    fn new(files: &'a [File]) -> Self {
        let named = files
            .iter()
            .filter(|file| file.is_production())
            .filter_map(|file| Some((name(&file.path)?, file)));
        let modules = named.map(|(name, file)| {
            let tokens = source::production(&file.text);
            let children = children(&tokens);
            let exports = paths::used(&tokens, &name, &children);
            (name, Module { file, tokens, children, exports })
        });
        Self { modules: modules.collect() }
    }

    fn problems(&self, name: &[String], module: &Module<'_>) -> Vec<Problem> {
        let mut found = Vec::new();
        if let Some((own, above)) = name.split_last()
            && self.rank(above, own).is_none()
        {
            found.push(module.file.problem(1, "has no place in the order of its folder"));
        }
        if name.first().is_some_and(|first| BESIDE.contains(&first.as_str())) {
            return found;
        }
        let globs =
            module.exports.iter().filter(|path| path.name == "*" && !module.children.is_empty());
        found.extend(globs.map(|path| {
            module.file.problem(path.line, "a glob hides which file a name comes from")
        }));
        // A group names a module once for each of its items, and is told of once.
        let upward: BTreeSet<(usize, String)> = paths::rooted(&module.tokens, name)
            .iter()
            .filter_map(|path| Some((path.line, self.later(name, &self.resolve(&path.segments))?)))
            .collect();
        found.extend(upward.iter().map(|(line, later)| {
            module.file.problem(*line, format!("uses `{later}`, which comes after it"))
        }));
        found
    }

    /// The module that a path leads to, through everything handed on.
    fn resolve(&self, path: &[String]) -> Vec<String> {
        let mut path = path.to_vec();
        // Each round follows one name that was handed on; nobody hands a name on sixteen times.
        for _ in 0..16 {
            let depth = (0..=path.len())
                .rev()
                .find(|depth| self.modules.contains_key(path.get(..*depth).unwrap_or_default()));
            let (module, rest) = path.split_at_checked(depth.unwrap_or(0)).unwrap_or_default();
            let export = rest.first().zip(self.modules.get(module)).and_then(|(name, found)| {
                found.exports.iter().find(|export| export.name == *name && export.segments != path)
            });
            let Some(export) = export else { return module.to_vec() };
            path = export.segments.iter().chain(rest.iter().skip(1)).cloned().collect();
        }
        path
    }

    /// Where the two ways part: the name of the used module, if it comes after its user.
    fn later(&self, user: &[String], target: &[String]) -> Option<String> {
        let common = user.iter().zip(target).take_while(|(a, b)| a == b).count();
        let (above, by, next) = (user.get(..common)?, user.get(common)?, target.get(common)?);
        let is_later = self.rank(above, next) > self.rank(above, by) && !is_knot(above, by, next);
        is_later.then(|| target.join("::"))
    }

    fn rank(&self, above: &[String], name: &str) -> Option<usize> {
        if above.is_empty() {
            return BESIDE.iter().chain(&FOLDERS).position(|known| *known == name);
        }
        self.modules.get(above)?.children.iter().position(|known| known == name)
    }
}

fn is_knot(above: &[String], one: &str, other: &str) -> bool {
    let mut knots = KNOTS.iter().filter(|(folder, _)| above.iter().eq([folder]));
    knots.any(|(_, files)| files.contains(&one) && files.contains(&other))
}

/// `["review", "card"]` for `review/card.rs`, `["review"]` for `review/mod.rs`, nothing in it for `lib.rs`.
fn name(path: &str) -> Option<Vec<String>> {
    let inside = path.strip_prefix(SOURCES)?.strip_suffix(".rs")?;
    let mut name: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if matches!(name.last().map(String::as_str), Some("mod" | "lib")) {
        name.pop();
    }
    Some(name)
}

fn children(tokens: &[Token<'_>]) -> Vec<String> {
    let child = |at: usize| match tokens.get(at..) {
        Some([_, Token { kind: Kind::Word(name), .. }, rest @ ..]) if starts_with(rest, ";") => {
            Some((*name).to_owned())
        }
        _ => None,
    };
    (0..tokens.len())
        .filter(|at| starts_with(tokens.get(*at..).unwrap_or_default(), "mod"))
        .filter_map(child)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small house with one more file in it.
    fn house(path: &str, text: &str) -> Vec<Problem> {
        let fixed = [
            (
                "lib.rs",
                "pub mod action; pub mod policy; pub mod review; pub mod record; pub mod gate; pub use gate::Gate;",
            ),
            ("error.rs", "use crate::gate::Gate;"),
            ("action/mod.rs", "pub mod id; pub mod action;"),
            ("action/id.rs", ""),
            ("action/action.rs", "use super::id::Id; use crate::error::Error;"),
            (
                "review/mod.rs",
                "mod request; pub mod card; pub mod quorum; pub use request::Request; pub use card::{Card as Face};",
            ),
            ("review/request.rs", "use crate::action::{action::Action, id};"),
            (
                "review/card.rs",
                "use super::Request; /* crate::gate */ const A: &str = \"crate::gate\";",
            ),
            ("review/quorum.rs", "use crate::review::{Face, request::Request};"),
            ("gate/mod.rs", "mod approver; mod desk; pub mod run; pub use crate::review::Face;"),
            ("gate/approver.rs", "use super::desk::Desk;"),
            ("gate/desk.rs", "use super::approver::Approver;"),
            ("gate/run.rs", "use crate::{Gate, record, review::quorum};"),
        ];
        let mut files: Vec<File> = fixed
            .iter()
            .filter(|(known, _)| *known != path)
            .map(|(path, text)| planted(path, text))
            .collect();
        files.extend((!path.is_empty()).then(|| planted(path, text)));
        check(&files)
    }

    fn planted(path: &str, text: &str) -> File {
        File::new(&format!("{SOURCES}{path}"), text)
    }

    #[test]
    fn a_house_in_order_has_no_problems() {
        let problems: Vec<String> = house("", "").iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn every_way_to_look_ahead_is_found() {
        for (path, text) in [
            ("review/card.rs", "use crate::gate::run;"),
            ("review/card.rs", "use crate::{action::id, gate};"),
            ("review/card.rs", "fn a() { crate::gate::run::go() }"),
            ("review/card.rs", "use super::super::gate::run::go;"),
            ("review/card.rs", "use super::quorum::Quorum;"),
            ("review/request.rs", "use crate::review::card::Card;"),
            // Through names that others hand on.
            ("review/card.rs", "use crate::Gate;"),
            ("review/request.rs", "use super::Face;"),
            ("review/request.rs", "use crate::gate::Face;"),
            (
                "review/mod.rs",
                "mod request; pub mod card; pub mod quorum; use request::Request; pub use crate::gate::run;",
            ),
            ("review/request.rs", "mod inner { use super::super::card; }"),
            ("gate/desk.rs", "use super::run::Ticket;"),
            // What has no place, or hides its place.
            ("helpers.rs", ""),
            ("review/orphan.rs", ""),
            (
                "review/mod.rs",
                "mod request; pub mod card; pub mod quorum; pub use request::Request; pub use card::*;",
            ),
        ] {
            assert_eq!(house(path, text).len(), 1, "{path}: {text}: {:?}", house(path, text));
        }
    }

    #[test]
    fn tests_and_what_stands_beside_may_look_anywhere() {
        for (path, text) in [
            ("review/card.rs", "#[cfg(test)]\nmod tests { use crate::gate::run; }"),
            ("private.rs", "pub use crate::gate::run;"),
        ] {
            assert_eq!(house(path, text).len(), 0, "{path}: {text}");
        }
    }
}
