//! Identities in a file of people that nobody will ever come with.

use approvals_core::ChannelIdentity;
use approvals_teams::{TenantId, UserId};

/// What channels are called that come with this project, or are likely to be built with it.
const CHANNELS: [&str; 5] = ["slack", "terminal", "teams", "web", "http"];

/// Why nobody is probably known by this.
pub(super) fn doubt(identity: &ChannelIdentity) -> Option<String> {
    let name = identity.channel();
    // Two of a kind are called `slack-eu` and `slack-us`.
    let (kind, rest) = name.find('-').map_or((name, ""), |place| name.split_at(place));
    if kind == "slack" && !is_of_slack(identity.subject()) {
        return Some(format!("`{identity}` is not `{name}:T.../U...`, so no click can be theirs"));
    }
    if kind == "teams" && !is_of_teams(identity.subject()) {
        return Some(format!(
            "`{identity}` is not `{name}:TENANT/USER`, two ids in small letters, so no click can be theirs"
        ));
    }
    let meant = CHANNELS.iter().find(|known| is_slip(kind, known))?;
    Some(format!(
        "the channel of `{identity}` is none that is known; did you mean `{meant}{rest}`?"
    ))
}

/// Whether that is a workspace or an organization, and a member of it.
fn is_of_slack(subject: &str) -> bool {
    let is_id = |text: &str, kinds: [char; 2]| {
        let rest = text.strip_prefix(kinds).unwrap_or_default();
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let parts = subject.split_once('/');
    parts.is_some_and(|(place, member)| is_id(place, ['T', 'E']) && is_id(member, ['U', 'W']))
}

/// Whether that is an organization, and somebody's object id, as they are spelt in the log.
fn is_of_teams(subject: &str) -> bool {
    let parts = subject.split_once('/');
    parts.is_some_and(|(tenant, user)| {
        let tenant = tenant.parse::<TenantId>().is_ok_and(|id| id.as_str() == tenant);
        tenant && user.parse::<UserId>().is_ok_and(|id| id.as_str() == user)
    })
}

/// Whether a name is a known one in other letters, or but for one letter.
fn is_slip(name: &str, known: &str) -> bool {
    let is_known = CHANNELS.contains(&name);
    !is_known && (name.eq_ignore_ascii_case(known) || strsim::osa_distance(name, known) == 1)
}
