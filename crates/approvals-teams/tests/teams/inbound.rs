//! What is sent to the endpoint as if Microsoft had sent it, or is not for us: cases 40, 43, 44 and 45 of the failure cases.

use std::fmt::Write as _;

use approvals_core::Phase;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use fake_teams::office::OTHER_TENANT;
use fake_teams::{FakeTeams, Interaction, Message, Pair, SigningKey, World};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::office::*;

/// A card that waits, in an office where a key is published that signs for web chat alone.
async fn waiting() -> (Office, Message) {
    let mut world = World::office();
    world.keys.push(web_chat());
    let office = Office::open_in(world, Plan::of(1, "ops")).await;
    office.run();
    let card = office.card().await;
    office.log.settled().await;
    (office, card)
}

fn web_chat() -> SigningKey {
    SigningKey::new("for-web-chat", Pair::Second).endorsed(["webchat"])
}

/// Changes one thing about a call.
type Edit = fn(&mut Value);

fn drop_field(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().remove(name);
}

/// So many seconds from now; the token says itself when that is.
fn at(claims: &Value, seconds: i64) -> Value {
    json!(claims["nbf"].as_i64().unwrap().checked_add(seconds))
}

const WRONG_CLAIMS: &[(&str, Edit)] = &[
    ("for another bot", |it| it["aud"] = json!("99999999-2222-3333-4444-555555555555")),
    ("for the bot, in another spelling", |it| {
        it["aud"] = json!(format!("api://botid-{}", it["aud"].as_str().unwrap()));
    }),
    ("for several", |it| it["aud"] = json!([it["aud"]])),
    ("for nobody", |it| drop_field(it, "aud")),
    ("of another issuer", |it| it["iss"] = json!("https://sts.windows.net/x/")),
    ("of no issuer", |it| drop_field(it, "iss")),
    ("of six minutes ago", |it| {
        it["exp"] = at(it, -360);
        it["nbf"] = at(it, -4000);
    }),
    ("without an end", |it| drop_field(it, "exp")),
    ("with an end that is a text", |it| it["exp"] = json!(it["exp"].to_string())),
    ("of the future", |it| it["nbf"] = at(it, 400)),
    ("without a service", |it| drop_field(it, "serviceurl")),
    ("with a service in another spelling", |it| {
        it["serviceUrl"] = it["serviceurl"].clone();
        drop_field(it, "serviceurl");
    }),
    ("with a service of somebody else", |it| it["serviceurl"] = json!("https://evil.example/")),
    ("with a service that looks alike", |it| {
        it["serviceurl"] = json!("https://smba.trafficmanager.net.evil.example/emea/");
    }),
    ("with a service that anybody can read", |it| {
        it["serviceurl"] = json!("http://smba.trafficmanager.net/emea/");
    }),
];

/// Calls that Microsoft has not signed for this bot just now, each for one reason alone.
fn forgeries(teams: &FakeTeams, genuine: &Interaction) -> Vec<(String, Interaction)> {
    let key = teams.edit(|world| world.signing_key());
    let forger = SigningKey { pair: Pair::Second, ..key.clone() };
    let stranger = SigningKey::new("unknown", Pair::Second);
    let it = || genuine.clone();
    let said =
        |claims: &str| key.token(&format!(r#"{{"alg":"RS256","kid":"{}"}}"#, key.kid), claims);
    let twice = format!(r#"{{"aud":"{0}","aud":"{0}"}}"#, teams.bot().id);
    let mut all: Vec<(String, Interaction)> = vec![
        ("by another key under that name".to_owned(), it().signed_by(&forger)),
        ("by a key that nobody knows".to_owned(), it().signed_by(&stranger)),
        ("by a key for web chat".to_owned(), it().signed_by(&web_chat())),
        ("by nobody".to_owned(), it().unsigned()),
        ("with the public key as a secret".to_owned(), it().with_hs256_of_public_key()),
        ("in another way".to_owned(), it().header(|header| header["alg"] = json!("RS384"))),
        ("without a key's name".to_owned(), it().header(|header| drop_field(header, "kid"))),
        ("with a claim twice".to_owned(), it().raw_token(said(&twice))),
        ("with claims that are none".to_owned(), it().raw_token(said("[]"))),
        ("that is no token".to_owned(), it().raw_token("x.y.z".to_owned())),
        ("that is too long".to_owned(), it().raw_token("x".repeat(20_000))),
        ("with no header".to_owned(), it().without_token()),
        ("with a password".to_owned(), {
            it().without_token().with_header("Authorization", "Basic eDp5")
        }),
        ("with two headers".to_owned(), it().with_header("Authorization", "Bearer x")),
    ];
    for name in ["jku", "x5u", "jwk", "x5c", "crit"] {
        let there = format!("http://{}/brought-along/{name}", teams.address());
        let header = |header: &mut Value| header[name] = json!(there);
        all.push((format!("that brings {name}"), it().signed_by(&forger).header(header)));
        all.push((format!("that is good but for {name}"), it().header(header)));
    }
    for (name, edit) in WRONG_CLAIMS {
        all.push(((*name).to_owned(), it().claims(edit)));
    }
    all
}

/// Which of these are answered with anything but that status and no word of why.
async fn let_in(calls: Vec<(String, Interaction)>, status: u16) -> Vec<String> {
    let mut found = Vec::new();
    for (name, call) in calls {
        let answer = call.send().await;
        if answer.status != Some(status) || !answer.body.is_empty() {
            found.push(name);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_microsoft_has_not_signed_for_this_bot_just_now_is_refused() {
    let (office, card) = waiting().await;
    let before = office.heard().await;
    let genuine = office.click(&card, APPROVE, ADA);
    let forged = forgeries(&office.teams, &genuine);
    assert_eq!(let_in(forged, 401).await, [] as [&str; 0]);
    assert_eq!(office.heard().await, before, "nothing of it is kept");
    // Where a token says that keys are, nobody looks.
    let is_elsewhere = |call: &fake_teams::Call| call.path.contains("brought-along");
    assert!(!office.teams.calls().iter().any(is_elsewhere));
    assert_eq!(office.teams.calls_of("keys").len(), 1);
    office.host.ran.assert_never_ran();
    // Each was one step away from this.
    assert_eq!(genuine.send().await.status, Some(200));
    office.until(|state| state.decisions().len() == 1).await;
    assert!(office.heard().await >= before.saturating_add(2), "a press and a decision");
}

/// The planted bug: doors that are open, or open a little.
#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_lets_forgeries_in_would_be_found() {
    let (office, card) = waiting().await;
    let forged = forgeries(&office.teams, &office.click(&card, APPROVE, ADA));
    for taken in [StatusCode::OK, StatusCode::FORBIDDEN] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/teams/messages", listener.local_addr().unwrap());
        let door = Router::new().route("/teams/messages", post(async move || taken));
        tokio::spawn(async move { axum::serve(listener, door).await });
        office.teams.edit(|world| world.bot_endpoint = Some(url));
        assert_eq!(let_in(forged.clone(), 401).await.len(), forged.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_another_tenant_channel_bot_or_service_is_refused() {
    let (office, card) = waiting().await;
    let before = office.heard().await;
    let amer = format!("http://{}/amer/", office.teams.address());
    let it = |edit: &dyn Fn(&mut Value)| office.click(&card, APPROVE, ADA).activity(|it| edit(it));
    let foreign = [
        (
            "another tenant",
            it(&|it| {
                it["conversation"]["tenantId"] = json!(OTHER_TENANT);
                it["channelData"]["tenant"]["id"] = json!(OTHER_TENANT);
            }),
        ),
        ("another channel", it(&|it| it["channelId"] = json!("webchat"))),
        ("no channel", it(&|it| drop_field(it, "channelId"))),
        ("another bot", it(&|it| it["recipient"]["id"] = json!("28:another"))),
        ("another service", it(&|it| it["serviceUrl"] = json!(amer))),
        ("a service of somebody else", it(&|it| it["serviceUrl"] = json!("https://evil.example/"))),
    ];
    let foreign = foreign.map(|(name, call)| (name.to_owned(), call));
    assert_eq!(let_in(foreign.into(), 403).await, [] as [&str; 0]);
    let unreadable = [
        ("two tenants", it(&|it| it["conversation"]["tenantId"] = json!(OTHER_TENANT))),
        ("no service", it(&|it| drop_field(it, "serviceUrl"))),
        ("no recipient", it(&|it| drop_field(it, "recipient"))),
        ("no conversation", it(&|it| drop_field(it, "conversation"))),
        ("nobody", it(&|it| drop_field(it, "from"))),
        ("no message", it(&|it| drop_field(it, "replyToId"))),
        ("no id", it(&|it| drop_field(it, "id"))),
        ("two verbs", it(&|it| it["value"]["action"]["verb"] = json!(REJECT))),
        ("another trigger", it(&|it| it["value"]["trigger"] = json!("magic"))),
        ("no activity", office.click(&card, APPROVE, ADA).body(b"[]".to_vec())),
        ("no JSON", office.click(&card, APPROVE, ADA).body(b"\xff{".to_vec())),
    ];
    let unreadable = unreadable.map(|(name, call)| (name.to_owned(), call));
    assert_eq!(let_in(unreadable.into(), 400).await, [] as [&str; 0]);
    assert_eq!(office.heard().await, before);
    assert_eq!(*office.only().await.1.phase(), Phase::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activity_that_is_told_again_decides_once_whoever_and_whatever_it_then_names() {
    let office = Office::open(Plan::of(2, "ops")).await;
    office.run();
    let card = office.card().await;
    office.log.settled().await;
    let click = office.click(&card, APPROVE, ADA);
    let id = click.as_json()["id"].clone();
    let others = [(APPROVE, BOB), (REJECT, BOB), (REJECT, ADA)];
    let others = others.map(|(button, user)| {
        office.click(&card, button, user).activity(|it| it["id"] = id.clone()).prepare()
    });
    let click = click.prepare();
    assert_eq!(click.send().await.status, Some(200));
    office.until_shows(&card, "u:ada").await;
    for again in [&click, &others[0], &others[1], &others[2], &click] {
        let answer = again.send().await;
        assert_eq!(answer.status, Some(200));
        assert!(told(&answer).contains("taken before"), "{answer:?}");
    }
    let (_, state) = office.only().await;
    assert_eq!((state.decisions().len(), state.phase()), (1, &Phase::Pending));
    assert_eq!(state.decisions()[0].identity, account(ADA));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_does_by_itself_decides_nothing() {
    let (office, card) = waiting().await;
    let before = office.heard().await;
    for button in [APPROVE, REJECT] {
        let answer = office.click(&card, button, ADA).automatic().send().await;
        assert_eq!((answer.status, told(&answer)), (Some(200), ""));
    }
    assert_eq!(office.heard().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_say_whether_somebody_pressed_it_counts_with_a_good_button_alone() {
    let (office, card) = waiting().await;
    let click = || office.click(&card, APPROVE, ADA).without_trigger();
    let guessed = format!("v1.{}", "0".repeat(60));
    let forged = click().activity(|it| it["value"]["action"]["data"]["token"] = json!(guessed));
    let answer = forged.send().await;
    assert!(told(&answer).contains("not counted"), "{answer:?}");
    assert!(office.only().await.1.decisions().is_empty());
    assert_eq!(click().send().await.status, Some(200));
    office.until(|state| state.decisions().len() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_button_of_ours_sends_is_left_alone() {
    let (office, card) = waiting().await;
    let before = office.heard().await;
    let it = |edit: Edit| office.click(&card, APPROVE, ADA).activity(edit);
    for call in [
        it(|it| {
            it["value"]["action"]["verb"] = json!("order.lunch");
            it["value"]["action"]["data"]["verb"] = json!("order.lunch");
        }),
        it(|it| it["value"]["action"]["data"] = json!({})),
        it(|it| it["value"]["action"]["type"] = json!("Action.Submit")),
        it(|it| it["name"] = json!("task/fetch")),
        it(|it| it["type"] = json!("event")),
        office.click(&card, APPROVE, ADA).as_submit().activity(|it| it["value"] = json!("yes")),
        office.teams.say(DEPLOYS, ADA, "approve it"),
    ] {
        let answer = call.send().await;
        assert_eq!((answer.status, answer.body.as_str()), (Some(200), ""));
    }
    assert_eq!(office.heard().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_teams_button_of_one_card_decides_nothing_under_another() {
    let (office, one) = waiting().await;
    let other = approvals_core::DynamicAction::from_json("app.drop", b"{}").unwrap();
    let running = office.host.run(other);
    let is_other = |teams: &FakeTeams| {
        teams.messages(DEPLOYS).into_iter().find(|card| card.id != one.id && has_buttons(card))
    };
    let two = office.teams.until("there is another card", is_other).await;
    let own = button(two.card().unwrap(), APPROVE).unwrap();
    let (cut, last) = own.split_at(own.len().saturating_sub(1));
    let last = if last == "A" { "B" } else { "A" };
    for value in [
        button(one.card().unwrap(), APPROVE).unwrap(),
        button(two.card().unwrap(), REJECT).unwrap(),
        cut.to_owned(),
        format!("{cut}{last}"),
        "v1.x".to_owned(),
    ] {
        for is_old in [false, true] {
            let click = office.click(&two, APPROVE, ADA);
            let click = if is_old { click.as_submit() } else { click };
            let answer = click.activity(|it| {
                let data =
                    if is_old { &mut it["value"] } else { &mut it["value"]["action"]["data"] };
                data["token"] = json!(value);
                data["confirm"] = json!("yes");
            });
            let answer = answer.send().await;
            assert_eq!(answer.status, Some(200));
            assert!(is_old || told(&answer).contains("not counted"), "{answer:?}");
        }
    }
    let trail = office.trail().await;
    assert!(trail.states().all(|(_, state)| state.decisions().is_empty()));
    assert!(!running.is_finished());
    office.host.ran.assert_never_ran();
}

/// What the endpoint answers to a call of which it gets no more than this.
async fn answered(office: &Office, call: &str) -> String {
    let url = office.teams.edit(|world| world.bot_endpoint.clone()).unwrap();
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let begin = format!("POST /{path} HTTP/1.1\r\nHost: {host}\r\n{call}");
    stream.write_all(begin.as_bytes()).await.unwrap();
    let mut line = [0; 12];
    stream.read_exact(&mut line).await.unwrap();
    String::from_utf8(line.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_does_not_come_is_not_waited_for() {
    let (office, card) = waiting().await;
    let genuine = office.click(&card, APPROVE, ADA).prepare();
    let mut head = String::new();
    for (name, value) in &genuine.headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    let large = answered(&office, &format!("{head}Content-Length: 300000\r\n\r\n")).await;
    assert_eq!(large, "HTTP/1.1 413");
    let begun = tokio::time::Instant::now();
    let slow = answered(&office, &format!("{head}Content-Length: 1000\r\n\r\n{{")).await;
    assert_eq!(slow, "HTTP/1.1 408");
    assert!(begun.elapsed() < std::time::Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(genuine.send().await.status, Some(200));
}
