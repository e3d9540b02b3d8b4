//! Limits and lifetimes: Slack's own, unless a test says otherwise.

use std::time::Duration;

/// Limits and lifetimes.
///
/// ```
/// use std::time::Duration;
///
/// let mut settings = fake_slack::Settings::default();
/// settings.ack_within = Duration::from_millis(200);
/// assert_eq!(settings.connections, 10);
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a click or an envelope may stay without an answer. Slack: 3 seconds.
    pub ack_within: Duration,
    /// How often an envelope is sent before Slack gives up. Not documented.
    pub attempts: u32,
    /// How long a trigger can be used. Slack: 3 seconds.
    pub trigger_life: Duration,
    /// How long the address of a socket can be used.
    pub ticket_life: Duration,
    /// How many sockets may be open at once. Slack: 10.
    pub connections: usize,
    /// How often the server pings.
    pub ping_every: Duration,
    /// How long a connection is said to last.
    pub connection_life: Duration,
    /// How long a socket stays open after it was told to go.
    pub grace: Duration,
    /// Whether a new socket is greeted. Slack always does.
    pub says_hello: bool,
    /// What the upgrade of a socket is refused with.
    pub refuse_upgrade: Option<u16>,
    /// How often a `response_url` can be used. Slack: 5 times.
    pub response_url_uses: u32,
    /// For how long. Slack: half an hour.
    pub response_url_life: Duration,
    /// What all blocks of a message may be together, as JSON. Not documented; 13,200 as measured in bolt-js#2509.
    pub blocks_length: usize,
    /// Whether user groups are part of the plan: else `plan_upgrade_required`.
    pub has_user_groups: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ack_within: Duration::from_secs(3),
            attempts: 3,
            trigger_life: Duration::from_secs(3),
            ticket_life: Duration::from_secs(30),
            connections: 10,
            ping_every: Duration::from_secs(5),
            connection_life: Duration::from_secs(18060),
            grace: Duration::from_millis(500),
            says_hello: true,
            refuse_upgrade: None,
            response_url_uses: 5,
            response_url_life: Duration::from_secs(30 * 60),
            blocks_length: 13_200,
            has_user_groups: true,
        }
    }
}
