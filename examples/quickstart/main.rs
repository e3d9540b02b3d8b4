//! An agent replays a recorded night of tool calls against a real database of a small shop. What it may do
//! alone, what it must ask for and what it may never do is in `examples/data/shop-policy.toml`; you decide, at
//! this terminal; at the end the log of it all is verified.
//!
//! `cargo run --example quickstart [-- --transcript FILE]`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

mod shop;
mod tools;
mod transcript;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use approvals::{
    Denied, Gate, Keyring, LocalSigner, Principal, Requester, Rules, SqliteLedger, StaticDirectory,
    TerminalApprover, Trail, visible,
};

use crate::shop::Shop;
use crate::tools::ToolError;
use crate::transcript::{Call, Line};

const HELP: &str = "\
An agent replays a recorded night of tool calls against a small shop; you decide about the risky ones.

Usage: cargo run --example quickstart [-- --transcript FILE]

  --transcript FILE   other tool calls: JSON lines, each one assistant message as a model provider returns it
                      (`content` with `tool_use` blocks, or `tool_calls` with `function`s)
  --help              this text

Exit status: 0 if people decided about everything that asked for them, 3 if something ended undecided
(no terminal, or no answer in time), 1 if the night or the check of its log failed, 2 for a wrong command line.";

/// What the policy asks people about, and nobody decided.
const UNDECIDED: u8 = 3;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let transcript = match transcript_file() {
        Ok(Some(file)) => file,
        Ok(None) => return ExitCode::SUCCESS,
        Err(usage) => {
            eprintln!(
                "error: {usage}\nhelp: `cargo run --example quickstart -- --help` lists what it takes"
            );
            return ExitCode::from(2);
        }
    };
    match night(transcript.as_deref()).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_undecided) => ExitCode::from(UNDECIDED),
        Err(error) => {
            eprint!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprint!(": {error}");
                cause = error.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

/// The file that was asked for, `Some(None)` for the recorded night, `None` after `--help`.
#[expect(clippy::option_option, reason = "the three things that a command line can ask for")]
fn transcript_file() -> Result<Option<Option<PathBuf>>, String> {
    let mut args = std::env::args_os().skip(1);
    match (args.next().as_deref().and_then(|arg| arg.to_str()), args.next(), args.next()) {
        (None, None, _) => Ok(Some(None)),
        (Some("--help" | "-h"), None, _) => {
            println!("{HELP}");
            Ok(None)
        }
        (Some("--transcript"), Some(file), None) => Ok(Some(Some(file.into()))),
        (Some("--transcript"), None, _) => Err("`--transcript` needs a file".into()),
        _other => Err("this is not a command line it knows".into()),
    }
}

/// One night: everything that the agent asks for, through the gate. Returns how much ended undecided.
async fn night(transcript: Option<&Path>) -> Result<u32, Failure> {
    let lines = match transcript {
        Some(file) => transcript::read(
            &std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?,
        )?,
        None => transcript::read(include_bytes!("../data/night-shift.jsonl"))?,
    };
    let folder = std::env::temp_dir().join(format!("approvals-quickstart-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("approvals.db");
    let shop = Shop::open(&folder)?;
    let keys = Keyring::load_or_create(folder.join("keys"))?;
    let ledger = SqliteLedger::open(&path, "quickstart.example/shop/night", keys.log).await?;
    let ledger = Arc::new(ledger);
    let gate = gate(Arc::clone(&ledger), (keys.recorder, keys.grant)).await?;

    println!(
        "An agent works through its night. It reads as it likes; what leaves the shop or changes it, you decide."
    );
    println!(
        "  policy  examples/data/shop-policy.toml\n  shop    {}",
        folder.join("shop.db").display()
    );
    let agent = Requester::new(Principal::agent("agent:night-shift")?)
        .on_behalf_of(Principal::human("u:mira")?);
    let undecided = gate.scope(agent, work(&shop, &lines)).await;
    gate.flush().await?;
    drop(gate);
    close(ledger).await;
    if undecided > 0 {
        println!(
            "\n{undecided} of the calls that need a person ended undecided, so they did not run."
        );
        println!("To decide about them, run it at a terminal and answer in time.");
    }
    verify(&path)?;
    Ok(undecided)
}

/// The gate: this policy, a log in one file, and you at the terminal as the only owner of the shop.
async fn gate(
    ledger: Arc<SqliteLedger>,
    keys: (LocalSigner, LocalSigner),
) -> Result<Gate, Failure> {
    let you = Principal::human("u:you")?.member_of(["shop-owners"])?;
    let rules: Rules = include_str!("../data/shop-policy.toml").parse()?;
    let gate = Gate::builder()
        .policy(rules)
        .ledger(ledger)
        .directory(StaticDirectory::new().with(&you, [TerminalApprover::identity()]))
        .approver(TerminalApprover::new())
        .recorder_key(keys.0)
        .grant_key(keys.1);
    Ok(gate.build().await?)
}

/// Closes the ledger once nobody uses it any more: its file is then complete by itself.
async fn close(mut ledger: Arc<SqliteLedger>) {
    for _ in 0..20 {
        match Arc::try_unwrap(ledger) {
            Ok(ledger) => return ledger.close().await,
            Err(in_use) => ledger = in_use,
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn work(shop: &Shop, lines: &[Line]) -> u32 {
    let mut undecided = 0_u32;
    for line in lines {
        match line {
            Line::Text(text) => println!("\nagent: {}", visible::text(text)),
            Line::Call(call) => {
                undecided = undecided.saturating_add(u32::from(carry_out(shop, call).await));
            }
        }
    }
    undecided
}

/// One tool call; the answer is what the model would be told. Says whether it ended undecided.
async fn carry_out(shop: &Shop, call: &Call) -> bool {
    println!("\n> {} {}", visible::text(&call.name), visible::json(&call.input.clone().into()));
    match tools::dispatch(shop, call).await {
        Ok(answer) => println!("  ran: {answer}"),
        Err(ToolError::Denied(denied)) => {
            println!("  did not run: {denied}");
            if denied == Denied::Undeliverable {
                println!("  (there is no terminal to ask at)");
            }
            return matches!(
                denied,
                Denied::Expired | Denied::Undeliverable | Denied::Unavailable { .. }
            );
        }
        Err(error) => println!("  failed: {error}"),
    }
    false
}

/// Reads the log back as a stranger would: the tree, the order of events, every signature.
fn verify(path: &Path) -> Result<(), Failure> {
    let report = approvals_sqlite::verify(path, None, &[])?;
    let log = approvals_sqlite::SqliteLog::open_read_only(path)?;
    let mut trail = Trail::new(log.origin());
    for entry in log.events(0) {
        trail.read(&entry?)?;
    }
    println!(
        "\nThe log of this night is intact: {} events, every signature holds.",
        report.head.checkpoint.size()
    );
    println!("In this checkout: cargo run -q -p approvals-cli -- log verify {}", path.display());
    println!("A stranger checks it with the `approvals` program alone:\n");
    println!("approvals log verify {}", path.display());
    Ok(())
}
