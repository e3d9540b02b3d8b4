//! With which keys calls are verified, and when those are fetched: case 41 of the failure cases.
//!
//! Time passes here without anybody waiting, so each test has one thread.

use std::time::Duration;

use fake_teams::{FakeTeams, Fault, Pair, SigningKey, World};
use serde_json::json;

use crate::office::*;

const MINUTE: Duration = Duration::from_secs(61);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often Microsoft was asked for keys.
fn looks(office: &Office) -> usize {
    office.teams.calls_of("metadata").len()
}

/// Somebody approves what is asked next, and it runs.
async fn goes_on(office: &Office) {
    let running = office.run();
    let card = office.card().await;
    let answer = office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(answer.status, Some(200), "{answer:?}");
    assert_eq!(running.await.unwrap(), Ok(()));
    office.until_shows(&card, "was carried out").await;
}

/// The status of a click that changes nothing.
async fn status(office: &Office) -> Option<u16> {
    office.teams.say(DEPLOYS, ADA, "hello").send().await.status
}

#[tokio::test]
async fn a_key_that_takes_the_place_of_another_is_known_a_minute_later() {
    let office = Office::open(Plan::of(1, "ops")).await;
    assert_eq!(status(&office).await, Some(200));
    let old = office.teams.edit(|world| world.signing_key());
    office.teams.edit(World::rotate_keys);
    assert_eq!((status(&office).await, looks(&office)), (Some(401), 1), "it was just asked");
    later(MINUTE).await;
    assert_eq!((status(&office).await, looks(&office)), (Some(200), 2));
    goes_on(&office).await;
    let of_before = office.teams.say(DEPLOYS, ADA, "hello").signed_by(&old).send().await;
    assert_eq!(of_before.status, Some(401), "what is published no more is good for nothing");
}

#[tokio::test]
async fn keys_that_nobody_knows_have_microsoft_asked_once_a_minute_at_most() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let flood = async || {
        for n in 0..30 {
            let key = SigningKey::new(&format!("unknown-{n}"), Pair::Second);
            let answer = office.teams.say(DEPLOYS, ADA, "hello").signed_by(&key).send().await;
            assert_eq!(answer.status, Some(401));
        }
    };
    flood().await;
    assert_eq!(looks(&office), 1, "when the gate was built");
    for minute in 2..4 {
        later(MINUTE).await;
        flood().await;
        assert_eq!((looks(&office), office.teams.calls_of("keys").len()), (minute, minute));
    }
    // Nor is Microsoft asked more often where it does not answer.
    office.teams.fault_always("metadata", Fault::status(503));
    later(MINUTE).await;
    flood().await;
    assert_eq!((looks(&office), status(&office).await), (4, Some(200)));
}

#[tokio::test]
async fn keys_are_fetched_anew_each_day_and_used_for_a_week_where_that_fails() {
    let office = Office::open(Plan::of(1, "ops")).await;
    later(DAY).await;
    assert_eq!((status(&office).await, looks(&office)), (Some(200), 2));
    for (name, fault) in [
        ("metadata", Fault::status(503)),
        ("metadata", Fault::dropped()),
        ("metadata", Fault::malformed()),
        ("keys", Fault::status(404)),
        ("keys", Fault::body(r#"{"keys": []}"#)),
    ] {
        office.teams.fault_always(name, fault);
        later(DAY).await;
        assert_eq!(status(&office).await, Some(200), "{name}");
        office.teams.heal(name);
    }
    office.teams.fault_always("metadata", Fault::status(503));
    later(3 * DAY).await;
    assert_eq!(status(&office).await, Some(503), "too old to be believed");
    office.teams.heal("metadata");
    later(MINUTE).await;
    goes_on(&office).await;
}

/// Keys that are said to be somewhere else are not fetched there: nothing is taken before they are where they belong.
async fn is_not_misled(fault: impl FnOnce(&FakeTeams) -> (&'static str, Fault)) {
    let (teams, elsewhere) = (FakeTeams::start().await, FakeTeams::start().await);
    let (name, fault) = fault(&elsewhere);
    teams.fault_always(name, fault);
    let office = Office::open_at(teams, Plan::of(1, "ops")).await;
    assert_eq!(status(&office).await, Some(503));
    let asked = looks(&office);
    for _ in 0..10 {
        assert_eq!(status(&office).await, Some(503));
    }
    let most = asked.saturating_add(1);
    assert!(looks(&office) <= most, "there is no haste");
    assert_eq!(elsewhere.calls().len(), 0, "nobody else says what Microsoft's keys are");
    office.teams.heal("*");
    later(Duration::from_secs(6)).await;
    goes_on(&office).await;
}

#[tokio::test]
async fn keys_are_taken_from_where_microsoft_has_them_and_through_no_redirect() {
    is_not_misled(|elsewhere| ("metadata", Fault::redirect(&elsewhere.metadata_url()))).await;
    let keys = |there: &FakeTeams| format!("http://{}/v1/.well-known/keys", there.address());
    is_not_misled(|elsewhere| ("keys", Fault::redirect(&keys(elsewhere)))).await;
    is_not_misled(|elsewhere| {
        let there =
            json!({ "issuer": "https://api.botframework.com", "jwks_uri": keys(elsewhere) });
        ("metadata", Fault::body(&there.to_string()))
    })
    .await;
}

#[tokio::test]
async fn without_any_key_nothing_is_taken_until_there_is_one() {
    is_not_misled(|_elsewhere| ("metadata", Fault::status(503))).await;
    is_not_misled(|_elsewhere| ("keys", Fault::huge(2_000_000))).await;
    is_not_misled(|_elsewhere| {
        let other = json!({ "issuer": "https://sts.windows.net/x/", "jwks_uri": "x" });
        ("metadata", Fault::body(&other.to_string()))
    })
    .await;
}
