//! Every rule and every message. What passes is a [`Plan`], which expands without further questions.

use proc_macro2::Span;
use quote::{ToTokens as _, format_ident};
use syn::ext::IdentExt as _;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Error, Expr, FnArg, GenericArgument, Ident, LitStr, Path, ReturnType, Signature,
    Token, Type, TypeInfer, parse_quote,
};

use crate::args::Args;
use crate::errors::Errors;
use crate::model::{Body, Function, Param, mentions};
use crate::template;

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
    pub(crate) params: Vec<(Param, Exposure)>,
    /// What the body returns once it has run.
    pub(crate) output: Type,
    pub(crate) body: Body,
}

/// A format string and the parameters that it prints.
pub(crate) struct Template {
    pub(crate) text: LitStr,
    pub(crate) captures: Vec<Ident>,
}

/// How much of a parameter reviewers see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// Shown, and bound to the approval.
    Bound,
    /// Masked, and bound by a commitment.
    Redacted,
    /// Neither shown nor bound; only named.
    Skipped,
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
        signature(function, errors);
        let body = errors.take(Body::of(function));
        let output = errors.take(output(&function.sig));
        let params = params(&args, function, errors);
        let resource = format_string("resource", args.resource.value, &params, errors);
        let summary = format_string("summary", args.summary.value, &params, errors);
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
            body: body?,
        })
    }
}

fn signature(function: &Function, errors: &mut Errors) {
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
}

fn is(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == name)
}

/// The type that carries a denial. In it `impl Trait` becomes `_`, since nothing else can name it.
fn output(sig: &Signature) -> syn::Result<Type> {
    let message =
        "a denial needs a way out: return a `Result` whose error is `From<approvals::Denied>`";
    let mut written = match &sig.output {
        ReturnType::Type(_, written) if !matches!(**written, Type::Never(_)) => (**written).clone(),
        ReturnType::Type(_, never) => return Err(Error::new_spanned(never, message)),
        ReturnType::Default => return Err(Error::new(sig.paren_token.span.close(), message)),
    };
    if sig.asyncness.is_none() {
        let mut find = FindOutput(None);
        find.visit_type_mut(&mut written);
        written = match find.0 {
            Some(output) => output,
            None => parse_quote!(<#written as ::core::future::Future>::Output),
        };
    }
    InferImplTrait.visit_type_mut(&mut written);
    Ok(written)
}

/// Finds `R` in `impl Future<Output = R>` and `Pin<Box<dyn Future<Output = R> + Send>>`.
struct FindOutput(Option<Type>);

impl VisitMut for FindOutput {
    fn visit_generic_argument_mut(&mut self, argument: &mut GenericArgument) {
        if let (GenericArgument::AssocType(found), None) = (&*argument, &self.0)
            && found.ident == "Output"
        {
            self.0 = Some(found.ty.clone());
        }
        visit_mut::visit_generic_argument_mut(self, argument);
    }
}

struct InferImplTrait;

impl VisitMut for InferImplTrait {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(impl_trait) = ty {
            let underscore_token = Token![_](impl_trait.impl_token.span);
            *ty = Type::Infer(TypeInfer { underscore_token });
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

fn params(args: &Args, function: &Function, errors: &mut Errors) -> Vec<(Param, Exposure)> {
    let params = Param::all(&function.sig, function.body.as_ref());
    for unnamed in params.iter().filter(|param| param.name.is_empty()) {
        errors.at(
            &unnamed.pattern,
            "a reviewer has to be told what this is: give the parameter a name",
        );
    }
    let mut exposed: Vec<_> = params.into_iter().map(|param| (param, Exposure::Bound)).collect();
    let skipped = args.skip.value.iter().flatten().map(|name| (name, Exposure::Skipped));
    let redacted = args.redact.value.iter().flatten().map(|name| (name, Exposure::Redacted));
    for (name, wanted) in skipped.chain(redacted) {
        let known = choices(&exposed, |name| format!("`{name}`"));
        match exposed.iter_mut().find(|(param, _)| name.unraw() == param.name) {
            Some((_, exposure)) if *exposure == Exposure::Bound => *exposure = wanted,
            Some(_) => errors.at(
                name,
                format!("`{name}` is named twice: a parameter is skipped or redacted, once"),
            ),
            None if name == "self" => {
                errors.at(name, "`self` is never shown or bound: there is no need to name it");
            }
            None => errors.at(name, format!("`{name}` is not a parameter: {known}")),
        }
    }
    exposed
}

/// "the parameters are …", for messages.
fn choices(params: &[(Param, Exposure)], show: impl Fn(&str) -> String) -> String {
    let names: Vec<_> = params
        .iter()
        .map(|(param, _)| param.name.as_str())
        .filter(|name| !name.is_empty())
        .map(show)
        .collect();
    match names.as_slice() {
        [] => "the function has none".to_owned(),
        names => format!("expected {}", names.join(", ")),
    }
}

fn format_string(
    key: &str,
    text: Option<LitStr>,
    params: &[(Param, Exposure)],
    errors: &mut Errors,
) -> Option<Template> {
    let text = text?;
    let names =
        template::captures(&text.value()).map_err(|message| errors.at(&text, message)).ok()?;
    let mut captures = Vec::new();
    for name in names {
        match capture(key, &name, params) {
            Ok(ident) => captures.push(ident),
            Err(message) => errors.at(&text, message),
        }
    }
    Some(Template { text, captures })
}

fn capture(key: &str, name: &str, params: &[(Param, Exposure)]) -> Result<Ident, String> {
    match params.iter().find(|(param, _)| param.name == name) {
        Some((_, Exposure::Skipped)) => Err(format!(
            "`{{{name}}}` is skipped: what is not bound to the approval has no place in `{key}`"
        )),
        Some((_, Exposure::Redacted)) => {
            Err(format!("`{{{name}}}` is redacted: it has no place in `{key}`"))
        }
        Some((param, Exposure::Bound)) if param.destructured => Err(format!(
            "`{{{name}}}` is taken apart by a pattern: name the parameter and take it apart in the body"
        )),
        Some((param, Exposure::Bound)) => Ok(param.ident.clone()),
        None => {
            let choices = choices(params, |name| format!("`{{{name}}}`"));
            Err(format!("`{{{name}}}` is not a parameter: {choices}"))
        }
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
