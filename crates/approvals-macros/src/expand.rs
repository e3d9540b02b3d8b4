//! From the plan to tokens. The author's statements go to one place: into the closure that the gate calls.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{FnArg, Ident, Index, Signature};

use crate::check::Plan;
use crate::model::{Body, Function};
use crate::param::{Exposure, Param};
use crate::template::Template;

// Input:
//     async fn export(client: &S3, (bucket, prefix): (&str, &str)) -> Result<Report> {
//         <statements>
//     }
//
// Output:
//     async fn export(client: &S3, arg2: (&str, &str)) -> Result<Report> {
//         ::approvals::__private::run(…).await
//     }
//
// and in a function that returns a future:
//     fn export<'a>(client: &'a S3, arg2: (&'a str, &'a str)) -> Pin<Box<dyn Future<Output = Result<Report>> + 'a>> {
//         Box::pin(async move { ::approvals::__private::run(…).await })
//     }
pub(crate) fn expand(function: &Function, plan: &Plan) -> TokenStream {
    let Function { attrs, vis, sig, .. } = function;
    let sig = named_inputs(sig, &plan.params);
    let doc = doc(function, plan);
    let (statements, before) = match &plan.body {
        Body::Async(statements) => (statements, None),
        Body::Future(future) => (&future.statements, Some(future)),
    };
    let run = run(plan, statements);
    let body = match before {
        None => run,
        Some(future) => {
            let items = &future.items;
            let block = quote_spanned!(Span::mixed_site()=> async move { #run });
            let block =
                future.wrapper.as_ref().map_or_else(|| block.clone(), |pin| quote!(#pin(#block)));
            quote!(#(#items)* #block)
        }
    };
    quote!(#(#attrs)* #doc #vis #sig { #body })
}

/// What is left of a function that cannot be gated: it does not compile, and never runs ungated.
pub(crate) fn refuse(function: &Function, error: &syn::Error) -> TokenStream {
    let Function { attrs, vis, sig, .. } = function;
    let error = error.to_compile_error();
    quote!(#(#attrs)* #vis #sig { #error })
}

/// A documented function also says that it is gated.
fn doc(function: &Function, plan: &Plan) -> Option<TokenStream> {
    let documented = function
        .attrs
        .iter()
        .any(|attr| attr.path().is_ident("doc") && attr.meta.require_name_value().is_ok());
    let text = format!(" Requires approval: `{}`.", plan.action.value());
    documented.then(|| quote!(#[doc = ""] #[doc = #text]))
}

/// The signature with a plain identifier for every parameter.
fn named_inputs(sig: &Signature, params: &[Param]) -> Signature {
    let mut sig = sig.clone();
    let typed = sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    for (typed, param) in typed.zip(params) {
        let ident = &param.ident;
        *typed.pat = syn::parse_quote!(#ident);
    }
    sig
}

// Output:
//     let gate = ::core::option::Option::None;
//     let args = (client, arg2,);
//     ::approvals::__private::run(
//         ::approvals::__private::returns::<Result<Report>>(),
//         gate,
//         ::approvals::__private::Call::new(args, |(_, arg2,), call| { … }),
//         move |permit, args| async move { … },
//     ).await
fn run(plan: &Plan, statements: &Group) -> TokenStream {
    let Plan { root, output, .. } = plan;
    let site = Span::mixed_site();
    let gate = plan.gate.as_ref().map(|gate| {
        let here = site.located_at(gate.span());
        quote_spanned!(here=> ::core::option::Option::Some(#root::__private::gate(&(#gate))))
    });
    let gate = gate.unwrap_or_else(|| quote_spanned!(site=> ::core::option::Option::None));
    let idents: Vec<_> = plan.params.iter().map(|param| &param.ident).collect();
    let quiet = quiet(idents.iter().copied());
    let describe = describe(plan);
    let body = body(plan, statements);
    quote_spanned! {site=>
        let gate = #gate;
        #quiet
        let args = (#(#idents,)*);
        #root::__private::run(
            #root::__private::returns::<#output>(),
            gate,
            #root::__private::Call::new(args, #describe),
            #body,
        )
        .await
    }
}

/// Passing a parameter such as `_id` on is no use of it that its author should hear of.
fn quiet<'a>(idents: impl IntoIterator<Item = &'a Ident>) -> Option<TokenStream> {
    let unused = idents.into_iter().any(|ident| ident.to_string().starts_with('_'));
    let lints = quote!(clippy::used_underscore_binding, clippy::no_effect_underscore_binding);
    unused.then(|| quote!(#[allow(#lints)]))
}

// Output:
//     |(_, arg2,), call| {
//         call.action("s3.export", ::approvals::__private::Risk::High)?;
//         call.resource(::core::format_args!("…", …))?;
//         call.unbound("client")?;
//         ::approvals::__private::bind(call, "(bucket, prefix)", arg2)?;
//         ::core::result::Result::Ok(())
//     }
fn describe(plan: &Plan) -> TokenStream {
    let Plan { root, action, risk, .. } = plan;
    let site = Span::mixed_site();
    let call = Ident::new("call", site);
    let seen = plan.params.iter().map(|param| match param.exposure {
        Exposure::Bound | Exposure::Redacted => param.ident.to_token_stream(),
        Exposure::Skipped => quote_spanned!(site=> _),
    });
    let resource = plan.resource.as_ref().map(|text| printed(&call, "resource", text));
    let summary = plan.summary.as_ref().map(|text| printed(&call, "summary", text));
    let receiver = plan.takes_self.then(|| quote_spanned!(site=> #call.unbound("self")?;));
    let params = plan.params.iter().map(|param| {
        let Param { name, ident, exposure, .. } = param;
        let here = site.located_at(ident.span());
        let statement = match exposure {
            Exposure::Bound => {
                quote_spanned!(here=> #root::__private::bind(#call, #name, #ident)?;)
            }
            Exposure::Redacted => {
                quote_spanned!(here=> #root::__private::redact(#call, #name, #ident)?;)
            }
            Exposure::Skipped => return quote_spanned!(here=> #call.unbound(#name)?;),
        };
        let quiet = quiet([ident]);
        quote!(#quiet #statement)
    });
    quote_spanned! {site=>
        |(#(#seen,)*), #call| {
            #call.action(#action, #root::__private::Risk::#risk)?;
            #resource
            #summary
            #receiver
            #(#params)*
            ::core::result::Result::Ok(())
        }
    }
}

fn printed(call: &Ident, method: &str, template: &Template) -> TokenStream {
    let site = Span::mixed_site();
    let method = Ident::new(method, site);
    let Template { text, captures } = template;
    let quiet = quiet(captures);
    quote_spanned!(site=> #quiet #call.#method(::core::format_args!(#text #(, #captures = #captures)*))?;)
}

// Output:
//     move |permit, args| async move {
//         let _permit = permit;
//         let client = args.0;
//         let arg2 = args.1;
//         let (bucket, prefix) = arg2;
//         let _ = (&client,);
//         if let ::core::option::Option::Some(returned) = ::core::option::Option::None::<Result<Report>> {
//             return returned;
//         }
//         let returned: Result<Report> = { <statements> };
//         returned
//     }
//
// Every parameter moves in whole, before its pattern takes it apart and before the next, so that all of it lives as
// long as it would without the attribute. What only the attribute mentions is not called unused. The `if let` never
// runs: it tells the compiler the type before it meets the first `?`. The statements keep a block of their own, so that
// items in it cannot change what the type above them means.
fn body(plan: &Plan, statements: &Group) -> TokenStream {
    let Plan { output, .. } = plan;
    let site = Span::mixed_site();
    let params = (0..).zip(&plan.params).map(|(index, param)| {
        let Param { ident, binding, pattern, .. } = param;
        let index = Index { index, span: site };
        let taken_apart =
            pattern.as_ref().map(|pattern| quote_spanned!(site=> let #pattern = #ident;));
        let quiet = quiet([ident]);
        quote_spanned!(site=> #quiet let #binding = args.#index; #taken_apart)
    });
    let idents = plan.params.iter().map(|param| &param.ident);
    let mentioned: Vec<_> = idents.filter(|ident| plan.mentions(ident)).collect();
    let mentioned = (!mentioned.is_empty()).then(|| {
        let quiet = quiet(mentioned.iter().copied());
        quote_spanned!(site=> #quiet let _ = (#(&#mentioned,)*);)
    });
    let mut statements = statements.clone();
    statements.set_span(site.located_at(statements.span()));
    quote_spanned! {site=>
        move |permit, args| async move {
            let _permit = permit;
            #(#params)*
            #mentioned
            if let ::core::option::Option::Some(returned) = ::core::option::Option::None::<#output> {
                #[allow(unreachable_code)]
                return returned;
            }
            #[allow(clippy::type_complexity)]
            let returned: #output = #statements;
            #[allow(unreachable_code)]
            returned
        }
    }
}
