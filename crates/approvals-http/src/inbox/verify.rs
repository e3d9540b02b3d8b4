//! What the browser needs to check that the events of a request are in the log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;

/// The answer to `GET /requests/{id}/evidence`: what `verify.js` reads.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Evidence {
    /// The checkpoint as a signed note, as C2SP has it.
    pub(crate) checkpoint: String,
    /// The verifier key of the log, as C2SP has it.
    pub(crate) key: String,
    /// The events of the request, the oldest first.
    pub(crate) entries: Vec<Proven>,
}

/// An entry of the log, and the path from it to the root.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Proven {
    /// Where it stands in the log.
    index: u64,
    /// Its bytes, in base64.
    leaf: String,
    /// The hashes of its inclusion proof, in base64.
    path: Vec<String>,
}

impl Proven {
    pub(crate) fn new(index: u64, entry: &[u8], path: &[[u8; 32]]) -> Self {
        let path = path.iter().map(|hash| BASE64.encode(hash)).collect();
        Self { index, leaf: BASE64.encode(entry), path }
    }
}
