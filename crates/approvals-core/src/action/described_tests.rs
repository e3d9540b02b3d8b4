use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// An action that says whatever it was made of.
#[derive(Clone, Debug)]
struct Any {
    risk: Risk,
    texts: [Option<String>; 4],
    tags: Vec<String>,
    arguments: Vec<(u8, Value)>,
    times: [Option<Duration>; 2],
    review_required: bool,
}

impl Action for Any {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("any.action", self.risk)?;
        let [resource, summary, reason, emergency] = &self.texts;
        resource.iter().try_for_each(|text| call.resource(format_args!("{text}")))?;
        summary.iter().try_for_each(|text| call.summary(format_args!("{text}")))?;
        reason.iter().try_for_each(|text| call.reason(format_args!("{text}")))?;
        emergency.iter().try_for_each(|text| call.break_glass(format_args!("{text}")))?;
        let [silence, expiry] = self.times;
        silence.into_iter().try_for_each(|time| call.idempotent_after(time))?;
        expiry.into_iter().try_for_each(|time| call.expires_after(time))?;
        if self.review_required {
            call.review_required();
        }
        self.tags.iter().try_for_each(|tag| call.tag(tag))?;
        self.arguments.iter().enumerate().try_for_each(|(n, (kind, value))| {
            let name = format!("{n} ü\"");
            match kind {
                0 => call.bind(&name, value),
                1 => call.redact(&name, value),
                2 => call.show(&name, value),
                _ => call.unbound(&name),
            }
        })
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e15..1e15).prop_map(|float: f64| json!(float)),
        Just(json!(-0.0)),
        Just(json!(1e-7)),
        any::<f32>().prop_map(|float| json!(float)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let members = proptest::collection::btree_map(any::<String>(), inner.clone(), 0..4);
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn action() -> impl Strategy<Value = Any> {
    let risk =
        prop_oneof![Just(Risk::Low), Just(Risk::Medium), Just(Risk::High), Just(Risk::Critical)];
    let time = || proptest::option::of(any::<Duration>());
    (
        risk,
        proptest::array::uniform4(proptest::option::of(any::<String>())),
        proptest::collection::btree_set("[!-~]{1,8}", 0..4),
        proptest::collection::vec((0..4_u8, value()), 0..6),
        [time(), time()],
        any::<bool>(),
    )
        .prop_map(|(risk, texts, tags, arguments, times, review_required)| {
            let tags = tags.into_iter().collect();
            Any { risk, texts, tags, arguments, times, review_required }
        })
}

fn agent() -> Requester {
    let owner = Principal::human("u:mira").unwrap();
    Requester::new(Principal::agent("agent:a").unwrap()).on_behalf_of(owner)
}

fn intake(
    action: &dyn Action,
    salts: BTreeMap<String, Salt>,
) -> Result<super::super::description::Intake, DescribeError> {
    describe(action, LARGEST, salts)?.seal("example.org/test", &agent())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_arrives_describes_the_same_bytes(action in action()) {
        let here = intake(&action, BTreeMap::new()).unwrap();
        // What a gate would not take is not sent either.
        let Ok(described) = Described::of(&action) else {
            let exact = action.arguments.iter().all(|(kind, value)| {
                *kind == 3 || Exact::new(&crate::canonical::to_bytes(value, LARGEST).unwrap()).is_ok()
            });
            prop_assert!(!exact);
            return Ok(());
        };
        let sent = serde_json::to_vec(&described).unwrap();
        let arrived = Described::from_json(&sent).unwrap();
        prop_assert_eq!(&arrived, &described);
        let there = intake(&arrived, here.salts()).unwrap();
        prop_assert_eq!(&there.bytes, &here.bytes);
        prop_assert!(described.is_in(&here.bytes));
    }

    #[test]
    fn a_document_of_another_action_is_told_apart(one in action(), other in action(), part in 0..6) {
        let mut changed = one.clone();
        match part {
            0 => changed.risk = other.risk,
            1 => changed.texts = other.texts,
            2 => changed.tags = other.tags,
            3 => changed.arguments = other.arguments,
            4 => changed.times = other.times,
            _ => changed.review_required = other.review_required,
        }
        let Ok(described) = Described::of(&one) else { return Ok(()) };
        let there = intake(&changed, BTreeMap::new()).unwrap();
        // All but what is hidden can be compared without the salts.
        let public = |bytes: &[u8]| {
            let mut value: Value = serde_json::from_slice(bytes).unwrap();
            let names: Vec<_> = value["redacted"].as_object().unwrap().keys().cloned().collect();
            value["redacted"] = json!(names);
            serde_json::to_string(&value).unwrap()
        };
        // A risk may be taken to be higher, and never lower.
        let taken = Any { risk: one.risk.max(changed.risk), ..one };
        let here = intake(&taken, there.salts()).unwrap();
        prop_assert_eq!(described.is_in(&there.bytes), public(&here.bytes) == public(&there.bytes));
    }
}

#[test]
fn what_is_hidden_is_in_no_debug_output_and_in_no_error() {
    let secret = Any {
        risk: Risk::Low,
        texts: [None, None, None, None],
        tags: Vec::new(),
        arguments: vec![(1, json!({"hunter2": 1}))],
        times: [None, None],
        review_required: false,
    };
    let described = Described::of(&secret).unwrap();
    assert!(!format!("{described:?}").contains("hunter2"));
    let sent = String::from_utf8(serde_json::to_vec(&described).unwrap()).unwrap();
    assert!(sent.contains("hunter2"));
    for broken in [
        sent.replace("\"hunter2\":1", "\"hunter2\":1,\"hunter2\":2"),
        sent.replace("\"hunter2\":1", "\"hunter2\":1e300"),
        sent.replace("{\"hunter2\":1}", "hunter2"),
        r#"{"action":"a","redacted":"hunter2"}"#.to_owned(),
        r#"{"action":"a","redacted":{"t":"hunter2","t":"hunter2"}}"#.to_owned(),
    ] {
        let error = Described::from_json(broken.as_bytes()).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        let error = serde_json::from_str::<Described>(&broken).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn what_is_not_known_or_stands_twice_or_is_reserved_is_refused() {
    for wrong in [
        r#"{"action":"a","owner":"u:mira"}"#,
        r#"{"action":"a","action":"b"}"#,
        r#"{"action":"a","arguments":{"n":1,"n":2}}"#,
        r#"{"action":"a","arguments":{"n":{"m":1,"m":2}}}"#,
        r#"{"action":"a","arguments":{"n":1e300}}"#,
        r#"{"action":"a","arguments":[1]}"#,
        r#"{"action":"a","risk":"none"}"#,
        r#"{"action":"A"}"#,
        r#"{"action":"a","key":"k"}"#,
    ] {
        assert!(Described::from_json(wrong.as_bytes()).is_err(), "{wrong}");
        assert!(serde_json::from_str::<Described>(wrong).is_err(), "{wrong}");
    }
    for odd in [
        r#"{"action":"approvals.lift"}"#,
        r#"{"action":"a","arguments":{"n":1},"unbound":["n"]}"#,
        r#"{"action":"a","tags":["t","t"]}"#,
        r#"{"action":"a","tags":[""]}"#,
    ] {
        let described = Described::from_json(odd.as_bytes()).unwrap();
        assert!(intake(&described, BTreeMap::new()).is_err(), "{odd}");
    }
}

#[test]
fn an_action_that_panics_is_not_sent() {
    struct Panics;
    impl Action for Panics {
        fn describe(&self, _call: &mut Description) -> Result<(), DescribeError> {
            panic!("no")
        }
    }
    assert_eq!(Described::of(&Panics), Err(DescribeError::Panicked));
}
