//! What is generated, for readers: inputs beside their expansions in `tests/expand/`.
//!
//! `UPDATE_EXPECT=1 cargo test -p approvals-macros` rewrites the files.

use expect_test::{ExpectFile, expect_file};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{ExprCall, File, ItemFn};

/// Expands `input`, in which the statement `body();` stands for what must not run ungated.
fn check(input: &str, expected: &ExpectFile) {
    let output = expand(input.parse().unwrap());
    assert!(runs_only_gated(&output), "the body can be reached past the gate:\n{output}");
    compare(input, &output, expected);
}

/// Expands `input`, which is in error.
pub(crate) fn check_refused(input: &str, expected: &ExpectFile) {
    let output = expand(input.parse().unwrap());
    assert_eq!(bodies(output.clone()), 0, "the body is left:\n{output}");
    compare(input, &output, expected);
}

fn compare(input: &str, output: &TokenStream, expected: &ExpectFile) {
    let output = prettyplease::unparse(&syn::parse2(output.clone()).unwrap());
    expected.assert_eq(&format!(
        "//! An expansion, for readers.\n\n// Input\n{input}\n// Output\n{output}"
    ));
}

/// The expansion of a function that carries the attribute first.
fn expand(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter().skip(1);
    let Some(TokenTree::Group(attribute)) = tokens.next() else { panic!("expected `#[…]`") };
    let mut attribute = attribute.stream().into_iter().skip(1);
    let args = match attribute.next() {
        Some(TokenTree::Group(args)) => args.stream(),
        args => panic!("expected `(…)`, found {args:?}"),
    };
    crate::gate(args, tokens.collect())
}

/// How often the body occurs.
pub(crate) fn bodies(tokens: TokenStream) -> usize {
    let count = |token| match token {
        TokenTree::Group(group) => bodies(group.stream()),
        TokenTree::Ident(ident) => usize::from(ident == "body"),
        TokenTree::Punct(_) | TokenTree::Literal(_) => 0,
    };
    tokens.into_iter().map(count).sum()
}

/// Whether the body stands once in all, and that in the closure that `__private::run` is given last.
pub(crate) fn runs_only_gated(output: &TokenStream) -> bool {
    struct InClosure(usize);
    impl VisitMut for InClosure {
        fn visit_expr_call_mut(&mut self, call: &mut ExprCall) {
            let callee = call.func.to_token_stream().to_string().replace(' ', "");
            if let (true, 4, Some(last)) =
                (callee.ends_with("::__private::run"), call.args.len(), call.args.last())
            {
                self.0 = self.0.saturating_add(bodies(last.to_token_stream()));
            }
            visit_mut::visit_expr_call_mut(self, call);
        }
    }
    let mut gated = InClosure(0);
    let file = syn::parse2::<File>(output.clone());
    file.is_ok_and(|mut file| {
        gated.visit_file_mut(&mut file);
        gated.0 == 1 && bodies(output.clone()) == 1
    })
}

/// Self-test: the check above finds every way past the gate that is planted here.
#[test]
fn a_body_past_the_gate_is_noticed() {
    let gated = |prelude: TokenStream,
                 describe: TokenStream,
                 closure: TokenStream,
                 sibling: TokenStream| {
        quote! {
            async fn f() -> R {
                #prelude
                ::approvals::__private::run(returns(), gate, Call::new((), || { #describe }), || { #closure }).await
            }
            #sibling
        }
    };
    let (body, none) = (quote!(body();), TokenStream::new());
    let right = gated(none.clone(), none.clone(), body.clone(), none.clone());
    assert!(runs_only_gated(&right));
    let wrong = [
        gated(body.clone(), none.clone(), none.clone(), none.clone()),
        gated(none.clone(), body.clone(), none.clone(), none.clone()),
        gated(none.clone(), none.clone(), quote!(body(); body();), none.clone()),
        gated(
            none.clone(),
            none.clone(),
            body.clone(),
            quote!(
                async fn f_ungated() -> R {
                    body();
                }
            ),
        ),
        gated(body.clone(), none.clone(), body.clone(), none.clone()),
        gated(none.clone(), none.clone(), none.clone(), none.clone()),
        quote!(
            async fn f() -> R {
                ::approvals::__private::launch(returns(), gate, call, || {
                    body();
                })
                .await
            }
        ),
        quote!(
            async fn f() -> R {
                body();
            }
        ),
    ];
    for (planted, wrong) in wrong.iter().enumerate() {
        assert!(syn::parse2::<File>(wrong.clone()).is_ok(), "bug {planted} does not parse");
        assert!(!runs_only_gated(wrong), "bug {planted} was not noticed");
    }
}

/// The stages are fed the same tokens as by the compiler: an attribute's arguments, and the rest of the item.
#[test]
fn an_expansion_is_one_function_of_the_same_name() {
    let output = expand(quote!(
        #[requires_approval(action = "a")]
        async fn f() -> R {
            body();
        }
    ));
    assert_eq!(syn::parse2::<ItemFn>(output).unwrap().sig.ident, "f");
}

#[test]
fn a_renamed_crate_is_found_under_its_new_name_alone() {
    let output = expand(quote! {
        #[requires_approval(action = "a", crate = vendored, gate = g, resource = "{x}", skip(g), redact(y))]
        async fn f(g: Gate, x: u8, y: u8) -> R { body(); }
    });
    let text = output.to_string();
    assert!(text.contains("vendored :: __private :: run") && !text.contains("approvals"), "{text}");
}

#[test]
fn a_function_with_every_key() {
    check(
        r#"#[requires_approval(
    action = "s3.export",
    resource = "s3://{bucket}",
    summary = "Export {rows} rows of {bucket}",
    reason = "{bucket} is full",
    risk = "critical",
    tags("pii"),
    skip(client),
    redact(token),
    show(thousands = rows / 1000),
    when = |rows: &u64| *rows > 1000,
    key = "export-{bucket}",
    expires = "1h30m",
    bind = "decoded",
    gate = client.gate(),
    on_denied = tell::model,
    crate = crate::vendored,
)]
pub async fn export(client: &S3, bucket: &str, mut rows: u64, token: &str) -> Result<Report, ExportError> {
    body();
}
"#,
        &expect_file!["../tests/expand/a_function_with_every_key.rs"],
    );
}

#[test]
fn a_method_names_self_as_unbound() {
    check(
        r#"#[requires_approval(action = "bank.transfer", gate = self.gate)]
async fn transfer(&mut self, to: Account, cents: u64) -> Result<(), BankError> {
    body();
}
"#,
        &expect_file!["../tests/expand/a_method_names_self_as_unbound.rs"],
    );
}

#[test]
fn generics_and_attributes_stay_where_they_are() {
    check(
        r#"#[requires_approval(action = "queue.drop")]
/// Drops messages.
#[must_use]
#[inline]
pub(crate) async fn drop_all<'a, T, const N: usize>(from: &'a Queue<T>, ids: [T; N]) -> io::Result<&'a T>
where
    T: Serialize + 'a,
{
    #![allow(clippy::todo)]
    body();
}
"#,
        &expect_file!["../tests/expand/generics_and_attributes_stay_where_they_are.rs"],
    );
}

#[test]
fn patterns_and_unused_parameters_are_bound() {
    check(
        r#"#[requires_approval(action = "shape.move", summary = "{_why}")]
async fn shift(Json(shape): Json<Shape>, (x, y): (i32, i32), _why: &str, r#type: u8) -> Result<(), Error> {
    body();
}
"#,
        &expect_file!["../tests/expand/patterns_and_unused_parameters_are_bound.rs"],
    );
}

#[test]
fn a_return_type_that_cannot_be_named_is_inferred() {
    check(
        r#"#[requires_approval(action = "rows.list")]
async fn rows(of: impl Into<String> + Serialize) -> Result<impl Iterator<Item = u32>, Error> {
    body();
}
"#,
        &expect_file!["../tests/expand/a_return_type_that_cannot_be_named_is_inferred.rs"],
    );
}

#[test]
fn a_function_that_returns_a_future_is_gated_inside_of_it() {
    check(
        r#"#[requires_approval(action = "mail.send")]
fn send(to: String) -> impl Future<Output = Result<(), Error>> + Send {
    use std::fmt::Write;
    async move {
        body();
    }
}
"#,
        &expect_file!["../tests/expand/a_function_that_returns_a_future_is_gated_inside_of_it.rs"],
    );
}

#[test]
fn a_method_under_async_trait_is_gated_inside_its_box() {
    check(
        r#"#[requires_approval(action = "mail.send", skip(to))]
fn send<'life0, 'async_trait>(
    &'life0 self,
    to: Vec<Address>,
    __arg2: (u8, u8),
) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<(), Error>> + ::core::marker::Send + 'async_trait>>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        let __self = self;
        let (from, until) = {
            let __arg2 = __arg2;
            __arg2
        };
        let __ret: Result<(), Error> = { body(); };
        __ret
    })
}
"#,
        &expect_file!["../tests/expand/a_method_under_async_trait_is_gated_inside_its_box.rs"],
    );
}

#[test]
fn a_function_in_error_keeps_its_signature_and_loses_its_body() {
    check_refused(
        r#"#[requires_approval(actoin = "s3.export", risk = "hgih", skip_all, summary = "{} {nope}")]
pub async fn export(bucket: &str) -> Result<(), Error> {
    body();
}
"#,
        &expect_file![
            "../tests/expand/a_function_in_error_keeps_its_signature_and_loses_its_body.rs"
        ],
    );
}

#[test]
fn what_is_not_a_function_is_only_an_error() {
    check_refused(
        r#"#[requires_approval(action = "s3.export")]
struct Export {
    body: u8,
}
"#,
        &expect_file!["../tests/expand/what_is_not_a_function_is_only_an_error.rs"],
    );
}
