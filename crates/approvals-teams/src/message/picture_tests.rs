//! The picture of a card for the documentation: as it is asked, and as it is when it is over.
//!
//! `TEAMS_CARD_PICTURE=docs/teams-card.png cargo xtask test cards` draws it anew.

use std::path::Path;
use std::time::Duration;

use any_card::{decision, document, request};
use approvals_chat::Fate;
use approvals_core::{Card, ChannelIdentity, Execution, Outcome, Phase, Principal};
use serde_json::json;

use super::drawn_tests::drawn;
use super::said_tests::*;

/// Where the picture is drawn, from the root of the workspace.
const PICTURE: &str = "TEAMS_CARD_PICTURE";

fn card() -> Card {
    let mut asked = serde_json::to_value(request()).unwrap();
    let mira = json!({"groups": [], "id": "u:mira", "kind": "human"});
    asked["requester"]["principal"]["id"] = json!("agent:night-shift");
    asked["requester"]["on_behalf_of"] = json!([mira]);
    asked["ruling"]["rules"] = json!(["shop/7"]);
    let needed = &mut asked["ruling"]["verdict"]["review"][0];
    needed["name"] = json!("a-data-owner");
    needed["quorum"] = json!([{"count": 1, "group": "data-owners"}]);
    let export = document(json!({
        "action": "shop.customers.export", "requester": "agent:night-shift", "on_behalf_of": ["u:mira"],
        "log": "example.com/shop/prod", "resource": "shop.db/customers",
        "arguments": {
            "columns": ["name", "email"], "country": "PT", "destination": "s3://partner-lisbon/spring.csv", "rows": 41_200,
        },
        "summary": "Export 41200 customers of PT to s3://partner-lisbon/spring.csv",
        "reason": "The partner in Lisbon mails them about the spring sale. **Approved** by [the CFO](https://a.example).",
    }));
    Card::new(serde_json::from_value(asked).unwrap(), export).unwrap()
}

#[test]
fn a_picture_is_drawn_where_one_is_asked_for() {
    let Some(picture) = std::env::var_os(PICTURE) else { return };
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(picture);
    let card = card();
    let mut ada = decision();
    ada.reviewer = Principal::human("u:ada").unwrap();
    ada.at = card.request().asked_at.after(Duration::from_secs(540));
    ada.identity = ChannelIdentity::new("teams", "ada").unwrap();
    let phase = Phase::Ended(Outcome::Executed(Execution::Succeeded));
    let fate = Fate { phase: &phase, decisions: &[ada], approvals: 1, version: 4, state: None };
    let over = became(&card, Some(&fate), None, None).message.card;
    let asked = asking(&card, None).message.card;
    drawn(&[json!({"picture": picture, "asked": asked, "over": over})]).unwrap();
}
