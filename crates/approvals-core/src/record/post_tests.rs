//! Which stages of a message follow which, and which presses are taken.

use proptest::prelude::*;

use super::*;

fn at(seconds: u64) -> Timestamp {
    Timestamp::default().after(Duration::from_secs(seconds))
}

fn sent(message: &str) -> PostStage {
    let [approve, reject] = seals(message);
    PostStage::Sent { message: message.into(), approve, reject }
}

fn seals(message: &str) -> [Digest; 2] {
    [b"approve", b"rejects"]
        .map(|which| Digest::of("button", &[which, message.as_bytes()].concat()))
}

fn lost() -> PostStage {
    PostStage::Lost { error: "gone".into() }
}

fn unsure() -> PostStage {
    PostStage::Unsure { error: "no answer".into() }
}

/// The channels after these stages of one message, a minute apart, or at which place the first that cannot be stands.
fn after(stages: &[PostStage]) -> Result<InChannels, usize> {
    let mut channels = InChannels::default();
    for (index, stage) in stages.iter().enumerate() {
        let now = at(60 * u64::try_from(index).unwrap());
        channels.post(("slack", "T1/C1"), stage, true, now).map_err(|_why| index)?;
    }
    Ok(channels)
}

fn press(id: &str, who: &str) -> Press {
    Press {
        card: Digest::of("card", b""),
        choice: Choice::Approve,
        id: Digest::of("press", id.as_bytes()),
        identity: ChannelIdentity::new("slack", who).unwrap(),
        message: "1.1".into(),
        place: "T1/C1".into(),
        reason: None,
        request: "0199b3c5-6f00-7000-8000-000000000000".parse().unwrap(),
    }
}

fn any_stage() -> impl Strategy<Value = PostStage> {
    prop_oneof![
        Just(PostStage::Sending),
        Just(unsure()),
        Just(sent("1.1")),
        Just(sent("2.2")),
        Just(PostStage::Shown),
        Just(PostStage::Closed),
        Just(lost()),
    ]
}

proptest! {
    #[test]
    fn at_most_one_message_is_left_behind_unless_one_was_lost(stages in prop::collection::vec(any_stage(), 0..12)) {
        let upto = after(&stages).map_or_else(|index| index, |_all| stages.len());
        let stages = &stages[..upto];
        let mut doubtful = 0;
        for pair in stages.windows(2) {
            match pair {
                [PostStage::Lost { .. }, _next] => {}
                [_before, PostStage::Sending] => doubtful += 1,
                _other => {}
            }
        }
        prop_assert!(doubtful <= 1, "{stages:?}");
    }

    #[test]
    fn a_message_has_the_buttons_that_it_got_and_no_others(stages in prop::collection::vec(any_stage(), 0..12)) {
        let upto = after(&stages).map_or_else(|index| index, |_all| stages.len());
        let channels = after(&stages[..upto]).unwrap();
        for message in ["1.1", "2.2"] {
            let is_last = channels.posts.first().is_some_and(|post| post.message() == Some(message));
            prop_assert_eq!(channels.has_button(Choice::Approve, seals(message)[0]), is_last);
            prop_assert_eq!(channels.has_button(Choice::Reject, seals(message)[1]), is_last);
            prop_assert!(!channels.has_button(Choice::Reject, seals(message)[0]));
        }
    }
}

#[test]
fn a_message_on_its_way_is_not_sent_a_second_time_at_once() {
    let mut channels = InChannels::default();
    let mut sending =
        |seconds| channels.post(("slack", "C1"), &PostStage::Sending, false, at(seconds));
    assert_eq!(sending(0), Ok(()));
    assert!(sending(59).is_err());
    assert_eq!(sending(60), Ok(()), "whoever was sending it is gone");
    assert!(sending(600).is_err(), "one message nobody knows of is enough");
}

#[test]
fn a_message_is_closed_only_when_it_is_over() {
    let mut channels = after(&[PostStage::Sending, sent("1.1"), PostStage::Shown]).unwrap();
    let mut close =
        |is_over| channels.post(("slack", "T1/C1"), &PostStage::Closed, is_over, at(600));
    assert!(close(false).is_err());
    assert_eq!(close(true), Ok(()));
}

#[test]
fn another_message_does_not_take_the_place_of_one_that_is_there() {
    assert_eq!(after(&[PostStage::Sending, sent("1.1"), sent("2.2")]).unwrap_err(), 2);
    assert!(after(&[PostStage::Sending, sent("1.1"), sent("1.1")]).is_ok());
    let renewed = [PostStage::Sending, sent("1.1"), lost(), PostStage::Sending, sent("2.2")];
    assert!(after(&renewed).is_ok());
}

#[test]
fn a_press_is_taken_once_where_there_are_buttons() {
    let mut channels = after(&[PostStage::Sending, sent("1.1")]).unwrap();
    assert_eq!(channels.press(press("a", "T1/U1")), Ok(()));
    assert!(channels.press(press("a", "T1/U1")).is_err());
    let elsewhere = Press { message: "1.2".into(), ..press("b", "T1/U1") };
    assert!(channels.press(elsewhere).is_err());
    assert_eq!(channels.dismiss(press("a", "T1/U1").id), Ok(()));
    assert!(channels.dismiss(press("a", "T1/U1").id).is_err());
    assert!(channels.press(press("a", "T1/U1")).is_err(), "told again after nothing came of it");
}

#[test]
fn one_account_fills_no_log_with_presses() {
    let mut channels = after(&[PostStage::Sending, sent("1.1")]).unwrap();
    let taken = (0..100).filter(|n| channels.press(press(&n.to_string(), "T1/U1")).is_ok()).count();
    assert_eq!(taken, MAX_PRESSES);
    assert_eq!(channels.press(press("of another", "T1/U2")), Ok(()));
}
