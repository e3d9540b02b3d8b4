//! An MCP server over stdio: it lists the notes in a folder to whoever asks, and deletes one only after you have said so.
//!
//! `rmcp-server FOLDER [TERMINAL]`: standard input and output belong to the MCP client; you are asked at the terminal
//! that the client was started from, or at another one, by its path. Most clients leave their servers none: open a
//! terminal, run `tty; sleep infinity` there, and give the path that it prints. Keys and log are in `FOLDER/.approvals`.

mod notes;

use std::error::Error;
use std::path::PathBuf;

use approvals::{
    Gate, Keyring, Principal, Requester, Rules, SqliteLedger, StaticDirectory, TerminalApprover,
};
use rmcp::ServiceExt as _;

use crate::notes::Notes;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let folder = PathBuf::from(args.next().ok_or("usage: rmcp-server FOLDER [TERMINAL]")?);
    let terminal = args.next().map_or_else(TerminalApprover::new, TerminalApprover::at);

    let keys = Keyring::load_or_create(folder.join(".approvals"))?;
    let log = folder.join(".approvals").join("log.db");
    let you = Principal::human("u:you")?.member_of(["owners"])?;
    let gate = Gate::builder()
        .policy(include_str!("../policy.toml").parse::<Rules>()?)
        .ledger(SqliteLedger::open(log, "notes.example/mcp", keys.log).await?)
        .directory(StaticDirectory::new().with(&you, [TerminalApprover::identity()]))
        .approver(terminal)
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(Principal::agent("agent:mcp-client")?));
    let gate = gate.build().await?;

    let notes = Notes { folder, gate: gate.clone() };
    notes.serve(rmcp::transport::stdio()).await?.waiting().await?;
    Ok(gate.flush().await?)
}
