//! A function that is being typed still has its signature, so that an editor and the compiler know its name, its
//! parameters and its type; its body is either gated or gone.
//!
//! `UPDATE_EXPECT=1 cargo test -p approvals-macros` rewrites the files.

use expect_test::expect_file;
use proc_macro2::TokenStream;
use proptest::prelude::*;
use quote::quote;
use syn::ItemFn;

use crate::golden_tests::{bodies, check_refused, runs_only_gated};

const RIGHT: &str = r#"action = "s3.export""#;

fn gated(args: &str, item: &str) -> TokenStream {
    crate::gate(args.parse().unwrap(), item.parse().unwrap())
}

/// Bodies as they are while somebody types. A token stream has both ends of every pair of braces: where one is
/// missing, a compiler or an editor has put it in.
const HALF_TYPED: &[&str] = &[
    "body(); let x = client.",
    "body(); let x = ",
    "body(); let",
    "body(); client.put(bucket, ).aw",
    "body(); client.put(bucket, |row| )",
    "body(); match client",
    "body(); match client { Some(",
    "body(); if let Some(x) = client. { }",
    "body(); for row in",
    "body(); S3 { bucket, rows: }",
    "body(); client.put::<",
    "body(); use s3::",
    "body(); #[cfg(",
    "body(); return Ok(",
    "body()",
    "body(); \" {} ",
    "body(); => ; ) ",
];

/// What the compiler makes of an unclosed pair: it ends with the body. What is no token at all is left out.
fn closed(body: &str) -> Option<TokenStream> {
    ["", ")", "]", "}", ")}"].iter().find_map(|end| format!("{body}{end}").parse().ok())
}

/// The signature before the body, as tokens.
fn head(output: &TokenStream) -> String {
    let text = output.to_string();
    text.split_once('{').map_or(text.clone(), |(head, _)| head.trim().to_owned())
}

/// Of what may be no Rust yet, so that only the order of its words can be asked for.
fn is_gated_or_gone(output: &TokenStream) -> bool {
    let text = output.to_string();
    let refused = text.contains("compile_error") && bodies(output.clone()) == 0;
    let gated = text
        .split_once("async move")
        .is_some_and(|(before, _)| before.contains("__private :: run") && !before.contains("body"));
    refused || (gated && bodies(output.clone()) == 1)
}

/// Self-test: the check above finds every way past the gate that is planted here.
#[test]
fn a_half_typed_body_past_the_gate_is_noticed() {
    let gated =
        quote!(async fn f(x: ) { ::approvals::__private::run(call, || async move { body(); }) });
    assert!(is_gated_or_gone(&gated));
    let planted = [
        quote!(async fn f(x: ) { body(); }),
        quote!(async fn f(x: ) { body(); ::core::compile_error! { "no function yet" } }),
        quote!(async fn f(x: ) { body(); ::approvals::__private::run(call, || async move {}) }),
        quote!(async fn f(x: ) { ::approvals::__private::run(call, || async move { body(); body(); }) }),
        quote!(async fn f(x: ) { async move { body(); } }),
        quote!(async fn f(x: ) {}),
    ];
    for wrong in planted {
        assert!(!is_gated_or_gone(&wrong), "not noticed: {wrong}");
    }
}

#[test]
fn a_half_typed_body_is_handed_on_inside_the_gate() {
    let mut handed_on = 0;
    for body in HALF_TYPED.iter().filter_map(|body| closed(body)) {
        let output = crate::gate(
            RIGHT.parse().unwrap(),
            quote!(pub async fn export(client: &S3, bucket: &str) -> Result<u64, Denied> { #body }),
        );
        assert_eq!(
            head(&output),
            "pub async fn export (client : & S3 , bucket : & str) -> Result < u64 , Denied >"
        );
        assert_eq!(bodies(output.clone()), 1, "{output}");
        let (before, inside) = output.to_string().split_once("async move").map_or_else(
            || panic!("there is no closure: {output}"),
            |(before, inside)| (before.to_owned(), inside.to_owned()),
        );
        assert!(before.contains("__private :: run"), "{output}");
        assert!(!before.contains("body") && inside.contains(&body.to_string()), "{output}");
        // Every name that can be completed is bound before it.
        assert!(inside.contains("let client = args . 0 ; let bucket = args . 1 ;"), "{output}");
        handed_on += 1;
    }
    assert!(handed_on > 12, "only {handed_on} of them are tokens");
}

#[test]
fn a_half_typed_async_block_is_taken_out() {
    let body: TokenStream = "body(); let x = client.".parse().unwrap();
    let output = crate::gate(
        RIGHT.parse().unwrap(),
        quote!(fn export(client: S3) -> impl Future<Output = Result<u64, Denied>> {
            async move { #body }
        }),
    );
    let function: ItemFn = syn::parse2(output.clone()).unwrap();
    assert_eq!(function.sig.ident, "export");
    assert_eq!(bodies(output), 0);
}

#[test]
fn a_half_typed_attribute_leaves_the_signature() {
    check_refused(
        r"#[requires_approval(action = )]
pub async fn export(client: &S3, bucket: &str) -> Result<u64, Denied> {
    body();
}
",
        &expect_file!["../tests/expand/a_half_typed_attribute_leaves_the_signature.rs"],
    );
}

#[test]
fn a_half_typed_key_is_completed() {
    check_refused(
        r"#[requires_approval(act)]
pub async fn export(client: &S3, bucket: &str) -> Result<u64, Denied> {
    body();
}
",
        &expect_file!["../tests/expand/a_half_typed_key_is_completed.rs"],
    );
}

/// One mistake, one message, and nothing about what was never written.
#[test]
fn every_beginning_of_an_attribute_leaves_the_signature() {
    let whole = r#"action = "s3.export", summary = "Export {bucket}", skip(client), when = |bucket| bucket.is_empty(), gate = client.gate, on_denied = tell"#;
    let item = "pub async fn export(client: &S3, bucket: &str) -> R { body(); }";
    let ends = (0..whole.len()).filter_map(|end| whole.get(..end));
    let mut read = 0;
    for args in ends.filter(|args| args.parse::<TokenStream>().is_ok()) {
        let output = gated(args, item);
        let function: ItemFn = syn::parse2(output.clone()).unwrap();
        assert_eq!(function.sig.ident, "export", "{args}");
        assert!(runs_only_gated(&output) || bodies(output.clone()) == 0, "{args}");
        let mistakes = output.to_string().matches("compile_error").count();
        assert!(mistakes <= 1, "{mistakes} messages for {args}: {output}");
        read += 1;
    }
    assert!(read > 60, "only {read} of them are tokens");
}

#[test]
fn a_half_typed_signature_is_handed_on_without_its_body() {
    let half_typed = [
        "pub async fn export(client: &S3, bucket: ) -> Result<u64, Denied>",
        "pub async fn export(client: &S3, bucket) -> Result<u64, Denied>",
        "pub async fn export(client: &S3, bucket: &str) ->",
        "pub async fn export(client: &S3, bucket: &str) -> Result<u64, ",
        "pub async fn export<T: >(client: &S3, of: T) where T",
        "async fn export",
        "#[doc = \"Exports.\"] unsafe extern \"C\" fn",
    ];
    for signature in half_typed {
        let output = gated(RIGHT, &format!("{signature} {{ body(); }}"));
        let tokens: TokenStream = signature.parse().unwrap();
        assert_eq!(head(&output), tokens.to_string());
        assert_eq!(bodies(output.clone()), 0, "{output}");
        assert_eq!(output.to_string().matches("compile_error").count(), 1, "{output}");
    }
}

#[test]
fn what_only_mentions_a_function_is_not_handed_on() {
    for item in ["type F = fn() -> body;", "static F: fn() = body;", "const F: fn() = { body };"] {
        let output = gated(RIGHT, item);
        assert!(output.to_string().starts_with(":: core :: compile_error"), "{output}");
        assert_eq!(bodies(output), 0);
    }
}

proptest! {
    /// Whatever is cut out of a right function, its body is gated or gone.
    #[test]
    fn no_missing_part_lets_a_body_past_the_gate(
        from in 0..90_usize, to in 0..90_usize, args in prop::sample::select(&[RIGHT, "action =", ""][..]),
    ) {
        let whole = "pub async unsafe fn f<'a, T: 'a>(self: Arc<Self>, x: &'a T) -> Result<[T; 2], E> where T: A { ";
        let cut: String = whole.char_indices().filter(|(at, _)| !(from..to).contains(at)).map(|(_, c)| c).collect();
        if let Ok(item) = format!("{cut} body(); let x = client. }}").parse::<TokenStream>() {
            let output = crate::gate(args.parse().unwrap(), item);
            prop_assert!(is_gated_or_gone(&output), "{output}");
        }
    }
}
