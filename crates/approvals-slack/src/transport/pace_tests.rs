use super::*;

const POST: &str = "chat.postMessage";

fn channel(id: &str) -> ChannelId {
    id.parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_channel_gets_one_message_a_second_whoever_posts() {
    let pace = Pace::default();
    let began = Instant::now();
    let all = (0..5).map(|_| {
        let pace = pace.clone();
        async move { pace.turn(POST, Some(&channel("C1")), Duration::from_mins(1)).await }
    });
    assert!(futures_util::future::join_all(all).await.into_iter().all(|turn| turn.is_ok()));
    assert!(began.elapsed() >= Duration::from_secs(4), "{:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(6), "and no less often");
}

#[tokio::test(start_paused = true)]
async fn one_channel_does_not_wait_for_another() {
    let pace = Pace::default();
    for id in ["C1", "C2", "C3"] {
        assert_eq!(pace.turn(POST, Some(&channel(id)), Duration::ZERO).await, Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_and_is_dropped_takes_no_turn() {
    let pace = Pace::default();
    let id = channel("C1");
    pace.turn(POST, Some(&id), Duration::ZERO).await.unwrap();
    for _ in 0..10 {
        let waiting = pace.turn(POST, Some(&id), Duration::from_mins(1));
        assert!(tokio::time::timeout(Duration::from_millis(10), waiting).await.is_err());
    }
    let began = Instant::now();
    pace.turn(POST, Some(&id), Duration::from_mins(1)).await.unwrap();
    assert!(began.elapsed() <= Duration::from_secs(1), "ten who left have left no gap");
}

#[tokio::test(start_paused = true)]
async fn a_method_rests_for_all_callers_as_long_as_slack_says_and_others_go_on() {
    let pace = Pace::default();
    pace.rest("users.info", Duration::from_mins(1));
    pace.rest("users.info", Duration::from_secs(1));
    let soon = pace.turn("users.info", None, Duration::from_secs(5)).await;
    assert_eq!(
        soon,
        Err(NotYet(Duration::from_mins(1))),
        "a shorter rest does not end a longer one"
    );
    assert_eq!(pace.turn("chat.update", None, Duration::ZERO).await, Ok(()));
    let began = Instant::now();
    assert_eq!(pace.turn("users.info", None, Duration::from_mins(2)).await, Ok(()));
    assert!(began.elapsed() >= Duration::from_mins(1));
}

#[tokio::test(start_paused = true)]
async fn no_rest_is_longer_than_ten_minutes() {
    let pace = Pace::default();
    pace.rest(POST, Duration::from_hours(24));
    let turn = pace.turn(POST, None, Duration::ZERO).await;
    assert_eq!(turn, Err(NotYet(Duration::from_mins(10))));
}

#[test]
fn retry_after_is_seconds_or_half_a_minute() {
    for (text, seconds) in [
        (Some("1"), 1),
        (Some("60"), 60),
        (None, 30),
        (Some("soon"), 30),
        (Some(""), 30),
        (Some("-1"), 30),
        (Some("+1"), 30),
        (Some("1.5"), 30),
        (Some("Wed, 21 Oct 2026 07:28:00 GMT"), 30),
        (Some("99999999999999999999"), 30),
        (Some("999999999"), 600),
        (Some("0"), 1),
    ] {
        assert_eq!(rest_of(text), Duration::from_secs(seconds), "{text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn channels_that_nobody_posts_in_are_forgotten() {
    let pace = Pace::default();
    for n in 0..100 {
        pace.turn(POST, Some(&channel(&format!("C{n}"))), Duration::ZERO).await.unwrap();
        tokio::time::advance(Duration::from_millis(500)).await;
    }
    assert!(pace.0.lock().unwrap().channels.len() < 5);
}
