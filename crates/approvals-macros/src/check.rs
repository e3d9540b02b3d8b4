//! Every rule and every message. What passes is a [`Plan`], which expands without further questions.

use proc_macro2::Span;
use quote::{ToTokens as _, format_ident};
use syn::ext::IdentExt as _;
use syn::{Attribute, Error, Expr, FnArg, Ident, LitStr, Path, Type, parse_quote};

use crate::args::Args;
use crate::errors::Errors;
use crate::model::{Body, Function};
use crate::output::output;
use crate::param::{Exposure, Param, expected, mentions};
use crate::template::Template;

/// A function and an attribute that fit each other.
pub(crate) struct Plan {
    /// Where the expansion finds the library.
    pub(crate) root: Path,
    pub(crate) action: LitStr,
    /// A variant of `Risk`.
    pub(crate) risk: Ident,
    pub(crate) resource: Option<Template>,
    pub(crate) summary: Option<Template>,
    pub(crate) gate: Option<Expr>,
    pub(crate) takes_self: bool,
    pub(crate) params: Vec<Param>,
    /// What the body returns once it has run.
    pub(crate) output: Type,
    pub(crate) body: Body,
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

    /// Whether the attribute itself uses this parameter.
    pub(crate) fn mentions(&self, param: &Ident) -> bool {
        let mut printed =
            self.resource.iter().chain(&self.summary).flat_map(|template| &template.captures);
        printed.any(|ident| ident == param) || mentions(self.gate.to_token_stream(), param)
    }

    fn checked(args: Args, function: &Function, errors: &mut Errors) -> Option<Self> {
        let body = signature(function, errors).then(|| errors.take(Body::of(function)));
        let output = errors.take(output(&function.sig));
        let params = params(&args, function, errors);
        let mut template = |key, text| Template::over(&params, key, text, errors);
        let resource = args.resource.value.and_then(|text| template("resource", text));
        let summary = args.summary.value.and_then(|text| template("summary", text));
        if !args.action.given {
            let message = "missing `action`: name what is done, as in `action = \"s3.export\"`";
            errors.push(Error::new(Span::call_site(), message));
        }
        let risk = risk(args.risk.value, errors);
        let action = args.action.value.filter(|name| action_name(name, errors));
        Some(Self {
            root: args.root.value.unwrap_or_else(|| parse_quote!(::approvals)),
            action: action?,
            risk: risk?,
            resource,
            summary,
            gate: args.gate.value,
            takes_self: function.sig.receiver().is_some(),
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

fn risk(text: Option<LitStr>, errors: &mut Errors) -> Option<Ident> {
    let Some(text) = text else { return Some(format_ident!("High")) };
    let variant = match text.value().as_str() {
        "low" => "Low",
        "medium" => "Medium",
        "high" => "High",
        "critical" => "Critical",
        other => {
            let message =
                format!("unknown risk `{other}`: expected `low`, `medium`, `high` or `critical`");
            errors.at(&text, message);
            return None;
        }
    };
    Some(Ident::new(variant, Span::mixed_site()))
}

/// The grammar of `ActionName`, so that a name that compiles also parses.
fn action_name(text: &LitStr, errors: &mut Errors) -> bool {
    let name = text.value();
    let segment = |segment: &str| {
        segment.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && segment.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
    };
    if name.len() > 120 {
        errors
            .at(text, format!("an action name has at most 120 bytes, and this has {}", name.len()));
        return false;
    }
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('.').all(segment);
    if !fits {
        let message = "is not an action name: expected lower-case segments joined by dots, such as `s3.export`";
        errors.at(text, format!("`{}` {message}", name.escape_debug()));
    }
    fits
}
