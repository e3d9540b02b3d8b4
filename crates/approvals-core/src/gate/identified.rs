//! A call before it is described: whose it is, and which request.

use std::sync::Arc;

use super::attempt::{Attempt, Call, describe};
use super::builder::{Core, Gate};
use super::denied::Denied;
use super::journal::Loaded;
use super::stage::Stage;
use crate::action::action::Action;
use crate::action::context::Context;
use crate::action::describe_error::DescribeError;
use crate::action::digest::Digest;
use crate::action::id::{IdempotencyKey, RequestId};
use crate::action::principal::{Principal, Requester};

/// A call whose requester and request are known, and nothing else yet.
#[derive(Debug)]
pub(super) struct Identified {
    call: Call,
    loaded: Loaded,
}

/// The id of a request: its own, or the one at which every call with this key arrives that is made for the same people.
fn request_id(
    core: &Core,
    requester: &Requester,
    key: Option<&IdempotencyKey>,
) -> Result<RequestId, Denied> {
    let Some(key) = key else {
        let mut entropy = [0; 10];
        getrandom::fill(&mut entropy)
            .map_err(|_none| Denied::Unavailable { what: "randomness" })?;
        return Ok(RequestId::random(core.now(), entropy));
    };
    let chain: Vec<_> = requester.chain().iter().map(Principal::id).collect();
    let name = (&core.origin, requester.principal().id(), chain, key);
    let bytes = crate::canonical::to_bytes(&name, usize::MAX).map_err(DescribeError::from)?;
    Ok(RequestId::keyed(&Digest::of("key", &bytes)))
}

impl Gate {
    /// Whose call this is, and which request. (What looks at the action is never asynchronous, so that
    /// actions need not be `Sync`.)
    pub(super) fn attempt(
        &self,
        context: Context,
        action: &dyn Action,
    ) -> Result<Identified, Denied> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Denied::Unavailable { what: "the tokio runtime" });
        }
        let core = Arc::clone(self.core());
        let key = action.key().cloned();
        let id = request_id(&core, context.requester(), key.as_ref())?;
        let call = Call { core, id, key, context };
        Ok(Identified { call, loaded: Loaded::default() })
    }
}

impl Identified {
    /// A call of somebody who has asked before, and what there is of it.
    pub(super) fn again(core: Arc<Core>, id: RequestId, context: Context, loaded: Loaded) -> Self {
        let key = loaded.state.request().and_then(|request| request.key.clone());
        Self { call: Call { core, id, key, context }, loaded }
    }

    /// What there is of it already, if others could have asked for it.
    pub(super) async fn load(mut self) -> Result<Self, Denied> {
        if self.call.key.is_some() {
            self.loaded = self.call.core.load(self.call.id).await?;
        }
        Ok(self)
    }

    pub(super) fn id(&self) -> RequestId {
        self.call.id
    }

    /// The same call, as one of these that are made together.
    pub(super) fn in_batch(self, batch: &[RequestId]) -> Self {
        let context = self.call.context.in_batch(batch);
        Self { call: Call { context, ..self.call }, ..self }
    }

    /// What is asked for, as bytes.
    pub(super) fn describe(self, action: &dyn Action) -> Result<Box<Attempt>, Denied> {
        let attempt = self.take_in(action)?;
        if attempt.is_of_what_was_asked() {
            Ok(attempt)
        } else {
            Err(Denied::Conflict { request: attempt.id() })
        }
    }

    /// The same, also if something else was asked. On the heap, so that callers' futures stay small.
    pub(super) fn take_in(self, action: &dyn Action) -> Result<Box<Attempt>, Denied> {
        let Self { call, loaded } = self;
        let (requester, salts) = (call.context.requester(), loaded.salts());
        let intake = Stage::Describe
            .within(Some(call.id), || describe(&call.core, action, requester, salts))?;
        Ok(Box::new(Attempt::new(call, intake, loaded)?))
    }
}
