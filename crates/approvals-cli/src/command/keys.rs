//! `approvals keys`: three keys, one a purpose. Secrets go to the files and nowhere else.

use std::path::Path;

use approvals_core::{Jwk, Keyring, PublicKey, Signer as _, key_id};
use approvals_log::{Checkpoint, Vkey, root_of};
use serde::Serialize;

use crate::args::{KeysNew, KeysShow};
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};

const FILES: [&str; 3] = ["log.pem", "recorder.pem", "grant.pem"];

pub(crate) fn new(args: &KeysNew, console: &mut Console<'_>) -> Result<(), Error> {
    if let Some(origin) = &args.origin {
        check_origin(origin)?;
    }
    // Otherwise a folder with some of them would be left with keys that nobody asked for.
    let mut files = FILES.into_iter().map(|name| args.dir.join(name));
    if let Some(there) = files.find(|file| file.symlink_metadata().is_ok()) {
        return Err(Error::KeysExist(there));
    }
    let keys = Keyring::create(&args.dir)?;
    let is = "three keys were made; the files are secret, and readable by you only";
    console.report(&Publics { is, ..Publics::of(&keys, &args.dir, args.origin.as_deref())? })
}

pub(crate) fn show(args: &KeysShow, console: &mut Console<'_>) -> Result<(), Error> {
    let keys = Keyring::load(&args.dir)?;
    if args.vkey {
        let origin = args.origin.as_deref().unwrap_or_default();
        return console.report(&VkeyAlone { vkey: vkey(&keys, origin)? });
    }
    console.report(&Publics::of(&keys, &args.dir, args.origin.as_deref())?)
}

fn vkey(keys: &Keyring, origin: &str) -> Result<String, Error> {
    check_origin(origin)?;
    let vkey = Vkey::new(origin, keys.log.public_key());
    let vkey = vkey.map_err(|source| Error::Origin { origin: origin.to_owned(), source })?;
    Ok(vkey.to_string())
}

fn check_origin(origin: &str) -> Result<(), Error> {
    let checked = Checkpoint::new(origin, 0, root_of([]));
    checked.map(drop).map_err(|source| Error::Origin { origin: origin.to_owned(), source })
}

/// What is public of them.
#[derive(Debug, Serialize)]
struct Publics {
    #[serde(skip)]
    is: &'static str,
    keys: Vec<Key>,
    vkey: Option<String>,
}

/// For a file of its own, as `--vkey` of other commands takes it.
#[derive(Debug, Serialize)]
struct VkeyAlone {
    vkey: String,
}

impl Report for VkeyAlone {
    fn text(&self) -> String {
        format!("{}\n", self.vkey)
    }
}

impl Publics {
    fn of(keys: &Keyring, dir: &Path, origin: Option<&str>) -> Result<Self, Error> {
        let publics = [keys.log.public_key(), keys.recorder.public_key(), keys.grant.public_key()];
        let files = FILES.map(|name| dir.join(name));
        let all = ["log", "recorder", "grant"].into_iter().zip(files).zip(publics);
        Ok(Self {
            is: "the files are secret; what is printed here is public",
            keys: all.map(|((purpose, file), key)| Key::new(purpose, &file, &key)).collect(),
            vkey: origin.map(|origin| vkey(keys, origin)).transpose()?,
        })
    }
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

impl Report for Publics {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("", self.is);
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
