//! `approvals tokens new`: a token for a program, printed once; the file keeps its hash.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use approvals_http::{AuditorToken, RequesterToken, Tokens};
use serde::Serialize;

use crate::args::TokensNew;
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};
use crate::serve::config::Config;
use crate::serve::error::Unserved;
use crate::trust;

pub(crate) fn new(args: &TokensNew, console: &mut Console<'_>) -> Result<(), Error> {
    let config = Config::read(&args.config.config)?;
    let made = match &args.agent {
        Some(agent) => {
            let owner = args.on_behalf_of.as_ref().map(approvals_core::PrincipalId::as_str);
            add_requester(&config.tokens, &args.name, agent.as_str(), owner, &args.action)?
        }
        None => add_auditor(&config.tokens, &args.name)?,
    };
    console.report(&made)
}

/// A token that was made. It is the one thing that this program prints which must be kept secret.
#[derive(Debug, Serialize)]
pub(super) struct Made {
    pub(super) token: String,
    file: String,
}

impl Report for Made {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("", &printable(&format!("a token was made; its hash is in {}", self.file)));
        page.line("", "it is shown now and never again:");
        page.text(&format!("{}\n", self.token));
        page.into_text()
    }
}

pub(super) fn add_requester(
    file: &Path,
    name: &str,
    agent: &str,
    owner: Option<&str>,
    actions: &[String],
) -> Result<Made, Error> {
    let token = RequesterToken::generate().map_err(Unserved::Randomness)?;
    let owner = owner
        .map(|owner| format!("on_behalf_of = [{{ id = {}, kind = \"human\" }}]\n", quoted(owner)));
    let actions: Vec<_> = actions.iter().map(|action| quoted(action)).collect();
    let entry = format!(
        "\n[requester.{}]\nhash = \"{}\"\nprincipal = {{ id = {}, kind = \"agent\" }}\n{}actions = [{}]\n",
        quoted(name),
        token.hash(),
        quoted(agent),
        owner.unwrap_or_default(),
        actions.join(", ")
    );
    add(file, name, &entry)?;
    Ok(Made { token: token.reveal().to_string(), file: file.display().to_string() })
}

fn add_auditor(file: &Path, name: &str) -> Result<Made, Error> {
    let token = AuditorToken::generate().map_err(Unserved::Randomness)?;
    let entry = format!("\n[auditor.{}]\nhash = \"{}\"\n", quoted(name), token.hash());
    add(file, name, &entry)?;
    Ok(Made { token: token.reveal().to_string(), file: file.display().to_string() })
}

/// Adds an entry, if the file loads with it.
fn add(path: &Path, name: &str, entry: &str) -> Result<(), Error> {
    let before = trust::read(path)?;
    if [format!("[requester.{}]", quoted(name)), format!("[auditor.{}]", quoted(name))]
        .iter()
        .any(|header| before.contains(header))
    {
        return Err(Unserved::TokenExists(name.to_owned()).into());
    }
    let after = format!("{before}{entry}");
    if let Err(error) = after.parse::<Tokens>() {
        return Err(Error::mistake_in_tokens(path, &after, &error));
    }
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let mut file = OpenOptions::new().append(true).open(path).map_err(failed)?;
    file.write_all(entry.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// A string as TOML and JSON both write it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
