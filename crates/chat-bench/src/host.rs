//! A gate that asks people in a chat.

use approvals_core::{
    Approver, BuildError, Denied, Directory, DynamicAction, Gate, GateBuilder, Keyring, Ledger,
    Obligation, Obligations, PolicyFn, Principal, Requester, Verdict,
};
use approvals_testkit::Ran;
use tokio::task::JoinHandle;

/// One process: its gate, and what has run there. An example is the office of each chat's tests.
#[derive(Clone, Debug)]
pub struct Host<A> {
    /// The gate.
    pub gate: Gate,
    /// How it asks.
    pub approver: A,
    /// How often what was asked for has run.
    pub ran: Ran,
}

impl<A: Approver + Clone + 'static> Host<A> {
    /// A gate that asks as the obligation says, for an [`agent`] of somebody called boss.
    pub async fn start(
        approver: A,
        directory: impl Directory + 'static,
        ledger: impl Ledger + 'static,
        obligation: Obligation,
        edit: fn(GateBuilder) -> GateBuilder,
    ) -> Result<Self, BuildError> {
        let asks = Obligations::new([obligation]);
        let policy = PolicyFn::new("asks/1", move |_| Verdict::Review(asks.clone())).unwrap();
        let keys = Keyring::generate().unwrap();
        let gate = Gate::builder()
            .policy(policy)
            .ledger(ledger)
            .directory(directory)
            .approver(approver.clone())
            .recorder_key(keys.recorder)
            .grant_key(keys.grant)
            .requester(agent());
        let gate = edit(gate).build().await?;
        Ok(Self { gate, approver, ran: Ran::default() })
    }

    /// A call, until its end, in the background.
    pub fn run(&self, action: DynamicAction) -> JoinHandle<Result<(), Denied>> {
        let host = self.clone();
        tokio::spawn(async move {
            let body = async |_permit, _action| {
                host.ran.now();
                Ok(())
            };
            host.gate.run(action, body).await
        })
    }
}

/// Who asks.
#[must_use]
pub fn agent() -> Requester {
    Requester::new(Principal::agent("agent:deployer").unwrap())
        .on_behalf_of(Principal::human("u:boss").unwrap())
}

/// What is asked for.
#[must_use]
pub fn deploy() -> DynamicAction {
    DynamicAction::from_json("app.deploy", br#"{"version": 7, "to": "production"}"#).unwrap()
}

/// Somebody in the group that decides.
#[must_use]
pub fn ops(id: &str) -> Principal {
    Principal::human(id).unwrap().member_of(["ops"]).unwrap()
}
