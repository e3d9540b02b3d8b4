//! Webhooks of Workflows are told what is asked, and nobody decides there.

use std::sync::{Arc, Mutex};

use approvals_core::{Ballot, ChannelIdentity};
use approvals_core::{Denied, InMemoryApprover, StaticDirectory};
use approvals_teams::{WorkflowNotifier, WorkflowUrl};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::post;
use chat_bench::{Log, deploy, ops, pause, within};
use serde_json::Value;

use crate::office::text_in;

/// A flow that answers with these statuses, then with 202, and what it was told.
#[derive(Clone, Default)]
struct Flow {
    told: Arc<Mutex<Vec<(Uri, Value)>>>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Flow {
    async fn start(&self) -> WorkflowUrl {
        async fn take(State(flow): State<Flow>, uri: Uri, body: String) -> StatusCode {
            let status = flow.statuses.lock().unwrap().pop();
            if let Some(status) = status {
                return StatusCode::from_u16(status).unwrap();
            }
            flow.told.lock().unwrap().push((uri, serde_json::from_str(&body).unwrap()));
            StatusCode::ACCEPTED
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/workflows/a1", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/workflows/a1?sig=CANARY").parse().unwrap()
    }

    fn texts(&self) -> Vec<String> {
        let told = self.told.lock().unwrap();
        told.iter().map(|(_, told)| text_in(&told["attachments"][0]["content"])).collect()
    }
}

/// Tells a flow of a call that Ann rejects, and waits until it was told so often.
async fn rejected(flow: &Flow, url: WorkflowUrl, times: usize) {
    let inbox = InMemoryApprover::new();
    let ann = ChannelIdentity::new("memory", "ann").unwrap();
    let people = StaticDirectory::new().with(&ops("u:ann"), [ann.clone()]);
    let notifier = WorkflowNotifier::new(inbox.clone(), url).unwrap();
    let asked = crate::office::Plan::of(1, "ops").obligation;
    let log = Log::new().await;
    let host =
        chat_bench::Host::start(notifier, people, Arc::clone(&log.0), asked, |gate| gate).await;
    let host = host.unwrap();
    let running = host.run(deploy());
    let card = inbox.next().await;
    let no = Ballot::reject(&card, "not today").unwrap();
    host.gate.desk().decide(&ann, no).await.unwrap();
    assert!(matches!(running.await.unwrap(), Err(Denied::Rejected { .. })));
    host.gate.flush().await.unwrap();
    assert!(within(10, async || flow.texts().len() >= times).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_is_told_once_what_is_asked_and_what_became_of_it_without_anything_to_press() {
    let flow = Flow::default();
    let url = flow.start().await;
    rejected(&flow, url, 2).await;
    pause(1).await;
    let texts = flow.texts();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(
        texts[0].contains("app.deploy") && texts[0].contains("look where you are asked: memory")
    );
    assert!(texts[1].contains("u:ann") && texts[1].contains("not today"), "{}", texts[1]);
    let told = flow.told.lock().unwrap();
    for (uri, message) in told.iter() {
        assert_eq!(uri.query(), Some("sig=CANARY"));
        assert_eq!(message["type"], "message");
        let kind = &message["attachments"][0]["contentType"];
        assert_eq!(kind, "application/vnd.microsoft.card.adaptive");
        assert!(!message.to_string().contains("Action."), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_is_away_or_refuses_holds_nothing_up() {
    let flow = Flow::default();
    *flow.statuses.lock().unwrap() = vec![500];
    let url = flow.start().await;
    rejected(&flow, url, 1).await;
    assert_eq!(flow.texts().len(), 1, "what it may have taken is not told twice");
    let nobody = "http://127.0.0.1:9/workflows/a1?sig=CANARY".parse().unwrap();
    rejected(&Flow::default(), nobody, 0).await;
}

#[test]
fn only_a_whole_address_of_a_flow_is_taken_and_none_is_quoted() {
    for good in [
        "https://prod-1.westeurope.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?api-version=1&sig=x",
        "https://default1.2.environment.api.powerplatform.com:443/powerautomate/x?sig=x",
        "http://127.0.0.1:9/?sig=x",
    ] {
        assert!(good.parse::<WorkflowUrl>().is_ok(), "{good}");
    }
    for bad in [
        "http://prod-1.logic.azure.com/?sig=CANARY",
        "https://prod-1.logic.azure.com/?sig=",
        "https://prod-1.logic.azure.com/",
        "https://logic.azure.com.evil.example/?sig=CANARY",
        "https://evillogic.azure.com/?sig=CANARY",
        "https://user:CANARY@prod-1.logic.azure.com/?sig=CANARY",
        "https://prod-1.logic.azure.com:8443/?sig=CANARY",
        "https://10.0.0.1/?sig=CANARY",
        "CANARY",
        "",
    ] {
        let error = bad.parse::<WorkflowUrl>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("CANARY"), "{bad}");
    }
}
