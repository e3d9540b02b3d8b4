//! What comes in is kept, and acknowledged then. What becomes of a click follows.

use std::sync::Arc;
use std::time::Duration;

use approvals_core::{ChannelIdentity, DeskError, Digest, PressError, Pressed, Taken};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::callback::{Callback, Press, Sender, Submission};
use crate::error::Problem;
use crate::message;
use crate::settling::Click;
use crate::shared::{Handle, Shared};
use crate::transport::{Backoff, Verdict};

/// What is not kept within that time may be acknowledged before it is: Slack would not send it again.
const OURS_AFTER: Duration = Duration::from_secs(1);

/// What is not kept within that time has been acknowledged.
const ACKNOWLEDGED_AFTER: Duration = Duration::from_millis(2400);

/// For how long something is kept in memory that has been acknowledged and is not durable.
const PATIENCE: Duration = Duration::from_secs(2 * 60);

impl Shared {
    /// Takes what came in, through either way: when this returns, it is durable, or nothing was to be kept.
    ///
    /// What cannot be kept is left to Slack to send again while that helps, and tried again here after that.
    pub(crate) async fn take(self: &Handle, callback: Callback) -> Verdict {
        let (begun, mut pauses) = (Instant::now(), again());
        loop {
            let taken = match &callback {
                Callback::Other => return Verdict::Accepted,
                Callback::Press(press) => self.take_press(press).await,
                Callback::Reason(submission) => self.take_reason(submission).await,
            };
            let problem = match taken {
                Ok(verdict) => return verdict,
                Err(problem) => problem,
            };
            tracing::warn!(error = &problem as &dyn std::error::Error, "a click could not be kept");
            let since = begun.elapsed();
            let may_pass = problem.is_passing() && since < PATIENCE;
            if since < OURS_AFTER || (!may_pass && since < ACKNOWLEDGED_AFTER) {
                return Verdict::Unavailable;
            }
            if !may_pass {
                self.apologize(&callback).await;
                return Verdict::Unavailable;
            }
            sleep(pauses.wait()).await;
        }
    }

    async fn take_press(self: &Handle, press: &Press) -> Result<Verdict, Problem> {
        let belonging = self.belonging().await?;
        if !belonging.is_for_us(&press.sender) {
            return Ok(foreign(&press.sender));
        }
        let desk = self.desk()?;
        let identity = belonging.identity(&self.config.name, &press.sender.user)?;
        let place = belonging.place(&press.channel);
        let pressed = Pressed {
            choice: press.choice,
            id: id_of(press, &place),
            identity: identity.clone(),
            message: press.message.as_str(),
            place: &place,
            value: &press.value,
        };
        match self.outbox(&desk).press(&pressed).await {
            Ok(Taken::Before) => {}
            Ok(Taken::Now(kept, ballot)) => {
                let trigger = press.trigger_id.clone();
                self.settle_later(&desk, Click::kept(*kept, ballot, trigger));
            }
            Ok(Taken::Late(ballot)) if self.is_first_after_the_end(&identity, &ballot) => {
                self.settle_later(&desk, Click::late(identity, place, ballot));
            }
            Ok(Taken::Late(_again)) => self.refuse(identity, place, "it is over"),
            Err(error @ (PressError::Forged | PressError::TooMany)) => {
                self.refuse(identity, place, &error.to_string());
            }
            // Another gate of this app may know it: Slack sends it again, there.
            Err(PressError::Unknown) => return Err(Problem::UnknownRequest),
            Err(PressError::Unavailable(cause)) => return Err(Problem::Ledger(cause)),
        }
        Ok(Verdict::Accepted)
    }

    /// Takes a reason that was given after a rejection.
    async fn take_reason(self: &Handle, submission: &Submission) -> Result<Verdict, Problem> {
        let belonging = self.belonging().await?;
        if !belonging.is_for_us(&submission.sender) {
            return Ok(foreign(&submission.sender));
        }
        let Some(request) = message::rejected(&submission.private_metadata) else {
            return Ok(Verdict::Malformed);
        };
        let desk = self.desk()?;
        let identity = belonging.identity(&self.config.name, &submission.sender.user)?;
        match desk.explain(&identity, request, &submission.reason).await {
            Ok(()) => {
                let shared = Arc::clone(self);
                tokio::spawn(async move { shared.refresh(&desk, request).await });
            }
            Err(error @ DeskError::Unavailable(_)) => return Err(error.into()),
            Err(error) => tracing::info!(%request, %identity, %error, "a reason was not taken"),
        }
        Ok(Verdict::Accepted)
    }

    /// Tells whoever clicked, beside, that nothing comes of it.
    fn refuse(self: &Handle, identity: ChannelIdentity, place: String, why: &str) {
        let (shared, told) = (Arc::clone(self), message::private(message::NOT_COUNTED, why));
        tokio::spawn(async move { shared.whisper(&identity, &place, &told).await });
    }

    /// Tells somebody that what Slack has taken from them could not be kept.
    async fn apologize(&self, callback: &Callback) {
        let (channel, user, why) = match callback {
            Callback::Other => return,
            Callback::Press(press) => {
                (&press.channel, &press.sender.user, "it could not be recorded; press it again")
            }
            Callback::Reason(submission) => (
                &self.config.channel,
                &submission.sender.user,
                "your reason could not be recorded; the rejection stands",
            ),
        };
        self.whisper_in(channel, user, &message::private(message::NOT_COUNTED, why)).await;
    }
}

/// The pauses before something is tried again: short enough that an older click is decided before a newer one of somebody else
/// has run.
pub(crate) fn again() -> Backoff {
    Backoff::new(Duration::from_secs(1), Duration::from_secs(10))
}

fn foreign(sender: &Sender) -> Verdict {
    tracing::warn!(?sender, "a click was for another app or workspace");
    Verdict::Foreign
}

/// The same click has the same name, however often Slack tells it.
fn id_of(press: &Press, place: &str) -> Digest {
    let Press { sender, message, choice, action_ts, .. } = press;
    let named = json!([place, message.as_str(), sender.user.as_str(), choice, action_ts.as_str()]);
    Digest::of("press", named.to_string().as_bytes())
}
