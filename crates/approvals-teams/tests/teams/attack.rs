//! What was found by those who tried to break it.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use approvals_core::{Directory as _, Ledger as _, PostStage};
use approvals_teams::Level;
use fake_teams::office::STRANGER;
use fake_teams::{Conversation, Fault, Kind, Pair, Shown, SigningKey, World};
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use crate::office::*;

const SOON: Duration = Duration::from_secs(15);

/// Waits until this was called so often.
async fn until_called(office: &Office, name: &str, times: usize) {
    let is_called =
        |teams: &fake_teams::FakeTeams| (teams.calls_of(name).len() >= times).then_some(());
    office.teams.until("it is called", is_called).await;
}

/// A post for which there was no token was not made: two of them were taken for two that may be there, and nobody was ever
/// asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_lost_is_no_post_that_may_be_there() {
    for fault in [Fault::dropped(), Fault::malformed(), Fault::redirect("/elsewhere")] {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.teams.edit(World::revoke_tokens);
        office.teams.fault_always("token", fault);
        let running = office.run();
        until_called(&office, "token", 3).await;
        let (_, state) = office.only().await;
        let stages: Vec<_> = state.posts().iter().map(|post| post.stage().clone()).collect();
        let is_in_doubt = |stage: &PostStage| matches!(stage, PostStage::Unsure { .. });
        assert!(!stages.iter().any(is_in_doubt), "{stages:?}");
        office.teams.heal("token");
        let card = office.card().await;
        office.click(&card, APPROVE, ADA).send().await;
        assert_eq!(running.await.unwrap(), Ok(()));
    }
}

/// Whoever calls the gate may stop polling it, as in a `select!`, just while it logs in: everybody else waited for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_is_not_polled_while_it_logs_in_keeps_nobody_out() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let directory = office.host.approver.directory(people());
    office.teams.edit(World::revoke_tokens);
    office.teams.fault("token", Fault::slow(Duration::from_millis(300)));
    let ada = account(ADA);
    let mut stuck = Box::pin(directory.resolve(&ada));
    tokio::select! {
        _ = &mut stuck => panic!("it was to be in the middle of something"),
        () = until_called(&office, "token", 2) => {}
    }
    office.run();
    assert!(timeout(SOON, office.card()).await.is_ok(), "nobody else gets a token");
    assert!(stuck.await.unwrap().is_some(), "and it goes on where it was");
}

/// Those who waited for a login that did not come waited once more for each of them.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_for_a_login_that_fails_wait_together() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let directory = office.host.approver.directory(people());
    office.teams.edit(World::revoke_tokens);
    office.teams.fault_always("token", Fault::status(503).after(Duration::from_millis(1500)));
    let (begun, ada) = (Instant::now(), account(ADA));
    let looked = join_all((0..10).map(|_| directory.resolve(&ada))).await;
    assert!(looked.iter().all(Result::is_err));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

/// Anybody can bring it about that keys are asked for, once a minute. While that took its time, no click was verified.
#[tokio::test]
async fn nobody_whose_key_is_known_waits_while_another_one_is_looked_for() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
    office.teams.fault_always("metadata", Fault::hang());
    let unknown = SigningKey::new("unknown", Pair::Second);
    let somebody = office.teams.say(DEPLOYS, ADA, "hello").signed_by(&unknown);
    let waiting = tokio::spawn(somebody.send());
    until_called(&office, "metadata", 2).await;
    let answer = office.click(&card, APPROVE, ADA).send().await;
    assert!(matches!(answer.shown, Shown::Card(_)), "{:?}", answer.shown);
    assert_eq!(running.await.unwrap(), Ok(()));
    waiting.abort();
}

/// One conversation that the app was taken out of held up the votes in all others.
#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_out_of_reach_holds_up_no_other() {
    for edit in [
        |world: &mut World| world.conversation(DEPLOYS).is_installed = false,
        |world: &mut World| world.conversation(DEPLOYS).is_gone = true,
    ] {
        let plan = Plan { config: leads_in_their_chat, ..Plan::of(1, "leads") };
        let office = Office::open(plan).await;
        office.teams.edit(edit);
        // Nor is a post given up that may be there, because another conversation cannot be looked at.
        office.teams.fault("post", Fault::dropped());
        let running = office.run();
        let card = timeout(SOON, office.card_in(LEADS)).await.expect("it is posted again");
        let nobody = office.click(&card, APPROVE, STRANGER).send().await;
        assert!(matches!(nobody.shown, Shown::Text(_)), "{:?}", nobody.shown);
        office.click(&card, APPROVE, ADA).send().await;
        let ran = timeout(SOON, running).await;
        assert_eq!(ran.expect("the vote counts").unwrap(), Ok(()));
    }
}

/// Whose click had just counted was shown the card of before as what had become of it: without their vote, with buttons.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_clicks_while_the_card_is_changed_is_not_shown_the_one_of_before() {
    let office = Office::open(Plan::of(3, "ops")).await;
    office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    let bobs = office.click(&card, APPROVE, BOB);
    office.teams.fault("update", Fault::too_many_requests(Some("1")));
    let answer = office.click(&card, APPROVE, ADA).send().await;
    assert!(matches!(answer.shown, Shown::Card(_)), "{:?}", answer.shown);
    let answer = bobs.send().await;
    match answer.shown {
        Shown::Card(shown) => assert!(text_in(&shown).contains("u:bob"), "{}", text_in(&shown)),
        Shown::Text(text) => assert!(text.contains("recorded"), "{text}"),
        other => panic!("{other:?}"),
    }
    office.until_shows(&card, "u:bob").await;
}

/// Everybody in the organization may add the app to chats of their own: each was an event in the ledger and one of the
/// places of which it takes ten thousand, although nothing is ever posted there.
#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_posted_nothing_is_noted_however_many_add_the_app() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let routes = async || {
        let all = office.log.0.entries(0, usize::MAX).await.unwrap();
        let texts = all.iter().map(|entry| String::from_utf8_lossy(&entry.bytes).into_owned());
        texts.filter(|text| text.contains("routed")).count()
    };
    for n in 0..10 {
        let id = format!("a:personal-{n}");
        let chat = Conversation::new(&id, "", Kind::Personal, [ADA]);
        office.teams.edit(|world| world.conversations.push(chat));
        for told in office.teams.install(&id).await {
            assert_eq!(told.status, Some(200));
        }
    }
    assert_eq!(routes().await, 1, "where the organization is reached");
    for told in office.teams.install(DEPLOYS).await {
        assert_eq!(told.status, Some(200));
    }
    assert_eq!(routes().await, 2);
}

/// What an old client sends has no answer, so that each click that came to nothing was three calls of Teams or more: one
/// person could use up what the bot may call in all.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_presses_what_counts_nothing_again_and_again_takes_nobody_elses_calls() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    let forged = || {
        let click = office.click(&card, REJECT, GUEST).as_submit();
        click.activity(|activity| activity["value"]["token"] = "v1.none".into()).send()
    };
    for answer in join_all((0..40).map(|_| forged())).await {
        assert_eq!(answer.status, Some(200));
    }
    until_called(&office, "create", 1).await;
    pause(3).await;
    let told = office.teams.calls_of("create").len();
    assert!((1..=5).contains(&told), "{told}");
}

/// Whatever stood before the endpoint and wanted a login of its own was taken for this program, and no click ever came.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_is_not_content_with_anybody_who_says_401() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}/teams/messages", listener.local_addr().unwrap());
    let refuses = axum::Router::new().fallback(async || axum::http::StatusCode::UNAUTHORIZED);
    tokio::spawn(async move { axum::serve(listener, refuses).await });
    let ours = office.teams.edit(|world| world.bot_endpoint.clone()).unwrap();
    for (endpoint, expected) in [(proxy, Level::Doubt), (ours, Level::Fine)] {
        let checkup = office.host.approver.check(Some(&endpoint.parse().unwrap())).await;
        let clicks = checkup.findings().iter().find(|it| it.what == "clicks").unwrap();
        assert_eq!(clicks.level, expected, "{checkup}");
    }
}

/// As long as there was no key, those who waited for some asked once each, one after the other, and held a place of the
/// endpoint for as long.
#[tokio::test]
async fn those_who_wait_for_the_first_keys_wait_together() {
    let teams = fake_teams::FakeTeams::start().await;
    teams.fault_always("metadata", Fault::status(503));
    let log = Log::new().await;
    let host = start(&teams, &log, Plan::of(1, "ops")).await;
    let office = Office { teams, log, host };
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(6)).await;
    tokio::time::resume();
    office.teams.heal("metadata");
    office.teams.fault_always("metadata", Fault::status(503).after(Duration::from_millis(5500)));
    let say = || office.teams.say(DEPLOYS, ADA, "hello").send();
    join_all((0..4).map(|_| say())).await;
    pause(5).await;
    assert_eq!(office.teams.calls_of("metadata").len(), 2, "when the gate was built, and now");
    assert_eq!(say().await.status, Some(503), "nobody waits who cannot be helped");
}

/// Calls that never came to an end held all the places that there are: whoever opened 256 connections and sent one letter
/// on each kept all clicks out, and needed no key for that.
#[tokio::test(flavor = "multi_thread")]
async fn calls_that_never_end_keep_no_click_out() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    let url = office.teams.edit(|world| world.bot_endpoint.clone()).unwrap();
    let address = url.trim_start_matches("http://").split('/').next().unwrap();
    let begun = b"POST /teams/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
    let slow = (0..300).map(|_| {
        let mut call = TcpStream::connect(address).unwrap();
        call.write_all(begun).unwrap();
        call
    });
    let slow: Vec<_> = slow.collect();
    pause(1).await;
    let answer = office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(answer.status, Some(200), "{answer:?}");
    assert_eq!(running.await.unwrap(), Ok(()));
    drop(slow);
    let huge = office.teams.say(DEPLOYS, ADA, "hello").body(vec![b'x'; 300_000]).send().await;
    assert_eq!(huge.status, Some(413));
}
