//! The function to be gated, as far as the macro has to understand it.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Block, Error, Expr, ExprAsync, Path, Signature, Stmt, Visibility};

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
            let message =
                "there is no body to gate: put the attribute on each implementation of this method";
            return Err(Error::new_spanned(&function.sig, message));
        };
        if function.sig.asyncness.is_some() {
            return Ok(Self::Async(body.clone()));
        }
        let not_async = || {
            let message = "waiting for an approval takes an `async fn`: write `async` before `fn`, or end the function in one `async` block";
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
