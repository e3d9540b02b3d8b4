//! The Slack approver of action-level approvals: who is asked sees in Slack who wants what and why, clicks, and the agent
//! goes on. Nobody else's click counts.
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use approvals_core as approvals;
//! use approvals::*;
//! use approvals_slack::{SlackApprover, SlackConfig, WayIn};
//! use fake_slack::{FakeSlack, office};
//!
//! let slack = FakeSlack::start().await; // stands in for Slack
//! let app = slack.app();
//! let config = SlackConfig::new(
//!     app.id.parse()?,
//!     app.bot_token.parse()?,
//!     office::DEPLOYS.parse()?,
//!     WayIn::SocketMode(app.app_token.parse()?),
//! );
//! let approver = SlackApprover::new(config.api(slack.api_url()))?;
//!
//! // Whose account is whose; whether somebody is still a member, Slack is asked each time.
//! let ada = Principal::human("u:ada")?.member_of(["ops"])?;
//! let people = StaticDirectory::new().with(&ada, [ChannelIdentity::new("slack", "T0FAKE/U0ADA")?]);
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
//!     let has_buttons = |message: &fake_slack::Message| message.blocks.iter().any(|block| block["type"] == "actions");
//!     let card = |slack: &FakeSlack| slack.messages(office::DEPLOYS).into_iter().find(has_buttons);
//!     let card = slack.until("a card asks", card).await;
//!     assert_eq!(card.text, "Approve? app.deploy, high risk");
//!     // Bob is in the channel, and is nobody whom the directory knows.
//!     slack.click(office::DEPLOYS, &card.ts, "approvals.approve", office::BOB).send().await;
//!     slack.until("Bob is told so", |slack| slack.ephemerals(office::BOB).pop()).await;
//!     slack.click(office::DEPLOYS, &card.ts, "approvals.approve", office::ADA).send().await
//! };
//! let (ran, click) = tokio::join!(running, people);
//! assert!(ran == Ok("deployed") && click.is_acked);
//! # Ok(()) }
//! ```
//!
//! [`SlackConfig`] says how an app is used, [`Manifest`] from what Slack makes one, and [`SlackApprover::check`] whether it is
//! set up. The page `approvals_in_slack` of the guide (crate `action-approvals`) goes through it step by step.
//!
//! # What happens
//!
//! - **A card is posted in two steps.** Posting a message cannot be repeated without a second one coming of it, so what is posted
//!   holds nothing to decide. Once the ledger has which message it is, and the hashes of two fresh tokens of 128 bits, that
//!   message is changed into the card with its buttons, which can be repeated. What is lost on the way leaves at most a
//!   message that decides nothing.
//! - **A click** is verified, read strictly, and written to the ledger before it is acknowledged, unless that takes longer than
//!   Slack waits; whoever clicked is told then if it fails for good. Then who clicked is looked
//!   up anew (again and again, while Slack cannot say, and by another process if this one ends), the desk decides, every copy of the card is changed to show who decided what, when and why, and the thread
//!   below it is told. Whoever may not decide is told so, and nobody else sees it.
//! - **A button carries** the id of its request and its token. What the message shows is never read back.
//! - **When Slack is down** nothing is approved. The ledger knows what is to be posted and changed, and after that, or after a
//!   restart, it is; what is past its time expires.
//! - **What the agent wrote** stands in frames as literal text: no markup, mention or link comes of it, and what is invisible
//!   is shown as an escape. A card that is too long to be shown whole has no button to approve.
//!
//! # What it stands on
//!
//! Written from Slack's documentation: *Verifying requests from Slack*, *Handling user interaction*, *Block actions payload*,
//! *Using Socket Mode*, *Using Socket Mode without an SDK*, *Rate limits*, *Block Kit reference*, *Formatting message text*,
//! *App manifests*, and the reference of each method that is called. What these leave open is taken the way that is harder on us.
//!
//! Why not on `slack-morphism`, a client for Slack that is there already: on any `disconnect` it starts its one connection
//! again and does not say why. So nobody could be alarmed when Socket Mode was switched off (`link_disabled`), and between the
//! old connection and the new one clicks could be lost. It also hands on payloads that it has parsed, and not the bytes.

mod approver;
mod belonging;
mod callback;
mod check;
mod clicks;
mod config;
mod directory;
mod error;
mod id;
mod manifest;
mod message;
mod secret;
mod service;
mod shared;
mod transport;
mod verify;

pub use approvals_chat::{Checkup, Finding, Level};

pub use crate::approver::SlackApprover;
pub use crate::config::{SlackConfig, WayIn};
pub use crate::directory::SlackDirectory;
pub use crate::error::SlackError;
pub use crate::id::{AppId, ChannelId, IdError, TeamId, UserGroupId};
pub use crate::manifest::{Manifest, ManifestError};
pub use crate::secret::{AppToken, BotToken, SecretError, SigningSecret};
