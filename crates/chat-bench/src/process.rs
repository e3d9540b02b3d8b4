//! Processes that can be killed.

use approvals_core::Approver;
use tokio::runtime::Runtime;

use crate::host::{Host, deploy};

/// A process that can be killed: once it is dropped, nothing of it runs on. An example are the restarts of each chat's
/// tests.
#[derive(Debug)]
pub struct Process<A> {
    runtime: Option<Runtime>,
    /// What runs in it.
    pub host: Host<A>,
}

impl<A> Drop for Process<A> {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl<A: Approver + Clone + 'static> Process<A> {
    /// A process with that host.
    pub async fn start(host: impl Future<Output = Host<A>> + Send + 'static) -> Self {
        let runtime = Runtime::new().unwrap();
        let host = runtime.spawn(host).await.unwrap();
        Self { runtime: Some(runtime), host }
    }

    async fn on<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> T {
        let runtime = self.runtime.as_ref().expect("it is not dropped yet");
        runtime.spawn(task).await.unwrap()
    }

    /// Asks for the deployment by a key, and leaves it to people.
    pub async fn submit(&self) {
        let gate = self.host.gate.clone();
        let submitting = async move { gate.submit(deploy().key("release-7").unwrap()).await };
        self.on(submitting).await.unwrap();
    }

    /// What a program does when it starts.
    pub async fn recover(&self) {
        let gate = self.host.gate.clone();
        self.on(async move { gate.recover().await }).await.unwrap();
    }
}
