//! The server: started, reached, and gone when it is dropped.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{any, get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::shared::{PATIENCE, Shared};
use crate::world::{App, World};
use crate::{Fault, api, control, response_url, socket};
use fake_wire::listener::{Cut, Cuts, Cuttable};

/// A Slack of one's own, on a free port of this machine. The [crate](crate) has an example.
///
/// Clones are the same Slack, which is gone with the last of them.
#[derive(Clone, Debug)]
pub struct FakeSlack {
    pub(crate) shared: Arc<Shared>,
    /// Nothing in what the server itself holds of it.
    server: Option<Arc<Server>>,
}

#[derive(Debug)]
struct Server {
    task: JoinHandle<()>,
    cuts: Cuts,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        self.cuts.cut();
    }
}

impl FakeSlack {
    /// A Slack with the [`office`](crate::office) in it.
    pub async fn start() -> Self {
        Self::start_with(World::office()).await
    }

    /// A Slack with this in it.
    pub async fn start_with(world: World) -> Self {
        Self::start_at("127.0.0.1:0", world).await
    }

    /// A Slack at this address, such as that of one that was dropped a moment ago.
    ///
    /// ```
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # runtime.block_on(async {
    /// use fake_slack::FakeSlack;
    ///
    /// let slack = FakeSlack::start().await;
    /// let (address, world) = (slack.address(), slack.edit(|world| world.clone()));
    /// drop(slack);
    /// // …Slack is down…
    /// let slack = FakeSlack::start_at(&address, world).await;
    /// # });
    /// ```
    pub async fn start_at(address: &str, world: World) -> Self {
        let listen = async {
            loop {
                match TcpListener::bind(address).await {
                    Ok(listener) => return listener,
                    Err(_in_use) => sleep(Duration::from_millis(10)).await,
                }
            }
        };
        let listener = timeout(PATIENCE, listen).await.expect("the address is free");
        let address = listener.local_addr().expect("the listener has an address");
        let shared = Arc::new(Shared::new(address, world));
        let cuts = Cuts::default();
        let router = Router::new()
            .route("/api/{method}", any(api::call))
            .route("/socket", get(socket::connect))
            .route("/response/{id}", post(response_url::respond))
            .route("/control/{what}", post(control::order))
            .with_state(Arc::clone(&shared));
        let service = router.into_make_service_with_connect_info::<Cut>();
        let listener = Cuttable { listener, cuts: cuts.clone() };
        let task = tokio::spawn(async move {
            axum::serve(listener, service).await.expect("the server does not end by itself");
        });
        Self { shared, server: Some(Arc::new(Server { task, cuts })) }
    }

    /// For the server itself, which must not keep itself alive.
    pub(crate) fn of(shared: Arc<Shared>) -> Self {
        Self { shared, server: None }
    }

    /// Where the Web API is: ends with `/api/`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://{}/api/", self.shared.address)
    }

    /// Host and port.
    #[must_use]
    pub fn address(&self) -> String {
        self.shared.address.to_string()
    }

    /// The app with its tokens, as it is now.
    #[must_use]
    pub fn app(&self) -> App {
        self.shared.world(|world| world.app.clone())
    }

    /// Changes something, or looks at it.
    pub fn edit<T>(&self, edit: impl FnOnce(&mut World) -> T) -> T {
        let done = self.shared.world(edit);
        self.shared.has_changed();
        done
    }

    /// Adds a fault for one call of the method, after those that are planned already. `*` is any method.
    pub fn fault(&self, method: &str, fault: Fault) {
        self.shared.faults(|faults| faults.queue(method, fault));
    }

    /// From now on, every call of the method ends so. `*` is any method.
    pub fn fault_always(&self, method: &str, fault: Fault) {
        self.shared.faults(|faults| faults.last(method, fault));
    }

    /// Forgets all faults that are planned for the method. `*` is all methods.
    pub fn heal(&self, method: &str) {
        self.shared.faults(|faults| faults.heal(method));
    }

    /// Resets every connection that is open: Slack is gone for a moment.
    pub fn cut_all(&self) {
        if let Some(server) = &self.server {
            server.cuts.cut();
        }
    }
}
