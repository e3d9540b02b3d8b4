//! A Merkle log on the C2SP formats: signed notes, checkpoints, tiles, proofs and a strict verifier.
//!
//! The crate knows nothing of what the entries mean, does no I/O, reads no clock and holds no secret: the caller stores
//! bytes and makes signatures. Formats: `signed-note` v1.0.0 and `tlog-checkpoint` v1.0.0 ([`SignedNote`],
//! [`Checkpoint`]), RFC 6962 trees with SHA-256 ([`Frontier`], [`prove_inclusion`]), `tlog-tiles` v0.1.0 ([`layout`]).
//!
//! What a log proves: the entries under a root that you hold were not changed, removed, added to or reordered. What it
//! does not prove: that its key holder shows everyone the same log, or did not rewrite all of it before you held a
//! root. Only heads kept elsewhere (receipts, witnesses, copies) can show that; give them to [`Verifier::expect`].
//!
//! ```
//! use approvals_log::{Checkpoint, Frontier, PublicKey, SignedNote, Verifier, Vkey, leaf_hash};
//! use ed25519_dalek::{Signer as _, SigningKey};
//!
//! let secret = SigningKey::from_bytes(&[7; 32]);
//! let vkey = Vkey::new("example.com/log", PublicKey::from_bytes(secret.verifying_key().as_bytes())?)?;
//!
//! // The writer: one push an entry, one signed checkpoint a batch.
//! let entries = ["first", "second", "third"];
//! let mut tree = Frontier::new();
//! for entry in entries {
//!     tree.push(leaf_hash(entry.as_bytes()));
//! }
//! let text = Checkpoint::new(vkey.name(), tree.size(), tree.root())?.to_text();
//! let signature = secret.sign(text.as_bytes()).to_bytes();
//! let published = SignedNote::assemble(text, &vkey, signature)?.to_string();
//!
//! // Anyone else: bytes in, verdict out.
//! let head = Checkpoint::open(&SignedNote::parse(&published)?, &vkey)?;
//! let mut verifier = Verifier::new(vkey);
//! for entry in entries {
//!     verifier.push(entry.as_bytes(), None)?;
//! }
//! assert_eq!(verifier.finish(&head)?.size, 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod key;
mod merkle;
mod note;

mod checkpoint;
mod proof;
mod tile;
mod vkey;

mod verify;

pub use crate::checkpoint::{Checkpoint, CheckpointError};
pub use crate::key::{BadSignature, KeyError, PublicKey};
pub use crate::merkle::{Frontier, FrontierError, Hash, leaf_hash, root_of};
pub use crate::note::{NoteError, SignedNote};
pub use crate::proof::{
    ProofError, prove_consistency, prove_inclusion, verify_consistency, verify_inclusion,
};
pub use crate::tile::{
    MAX_ENTRY, TileError, TilePath, entry_bundles, hash_tiles, layout, parse_bundle,
};
pub use crate::verify::{Report, Tampered, Verifier, VerifyError};
pub use crate::vkey::Vkey;
