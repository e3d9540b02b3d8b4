//! What is found in a source file, and what is not.

use super::*;

fn functions(file: &str, text: &str) -> syn::Result<Found> {
    let mut names = Names::default();
    names.learn(text)?;
    super::functions(file, text, &names)
}

fn found(text: &str) -> Vec<String> {
    let functions = functions("a.rs", text).unwrap().functions;
    functions.iter().map(|one| format!("{}:{}", one.line, one.function)).collect()
}

#[test]
fn the_attribute_is_found_wherever_a_function_can_stand() {
    let text = "use approvals::requires_approval as gated;\n\
        #[approvals::requires_approval(action = \"a.b\")]\nasync fn free() {}\n\
        impl<T> Bank<T> {\n#[requires_approval(action = \"a.b\")]\nasync fn method(&self) {}\n}\n\
        impl Pay for Bank {\n#[gated(action = \"a.b\")]\nasync fn of_a_trait() {}\n}\n\
        trait Pay {\n#[requires_approval(action = \"a.b\")]\nasync fn provided() {}\n}\n\
        mod deep {\nmod deeper {\n#[requires_approval(action = \"a.b\")]\nfn inside() {\n\
        #[requires_approval(action = \"a.b\")]\nasync fn in_a_body() {}\n}\n}\n}\n\
        #[doc = \"requires_approval\"]\n#[tokio::test]\nasync fn not_gated() { requires_approval(); }\n";
    let expected = [
        "3:free",
        "6:Bank::method",
        "10:<Bank as Pay>::of_a_trait",
        "14:Pay::provided",
        "19:deep::deeper::inside",
        "21:deep::deeper::inside()::in_a_body",
    ];
    assert_eq!(found(text), expected);
}

#[test]
fn parameters_are_told_by_what_becomes_of_them() {
    let text = "#[requires_approval(action = \"a.b\", skip(client, x), redact(token))]\n\
        async fn f(&self, mut to: &str, client: &C, Json(body): Json<B>, (x, y): (u8, u8), token: T, r#type: u8) {}";
    let functions = functions("a.rs", text).unwrap().functions;
    let one = &functions[0];
    assert_eq!(one.bound, ["to", "body", "(x, y)", "type"]);
    assert_eq!(one.redacted, ["token"]);
    assert_eq!(one.unbound, ["client", "x", "self"]);
}

#[test]
fn a_parameter_that_is_skipped_under_its_raw_name_is_not_called_bound() {
    let text = "#[requires_approval(action = \"a.b\", skip(r#type), redact(r#use))]\n\
        async fn f(r#type: u8, r#use: u8) {}";
    let one = &functions("a.rs", text).unwrap().functions[0];
    assert_eq!(
        (&one.bound, &one.redacted, &one.unbound),
        (&vec![], &vec!["use".into()], &vec!["type".into()])
    );
}

#[test]
fn a_name_that_another_file_gives_the_attribute_is_known_in_all() {
    let mut names = Names::default();
    names.learn("use inner::gated as sealed;").unwrap();
    names.learn("pub use approvals::requires_approval as gated; use a::b as c;").unwrap();
    let text = "#[c]\nfn other() {}\n#[crate::gated(action = \"a.b\")]\nfn one() {}\n\
        #[sealed(action = \"a.b\")]\nfn two() {}\n";
    let found = super::functions("a.rs", text, &names).unwrap().functions;
    assert_eq!(found.iter().map(|one| one.function.as_str()).collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn conditions_within_conditions_are_all_told() {
    let text = "#[cfg_attr(unix, cfg_attr(feature = \"gate\", requires_approval(action = \"a.b\")))]\nfn f() {}";
    let found = functions("a.rs", text).unwrap().functions;
    assert_eq!(found[0].only_if.as_deref(), Some("all(unix, feature = \"gate\")"));
}

#[test]
fn what_is_gated_in_some_builds_only_says_so() {
    let text = "#[cfg_attr(feature = \"gate\", doc = \"x\", requires_approval(action = \"a.b\"))]\nfn f() {}";
    let functions = functions("a.rs", text).unwrap().functions;
    assert_eq!(functions[0].only_if.as_deref(), Some("feature = \"gate\""));
    assert_eq!(functions[0].action.as_deref(), Some("a.b"));
}

#[test]
fn macros_that_name_the_attribute_are_pointed_at() {
    let text = "macro_rules! m { () => { #[requires_approval(action = \"a\")] fn f() {} } }\n\
        vec![1];\nfn g() {\n    make!(requires_approval);\n}\n";
    let text = text.replace("vec![1];\n", "");
    let found = functions("a.rs", &text).unwrap();
    assert_eq!((found.functions.len(), found.in_macros), (0, vec![1, 3]));
}

#[test]
fn what_cannot_be_read_is_an_error_where_it_stands() {
    for (text, line) in [
        ("fn f( {}", 1),
        ("\n#[requires_approval(action \"a.b\")]\nfn f() {}", 2),
        ("fn g() {}\n\n#[cfg_attr(x, requires_approval(=))]\nfn f() {}", 3),
    ] {
        assert_eq!(functions("a.rs", text).unwrap_err().span().start().line, line, "{text}");
    }
}
