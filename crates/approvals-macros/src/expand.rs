//! From the plan to tokens. The author's statements go to one place: into the closure that the gate calls.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{FnArg, Ident, Index, Path, Signature, Type};

use crate::check::{Plan, When};
use crate::generics::Generic;
use crate::model::{Body, Function};
use crate::param::{Exposure, Param};
use crate::readable::Reading;
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
//     let returns = ::approvals::__private::returns::<Result<Report>>();
//     let gate = ::core::option::Option::None;
//     let args = (client, arg2,);
//     ::approvals::__private::run(
//         returns,
//         gate,
//         ::core::result::Result::Ok(::approvals::__private::Call::new(args, |(_, arg2,), call| { … })),
//         move |permit, args| async move { … },
//     ).await
fn run(plan: &Plan, statements: &Group) -> TokenStream {
    let Plan { root, .. } = plan;
    let site = Span::mixed_site();
    let gate = plan.gate.as_ref().map(|gate| {
        let here = site.located_at(gate.span());
        quote_spanned!(here=> ::core::option::Option::Some(#root::__private::gate(&(#gate))))
    });
    let gate = gate.unwrap_or_else(|| quote_spanned!(site=> ::core::option::Option::None));
    let idents: Vec<_> = plan.params.iter().map(|param| &param.ident).collect();
    let quiet = quiet(idents.iter().copied());
    let returns = returns(plan);
    let call = call(plan);
    let body = body(plan, statements);
    quote_spanned! {site=>
        // How large an error is, is for its type's author to say.
        #[allow(clippy::result_large_err)]
        let returns = #returns;
        let gate = #gate;
        #quiet
        let args = (#(#idents,)*);
        #root::__private::run(returns, gate, #call, #body).await
    }
}

fn returns(plan: &Plan) -> TokenStream {
    let Plan { root, output, .. } = plan;
    let site = Span::mixed_site();
    match &plan.on_denied {
        None => quote_spanned!(site=> #root::__private::returns::<#output>()),
        Some(path) => {
            let here = site.located_at(path.span());
            let denied = quote_spanned!(here=> |why| #path(why));
            quote_spanned! {site=>
                #root::__private::Returns::<#output>::by(#denied, |returned: &#output| {
                    #[allow(unused_imports)]
                    use #root::__private::{NeverFails as _, MayFail as _};
                    (&#root::__private::Returned::new(returned)).failed()
                })
            }
        }
    }
}

// Output:
//     ::core::result::Result::Ok(::approvals::__private::Call::new(args, |(_, arg2,), call| { … }))
//
// and with `bind = "decoded"`:
//     ::approvals::__private::decoding(move || {
//         let args = (args.0, ::approvals::__private::decoded_ref("bucket", args.1)?,);
//         ::core::result::Result::Ok(::approvals::__private::Call::new(args, …))
//     })
fn call(plan: &Plan) -> TokenStream {
    let Plan { root, .. } = plan;
    let site = Span::mixed_site();
    let describe = describe(plan);
    let key = plan.key.as_ref().map(|Template { text, captures }| {
        let seen = plan.params.iter().map(|param| {
            let is_printed = captures.contains(&param.ident);
            if is_printed { param.ident.to_token_stream() } else { quote_spanned!(site=> _) }
        });
        let printed =
            quote_spanned!(site=> ::core::format_args!(#text #(, #captures = #captures)*));
        let text = quote_spanned!(site=> #root::__private::text(#printed));
        let text = match quiet(captures) {
            None => text,
            Some(quiet) => quote_spanned!(site=> { #quiet let text = #text; text }),
        };
        quote_spanned!(site=> .key(|(#(#seen,)*)| #text))
    });
    if !plan.decoded {
        return quote_spanned! {site=>
            ::core::result::Result::Ok(#root::__private::Call::new(args, #describe)#key)
        };
    }
    let decoded = (0..).zip(&plan.params).map(|(index, param)| {
        let Param { name, ident, exposure, .. } = param;
        let here = site.located_at(ident.span());
        let index = Index { index, span: here };
        let decoded = if param.borrowed.is_some() {
            quote_spanned!(here=> #root::__private::decoded_ref(#name, args.#index))
        } else {
            quote_spanned!(here=> #root::__private::decoded(#name, &args.#index))
        };
        match exposure {
            Exposure::Skipped => quote_spanned!(here=> args.#index),
            Exposure::Bound => quote_spanned!(here=> #decoded?),
            Exposure::Redacted => {
                quote_spanned!(here=> #root::__private::hidden(#decoded, #name)?)
            }
        }
    });
    quote_spanned! {site=>
        #root::__private::decoding(move || {
            let args = (#(#decoded,)*);
            ::core::result::Result::Ok(#root::__private::Call::new(args, #describe)#key)
        })
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
    let reason = plan.reason.as_ref().map(|text| printed(&call, "reason", text));
    let tags = plan.tags.iter().map(|tag| quote_spanned!(site=> #call.tag(#tag)?;));
    let expires = plan.expires.map(|millis| {
        let after = quote_spanned!(site=> ::core::time::Duration::from_millis(#millis));
        quote_spanned!(site=> #call.expires_after(#after)?;)
    });
    let when = plan.when.as_ref().map(|when| asks(plan, &call, when));
    let show = plan.show.iter().map(|(name, value)| {
        let read = read(plan, value, &[]);
        let tokens = &value.tokens;
        let here = site.located_at(tokens.span());
        quote_spanned!(here=> { #read #root::__private::show(#call, #name, &#root::__private::value(|| #tokens))?; })
    });
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
    let generics = plan.generics.iter().map(|generic| chosen(root, &call, generic));
    quote_spanned! {site=>
        |(#(#seen,)*), #call| {
            #call.action(#action, #root::__private::Risk::#risk)?;
            #resource
            #summary
            #reason
            #(#tags)*
            #expires
            #receiver
            #(#params)*
            #(#generics)*
            #when
            #(#show)*
            ::core::result::Result::Ok(())
        }
    }
}

/// What a generic parameter stands for in this call.
fn chosen(root: &Path, call: &Ident, generic: &Generic) -> TokenStream {
    let ident = generic.ident();
    let name = format!("<{}>", ident.unraw());
    let here = Span::mixed_site().located_at(ident.span());
    match generic {
        Generic::Type(_) => {
            quote_spanned!(here=> #root::__private::generic::<#ident>(#call, #name)?;)
        }
        Generic::Const(_) => {
            quote_spanned!(here=> #root::__private::show(#call, #name, &#ident)?;)
        }
        Generic::Anonymous(_) => {
            quote_spanned!(here=> #root::__private::anonymous(#call, #name, #ident)?;)
        }
    }
}

/// Names that are written in the attribute, for the parameters that are called otherwise or whose type is written, too.
/// Those that it may not look at stand for nothing, however it would come by them.
fn read(plan: &Plan, reading: &Reading, types: &[(Ident, Type)]) -> TokenStream {
    let root = &plan.root;
    let hidden =
        plan.params.iter().filter(|param| param.exposure != Exposure::Bound).map(|param| {
            let ident = &param.ident;
            quote!(#[allow(unused_variables)] let #ident = #root::__private::OutOfReach;)
        });
    let bindings = reading.names.iter().filter_map(|(written, ident)| {
        let ty = types.iter().find(|(name, _)| name == written).map(|(_, ty)| quote!(: #ty));
        let is_other = ty.is_some() || written != ident;
        is_other.then(|| quote!(#[allow(clippy::redundant_locals)] let #written #ty = #ident;))
    });
    hidden.chain(bindings).collect()
}

/// (In a closure, so that a `return` in it leaves nothing else out.)
fn asks(plan: &Plan, call: &Ident, when: &When) -> TokenStream {
    let root = &plan.root;
    let read = read(plan, &when.holds, &when.types);
    let holds = &when.holds.tokens;
    let site = Span::mixed_site();
    quote_spanned! {site=>
        {
            #read
            let is_asked = #root::__private::value::<bool>(|| #holds);
            if is_asked {
                #call.review_required();
            }
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
        let borrowed = param.borrowed.as_ref().filter(|_ty| plan.decodes(param));
        let value = match borrowed {
            None => quote_spanned!(site=> args.#index),
            Some(ty) => {
                let root = &plan.root;
                quote_spanned!(site=> #root::__private::borrowed::<#ty>(&args.#index))
            }
        };
        quote_spanned!(site=> #quiet let #binding = #value; #taken_apart)
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
