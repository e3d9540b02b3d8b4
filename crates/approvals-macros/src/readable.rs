//! Which parameters the attribute itself may look at: those that are shown and bound.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;
use syn::ext::IdentExt as _;
use syn::parse::Parser as _;

use crate::errors::Errors;
use crate::param::{Exposure, Param, expected};

/// The identifier of the parameter `name`, which `key` looks at as `written`.
pub(crate) fn readable(
    key: &str,
    name: &str,
    written: &dyn Fn(&str) -> String,
    params: &[Param],
) -> Result<Ident, String> {
    let as_written = written(name);
    let mut taken_apart = params.iter().flat_map(|param| &param.parts);
    if taken_apart.any(|part| part == name) {
        let advice = "name the parameter and take it apart in the body";
        return Err(format!("`{as_written}` is part of a pattern: {advice}"));
    }
    match params.iter().find(|param| param.name == name).map(|param| (param.exposure, param)) {
        Some((Exposure::Bound, param)) => Ok(param.ident.clone()),
        Some((Exposure::Redacted, _)) => Err(format!(
            "`{as_written}` is redacted, so it has no place in `{key}`: take it out there"
        )),
        Some((Exposure::Skipped, _)) => Err(format!(
            "`{as_written}` is skipped, and what is not bound to the approval has no place in `{key}`: take it out of `skip`, or out there"
        )),
        None => {
            let readable =
                |param: &&Param| param.exposure == Exposure::Bound && param.parts.is_empty();
            let names = params.iter().filter(readable);
            let names = names.map(|param| format!("`{}`", written(&param.name)));
            Err(format!("`{as_written}` is not a parameter: {}", expected(names)))
        }
    }
}

/// Tokens that look at parameters, and how the names in them come to be.
pub(crate) struct Reading {
    pub(crate) tokens: TokenStream,
    /// Each parameter that they look at: as it is written there, and as it is called.
    pub(crate) names: Vec<(Ident, Ident)>,
}

impl Reading {
    /// What `key` says over the parameters, if it looks at nothing that it may not.
    pub(crate) fn over(
        params: &[Param],
        key: &str,
        tokens: impl ToTokens,
        errors: &mut Errors,
    ) -> Option<Self> {
        let tokens = tokens.to_token_stream();
        let (mut names, mut is_right) = (Vec::new(), true);
        for ident in variables(tokens.clone()) {
            let name = ident.unraw().to_string();
            if name == "self" {
                errors.at(&ident, format!("`self` is not bound, so it has no place in `{key}`"));
                is_right = false;
            }
            let is_param = |param: &Param| param.name == name || param.parts.contains(&name);
            if !params.iter().any(is_param) || names.iter().any(|(known, _)| *known == ident) {
                continue;
            }
            match readable(key, &name, &str::to_owned, params) {
                Ok(param) => names.push((ident, param)),
                Err(message) => {
                    errors.at(&ident, message);
                    is_right = false;
                }
            }
        }
        is_right.then_some(Self { tokens, names })
    }
}

/// The identifiers that may be variables: all but those behind a dot. Those that a text names may be, too: a macro such as
/// `format!` finds them there.
fn variables(tokens: TokenStream) -> Vec<Ident> {
    let mut found = Vec::new();
    // (Two dots are a range.)
    let (mut is_member, mut is_dot) = (false, false);
    for token in tokens {
        let was_dot = is_dot;
        is_dot = matches!(&token, TokenTree::Punct(dot) if dot.as_char() == '.');
        match token {
            TokenTree::Ident(ident) if !is_member => found.push(ident),
            TokenTree::Group(group) => found.extend(variables(group.stream())),
            TokenTree::Literal(literal) => found.extend(captured(literal)),
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
        is_member = is_dot && !was_dot;
    }
    found
}

/// The words between the braces of a text.
fn captured(literal: Literal) -> Vec<Ident> {
    let span = literal.span();
    let Ok(text) = syn::parse2::<LitStr>(TokenTree::Literal(literal).into()) else {
        return Vec::new();
    };
    let text = text.value();
    let inside = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let words = inside.flat_map(|inside| inside.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let idents = words.filter_map(|word| Ident::parse_any.parse_str(word).ok());
    idents.map(|ident| Ident::new(&ident.to_string(), span)).collect()
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn what_stands_behind_two_dots_is_a_variable_and_behind_one_a_member() {
        let all = variables(quote!((0..self.limit).contains(a) && b.c && (d..=e).f && g { ..h }));
        let all: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(all, ["self", "a", "b", "d", "e", "g", "h"]);
    }
}
