use fake_slack::office::{APP, DEPLOYS, LEADS, RANDOM, VAULT};
use fake_slack::{FakeSlack, Fault, Token, World};

use super::*;
use crate::config::SlackConfig;
use crate::transport::Sockets;
use approvals_chat::Finding;

const CANARIES: [&str; 3] = ["CANARY", "8f742231b10e8888abcd99yyyzzz85a5", "-f54b-41c8-"];

fn world() -> World {
    let mut world = World::office();
    world.app.bot_token = "xoxb-1-CANARY".to_owned();
    world.app.app_token = "xapp-1-CANARY".to_owned();
    let scopes = ["chat:write", "users:read", "usergroups:read", "channels:read", "groups:read"];
    world.app.scopes = scopes.map(str::to_owned).into();
    world
}

/// What is found of a Slack like that, with the office's channels and group configured.
async fn found(world: World, is_http: bool) -> Checkup {
    found_by(world, is_http, |config| config).await
}

async fn found_by(
    world: World,
    is_http: bool,
    edit: impl FnOnce(SlackConfig) -> SlackConfig,
) -> Checkup {
    let slack = FakeSlack::start_with(world).await;
    let approver = SlackApprover::new(edit(config(&slack, is_http))).unwrap();
    let checkup = approver.check().await;
    assert!(slack.calls_of("chat.postMessage").is_empty(), "a check posts nothing");
    for canary in CANARIES {
        assert!(!format!("{checkup}{checkup:?}").contains(canary), "a secret got out: {checkup}");
    }
    checkup
}

fn config(slack: &FakeSlack, is_http: bool) -> SlackConfig {
    let app = slack.app();
    let way_in = if is_http {
        WayIn::Http(app.signing_secret.parse().unwrap())
    } else {
        WayIn::SocketMode(app.app_token.parse().unwrap())
    };
    let config = SlackConfig::new(
        APP.parse().unwrap(),
        app.bot_token.parse().unwrap(),
        DEPLOYS.parse().unwrap(),
        way_in,
    );
    config.group("leads".parse().unwrap(), LEADS.parse().unwrap()).api(slack.api_url())
}

/// The one finding that is neither fine nor unknown.
#[track_caller]
fn only(checkup: &Checkup) -> &Finding {
    let is_told = |finding: &&Finding| matches!(finding.level, Level::Missing | Level::Doubt);
    let told: Vec<_> = checkup.findings().iter().filter(is_told).collect();
    assert_eq!(told.len(), 1, "{checkup}");
    assert_eq!(checkup.is_fine(), told[0].level == Level::Doubt);
    told[0]
}

#[tokio::test]
async fn what_is_set_up_well_is_said_to_be() {
    let checkup = found(world(), false).await;
    let expected = "\
ok       bot token: it is that of the bot U0BOT, in the workspace T0FAKE
ok       scopes: chat:write, users:read, usergroups:read
ok       app: the bot is that of A0FAKE
ok       channel C0DEPLOYS: the bot is in it
ok       user group S0LEADS: @leads, 2 in it
ok       clicks: Socket Mode is on, and Slack greets A0FAKE there
Nothing is missing.
";
    assert_eq!(checkup.to_string(), expected);
}

#[tokio::test]
async fn the_socket_of_a_check_does_not_stay_open() {
    let slack = FakeSlack::start_with(world()).await;
    let approver = SlackApprover::new(config(&slack, false)).unwrap();
    assert!(approver.check().await.is_fine());
    slack.until_connected(0).await;
}

#[tokio::test]
async fn for_the_endpoint_it_is_said_what_to_enter() {
    let checkup = found(world(), true).await;
    let clicks = checkup.findings().last().unwrap();
    assert_eq!((clicks.level, checkup.is_fine()), (Level::Unknown, true), "{checkup}");
    assert!(clicks.says.contains("`/slack/interactivity` as the Request URL"), "{checkup}");
    let end = "\nNothing is missing, but 1 thing could not be checked. Do clicks get here? Click on a card.\n";
    assert!(checkup.to_string().ends_with(end), "{checkup}");
}

/// What is wrong with a world, of what that is said, and with which words.
type Case = (fn(&mut World), &'static str, &'static str);

#[tokio::test]
async fn each_thing_that_is_missing_is_named_with_what_to_do() {
    let cases: [Case; 12] = [
        (
            |world| world.app.scopes.retain(|scope| scope != "chat:write"),
            "scopes",
            "chat:write; add to the app",
        ),
        (|world| world.channel(DEPLOYS).members.clear(), "channel C0DEPLOYS", "`/invite @`"),
        (|world| world.channel(DEPLOYS).is_archived = true, "channel C0DEPLOYS", "in the archive"),
        (
            |world| world.channel(DEPLOYS).is_ext_shared = true,
            "channel C0DEPLOYS",
            "of other companies",
        ),
        (|world| world.channels.clear(), "channel C0DEPLOYS", "channel_not_found"),
        (|world| world.group(LEADS).users.clear(), "user group S0LEADS", "nobody is in it"),
        (|world| world.group(LEADS).is_disabled = true, "user group S0LEADS", "switched off"),
        (|world| world.groups.clear(), "user group S0LEADS", "none of that id"),
        (|world| world.settings.has_user_groups = false, "user group S0LEADS", "paid plan"),
        (|world| world.app.socket_mode = false, "clicks", "forbidden_team"),
        (|world| world.app.app_scopes.clear(), "clicks", "`connections:write`"),
        (
            |world| world.app.scopes.extend(["im:write".to_owned()]),
            "scopes",
            "im:write; the bot may",
        ),
    ];
    for (spoil, what, says) in cases {
        let mut world = world();
        spoil(&mut world);
        let checkup = found(world, false).await;
        let finding = only(&checkup);
        assert!(finding.what == what && finding.says.contains(says), "{what}, {says}: {checkup}");
    }
}

#[tokio::test]
async fn a_token_that_nobody_takes_ends_the_look_ups_and_not_the_check_of_the_socket() {
    let mut world = world();
    world.app.bot_token_is = Token::Revoked;
    let checkup = found(world, false).await;
    assert_eq!(checkup.findings().len(), 2, "{checkup}");
    let token = only(&checkup);
    assert!(token.what == "bot token" && token.says.contains("install the app again"), "{checkup}");
}

#[tokio::test]
async fn for_an_app_level_token_that_is_refused_another_one_is_made() {
    let spoilt: [fn(&mut World); 3] = [
        |world| world.app.app_token_is = Token::Unknown,
        |world| world.app.app_token_is = Token::Revoked,
        |world| world.app.app_scopes.clear(),
    ];
    for spoil in spoilt {
        let mut world = world();
        spoil(&mut world);
        let checkup = found(world, false).await;
        let clicks = only(&checkup);
        let how = "make a new app-level token with `connections:write` (Basic Information, App-Level Tokens)";
        assert!(clicks.what == "clicks" && clicks.says.contains(how), "{checkup}");
        assert!(!clicks.says.contains("install"), "{checkup}");
    }
}

#[tokio::test]
async fn tokens_of_two_apps_are_told_apart() {
    let checkup = found_by(world(), false, |config| SlackConfig {
        app: "A0OTHER".parse().unwrap(),
        ..config
    })
    .await;
    let wrong: Vec<_> =
        checkup.findings().iter().filter(|one| one.level == Level::Missing).collect();
    assert!(wrong[0].says.contains("of A0FAKE, and not of A0OTHER"), "{checkup}");
    assert!(
        wrong.len() == 2 && wrong[1].says.contains("app-level token is not that of A0OTHER"),
        "{checkup}"
    );
}

#[tokio::test]
async fn what_the_app_need_not_be_able_to_see_is_not_missing() {
    let without = |gone: &'static [&str]| {
        let mut world = world();
        world.app.scopes.retain(|scope| !gone.contains(&scope.as_str()));
        world
    };
    let of = |channel: &'static str| {
        move |config: SlackConfig| SlackConfig { channel: channel.parse().unwrap(), ..config }
    };
    for (gone, channel) in [
        (&["channels:read", "groups:read"][..], DEPLOYS),
        (&["channels:read", "groups:read"], RANDOM),
        (&["groups:read"], "C0NOWHERE"),
    ] {
        let checkup = found_by(without(gone), false, of(channel)).await;
        let finding = &checkup.findings()[3];
        assert!(
            finding.level == Level::Unknown && finding.says.contains("groups:read"),
            "{checkup}"
        );
        assert!(
            finding.says.contains("whether the bot is in the channel") && checkup.is_fine(),
            "{checkup}"
        );
        let end = format!(
            "\nNothing is missing, but 1 thing could not be checked. Is the bot in {channel}? If not, invite it: \
             `/invite @approvals` there, or whatever it is called.\n"
        );
        assert!(checkup.to_string().ends_with(&end), "{checkup}");
    }
}

#[tokio::test]
async fn in_an_organization_it_has_to_be_said_whose_user_groups_are_meant() {
    let wide = || {
        let mut world = world();
        world.enterprise = Some("E0FAKE".to_owned());
        world.app.is_org_wide = true;
        world
    };
    let checkup = found(wide(), true).await;
    let missing = only(&checkup);
    assert!(missing.level == Level::Missing && missing.what == "user groups", "{checkup}");
    assert!(missing.says.contains("`SlackConfig::groups_in`"), "{checkup}");
    let of =
        |team: &'static str| move |config: SlackConfig| config.groups_in(team.parse().unwrap());
    let checkup = found_by(wide(), true, of(fake_slack::office::TEAM)).await;
    assert!(checkup.is_fine() && checkup.to_string().contains("@leads, 2 in it"), "{checkup}");
    let checkup = found_by(wide(), true, of("T0OTHER")).await;
    assert!(only(&checkup).says.contains("none of that id"), "{checkup}");
    let without =
        |config: SlackConfig| SlackConfig { groups: std::collections::BTreeMap::new(), ..config };
    assert!(found_by(wide(), true, without).await.is_fine(), "who has no groups says nothing");
}

#[tokio::test]
async fn every_channel_is_looked_at_once() {
    let checkup = found_by(world(), true, |config| {
        let config = config.channel_of("leads".parse().unwrap(), VAULT.parse().unwrap());
        config.channel_of("ops".parse().unwrap(), DEPLOYS.parse().unwrap())
    });
    let checkup = checkup.await;
    let channels = checkup.findings().iter().filter(|finding| finding.what.starts_with("channel "));
    let channels: Vec<_> = channels.map(|finding| (finding.what.as_str(), finding.level)).collect();
    assert_eq!(channels, [("channel C0DEPLOYS", Level::Fine), ("channel G0VAULT", Level::Fine)]);
}

#[tokio::test]
async fn a_slack_that_fails_is_not_said_to_be_fine() {
    for method in [
        "auth.test",
        "bots.info",
        "conversations.info",
        "usergroups.list",
        "usergroups.users.list",
        "apps.connections.open",
    ] {
        let slack = FakeSlack::start_with(world()).await;
        slack.fault_always(method, Fault::too_many_requests(Some("60")));
        let checkup = SlackApprover::new(config(&slack, false)).unwrap().check().await;
        assert!(only(&checkup).says.contains("Slack takes no"), "{checkup}");
    }
}

#[tokio::test]
async fn a_name_that_somebody_chose_cannot_move_a_cursor() {
    let mut world = world();
    world.group(LEADS).handle = "a\u{202e}\u{1b}[2Jb".to_owned();
    let checkup = found(world, true).await.to_string();
    assert!(
        checkup.is_ascii() && !checkup.contains('\u{1b}') && checkup.contains("\\u{202e}"),
        "{checkup}"
    );
}

#[tokio::test]
async fn of_an_approver_that_is_at_work_its_own_sockets_are_looked_at() {
    let slack = FakeSlack::start_with(world()).await;
    let approver = SlackApprover::new(config(&slack, false)).unwrap();
    let web = approver.chat.service().web.with_app(slack.app().app_token.parse().unwrap());
    let config = &approver.chat.service().config;
    let handler = |_payload| async { crate::transport::Reply::Leave };
    let sockets = Sockets::open(web, config.app.clone(), config.habits.clone(), handler);
    let mut health = sockets.health();
    *approver.health.lock().unwrap() = Some(sockets.health());
    health.wait_for(|health| health.connected == 2).await.unwrap();
    let checkup = approver.check().await;
    assert!(checkup.is_fine() && checkup.to_string().contains("2 sockets are open"), "{checkup}");
    assert_eq!(slack.calls_of("apps.connections.open").len(), 2, "no more are opened");
    slack.edit(|world| world.app.socket_mode = false);
    for connection in slack.connections() {
        slack.disconnect(connection.id, "link_disabled");
    }
    health.wait_for(|health| health.connected == 0 && health.alarm.is_some()).await.unwrap();
    let checkup = approver.check().await;
    assert!(only(&checkup).says.contains("Socket Mode"), "{checkup}");
}
