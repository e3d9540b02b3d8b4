//! The function to be gated, as far as the macro has to understand it.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, Error, Expr, ExprAsync, FnArg, Ident, Local, Pat, PatIdent, Path, Signature,
    Stmt, Visibility,
};

/// A function as it was written. Its body stays unparsed, so that an editor can still complete in it.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// `None` for a method that a trait only declares.
    pub(crate) body: Option<Group>,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        if input.parse::<Option<syn::Token![;]>>()?.is_some() {
            return Ok(Self { attrs, vis, sig, body: None });
        }
        let body: Group = input.parse()?;
        if body.delimiter() != Delimiter::Brace {
            return Err(Error::new(body.span(), "expected the body of a function"));
        }
        let split = |input: ParseStream<'_>| {
            Ok((input.call(Attribute::parse_inner)?, input.parse::<TokenStream>()?))
        };
        let (inner, statements) = split.parse2(body.stream())?;
        attrs.extend(
            inner.into_iter().map(|attr| Attribute { style: syn::AttrStyle::Outer, ..attr }),
        );
        Ok(Self { attrs, vis, sig, body: Some(braced(statements, body.span())) })
    }
}

fn braced(statements: TokenStream, span: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, statements);
    group.set_span(span);
    group
}

/// What the body runs as.
pub(crate) enum Body {
    /// An `async fn`: these statements.
    Async(Group),
    /// A function that ends in one `async` block, as `#[async_trait]` writes them.
    Future(FutureBody),
}

/// `items… Box::pin(async move { statements })`, with or without the `Box::pin`.
pub(crate) struct FutureBody {
    pub(crate) items: Vec<Stmt>,
    pub(crate) wrapper: Option<Path>,
    pub(crate) statements: Group,
}

impl Body {
    /// Which of the two it is, or why it cannot be gated.
    pub(crate) fn of(function: &Function) -> syn::Result<Self> {
        let Some(body) = &function.body else {
            let message = "there is no body to gate: annotate the implementations of this method";
            return Err(Error::new_spanned(&function.sig, message));
        };
        if function.sig.asyncness.is_some() {
            return Ok(Self::Async(body.clone()));
        }
        let not_async = || {
            let message = "waiting for an approval needs an `async fn`, or a function that ends in one `async` block";
            Error::new_spanned(function.sig.fn_token, message)
        };
        let mut items = Block::parse_within.parse2(body.stream())?;
        let Some(Stmt::Expr(tail, None)) = items.pop() else { return Err(not_async()) };
        let (wrapper, block) = async_block(tail).ok_or_else(not_async)?;
        if let Some(early) = items.iter().find(|statement| !matches!(statement, Stmt::Item(_))) {
            let message = "this would run before the approval: move it into the `async` block";
            return Err(Error::new_spanned(early, message));
        }
        let span = block.block.brace_token.span.join();
        let statements = block.block.stmts.iter().map(ToTokens::to_token_stream).collect();
        Ok(Self::Future(FutureBody { items, wrapper, statements: braced(statements, span) }))
    }
}

/// The block in `async move { … }` or `Box::pin(async move { … })`.
fn async_block(expr: Expr) -> Option<(Option<Path>, ExprAsync)> {
    if let Expr::Async(block) = expr {
        return block.attrs.is_empty().then_some((None, block));
    }
    let Expr::Call(mut call) = expr else { return None };
    let Expr::Path(function) = *call.func else { return None };
    let pins = function.path.segments.iter().rev().map(|segment| segment.ident.to_string());
    if !pins.take(2).eq(["pin", "Box"]) || call.args.len() != 1 || !call.attrs.is_empty() {
        return None;
    }
    let Expr::Async(block) = call.args.pop()?.into_value() else { return None };
    block.attrs.is_empty().then_some((Some(function.path), block))
}

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
    /// Whether it has no value of its own under a name of its own, so that no format string can print it.
    pub(crate) destructured: bool,
}

impl Param {
    pub(crate) fn all(sig: &Signature, body: Option<&Group>) -> Vec<Self> {
        let typed = sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(&*typed.pat),
            FnArg::Receiver(_) => None,
        });
        (1_usize..).zip(typed).map(|(position, pat)| Self::of(position, pat, body)).collect()
    }

    fn of(position: usize, pat: &Pat, body: Option<&Group>) -> Self {
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
        let name = taken_apart.as_ref().map_or_else(|| ident.unraw().to_string(), names);
        Self { name, ident, binding, pattern, destructured: taken_apart.is_some() }
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
            if self.1.is_none() && ours && *self.0 != names(&local.pat) {
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

/// What a pattern binds: `x`, or `(x, y)`; empty for nothing.
fn names(pat: &Pat) -> String {
    struct Bindings(Vec<String>);
    impl VisitMut for Bindings {
        fn visit_pat_ident_mut(&mut self, pat: &mut PatIdent) {
            self.0.push(pat.ident.unraw().to_string());
            visit_mut::visit_pat_ident_mut(self, pat);
        }
    }
    let mut bindings = Bindings(Vec::new());
    bindings.visit_pat_mut(&mut pat.clone());
    match bindings.0.as_slice() {
        [one] => one.clone(),
        [] => String::new(),
        several => format!("({})", several.join(", ")),
    }
}
