use std::time::Duration;

use fake_slack::{Fault, office};
use serde_json::json;

use super::harness_tests::{blocks, deploys, no_canary, post, slack, web, whole};
use super::*;

#[tokio::test]
async fn a_message_is_posted_and_changed_without_anything_that_pings_unfurls_or_disguises() {
    let slack = slack().await;
    let web = web(&slack);
    let message = post(&web).await.unwrap();
    assert_eq!(message.channel, deploys());
    web.update(&message.channel, &message.ts, "decided", &blocks("decided")).await.unwrap();
    web.post(&deploys(), "a note", &blocks("a note"), Some(&message.ts)).await.unwrap();
    let ada = office::ADA.parse().unwrap();
    web.whisper(&deploys(), &ada, "not you", None, Some(&message.ts)).await.unwrap();

    let shown = slack.message(office::DEPLOYS, message.ts.as_str()).unwrap();
    assert_eq!((shown.text.as_str(), shown.edits.len()), ("decided", 1));
    assert_eq!(slack.replies(office::DEPLOYS, message.ts.as_str()).len(), 1);
    assert_eq!(slack.ephemerals(office::ADA).len(), 1);
    let wanted = [
        "blocks",
        "channel",
        "link_names",
        "parse",
        "text",
        "thread_ts",
        "ts",
        "unfurl_links",
        "unfurl_media",
        "user",
    ];
    for call in slack.calls() {
        assert_eq!(
            (&call.args["parse"], &call.args["link_names"]),
            (&json!("none"), &json!(false))
        );
        if call.method == "chat.postMessage" {
            assert_eq!(call.args["unfurl_links"], json!(false));
            assert_eq!(call.args["unfurl_media"], json!(false));
        }
        for name in call.args.as_object().unwrap().keys() {
            assert!(wanted.contains(&name.as_str()), "{name} is sent with {}", call.method);
        }
    }
}

#[tokio::test]
async fn the_token_says_who_we_are_and_what_we_may_do() {
    let slack = slack().await;
    let web = web(&slack);
    let here: Installation = web.auth_test().await.unwrap();
    assert_eq!(here.team.unwrap().as_str(), office::TEAM);
    assert_eq!((here.bot_user.as_str(), here.is_org_wide), (office::BOT, false));
    assert!(here.scopes.contains(&"chat:write".to_owned()), "{:?}", here.scopes);
    assert_eq!(web.app_of(&here.bot_id).await.unwrap().as_str(), office::APP);
    slack.edit(|world| {
        world.enterprise = Some("E0FAKE".to_owned());
        world.app.is_org_wide = true;
    });
    let here = web.auth_test().await.unwrap();
    assert!(here.is_org_wide && here.team.is_none());
    assert_eq!(here.enterprise.unwrap().as_str(), "E0FAKE");
}

#[tokio::test]
async fn a_member_is_what_slack_says_now() {
    let slack = slack().await;
    let web = web(&slack);
    for (user, standing) in [
        (office::ADA, Standing::Full),
        (office::GUEST, Standing::Guest),
        (office::VISITOR, Standing::Guest),
        (office::GONE, Standing::Deactivated),
        (office::STRANGER, Standing::Stranger),
        (office::ROBOT, Standing::Bot),
        (office::SLACKBOT, Standing::Bot),
    ] {
        let member: Member = web.member(&user.parse().unwrap()).await.unwrap();
        assert_eq!(member.standing, standing, "{user}");
    }
    slack.edit(|world| world.user(office::ADA).deleted = true);
    let member = web.member(&office::ADA.parse().unwrap()).await.unwrap();
    assert_eq!(member.standing, Standing::Deactivated);
    let nobody = web.member(&"U0NOBODY".parse().unwrap()).await.unwrap_err();
    assert_eq!(nobody.code(), Some("user_not_found"));
    // Somebody else's answer is no answer.
    slack.fault("users.info", Fault::body(r#"{"ok":true,"user":{"id":"U0BOB","deleted":false}}"#));
    let other = web.member(&office::ADA.parse().unwrap()).await.unwrap_err();
    assert!(matches!(other, WebError::Unsure { why: Unsure::Unreadable(_), .. }), "{other:?}");
}

#[tokio::test]
async fn groups_and_channels_are_looked_up() {
    let slack = slack().await;
    let web = web(&slack);
    let leads = office::LEADS.parse().unwrap();
    let members = web.group_members(&leads, None).await.unwrap();
    assert_eq!(
        members.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [office::ADA, office::BOB]
    );
    let group: Group = web.group(&leads, None).await.unwrap().unwrap();
    assert!(group.is_active && group.handle == "leads");
    slack.edit(|world| world.group(office::LEADS).is_disabled = true);
    assert!(!web.group(&leads, None).await.unwrap().unwrap().is_active);
    let gone = web.group_members(&leads, None).await.unwrap_err();
    assert_eq!(gone.code(), Some("no_such_subteam"));
    assert_eq!(web.group(&"S0NONE".parse().unwrap(), None).await.unwrap(), None);
    slack.edit(|world| world.settings.has_user_groups = false);
    let plan = web.group_members(&leads, None).await.unwrap_err();
    assert!(
        matches!(plan, WebError::Fatal { .. }) && plan.to_string().contains("paid plan"),
        "{plan}"
    );

    let channel: Channel = web.channel(&deploys()).await.unwrap();
    assert!(channel.is_member && !channel.is_archived);
    assert!(!web.channel(&office::RANDOM.parse().unwrap()).await.unwrap().is_member);
    slack.edit(|world| world.app.scopes.retain(|scope| !scope.ends_with(":read")));
    let refused = web.channel(&deploys()).await.unwrap_err();
    assert!(refused.to_string().contains("channels:read"), "{refused}");
}

#[tokio::test]
async fn a_group_that_is_not_there_is_told_from_one_that_cannot_be_looked_at() {
    let slack = slack().await;
    let web = web(&slack);
    let leads = office::LEADS.parse().unwrap();
    slack.edit(|world| world.group(office::LEADS).is_disabled = true);
    assert!(web.group_members(&leads, None).await.unwrap_err().is_no_group());
    slack.edit(|world| world.groups.clear());
    assert!(web.group_members(&leads, None).await.unwrap_err().is_no_group());
    for (code, is_no_group) in [
        ("subteam_not_found", true),
        ("missing_argument", false),
        ("invalid_arg_name", false),
        ("a_new_word", false),
        ("missing_scope", false),
        ("plan_upgrade_required", false),
        ("fatal_error", false),
        ("ratelimited", false),
    ] {
        slack.fault("usergroups.users.list", Fault::error(code));
        let error = web.group_members(&leads, None).await.unwrap_err();
        assert_eq!(error.is_no_group(), is_no_group, "{error:?}");
    }
}

#[tokio::test]
async fn a_channel_gets_no_two_messages_within_a_second() {
    let slack = slack().await;
    let web = web(&slack);
    let (first, second) = tokio::join!(post(&web), post(&web));
    assert!(first.is_ok() && second.is_ok());
    let calls = slack.calls_of("chat.postMessage");
    assert!(calls[1].at.duration_since(calls[0].at) >= Duration::from_millis(900), "{calls:?}");
    let error = post(&web.patient(Duration::ZERO)).await.unwrap_err();
    assert!(matches!(error, WebError::Later { .. }), "{error:?}");
}

#[test]
fn a_token_is_sent_encrypted_or_to_this_host() {
    let token = || "xoxb-1-CANARY".parse().unwrap();
    assert!(SLACK.starts_with("https://"));
    for base in ["http://127.0.0.1:1/api/", "http://localhost:1/api", "http://[::1]:1/"] {
        Web::new(base, token()).unwrap();
    }
    for base in [
        "http://slack.com/api/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "https://user:CANARY@slack.com/api/",
        "slack.com",
        "",
    ] {
        let error = Web::new(base, token()).unwrap_err();
        assert!(matches!(error, SetUpError::Address), "{base}");
        no_canary(&whole(&error));
    }
}
