//! The steps of `cargo xtask test`, the cheap ones first.

mod blocks;
mod cards;
mod deny;
mod examples;
mod features;
mod inbox;
mod integrations;
mod interop;
mod kill;
mod lints;
mod mcp;
mod nightly;
mod pages;
mod peer;
mod playground;
mod quickstart;
mod slack;
mod suite;
mod teams;

use crate::step::Step;

/// Every step, in the order in which they run.
///
/// Wherever it can be, cargo is asked for the whole workspace, also to build a single program: asked for one package, it
/// would choose other features for what we depend on, and build much of that again.
///
/// There is no step for the minimum supported Rust version: one pinned toolchain is all that a contributor needs, and
/// `rust-version` is held by `clippy::incompatible_msrv`, in the step `clippy`.
pub(crate) const ALL: &[Step] = &[
    Step { name: "fmt", about: "the code is formatted", run: lints::fmt },
    Step {
        name: "clippy",
        about: "no lint fires; nothing newer than `rust-version` is used",
        run: lints::clippy,
    },
    Step {
        name: "test",
        about: "unit, property and documentation tests, compile errors, tidy, API",
        run: suite::test,
    },
    Step {
        name: "doc",
        about: "the documentation builds, and its links lead somewhere",
        run: lints::doc,
    },
    Step {
        name: "features",
        about: "the facade builds with no feature, and with each one alone",
        run: features::run,
    },
    Step { name: "deny", about: "licences, bans and sources of all dependencies", run: deny::run },
    Step { name: "interop", about: "OpenSSL and Python agree with our bytes", run: interop::run },
    Step {
        name: "blocks",
        about: "Slack's own library finds nothing wrong with our messages",
        run: blocks::run,
    },
    Step {
        name: "cards",
        about: "Microsoft's own library draws our cards of Teams letter by letter",
        run: cards::run,
    },
    Step {
        name: "pages",
        about: "the inbox in a browser: axe finds nothing wrong, and its scripts do what they say",
        run: pages::run,
    },
    Step {
        name: "inbox",
        about: "a queue in a browser: enrol a passkey, approve, reject, expire, restart; the log verifies",
        run: inbox::run,
    },
    Step {
        name: "quickstart",
        about: "without a reviewer nothing runs, and the log verifies",
        run: quickstart::run,
    },
    Step {
        name: "mcp",
        about: "a foreign MCP client's calls wait for the person at the server's terminal",
        run: mcp::run,
    },
    Step {
        name: "slack",
        about: "Slack's own clients take the fake Slack of our tests for Slack",
        run: slack::run,
    },
    Step {
        name: "teams",
        about: "Microsoft's own libraries take the fake Teams for Teams, and the app for one",
        run: teams::run,
    },
    Step {
        name: "examples",
        about: "every example runs, and prints what it is read for",
        run: examples::run,
    },
    Step {
        name: "kill",
        about: "a process killed at any moment breaks no promise",
        run: kill::run,
    },
];

/// Every step of a night: what is too long for every change.
pub(crate) const NIGHTLY: &[Step] = &[
    Step {
        name: "model",
        about: "a hundred thousand lives of requests, beside a model of them",
        run: nightly::model,
    },
    Step {
        name: "simulation",
        about: "thousands of runs of several gates on a network that fails",
        run: nightly::simulation,
    },
    Step {
        name: "clicks",
        about: "a million changed payloads of Slack say what is understood of them",
        run: nightly::clicks,
    },
    Step {
        name: "mutants",
        about: "each small change of the heart is noticed by a test",
        run: nightly::mutants,
    },
    Step {
        name: "playground",
        about: "Microsoft's playground for Teams apps shows our cards, and a browser presses their buttons",
        run: playground::run,
    },
    Step {
        name: "editor",
        about: "an editor completes what is half typed in a gated function",
        run: nightly::editor,
    },
    Step {
        name: "rig",
        about: "the adapter of rig, which is no part of the workspace",
        run: integrations::rig,
    },
];
