//! `approvals serve`: the whole queue in one process.

use serde::Serialize;

use crate::args::Serve;
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};
use crate::serve::config::Config;
use crate::serve::error::Unserved;
use crate::serve::{assemble, listen};

pub(crate) fn run(args: &Serve, console: &mut Console<'_>) -> Result<(), Error> {
    let path = &args.config.config;
    if !path.exists() {
        return Err(Unserved::NoConfig(path.clone()).into());
    }
    let config = Config::read(path)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Error::Output)?.block_on(async {
        let server = assemble::gate(&config).await?;
        let queue = server.queue(&config).await?;
        let listener = listen::socket(&config)?;
        console.report(&Serving {
            inbox: config.url.clone(),
            api: format!("{}/openapi.json", config.url.trim_end_matches('/')),
            log: config.log.clone(),
            vkey: server.ledger.vkey().to_string(),
            listens_on: config.listen.to_string(),
        })?;
        console.out.flush().map_err(Error::Output)?;
        listen::serve(&queue, listener, config.tls.as_ref()).await?;
        Ok(())
    })
}

#[derive(Debug, Serialize)]
struct Serving {
    inbox: String,
    api: String,
    log: String,
    vkey: String,
    listens_on: String,
}

impl Report for Serving {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("inbox    ", &printable(&self.inbox));
        page.line("API      ", &printable(&self.api));
        page.line("log      ", &printable(&self.log));
        page.text(&format!("its key  {}\n", printable(&self.vkey)));
        page.line("listens  ", &printable(&format!("on {}; Ctrl-C ends it", self.listens_on)));
        page.into_text()
    }
}
