//! Parameters: what they are called, and how they travel into the gate and out of it.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, FnArg, Ident, Local, Pat, PatIdent, PatType, Signature, Type};

/// One parameter other than `self`.
pub(crate) struct Param {
    /// The name by which reviewers, `skip`, `redact` and format strings know it; empty if it has none.
    pub(crate) name: String,
    /// The identifier that carries it into the gate.
    pub(crate) ident: Ident,
    /// How the body binds it first: the identifier, with its `mut` if it has one.
    pub(crate) binding: TokenStream,
    /// The pattern by which the body then takes it apart.
    pub(crate) pattern: Option<Pat>,
    /// What its pattern takes it apart into; such a parameter has no value that a format string could print.
    pub(crate) parts: Vec<String>,
    pub(crate) exposure: Exposure,
    /// What it borrows, if its type is a reference.
    pub(crate) borrowed: Option<Type>,
}

/// How much of a parameter reviewers see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// Shown, and bound to the approval.
    Bound,
    /// Masked, and bound by a commitment.
    Redacted,
    /// Neither shown nor bound; only named.
    Skipped,
}

impl Param {
    /// The parameters of a function, all of them bound.
    pub(crate) fn all(sig: &Signature, body: Option<&Group>) -> Vec<Self> {
        let typed = sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(typed),
            FnArg::Receiver(_) => None,
        });
        (1_usize..).zip(typed).map(|(position, typed)| Self::of(position, typed, body)).collect()
    }

    fn of(position: usize, typed: &PatType, body: Option<&Group>) -> Self {
        let pat = &*typed.pat;
        let borrowed = if let Type::Reference(reference) = &*typed.ty {
            Some((*reference.elem).clone())
        } else {
            None
        };
        let plain = if let Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) = pat {
            Some(ident)
        } else {
            None
        };
        let ident = plain.cloned().unwrap_or_else(|| {
            format_ident!("arg{position}", span = Span::mixed_site().located_at(pat.span()))
        });
        let (binding, pattern) = match plain {
            Some(_) => (pat.to_token_stream(), None),
            None => (ident.to_token_stream(), Some(pat.clone())),
        };
        let taken_apart = pattern.clone().or_else(|| rebound(&ident, body?));
        let parts = taken_apart.as_ref().map(bindings).unwrap_or_default();
        let name = match (&taken_apart, parts.as_slice()) {
            (None, _) => ident.unraw().to_string(),
            (Some(_), [one]) => one.clone(),
            (Some(_), []) => String::new(),
            (Some(_), several) => format!("({})", several.join(", ")),
        };
        let exposure = Exposure::Bound;
        Self { name, ident, binding, pattern, parts, exposure, borrowed }
    }
}

/// "expected `a`, `b`", for messages about a name that is none of these.
pub(crate) fn expected(names: impl Iterator<Item = String>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() {
        "there are none".to_owned()
    } else {
        format!("expected {}", names.join(", "))
    }
}

/// The pattern to which `#[async_trait]` binds its own `__arg1`, to give the reviewers the author's names.
fn rebound(ident: &Ident, body: &Group) -> Option<Pat> {
    struct Find<'a>(&'a Ident, Option<Pat>);
    impl VisitMut for Find<'_> {
        fn visit_local_mut(&mut self, local: &mut Local) {
            visit_mut::visit_local_mut(self, local);
            let init = local.init.as_ref().map(|init| init.expr.to_token_stream());
            let ours = init.is_some_and(|init| mentions(init, self.0));
            let again = bindings(&local.pat).iter().all(|name| self.0 == name);
            if self.1.is_none() && ours && !again {
                self.1 = Some(local.pat.clone());
            }
        }
    }
    if !ident.to_string().starts_with("__arg") {
        return None;
    }
    let mut find = Find(ident, None);
    let mut statements = Block::parse_within.parse2(body.stream()).ok()?;
    for statement in &mut statements {
        find.visit_stmt_mut(statement);
    }
    find.1
}

/// Whether `ident` occurs in `tokens`, at any depth.
pub(crate) fn mentions(tokens: TokenStream, ident: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(other) => other == *ident,
        TokenTree::Group(group) => mentions(group.stream(), ident),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The names that a pattern binds, in order.
fn bindings(pat: &Pat) -> Vec<String> {
    struct Bindings(Vec<String>);
    impl VisitMut for Bindings {
        fn visit_pat_ident_mut(&mut self, pat: &mut PatIdent) {
            self.0.push(pat.ident.unraw().to_string());
            visit_mut::visit_pat_ident_mut(self, pat);
        }
    }
    let mut bindings = Bindings(Vec::new());
    bindings.visit_pat_mut(&mut pat.clone());
    bindings.0
}
