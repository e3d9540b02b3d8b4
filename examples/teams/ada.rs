//! Ada, who clicks in the stand-in for Teams: the customers may be exported, and their table stays as it is.

use std::pin::pin;

use fake_teams::{FakeTeams, Message, office};
use serde_json::json;

use crate::{Failure, screen};

const WHY_NOT: &str = "keep that with the mailing, not with the customers";

/// Adds the app to the channel, and says where the bot is reached. With your Teams, that is for you to do.
pub(crate) async fn add_the_app(teams: &FakeTeams, endpoint: &str) -> Result<(), Failure> {
    teams.edit(|world| world.bot_endpoint = Some(endpoint.to_owned()));
    let answer = teams.installation_update(office::DEPLOYS, "add").send().await;
    if answer.status == Some(200) { Ok(()) } else { Err("the bot does not answer".into()) }
}

/// Makes a call, for which Ada clicks if it is asked for. In your Teams, that is for you to do.
pub(crate) async fn beside<T>(teams: Option<&FakeTeams>, call: impl Future<Output = T>) -> T {
    let Some(teams) = teams else { return call.await };
    let mut call = pin!(call);
    let asks = |message: &Message| screen::text(message).contains("[Approve]");
    let card = |teams: &FakeTeams| teams.messages(office::DEPLOYS).into_iter().rfind(asks);
    let card = tokio::select! {
        done = &mut call => return done,
        card = teams.until("a card asks", card) => card,
    };
    println!("\n{}", screen::framed(&card, usize::MAX));
    let says_no = screen::text(&card).contains("shop.schema.change");
    let (done, end) = if says_no {
        (tokio::join!(call, reject(teams, &card)).0, WHY_NOT)
    } else {
        (tokio::join!(call, approve(teams, &card)).0, "was carried out")
    };
    let told = |teams: &FakeTeams| {
        let card = teams.message(&card.conversation, &card.id)?;
        screen::text(&card).contains(end).then_some(card)
    };
    let card = teams.until("the card tells the end", told).await;
    println!("\n{}", screen::framed(&card, 3));
    done
}

async fn approve(teams: &FakeTeams, card: &Message) {
    println!("Ada ticks the box, which names the same code, and clicks Approve.");
    let click = teams.click(&card.conversation, &card.id, "approvals.approve", office::ADA);
    click.with_inputs(&json!({ "confirm": "yes" })).send().await;
}

async fn reject(teams: &FakeTeams, card: &Message) {
    println!("Ada writes why, and clicks Reject: {WHY_NOT}");
    let click = teams.click(&card.conversation, &card.id, "approvals.reject", office::ADA);
    click.with_inputs(&json!({ "reason": WHY_NOT })).send().await;
}
