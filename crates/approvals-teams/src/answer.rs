//! How a click is answered while whoever clicked still looks at it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use approvals_core::ChannelIdentity;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::id::{ActivityId, ConversationId};
use crate::message::Message;

/// What Teams shows as the answer to a click (*Universal Actions for Adaptive Cards*, response format).
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Another card in the place of that one.
    Card(Value),
    /// A line under the card.
    Said(String),
}

/// A card is not printed: buttons are in it.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Card(_hidden) => f.write_str("Card(hidden)"),
            Self::Said(text) => f.debug_tuple("Said").field(text).finish(),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let (kind, value) = match self {
            Self::Card(card) => ("application/vnd.microsoft.card.adaptive", card),
            Self::Said(text) => ("application/vnd.microsoft.activity.message", text.into()),
        };
        let body = json!({ "statusCode": 200, "type": kind, "value": value }).to_string();
        (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

/// Whoever has clicked, and still looks. Can be answered once; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Asker(Arc<Asked>);

#[derive(Debug)]
struct Asked {
    conversation: ConversationId,
    message: ActivityId,
    answer: Mutex<Option<oneshot::Sender<Answer>>>,
}

impl Asker {
    /// Somebody who has clicked under that message, and what they are answered with.
    pub(crate) fn new(
        conversation: &ConversationId,
        message: &ActivityId,
    ) -> (Self, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        let (conversation, message) = (conversation.clone(), message.clone());
        let answer = Mutex::new(Some(sender));
        (Self(Arc::new(Asked { conversation, message, answer })), receiver)
    }

    /// Answers, if nobody has and they still look. Whether they have been.
    pub(crate) fn answer(&self, answer: Answer) -> bool {
        let sender = lock(&self.0.answer).take();
        sender.is_some_and(|sender| sender.send(answer).is_ok())
    }

    fn looks(&self) -> bool {
        lock(&self.0.answer).as_ref().is_some_and(|sender| !sender.is_closed())
    }
}

/// Those whose click has counted, and who are to see the card next that shows it.
#[derive(Debug, Default)]
pub(crate) struct Askers(Mutex<HashMap<(ConversationId, ActivityId), Vec<Counted>>>);

/// Whose click it was, and how they are answered.
type Counted = (ChannelIdentity, Asker);

impl Askers {
    /// From here on, they are answered with what their message shows next.
    pub(crate) fn add(&self, identity: ChannelIdentity, asker: Asker) {
        let mut all = lock(&self.0);
        all.retain(|_, askers| {
            askers.retain(|(_, asker)| asker.looks());
            !askers.is_empty()
        });
        let message = (asker.0.conversation.clone(), asker.0.message.clone());
        all.entry(message).or_default().push((identity, asker));
    }

    /// What the message shows from here on. Whose decision is not in it is to see one that has it: this one was begun
    /// before.
    pub(crate) fn show(&self, conversation: &ConversationId, id: &ActivityId, message: &Message) {
        let place = (conversation.clone(), id.clone());
        let mut all = lock(&self.0);
        let asking = all.remove(&place).unwrap_or_default();
        let has_them = |(identity, _): &Counted| message.deciders.contains(identity);
        let (shown, waiting): (Vec<_>, Vec<_>) = asking.into_iter().partition(has_them);
        if !waiting.is_empty() {
            all.insert(place, waiting);
        }
        drop(all);
        for (_, asker) in shown {
            let _is_there = asker.answer(Answer::Card(message.card.clone()));
        }
    }
}

fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}
