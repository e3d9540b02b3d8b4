//! What people state with their name, apart from decisions about a card.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::decision::SeenHead;
use super::directory::ChannelIdentity;
use crate::action::clock::Timestamp;
use crate::action::id::{ActionName, Group, PrincipalId, RequestId};
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;

/// One statement: everything that is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Statement {
    /// How it was authenticated.
    pub assurance: Assurance,
    /// When.
    pub at: Timestamp,
    /// Who they are in the channel.
    pub identity: ChannelIdentity,
    /// The log that it is about.
    pub log: String,
    /// Who states it, with the groups they were in.
    pub person: Principal,
    /// Why, in their words.
    pub reason: String,
    /// What is stated.
    pub says: Says,
    /// The head of the log that it was made on.
    pub seen: SeenHead,
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a statement that somebody overlooks is a hole")]
pub enum Says {
    /// Nothing of this may start until it is lifted.
    Stop {
        /// What.
        scope: Stop,
    },
    /// Someone else may vote in my place for a while.
    Delegate {
        /// Who.
        to: PrincipalId,
        /// For which of my groups.
        groups: BTreeSet<Group>,
        /// Until when.
        until: Timestamp,
    },
    /// Nobody votes in my place any more.
    Undelegate,
    /// What became of a request that was started and never finished.
    Resolve {
        /// Which.
        request: RequestId,
        /// What.
        resolution: Resolution,
    },
    /// I have looked at what was done in an emergency.
    Review {
        /// Which request.
        request: RequestId,
        /// Whether it was justified.
        justified: bool,
    },
    /// This standing grant is used no more.
    Retire {
        /// The request that issued it.
        standing: RequestId,
    },
}

/// What a stop stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a scope that somebody overlooks is a hole")]
pub enum Stop {
    /// Everything.
    Everything,
    /// Whatever this principal asks for, and whatever is asked for on its behalf.
    Principal(PrincipalId),
    /// This action.
    Action(ActionName),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Principal(id) => write!(f, "everything that {id} does"),
            Self::Action(name) => write!(f, "the action {name}"),
        }
    }
}

/// What a person found out about a request whose outcome was unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what became of an action must not be overlooked")]
pub enum Resolution {
    /// It was carried out.
    Done,
    /// It was not carried out, or has been undone.
    NotDone,
}

impl Statement {
    /// Whether it is about a request rather than about the log as a whole.
    #[must_use]
    pub fn request(&self) -> Option<RequestId> {
        match &self.says {
            Says::Resolve { request, .. } | Says::Review { request, .. } => Some(*request),
            Says::Stop { .. } | Says::Delegate { .. } | Says::Undelegate | Says::Retire { .. } => {
                None
            }
        }
    }
}
