//! The Microsoft Teams approver of action-level approvals: who is asked sees in Teams who wants what and why, clicks, and the
//! agent goes on. Nobody else's click counts.
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use approvals_core as approvals;
//! use approvals::*;
//! use approvals_teams::{TeamsApprover, TeamsConfig};
//! use fake_teams::{FakeTeams, office};
//!
//! let teams = FakeTeams::start().await; // stands in for Teams
//! let (bot, tenant) = (teams.bot(), office::TENANT.parse()?);
//! let config = TeamsConfig::new(bot.id.parse()?, bot.secret.parse()?, tenant, office::DEPLOYS.parse()?);
//! let approver = TeamsApprover::new(config.stand_in(format!("http://{}", teams.address())))?;
//!
//! // Microsoft calls this when somebody clicks. In a program of yours: `https://…/teams/messages`.
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let endpoint = format!("http://{}/teams/messages", listener.local_addr()?);
//! let router = approver.router();
//! tokio::spawn(async move { axum::serve(listener, router).await });
//! # teams.edit(|world| world.bot_endpoint = Some(endpoint));
//!
//! // Whose account is whose; whether somebody is still a member, Teams is asked each time.
//! let ada = Principal::human("u:ada")?.member_of(["ops"])?;
//! let account = format!("{}/{}", office::TENANT, office::ADA_OBJECT);
//! let people = StaticDirectory::new().with(&ada, [ChannelIdentity::new("teams", &account)?]);
//! let ask = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
//! let keys = Keyring::generate()?;
//! let gate = Gate::builder()
//!     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(ask.clone()))?)
//!     .ledger(MemoryLedger::new("example.com/shop/test", keys.log).await?)
//!     .directory(approver.directory(people))
//!     .approver(approver)
//!     .recorder_key(keys.recorder)
//!     .grant_key(keys.grant)
//!     .requester(Requester::new(Principal::agent("agent:deployer")?))
//!     .build()
//!     .await?;
//!
//! let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
//! let running = gate.run(deploy, async |_permit, _deploy| Ok::<_, Denied>("deployed"));
//! let people = async {
//!     let has_buttons = |message: &fake_teams::Message| message.activity.to_string().contains("Action.Execute");
//!     let card = |teams: &FakeTeams| teams.messages(office::DEPLOYS).into_iter().find(has_buttons);
//!     let card = teams.until("a card asks", card).await;
//!     assert_eq!(card.activity["summary"], "Approve? app.deploy, high risk");
//!     // High risk: there is a box to tick. Bob is in the channel, and is nobody whom the directory knows.
//!     let ticked = serde_json::json!({ "confirm": "yes" });
//!     let click = |user| teams.click(office::DEPLOYS, &card.id, "approvals.approve", user).with_inputs(&ticked);
//!     let bob = click(office::BOB).send().await;
//!     assert!(bob.body.contains("Your click was not counted"), "{bob:?}");
//!     click(office::ADA).send().await
//! };
//! let (ran, click) = tokio::join!(running, people);
//! assert!(ran == Ok("deployed") && click.body.contains("u:ada"));
//! # Ok(()) }
//! ```
//!
//! [`TeamsConfig`] says how a bot is used, and [`TeamsApprover::check`] whether it is set up. The page `approvals_in_teams` of
//! the guide (crate `action-approvals`) goes through it step by step.
//!
//! # What happens
//!
//! - **A card is posted in two steps**, and changed as its request goes on: [`approvals_chat`] says how, and does it.
//! - **A call of Microsoft** proves with a token who it is from. All of it is checked: the signature, by a key that signs for
//!   Teams; that it is for this bot, and is good now; and that what came with it is from the same service, for this bot, and
//!   from this organization. The token does not cover what came with it: so a button carries a secret of its own, and an
//!   activity that is told again counts once.
//! - **A click** is written to the ledger before it is answered. Then who clicked is looked up anew, the desk decides, and
//!   whoever clicked sees the card as it is now, within three seconds. Every copy is changed, and the thread below it is
//!   told. Whoever may not decide is told so, and nobody else sees it. Clients that refresh a card by themselves decide
//!   nothing.
//! - **What is of high risk** is approved with a box ticked: the ledger knows which that is, whatever the card said.
//! - **Where a conversation is reached**, Microsoft says when the app is added there. That is kept in the ledger, and only
//!   Microsoft's own addresses ever get the bot's token.
//! - **When Teams is down** nothing is approved. The ledger knows what is to be posted and changed, and after that, or after
//!   a restart, it is; what is past its time expires.
//! - **What the agent wrote** stands in text runs, which no client reads as markup; what is invisible is shown as an escape.
//!   A card that is too long to be shown whole has no button to approve.
//!
//! # What it stands on
//!
//! Written from Microsoft's documentation: *Authenticate requests with the Bot Connector API*, *Bot Connector REST API
//! reference*, *Send proactive messages*, *Universal Actions for Adaptive Cards*, *Optimize your bot with rate limiting and
//! best practices in Teams*, *Adaptive Cards schema explorer* (1.5), and *App manifest schema for Teams*. What these leave
//! open is taken the way that is harder on us. Tokens are JSON Web Tokens (RFC 7519) with RS256 signatures (RFC 7518),
//! verified by `ring`.

mod answer;
mod approver;
mod callback;
mod check;
mod clicks;
mod config;
mod directory;
mod error;
mod id;
mod keys;
mod message;
mod package;
mod place;
mod secret;
mod service;
mod shared;
mod transport;
mod verify;
mod workflow;

#[cfg(test)]
mod oracles_tests;
#[cfg(test)]
mod signed_tests;

pub use approvals_chat::{Checkup, Finding, Level};
pub use url::Url;

pub use crate::approver::TeamsApprover;
pub use crate::config::TeamsConfig;
pub use crate::directory::TeamsDirectory;
pub use crate::error::TeamsError;
pub use crate::id::{BotId, ConversationId, IdError, TenantId, UserId};
pub use crate::package::{AppPackage, PackageError};
pub use crate::secret::{ClientSecret, SecretError, WorkflowUrl, WorkflowUrlError};
pub use crate::workflow::WorkflowNotifier;
