//! Which Slack: yours, by what the environment says, or the one of the tests.

use approvals::slack::{SlackConfig, WayIn};
use approvals::{ChannelIdentity, Principal, StaticDirectory};
use fake_slack::{FakeSlack, office};

use crate::Failure;

const HELP: &str = "\
`--fake` starts a stand-in for Slack on this host, in which somebody clicks by script.
Without it, these are taken from the environment:
  SLACK_APP_ID     A..., of Basic Information
  SLACK_BOT_TOKEN  xoxb-..., of OAuth & Permissions
  SLACK_APP_TOKEN  xapp-..., of Basic Information, with connections:write
  SLACK_CHANNEL    C..., where the bot is a member
  SLACK_USER       slack:T.../U..., whose clicks count: yours
`cargo run -p approvals-cli -- slack manifest` prints what Slack makes the app of.";

/// What to do after the stand-in.
pub(crate) const NEXT: &str = "
With your Slack:
  1. `cargo run -p approvals-cli -- slack manifest` prints what Slack makes the app of
  2. set SLACK_APP_ID, SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_CHANNEL, SLACK_USER (`--help` says what they are)
  3. run it without `--fake`
The guide: `cargo doc --open --no-deps --features slack`, there `guide`, `approvals_in_slack`.";

const NAMES: [&str; 5] =
    ["SLACK_APP_ID", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_CHANNEL", "SLACK_USER"];

pub(crate) struct Place {
    pub(crate) config: SlackConfig,
    /// Whose clicks count.
    pub(crate) people: StaticDirectory,
    pub(crate) fake: Option<FakeSlack>,
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
        let way_in = WayIn::SocketMode(std::env::var("SLACK_APP_TOKEN")?.parse()?);
        let (app, bot) = (std::env::var("SLACK_APP_ID")?, std::env::var("SLACK_BOT_TOKEN")?);
        let channel = std::env::var("SLACK_CHANNEL")?;
        let config = SlackConfig::new(app.parse()?, bot.parse()?, channel.parse()?, way_in);
        let user = std::env::var("SLACK_USER")?;
        let account = user.strip_prefix("slack:").ok_or("SLACK_USER begins with `slack:`")?;
        println!("Look into {channel}: that is where you are asked.");
        Ok(Self { config, people: owner("u:you", account)?, fake: None })
    }

    async fn fake() -> Result<Self, Failure> {
        println!("This is a stand-in for Slack on this host; Ada clicks by script.");
        let slack = FakeSlack::start().await;
        let needed = ["channels:read", "chat:write", "users:read"];
        slack.edit(|world| world.app.scopes = needed.map(str::to_owned).into());
        let app = slack.app();
        let way_in = WayIn::SocketMode(app.app_token.parse()?);
        let channel = office::DEPLOYS.parse()?;
        let config = SlackConfig::new(app.id.parse()?, app.bot_token.parse()?, channel, way_in);
        let people = owner("u:ada", &format!("{}/{}", office::TEAM, office::ADA))?;
        Ok(Self { config: config.api(slack.api_url()), people, fake: Some(slack) })
    }
}

fn owner(person: &str, account: &str) -> Result<StaticDirectory, Failure> {
    let owner = Principal::human(person)?.member_of(["shop-owners"])?;
    Ok(StaticDirectory::new().with(&owner, [ChannelIdentity::new("slack", account)?]))
}
