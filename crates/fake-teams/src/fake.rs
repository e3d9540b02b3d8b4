//! The server: started, reached, and gone when it is dropped.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::shared::{PATIENCE, Shared};
use crate::world::{Bot, World};
use crate::{Fault, api, control};
use fake_wire::listener::{Cut, Cuts, Cuttable};

/// A Teams of one's own, on a free port of this machine. The [crate](crate) has an example.
///
/// Clones are the same Teams, which is gone with the last of them.
#[derive(Clone, Debug)]
pub struct FakeTeams {
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

impl FakeTeams {
    /// A Teams with the [`office`](crate::office) in it.
    pub async fn start() -> Self {
        Self::start_with(World::office()).await
    }

    /// A Teams with this in it.
    pub async fn start_with(world: World) -> Self {
        Self::start_at("127.0.0.1:0", world).await
    }

    /// A Teams at this address, such as that of one that was dropped a moment ago.
    ///
    /// ```
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # runtime.block_on(async {
    /// use fake_teams::FakeTeams;
    ///
    /// let teams = FakeTeams::start().await;
    /// let (address, world) = (teams.address(), teams.edit(|world| world.clone()));
    /// drop(teams);
    /// // …Teams is down…
    /// let teams = FakeTeams::start_at(&address, world).await;
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
            .route("/control/{what}", post(control::order))
            .fallback(api::call)
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

    /// Host and port.
    #[must_use]
    pub fn address(&self) -> String {
        self.shared.address.to_string()
    }

    /// Where the connector is, as activities say it: ends with `/emea/`.
    #[must_use]
    pub fn service_url(&self) -> String {
        self.shared.service_url()
    }

    /// Where a bot of the tenant logs in.
    #[must_use]
    pub fn token_url(&self) -> String {
        let tenant = self.shared.world(|world| world.tenant.clone());
        format!("http://{}/{tenant}/oauth2/v2.0/token", self.shared.address)
    }

    /// Where the address of the keys is told.
    #[must_use]
    pub fn metadata_url(&self) -> String {
        format!("http://{}/v1/.well-known/openidconfiguration", self.shared.address)
    }

    /// The bot with its secret, as it is now.
    #[must_use]
    pub fn bot(&self) -> Bot {
        self.shared.world(|world| world.bot.clone())
    }

    /// Changes something, or looks at it.
    pub fn edit<T>(&self, edit: impl FnOnce(&mut World) -> T) -> T {
        let done = self.shared.world(edit);
        self.shared.has_changed();
        done
    }

    /// Adds a fault for one call of this [name](crate::Call::name), after those that are planned already. `*` is any
    /// call.
    pub fn fault(&self, name: &str, fault: Fault) {
        self.shared.faults(|faults| faults.queue(name, fault));
    }

    /// From now on, every call of this name ends so. `*` is any call.
    pub fn fault_always(&self, name: &str, fault: Fault) {
        self.shared.faults(|faults| faults.last(name, fault));
    }

    /// Forgets all faults that are planned for calls of this name. `*` is all calls.
    pub fn heal(&self, name: &str) {
        self.shared.faults(|faults| faults.heal(name));
    }

    /// Resets every connection that is open: Teams is gone for a moment.
    pub fn cut_all(&self) {
        if let Some(server) = &self.server {
            server.cuts.cut();
        }
    }
}
