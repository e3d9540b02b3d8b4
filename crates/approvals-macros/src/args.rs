//! The grammar of the attribute: keys and values, each with the place where it was written.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, LitStr, Path, Token, parenthesized};

use crate::errors::Errors;

/// What the attribute says, before any rule is applied to it.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) action: Once<LitStr>,
    pub(crate) resource: Once<LitStr>,
    pub(crate) summary: Once<LitStr>,
    pub(crate) risk: Once<LitStr>,
    pub(crate) skip: Once<Vec<Ident>>,
    pub(crate) redact: Once<Vec<Ident>>,
    pub(crate) gate: Once<Expr>,
    pub(crate) root: Once<Path>,
}

const KEYS: &str = "`action`, `resource`, `summary`, `risk`, `skip`, `redact`, `gate` and `crate`";

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
            "risk" => self.risk.set(&key, text(input)),
            "skip" => self.skip.set(&key, names(&key, input)),
            "redact" => self.redact.set(&key, names(&key, input)),
            "gate" => self.gate.set(&key, value(input)),
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
    let form = || {
        Error::new_spanned(key, format!("expected parameter names, as in `{key}(first, second)`"))
    };
    if !input.peek(syn::token::Paren) {
        return Err(form());
    }
    let content;
    parenthesized!(content in input);
    let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(&content, Ident::parse_any)?;
    if names.is_empty() { Err(form()) } else { Ok(names.into_iter().collect()) }
}

fn skip_item(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
