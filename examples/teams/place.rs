//! Which Teams: yours, by what the environment says, or the one of the tests.

use approvals::teams::{TeamsConfig, TenantId, UserId};
use approvals::{ChannelIdentity, Principal, StaticDirectory};
use fake_teams::{FakeTeams, office};

use crate::Failure;

const HELP: &str = "\
`--fake` starts a stand-in for Teams on this host, in which somebody clicks by script.
Without it, these are taken from the environment:
  TEAMS_BOT_ID         the bot's app id (App registrations, Overview)
  TEAMS_CLIENT_SECRET  the value of a secret of it (Certificates & secrets)
  TEAMS_TENANT_ID      the organization (Overview, Directory (tenant) ID)
  TEAMS_CONVERSATION   19:...@thread.tacv2, a channel to which the app was added (in its
                       link, where %3A stands for : and %40 for @)
  TEAMS_USER           teams:<tenant id>/<object id>, whose clicks count: yours
                       (Users, Object ID; both ids in lower case)
  TEAMS_LISTEN         host and port at which clicks come in (127.0.0.1:8080 unless
                       said otherwise); what speaks HTTPS to the internet passes
                       https://.../teams/messages on to it
  TEAMS_STAND_IN       for tests: http://127.0.0.1:..., what stands in for Microsoft
`cargo run -p approvals-cli -- teams package --help` makes the app.";

/// What to do after the stand-in.
pub(crate) const NEXT: &str = "
With your Teams:
  1. register a bot, and have it call https://.../teams/messages, with what leads to 127.0.0.1:8080 here
  2. `cargo run -p approvals-cli -- teams package --help` makes the app to be uploaded
  3. set TEAMS_BOT_ID, TEAMS_CLIENT_SECRET, TEAMS_TENANT_ID, TEAMS_CONVERSATION, TEAMS_USER (`--help` says what they are)
  4. run it without `--fake`
The guide goes through it step by step: `cargo doc --open --no-deps --features teams`, there `guide`, `approvals_in_teams`.";

const NAMES: [&str; 5] =
    ["TEAMS_BOT_ID", "TEAMS_CLIENT_SECRET", "TEAMS_TENANT_ID", "TEAMS_CONVERSATION", "TEAMS_USER"];

pub(crate) struct Place {
    pub(crate) config: TeamsConfig,
    /// Whose clicks count.
    pub(crate) people: StaticDirectory,
    /// Where clicks come in.
    pub(crate) listen: String,
    pub(crate) fake: Option<FakeTeams>,
}

impl Place {
    /// Nowhere, if all that was asked for is help.
    pub(crate) async fn chosen() -> Result<Option<Self>, Failure> {
        let args: Vec<_> = std::env::args().skip(1).collect();
        let words: Vec<_> = args.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => Self::yours().map(Some),
            ["--fake"] => Self::fake().await.map(Some),
            ["--help" | "-h"] => {
                println!("{HELP}");
                Ok(None)
            }
            _other => Err(format!("it takes `--fake` or nothing\n{HELP}").into()),
        }
    }

    fn yours() -> Result<Self, Failure> {
        let is_absent = |name: &&str| std::env::var(name).is_err();
        let absent: Vec<_> = NAMES.into_iter().filter(is_absent).collect();
        if !absent.is_empty() {
            return Err(format!("not set: {}\n{HELP}", absent.join(", ")).into());
        }
        let (bot, tenant) = (std::env::var("TEAMS_BOT_ID")?, std::env::var("TEAMS_TENANT_ID")?);
        let secret = std::env::var("TEAMS_CLIENT_SECRET")?;
        let conversation = std::env::var("TEAMS_CONVERSATION")?.parse()?;
        let config = TeamsConfig::new(bot.parse()?, secret.parse()?, tenant.parse()?, conversation);
        let config = match std::env::var("TEAMS_STAND_IN") {
            Ok(address) => config.stand_in(address),
            Err(_yours) => config,
        };
        let user = std::env::var("TEAMS_USER")?;
        let account = user.strip_prefix("teams:").and_then(|account| account.split_once('/'));
        let (of, user) = account.ok_or("TEAMS_USER is `teams:<tenant id>/<object id>`")?;
        let (of, user): (TenantId, UserId) = (of.parse()?, user.parse()?);
        let people = owner("u:you", &format!("{of}/{user}"))?;
        let listen = std::env::var("TEAMS_LISTEN").unwrap_or("127.0.0.1:8080".to_owned());
        println!("Look into Teams: that is where you are asked. Clicks come in at {listen}.");
        Ok(Self { config, people, listen, fake: None })
    }

    async fn fake() -> Result<Self, Failure> {
        println!("This is a stand-in for Teams on this host; Ada clicks by script.");
        let teams = FakeTeams::start().await;
        let (bot, tenant) = (teams.bot(), office::TENANT.parse()?);
        let (id, secret) = (bot.id.parse()?, bot.secret.parse()?);
        let config = TeamsConfig::new(id, secret, tenant, office::DEPLOYS.parse()?);
        let people = owner("u:ada", &format!("{}/{}", office::TENANT, office::ADA_OBJECT))?;
        let config = config.stand_in(format!("http://{}", teams.address()));
        Ok(Self { config, people, listen: "127.0.0.1:0".to_owned(), fake: Some(teams) })
    }
}

fn owner(person: &str, account: &str) -> Result<StaticDirectory, Failure> {
    let owner = Principal::human(person)?.member_of(["shop-owners"])?;
    Ok(StaticDirectory::new().with(&owner, [ChannelIdentity::new("teams", account)?]))
}
