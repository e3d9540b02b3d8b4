//! A gate at which calls wait until a test lets them through.

use tokio::sync::watch;

/// Holds calls back until it is opened. The stand-ins have an example.
#[derive(Clone, Debug)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Lets all through, now and later.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    /// Waits until it is open.
    ///
    /// # Panics
    /// Never: the gate is here as long as somebody waits.
    pub async fn pass(&self) {
        let mut open = self.0.subscribe();
        open.wait_for(|open| *open).await.expect("the gate is here");
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}
