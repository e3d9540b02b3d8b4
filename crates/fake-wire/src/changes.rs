//! Waiting until there is something to see.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// Tells those who wait that there may be something to see. An example is how the stand-ins use it.
#[derive(Debug)]
pub struct Changes(watch::Sender<u64>);

impl Default for Changes {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Changes {
    /// There may be.
    pub fn tell(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    /// Waits until there is something to see. It is looked for after every change, and now and then.
    pub async fn until<T>(
        &self,
        patience: Duration,
        mut look: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let mut changes = self.0.subscribe();
        let wait = async {
            loop {
                changes.borrow_and_update();
                if let Some(found) = look() {
                    return found;
                }
                // What depends on time alone changes without a notice.
                drop(timeout(Duration::from_millis(50), changes.changed()).await);
            }
        };
        timeout(patience, wait).await.ok()
    }
}
