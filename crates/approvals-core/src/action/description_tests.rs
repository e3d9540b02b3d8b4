use super::*;
use crate::action::principal::Principal;

fn intake(fill: impl Fn(&mut Description), salts: BTreeMap<String, Salt>) -> Intake {
    let mut call = Description::new(canonical::MAX_BYTES, salts);
    call.action("s3.export", Risk::High).unwrap();
    fill(&mut call);
    let agent = Requester::new(Principal::agent("agent:a").unwrap());
    call.seal("example.org/t/prod", &agent).unwrap()
}

#[test]
fn a_redacted_value_is_bound_but_not_readable() {
    let hidden = |value: &str, salts| {
        let value = value.to_owned();
        intake(move |call| call.redact("token", &value).unwrap(), salts)
    };
    let first = hidden("hunter2", BTreeMap::new());
    assert!(!String::from_utf8_lossy(&first.bytes).contains("hunter2"));
    assert!(!format!("{first:?}").contains("hunter2"));
    assert_eq!(hidden("hunter2", first.salts()).digest, first.digest);
    assert_ne!(hidden("hunter3", first.salts()).digest, first.digest);
    assert_ne!(hidden("hunter2", BTreeMap::new()).digest, first.digest, "salts are random");
}

#[test]
fn every_part_of_an_action_changes_its_digest() {
    let variants = [
        intake(|_| (), BTreeMap::new()),
        intake(|call| call.bind("a", &1).unwrap(), BTreeMap::new()),
        intake(|call| call.bind("a", &"1").unwrap(), BTreeMap::new()),
        intake(|call| call.bind("b", &1).unwrap(), BTreeMap::new()),
        intake(|call| call.unbound("a").unwrap(), BTreeMap::new()),
        intake(|call| call.resource(format_args!("a")).unwrap(), BTreeMap::new()),
        intake(|call| call.summary(format_args!("a")).unwrap(), BTreeMap::new()),
        intake(|call| call.reason(format_args!("a")).unwrap(), BTreeMap::new()),
        intake(|call| call.show("a", &1).unwrap(), BTreeMap::new()),
        intake(|call| call.tag("a").unwrap(), BTreeMap::new()),
        intake(Description::review_required, BTreeMap::new()),
        intake(|call| call.expires_after(Duration::from_millis(1)).unwrap(), BTreeMap::new()),
        intake(|call| call.idempotent_after(Duration::from_millis(1)).unwrap(), BTreeMap::new()),
    ];
    let digests: BTreeSet<_> = variants.iter().map(|intake| intake.digest).collect();
    assert_eq!(digests.len(), variants.len());
}

#[test]
fn an_error_names_the_argument_and_the_field() {
    let mut call = Description::new(canonical::MAX_BYTES, BTreeMap::new());
    let error = call.bind("filter", &BTreeMap::from([("max", f64::NAN)])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "argument `filter.max` is NaN or infinite, which JSON cannot carry"
    );
    call.bind("a", &1).unwrap();
    assert_eq!(call.unbound("a"), Err(DescribeError::Twice("a".into())));
}

#[test]
fn times_are_whole_milliseconds_on_the_side_that_asks_for_more() {
    let times = |time: Duration| {
        let describe = |call: &mut Description| {
            call.expires_after(time).unwrap();
            call.idempotent_after(time).unwrap();
        };
        let document = intake(describe, BTreeMap::new()).document().unwrap();
        (document.expires_after_ms.unwrap(), document.retry_after_ms.unwrap())
    };
    assert_eq!(times(Duration::from_micros(1500)), (1, 2));
    assert_eq!(times(Duration::MAX), ((1 << 53) - 1, (1 << 53) - 1));
}

#[test]
fn a_tag_is_one_visible_word_given_once_and_there_are_few() {
    let mut call = Description::new(canonical::MAX_BYTES, BTreeMap::new());
    for wrong in ["", "a b", "ä", "a\n", &"x".repeat(101)] {
        assert_eq!(call.tag(wrong), Err(DescribeError::Tags), "{wrong:?}");
    }
    assert_eq!(call.tag(&"x".repeat(100)), Ok(()));
    assert_eq!(call.tag("pii"), Ok(()));
    assert_eq!(call.tag("pii"), Err(DescribeError::Twice("the tag pii".into())));
    for n in 2..32 {
        assert_eq!(call.tag(&n.to_string()), Ok(()));
    }
    assert_eq!(call.tag("one-more"), Err(DescribeError::Tags));
}
