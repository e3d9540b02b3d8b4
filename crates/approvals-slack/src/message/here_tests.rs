//! A Slack for messages to be read in.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::Here;
use crate::belonging::Belonging;
use crate::id::{AppId, TeamId};
use crate::transport::Installation;

/// A Slack in a workspace of an organization.
static INSTALLED: LazyLock<(AppId, Installation)> = LazyLock::new(|| {
    let installation = Installation {
        team: "T0123ABCD".parse().ok(),
        enterprise: "E0123ABCD".parse().ok(),
        is_org_wide: false,
        bot_user: "U0BOT".parse().unwrap(),
        bot_id: "B0BOT".to_owned(),
        scopes: Vec::new(),
    };
    ("A0123ABCD".parse().unwrap(), installation)
});

/// Where it is called so.
pub(crate) fn called(name: &str) -> Here<'_> {
    static TEAMS: BTreeSet<TeamId> = BTreeSet::new();
    let (app, installation) = &*INSTALLED;
    Here { name, belonging: Belonging { app, installation, teams: &TEAMS } }
}

/// Where most messages are read.
pub(crate) fn here() -> Here<'static> {
    called("slack")
}
