//! Which key signed an event, and whether the signature holds.

use approvals_core::{
    Assurance, ChannelIdentity, Decision, Entry, Envelope, Event, Grant, Payload, PublicKey,
    Purpose, ReviewerKey, Says, Statement, What, key_id,
};
use serde::Serialize;

/// The keys that a log names, each from the event that names it on.
#[derive(Debug)]
pub(crate) struct Keys {
    named: Vec<Key>,
    /// Keys of reviewers' own, each with the account that enrolled it.
    enrolled: Vec<(u64, ChannelIdentity, ReviewerKey)>,
}

#[derive(Debug)]
struct Key {
    since: u64,
    purpose: Purpose,
    public: PublicKey,
}

/// A signature in an event.
#[derive(Debug, Serialize)]
pub(crate) struct Signature {
    /// The purpose of the key that must have signed.
    pub(crate) purpose: Purpose,
    /// The key that signed, or is said to have.
    pub(crate) kid: Option<String>,
    pub(crate) holds: bool,
    /// Why it does not hold.
    pub(crate) problem: Option<String>,
}

impl Keys {
    /// The keys that these entries of the log itself name.
    pub(crate) fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let named = |entry: &Entry| {
            let What::KeyAdded { purpose, key } = Event::parse(&entry.bytes).ok()?.what else {
                return None;
            };
            Some(Key { since: entry.index, purpose, public: key.key()? })
        };
        let mut keys = Self { named: Vec::new(), enrolled: Vec::new() };
        for entry in entries {
            keys.named.extend(named(entry));
            keys.enrolled.extend(enrolled(entry));
        }
        keys
    }

    /// The signature in the event at `index`, if such events are signed.
    pub(crate) fn check(&self, index: u64, what: &What) -> Option<Signature> {
        if let What::Decided { envelope } | What::Late { envelope } = what {
            return Some(self.recorded(index, envelope, |decision| self.proven(index, decision)));
        }
        if let What::Challenged { envelope } = what {
            return Some(self.recorded(index, envelope, |_challenge| None));
        }
        if let What::Stated { envelope } = what {
            return Some(self.recorded(index, envelope, |statement| unproven(statement.assurance)));
        }
        let What::Granted { grant } = what else { return None };
        Some(self.grant(index, grant))
    }

    fn recorded<T: Payload>(
        &self,
        index: u64,
        envelope: &Envelope<T>,
        wrong: impl Fn(&T) -> Option<String>,
    ) -> Signature {
        let kid = envelope.key_ids().next().map(str::to_owned);
        let named = self.before(index, Purpose::Recorder).find(|key| Some(key_id(key)) == kid);
        let problem = match named.map(|key| envelope.verify(key)) {
            None => Some("no recorder key that the log had named by then has this id".to_owned()),
            Some(Err(error)) => Some(error.to_string()),
            Some(Ok(signed)) => wrong(&signed),
        };
        Signature { purpose: Purpose::Recorder, kid, holds: problem.is_none(), problem }
    }

    /// What is wrong with how a decision is authenticated.
    fn proven(&self, index: u64, decision: &Decision) -> Option<String> {
        let Some(proof) = &decision.proof else { return unproven(decision.assurance) };
        let theirs = self.enrolled.iter().filter(|(since, owner, key)| {
            *since < index && *owner == decision.identity && key.credential() == proof.credential()
        });
        match theirs.map(|(_, _, key)| key.verify(proof)).next() {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(error.to_string()),
            None => Some("its account had enrolled no such key by then".to_owned()),
        }
    }

    fn grant(&self, index: u64, grant: &Grant) -> Signature {
        let signer = self.before(index, Purpose::Grant).find(|key| grant.verify(key).is_ok());
        let problem = match signer {
            Some(_) => None,
            None => Some("no grant key that the log had named by then has signed it".to_owned()),
        };
        Signature {
            purpose: Purpose::Grant,
            kid: signer.map(key_id),
            holds: problem.is_none(),
            problem,
        }
    }

    fn before(&self, index: u64, purpose: Purpose) -> impl Iterator<Item = &PublicKey> {
        let keys = self.named.iter().filter(move |key| key.since < index && key.purpose == purpose);
        keys.map(|key| &key.public)
    }
}

/// The recorder's signature is never the person's own.
fn unproven(assurance: Assurance) -> Option<String> {
    let is_claimed = assurance != Assurance::ChannelAttested;
    is_claimed.then(|| "it claims the person's own key, and the recorder key signed it".to_owned())
}

fn enrolled(entry: &Entry) -> Option<(u64, ChannelIdentity, ReviewerKey)> {
    let What::Stated { envelope } = Event::parse(&entry.bytes).ok()?.what else { return None };
    let Statement { identity, says: Says::Enrol { key, .. }, .. } = envelope.unverified().ok()?
    else {
        return None;
    };
    Some((entry.index, identity, key))
}

/// The purpose in one word.
pub(crate) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Recorder => "recorder",
        Purpose::Grant => "grant",
    }
}
