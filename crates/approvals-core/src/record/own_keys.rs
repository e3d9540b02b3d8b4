//! The keys that reviewers have enrolled, by invitations that were good for one each: a part of what holds for the whole log.

use std::collections::BTreeMap;

use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::review::directory::ChannelIdentity;
use crate::review::passkey::ReviewerKey;

/// The most invitations that are open at a time, and the most keys that one account has.
const MAX_OPEN: usize = 1000;
const MAX_KEYS: usize = 20;

/// Invitations that are open, and keys that count.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct OwnKeys {
    open: BTreeMap<Digest, (ChannelIdentity, Timestamp)>,
    keys: Vec<(ChannelIdentity, ReviewerKey, Timestamp)>,
    /// Credentials that do not count any more, and never will again.
    retired: Vec<String>,
}

impl OwnKeys {
    pub(super) fn invite(
        &mut self,
        invitation: Digest,
        account: &ChannelIdentity,
        until: Timestamp,
        at: Timestamp,
    ) -> Result<(), &'static str> {
        self.open.retain(|_, (_, until)| at < *until);
        if until <= at || self.open.contains_key(&invitation) || self.open.len() >= MAX_OPEN {
            return Err("it invites nobody: it is over, or there are too many");
        }
        self.open.insert(invitation, (account.clone(), until));
        Ok(())
    }

    /// Whom an invitation that is open at `at` is for.
    pub(super) fn invited(&self, invitation: Digest, at: Timestamp) -> Option<&ChannelIdentity> {
        let (account, until) = self.open.get(&invitation)?;
        (at < *until).then_some(account)
    }

    pub(super) fn enrol(
        &mut self,
        invitation: Digest,
        account: &ChannelIdentity,
        key: &ReviewerKey,
        at: Timestamp,
    ) -> Result<(), &'static str> {
        if self.invited(invitation, at) != Some(account) {
            return Err("nobody was invited to enrol a key there");
        }
        let credential = key.credential();
        let is_known = self.keys.iter().any(|(_, known, _)| known.credential() == credential);
        if is_known || self.retired.contains(&credential) {
            return Err("the key was enrolled before");
        }
        if self.of(account).count() >= MAX_KEYS {
            return Err("this account has too many keys");
        }
        self.open.remove(&invitation);
        self.keys.push((account.clone(), key.clone(), at));
        Ok(())
    }

    pub(super) fn retire(&mut self, credential: &str) -> Result<(), &'static str> {
        let place = self.keys.iter().position(|(_, key, _)| key.credential() == credential);
        let (_, key, _) = self.keys.remove(place.ok_or("there is no such key to retire")?);
        self.retired.push(key.credential());
        Ok(())
    }

    /// The keys of an account.
    pub(super) fn of<'a>(
        &'a self,
        account: &'a ChannelIdentity,
    ) -> impl Iterator<Item = &'a ReviewerKey> {
        self.all().filter(move |(owner, ..)| *owner == account).map(|(_, key, _)| key)
    }

    /// All keys that count, with their owners, and since when.
    pub(super) fn all(&self) -> impl Iterator<Item = (&ChannelIdentity, &ReviewerKey, Timestamp)> {
        self.keys.iter().map(|(account, key, since)| (account, key, *since))
    }

    /// How many invitations are open.
    pub(super) fn open(&self, at: Timestamp) -> usize {
        self.open.values().filter(|(_, until)| at < *until).count()
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "own_keys_tests.rs"]
mod tests;
