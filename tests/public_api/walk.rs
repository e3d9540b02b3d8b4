//! From the root of a crate to every name that can be reached from outside.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use crate::signature::{bounds, function, generics, path_of, qualifiers, type_of};

/// One line for every public name, sorted by path.
pub(crate) fn lines(document: &Value) -> Vec<String> {
    let root = document["root"].to_string();
    let index = &document["index"];
    let mut walk = Walk {
        index,
        open: VecDeque::from([(text(&index[&root]["name"]).to_owned(), root)]),
        handed_on: BTreeSet::new(),
        homes: BTreeMap::new(),
        lines: BTreeSet::new(),
    };
    walk.all();
    walk.lines.into_iter().map(|(_, line)| line).collect()
}

struct Walk<'a> {
    index: &'a Value,
    /// Items to visit: path and id.
    open: VecDeque<(String, String)>,
    /// Re-exports to follow: path and id.
    handed_on: BTreeSet<(String, String)>,
    /// Where each item was first met.
    homes: BTreeMap<String, String>,
    /// Path and line.
    lines: BTreeSet<(String, String)>,
}

impl Walk<'_> {
    fn add(&mut self, path: &str, line: String) {
        self.lines.insert((path.to_owned(), line));
    }

    /// Visits the items first. What is handed on comes after that: a second name for an item met before, or the only
    /// public name of one in a private module.
    fn all(&mut self) {
        loop {
            while let Some((path, id)) = self.open.pop_front() {
                if self.homes.insert(id.clone(), path.clone()).is_none() {
                    self.item(&path, &id);
                }
            }
            let Some((path, id)) = self.handed_on.pop_first() else { return };
            self.import(path, &self.index[&id]["inner"]["use"]);
        }
    }

    fn import(&mut self, path: String, import: &Value) {
        let id = import["id"].to_string();
        if let Some(home) = self.homes.get(&id) {
            let line = format!("use {path} = {home}");
            self.add(&path, line);
        } else if self.index[&id].is_null() {
            self.add(&path, format!("use {path} = {}", text(&import["source"])));
        } else if import["is_glob"] == true {
            self.children(
                path.trim_end_matches("::*"),
                &self.index[&id]["inner"]["module"]["items"],
            );
        } else {
            self.open.push_back((path, id));
        }
    }

    fn children(&mut self, parent: &str, items: &Value) {
        for id in list(items).map(Value::to_string) {
            let item = &self.index[&id];
            let import = &item["inner"]["use"];
            if import.is_null() {
                self.open.push_back((format!("{parent}::{}", text(&item["name"])), id));
            } else {
                let name = if import["is_glob"] == true { "*" } else { text(&import["name"]) };
                self.handed_on.insert((format!("{parent}::{name}"), id));
            }
        }
    }

    fn item(&mut self, path: &str, id: &str) {
        let item = &self.index[id];
        let Some((kind, inner)) = item["inner"].as_object().and_then(|inner| inner.iter().next())
        else {
            return;
        };
        let generic = generics(&inner["generics"]);
        let line = match kind.as_str() {
            "module" => {
                self.children(path, &inner["items"]);
                format!("mod {path}")
            }
            "struct" => {
                let shape = self.fields(path, &inner["kind"]);
                format!("struct {path}{generic}{shape}{}", marks(item))
            }
            "enum" => {
                self.variants(path, &inner["variants"]);
                format!("enum {path}{generic}{}", marks(item))
            }
            "trait" => {
                self.members(path, &inner["items"]);
                self.foreign(path, &inner["implementations"]);
                format!("trait {path}{generic}{}", prefixed(": ", &bounds(&inner["bounds"])))
            }
            "function" => format!("{}fn {path}{}", qualifiers(inner), function(inner)),
            "constant" => {
                format!("const {path}: {}{}", type_of(&inner["type"]), value(&inner["const"]))
            }
            "static" => format!("static {path}: {}", type_of(&inner["type"])),
            "type_alias" => format!("type {path}{generic} = {}", type_of(&inner["type"])),
            "macro" => format!("macro {path}"),
            "proc_macro" => format!("{} macro {path}", text(&inner["kind"])),
            other => format!("{other} {path}"),
        };
        self.add(path, line);
        self.implementations(path, id, &inner["impls"]);
    }

    /// Lines for the public fields; gives back the shape of the struct: whether there is more, or nothing at all.
    fn fields(&mut self, path: &str, kind: &Value) -> &'static str {
        if kind == "unit" {
            return ";";
        }
        let plain = &kind["plain"];
        let fields = if plain.is_null() { &kind["tuple"] } else { &plain["fields"] };
        let hidden = plain["has_stripped_fields"] == true || list(fields).any(Value::is_null);
        for id in list(fields).filter(|id| !id.is_null()).map(Value::to_string) {
            let field = &self.index[&id];
            let path = format!("{path}::{}", text(&field["name"]));
            self.add(&path, format!("field {path}: {}", type_of(&field["inner"]["struct_field"])));
        }
        if hidden { " { .. }" } else { "" }
    }

    fn variants(&mut self, path: &str, variants: &Value) {
        for id in list(variants).map(Value::to_string) {
            let variant = &self.index[&id];
            let kind = &variant["inner"]["variant"]["kind"];
            let field = |id: &Value| {
                let field = &self.index[id.to_string()];
                (text(&field["name"]), type_of(&field["inner"]["struct_field"]))
            };
            let tuple: Vec<String> = list(&kind["tuple"]).map(|id| field(id).1).collect();
            let named: Vec<String> = list(&kind["struct"]["fields"])
                .map(field)
                .map(|(name, kind)| format!("{name}: {kind}"))
                .collect();
            let shape = match (tuple.is_empty(), named.is_empty()) {
                (false, _) => format!("({})", tuple.join(", ")),
                (true, false) => format!(" {{ {} }}", named.join(", ")),
                (true, true) => String::new(),
            };
            let line =
                format!("variant {path}::{}{shape}{}", text(&variant["name"]), marks(variant));
            self.add(&format!("{path}::{}", text(&variant["name"])), line);
        }
    }

    /// The items of a trait, or of a type's own implementation.
    fn members(&mut self, path: &str, items: &Value) {
        for id in list(items).map(Value::to_string) {
            let item = &self.index[&id];
            let name = text(&item["name"]);
            let inner = &item["inner"];
            let line = if let Some(method) = inner.get("function") {
                let provided = if method["has_body"] == true { "" } else { ";" };
                format!("{}fn {path}::{name}{}{provided}", qualifiers(method), function(method))
            } else if let Some(constant) = inner.get("assoc_const") {
                format!("const {path}::{name}: {}", type_of(&constant["type"]))
            } else if let Some(associated) = inner.get("assoc_type") {
                format!("type {path}::{name}{}", prefixed(": ", &bounds(&associated["bounds"])))
            } else {
                format!("item {path}::{name}")
            };
            self.add(&format!("{path}::{name}"), line);
        }
    }

    /// What a type can do: its own methods, and the traits somebody wrote or derived for it.
    fn implementations(&mut self, path: &str, id: &str, impls: &Value) {
        let mut plain = BTreeSet::new();
        for inner in list(impls).map(|id| &self.index[id.to_string()]["inner"]["impl"]) {
            let target = inner["for"]["resolved_path"]["id"].to_string();
            let is_own = target == id;
            // A conversion stands at both of its ends, and is wanted at the one it makes.
            let is_elsewhere = !is_own && target != "null";
            if inner["is_synthetic"] == true || !inner["blanket_impl"].is_null() || is_elsewhere {
                continue;
            }
            let generic = generics(&inner["generics"]);
            let name = path_of(&inner["trait"]);
            if name.is_empty() {
                self.members(&format!("{path}{generic}"), &inner["items"]);
            } else if !is_own || !generic.is_empty() {
                let target = if is_own { path.to_owned() } else { type_of(&inner["for"]) };
                self.add(&format!("{path} impl"), format!("impl{generic} {name} for {target}"));
            } else if name != "StructuralPartialEq" {
                plain.insert(name);
            }
        }
        if !plain.is_empty() {
            let traits: Vec<String> = plain.into_iter().collect();
            self.add(&format!("{path} impl"), format!("impl {path}: {}", traits.join(", ")));
        }
    }

    /// What is not ours and implements our trait.
    fn foreign(&mut self, path: &str, impls: &Value) {
        for inner in list(impls).map(|id| &self.index[id.to_string()]["inner"]["impl"]) {
            let is_ours = !self.index[inner["for"]["resolved_path"]["id"].to_string()].is_null();
            if !inner.is_null() && !is_ours {
                let line = format!(
                    "impl{} {path} for {}",
                    generics(&inner["generics"]),
                    type_of(&inner["for"])
                );
                self.add(&format!("{path} impl"), line);
            }
        }
    }
}

/// What forbids others to build or match all of it.
fn marks(item: &Value) -> &'static str {
    if list(&item["attrs"]).any(|attr| attr == "non_exhaustive") {
        " #[non_exhaustive]"
    } else {
        ""
    }
}

/// ` = 16usize`, where the value is known.
fn value(constant: &Value) -> String {
    prefixed(" = ", text(&constant["value"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn prefixed(prefix: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{prefix}{text}") }
}
