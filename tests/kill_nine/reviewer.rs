//! The reviewer, who decides by what the key of a call says.

use std::sync::Arc;

use approvals::{
    Approver, ApproverError, Ballot, Card, ChannelIdentity, Desk, DeskError, Presented, Principal,
    StaticDirectory,
};
use async_trait::async_trait;

use crate::journal::{Journal, Mark};
use crate::key::{Fate, Key};

/// Writes down what it is about to decide, then decides.
#[derive(Clone, Debug)]
pub(crate) struct Reviewer(pub(crate) Arc<Journal>);

fn identity() -> ChannelIdentity {
    ChannelIdentity::new("test", "reviewer").unwrap()
}

/// A directory in which the reviewer is one of `ops`.
pub(crate) fn directory() -> StaticDirectory {
    let human = Principal::human("u:reviewer").unwrap().member_of(["ops"]).unwrap();
    StaticDirectory::new().with(&human, [identity()])
}

impl Reviewer {
    /// Decides about a card, which another process may have shown or decided about, too.
    pub(crate) async fn decide(&self, card: &Card, desk: &Desk) {
        let key = Key::named(card.request().key.as_ref().unwrap().as_str());
        let (mark, ballot) = match key.fate() {
            Fate::Approve => (Mark::Approved, Ballot::approve(card)),
            Fate::Reject => (Mark::Rejected, Ballot::reject(card, "no")),
            Fate::Allow | Fate::Deny => panic!("nobody should be asked about {key}"),
        };
        self.0.note_of(mark, &key);
        match desk.decide(&identity(), ballot.unwrap()).await {
            Ok(_) => self.0.note_of(Mark::Decided, &key),
            // It was decided already, in this process or another.
            Err(DeskError::Refused(_)) => {}
            Err(other) => {
                eprintln!("{key}: {other:?}");
                self.0.note_of(Mark::Failed, &key);
            }
        }
    }
}

#[async_trait]
impl Approver for Reviewer {
    fn channel(&self) -> &'static str {
        "test"
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        let (reviewer, card, desk) = (self.clone(), card.clone(), desk.clone());
        drop(tokio::spawn(async move { reviewer.decide(&card, &desk).await }));
        Ok(Presented::new())
    }
}
