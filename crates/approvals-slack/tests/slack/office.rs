//! A gate whose people are in an office with a Slack of its own.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use approvals_core::{
    BuildError, ChannelIdentity, Denied, GateBuilder, Ledger, Obligation, Phase, RequestId,
    Resolution, State, StaticDirectory, Trail,
};
use approvals_slack::{SlackApprover, SlackConfig, WayIn};
use chat_bench::{Log, Slow};
pub(crate) use chat_bench::{agent, deploy, is_shown, ops, pause, within};
pub(crate) use fake_slack::office::{ADA, APP, BOB, CAROL, DEPLOYS, LEADS, TEAM, VAULT};
use fake_slack::office::{GONE, GUEST, ROBOT, SLACKBOT, STRANGER, VISITOR};
use fake_slack::{FakeSlack, Interaction, Message, World};

/// One process.
pub(crate) type Host = chat_bench::Host<SlackApprover>;

pub(crate) const APPROVE: &str = "approvals.approve";
pub(crate) const REJECT: &str = "approvals.reject";

/// How clicks get to the approver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Socket,
    Http,
}

/// The office: Ada, Bob and Carol are `ops`; Bob is the one for whom the agent acts.
pub(crate) struct Office {
    pub(crate) slack: FakeSlack,
    pub(crate) log: Log,
    pub(crate) host: Host,
    pub(crate) way: Way,
}

/// What differs from test to test.
pub(crate) struct Plan {
    pub(crate) way: Way,
    pub(crate) obligation: Obligation,
    pub(crate) config: fn(SlackConfig) -> SlackConfig,
    pub(crate) gate: fn(GateBuilder) -> GateBuilder,
}

impl Plan {
    pub(crate) fn of(count: u32, group: &str) -> Self {
        let obligation = Obligation::new("asked").unwrap().seats(group, count).unwrap();
        Self { way: Way::Http, obligation, config: |config| config, gate: |gate| gate }
    }
}

pub(crate) fn account(user: &str) -> ChannelIdentity {
    ChannelIdentity::new("slack", &format!("{TEAM}/{user}")).unwrap()
}

/// By the workspace, and by the organization that it may belong to.
fn accounts(user: &str) -> [ChannelIdentity; 2] {
    [account(user), ChannelIdentity::new("slack", &format!("E0FAKE/{user}")).unwrap()]
}

/// Those who may decide nothing, each for a reason that Slack alone knows.
pub(crate) const OUTSIDERS: [&str; 6] = [ROBOT, SLACKBOT, GUEST, VISITOR, GONE, STRANGER];

/// Whom the directory knows: by their accounts alone, as files of people do. All of them are `ops` there.
pub(crate) fn people() -> StaticDirectory {
    let known = StaticDirectory::new()
        .with(&ops("u:ada"), accounts(ADA))
        .with(&ops("u:bob"), accounts(BOB))
        .with(&ops("u:carol"), accounts(CAROL));
    OUTSIDERS.iter().fold(known, |known, user| {
        known.with(&ops(&format!("u:{}", user.to_lowercase())), accounts(user))
    })
}

/// What the app of that Slack is configured with, to ask in [`DEPLOYS`].
pub(crate) fn config_for(slack: &FakeSlack, way: Way) -> SlackConfig {
    let app = slack.app();
    let way_in = match way {
        Way::Socket => WayIn::SocketMode(app.app_token.parse().unwrap()),
        Way::Http => WayIn::Http(app.signing_secret.parse().unwrap()),
    };
    let (id, bot) = (app.id.parse().unwrap(), app.bot_token.parse().unwrap());
    SlackConfig::new(id, bot, DEPLOYS.parse().unwrap(), way_in).api(slack.api_url())
}

/// The user group `leads` is the policy's group `leads`: Ada and Bob.
pub(crate) fn leads_anywhere(config: SlackConfig) -> SlackConfig {
    config
        .group("leads".parse().unwrap(), LEADS.parse().unwrap())
        .believe_groups_for(Duration::ZERO)
}

/// And they are asked in a channel of their own.
pub(crate) fn leads_in_the_vault(config: SlackConfig) -> SlackConfig {
    leads_anywhere(config).channel_of("leads".parse().unwrap(), VAULT.parse().unwrap())
}

impl Office {
    pub(crate) async fn open(plan: Plan) -> Self {
        Self::open_in(World::office(), plan).await
    }

    pub(crate) async fn open_in(world: World, plan: Plan) -> Self {
        let (slack, log) = (FakeSlack::start_with(world).await, Log::new().await);
        let way = plan.way;
        let host = start(&slack, &log, plan).await;
        Self { slack, log, host, way }
    }

    /// With a ledger that is as slow as that says, in milliseconds.
    pub(crate) async fn open_with(plan: Plan, slow: Arc<AtomicU64>) -> Self {
        let (slack, log) = (FakeSlack::start().await, Log::new().await);
        let way = plan.way;
        let slow = Slow(Arc::clone(&log.0), slow);
        let host = try_start_on(&slack, slow, plan).await.unwrap();
        Self { slack, log, host, way }
    }

    /// Waits until the last card is shown, and that is written down.
    pub(crate) async fn settled(&self) {
        self.log.settled().await;
    }

    /// The same call, until its end, in the background.
    pub(crate) fn run(&self) -> tokio::task::JoinHandle<Result<(), Denied>> {
        self.host.run(deploy())
    }

    /// The card that was posted last in a channel, once it shows its buttons.
    pub(crate) async fn card_in(&self, channel: &str) -> Message {
        let has_buttons = |message: &Message| button(message, REJECT).is_some();
        let last = |slack: &FakeSlack| slack.messages(channel).into_iter().rfind(has_buttons);
        self.slack.until("a card has buttons", last).await
    }

    pub(crate) async fn card(&self) -> Message {
        self.card_in(DEPLOYS).await
    }

    pub(crate) fn click(&self, card: &Message, button: &str, user: &str) -> Interaction {
        let click = self.slack.click(&card.channel, &card.ts, button, user);
        if self.way == Way::Socket { click.over_socket() } else { click }
    }

    /// What a message shows, once it shows that.
    pub(crate) async fn until_shows(&self, card: &Message, what: &str) -> String {
        let what_is_wanted = format!("a card shows {what:?}");
        let shown = |slack: &FakeSlack| {
            let text = text_of(&slack.message(&card.channel, &card.ts)?);
            text.contains(what).then_some(text)
        };
        self.slack.until(&what_is_wanted, shown).await
    }

    /// What one person was told in private, once there is something.
    pub(crate) async fn told(&self, user: &str) -> String {
        let told = |slack: &FakeSlack| {
            let last = slack.ephemerals(user).pop()?;
            Some(serde_json::to_string(&last.blocks).unwrap())
        };
        self.slack.until("somebody is told something", told).await
    }

    /// Everything that the ledger has, checked as a stranger would.
    pub(crate) async fn trail(&self) -> Trail {
        self.log.trail().await
    }

    /// The only request.
    pub(crate) async fn only(&self) -> (RequestId, State) {
        self.log.only().await
    }

    /// The state of the only request, once that is so.
    pub(crate) async fn until(&self, is_so: impl Fn(&State) -> bool) -> State {
        self.log.until(is_so).await
    }
}

pub(crate) async fn start(slack: &FakeSlack, log: &Log, plan: Plan) -> Host {
    try_start(slack, log, plan).await.unwrap()
}

pub(crate) async fn try_start(
    slack: &FakeSlack,
    log: &Log,
    plan: Plan,
) -> Result<Host, BuildError> {
    try_start_on(slack, Arc::clone(&log.0), plan).await
}

async fn try_start_on(
    slack: &FakeSlack,
    ledger: impl Ledger + 'static,
    plan: Plan,
) -> Result<Host, BuildError> {
    let config = (plan.config)(config_for(slack, plan.way));
    let approver = SlackApprover::new(config).unwrap();
    if plan.way == Way::Http {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = approver.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let url = format!("http://{address}/slack/interactivity");
        slack.edit(|world| world.app.interactivity_url = Some(url));
    }
    let directory = approver.directory(people());
    Host::start(approver, directory, ledger, plan.obligation, plan.gate).await
}

/// Whether somebody can press something under a card as it is now.
pub(crate) fn has_buttons(office: &Office, card: &Message) -> bool {
    button(&office.slack.message(&card.channel, &card.ts).unwrap(), REJECT).is_some()
}

/// The value of a button, if a message has it.
pub(crate) fn button(message: &Message, action_id: &str) -> Option<String> {
    let elements = message.blocks.iter().filter_map(|block| block["elements"].as_array()).flatten();
    let mut buttons = elements.filter(|one| one["type"] == "button");
    let button = buttons.find(|one| one["action_id"] == action_id)?;
    Some(button["value"].as_str().unwrap().to_owned())
}

/// All text of a message.
pub(crate) fn text_of(message: &Message) -> String {
    fn gather(value: &serde_json::Value, text: &mut String) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        serde_json::Value::String(part)
                            if ["text", "user_id", "url"].contains(&name.as_str()) =>
                        {
                            text.push_str(part);
                            text.push('\n');
                        }
                        other => gather(other, text),
                    }
                }
            }
            serde_json::Value::Array(values) => values.iter().for_each(|value| gather(value, text)),
            _other => {}
        }
    }
    let mut text = String::new();
    message.blocks.iter().for_each(|block| gather(block, &mut text));
    text
}

/// The card of a call that was cut off while it ran, and of which somebody has found out then that it was carried out.
pub(crate) async fn resolved(office: &Office) -> Message {
    let gate = office.host.gate.clone();
    let running = tokio::spawn(async move {
        let body = async |_permit, _action| std::future::pending::<Result<(), Denied>>().await;
        gate.run(deploy(), body).await
    });
    let card = office.card().await;
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    office.until(|state| *state.phase() == Phase::Started).await;
    running.abort();
    office.until_shows(&card, "a person must look").await;
    let (id, _) = office.only().await;
    let desk = office.host.gate.desk();
    desk.resolve(&account(BOB), id, Resolution::Done, "it is there").await.unwrap();
    card
}
