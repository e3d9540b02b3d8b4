//! A gate whose people are in an office with a Teams of its own.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use approvals_core::{
    BuildError, ChannelIdentity, Denied, Entry, GateBuilder, Ledger, Obligation, RequestId, State,
    StaticDirectory, Trail,
};
use approvals_teams::{TeamsApprover, TeamsConfig};
use chat_bench::Slow;
pub(crate) use chat_bench::{Log, deploy, is_shown, ops, pause};
pub(crate) use fake_teams::office::{ADA, BOB, CAROL, DEPLOYS, GUEST, LEADS, TENANT};
use fake_teams::office::{
    ADA_OBJECT, BOB_OBJECT, CAROL_OBJECT, GONE_OBJECT, GUEST_OBJECT, STRANGER_OBJECT,
};
use fake_teams::{Answer, FakeTeams, Interaction, Message, Shown, World};
use serde_json::{Value, json};

/// What an activity can bring about, as the ledger calls it.
const HEARD: [&str; 5] = ["pressed", "dismissed", "decided", "late", "routed"];

/// One process.
pub(crate) type Host = chat_bench::Host<TeamsApprover>;

/// A process that can be killed: once it is dropped, nothing of it runs on.
pub(crate) type Process = chat_bench::Process<TeamsApprover>;

pub(crate) const APPROVE: &str = "approvals.approve";
pub(crate) const REJECT: &str = "approvals.reject";

/// The office: Ada, Bob and Carol are `ops`; somebody called boss is the one for whom the agent acts.
pub(crate) struct Office {
    pub(crate) teams: FakeTeams,
    pub(crate) log: Log,
    pub(crate) host: Host,
}

/// What differs from test to test.
pub(crate) struct Plan {
    pub(crate) obligation: Obligation,
    pub(crate) config: fn(TeamsConfig) -> TeamsConfig,
    pub(crate) gate: fn(GateBuilder) -> GateBuilder,
}

impl Plan {
    pub(crate) fn of(count: u32, group: &str) -> Self {
        let obligation = Obligation::new("asked").unwrap().seats(group, count).unwrap();
        Self { obligation, config: |config| config, gate: |gate| gate }
    }
}

/// An account, by its id in the directory of that tenant.
pub(crate) fn account_in(tenant: &str, object: &str) -> ChannelIdentity {
    ChannelIdentity::new("teams", &format!("{tenant}/{object}")).unwrap()
}

pub(crate) fn account(user: &str) -> ChannelIdentity {
    let object = match user {
        ADA => ADA_OBJECT,
        BOB => BOB_OBJECT,
        CAROL => CAROL_OBJECT,
        GUEST => GUEST_OBJECT,
        other => panic!("{other} is not known here"),
    };
    account_in(TENANT, object)
}

/// Whom the directory knows, by their accounts alone, as files of people do: also those who may decide nothing, each for
/// a reason that Teams alone knows. All of them are `ops` there, and Ada and Bob `leads`.
pub(crate) fn people() -> StaticDirectory {
    let known = [
        ("u:ada", ADA_OBJECT),
        ("u:bob", BOB_OBJECT),
        ("u:carol", CAROL_OBJECT),
        ("u:guest", GUEST_OBJECT),
        ("u:gone", GONE_OBJECT),
        ("u:stranger", STRANGER_OBJECT),
    ];
    known.iter().fold(StaticDirectory::new(), |people, (id, object)| {
        let person = ops(id);
        let is_lead = ["u:ada", "u:bob"].contains(id);
        let person = if is_lead { person.member_of(["leads"]).unwrap() } else { person };
        people.with(&person, [account_in(TENANT, object)])
    })
}

/// What the bot of that Teams is configured with, to ask in [`DEPLOYS`].
pub(crate) fn config_for(teams: &FakeTeams) -> TeamsConfig {
    let (bot, tenant) = (teams.bot(), TENANT.parse().unwrap());
    let (id, secret) = (bot.id.parse().unwrap(), bot.secret.parse().unwrap());
    let config = TeamsConfig::new(id, secret, tenant, DEPLOYS.parse().unwrap());
    config.stand_in(format!("http://{}", teams.address()))
}

/// Members of `leads` are asked in a chat of their own.
pub(crate) fn leads_in_their_chat(config: TeamsConfig) -> TeamsConfig {
    config.conversation_of("leads".parse().unwrap(), LEADS.parse().unwrap())
}

impl Office {
    pub(crate) async fn open(plan: Plan) -> Self {
        Self::open_in(World::office(), plan).await
    }

    pub(crate) async fn open_in(world: World, plan: Plan) -> Self {
        Self::open_at(FakeTeams::start_with(world).await, plan).await
    }

    /// In a Teams that is there already, such as one where something goes wrong.
    pub(crate) async fn open_at(teams: FakeTeams, plan: Plan) -> Self {
        let log = Log::new().await;
        let host = start(&teams, &log, plan).await;
        Self { teams, log, host }
    }

    /// With a ledger that is as slow as that says, in milliseconds.
    pub(crate) async fn open_with(plan: Plan, slow: Arc<AtomicU64>) -> Self {
        let (teams, log) = (FakeTeams::start().await, Log::new().await);
        let host = try_start_on(&teams, Slow(Arc::clone(&log.0), slow), plan).await.unwrap();
        Self { teams, log, host }
    }

    /// The same call, until its end, in the background.
    pub(crate) fn run(&self) -> tokio::task::JoinHandle<Result<(), Denied>> {
        self.host.run(deploy())
    }

    /// The card that was posted last in a conversation, once it shows its buttons.
    pub(crate) async fn card_in(&self, conversation: &str) -> Message {
        let last = |teams: &FakeTeams| teams.messages(conversation).into_iter().rfind(has_buttons);
        self.teams.until("a card has buttons", last).await
    }

    pub(crate) async fn card(&self) -> Message {
        self.card_in(DEPLOYS).await
    }

    /// Presses a button, with the box ticked where there is one.
    pub(crate) fn click(&self, card: &Message, button: &str, user: &str) -> Interaction {
        let click = self.teams.click(&card.conversation, &card.id, button, user);
        click.with_inputs(&json!({ "confirm": "yes", "reason": "" }))
    }

    /// What a message shows, once it shows that.
    pub(crate) async fn until_shows(&self, card: &Message, what: &str) -> String {
        let what_is_wanted = format!("a card shows {what:?}");
        let shown = |teams: &FakeTeams| {
            let text = text_of(&teams.message(&card.conversation, &card.id)?);
            text.contains(what).then_some(text)
        };
        self.teams.until(&what_is_wanted, shown).await
    }

    /// How much in the ledger comes from what was sent to the endpoint.
    pub(crate) async fn heard(&self) -> usize {
        let entries = self.log.0.entries(0, usize::MAX).await.unwrap();
        let is_heard = |entry: &&Entry| {
            let text = String::from_utf8_lossy(&entry.bytes);
            HEARD.iter().any(|what| text.contains(&format!(r#""what":{{"{what}""#)))
        };
        entries.iter().filter(is_heard).count()
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

pub(crate) async fn start(teams: &FakeTeams, log: &Log, plan: Plan) -> Host {
    try_start(teams, log, plan).await.unwrap()
}

pub(crate) async fn try_start(
    teams: &FakeTeams,
    log: &Log,
    plan: Plan,
) -> Result<Host, BuildError> {
    try_start_on(teams, Arc::clone(&log.0), plan).await
}

async fn try_start_on(
    teams: &FakeTeams,
    ledger: impl Ledger + 'static,
    plan: Plan,
) -> Result<Host, BuildError> {
    let config = (plan.config)(config_for(teams));
    let approver = TeamsApprover::new(config).unwrap();
    serve(teams, &approver).await;
    let directory = approver.directory(people());
    Host::start(approver, directory, ledger, plan.obligation, plan.gate).await
}

/// From here on, Teams tells this approver what people do.
pub(crate) async fn serve(teams: &FakeTeams, approver: &TeamsApprover) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = approver.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let url = format!("http://{address}/teams/messages");
    teams.edit(|world| world.bot_endpoint = Some(url));
}

/// A process with a gate that asks in that office.
pub(crate) async fn process(office: &Office, plan: Plan) -> Process {
    let (teams, log) = (office.teams.clone(), office.log.clone());
    Process::start(async move { start(&teams, &log, plan).await }).await
}

/// So much time passes for whoever measures it, on a runtime of one thread: not for clocks, nor for what they date.
pub(crate) async fn later(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// What whoever has clicked reads under the card.
pub(crate) fn told(answer: &Answer) -> &str {
    match &answer.shown {
        Shown::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

/// Everything that an error says, with its causes.
pub(crate) fn all_of(error: &dyn std::error::Error) -> String {
    let all = std::iter::successors(Some(error), |one| one.source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

pub(crate) fn has_buttons(message: &Message) -> bool {
    message.card().is_some_and(|card| button(card, REJECT).is_some())
}

/// What was said in the thread of a card.
pub(crate) fn said_under(teams: &FakeTeams, card: &Message) -> Vec<Message> {
    let mut all = teams.messages(&card.conversation);
    all.retain(|message| message.id != card.id);
    all
}

/// What a button carries, if a card has it.
pub(crate) fn button(card: &Value, verb: &str) -> Option<String> {
    match card {
        Value::Object(fields) => {
            if card["type"] == "Action.Execute" && card["verb"] == verb {
                return card["data"]["token"].as_str().map(str::to_owned);
            }
            fields.values().find_map(|inside| button(inside, verb))
        }
        Value::Array(values) => values.iter().find_map(|inside| button(inside, verb)),
        _other => None,
    }
}

/// All text that a card shows, line by line.
pub(crate) fn text_in(card: &Value) -> String {
    let mut text = String::new();
    gather(card, &mut text);
    text
}

pub(crate) fn text_of(message: &Message) -> String {
    message.card().map(text_in).unwrap_or_default()
}

fn gather(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Array(inlines)) = fields.get("inlines") {
                for inline in inlines {
                    text.push_str(inline["text"].as_str().unwrap());
                }
                text.push('\n');
            }
            for name in ["body", "items"] {
                fields.get(name).into_iter().for_each(|inside| gather(inside, text));
            }
        }
        Value::Array(values) => values.iter().for_each(|inside| gather(inside, text)),
        _other => {}
    }
}
