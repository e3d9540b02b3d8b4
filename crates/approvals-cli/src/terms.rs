//! What one `#[requires_approval]` says, key by key, as it is written.

use proc_macro2::TokenStream;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Expr, ExprLit, Ident, Lit, Token, parenthesized};

/// A key with what it is set to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) key: String,
    /// One for `key = value`, several for `key(a, b)`. A text is what it says, all else the source.
    pub(crate) values: Vec<String>,
}

/// The keys in order. Which keys there are, and what they may be set to, is for the macro to say: what it does
/// not know is told here as well.
pub(crate) fn read(tokens: TokenStream) -> syn::Result<Vec<Term>> {
    let terms =
        |input: ParseStream<'_>| Punctuated::<_, Token![,]>::parse_terminated_with(input, term);
    Ok(terms.parse2(tokens)?.into_iter().collect())
}

fn term(input: ParseStream<'_>) -> syn::Result<Term> {
    let key = input.call(Ident::parse_any)?.to_string();
    let values = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        vec![text(&input.parse()?)]
    } else if input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in input);
        let values = Punctuated::<Expr, Token![,]>::parse_terminated(&content)?;
        values.iter().map(text).collect()
    } else {
        Vec::new()
    };
    Ok(Term { key, values })
}

fn text(value: &Expr) -> String {
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value {
        return text.value();
    }
    let source = value.span().source_text().unwrap_or_else(|| "?".to_owned());
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(source: &str) -> Vec<(String, Vec<String>)> {
        let terms = read(source.parse().unwrap()).unwrap();
        terms.into_iter().map(|term| (term.key, term.values)).collect()
    }

    #[test]
    fn every_key_is_told_with_its_value() {
        let told = terms(
            "action = \"bank.pay\", tags(\"money\", \"out\"), when = |cents: &u64, to| *cents > 1, \
             show(euros = f(cents, 100)), crate = a::b, gate = self.gate, odd, odder(1 +  2),",
        );
        let told: Vec<_> = told.iter().map(|(key, it)| (key.as_str(), it.join(" | "))).collect();
        let expected = [
            ("action", "bank.pay"),
            ("tags", "money | out"),
            ("when", "|cents: &u64, to| *cents > 1"),
            ("show", "euros = f(cents, 100)"),
            ("crate", "a::b"),
            ("gate", "self.gate"),
            ("odd", ""),
            ("odder", "1 + 2"),
        ];
        assert_eq!(told, expected.map(|(key, value)| (key, value.to_owned())));
    }

    #[test]
    fn what_is_no_key_is_an_error() {
        for source in ["action \"x\"", "\"x\"", "a = , b", "a = 1 b", "skip(a"] {
            let read = source.parse().map(read);
            assert!(!matches!(read, Ok(Ok(_))), "{source}");
        }
    }
}
