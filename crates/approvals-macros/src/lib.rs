//! The attribute macro `#[requires_approval]`.
//!
//! Use it through the `approvals` crate, whose documentation of the attribute is the reference. In here, in the order
//! in which a function passes: [`args`] reads the attribute, whose keys are in [`keys`]; [`model`], [`param`] and
//! [`output`] read the function, as far as it is typed ([`unfinished`]); [`check`] applies every rule, [`values`] those
//! of texts, [`readable`] and [`template`] those of what looks at the parameters; [`expand`] writes what is compiled
//! instead.

mod args;
mod check;
mod errors;
mod expand;
mod generics;
mod keys;
mod model;
mod output;
mod param;
mod readable;
mod template;
mod unfinished;
mod values;

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod half_typed_tests;
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
    let function: model::Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => return unfinished::refuse(item, &error),
    };
    let mut errors = errors::Errors::default();
    let args = args::Args::parse(args, &mut errors);
    match check::Plan::new(args, &function, errors) {
        Ok(plan) => expand::expand(&function, &plan),
        Err(error) => expand::refuse(&function, &error),
    }
}
