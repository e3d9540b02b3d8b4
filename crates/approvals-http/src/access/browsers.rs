//! Sessions of people who have signed in with a passkey. They live in this process: after a restart one signs in again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use approvals_core::{ChannelIdentity, Digest, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use zeroize::Zeroizing;

use super::secret::NoRandomness;
use super::sessions::Session;

/// How long a session lasts at most, and how long without a call.
const AT_MOST: Duration = Duration::from_secs(12 * 60 * 60);
const IDLE: Duration = Duration::from_secs(2 * 60 * 60);
/// The most sessions at a time; who has been away longest goes first.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Browsers(Mutex<HashMap<Digest, Visit>>);

#[derive(Debug)]
struct Visit {
    session: Session,
    since: Timestamp,
    last: Timestamp,
}

impl Visit {
    fn is_over(&self, now: Timestamp) -> bool {
        now >= self.since.after(AT_MOST) || now >= self.last.after(IDLE)
    }
}

impl Browsers {
    /// Begins a session, and returns the secret of its cookie.
    pub(crate) fn begin(
        &self,
        identity: ChannelIdentity,
        now: Timestamp,
    ) -> Result<Zeroizing<String>, NoRandomness> {
        let (secret, csrf) = (random()?, random()?);
        let session = Session::new(identity).with_csrf(csrf.as_str());
        let mut visits = self.held();
        visits.retain(|_, visit| !visit.is_over(now));
        if visits.len() >= MOST
            && let Some(oldest) = visits.iter().min_by_key(|(_, visit)| visit.last)
        {
            let oldest = *oldest.0;
            visits.remove(&oldest);
        }
        visits.insert(name(&secret), Visit { session, since: now, last: now });
        Ok(secret)
    }

    /// The session of a cookie, if it is not over.
    pub(crate) fn of(&self, secret: &str, now: Timestamp) -> Option<Session> {
        let mut visits = self.held();
        let visit = visits.get_mut(&name(secret)).filter(|visit| !visit.is_over(now))?;
        visit.last = visit.last.max(now);
        Some(visit.session.clone())
    }

    pub(crate) fn end(&self, secret: &str) {
        self.held().remove(&name(secret));
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Digest, Visit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is kept of a secret: whoever reads that has no session.
fn name(secret: &str) -> Digest {
    Digest::of("session", secret.as_bytes())
}

fn random() -> Result<Zeroizing<String>, NoRandomness> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|_none| NoRandomness)?;
    Ok(Zeroizing::new(BASE64URL.encode(*bytes)))
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(hours * 3_600_000)
    }

    fn mira() -> ChannelIdentity {
        ChannelIdentity::new("web", "mira").unwrap()
    }

    #[test]
    fn a_session_ends_when_it_is_left_alone_when_it_is_old_and_when_it_is_ended() {
        let browsers = Browsers::default();
        let left = browsers.begin(mira(), at(0)).unwrap();
        assert_eq!(browsers.of(&left, at(1)).unwrap().identity(), &mira());
        assert!(browsers.of(&left, at(3)).is_none(), "left alone for two hours");
        let old = browsers.begin(mira(), at(0)).unwrap();
        assert!((1..12).all(|hour| browsers.of(&old, at(hour)).is_some()));
        assert!(browsers.of(&old, at(12)).is_none(), "however much it is used");
        let ended = browsers.begin(mira(), at(0)).unwrap();
        browsers.end(&ended);
        assert!(browsers.of(&ended, at(0)).is_none());
        assert!(browsers.of("", at(0)).is_none());
    }

    #[test]
    fn sessions_are_not_without_end() {
        let browsers = Browsers::default();
        let first = browsers.begin(mira(), at(0)).unwrap();
        for _ in 0..MOST {
            browsers.begin(mira(), at(1)).unwrap();
        }
        assert!(browsers.of(&first, at(1)).is_none());
        assert_eq!(browsers.held().len(), MOST);
    }
}
