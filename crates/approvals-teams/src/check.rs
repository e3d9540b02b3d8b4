//! Whether a bot is set up as the configuration says, seen from Microsoft.

use std::time::Duration;

use approvals_chat::{Answer, Checkup, Level, insist, whole};
use url::Url;

use crate::approver::TeamsApprover;
use crate::clicks::{PATH, WANTS};
use crate::id::ConversationId;
use crate::shared::Shared;
use crate::transport::WebError;

/// How long a look-up may take, all its tries together.
const LOOK_UP: Duration = Duration::from_secs(10);

impl TeamsApprover {
    /// Asks Microsoft about everything in the configuration, and says of each thing whether it is as it should be and what
    /// to do where it is not. It posts nothing, and can be dropped at any time.
    ///
    /// `endpoint` is the public address at which Microsoft calls this program, if it runs already: whether something
    /// there refuses what Microsoft has not signed, as it has to.
    ///
    /// ```
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # runtime.block_on(async {
    /// # use approvals_teams::{TeamsApprover, TeamsConfig};
    /// # use fake_teams::office;
    /// # let teams = fake_teams::FakeTeams::start().await;
    /// # let (bot, tenant) = (teams.bot(), office::TENANT.parse()?);
    /// // The bot is not in that channel.
    /// let config = TeamsConfig::new(bot.id.parse()?, bot.secret.parse()?, tenant, office::RANDOM.parse()?);
    /// # let config = config.stand_in(format!("http://{}", teams.address()));
    /// let checkup = TeamsApprover::new(config)?.check(None).await;
    /// assert!(!checkup.is_fine());
    /// assert!(checkup.to_string().contains("add the app to that team or chat"), "{checkup}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub async fn check(&self, endpoint: Option<&Url>) -> Checkup {
        let (mut checkup, teams) = (Checkup::default(), self.chat.service());
        let login = insist(LOOK_UP, || teams.connector.login.token()).await;
        let may_ask = login.is_ok();
        checkup.found(
            "login",
            login.map(|_token| {
                format!(
                    "the bot {} is let in by the organization {}",
                    teams.config.bot, teams.config.tenant
                )
            }),
        );
        if may_ask {
            for conversation in teams.config.everywhere() {
                let looked = teams.look_at(conversation).await;
                let what = format!("conversation {conversation}");
                checkup.found(&what, looked.map(|()| "the bot is in it".to_owned()));
            }
        }
        let keys = insist(LOOK_UP, || teams.keys.ask()).await;
        let keys = keys.map(|_keys| "those with which Microsoft signs are there".to_owned());
        checkup.found("keys", keys);
        teams.check_endpoint(endpoint, &mut checkup).await;
        checkup
    }
}

/// What a look-up has found.
trait Found {
    fn found(&mut self, what: &str, outcome: Result<String, WebError>);
}

impl Found for Checkup {
    fn found(&mut self, what: &str, outcome: Result<String, WebError>) {
        match outcome {
            Ok(says) => self.note(what, Level::Fine, says),
            Err(error) => self.note(what, Level::Missing, whole(&error)),
        }
    }
}

impl Shared {
    /// Whether the bot is in a conversation.
    async fn look_at(&self, conversation: &ConversationId) -> Result<(), WebError> {
        let service = self.anywhere();
        insist(LOOK_UP, || self.connector.look_at(service, conversation)).await
    }

    async fn check_endpoint(&self, endpoint: Option<&Url>, checkup: &mut Checkup) {
        let Some(endpoint) = endpoint else {
            let says = format!(
                "not checkable before somebody clicks; enter `https://`, this program's public name and `{PATH}` as the messaging endpoint of the Azure Bot resource (Configuration)"
            );
            return checkup.ask("clicks", says, "Do clicks get here? Click on a card.".to_owned());
        };
        let (level, says) = match self.connector.knock(endpoint).await {
            Ok(answer) => answered(&answer),
            Err(error) => (
                Level::Missing,
                format!(
                    "nothing answers there as it should; look whether this program runs, and at name, port and certificate: {}",
                    whole(&error)
                ),
            ),
        };
        checkup.note("clicks", level, says);
    }
}

/// What an answer says to a call that nobody has signed.
fn answered(answer: &Answer) -> (Level, String) {
    let is_ours = answer.header("www-authenticate") == Some(WANTS);
    match (answer.status, is_ours) {
        (401, true) => {
            let says = "what answers there refuses what Microsoft has not signed, as it has to";
            (Level::Fine, says.to_owned())
        }
        // Such as a page of its own to log in at, which Microsoft never gets past.
        (401, false) => (
            Level::Doubt,
            format!(
                "what answers there says 401, but not as this program does; look whether something before it wants a login of its own, which it must not for `{PATH}`"
            ),
        ),
        (status, _) => (
            Level::Missing,
            format!(
                "what answers there says {status} to a call that Microsoft has not signed, and not 401; look whether it is this program, at `{PATH}`"
            ),
        ),
    }
}
