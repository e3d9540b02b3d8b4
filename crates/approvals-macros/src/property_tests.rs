//! Promises over inputs that nobody chose.

use proc_macro2::TokenStream;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::golden_tests::{bodies, runs_only_gated};
use crate::template::captures;

/// Settings, and whether they are right for the items below.
const SETTINGS: &[(bool, &str)] = &[
    (true, r#"resource = "s3://{bucket}""#),
    (true, r#"summary = "{bucket:?} {{}}""#),
    (true, r#"risk = "low""#),
    (true, "skip(client)"),
    (true, "redact(token)"),
    (true, r#"reason = "for {bucket}""#),
    (true, r#"tags("pii", "export")"#),
    (true, "show(double = bucket + bucket, n = 1)"),
    (true, "when = |bucket| *bucket > 1"),
    (true, r#"key = "b-{bucket}""#),
    (true, r#"expires = "1h30m""#),
    (true, r#"bind = "decoded""#),
    (true, "gate = client.gate"),
    (true, "crate = crate::vendored"),
    (false, r#"resource = "{token:>width$}""#),
    (false, r#"resource = "{bucket:token$}""#),
    (false, r#"resource = "{nobody}""#),
    (false, r#"summary = "{}""#),
    (false, r#"risk = "none""#),
    (false, r#"tags("a b")"#),
    (false, "tags()"),
    (false, "show(bucket = 1)"),
    (false, "show(n)"),
    (false, "show(n = self.n)"),
    (false, "when = bucket > 1"),
    (false, "when = |nobody| true"),
    (false, "when = async |bucket| true"),
    (false, r#"key = "{nobody}""#),
    (false, r#"expires = "15""#),
    (false, r#"expires = "15m3""#),
    (false, r#"expires = "99999999999999999999d""#),
    (false, r#"bind = "loosely""#),
    (false, "on_denied = 1 + 1"),
    (false, "skip()"),
    (false, "skip = client"),
    (false, "skip(token, token)"),
    (false, "redact(client, nobody)"),
    (false, "gate ="),
    (false, "crate = 1 + 1"),
    (false, "action"),
    (false, "skip_all"),
    (false, "reviewers = 2"),
    (false, "a b c"),
];

/// Items, and whether they can be gated at all.
const ITEMS: &[(bool, &str)] = &[
    (true, "async fn f(client: &S3, bucket: &str, token: &str) -> Result<(), E> { body(); }"),
    (
        true,
        "async fn f(&mut self, client: &S3, (a, b): (u8, u8), mut bucket: u8, token: u8) -> R { body(); }",
    ),
    (
        true,
        "fn f(client: S3, bucket: u8, token: u8) -> impl Future<Output = R> { async move { body(); } }",
    ),
    (
        true,
        "fn f(client: S3, bucket: u8, token: u8) -> Fut<R> { use a::b; Box::pin(async move { body(); }) }",
    ),
    (
        false,
        "fn f(client: S3, bucket: u8, token: u8) -> Fut<R> { body(); Box::pin(async move { Ok(()) }) }",
    ),
    (
        false,
        "fn f(client: S3, bucket: u8, token: u8) -> Fut<R> { let x = body(); async move { Ok(x) } }",
    ),
    (false, "fn f(client: S3, bucket: u8, token: u8) -> Fut<R> { body!(); async move { Ok(()) } }"),
    (false, "fn f(client: S3, bucket: u8, token: u8) -> Fut<R> { spawn(async move { body(); }) }"),
    (
        false,
        "fn f(client: S3, bucket: u8, token: u8) -> Fut<R> { Box::pin(async move { body(); }); }",
    ),
    (false, "fn f(client: S3, bucket: u8, token: u8) -> R { body(); }"),
    (false, "const fn f(client: S3, bucket: u8, token: u8) -> R { body(); }"),
    (false, "async extern \"C\" fn f(client: S3, bucket: u8, token: u8) -> R { body(); }"),
    (false, "async fn f(client: S3, bucket: u8, token: u8) { body(); }"),
    (false, "async fn f(client: S3, bucket: u8, token: u8) -> ! { body(); }"),
    (false, "async fn f(_: S3, client: S3, bucket: u8, token: u8) -> R { body(); }"),
    (false, "async fn f(#[cfg(test)] client: S3, bucket: u8, token: u8) -> R { body(); }"),
    (
        false,
        "#[requires_approval(action = \"a\")] async fn f(client: S3, bucket: u8, token: u8) -> R { body(); }",
    ),
    (false, "async fn f(client: S3, bucket: u8, token: u8) -> R { body(); } body();"),
    (false, "async fn f(client: S3, bucket: u8, token: u8) -> R;"),
    (false, "struct S { body: u8 }"),
    (false, ""),
];

/// Whether the body is gated. If it is not, it is gone, and the crate does not compile.
fn is_gated(args: &str, item: &str) -> bool {
    let output = crate::gate(args.parse().unwrap(), item.parse().unwrap());
    assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "not Rust: {output}");
    let refused = output.to_string().contains("compile_error") && bodies(output.clone()) == 0;
    let gated = runs_only_gated(&output);
    assert!(refused != gated, "neither gated nor refused: {output}");
    gated
}

#[test]
fn exactly_the_right_shapes_are_gated() {
    for (gateable, item) in ITEMS {
        assert_eq!(is_gated(r#"action = "a""#, item), *gateable, "{item}");
        assert!(!is_gated("", item), "{item}");
    }
}

#[test]
fn each_setting_is_accepted_once_or_not_at_all() {
    for (right, setting) in SETTINGS {
        for (gateable, item) in ITEMS {
            let once = format!(r#"action = "a", {setting},"#);
            assert_eq!(is_gated(&once, item), *right && *gateable, "{setting} on {item}");
            let twice = format!(r#"{setting}, action = "a", {setting}"#);
            assert!(!is_gated(&twice, item), "{setting} on {item}");
        }
    }
}

proptest! {
    #[test]
    fn no_attribute_lets_a_body_past_the_gate(
        settings in subsequence(SETTINGS, 0..=5).prop_shuffle(),
        (gateable, item) in select(ITEMS),
    ) {
        let keys: Vec<_> = settings.iter().filter_map(|(_, text)| text.split([' ', '(']).next()).collect();
        let all_right = settings.iter().all(|(right, _)| *right)
            && keys.iter().enumerate().all(|(at, key)| !keys.iter().take(at).any(|before| before == key));
        let args: Vec<_> = settings.iter().map(|(_, text)| *text).chain([r#"action = "a""#]).collect();
        prop_assert_eq!(is_gated(&args.join(", "), item), all_right && gateable);
    }

    #[test]
    fn no_text_as_an_attribute_lets_a_body_past_the_gate(
        args in r#"[a-c=,.:{}()"' ]{0,20}|(action|skip|gate|crate)[ -~]{0,30}"#,
        (_, item) in select(ITEMS),
    ) {
        if args.parse::<TokenStream>().is_ok() {
            is_gated(&args, item);
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
    fn a_format_string_refers_to_nothing_that_is_not_captured(
        text in r"([ab{}$]|\{[ab0 ]{0,2}(:[ab$*.0<]{0,3})?\}){0,4}",
    ) {
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
