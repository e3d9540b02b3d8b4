//! The attribute macro `#[requires_approval]`.
//!
//! Use it through the `approvals` crate, whose documentation of the attribute is the reference. In here, in the order
//! in which a function passes: [`args`] reads the attribute; [`model`], [`param`] and [`output`] read the function;
//! [`check`] applies every rule, [`values`] those of texts, [`readable`] and [`template`] those of what looks at the
//! parameters; [`expand`] writes what is compiled instead.

mod args;
mod check;
mod errors;
mod expand;
mod model;
mod output;
mod param;
mod readable;
mod template;
mod values;

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod property_tests;

use proc_macro2::TokenStream;

/// Implemented in `approvals-macros`, and used through `approvals`.
#[proc_macro_attribute]
pub fn requires_approval(
    args: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    gate(args.into(), item.into()).into()
}

/// The gated function; or, if anything is wrong, the mistakes and never the ungated function.
fn gate(args: TokenStream, item: TokenStream) -> TokenStream {
    let function: model::Function = match syn::parse2(item) {
        Ok(function) => function,
        Err(error) => {
            let message = format!("`#[requires_approval]` goes on a function: {error}");
            return syn::Error::new(error.span(), message).to_compile_error();
        }
    };
    let mut errors = errors::Errors::default();
    let args = args::Args::parse(args, &mut errors);
    match check::Plan::new(args, &function, errors) {
        Ok(plan) => expand::expand(&function, &plan),
        Err(error) => expand::refuse(&function, &error),
    }
}
