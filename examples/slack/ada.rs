//! Ada, who clicks in the stand-in for Slack: the customers may be exported, and their table stays as it is.

use std::pin::pin;

use fake_slack::{FakeSlack, Message, office};
use serde_json::json;

use crate::screen;

const WHY_NOT: &str = "keep that with the mailing, not with the customers";

/// Makes a call, for which Ada clicks if it is asked for. In your Slack, that is for you to do.
pub(crate) async fn beside<T>(slack: Option<&FakeSlack>, call: impl Future<Output = T>) -> T {
    let Some(slack) = slack else { return call.await };
    let mut call = pin!(call);
    let asks = |message: &Message| screen::text(&message.blocks).contains("[Approve]");
    let card = |slack: &FakeSlack| slack.messages(office::DEPLOYS).into_iter().rfind(asks);
    let card = tokio::select! {
        done = &mut call => return done,
        card = slack.until("a card asks", card) => card,
    };
    println!("\n{}", screen::framed(&card.blocks, usize::MAX));
    let says_no = card.text.contains("shop.schema.change");
    let (done, end) = if says_no {
        (tokio::join!(call, reject(slack, &card)).0, WHY_NOT)
    } else {
        (tokio::join!(call, approve(slack, &card)).0, "was carried out")
    };
    let told = |slack: &FakeSlack| {
        let card = slack.message(&card.channel, &card.ts)?;
        screen::text(&card.blocks).contains(end).then_some(card)
    };
    let card = slack.until("the card tells the end", told).await;
    println!("\n{}", screen::framed(&card.blocks, 3));
    done
}

async fn approve(slack: &FakeSlack, card: &Message) {
    println!("Ada clicks Approve. Slack asks once more, naming the same code, and she confirms.");
    slack.click(&card.channel, &card.ts, "approvals.approve", office::ADA).send().await;
}

/// That counts at once; the form for the reason comes after it.
async fn reject(slack: &FakeSlack, card: &Message) {
    println!("Ada clicks Reject, and writes why: {WHY_NOT}");
    slack.click(&card.channel, &card.ts, "approvals.reject", office::ADA).send().await;
    let form = slack.until("a form asks why", |slack| slack.views().pop()).await;
    let reason = json!({ "type": "plain_text_input", "value": WHY_NOT });
    let values = json!({ "approvals.reason": { "approvals.reason": reason } });
    slack.submit_view(&form.id, &values).send().await;
}
