//! The grammar of the attribute: keys and values, each with the place where it was written.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprClosure, Ident, Lit, LitStr, Path, Token, parenthesized};

use crate::errors::Errors;
use crate::keys;

/// What the attribute says, before any rule is applied to it.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) action: Once<LitStr>,
    pub(crate) resource: Once<LitStr>,
    pub(crate) summary: Once<LitStr>,
    pub(crate) reason: Once<LitStr>,
    pub(crate) risk: Once<LitStr>,
    pub(crate) tags: Once<Vec<LitStr>>,
    pub(crate) skip: Once<Vec<Ident>>,
    pub(crate) redact: Once<Vec<Ident>>,
    pub(crate) show: Once<Vec<Shown>>,
    pub(crate) when: Once<ExprClosure>,
    pub(crate) key: Once<LitStr>,
    pub(crate) expires: Once<LitStr>,
    pub(crate) bind: Once<LitStr>,
    pub(crate) gate: Once<Expr>,
    pub(crate) on_denied: Once<Path>,
    pub(crate) root: Once<Path>,
}

/// `total = cents / 100`.
pub(crate) struct Shown {
    pub(crate) name: Ident,
    pub(crate) value: Expr,
}

impl Parse for Shown {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let form = "it is shown with a value, as in `show(sum = a + b)`";
        let value = value(&name, input, form)?;
        Ok(Self { name, value })
    }
}

impl Args {
    /// Reads as much as can be read; what cannot is noted in `errors`.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let items = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = args.item(input) {
                    errors.push(error);
                    skip_item(input)?;
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        let end = items.parse2(tokens);
        errors.take(end);
        args
    }

    fn item(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Lit) {
            // It is there, in the wrong way.
            self.action.given = true;
            let form =
                "expected a key before it, as in `#[requires_approval(action = \"s3.export\")]`";
            return Err(input.error(form));
        }
        let key = &input.call(Ident::parse_any)?;
        match key.to_string().as_str() {
            "action" => self.action.set(key, || text(key, input, "s3.export")),
            "resource" => self.resource.set(key, || text(key, input, "s3://{bucket}")),
            "summary" => self.summary.set(key, || text(key, input, "Export {rows} rows")),
            "reason" => self.reason.set(key, || text(key, input, "for ticket {ticket}")),
            "risk" => self.risk.set(key, || text(key, input, "high")),
            "tags" => self.tags.set(key, || tags(key, input)),
            "skip" => self.skip.set(key, || names(key, input)),
            "redact" => self.redact.set(key, || names(key, input)),
            "show" => self.show.set(key, || {
                list_of(key, input, "names with values, as in `show(sum = a + b)`", Shown::parse)
            }),
            "when" => self.when.set(key, || condition(key, input)),
            "key" => self.key.set(key, || text(key, input, "refund-{order}")),
            "expires" => self.expires.set(key, || text(key, input, "15m")),
            "bind" => self.bind.set(key, || text(key, input, "decoded")),
            "gate" => self.gate.set(key, || {
                value(key, input, "expected what holds a gate, as in `gate = self.gate`")
            }),
            "on_denied" => self.on_denied.set(key, || {
                path(key, input, "expected a function, as in `on_denied = tell_the_model`")
            }),
            "crate" => self.root.set(key, || {
                path(
                    key,
                    input,
                    "expected where this library is, as in `crate = vendored::approvals`",
                )
            }),
            "skip_all" => Err(Error::new_spanned(
                key,
                "there is no `skip_all`, since an approval has to be of something: list the parameters, as in `skip(client)`",
            )),
            unknown => {
                self.action.given |= keys::nearest(unknown) == Some("action");
                Err(Error::new_spanned(key, keys::unknown(unknown)))
            }
        }?;
        if input.is_empty() || input.peek(Token![,]) {
            Ok(())
        } else {
            Err(input.error("expected `,`"))
        }
    }
}

/// A setting that can be given once.
pub(crate) struct Once<T> {
    /// Whether the key was there at all, so that a value in error is not also called missing.
    pub(crate) given: bool,
    pub(crate) value: Option<T>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { given: false, value: None }
    }
}

impl<T> Once<T> {
    fn set(&mut self, key: &Ident, value: impl FnOnce() -> syn::Result<T>) -> syn::Result<()> {
        if self.given {
            let message = format!("repeated key `{key}`: each key can be given once");
            return Err(Error::new_spanned(key, message));
        }
        self.given = true;
        self.value = Some(value()?);
        Ok(())
    }
}

/// What stands behind `key =`; the message `form` if nothing does.
fn value<T: Parse>(key: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<T> {
    is_assigned(key, input, form)?;
    input.parse()
}

fn is_assigned(key: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<()> {
    let assigned = input.parse::<Option<Token![=]>>()?;
    if assigned.is_none() || input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new_spanned(key, form));
    }
    Ok(())
}

fn condition(key: &Ident, input: ParseStream<'_>) -> syn::Result<ExprClosure> {
    let form = "expected a condition over parameters, as in `when = |amount| *amount > 100`";
    is_assigned(key, input, form)?;
    let start = input.span();
    input.parse().map_err(|_error| Error::new(start, form))
}

fn path(key: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<Path> {
    is_assigned(key, input, form)?;
    let start = input.span();
    input.call(Path::parse_mod_style).map_err(|_error| Error::new(start, form))
}

fn text(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<LitStr> {
    let form = format!("expected a text in quotes, as in `{key} = \"{example}\"`");
    is_assigned(key, input, &form)?;
    quoted(input, &form)
}

fn quoted(input: ParseStream<'_>, form: &str) -> syn::Result<LitStr> {
    let start = input.span();
    let literal: LitStr = input.parse().map_err(|_error| Error::new(start, form))?;
    if literal.suffix().is_empty() {
        Ok(literal)
    } else {
        Err(Error::new_spanned(&literal, "expected a string literal without a suffix"))
    }
}

fn tags(key: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    list_of(key, input, "texts, as in `tags(\"pii\")`", |input| {
        quoted(input, "expected a text in quotes, as in `tags(\"pii\")`")
    })
}

fn names(key: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let form = format!("parameter names, as in `{key}(first, second)`");
    list_of(key, input, &form, Ident::parse_any)
}

/// At least one item in parentheses.
fn list_of<T>(
    key: &Ident,
    input: ParseStream<'_>,
    form: &str,
    item: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let expected = || Error::new_spanned(key, format!("expected {form}"));
    if !input.peek(syn::token::Paren) {
        return Err(expected());
    }
    let content;
    parenthesized!(content in input);
    let items = Punctuated::<T, Token![,]>::parse_terminated_with(&content, item);
    // What is left of a list in error is no other mistake.
    while content.parse::<TokenTree>().is_ok() {}
    let items = items?;
    if items.is_empty() { Err(expected()) } else { Ok(items.into_iter().collect()) }
}

fn skip_item(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
