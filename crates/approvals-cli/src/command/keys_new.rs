//! `approvals keys new`: three keys, one a purpose. Secrets go to the files and nowhere else.

use std::path::Path;

use approvals_core::{Jwk, Keyring, PublicKey, Signer as _, key_id};
use approvals_log::{Checkpoint, Vkey, root_of};
use serde::Serialize;

use crate::args::KeysNew;
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};

pub(crate) fn run(args: &KeysNew, console: &mut Console<'_>) -> Result<(), Error> {
    if let Some(origin) = &args.origin {
        check_origin(origin)?;
    }
    let files = ["log.pem", "recorder.pem", "grant.pem"].map(|name| args.dir.join(name));
    // Otherwise a folder with some of them would be left with keys that nobody asked for.
    if let Some(there) = files.iter().find(|file| file.symlink_metadata().is_ok()) {
        return Err(Error::KeysExist(there.clone()));
    }
    let keys = Keyring::create(&args.dir)?;
    let publics = [keys.log.public_key(), keys.recorder.public_key(), keys.grant.public_key()];
    let vkey = args.origin.as_ref().map(|origin| {
        let named = Vkey::new(origin, keys.log.public_key());
        named.map_err(|source| Error::Origin { origin: origin.clone(), source })
    });
    let made = ["log", "recorder", "grant"].into_iter().zip(files).zip(publics);
    console.report(&Made {
        keys: made.map(|((purpose, file), key)| Key::new(purpose, &file, &key)).collect(),
        vkey: vkey.transpose()?.map(|vkey| vkey.to_string()),
    })
}

/// Before anything is made.
fn check_origin(origin: &str) -> Result<(), Error> {
    let checked = Checkpoint::new(origin, 0, root_of([]));
    checked.map(drop).map_err(|source| Error::Origin { origin: origin.to_owned(), source })
}

#[derive(Debug, Serialize)]
struct Made {
    keys: Vec<Key>,
    vkey: Option<String>,
}

#[derive(Debug, Serialize)]
struct Key {
    purpose: &'static str,
    file: String,
    kid: String,
    jwk: Jwk,
}

impl Key {
    fn new(purpose: &'static str, file: &Path, key: &PublicKey) -> Self {
        Self { purpose, file: file.display().to_string(), kid: key_id(key), jwk: Jwk::new(key) }
    }

    fn signs(&self) -> &'static str {
        match self.purpose {
            "log" => "the heads of the log: whoever has it can rewrite the whole log",
            "recorder" => "decisions on behalf of channels",
            _grant => "grants: executors check them with this public key",
        }
    }
}

impl Report for Made {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("", "three keys were made; the files are secret, and readable by you only");
        for key in &self.keys {
            page.gap();
            page.line("", &format!("{} key", key.purpose));
            page.line("  signs  ", key.signs());
            page.line("  file   ", &printable(&key.file));
            page.line("  kid    ", &key.kid);
            // On one line, however long: it is there to be copied.
            page.text(&format!(
                "  jwk    {}\n",
                serde_json::to_string(&key.jwk).unwrap_or_default()
            ));
        }
        page.gap();
        match &self.vkey {
            Some(vkey) => page.text(&format!("verifier key of the log, for all who are to verify it\n  {vkey}\n")),
            None => page.line("", "the verifier key of the log also has the log's name: `--origin NAME` prints it here, and `approvals log verify` later"),
        }
        page.into_text()
    }
}
