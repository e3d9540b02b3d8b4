//! What `POST /v1/requests/{id}/start` and `…/finish` will take and answer: the body of the action runs at the caller.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// That the action may be carried out now, once.
#[derive(Debug, Serialize, ToSchema)]
#[expect(dead_code, reason = "its route comes with `Gate::consume`")]
pub(crate) struct Permitted {
    /// Which attempt this is: to be named when it has ended.
    fence: u64,
    /// The digest of what may be carried out.
    action_digest: String,
    /// The grant, if people were asked: a JWS for whoever holds the credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<String>,
}

/// How it ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its route comes with `Gate::report`")]
pub(crate) struct Finished {
    /// The attempt.
    fence: u64,
    /// How it ended.
    execution: Reported,
}

/// What a caller can say of how it ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reported {
    Succeeded,
    Failed,
    Panicked,
    Dropped,
}
