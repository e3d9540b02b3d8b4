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
