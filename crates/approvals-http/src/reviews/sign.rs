//! A decision that is signed with the reviewer's own passkey: what is to be signed is recorded first, then asked for.

use approvals_core::{Ballot, Refusal};
use serde_json::Value;

use crate::access::door::door;
use crate::access::reviewer::Reviewer;
use crate::problem::{self, Problem};
use crate::shared::Shared;

/// What was signed, and what for.
#[derive(Debug)]
pub(crate) struct Signature {
    /// The challenge, as it was given.
    pub(crate) challenge: String,
    /// What the browser has answered.
    pub(crate) proof: Value,
}

/// Records what this person is about to sign, and tells what their browser is asked for.
pub(crate) async fn ask(
    shared: &Shared,
    reviewer: &Reviewer,
    ballot: &Ballot,
) -> Result<Value, Problem> {
    let (door, desk, id) = (door(shared)?, shared.gate.desk(), ballot.request);
    let keys = desk.keys_of(reviewer.identity()).await?;
    if keys.is_empty() {
        return Err(Problem::from(Refusal::NoKey).about(id));
    }
    let (asked, nonce, state) = door.passkeys.sign(&keys)?;
    let given = desk.challenge(reviewer.identity(), ballot, &nonce).await;
    let given = given.map_err(|error| Problem::from(error).about(id))?;
    let whose = (state, reviewer.identity().clone(), id);
    door.signing_off.begin(&given.nonce(), whose, shared.clock.now());
    Ok(asked)
}

/// The ballot with what this person has signed. The challenge is used up, whatever comes of it.
pub(crate) async fn signed(
    shared: &Shared,
    reviewer: &Reviewer,
    ballot: Ballot,
    signature: Signature,
) -> Result<Ballot, Problem> {
    let (door, id) = (door(shared)?, ballot.request);
    let begun = door.signing_off.take(&signature.challenge, shared.clock.now());
    let begun = begun.filter(|(_, whose, about)| whose == reviewer.identity() && *about == id);
    let (state, ..) = begun.ok_or_else(|| not_asked_for().about(id))?;
    let keys = shared.gate.desk().keys_of(reviewer.identity()).await?;
    let proof = door.passkeys.signed(&signature.proof, &state, &keys)?;
    Ok(ballot.signed(proof))
}

fn not_asked_for() -> Problem {
    Problem::new(problem::NOT_SIGNED, "this was not asked for, or is too late; decide once more")
}
