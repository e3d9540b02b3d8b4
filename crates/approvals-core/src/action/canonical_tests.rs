use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::*;
use crate::action::parse::parse;

/// The values that serde can name, without JSON's own merging of them.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<Model>),
    Object(BTreeMap<String, Model>),
}

impl Serialize for Model {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => s.serialize_unit(),
            Self::Bool(value) => s.serialize_bool(*value),
            Self::Int(value) => s.serialize_i128(*value),
            Self::Float(value) => s.serialize_f64(*value),
            Self::Text(value) => s.serialize_str(value),
            Self::List(items) => {
                let mut seq = s.serialize_seq(None)?;
                items.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Self::Object(members) => {
                let mut map = s.serialize_map(None)?;
                // Backwards, so that the order of arrival is not the order of the bytes.
                members
                    .iter()
                    .rev()
                    .try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

fn same(a: &Model, b: &Model) -> bool {
    match (a, b) {
        (Model::Float(a), Model::Float(b)) => a.to_bits() == b.to_bits(),
        (Model::List(a), Model::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Model::Object(a), Model::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && same(a, b))
        }
        _ => a == b,
    }
}

fn model() -> impl Strategy<Value = Model> {
    let near = prop_oneof![
        Just(0_i128),
        Just(1),
        Just(-1),
        Just(1 << 53),
        Just((1 << 53) + 1),
        any::<i128>()
    ];
    let float = prop_oneof![Just(0.0), Just(-0.0), Just(1.0), Just(1e21), Just(0.1), any::<f64>()]
        .prop_filter("finite", |f| f.is_finite());
    let text = prop_oneof![
        Just(String::new()),
        Just("1".into()),
        Just("null".into()),
        "[\"\\\\{}:, a-cé\u{0}\u{7f}]{0,4}"
    ];
    let leaf = prop_oneof![
        Just(Model::Null),
        any::<bool>().prop_map(Model::Bool),
        near.prop_map(Model::Int),
        float.prop_map(Model::Float),
        text.clone().prop_map(Model::Text),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Model::List),
            prop::collection::btree_map(text.clone(), inner, 0..4).prop_map(Model::Object),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn two_different_values_never_give_the_same_bytes(a in model(), b in model()) {
        let bytes = |value: &Model| to_bytes(value, MAX_BYTES).unwrap();
        prop_assert_eq!(same(&a, &b), bytes(&a) == bytes(&b));
    }

    #[test]
    fn one_changed_leaf_changes_the_bytes(a in model(), at in any::<usize>()) {
        let mut changed = a.clone();
        let mut place = at;
        change(&mut changed, &mut place);
        prop_assert_ne!(to_bytes(&a, MAX_BYTES).unwrap(), to_bytes(&changed, MAX_BYTES).unwrap());
    }

    #[test]
    fn what_is_parsed_is_what_was_written(text in "\\PC{0,40}") {
        // Any text: no panic; and what is accepted has one canonical form that reads back the same.
        if let Ok(value) = parse(text.as_bytes(), 1000) {
            let bytes = to_bytes(&value, 1000).unwrap();
            prop_assert_eq!(parse(&bytes, 1000).unwrap(), value);
        }
    }
}

fn change(value: &mut Model, at: &mut usize) {
    match value {
        Model::List(items) if !items.is_empty() => {
            let n = items.len();
            change(&mut items[*at % n], at);
        }
        Model::Object(members) if !members.is_empty() => {
            let n = members.len();
            change(members.values_mut().nth(*at % n).unwrap(), at);
        }
        Model::Int(n) => *n = n.wrapping_add(1),
        Model::Text(text) => text.push(' '),
        Model::Float(f) => *f = if f.to_bits() == 0 { -0.0 } else { 0.0 },
        Model::Bool(b) => *b = !*b,
        Model::List(items) => items.push(Model::Null),
        Model::Null | Model::Object(_) => *value = Model::List(vec![]),
    }
}

fn refusal<T: Serialize>(value: &T) -> String {
    to_bytes(value, 1000).unwrap_err().to_string()
}

#[test]
fn each_refusal_names_the_field() {
    #[derive(Serialize)]
    struct Outer<T> {
        filter: Vec<T>,
    }
    struct Twice;
    impl Serialize for Twice {
        fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            let mut map = s.serialize_map(None)?;
            map.serialize_entry("rows", &1)?;
            map.serialize_entry("rows", &2)?;
            map.end()
        }
    }
    struct Deep(usize);
    impl Serialize for Deep {
        fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            let mut seq = s.serialize_seq(None)?;
            if self.0 > 0 {
                seq.serialize_element(&Deep(self.0 - 1))?;
            }
            seq.end()
        }
    }
    assert_eq!(
        refusal(&Outer { filter: vec![0.0, f64::INFINITY] }),
        "`filter[1]` is NaN or infinite, which JSON cannot carry"
    );
    assert_eq!(
        refusal(&Outer { filter: vec![Twice] }),
        "`filter[0].rows` stands twice in the same object"
    );
    assert_eq!(
        refusal(&Outer { filter: vec![Some(())] }),
        "`filter[0]` is `Some` of nothing, which reads the same as `None`"
    );
    assert_eq!(
        refusal(&Outer { filter: vec!["x".repeat(1001)] }),
        "`filter[0]` is larger than 1000 bytes"
    );
    assert!(refusal(&Deep(64)).ends_with("is nested deeper than 64 levels"));
    assert!(to_bytes(&Deep(63), 1000).is_ok());
    assert!(refusal(&BTreeMap::from([((1, 2), 3)])).contains("key"));
    assert!(refusal(&BTreeMap::from([(true, 3)])).contains("neither text nor an integer"));
    assert_eq!(to_bytes(&BTreeMap::from([(-1, 3)]), 100).unwrap(), br#"{"-1":3}"#);
}

#[test]
fn keys_are_sorted_by_code_point_and_not_by_utf16() {
    let map = BTreeMap::from([("\u{10000}", 1), ("\u{ffff}", 2), ("z", 3)]);
    assert_eq!(to_bytes(&map, 100).unwrap(), "{\"z\":3,\"\u{ffff}\":2,\"\u{10000}\":1}".as_bytes());
}

#[test]
fn the_parser_refuses_what_would_be_lost() {
    let refusal = |text: &str| parse(text.as_bytes(), 1000).unwrap_err().to_string();
    assert_eq!(refusal(r#"{"a":[{"b":1,"b":1}]}"#), "`a[0].b` stands twice in the same object");
    assert_eq!(
        refusal(r#"{"a":{"cents":123456789012345678901}}"#),
        "`a.cents` is a number too large to be exact; pass it as text"
    );
    assert!(
        refusal(&format!("{}{}", "[".repeat(65), "]".repeat(65)))
            .ends_with("is nested deeper than 64 levels")
    );
    assert!(parse(format!("{}{}", "[".repeat(64), "]".repeat(64)).as_bytes(), 1000).is_ok());
    assert!(refusal("1e400").contains("is not valid JSON"));
    assert!(refusal("NaN").contains("is not valid JSON"));
    assert!(refusal("{} {}").contains("is not valid JSON"));
    assert!(refusal(r#""\ud800""#).contains("is not valid JSON"));
    assert!(refusal(&" ".repeat(1001)).ends_with("is larger than 1000 bytes"));
    assert_eq!(parse(b"18446744073709551615", 100).unwrap(), u64::MAX);
}

#[test]
fn enums_keep_their_variant() {
    #[derive(Serialize)]
    enum Kind {
        Unit,
        New(u8),
        Tuple(u8, u8),
        Struct { b: u8, a: u8 },
    }
    let all = [Kind::Unit, Kind::New(1), Kind::Tuple(1, 2), Kind::Struct { b: 1, a: 2 }];
    assert_eq!(
        to_bytes(&all, 200).unwrap(),
        br#"["Unit",{"New":1},{"Tuple":[1,2]},{"Struct":{"a":2,"b":1}}]"#
    );
}
