//! Processes that can be killed.

use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::office::*;

/// A process that can be killed: once it is dropped, nothing of it runs on.
pub(crate) struct Process {
    runtime: Option<Runtime>,
    pub(crate) host: Host,
    /// Where Slack tells it of clicks.
    pub(crate) url: Option<String>,
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Process {
    pub(crate) async fn start(office: &Office, plan: Plan) -> Self {
        let runtime = Runtime::new().unwrap();
        let (slack, ledger) = (office.slack.clone(), Arc::clone(&office.ledger));
        let host = runtime.spawn(async move { Host::start(&slack, &ledger, plan).await });
        let host = host.await.unwrap();
        Self { runtime: Some(runtime), host, url: office.slack.app().interactivity_url }
    }

    async fn on<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> T {
        self.runtime.as_ref().unwrap().spawn(task).await.unwrap()
    }

    /// Asks for the deployment by a key, and leaves it to people.
    pub(crate) async fn submit(&self) {
        let gate = self.host.gate.clone();
        self.on(async move { gate.submit(deploy().key("release-7").unwrap()).await })
            .await
            .unwrap();
    }

    /// What a program does when it starts.
    pub(crate) async fn recover(&self) {
        let gate = self.host.gate.clone();
        self.on(async move { gate.recover().await }).await.unwrap();
    }
}
