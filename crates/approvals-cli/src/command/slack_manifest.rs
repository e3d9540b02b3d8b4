//! `approvals slack manifest`: from what Slack makes the app.

use approvals_slack::Manifest;
use serde::Serialize;

use crate::args::SlackManifest;
use crate::command::slack_check::Unfit;
use crate::error::Error;
use crate::output::{Console, Report};

pub(crate) fn run(args: &SlackManifest, console: &mut Console<'_>) -> Result<(), Error> {
    let SlackManifest { socket: _, http, groups, checkable, name } = args;
    let manifest = match http {
        Some(url) => Manifest::http(url).map_err(Unfit::Manifest)?,
        None => Manifest::socket_mode(),
    };
    let manifest = manifest.called(name).map_err(Unfit::Manifest)?;
    let manifest = if *groups { manifest.groups() } else { manifest };
    let manifest = if *checkable { manifest.checkable() } else { manifest };
    console.report(&Made(manifest))
}

#[derive(Debug, Serialize)]
struct Made(Manifest);

impl Report for Made {
    fn text(&self) -> String {
        self.0.to_string()
    }
}
