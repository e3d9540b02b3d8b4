//! The grammar of the attribute: keys and values, each with the place where it was written.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprClosure, Ident, LitStr, Path, Token, parenthesized};

use crate::errors::Errors;

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
        if !input.peek(Token![=]) {
            return Err(Error::new_spanned(
                &name,
                "it is shown with a value, as in `show(sum = a + b)`",
            ));
        }
        Ok(Self { name, value: value(input)? })
    }
}

const KEYS: &str = "`action`, `resource`, `summary`, `reason`, `risk`, `tags`, `skip`, `redact`, `show`, `when`, \
     `key`, `expires`, `bind`, `gate`, `on_denied` and `crate`";

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
        let key = input.call(Ident::parse_any)?;
        match key.to_string().as_str() {
            "action" => self.action.set(&key, text(input)),
            "resource" => self.resource.set(&key, text(input)),
            "summary" => self.summary.set(&key, text(input)),
            "reason" => self.reason.set(&key, text(input)),
            "risk" => self.risk.set(&key, text(input)),
            "tags" => self.tags.set(&key, list(&key, input, "texts, as in `tags(\"pii\")`")),
            "skip" => self.skip.set(&key, names(&key, input)),
            "redact" => self.redact.set(&key, names(&key, input)),
            "show" => self
                .show
                .set(&key, list(&key, input, "names with values, as in `show(sum = a + b)`")),
            "when" => self.when.set(&key, condition(input)),
            "key" => self.key.set(&key, text(input)),
            "expires" => self.expires.set(&key, text(input)),
            "bind" => self.bind.set(&key, text(input)),
            "gate" => self.gate.set(&key, value(input)),
            "on_denied" => self.on_denied.set(&key, root(input)),
            "crate" => self.root.set(&key, root(input)),
            "skip_all" => Err(Error::new_spanned(
                &key,
                "there is no `skip_all`, since an approval has to be of something: list the parameters, as in `skip(client)`",
            )),
            _ => Err(Error::new_spanned(&key, format!("unknown key `{key}`: the keys are {KEYS}"))),
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
    fn set(&mut self, key: &Ident, value: syn::Result<T>) -> syn::Result<()> {
        if self.given {
            let message = format!("repeated key `{key}`: each of {KEYS} can be given once");
            return Err(Error::new_spanned(key, message));
        }
        self.given = true;
        self.value = Some(value?);
        Ok(())
    }
}

fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn condition(input: ParseStream<'_>) -> syn::Result<ExprClosure> {
    input.parse::<Token![=]>()?;
    let start = input.span();
    let expected = "expected a condition over parameters, as in `when = |amount| *amount > 100`";
    input.parse().map_err(|_error| Error::new(start, expected))
}

fn root(input: ParseStream<'_>) -> syn::Result<Path> {
    input.parse::<Token![=]>()?;
    input.call(Path::parse_mod_style)
}

fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let literal: LitStr = value(input)?;
    if literal.suffix().is_empty() {
        Ok(literal)
    } else {
        Err(Error::new_spanned(&literal, "expected a string literal without a suffix"))
    }
}

fn names(key: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let form = format!("parameter names, as in `{key}(first, second)`");
    list_of(key, input, &form, Ident::parse_any)
}

fn list<T: Parse>(key: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<Vec<T>> {
    list_of(key, input, form, T::parse)
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
