//! A ledger in memory, and what it says of the only request that there is.

use std::sync::Arc;

use approvals_core::{Ledger, LocalSigner, MemoryLedger, PostStage, RequestId, State, Trail};

use crate::wait::found;

/// The log of these tests.
pub const ORIGIN: &str = "example.org/shop/test";

/// A ledger that every process of a test shares. An example is the office of each chat's tests.
#[derive(Clone, Debug)]
pub struct Log(pub Arc<MemoryLedger>);

impl Log {
    /// An empty one.
    pub async fn new() -> Self {
        let key = LocalSigner::from_seed(&[1; 32]).unwrap();
        Self(Arc::new(MemoryLedger::new(ORIGIN, key).await.unwrap()))
    }

    /// Everything that is in it, checked as a stranger would.
    pub async fn trail(&self) -> Trail {
        let mut trail = Trail::new(ORIGIN);
        for entry in self.0.entries(0, usize::MAX).await.unwrap() {
            trail.read(&entry).unwrap();
        }
        trail
    }

    /// The only request.
    pub async fn only(&self) -> (RequestId, State) {
        self.any().await.expect("there is a request")
    }

    async fn any(&self) -> Option<(RequestId, State)> {
        let trail = self.trail().await;
        let mut states = trail.states();
        let (id, state) = states.next()?;
        assert!(states.next().is_none(), "more than one request");
        Some((id, state.clone()))
    }

    /// The state of the only request, once that is so.
    pub async fn until(&self, is_so: impl Fn(&State) -> bool) -> State {
        let look = async || self.any().await.map(|(_, state)| state).filter(&is_so);
        match found(30, look).await {
            Some(state) => state,
            None => panic!("waited in vain: {:?}", self.any().await),
        }
    }

    /// Waits until the last card is shown, and that is written down.
    pub async fn settled(&self) {
        self.until(is_shown).await;
        self.until(|state| state.version() > 4).await;
    }
}

/// Whether the first message of a request shows its card.
#[must_use]
pub fn is_shown(state: &State) -> bool {
    state.posts().first().is_some_and(|post| *post.stage() == PostStage::Shown)
}
