//! `approvals log export`: the log as C2SP files, which others verify with their own programs.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;

use approvals_core::{Body, Digest, Entry, Event, What};
use approvals_log::{Checkpoint, Hash, TilePath, entry_bundles, hash_tiles, layout, leaf_hash};
use serde::Serialize;

use crate::args::Export;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::output::{Console, Page, Report, hex, printable};
use crate::trust;

pub(crate) fn run(args: &Export, console: &mut Console<'_>) -> Result<(), Error> {
    let ledger = Ledger::open(&args.file)?;
    let vkey = ledger.log().vkey();
    let mut folder = Folder { dir: args.dir.clone(), written: 0 };
    let earlier = folder.earlier(vkey)?;
    let seen: Vec<_> = earlier.into_iter().collect();
    let mut bundles = Bundles::default();
    // Nothing is written for a log that does not hold; what is written is verified again on the way.
    let verified = ledger.verify(None, &seen, &mut console.progress, |head, entry| {
        folder.write("log.vkey", format!("{vkey}\n").as_bytes())?;
        bundles.take(head.size(), entry, &mut folder)
    })?;
    let head = &verified.report.head;
    folder.write("log.vkey", format!("{vkey}\n").as_bytes())?;
    for (path, bytes) in hash_tiles(&bundles.leaves) {
        folder.write(&path.to_string(), &bytes)?;
    }
    folder.publish(&head.note)?;
    console.report(&Exported {
        dir: args.dir.display().to_string(),
        origin: vkey.name().to_owned(),
        events: head.checkpoint.size(),
        root: hex(&head.checkpoint.root()),
        files_written: folder.written,
        extended_from: seen.first().map(Checkpoint::size),
    })
}

/// The folder of an export. Its files are written once and never changed, but for `checkpoint`.
struct Folder {
    dir: PathBuf,
    written: u64,
}

impl Folder {
    /// The checkpoint of an earlier export of this log, which is to be extended.
    fn earlier(&self, vkey: &approvals_log::Vkey) -> Result<Option<Checkpoint>, Error> {
        let occupied = |reason| Err(Error::Occupied { dir: self.dir.clone(), reason });
        let failed = |source| Error::File { path: self.dir.clone(), source };
        match fs::read_dir(&self.dir).map(|mut files| files.next().is_none()) {
            Ok(true) => return Ok(None),
            Ok(false) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        }
        let (key_file, checkpoint) = (self.dir.join("log.vkey"), self.dir.join("checkpoint"));
        if !key_file.exists() {
            return occupied("it is not an export");
        }
        if trust::read(&key_file)? != format!("{vkey}\n") {
            return occupied("it is the export of another log");
        }
        // An export that was interrupted has no checkpoint yet.
        if checkpoint.exists() { trust::checkpoint(&checkpoint, vkey).map(Some) } else { Ok(None) }
    }

    /// Writes a file that is not there yet; one that is must have these bytes.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.dir.join(name);
        let failed = |source| Error::Write { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(bytes).map_err(failed)?;
                self.written = self.written.saturating_add(1);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let length = fs::metadata(&path).map_err(failed)?.len();
                let is_same = u64::try_from(bytes.len()) == Ok(length)
                    && fs::read(&path).map_err(failed)? == bytes;
                if is_same { Ok(()) } else { Err(Error::Tampered(path)) }
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The checkpoint, last and in one step: readers see the old one, or the new one with all its files.
    fn publish(&mut self, note: &str) -> Result<(), Error> {
        let (path, aside) = (self.dir.join("checkpoint"), self.dir.join("checkpoint.new"));
        let failed = |source| Error::Write { path: path.clone(), source };
        // A new file always: what lies there may lead elsewhere.
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
        let mut file =
            OpenOptions::new().write(true).create_new(true).open(&aside).map_err(failed)?;
        file.write_all(note.as_bytes()).and_then(|()| fs::rename(&aside, &path)).map_err(failed)?;
        self.written = self.written.saturating_add(1);
        Ok(())
    }
}

/// Entries on their way into bundles.
#[derive(Default)]
struct Bundles {
    /// The bundles that are still to come.
    paths: Option<Box<dyn Iterator<Item = TilePath>>>,
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
}

impl Bundles {
    /// Takes the next entry of a log of `size`, and writes its bundle if that is full.
    fn take(&mut self, size: u64, entry: Entry, folder: &mut Folder) -> Result<(), Error> {
        if let Some((digest, bytes)) = document(&entry) {
            folder.write(&format!("attachments/{}", hex(digest.as_bytes())), bytes)?;
        }
        self.leaves.push(leaf_hash(&entry.bytes));
        self.entries.push(entry.bytes);
        let is_last = u64::try_from(self.leaves.len()) == Ok(size);
        if self.entries.len() < FULL && !is_last {
            return Ok(());
        }
        let bundle = entry_bundles(&std::mem::take(&mut self.entries)).unwrap_or_default();
        let paths =
            self.paths.get_or_insert_with(|| Box::new(layout(size).filter(TilePath::is_entries)));
        // In this order: the other way round, a path would be taken that no bundle is left for.
        let mut files = bundle.into_iter().zip(paths);
        files.try_for_each(|((_, bytes), path)| folder.write(&path.to_string(), &bytes))
    }
}

/// Entries in a full bundle.
const FULL: usize = 256;

/// The document that stands beside the entry, if one does: never what may be erased.
fn document(entry: &Entry) -> Option<(Digest, &[u8])> {
    // Only those events have attachments, and parsing is not free.
    if entry.attachments.iter().all(|one| one.erasable) {
        return None;
    }
    let What::Requested { document: Body::Beside(digest), .. } =
        Event::parse(&entry.bytes).ok()?.what
    else {
        return None;
    };
    // That the bytes have the digest was verified with the event.
    let document = entry.attachments.iter().find(|one| one.digest == digest && !one.erasable)?;
    Some((digest, &document.bytes))
}

#[derive(Debug, Serialize)]
struct Exported {
    dir: String,
    origin: String,
    events: u64,
    root: String,
    files_written: u64,
    /// How many events the folder had before, if it was an export already.
    extended_from: Option<u64>,
}

impl Report for Exported {
    fn text(&self) -> String {
        let mut page = Page::default();
        let from = self
            .extended_from
            .map(|size| format!(", of which {size} were there"))
            .unwrap_or_default();
        let dir = printable(&self.dir);
        page.line("", &format!("exported and verified: {} events{from}", self.events));
        page.gap();
        page.line("log     ", &printable(&self.origin));
        page.line("root    ", &self.root);
        page.line("folder  ", &dir);
        page.line("files   ", &format!("{} written", self.files_written));
        page.gap();
        page.line("note: ", "log.vkey is only as trustworthy as the folder; give it to those who verify some other way");
        page.into_text()
    }
}
