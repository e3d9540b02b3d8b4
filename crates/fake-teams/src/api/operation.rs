//! What a call means: its method and its path.

use crate::form;

/// What a call means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Token { tenant: String },
    Metadata,
    Keys,
    Create,
    Post { conversation: String },
    Reply { conversation: String, to: String },
    Update { conversation: String, activity: String },
    Member { conversation: String, member: String },
    Members { conversation: String },
}

impl Operation {
    /// Nothing where it means nothing.
    pub(super) fn of(method: &str, path: &str) -> Option<Self> {
        let parts: Option<Vec<String>> = path.split('/').skip(1).map(form::part).collect();
        let parts = parts?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let owned = |part: &str| part.to_owned();
        // Microsoft's own clients write `pagedmembers` in two ways.
        let is_paged = |part: &str| part.eq_ignore_ascii_case("pagedmembers");
        Some(match (method, parts.as_slice()) {
            ("POST", [tenant, "oauth2", "v2.0", "token"]) => Self::Token { tenant: owned(tenant) },
            ("GET", ["v1", ".well-known", "openidconfiguration"]) => Self::Metadata,
            ("GET", ["v1", ".well-known", "keys"]) => Self::Keys,
            // The first part is the region; the service answers under the names of all of them.
            ("POST", [_, "v3", "conversations"]) => Self::Create,
            ("POST", [_, "v3", "conversations", id, "activities"]) => {
                Self::Post { conversation: owned(id) }
            }
            ("POST", [_, "v3", "conversations", id, "activities", to]) => {
                Self::Reply { conversation: owned(id), to: owned(to) }
            }
            ("PUT", [_, "v3", "conversations", id, "activities", activity]) => {
                Self::Update { conversation: owned(id), activity: owned(activity) }
            }
            ("GET", [_, "v3", "conversations", id, "members", member]) => {
                Self::Member { conversation: owned(id), member: owned(member) }
            }
            ("GET", [_, "v3", "conversations", id, paged]) if is_paged(paged) => {
                Self::Members { conversation: owned(id) }
            }
            _ => return None,
        })
    }

    /// Whether it needs an access token.
    pub(super) fn is_of_the_connector(&self) -> bool {
        !matches!(self, Self::Token { .. } | Self::Metadata | Self::Keys)
    }

    /// How faults and the log call it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Token { .. } => "token",
            Self::Metadata => "metadata",
            Self::Keys => "keys",
            Self::Create => "create",
            Self::Post { .. } => "post",
            Self::Reply { .. } => "reply",
            Self::Update { .. } => "update",
            Self::Member { .. } => "member",
            Self::Members { .. } => "members",
        }
    }
}
