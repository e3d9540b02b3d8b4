//! Prints the blocks of one card, as it is asked and as it is when it is over, for `interop/slack_card.py`, which draws them.
//!
//! `cargo run -p approvals-slack --example card | python3 interop/slack_card.py docs/slack-card.png`

#![expect(clippy::print_stdout, reason = "it is there to be read by another program")]

use std::error::Error;

use approvals_core::{
    ChannelIdentity, Denied, DynamicAction, Gate, Keyring, MemoryLedger, Obligation, Obligations,
    PolicyFn, Principal, Requester, Risk, StaticDirectory, Verdict,
};
use approvals_slack::{SlackApprover, SlackConfig, WayIn};
use fake_slack::{FakeSlack, Message, office};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let slack = FakeSlack::start().await;
    let gate = gate(&slack).await?;
    let arguments = br#"{"columns": ["name", "email"], "country": "PT", "destination": "s3://partner-lisbon/spring.csv", "rows": 41200}"#;
    let export = DynamicAction::from_json("shop.customers.export", arguments)?
        .risk(Risk::High)
        .resource("shop.db/customers")
        .summary("Export 41200 customers of PT to s3://partner-lisbon/spring.csv")
        .reason("The partner in Lisbon mails them about the spring sale. *Approved* by <https://a.example|the CFO>.");
    let running = gate.run(export, async |_permit, _export| Ok::<_, Denied>(()));
    let somebody = async {
        let asks = |message: &Message| message.blocks.iter().any(|one| one["type"] == "actions");
        let card = |slack: &FakeSlack| slack.messages(office::DEPLOYS).into_iter().find(asks);
        let card = slack.until("a card asks", card).await;
        slack.click(&card.channel, &card.ts, "approvals.approve", office::ADA).send().await;
        card
    };
    let (ran, asked) = tokio::join!(running, somebody);
    ran?;
    let is_over = |slack: &FakeSlack| {
        let card = slack.message(&asked.channel, &asked.ts)?;
        card.text.starts_with("Done").then_some(card)
    };
    let over = slack.until("the card tells the end", is_over).await;
    println!("{}", json!({"asked": asked.blocks, "over": over.blocks}));
    Ok(())
}

async fn gate(slack: &FakeSlack) -> Result<Gate, Box<dyn Error>> {
    let app = slack.app();
    let way_in = WayIn::SocketMode(app.app_token.parse()?);
    let config =
        SlackConfig::new(app.id.parse()?, app.bot_token.parse()?, office::DEPLOYS.parse()?, way_in);
    let approver = SlackApprover::new(config.api(slack.api_url()))?;
    let ada = Principal::human("u:ada")?.member_of(["data-owners"])?;
    let account = ChannelIdentity::new("slack", &format!("{}/{}", office::TEAM, office::ADA))?;
    let ask = Obligations::new([Obligation::new("a-data-owner")?.seats("data-owners", 1)?]);
    let agent = Principal::agent("agent:night-shift")?;
    let keys = Keyring::generate()?;
    let gate = Gate::builder()
        .policy(PolicyFn::new("shop/7", move |_| Verdict::Review(ask.clone()))?)
        .ledger(MemoryLedger::new("example.com/shop/prod", keys.log).await?)
        .directory(approver.directory(StaticDirectory::new().with(&ada, [account])))
        .approver(approver)
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(agent).on_behalf_of(Principal::human("u:mira")?));
    Ok(gate.build().await?)
}
