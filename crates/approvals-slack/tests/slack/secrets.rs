//! What must never be written down: case 50 of the failure cases.

use approvals_core::{DynamicAction, Ledger as _};
use chat_bench::traced;
use fake_slack::{FakeSlack, Fault};

use crate::office::*;

/// In every address of a socket, whose ticket is as good as a password.
const SOCKET: &str = "/socket?ticket=";

/// Everything that is said of an office, by where it is said.
async fn said(office: &Office, denied: &dyn std::fmt::Debug) -> [(&'static str, String); 3] {
    let traced = traced();
    let mut ledger = String::new();
    for entry in office.log.0.entries(0, usize::MAX).await.unwrap() {
        ledger.push_str(&String::from_utf8(entry.bytes).unwrap());
    }
    let texts = format!("{:?} {denied:?}", office.host.approver);
    [("traces", traced), ("the ledger", ledger), ("texts", texts)]
}

/// Somebody rejects something, and cannot be asked why; what was good for asking once.
async fn reject_in_vain(office: &Office) -> String {
    office.slack.fault("views.open", Fault::error("expired_trigger_id"));
    let action = DynamicAction::from_json("app.stop", b"{}").unwrap();
    let running = office.host.run(action);
    let click = office.click(&office.card().await, REJECT, ADA);
    let trigger = click.payload()["trigger_id"].as_str().unwrap().to_owned();
    assert!(click.send().await.is_acked);
    assert!(running.await.unwrap().is_err());
    let asked = |slack: &FakeSlack| slack.calls_of("views.open").pop();
    let asked = office.slack.until("Ada is to be asked why", asked).await;
    assert_eq!(asked.args["trigger_id"], trigger);
    trigger
}

/// Slack gives out addresses of sockets that are good for none.
async fn reconnect_in_vain(office: &Office) {
    let before = office.slack.calls_of("apps.connections.open").len();
    office.slack.edit(|world| world.settings.refuse_upgrade = Some(403));
    for connection in office.slack.connections() {
        office.slack.drop_socket(connection.id);
    }
    let again =
        |slack: &FakeSlack| slack.calls_of("apps.connections.open").into_iter().skip(before).nth(2);
    office.slack.until("sockets are opened in vain", again).await;
    office.slack.edit(|world| world.settings.refuse_upgrade = None);
    office.slack.until_connected(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_traced_recorded_or_told() {
    drop(traced());
    for way in [Way::Socket, Way::Http] {
        let office = Office::open(Plan { way, ..Plan::of(1, "ops") }).await;
        let app = office.slack.app();
        if way == Way::Socket {
            reconnect_in_vain(&office).await;
        }
        office.slack.fault("chat.postMessage", Fault::status(502));
        office.slack.fault("chat.update", Fault::malformed());
        let running = office.run();
        let card = office.card().await;
        let buttons = [APPROVE, REJECT].map(|id| button(&card, id).unwrap());
        let buttons = buttons.map(|value| value.rsplit('.').next().unwrap().to_owned());
        office
            .click(&card, APPROVE, CAROL)
            .edit(|all| all["user"]["id"] = "U0NOBODY".into())
            .send()
            .await;
        let click = office.click(&card, APPROVE, ADA);
        let trigger = click.payload()["trigger_id"].as_str().unwrap().to_owned();
        assert!(click.send().await.is_acked);
        assert_eq!(running.await.unwrap(), Ok(()));
        office.until_shows(&card, "was carried out").await;
        let triggers = [trigger, reject_in_vain(&office).await];
        office.slack.edit(|world| world.app.bot_token_is = fake_slack::Token::Revoked);
        let denied = office.host.run(DynamicAction::from_json("app.drop", b"{}").unwrap()).await;
        let said = said(&office, &denied).await;
        let traced = &said[0].1;
        assert!(traced.contains("Slack refuses"), "something was traced: {traced}");
        assert!(way == Way::Http || traced.contains("the socket did not open"), "{traced}");
        let secrets = [app.bot_token, app.app_token, app.signing_secret, SOCKET.to_owned()];
        for secret in secrets.iter().chain(&buttons).chain(&triggers) {
            for (place, text) in &said {
                assert!(!text.contains(secret), "a secret is in {place}: {secret}");
            }
        }
    }
}
