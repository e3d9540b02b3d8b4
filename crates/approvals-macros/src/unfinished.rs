//! What is no function: something else, or one that is still being typed.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Error, LitStr, Token, Visibility};

/// The mistake. A function keeps what stands before its body, so that those who call it are told nothing; never its
/// body, since nobody can tell what of it would be gated.
pub(crate) fn refuse(item: TokenStream, error: &Error) -> TokenStream {
    let begins = begins.parse2(item.clone()).unwrap_or(Begins::Otherwise);
    let message = match begins {
        Begins::Function => {
            // The compiler tells the same, with what may stand here.
            let text = error.to_string();
            let found = text.split(", expected one of").next().unwrap_or_default();
            format!("this is no function yet, so it cannot be gated: {found}")
        }
        Begins::Methods => {
            "`#[requires_approval]` goes on a function: put it on each method that acts".to_owned()
        }
        Begins::Otherwise => format!("`#[requires_approval]` goes on a function: {error}"),
    };
    let error = Error::new(error.span(), message).to_compile_error();
    match begins {
        Begins::Function => {
            let head = item.into_iter().take_while(|token| !ends_signature(token));
            let head = head.collect::<TokenStream>();
            quote!(#head { #error })
        }
        Begins::Methods | Begins::Otherwise => error,
    }
}

enum Begins {
    Function,
    Methods,
    Otherwise,
}

/// By its first keyword.
fn begins(input: ParseStream<'_>) -> syn::Result<Begins> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    let found = loop {
        if input.peek(Token![fn]) {
            break Begins::Function;
        } else if input.peek(Token![impl]) || input.peek(Token![trait]) {
            break Begins::Methods;
        } else if input.peek(LitStr) || is_qualifier(input) {
            input.parse::<TokenTree>()?;
        } else {
            break Begins::Otherwise;
        }
    };
    input.parse::<TokenStream>()?;
    Ok(found)
}

fn is_qualifier(input: ParseStream<'_>) -> bool {
    input.peek(Token![const])
        || input.peek(Token![async])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
}

fn ends_signature(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}
