//! Which key signed an event, and whether the signature holds.

use approvals_core::{
    Assurance, Entry, Envelope, Event, Grant, Payload, PublicKey, Purpose, What, key_id,
};
use serde::Serialize;

/// The keys that a log names, each from the event that names it on.
#[derive(Debug)]
pub(crate) struct Keys(Vec<Key>);

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
        Self(entries.into_iter().filter_map(named).collect())
    }

    /// The signature in the event at `index`, if such events are signed.
    pub(crate) fn check(&self, index: u64, what: &What) -> Option<Signature> {
        if let What::Decided { envelope } | What::Late { envelope } = what {
            return Some(self.recorded(index, envelope, |decision| decision.assurance));
        }
        if let What::Stated { envelope } = what {
            return Some(self.recorded(index, envelope, |statement| statement.assurance));
        }
        let What::Granted { grant } = what else { return None };
        Some(self.grant(index, grant))
    }

    fn recorded<T: Payload>(
        &self,
        index: u64,
        envelope: &Envelope<T>,
        assurance: impl Fn(&T) -> Assurance,
    ) -> Signature {
        let kid = envelope.key_ids().next().map(str::to_owned);
        let named = self.before(index, Purpose::Recorder).find(|key| Some(key_id(key)) == kid);
        let problem = match named.map(|key| envelope.verify(key)) {
            None => Some("no recorder key that the log had named by then has this id".to_owned()),
            Some(Err(error)) => Some(error.to_string()),
            // The recorder's signature is never the reviewer's own.
            Some(Ok(signed)) if assurance(&signed) != Assurance::ChannelAttested => {
                Some("it claims the person's own key, and the recorder key signed it".to_owned())
            }
            Some(Ok(_)) => None,
        };
        Signature { purpose: Purpose::Recorder, kid, holds: problem.is_none(), problem }
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
        let keys = self.0.iter().filter(move |key| key.since < index && key.purpose == purpose);
        keys.map(|key| &key.public)
    }
}

/// The purpose in one word.
pub(crate) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Recorder => "recorder",
        Purpose::Grant => "grant",
    }
}
