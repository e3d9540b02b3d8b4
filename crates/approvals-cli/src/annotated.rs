//! The functions of a source file that have `#[requires_approval]`. Pure.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream, TokenTree};
use serde::{Deserialize, Serialize};
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{
    Attribute, FnArg, Ident, ImplItemFn, ItemFn, ItemImpl, ItemMod, ItemTrait, Macro, Meta, Pat,
    PatIdent, Path, Signature, Token, TraitItemFn, Type, UseRename,
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
    /// The condition without which it is not gated: that of a `cfg_attr`.
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
    let mut search =
        Search { file, names, inside: Vec::new(), found: Found::default(), error: None };
    search.visit_file(&syntax);
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

struct Search<'a> {
    file: &'a str,
    names: &'a Names,
    /// The modules, types and traits around what is looked at.
    inside: Vec<String>,
    found: Found,
    /// The first attribute that cannot be read.
    error: Option<syn::Error>,
}

impl Search<'_> {
    fn look_at(&mut self, attributes: &[Attribute], signature: &Signature) {
        for attribute in attributes {
            if let Err(error) = self.look_at_one(&attribute.meta, None, signature) {
                self.error.get_or_insert(error);
            }
        }
    }

    fn look_at_one(
        &mut self,
        meta: &Meta,
        only_if: Option<String>,
        signature: &Signature,
    ) -> syn::Result<()> {
        if self.names.has(meta.path()) {
            let terms = match meta {
                Meta::List(list) => terms::read(list.tokens.clone())?,
                Meta::Path(_) | Meta::NameValue(_) => Vec::new(),
            };
            let function = self.annotated(terms, only_if, signature);
            self.found.functions.push(function);
        } else if meta.path().is_ident("cfg_attr")
            && let Meta::List(list) = meta
        {
            let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
            let mut metas = metas.iter();
            let condition = metas.next().map(|condition| source(condition.span()));
            let all = match (&only_if, condition) {
                (Some(outer), Some(inner)) => Some(format!("all({outer}, {inner})")),
                (outer, inner) => inner.or_else(|| outer.clone()),
            };
            for meta in metas {
                self.look_at_one(meta, all.clone(), signature)?;
            }
        }
        Ok(())
    }

    fn annotated(
        &self,
        terms: Vec<Term>,
        only_if: Option<String>,
        signature: &Signature,
    ) -> Annotated {
        let name = signature.ident.unraw().to_string();
        let function = self.inside.iter().chain([&name]).map(String::as_str).collect::<Vec<_>>();
        let mut this = Annotated {
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

    fn within(&mut self, name: String, look: impl FnOnce(&mut Self)) {
        self.inside.push(name);
        look(self);
        self.inside.pop();
    }
}

impl Visit<'_> for Search<'_> {
    fn visit_item_fn(&mut self, item: &ItemFn) {
        self.look_at(&item.attrs, &item.sig);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &ImplItemFn) {
        self.look_at(&item.attrs, &item.sig);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &TraitItemFn) {
        self.look_at(&item.attrs, &item.sig);
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &ItemMod) {
        self.within(item.ident.unraw().to_string(), |this| visit::visit_item_mod(this, item));
    }

    fn visit_item_impl(&mut self, item: &ItemImpl) {
        let name = if let Type::Path(path) = &*item.self_ty {
            path.path.segments.last().map(|last| last.ident.unraw().to_string())
        } else {
            None
        };
        let name = name.unwrap_or_else(|| source(item.self_ty.span()));
        self.within(name, |this| visit::visit_item_impl(this, item));
    }

    fn visit_item_trait(&mut self, item: &ItemTrait) {
        self.within(item.ident.unraw().to_string(), |this| visit::visit_item_trait(this, item));
    }

    fn visit_macro(&mut self, found: &Macro) {
        if self.names.are_in(found.tokens.clone()) {
            self.found.in_macros.push(found.path.span().start().line);
        }
    }
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
