//! A channel of one's own: cards go out to screens, clicks come back with whom the channel has let in, and the desk
//! alone decides what a click counts.
//!
//! `cargo run --example custom_approver`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;

use approvals::{
    Approver, ApproverError, Ballot, Card, ChannelIdentity, Denied, Desk, Gate, Keyring,
    MemoryLedger, Obligation, Obligations, Phase, PolicyFn, Presented, Principal, Requester,
    StaticDirectory, Verdict, requires_approval,
};
use async_trait::async_trait;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

#[requires_approval(action = "site.publish", summary = "Publish {page}")]
async fn publish(page: &str) -> Result<String, Denied> {
    Ok(format!("{page} is public"))
}

/// The channel. All that it does is to show; it returns before anybody has answered.
#[derive(Debug)]
struct Screens(UnboundedSender<(Card, Desk)>, UnboundedSender<Phase>);

#[async_trait]
impl Approver for Screens {
    fn channel(&self) -> &'static str {
        "screens"
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        self.0.send((card.clone(), desk.clone())).map_err(ApproverError::new)?;
        Ok(Presented::new())
    }

    async fn update(&self, _card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        self.1.send(phase.clone()).map_err(ApproverError::new)
    }
}

/// Whom this cookie was given to: what a click says of itself is never asked.
fn logged_in(cookie: &str) -> Option<ChannelIdentity> {
    let account = [("c-81f3", "olga"), ("c-07aa", "guest")].into_iter().find(|it| it.0 == cookie);
    ChannelIdentity::new("screens", account?.1).ok()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let ((cards, mut shown), (news, mut changed)) = (unbounded_channel(), unbounded_channel());
    let (keys, olga) = (Keyring::generate()?, Principal::human("u:olga")?.member_of(["editors"])?);
    let editor = Obligations::new([Obligation::new("one-editor")?.seats("editors", 1)?]);
    let gate = Gate::builder()
        .policy(PolicyFn::new("ask/1", move |_call| Verdict::Review(editor.clone()))?)
        .ledger(MemoryLedger::new("example.com/site/test", keys.log).await?)
        .directory(StaticDirectory::new().with(&olga, [ChannelIdentity::new("screens", "olga")?]))
        .approver(Screens(cards, news))
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(Principal::agent("agent:writer")?));
    gate.build().await?.install()?;

    let waiting = tokio::spawn(publish("prices.html"));
    let (card, desk) = shown.recv().await.ok_or("no card came")?;
    println!("{card}");
    // Nobody has logged in with the first, and nobody in the directory is the guest.
    for (cookie, counts) in [("c-forged", false), ("c-07aa", false), ("c-81f3", true)] {
        let Some(click) = logged_in(cookie) else { continue };
        let decided = desk.decide(&click, Ballot::approve(&card)?).await;
        assert_eq!(decided.is_ok(), counts);
        println!("{click}: {}", decided.map_or_else(|no| no.to_string(), |now| format!("{now:?}")));
    }
    println!("{}", waiting.await??);
    println!("On every screen: {:?}", changed.recv().await.ok_or("no news came")?);
    Ok(())
}
