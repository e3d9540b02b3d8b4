//! Each fault does what it says, and no more.

use std::io::ErrorKind;
use std::time::Duration;

use fake_wire::http;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::harness_tests::{
    activities, ask, card, connect, encode, header, json_of, login, post_card, raw, with_token,
};
use crate::{FakeTeams, Fault, Gate, office};

async fn post(teams: &FakeTeams) -> std::io::Result<http::Response> {
    connect(teams, ("POST", &activities(office::LEADS)), &card("Deploy?")).await
}

fn count(teams: &FakeTeams) -> usize {
    teams.messages(office::LEADS).len()
}

#[tokio::test]
async fn too_many_requests_says_when_to_come_back_in_whatever_way_it_was_told() {
    let teams = FakeTeams::start().await;
    for text in [Some("1"), Some("60"), Some("soon"), Some(""), None] {
        teams.fault("post", Fault::too_many_requests(text));
        let response = post(&teams).await.unwrap();
        assert_eq!((response.status, header(&response, "retry-after")), (429, text));
        assert_eq!(json_of(&response)["error"]["code"], "Throttled");
    }
    assert_eq!(count(&teams), 0);
    assert_eq!(post(&teams).await.unwrap().status, 201, "each was good for one call");
}

#[tokio::test]
async fn an_error_comes_with_the_effect_or_without() {
    let teams = FakeTeams::start().await;
    for (status, code) in
        [(412, "PreconditionFailed"), (502, "ServiceError"), (504, "ServiceError")]
    {
        teams.fault("post", Fault::error(status, code));
        let response = post(&teams).await.unwrap();
        assert_eq!((response.status, &json_of(&response)["error"]["code"]), (status, &json!(code)));
    }
    teams.fault("post", Fault::status(503).with_header("x-more", "1"));
    assert_eq!(header(&post(&teams).await.unwrap(), "x-more"), Some("1"));
    assert_eq!(count(&teams), 0);
    teams.fault("post", Fault::error(502, "ServiceError").with_effect());
    assert_eq!(post(&teams).await.unwrap().status, 502);
    assert_eq!(count(&teams), 1);
}

#[tokio::test]
async fn every_call_has_a_name_for_its_faults() {
    let teams = FakeTeams::start().await;
    let (thread, id) = post_card(&teams).await;
    let token = login(&teams).await;
    let one = format!("{}/{id}", activities(&thread));
    let calls = [
        ("create", "POST", String::new()),
        ("post", "POST", activities(&thread)),
        ("reply", "POST", one.clone()),
        ("update", "PUT", one),
        ("member", "GET", format!("/{}/members/{}", encode(&thread), encode(office::ADA))),
        ("members", "GET", format!("/{}/pagedmembers", encode(&thread))),
    ];
    for (name, method, path) in calls {
        teams.fault(name, Fault::status(418));
        let answer = with_token(&teams, &token, (method, &path), &Value::Null).await.unwrap();
        assert_eq!(answer.status, 418, "{name}");
        assert!(!teams.calls_of(name).is_empty());
    }
    let keys = format!("http://{}/v1/.well-known/keys", teams.address());
    for (name, url) in [("metadata", teams.metadata_url()), ("keys", keys)] {
        teams.fault(name, Fault::status(418));
        assert_eq!(raw("GET", &url, &[], "").await.unwrap().status, 418, "{name}");
    }
    teams.fault("token", Fault::status(418));
    assert_eq!(ask(&teams, &[]).await.status, 418);
    assert!(teams.message(&thread, &id).unwrap().edits.is_empty());
}

#[tokio::test]
async fn a_connection_is_reset_before_the_effect_or_after_it() {
    let teams = FakeTeams::start().await;
    let was_reset = async || {
        let kind = post(&teams).await.unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::ConnectionReset | ErrorKind::InvalidData), "{kind}");
    };
    teams.fault("post", Fault::dropped());
    was_reset().await;
    assert_eq!(count(&teams), 0);
    teams.fault("post", Fault::dropped().with_effect());
    was_reset().await;
    assert_eq!((count(&teams), teams.calls_of("post").len()), (1, 2), "both came");
}

#[tokio::test]
async fn a_call_hangs_and_others_do_not() {
    let teams = FakeTeams::start().await;
    teams.fault("post", Fault::hang());
    assert!(tokio::time::timeout(Duration::from_millis(300), post(&teams)).await.is_err());
    assert_eq!(count(&teams), 0);
    post_card(&teams).await;
}

#[tokio::test]
async fn a_slow_call_succeeds_in_the_end() {
    let teams = FakeTeams::start().await;
    let begun = Instant::now();
    teams.fault("post", Fault::slow(Duration::from_millis(300)));
    assert_eq!(post(&teams).await.unwrap().status, 201);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_held_call_has_its_effect_when_it_says_so() {
    let teams = FakeTeams::start().await;
    let (before, after) = (Gate::new(), Gate::new());
    teams.fault("post", Fault::held(&before));
    teams.fault("post", Fault::held(&after).with_effect());
    let (first, ()) = tokio::join!(post(&teams), async {
        let came = |teams: &FakeTeams| (teams.calls_of("post").len() == 1).then_some(());
        teams.until("the call came", came).await;
        assert_eq!(count(&teams), 0);
        before.open();
    });
    let (second, ()) = tokio::join!(post(&teams), async {
        teams.until("the message stands", |teams| (count(teams) == 2).then_some(())).await;
        after.open();
    });
    assert_eq!((first.unwrap().status, second.unwrap().status), (201, 201));
}

#[tokio::test]
async fn an_answer_is_no_json_or_too_much_of_it() {
    let teams = FakeTeams::start().await;
    teams.fault("post", Fault::malformed().with_effect());
    let response = post(&teams).await.unwrap();
    assert!(serde_json::from_slice::<Value>(&response.body).is_err());
    assert_eq!(count(&teams), 1);
    teams.fault("post", Fault::huge(5_000_000));
    let response = post(&teams).await.unwrap();
    assert!(response.body.len() > 5_000_000 && json_of(&response)["id"] == "1");
}

#[tokio::test]
async fn queued_faults_come_first_then_lasting_ones_until_it_is_healed() {
    let teams = FakeTeams::start().await;
    teams.fault_always("*", Fault::status(503));
    teams.fault_always("post", Fault::status(502));
    teams.fault("post", Fault::status(500));
    let url = format!("{}v3/conversations{}", teams.service_url(), activities(office::LEADS));
    let status = async || raw("POST", &url, &[], "{}").await.unwrap().status;
    assert_eq!((status().await, status().await, status().await), (500, 502, 502));
    assert_eq!(ask(&teams, &[]).await.status, 503);
    teams.heal("post");
    assert_eq!(status().await, 503);
    teams.heal("*");
    post_card(&teams).await;
}

#[tokio::test]
async fn teams_comes_back_as_it_was() {
    let teams = FakeTeams::start().await;
    let (thread, id) = post_card(&teams).await;
    let token = login(&teams).await;
    let (address, world) = (teams.address(), teams.edit(|world| world.clone()));
    let gone = teams.clone();
    drop(teams);
    assert_eq!(ask(&gone, &[]).await.status, 200, "it lives as long as anybody holds it");
    let url = gone.metadata_url();
    drop(gone);
    while raw("GET", &url, &[], "").await.is_ok() {}
    let teams = FakeTeams::start_at(&address, world).await;
    assert!(teams.message(&thread, &id).is_some());
    let path = activities(office::LEADS);
    let answer = with_token(&teams, &token, ("POST", &path), &card("x")).await.unwrap();
    assert_eq!(answer.status, 201, "tokens are good still");
}

#[tokio::test]
async fn what_is_cut_is_reset_in_the_middle_of_a_call() {
    let teams = FakeTeams::start().await;
    teams.fault("post", Fault::hang());
    let ended = tokio::join!(post(&teams), async {
        let came = |teams: &FakeTeams| (teams.calls_of("post").len() == 1).then_some(());
        teams.until("the call came", came).await;
        teams.cut_all();
    });
    assert!(ended.0.is_err());
}
