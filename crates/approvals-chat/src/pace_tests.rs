use super::*;

const SECOND: Duration = Duration::from_secs(1);
const ONE: &[Limit] = &[Limit { most: 1, within: SECOND }];

#[tokio::test(start_paused = true)]
async fn one_message_a_second_is_one_whoever_posts() {
    let pace = Pace::default();
    let began = Instant::now();
    let all = (0..5).map(|_| {
        let pace = pace.clone();
        async move { pace.turn(&[("C1", ONE)], Duration::from_mins(1)).await }
    });
    assert!(futures_util::future::join_all(all).await.into_iter().all(|turn| turn.is_ok()));
    assert!(began.elapsed() >= 4 * SECOND, "{:?}", began.elapsed());
    assert!(began.elapsed() < 6 * SECOND, "and no less often");
}

#[tokio::test(start_paused = true)]
async fn however_it_is_asked_no_limit_is_passed() {
    let limits = [
        Limit { most: 7, within: SECOND },
        Limit { most: 8, within: 2 * SECOND },
        Limit { most: 60, within: 30 * SECOND },
    ];
    let (pace, began) = (Pace::default(), Instant::now());
    let mut done = Vec::new();
    for _ in 0..200 {
        pace.turn(&[("C1", limits.as_slice())], Duration::from_hours(1)).await.unwrap();
        done.push(began.elapsed());
    }
    for Limit { most, within } in limits {
        for window in done.windows(most + 1) {
            assert!(window[most] >= window[0] + within, "{most} in {within:?}: {window:?}");
        }
    }
    assert!(began.elapsed() < Duration::from_mins(2), "and it is no slower than it has to be");
}

#[tokio::test(start_paused = true)]
async fn one_channel_does_not_wait_for_another() {
    let pace = Pace::default();
    for id in ["C1", "C2", "C3"] {
        assert_eq!(pace.turn(&[(id, ONE)], Duration::ZERO).await, Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_and_is_dropped_takes_no_turn() {
    let pace = Pace::default();
    pace.turn(&[("C1", ONE)], Duration::ZERO).await.unwrap();
    for _ in 0..10 {
        let what: [(_, &[Limit]); 1] = [("C1", ONE)];
        let waiting = pace.turn(&what, Duration::from_mins(1));
        assert!(tokio::time::timeout(Duration::from_millis(10), waiting).await.is_err());
    }
    let began = Instant::now();
    pace.turn(&[("C1", ONE)], Duration::from_mins(1)).await.unwrap();
    assert!(began.elapsed() <= SECOND, "ten who left have left no gap");
}

#[tokio::test(start_paused = true)]
async fn a_method_rests_for_all_callers_as_long_as_the_service_says_and_others_go_on() {
    let pace = Pace::default();
    pace.rest(&"users.info", Duration::from_mins(1));
    pace.rest(&"users.info", SECOND);
    let soon = pace.turn(&[("users.info", &[])], 5 * SECOND).await;
    let minute = NotYet(Duration::from_mins(1));
    assert_eq!(soon, Err(minute), "a shorter rest does not end a longer one");
    assert_eq!(pace.turn(&[("chat.update", &[]), ("C1", ONE)], Duration::ZERO).await, Ok(()));
    let both = pace.turn(&[("C2", ONE), ("users.info", &[])], Duration::ZERO).await;
    assert_eq!(both, Err(minute), "the one that rests keeps the other");
    assert_eq!(pace.turn(&[("C2", ONE)], Duration::ZERO).await, Ok(()), "and takes none of it");
    let began = Instant::now();
    assert_eq!(pace.turn(&[("users.info", &[])], Duration::from_mins(2)).await, Ok(()));
    assert!(began.elapsed() >= Duration::from_mins(1));
}

#[tokio::test(start_paused = true)]
async fn no_rest_is_longer_than_ten_minutes() {
    let pace = Pace::default();
    pace.rest(&"post", Duration::from_hours(24));
    let turn = pace.turn(&[("post", &[])], Duration::ZERO).await;
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
        pace.turn(&[(format!("C{n}"), ONE)], Duration::ZERO).await.unwrap();
        tokio::time::advance(Duration::from_millis(500)).await;
    }
    assert!(pace.0.lock().unwrap().len() < 5);
}
