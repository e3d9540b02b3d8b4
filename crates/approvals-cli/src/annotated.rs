//! The functions of a source file that have `#[requires_approval]`. Pure.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream, TokenTree};
use serde::{Deserialize, Serialize};
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{
    Attribute, FnArg, Ident, ImplItemFn, ItemConst, ItemFn, ItemImpl, ItemMod, ItemStatic,
    ItemTrait, ItemUse, Macro, Meta, Pat, PatIdent, Path, Signature, Token, TraitItemFn, Type,
    UseRename, UseTree,
};

use crate::terms::{self, Term};

/// The attribute.
const NAME: &str = "requires_approval";

/// One function that is gated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Annotated {
    pub(crate) file: String,
    /// Of its name, from 1.
    pub(crate) line: usize,
    /// With the modules of its file, and the type or trait, that it is in.
    pub(crate) function: String,
    /// What gates it: its path, as far as this file tells.
    pub(crate) attribute: String,
    /// None where the attribute has none, which does not compile.
    pub(crate) action: Option<String>,
    pub(crate) risk: String,
    pub(crate) resource: Option<String>,
    pub(crate) tags: Vec<String>,
    /// Shown to reviewers, and bound to their approval.
    pub(crate) bound: Vec<String>,
    /// Hidden from reviewers, and bound.
    pub(crate) redacted: Vec<String>,
    /// Neither shown nor bound.
    pub(crate) unbound: Vec<String>,
    /// The other keys, as they are written.
    pub(crate) other: BTreeMap<String, String>,
    /// The condition without which it is not gated, or not there: that of a `cfg_attr`, or of a `cfg` on it or around it.
    pub(crate) only_if: Option<String>,
}

/// What is in a file.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) functions: Vec<Annotated>,
    /// The lines of macros that name the attribute: what they make of it is not seen here.
    pub(crate) in_macros: Vec<usize>,
}

/// Finds them in the text of this file, whatever the attribute is called there.
pub(crate) fn functions(file: &str, text: &str, names: &Names) -> syn::Result<Found> {
    let syntax = syn::parse_file(text)?;
    let mut uses = Uses::default();
    uses.visit_file(&syntax);
    let mut search = Search {
        file,
        names,
        uses,
        inside: Vec::new(),
        conditions: Vec::new(),
        found: Found::default(),
        error: None,
    };
    search.under(&syntax.attrs, |search| search.visit_file(&syntax));
    match search.error {
        Some(error) => Err(error),
        None => Ok(search.found),
    }
}

/// What the attribute is called in all the files: who renames it in one may use that name in another.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// What is renamed, and to what.
    renamed: Vec<(String, String)>,
    others: Vec<String>,
}

impl Names {
    /// Learns the names that this text gives.
    pub(crate) fn learn(&mut self, text: &str) -> syn::Result<()> {
        self.visit_file(&syn::parse_file(text)?);
        // A new name can be renamed in turn, in any order.
        loop {
            let is_new = |(from, to): &&(String, String)| self.is(from) && !self.is(to);
            let Some((_, to)) = self.renamed.iter().find(is_new) else { return Ok(()) };
            self.others.push(to.clone());
        }
    }

    fn is(&self, name: &str) -> bool {
        name == NAME || self.others.iter().any(|other| other == name)
    }

    fn has(&self, path: &Path) -> bool {
        path.segments.last().is_some_and(|last| self.is(&last.ident.unraw().to_string()))
    }

    fn are_in(&self, tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => self.is(&ident.unraw().to_string()),
            TokenTree::Group(group) => self.are_in(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }
}

impl Visit<'_> for Names {
    fn visit_use_rename(&mut self, rename: &UseRename) {
        let name = |ident: &Ident| ident.unraw().to_string();
        self.renamed.push((name(&rename.ident), name(&rename.rename)));
    }
}

/// What a file imports: each name with its path.
#[derive(Debug, Default)]
struct Uses(Vec<(String, String)>);

impl Uses {
    fn add(&mut self, before: &str, tree: &UseTree) {
        let joined = |name: &Ident| format!("{before}{}", name.unraw());
        match tree {
            UseTree::Path(path) => self.add(&format!("{}::", joined(&path.ident)), &path.tree),
            UseTree::Name(name) => {
                self.0.push((name.ident.unraw().to_string(), joined(&name.ident)));
            }
            UseTree::Rename(rename) => {
                self.0.push((rename.rename.unraw().to_string(), joined(&rename.ident)));
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(before, tree)),
            UseTree::Glob(_) => {}
        }
    }

    /// A path as far as this file tells; what is imported under one name from several places is told with all of them.
    fn resolve(&self, path: &Path) -> String {
        let names = path.segments.iter().map(|segment| segment.ident.unraw().to_string());
        let names: Vec<String> = names.collect();
        let Some((first, rest)) = names.split_first() else { return String::new() };
        let from = self.0.iter().filter(|(name, _)| name == first).map(|(_, path)| path.as_str());
        let from: Vec<&str> = from.collect::<BTreeSet<_>>().into_iter().collect();
        let first = if from.is_empty() { first.clone() } else { from.join(" or ") };
        std::iter::once(first).chain(rest.iter().cloned()).collect::<Vec<_>>().join("::")
    }
}

impl Visit<'_> for Uses {
    fn visit_item_use(&mut self, item: &ItemUse) {
        self.add("", &item.tree);
    }
}

struct Search<'a> {
    file: &'a str,
    names: &'a Names,
    uses: Uses,
    /// The modules, types, traits and functions around what is looked at.
    inside: Vec<String>,
    /// The conditions under which what is looked at is compiled.
    conditions: Vec<String>,
    found: Found,
    /// The first attribute that cannot be read.
    error: Option<syn::Error>,
}

impl Search<'_> {
    fn look_at(&mut self, attributes: &[Attribute], signature: &Signature) {
        for attribute in attributes {
            if let Err(error) = self.look_at_one(&attribute.meta, &[], signature) {
                self.error.get_or_insert(error);
            }
        }
    }

    fn look_at_one(
        &mut self,
        meta: &Meta,
        only_if: &[String],
        signature: &Signature,
    ) -> syn::Result<()> {
        if self.names.has(meta.path()) {
            let terms = match meta {
                Meta::List(list) => terms::read(list.tokens.clone())?,
                Meta::Path(_) | Meta::NameValue(_) => Vec::new(),
            };
            let attribute = self.uses.resolve(meta.path());
            let function = self.annotated(attribute, terms, only_if, signature);
            self.found.functions.push(function);
        } else if meta.path().is_ident("cfg_attr")
            && let Meta::List(list) = meta
        {
            let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
            let mut metas = metas.iter();
            let condition = metas.next().map(|condition| source(condition.span()));
            let all: Vec<String> = only_if.iter().cloned().chain(condition).collect();
            for meta in metas {
                self.look_at_one(meta, &all, signature)?;
            }
        }
        Ok(())
    }

    fn annotated(
        &self,
        attribute: String,
        terms: Vec<Term>,
        only_if: &[String],
        signature: &Signature,
    ) -> Annotated {
        let name = signature.ident.unraw().to_string();
        let function = self.inside.iter().chain([&name]).map(String::as_str).collect::<Vec<_>>();
        let all: Vec<&str> = self.conditions.iter().chain(only_if).map(String::as_str).collect();
        let only_if = match all.as_slice() {
            [] => None,
            [one] => Some((*one).to_owned()),
            several => Some(format!("all({})", several.join(", "))),
        };
        let mut this = Annotated {
            attribute,
            file: self.file.to_owned(),
            line: signature.ident.span().start().line,
            function: function.join("::"),
            risk: "high".to_owned(),
            only_if,
            ..Annotated::default()
        };
        for Term { key, values } in terms {
            match key.as_str() {
                "action" => this.action = values.into_iter().next(),
                "risk" => this.risk = values.concat(),
                "resource" => this.resource = values.into_iter().next(),
                "tags" => this.tags = values,
                "redact" => this.redacted = names(values),
                "skip" => this.unbound = names(values),
                _other => {
                    this.other.insert(key, values.join(", "));
                }
            }
        }
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(_) => this.unbound.push("self".to_owned()),
                FnArg::Typed(typed) => {
                    let name = parameter(&typed.pat);
                    if !this.redacted.contains(&name) && !this.unbound.contains(&name) {
                        this.bound.push(name);
                    }
                }
            }
        }
        this
    }

    /// Looks at what is compiled only where the `cfg`s among these attributes hold.
    fn under(&mut self, attributes: &[Attribute], look: impl FnOnce(&mut Self)) {
        let outer = self.conditions.len();
        let conditions = attributes.iter().filter(|one| one.path().is_ident("cfg"));
        let conditions = conditions.filter_map(|one| one.meta.require_list().ok());
        self.conditions.extend(conditions.map(|list| list.tokens.to_string()));
        look(self);
        self.conditions.truncate(outer);
    }

    fn within(&mut self, name: String, look: impl FnOnce(&mut Self)) {
        self.inside.push(name);
        look(self);
        self.inside.pop();
    }
}

impl Visit<'_> for Search<'_> {
    fn visit_item_fn(&mut self, item: &ItemFn) {
        self.under(&item.attrs, |this| {
            this.look_at(&item.attrs, &item.sig);
            this.within(called(&item.sig), |this| visit::visit_item_fn(this, item));
        });
    }

    fn visit_impl_item_fn(&mut self, item: &ImplItemFn) {
        self.under(&item.attrs, |this| {
            this.look_at(&item.attrs, &item.sig);
            this.within(called(&item.sig), |this| visit::visit_impl_item_fn(this, item));
        });
    }

    fn visit_trait_item_fn(&mut self, item: &TraitItemFn) {
        self.under(&item.attrs, |this| {
            this.look_at(&item.attrs, &item.sig);
            this.within(called(&item.sig), |this| visit::visit_trait_item_fn(this, item));
        });
    }

    fn visit_item_mod(&mut self, item: &ItemMod) {
        let name = item.ident.unraw().to_string();
        self.under(&item.attrs, |this| {
            this.within(name, |this| visit::visit_item_mod(this, item));
        });
    }

    fn visit_item_const(&mut self, item: &ItemConst) {
        let name = format!("const {}", item.ident);
        self.under(&item.attrs, |this| {
            this.within(name, |this| visit::visit_item_const(this, item));
        });
    }

    fn visit_item_static(&mut self, item: &ItemStatic) {
        let name = format!("static {}", item.ident);
        self.under(&item.attrs, |this| {
            this.within(name, |this| visit::visit_item_static(this, item));
        });
    }

    fn visit_item_impl(&mut self, item: &ItemImpl) {
        let name = if let Type::Path(path) = &*item.self_ty {
            path.path.segments.last().map(|last| last.ident.unraw().to_string())
        } else {
            None
        };
        let name = name.unwrap_or_else(|| source(item.self_ty.span()));
        let name = match &item.trait_ {
            Some((_, path, _)) => format!("<{name} as {}>", source(path.span())),
            None => name,
        };
        self.under(&item.attrs, |this| {
            this.within(name, |this| visit::visit_item_impl(this, item));
        });
    }

    fn visit_item_trait(&mut self, item: &ItemTrait) {
        let name = item.ident.unraw().to_string();
        self.under(&item.attrs, |this| {
            this.within(name, |this| visit::visit_item_trait(this, item));
        });
    }

    fn visit_macro(&mut self, found: &Macro) {
        if self.names.are_in(found.tokens.clone()) {
            self.found.in_macros.push(found.path.span().start().line);
        }
    }
}

/// A function, as something that others can be in.
fn called(signature: &Signature) -> String {
    format!("{}()", signature.ident.unraw())
}

/// What the attribute calls a parameter: its name, or the names that it is taken apart into.
fn parameter(pattern: &Pat) -> String {
    struct Bindings(Vec<String>);
    impl Visit<'_> for Bindings {
        fn visit_pat_ident(&mut self, pattern: &PatIdent) {
            self.0.push(pattern.ident.unraw().to_string());
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut bindings = Bindings(Vec::new());
    bindings.visit_pat(pattern);
    match bindings.0.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    }
}

/// The names of parameters, as the macro compares them.
fn names(written: Vec<String>) -> Vec<String> {
    let name = |name: String| match name.strip_prefix("r#") {
        Some(unraw) => unraw.to_owned(),
        None => name,
    };
    written.into_iter().map(name).collect()
}

fn source(span: Span) -> String {
    let source = span.source_text().unwrap_or_else(|| "?".to_owned());
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "annotated_tests.rs"]
mod tests;
