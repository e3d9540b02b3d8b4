//! What comes in is kept, and acknowledged then. What becomes of a click follows.

use std::time::Duration;

use approvals_chat::{Backoff, Problem, Service, View};
use approvals_core::{DeskError, Digest, NameError, Pressed};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::callback::{Callback, Press, Sender, Submission};
use crate::message;
use crate::shared::Handle;
use crate::transport::Verdict;

/// What is not kept within that time may be acknowledged before it is: Slack would not send it again.
const OURS_AFTER: Duration = Duration::from_secs(1);

/// What is not kept within that time has been acknowledged.
const ACKNOWLEDGED_AFTER: Duration = Duration::from_millis(2400);

/// For how long something is kept in memory that has been acknowledged and is not durable.
const PATIENCE: Duration = Duration::from_secs(2 * 60);

/// Takes what came in, through either way: when this returns, it is durable, or nothing was to be kept.
///
/// What cannot be kept is left to Slack to send again while that helps, and tried again here after that.
pub(crate) async fn take(chat: &Handle, callback: Callback) -> Verdict {
    let (begun, mut pauses) = (Instant::now(), again());
    loop {
        let taken = match &callback {
            Callback::Other => return Verdict::Accepted,
            Callback::Press(press) => take_press(chat, press).await,
            Callback::Reason(submission) => take_reason(chat, submission).await,
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
            apologize(chat, &callback).await;
            return Verdict::Unavailable;
        }
        sleep(pauses.wait()).await;
    }
}

async fn take_press(chat: &Handle, press: &Press) -> Result<Verdict, Problem> {
    let slack = chat.service();
    let belonging = slack.belonging().await?;
    if !belonging.is_for_us(&press.sender) {
        return Ok(foreign(&press.sender));
    }
    let place = belonging.place(&press.channel);
    let pressed = Pressed {
        choice: press.choice,
        id: id_of(press, &place),
        identity: belonging.identity(slack.name(), &press.sender.user).map_err(unnamed)?,
        message: press.message.as_str(),
        place: &place,
        reason: None,
        value: &press.value,
    };
    chat.take(&pressed, press.trigger_id.clone()).await?;
    Ok(Verdict::Accepted)
}

/// Takes a reason that was given after a rejection.
async fn take_reason(chat: &Handle, submission: &Submission) -> Result<Verdict, Problem> {
    let slack = chat.service();
    let belonging = slack.belonging().await?;
    if !belonging.is_for_us(&submission.sender) {
        return Ok(foreign(&submission.sender));
    }
    let Some(request) = message::rejected(&submission.private_metadata) else {
        return Ok(Verdict::Malformed);
    };
    let desk = chat.desk()?;
    let identity = belonging.identity(slack.name(), &submission.sender.user).map_err(unnamed)?;
    match desk.explain(&identity, request, &submission.reason).await {
        Ok(()) => {
            let chat = chat.clone();
            tokio::spawn(async move { chat.refresh(&desk, request).await });
        }
        Err(error @ DeskError::Unavailable(_)) => return Err(error.into()),
        Err(error) => tracing::info!(%request, %identity, %error, "a reason was not taken"),
    }
    Ok(Verdict::Accepted)
}

/// Tells somebody that what Slack has taken from them could not be kept.
async fn apologize(chat: &Handle, callback: &Callback) {
    let slack = chat.service();
    let (channel, user, why) = match callback {
        Callback::Other => return,
        Callback::Press(press) => {
            (&press.channel, &press.sender.user, "it could not be recorded; press it again")
        }
        Callback::Reason(submission) => (
            &slack.config.channel,
            &submission.sender.user,
            "your reason could not be recorded; the rejection stands",
        ),
    };
    let told = match slack.content(View::NotCounted(why)).await {
        Ok(message) => slack.whisper(channel, user, &message).await,
        Err(fault) => Err(fault),
    };
    if let Err(fault) = told {
        tracing::warn!(%user, error = &fault as &dyn std::error::Error, "somebody could not be told what became of their click");
    }
}

/// The pauses before something is tried again.
fn again() -> Backoff {
    Backoff::new(Duration::from_secs(1), Duration::from_secs(10))
}

/// Slack names somebody in a way that has no place in the log.
fn unnamed(error: NameError) -> Problem {
    crate::error::Problem::from(error).into()
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
