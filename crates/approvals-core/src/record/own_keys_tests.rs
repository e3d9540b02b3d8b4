use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn account(name: &str) -> ChannelIdentity {
    ChannelIdentity::new("web", name).unwrap()
}

fn key(credential: &str) -> ReviewerKey {
    ReviewerKey::es256("localhost", credential.as_bytes(), &[1; 32], &[2; 32]).unwrap()
}

fn invitation(word: &str) -> Digest {
    Digest::of("invitation", word.as_bytes())
}

fn with_invitation() -> OwnKeys {
    let mut keys = OwnKeys::default();
    keys.invite(invitation("a"), &account("mira"), at(100), at(1)).unwrap();
    keys
}

#[test]
fn an_invitation_enrols_one_key_for_one_account_before_its_end() {
    let mut keys = with_invitation();
    let (mira, tom) = (account("mira"), account("tom"));
    assert!(keys.enrol(invitation("b"), &mira, &key("k"), at(2)).is_err(), "none");
    assert!(keys.enrol(invitation("a"), &tom, &key("k"), at(2)).is_err(), "another's");
    assert!(keys.enrol(invitation("a"), &mira, &key("k"), at(100)).is_err(), "over");
    keys.enrol(invitation("a"), &mira, &key("k"), at(99)).unwrap();
    assert!(keys.enrol(invitation("a"), &mira, &key("l"), at(99)).is_err(), "used");
    assert_eq!((keys.of(&mira).count(), keys.of(&tom).count()), (1, 0));
}

#[test]
fn an_invitation_is_made_once_and_is_over_some_time() {
    let mut keys = with_invitation();
    assert!(keys.invite(invitation("a"), &account("tom"), at(200), at(2)).is_err(), "twice");
    assert!(keys.invite(invitation("b"), &account("tom"), at(2), at(2)).is_err(), "never open");
    keys.enrol(invitation("a"), &account("mira"), &key("k"), at(3)).unwrap();
    assert_eq!(keys.invited(invitation("a"), at(4)), None);
}

#[test]
fn a_credential_is_enrolled_once_for_one_account_and_never_after_it_was_retired() {
    let mut keys = with_invitation();
    keys.enrol(invitation("a"), &account("mira"), &key("k"), at(2)).unwrap();
    keys.invite(invitation("b"), &account("tom"), at(100), at(3)).unwrap();
    assert!(keys.enrol(invitation("b"), &account("tom"), &key("k"), at(4)).is_err());
    let credential = key("k").credential();
    assert!(keys.retire("other").is_err());
    keys.retire(&credential).unwrap();
    assert!(keys.retire(&credential).is_err(), "once");
    assert_eq!(keys.of(&account("mira")).count(), 0);
    assert!(keys.enrol(invitation("b"), &account("tom"), &key("k"), at(5)).is_err());
    keys.enrol(invitation("b"), &account("tom"), &key("l"), at(5)).unwrap();
}

#[test]
fn nobody_has_keys_without_end() {
    let mut keys = OwnKeys::default();
    for number in 0..MAX_KEYS {
        let word = number.to_string();
        keys.invite(invitation(&word), &account("mira"), at(100), at(1)).unwrap();
        keys.enrol(invitation(&word), &account("mira"), &key(&word), at(2)).unwrap();
    }
    keys.invite(invitation("more"), &account("mira"), at(100), at(3)).unwrap();
    assert!(keys.enrol(invitation("more"), &account("mira"), &key("more"), at(4)).is_err());
}
