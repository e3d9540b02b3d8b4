//! What must never be written down: case 50 of the failure cases.

use std::sync::Arc;

use approvals_core::{DynamicAction, Ledger as _};
use approvals_teams::{ClientSecret, TeamsApprover};
use chat_bench::{Log, traced};
use fake_teams::{FakeTeams, Fault, Prepared, World};

use crate::office::*;

/// What must stand nowhere, and what it is.
type Secrets = Vec<(&'static str, String)>;

/// Everything that is said of an office, by where it is said.
async fn said(office: &Office, errors: &str) -> [(&'static str, String); 4] {
    let mut ledger = String::new();
    for entry in office.log.0.entries(0, usize::MAX).await.unwrap() {
        ledger.push_str(&String::from_utf8(entry.bytes).unwrap());
    }
    let texts = format!("{:?} {:?}", office.host.approver, config_for(&office.teams));
    let traces = traced();
    [
        ("a trace", traces),
        ("the ledger", ledger),
        ("an error", errors.to_owned()),
        ("a text", texts),
    ]
}

/// Which secrets stand where.
fn leaks(said: &[(&'static str, String)], secrets: &Secrets) -> Vec<String> {
    let all = secrets.iter().flat_map(|secret| said.iter().map(move |place| (secret, place)));
    let leaks = all.filter(|((_, secret), (_, text))| text.contains(secret.as_str()));
    leaks.map(|((what, _), (place, _))| format!("{what} is in {place}")).collect()
}

/// What proves that Microsoft has sent a call: the signature of its token.
fn signature(call: &Prepared) -> String {
    let (_, token) = call.headers.iter().find(|(name, _)| name == "Authorization").unwrap();
    token.rsplit('.').next().unwrap().to_owned()
}

/// All that can go wrong around a card does, until it is approved. Returns what would be of use to a thief.
async fn much_goes_wrong(office: &Office) -> Secrets {
    let teams = &office.teams;
    teams.fault("post", Fault::status(502));
    teams.fault("update", Fault::status(502));
    teams.fault("members", Fault::too_many_requests(Some("1")));
    let running = office.run();
    let card = office.card().await;
    office.log.settled().await;
    let mut secrets = vec![("the client secret", teams.bot().secret)];
    for button_of in [APPROVE, REJECT] {
        let value = button(card.card().unwrap(), button_of).unwrap();
        secrets.push(("a button", value.rsplit('.').next().unwrap().to_owned()));
    }
    let click = || office.click(&card, APPROVE, ADA);
    let mut clicks = vec![
        click().claims(|it| it["aud"] = "another".into()).prepare(),
        click().activity(|it| it["channelId"] = "webchat".into()).prepare(),
        click()
            .activity(|it| it["value"]["action"]["data"]["token"] = [1].into_iter().collect())
            .prepare(),
        click().activity(|it| it["replyToId"] = "17".into()).prepare(),
        click().body(b"{\"id\":".to_vec()).prepare(),
        office.click(&card, APPROVE, GUEST).prepare(),
    ];
    for click in &clicks {
        click.send().await;
    }
    teams.fault("member", Fault::malformed());
    teams.edit(World::revoke_tokens);
    clicks.push(click().prepare());
    clicks.last().unwrap().send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
    office.until_shows(&card, "was carried out").await;
    secrets.extend(clicks.iter().map(|click| ("a token of Microsoft's", signature(click))));
    let tokens = teams.calls().into_iter().filter_map(|call| call.token);
    secrets.extend(tokens.map(|token| ("a token of ours", token)));
    secrets
}

/// What the secret is once somebody has changed it.
const ANOTHER: &str = "another~secret.of-the-bot";

/// What is said of a login that is refused, when a gate is built and later.
async fn refused(office: &Office) -> String {
    office.teams.edit(|world| {
        ANOTHER.clone_into(&mut world.bot.secret);
        world.revoke_tokens();
    });
    let denied = office.host.run(DynamicAction::from_json("app.drop", b"{}").unwrap()).await;
    let teams = FakeTeams::start().await;
    let config = config_for(&teams);
    teams.edit(|world| ANOTHER.clone_into(&mut world.bot.secret));
    let approver = TeamsApprover::new(config).unwrap();
    let directory = approver.directory(people());
    let Plan { obligation, gate, .. } = Plan::of(1, "ops");
    let log = Log::new().await;
    let built = Host::start(approver, directory, Arc::clone(&log.0), obligation, gate).await;
    let unread = format!(" {}", teams.bot().secret).parse::<ClientSecret>();
    let built = built.unwrap_err();
    format!("{denied:?} {built:?} {} {unread:?}", all_of(&built))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_teams_is_traced_recorded_or_told() {
    drop(traced());
    let office = Office::open(Plan::of(1, "ops")).await;
    let secrets = much_goes_wrong(&office).await;
    assert!(secrets.iter().all(|(_, secret)| secret.len() >= 20), "each is one of its own");
    let errors = refused(&office).await;
    let said = said(&office, &errors).await;
    for word in ["called as if they were Microsoft", "whether a post has had an effect"] {
        assert!(said[0].1.contains(word), "something was traced: {word}");
    }
    assert!(said[2].1.contains("the client secret is wrong"), "{}", said[2].1);
    assert_eq!(leaks(&said, &secrets), [] as [&str; 0]);
}

/// The planted bug.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_teams_that_was_traced_recorded_or_told_would_be_found() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let secrets: Secrets = ["one", "two"].map(|secret| (secret, format!("CANARY-{secret}"))).into();
    let mut said = said(&office, "").await;
    assert_eq!(leaks(&said, &secrets), [] as [&str; 0]);
    for at in 0..said.len() {
        said[at].1.push_str(&secrets[at % 2].1);
        let found = leaks(&said[at..=at], &secrets);
        assert_eq!(found, [format!("{} is in {}", secrets[at % 2].0, said[at].0)]);
    }
    drop(traced());
    tracing::info!(secret = secrets[1].1, "planted");
    assert!(traced().contains(&secrets[1].1), "what is traced is read");
}
