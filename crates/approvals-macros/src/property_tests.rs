//! Promises over inputs that nobody chose.

use proc_macro2::TokenStream;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::golden_tests::{bodies, runs_only_gated};
use crate::template::captures;

const SETTINGS: &[&str] = &[
    r#"action = "s3.export""#,
    r#"action = "S3 export""#,
    "action",
    "action = 7",
    r#"resource = "s3://{bucket}""#,
    r#"resource = "{token:>width$}""#,
    r#"summary = "{bucket} {{}}""#,
    r#"summary = "{}""#,
    r#"risk = "low""#,
    r#"risk = "none""#,
    "skip(client)",
    "skip()",
    "skip = client",
    "redact(token)",
    "redact(client, nobody)",
    "gate = client.gate",
    "gate =",
    "crate = approvals",
    "crate = 1 + 1",
    "skip_all",
    "reviewers = 2",
    "a b c",
];

const ITEMS: &[&str] = &[
    "async fn f(client: &S3, bucket: &str, token: &str) -> Result<(), E> { body(); }",
    "async fn f(&mut self, client: &S3, (a, b): (u8, u8), mut bucket: u8, token: u8) -> R { body(); }",
    "fn f(client: S3, bucket: u8, token: u8) -> impl Future<Output = R> { async move { body(); } }",
    "fn f(client: S3, bucket: u8, token: u8) -> BoxFuture<'static, R> { Box::pin(async move { body(); }) }",
    "fn f(client: S3) -> BoxFuture<'static, R> { body(); Box::pin(async move { Ok(()) }) }",
    "fn f(client: S3) -> BoxFuture<'static, R> { spawn(async move { body(); }) }",
    "fn f(client: S3) -> R { body(); }",
    "const fn f(client: S3) -> R { body(); }",
    "async extern \"C\" fn f(client: S3, bucket: u8, token: u8) -> R { body(); }",
    "async fn f(client: S3, bucket: u8, token: u8) { body(); }",
    "async fn f(_: S3, client: S3, bucket: u8, token: u8) -> R { body(); }",
    "async fn f(#[cfg(test)] client: S3, bucket: u8, token: u8) -> R { body(); }",
    "#[requires_approval(action = \"twice\")] async fn f(client: S3, bucket: u8, token: u8) -> R { body(); }",
    "async fn f(client: S3, bucket: u8, token: u8) -> R { body(); } trailing",
    "async fn f(client: S3) -> R;",
    "struct S { body: u8 }",
    "",
];

/// Either the body is gated, or it is gone and the crate does not compile.
fn fails_closed(args: TokenStream, item: TokenStream) -> Result<(), TestCaseError> {
    let output = crate::gate(args, item);
    prop_assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "not Rust: {output}");
    let refused = output.to_string().contains("compile_error") && bodies(output.clone()) == 0;
    prop_assert!(refused || runs_only_gated(&output), "neither gated nor refused: {output}");
    Ok(())
}

proptest! {
    #[test]
    fn no_attribute_lets_a_body_past_the_gate(
        settings in subsequence(SETTINGS, 0..=6).prop_shuffle(),
        item in select(ITEMS),
    ) {
        fails_closed(settings.join(", ").parse().unwrap(), item.parse().unwrap())?;
    }

    #[test]
    fn no_text_as_an_attribute_lets_a_body_past_the_gate(
        args in r#"[a-c=,.:{}()"' ]{0,20}|(action|skip|gate|crate)[ -~]{0,30}"#,
        item in select(ITEMS),
    ) {
        if let Ok(args) = args.parse() {
            fails_closed(args, item.parse().unwrap())?;
        }
    }

    #[test]
    fn a_format_string_captures_exactly_what_it_was_made_of(
        pieces in prop::collection::vec(("[a-z {}]{0,4}", "[a-c]", select(&["", ":", ":?", ":>8", ":08.3"][..])), 0..6),
    ) {
        let escaped = |text: &str| text.replace('{', "{{").replace('}', "}}");
        let mut text = String::new();
        let mut expected: Vec<String> = Vec::new();
        for (before, name, spec) in &pieces {
            text.extend([&escaped(before), "{", name, spec, "}"]);
            if !expected.contains(name) {
                expected.push(name.clone());
            }
        }
        prop_assert_eq!(captures(&text), Ok(expected), "in {:?}", text);
    }

    /// A parameter can only be printed under a name that was captured, and so checked.
    #[test]
    fn a_format_string_refers_to_nothing_that_is_not_captured(text in "[{}:$*.0ab ]{0,12}") {
        if let Ok(names) = captures(&text) {
            let literal = text.replace("{{", "").replace("}}", "");
            for placeholder in literal.split('{').skip(1) {
                let placeholder = placeholder.split('}').next().unwrap_or_default();
                let (name, spec) = placeholder.split_once(':').unwrap_or((placeholder, ""));
                prop_assert!(names.iter().any(|known| known == name.trim()), "{name:?} in {text:?}");
                prop_assert!(!spec.contains('$'), "{text:?} takes a width from a value");
            }
        }
    }

    #[test]
    fn an_action_compiles_exactly_if_its_name_follows_the_grammar(
        name in r"[a-c0.\-_]{0,6}|[aA0.é]{1,4}|[a-z]{118,122}",
    ) {
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789";
        let rest = format!("{letters}_-");
        let mut segments = name.split('.');
        let expected = name.len() <= 120
            && name.starts_with(|c| letters.contains(c) && !char::is_numeric(c))
            && segments.all(|s| s.starts_with(|c| letters.contains(c)) && s.chars().all(|c| rest.contains(c)));
        let item = "async fn f() -> R { body(); }".parse().unwrap();
        let output = crate::gate(quote::quote!(action = #name), item);
        prop_assert_eq!(runs_only_gated(&output), expected, "{:?}", name);
    }
}
