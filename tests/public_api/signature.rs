//! Types and signatures as one reads them. Paths are cut to their last word: how a file spells an import is not API.

use serde_json::Value;

/// `<T: Bound>(&self, u8) -> Result<T, Error>`; parameter names are not API either.
pub(crate) fn function(inner: &Value) -> String {
    let signature = &inner["sig"];
    let inputs: Vec<String> =
        list(&signature["inputs"]).map(|input| parameter(&input[0], &input[1])).collect();
    format!(
        "{}({}){}",
        generics(&inner["generics"]),
        inputs.join(", "),
        output(&signature["output"])
    )
}

/// `const `, `async `, `unsafe `.
pub(crate) fn qualifiers(inner: &Value) -> String {
    let words = [("is_const", "const "), ("is_async", "async "), ("is_unsafe", "unsafe ")];
    words.iter().filter(|(key, _)| inner["header"][key] == true).map(|(_, word)| *word).collect()
}

fn parameter(name: &Value, kind: &Value) -> String {
    let rendered = type_of(kind);
    if name != "self" {
        return rendered;
    }
    match rendered.strip_suffix("Self") {
        Some(reference) if !rendered.contains('<') => format!("{reference}self"),
        _ => format!("self: {rendered}"),
    }
}

fn output(kind: &Value) -> String {
    if kind.is_null() { String::new() } else { format!(" -> {}", type_of(kind)) }
}

/// `<'a, T: Bound, const N: usize>`, with the conditions after `where`.
pub(crate) fn generics(inner: &Value) -> String {
    let written = |parameter: &&Value| {
        parameter["kind"]["type"]["is_synthetic"] != true && !is_made(text(&parameter["name"]))
    };
    let parameters: Vec<String> = list(&inner["params"]).filter(written).map(generic).collect();
    let conditions: Vec<String> = list(&inner["where_predicates"]).filter_map(condition).collect();
    let conditions = if conditions.is_empty() {
        String::new()
    } else {
        format!(" where {}", conditions.join(", "))
    };
    let inside = format!("{}{conditions}", parameters.join(", "));
    if inside.is_empty() { inside } else { format!("<{}>", inside.trim_start()) }
}

/// Lifetimes that nobody wrote: those of `async_trait`.
fn is_made(lifetime: &str) -> bool {
    lifetime.starts_with("'life") || lifetime == "'async_trait"
}

fn generic(parameter: &Value) -> String {
    let name = text(&parameter["name"]);
    let kind = &parameter["kind"];
    if let Some(constant) = kind.get("const") {
        return format!("const {name}: {}", type_of(&constant["type"]));
    }
    let limits = bounds(&kind["type"]["bounds"]);
    if limits.is_empty() { name.to_owned() } else { format!("{name}: {limits}") }
}

fn condition(predicate: &Value) -> Option<String> {
    let bound = &predicate["bound_predicate"];
    let lifetime = &predicate["lifetime_predicate"];
    if !bound.is_null() {
        let limits = bounds(&bound["bounds"]);
        (!is_made(&limits)).then(|| format!("{}: {limits}", type_of(&bound["type"])))
    } else if !lifetime.is_null() {
        let (name, longer) = (text(&lifetime["lifetime"]), list(&lifetime["outlives"]).map(text));
        (!is_made(name)).then(|| format!("{name}: {}", longer.collect::<Vec<_>>().join(" + ")))
    } else {
        Some(predicate.to_string())
    }
}

/// `Bound + 'a + ?Sized`.
pub(crate) fn bounds(bounds: &Value) -> String {
    let rendered: Vec<String> = list(bounds)
        .map(|bound| match (bound.get("trait_bound"), bound.get("outlives")) {
            (Some(limit), _) if limit["modifier"] == "maybe" => {
                format!("?{}", path_of(&limit["trait"]))
            }
            (Some(limit), _) => path_of(&limit["trait"]),
            (None, Some(lifetime)) => text(lifetime).to_owned(),
            (None, None) => bound.to_string(),
        })
        .collect();
    rendered.join(" + ")
}

/// The last word of a path, with its arguments.
pub(crate) fn path_of(inner: &Value) -> String {
    let path = text(&inner["path"]);
    format!("{}{}", path.rsplit("::").next().unwrap_or(path), arguments(&inner["args"]))
}

fn arguments(inner: &Value) -> String {
    let parenthesized = &inner["parenthesized"];
    if !parenthesized.is_null() {
        return format!(
            "({}){}",
            types(&parenthesized["inputs"]),
            output(&parenthesized["output"])
        );
    }
    let angled = &inner["angle_bracketed"];
    let plain = list(&angled["args"]).map(argument);
    let named = list(&angled["constraints"]).map(|constraint| {
        let binding = &constraint["binding"];
        match binding.get("equality") {
            Some(term) => format!("{} = {}", text(&constraint["name"]), argument(term)),
            None => format!("{}: {}", text(&constraint["name"]), bounds(&binding["constraint"])),
        }
    });
    let all: Vec<String> = plain.chain(named).collect();
    if all.is_empty() { String::new() } else { format!("<{}>", all.join(", ")) }
}

fn argument(inner: &Value) -> String {
    if let Some(kind) = inner.get("type") {
        type_of(kind)
    } else if let Some(lifetime) = inner.get("lifetime") {
        text(lifetime).to_owned()
    } else {
        // Constants, and what is not known here: never lost, if not pretty.
        inner.to_string()
    }
}

fn types(inner: &Value) -> String {
    list(inner).map(type_of).collect::<Vec<_>>().join(", ")
}

/// A type.
pub(crate) fn type_of(value: &Value) -> String {
    let Some((kind, inner)) = value.as_object().and_then(|object| object.iter().next()) else {
        return value.to_string();
    };
    match kind.as_str() {
        "resolved_path" => path_of(inner),
        "generic" | "primitive" => text(inner).to_owned(),
        "tuple" => format!("({})", types(inner)),
        "slice" => format!("[{}]", type_of(inner)),
        "array" => format!("[{}; {}]", type_of(&inner["type"]), text(&inner["len"])),
        "impl_trait" => format!("impl {}", bounds(inner)),
        "dyn_trait" => dynamic(inner),
        "borrowed_ref" => reference(inner),
        "function_pointer" => format!("fn{}", function(inner)),
        "qualified_path" => {
            let base = type_of(&inner["self_type"]);
            let name = text(&inner["name"]);
            let through = path_of(&inner["trait"]);
            if through.is_empty() {
                format!("{base}::{name}")
            } else {
                format!("<{base} as {through}>::{name}")
            }
        }
        _ => value.to_string(),
    }
}

fn dynamic(inner: &Value) -> String {
    let traits = list(&inner["traits"]).map(|limit| path_of(&limit["trait"]));
    let lifetime = inner["lifetime"].as_str().map(str::to_owned);
    format!("dyn {}", traits.chain(lifetime).collect::<Vec<_>>().join(" + "))
}

fn reference(inner: &Value) -> String {
    let lifetime = inner["lifetime"].as_str().filter(|name| !is_made(name));
    let lifetime = lifetime.map(|name| format!("{name} ")).unwrap_or_default();
    let mutable = if inner["is_mutable"] == true { "mut " } else { "" };
    format!("&{lifetime}{mutable}{}", type_of(&inner["type"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
