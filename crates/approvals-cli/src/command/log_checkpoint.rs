//! `approvals log checkpoint`: the newest signed note, for those who keep it elsewhere.

use approvals_core::SignedHead;
use serde::Serialize;

use crate::args::Checkpoint;
use crate::error::Error;
use crate::output::{Console, Report, hex};

pub(crate) fn run(args: &Checkpoint, console: &mut Console<'_>) -> Result<(), Error> {
    let ledger = args.which.open()?;
    let newest = ledger.log().newest();
    let SignedHead { checkpoint, note } =
        newest.map_err(|source| Error::Ledger { path: args.which.path(), source })?;
    let origin = checkpoint.origin().to_owned();
    console.report(&Newest {
        origin,
        events: checkpoint.size(),
        root: hex(&checkpoint.root()),
        note,
    })
}

#[derive(Debug, Serialize)]
struct Newest {
    origin: String,
    events: u64,
    root: String,
    note: String,
}

impl Report for Newest {
    /// Byte for byte, as it was signed.
    fn text(&self) -> String {
        self.note.clone()
    }
}
