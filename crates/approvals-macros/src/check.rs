//! Every rule and every message. What passes is a [`Plan`], which expands without further questions.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{
    Attribute, Error, Expr, ExprClosure, FnArg, Ident, LitStr, Pat, Path, Signature, Type,
    parse_quote,
};

use crate::args::{Args, Shown};
use crate::errors::Errors;
use crate::generics::Generic;
use crate::model::{Body, Function};
use crate::output::output;
use crate::param::{Exposure, Param, expected, mentions};
use crate::readable::{Reading, readable};
use crate::template::Template;
use crate::values;

/// A function and an attribute that fit each other.
pub(crate) struct Plan {
    /// Where the expansion finds the library.
    pub(crate) root: Path,
    pub(crate) action: LitStr,
    /// A variant of `Risk`.
    pub(crate) risk: Ident,
    pub(crate) resource: Option<Template>,
    pub(crate) summary: Option<Template>,
    pub(crate) reason: Option<Template>,
    pub(crate) key: Option<Template>,
    pub(crate) tags: Vec<LitStr>,
    /// For how many milliseconds people may be asked.
    pub(crate) expires: Option<u64>,
    pub(crate) show: Vec<(String, Reading)>,
    pub(crate) when: Option<When>,
    /// Whether the body gets what was decoded from the approved bytes.
    pub(crate) decoded: bool,
    pub(crate) gate: Option<Expr>,
    pub(crate) on_denied: Option<Path>,
    pub(crate) takes_self: bool,
    pub(crate) params: Vec<Param>,
    pub(crate) generics: Vec<Generic>,
    /// What the body returns once it has run.
    pub(crate) output: Type,
    pub(crate) body: Body,
}

/// `|amount: &u64| *amount > 100`.
pub(crate) struct When {
    /// The type that is written beside a name, if one is.
    pub(crate) types: Vec<(Ident, Type)>,
    pub(crate) holds: Reading,
}

impl Plan {
    /// Applies every rule, and fails with all that was found, the `errors` so far included.
    pub(crate) fn new(args: Args, function: &Function, mut errors: Errors) -> syn::Result<Self> {
        let plan = Self::checked(args, function, &mut errors);
        match (plan, errors.into_error()) {
            (Some(plan), None) => Ok(plan),
            (_, Some(error)) => Err(error),
            (None, None) => Err(Error::new(Span::call_site(), "this cannot be gated")),
        }
    }

    /// Whether the body gets this parameter as it was decoded.
    pub(crate) fn decodes(&self, param: &Param) -> bool {
        self.decoded && param.exposure != Exposure::Skipped
    }

    /// Whether the attribute itself uses this parameter.
    pub(crate) fn mentions(&self, param: &Ident) -> bool {
        let printed = [&self.resource, &self.summary, &self.reason, &self.key];
        let mut printed = printed.into_iter().flatten().flat_map(|template| &template.captures);
        let read = self.show.iter().map(|(_, reading)| reading);
        let read = read.chain(self.when.as_ref().map(|when| &when.holds));
        let mut read = read.flat_map(|reading| &reading.names).map(|(_, ident)| ident);
        printed.any(|ident| ident == param)
            || read.any(|ident| ident == param)
            || mentions(self.gate.to_token_stream(), param)
    }

    fn checked(args: Args, function: &Function, errors: &mut Errors) -> Option<Self> {
        let body = signature(function, errors).then(|| errors.take(Body::of(function)));
        let output = errors.take(output(&function.sig, args.on_denied.given));
        let params = params(&args, function, errors);
        let mut template = |key, text| Template::over(&params, key, text, errors);
        let resource = args.resource.value.and_then(|text| template("resource", text));
        let summary = args.summary.value.and_then(|text| template("summary", text));
        let reason = args.reason.value.and_then(|text| template("reason", text));
        let key = args.key.value.and_then(|text| template("key", text));
        let show = args.show.value.into_iter().flatten();
        let show = show.filter_map(|shown| shows(shown, &params, errors)).collect();
        let when = args.when.value.and_then(|closure| when(&closure, &params, errors));
        let tags = args.tags.value.unwrap_or_default();
        values::tags(&tags, errors);
        let expires = args.expires.value.and_then(|text| values::time(&text, errors));
        if let Some(text) = &args.bind.value {
            values::decoded(text, errors);
            decodable(&function.sig, &params, errors);
        }
        if !args.action.given {
            let message = "missing `action`: name what is done, as in `action = \"s3.export\"`";
            errors.push(Error::new(Span::call_site(), message));
        }
        let risk = values::risk(args.risk.value, errors);
        let action = args.action.value.filter(|name| values::action_name(name, errors));
        Some(Self {
            root: args.root.value.unwrap_or_else(|| parse_quote!(::approvals)),
            action: action?,
            risk: risk?,
            resource,
            summary,
            reason,
            key,
            tags,
            expires,
            show,
            when,
            decoded: args.bind.value.is_some(),
            gate: args.gate.value,
            on_denied: args.on_denied.value,
            takes_self: function.sig.receiver().is_some(),
            generics: Generic::all(&function.sig, &params),
            params,
            output: output?,
            body: body??,
        })
    }
}

/// What the signature alone tells, and whether there is any use in looking at the body.
fn signature(function: &Function, errors: &mut Errors) -> bool {
    let sig = &function.sig;
    if let Some(token) = &sig.constness {
        errors.at(token, "a `const fn` cannot wait for an approval: remove `const`");
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, "foreign code cannot wait for an approval: remove `extern`");
    }
    if let Some(again) = function.attrs.iter().find(|attr| is(attr, "requires_approval")) {
        errors.at(again, "this function is gated already: keep one `#[requires_approval]`");
    }
    for input in &sig.inputs {
        let attrs = match input {
            FnArg::Typed(typed) => &typed.attrs,
            FnArg::Receiver(receiver) => &receiver.attrs,
        };
        if let Some(cfg) = attrs.iter().find(|attr| is(attr, "cfg") || is(attr, "cfg_attr")) {
            errors.at(cfg, "what is approved cannot depend on `cfg`: put it on the whole function");
        }
    }
    sig.constness.is_none() && sig.abi.is_none()
}

fn is(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == name)
}

fn params(args: &Args, function: &Function, errors: &mut Errors) -> Vec<Param> {
    let mut params = Param::all(&function.sig, function.body.as_ref());
    let mut known = Vec::new();
    for param in &params {
        let name = &param.name;
        if name.is_empty() {
            let message = "a reviewer has to be told what this is: give the parameter a name";
            errors.at(&param.pattern, message);
        } else if known.contains(&name) {
            errors.at(&param.ident, format!("two parameters are called `{name}`: rename one"));
        }
        known.push(name);
    }
    let skipped = args.skip.value.iter().flatten().map(|name| (name, Exposure::Skipped));
    let redacted = args.redact.value.iter().flatten().map(|name| (name, Exposure::Redacted));
    for (name, exposure) in skipped.chain(redacted) {
        if let Err(message) = expose(&mut params, name, exposure) {
            errors.at(name, message);
        }
    }
    params
}

fn expose(params: &mut [Param], name: &Ident, exposure: Exposure) -> Result<(), String> {
    let unraw = name.unraw().to_string();
    let known = params.iter().filter(|param| !param.name.is_empty());
    let known = expected(known.map(|param| format!("`{}`", param.name)));
    let is_part = params.iter().any(|param| param.parts.contains(&unraw));
    match params.iter_mut().find(|param| param.name == unraw) {
        Some(param) if param.exposure == Exposure::Bound => {
            param.exposure = exposure;
            Ok(())
        }
        Some(_) => {
            Err(format!("`{name}` is named twice: a parameter is skipped or redacted, once"))
        }
        None if unraw == "self" => {
            Err("`self` is never shown or bound: there is no need to name it".to_owned())
        }
        None if is_part => Err(format!(
            "`{name}` is part of a pattern: name the parameter and take it apart in the body"
        )),
        None => Err(format!("`{name}` is not a parameter: {known}")),
    }
}

/// Something that the program works out from the parameters, under a name that no parameter has.
fn shows(shown: Shown, params: &[Param], errors: &mut Errors) -> Option<(String, Reading)> {
    let name = shown.name.unraw().to_string();
    if params.iter().any(|param| param.name == name) {
        let message =
            format!("`{name}` is a parameter, which is shown as it is: choose another name");
        errors.at(&shown.name, message);
    }
    Some((name, Reading::over(params, "show", shown.value, errors)?))
}

fn when(closure: &ExprClosure, params: &[Param], errors: &mut Errors) -> Option<When> {
    if let Some(token) = &closure.asyncness {
        errors.at(token, "what decides whether people are asked does not wait: remove `async`");
    }
    let mut types = Vec::new();
    for input in &closure.inputs {
        let (pattern, ty) = if let Pat::Type(typed) = input {
            (&*typed.pat, Some(&*typed.ty))
        } else {
            (input, None)
        };
        let Pat::Ident(name) = pattern else {
            errors.at(
                pattern,
                "name parameters of the function here, as in `when = |amount| *amount > 100`",
            );
            continue;
        };
        let name = &name.ident;
        types.extend(ty.map(|ty| (name.clone(), ty.clone())));
        // What is a parameter and cannot be looked at is told where it is looked at.
        if !params.iter().any(|param| name.unraw() == param.name.as_str())
            && let Err(message) =
                readable("when", &name.unraw().to_string(), &str::to_owned, params)
        {
            errors.at(name, message);
        }
    }
    Some(When { types, holds: Reading::over(params, "when", &closure.body, errors)? })
}

/// What is decoded is of its own: it cannot be changed for the caller, and its type has a name.
fn decodable(sig: &Signature, params: &[Param], errors: &mut Errors) {
    let types = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&*typed.ty),
        FnArg::Receiver(_) => None,
    });
    for (ty, param) in types.zip(params) {
        let Type::Reference(reference) = ty else { continue };
        if param.exposure == Exposure::Skipped {
            continue;
        }
        let name = &param.name;
        if reference.mutability.is_some() {
            let message = format!(
                "what is decoded is not the caller's `{name}`: take it by value, or list it in `skip`"
            );
            errors.at(ty, message);
        } else if matches!(*reference.elem, Type::ImplTrait(_)) {
            errors.at(
                ty,
                format!("what is decoded needs a type with a name: take `{name}` by value"),
            );
        }
    }
}
