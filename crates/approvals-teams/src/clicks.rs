//! What comes in is verified, read, and kept; whoever has clicked is answered with what has become of that.

use std::sync::Arc;
use std::time::Duration;

use approvals_chat::{
    Backoff, Clicker, Incoming, Malformed, Passing, Problem, Service, View, asks_twice, moment,
};
use approvals_core::{Choice, Digest, NameError, Pressed};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout_at};

use crate::answer::{Answer, Asker};
use crate::callback::{self, Callback, CallbackError, Happened, Press, USER};
use crate::error::Problem as TeamsProblem;
use crate::keys::KeySet;
use crate::shared::{Handle, Shared};
use crate::verify::{Proof, VerifyError, verify};

/// The path under which Microsoft is to call.
pub(crate) const PATH: &str = "/teams/messages";

/// What is said to whom Microsoft has not signed for: by this, it is this program that says so.
pub(crate) const WANTS: &str = "Bearer realm=\"approvals-teams\"";

/// When whoever has clicked is answered, whatever has become of it until then: Teams is to have it within three seconds.
const ANSWER_WITHIN: Duration = Duration::from_millis(2200);

/// What is said of a click that has become nothing within that time, although it is kept.
const KEPT: &str = "Your click is recorded. This card will show what becomes of it.";

/// What is said of a click when not even that is known.
const UNKNOWN: &str =
    "It takes longer than usual. If this card does not show your decision soon, press again.";

/// What is said of a click of which something has become before.
const BEFORE: &str = "This click was taken before. This card shows what has become of it.";

/// What is said to somebody without an account.
const NAMELESS: &str =
    "Your click was not counted:\nTeams does not say with which account you are here";

/// What is said where a box has to be ticked.
const NOT_CONFIRMED: &str = "tick the box that says what you approve, then press Approve once more";

/// What is answered to a call.
#[derive(Debug)]
pub(crate) enum Reply {
    /// It is in good hands, or none of ours.
    Taken,
    /// Whoever has clicked sees this.
    Answered(Answer),
    /// It is not from Microsoft, or too old.
    Unverified,
    /// It is for another bot or organization.
    Foreign,
    /// It cannot be read.
    Malformed,
    /// It cannot be verified or kept now.
    Unavailable,
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Taken => StatusCode::OK.into_response(),
            Self::Answered(answer) => answer.into_response(),
            Self::Unverified => {
                (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, WANTS)]).into_response()
            }
            Self::Foreign => StatusCode::FORBIDDEN.into_response(),
            Self::Malformed => StatusCode::BAD_REQUEST.into_response(),
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }
}

/// What is answered where nothing else could be in time.
pub(crate) fn late() -> Reply {
    Reply::Answered(Answer::Said(UNKNOWN.to_owned()))
}

/// Takes a call, from whomever it is.
pub(crate) async fn take(chat: &Handle, incoming: &Incoming) -> Reply {
    let (begun, teams) = (Instant::now(), chat.service());
    let proof = match teams.proof(incoming).await {
        Some(Ok(proof)) => proof,
        Some(Err(error)) => {
            if let Some(times) = teams.unverified.again() {
                tracing::warn!(%error, times, "somebody has called as if they were Microsoft; if nobody else can, look at the bot's id");
            }
            return Reply::Unverified;
        }
        None => return Reply::Unavailable,
    };
    let read = callback::read(&incoming.body, &teams.config.bot, &proof, teams.stand_in.as_ref());
    let callback = match read {
        Ok(callback) => callback,
        Err(error) => return refused(&error),
    };
    if callback.tenant != teams.config.tenant {
        tracing::warn!(tenant = %callback.tenant, "another organization has called; its people decide nothing here");
        return Reply::Foreign;
    }
    match &callback.what {
        Happened::Other => Reply::Taken,
        // What no person does decides nothing, and changes nothing.
        Happened::Refresh => Reply::Answered(Answer::Said(String::new())),
        Happened::Installed { is_there } => installed(chat, &callback, *is_there).await,
        Happened::Press(press) => {
            let reply = pressed(chat, &callback, press, begun).await;
            learn_later(chat, callback);
            reply
        }
    }
}

fn refused(error: &CallbackError) -> Reply {
    tracing::warn!(%error, "what Microsoft has sent is not for this bot, or cannot be read");
    match error {
        CallbackError::Field(Malformed::Missing(USER)) => {
            Reply::Answered(Answer::Said(NAMELESS.to_owned()))
        }
        CallbackError::TooLarge | CallbackError::Json(_) | CallbackError::Field(_) => {
            Reply::Malformed
        }
        CallbackError::Channel
        | CallbackError::Recipient
        | CallbackError::Service
        | CallbackError::Place(_) => Reply::Foreign,
    }
}

impl Shared {
    /// Whether Microsoft has sent that; nothing, if that cannot be said now.
    async fn proof(&self, incoming: &Incoming) -> Option<Result<Proof, VerifyError>> {
        let verified = |keys: Arc<KeySet>| {
            let (now, stand_in) = (self.config.clock.now(), self.stand_in.as_ref());
            verify(&keys, &self.config.bot, now, stand_in, incoming.all("authorization"))
        };
        match verified(self.keys.current().await?) {
            Err(VerifyError::UnknownKey) => Some(verified(self.keys.latest().await?)),
            proof => Some(proof),
        }
    }
}

/// The bot has come to a conversation, or gone.
async fn installed(chat: &Handle, callback: &Callback, is_there: bool) -> Reply {
    let Ok(desk) = chat.desk() else { return Reply::Unavailable };
    let Callback { conversation, service, .. } = callback;
    match chat.service().learn(&desk, conversation, is_there.then_some(service)).await {
        Ok(()) => Reply::Taken,
        Err(error) => {
            tracing::warn!(%conversation, error = &error as &dyn std::error::Error, "where a conversation is reached could not be kept");
            Reply::Unavailable
        }
    }
}

/// Notes beside where the conversation of a click is reached: the service moves.
fn learn_later(chat: &Handle, callback: Callback) {
    let Ok(desk) = chat.desk() else { return };
    let chat = chat.clone();
    tokio::spawn(async move {
        let Callback { conversation, service, .. } = callback;
        if let Err(error) = chat.service().learn(&desk, &conversation, Some(&service)).await {
            tracing::info!(%conversation, error = &error as &dyn std::error::Error, "where a conversation is reached could not be kept");
        }
    });
}

/// Somebody has pressed a button. What they see is what has become of it, as far as that is known in time.
async fn pressed(chat: &Handle, callback: &Callback, press: &Press, begun: Instant) -> Reply {
    let until = begun.checked_add(ANSWER_WITHIN).unwrap_or_else(|| moment(ANSWER_WITHIN));
    let (asker, answer) = Asker::new(&callback.conversation, &press.message);
    // What was sent as a message has no answer that anybody would see.
    let hint = (!press.is_submit).then_some(asker);
    let kept = keep(chat, callback, press, hint, until).await;
    let why = match kept {
        Ok(true) if press.is_submit => return Reply::Taken,
        Ok(true) => return Reply::Answered(answered(answer, until).await),
        Ok(false) => NOT_CONFIRMED,
        Err(Problem::UnknownRequest) => "there is no such request here any more",
        Err(problem) => {
            tracing::warn!(error = &problem as &dyn std::error::Error, "a click could not be kept");
            "it could not be recorded; press it again"
        }
    };
    not_counted(chat, callback, press, why).await
}

/// What has become of a click that is kept.
async fn answered(answer: oneshot::Receiver<Answer>, until: Instant) -> Answer {
    match timeout_at(until, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_nothing_comes)) => Answer::Said(BEFORE.to_owned()),
        Err(_late) => Answer::Said(KEPT.to_owned()),
    }
}

/// Says that nothing comes of a click, and why.
async fn not_counted(chat: &Handle, callback: &Callback, press: &Press, why: &str) -> Reply {
    let teams = chat.service();
    let identity = teams.identity(&press.user);
    let said = teams.content(View::NotCounted(why)).await;
    let (Ok(message), Ok(identity)) = (said, identity) else { return Reply::Unavailable };
    if !press.is_submit {
        return Reply::Answered(Answer::Said(message.text));
    }
    let (chat, place) = (chat.clone(), teams.place(&callback.conversation));
    tokio::spawn(async move {
        let clicker = Clicker { identity, place, hint: None };
        if let Err(fault) = chat.service().tell(&clicker, &message).await {
            tracing::warn!(
                error = &fault as &dyn std::error::Error,
                "somebody could not be told what became of their click"
            );
        }
    });
    Reply::Taken
}

/// Keeps a click: when this returns, it is durable, or nothing was to be kept. Whether whoever clicked has confirmed what
/// has to be.
async fn keep(
    chat: &Handle,
    callback: &Callback,
    press: &Press,
    hint: Option<Asker>,
    until: Instant,
) -> Result<bool, Problem> {
    let teams = chat.service();
    let place = teams.place(&callback.conversation);
    let pressed = Pressed {
        choice: press.choice,
        id: id_of(press, &place),
        identity: teams.identity(&press.user).map_err(unnamed)?,
        message: press.message.as_str(),
        place: &place,
        reason: press.reason.as_deref(),
        value: &press.value,
    };
    let mut pauses = Backoff::new(Duration::from_millis(200), Duration::from_secs(1));
    loop {
        let kept = keep_once(chat, press, &pressed, hint.clone()).await;
        let Err(problem) = kept else { return kept };
        let pause = pauses.wait();
        let is_time = Instant::now().checked_add(pause).is_some_and(|then| then < until);
        if problem.passes_after().is_none() || !is_time {
            return Err(problem);
        }
        sleep(pause).await;
    }
}

async fn keep_once(
    chat: &Handle,
    press: &Press,
    pressed: &Pressed<'_>,
    hint: Option<Asker>,
) -> Result<bool, Problem> {
    if press.choice == Choice::Approve && !press.is_confirmed {
        // Whether it has to be confirmed, the ledger says, and not what was sent.
        let request = pressed.request().ok_or(Problem::UnknownRequest)?;
        let known = chat.desk()?.state_of(request).await?;
        let (card, _state) = known.ok_or(Problem::UnknownRequest)?;
        if asks_twice(&card) {
            return Ok(false);
        }
    }
    chat.take(pressed, hint).await?;
    Ok(true)
}

/// Teams names somebody in a way that has no place in the log.
fn unnamed(error: NameError) -> Problem {
    TeamsProblem::from(error).into()
}

/// A click has one name, whatever else is said with it: an activity that is told again, as anybody's and for any choice,
/// is no second one.
fn id_of(press: &Press, place: &str) -> Digest {
    let named = json!([place, press.activity.as_str()]);
    Digest::of("press", named.to_string().as_bytes())
}
