//! When a call may be made: Slack says how fast it wants to be asked, and is listened to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use approvals_chat::moment;
use tokio::time::{Instant, sleep_until};

use crate::id::ChannelId;

/// The least time between two messages in one channel: as Slack wants it.
pub(crate) const BETWEEN_POSTS: Duration = Duration::from_secs(1);

/// How long a method rests when Slack does not say for how long.
const REST: Duration = Duration::from_secs(30);

/// The longest that a method rests, whatever Slack says.
const LONGEST_REST: Duration = Duration::from_secs(10 * 60);

/// Who may call when, shared by all who call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace(Arc<Mutex<Next>>);

/// The first moment at which something may be done again.
#[derive(Debug)]
struct Next {
    between_posts: Duration,
    methods: HashMap<&'static str, Instant>,
    channels: HashMap<ChannelId, Instant>,
}

impl Default for Next {
    fn default() -> Self {
        let (methods, channels) = (HashMap::new(), HashMap::new());
        Self { between_posts: BETWEEN_POSTS, methods, channels }
    }
}

/// It is not the caller's turn before this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotYet(pub(crate) Duration);

impl Pace {
    /// So much time is to be between two messages in one channel.
    pub(crate) fn space(&self, between_posts: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).between_posts = between_posts;
    }

    /// Waits until the method may be called, and in that channel, but no longer than the caller's patience;
    /// if that cannot be enough, says so at once.
    ///
    /// Whoever is dropped while it waits has taken nobody's turn.
    pub(crate) async fn turn(
        &self,
        method: &'static str,
        channel: Option<&ChannelId>,
        patience: Duration,
    ) -> Result<(), NotYet> {
        let patient_until = moment(patience);
        while let Some(free_at) = self.take(method, channel) {
            if free_at > patient_until {
                return Err(NotYet(free_at.saturating_duration_since(Instant::now())));
            }
            sleep_until(free_at).await;
        }
        Ok(())
    }

    /// Slack wants the method to rest for that long.
    pub(crate) fn rest(&self, method: &'static str, rest: Duration) {
        let free_at = moment(rest.min(LONGEST_REST));
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = next.methods.entry(method).or_insert(free_at);
        *known = free_at.max(*known);
    }

    /// Takes the turn, or says when to try again.
    fn take(&self, method: &'static str, channel: Option<&ChannelId>) -> Option<Instant> {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let method = next.methods.get(method).copied();
        let posted = channel.and_then(|channel| next.channels.get(channel).copied());
        let free_at = method.max(posted).filter(|free_at| *free_at > now);
        if let (None, Some(channel)) = (free_at, channel) {
            next.channels.retain(|_, free_at| *free_at > now);
            let free_at = moment(next.between_posts);
            next.channels.insert(channel.clone(), free_at);
        }
        free_at
    }
}

/// How long to rest, from what stands in `Retry-After`.
pub(crate) fn rest_of(retry_after: Option<&str>) -> Duration {
    let is_seconds = |text: &&str| text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    let seconds = retry_after.filter(is_seconds).and_then(|text| text.parse().ok());
    seconds.map_or(REST, |seconds: u64| {
        Duration::from_secs(seconds).clamp(Duration::from_secs(1), LONGEST_REST)
    })
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
