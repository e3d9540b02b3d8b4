//! `approvals resolve`, `review`, `stop` and `retire`: what people state, signed and recorded.
//!
//! Who says so is the effective user of this process, as the file of people knows them. Whoever can read the
//! keys can write what they like: the permissions of the key files are the boundary.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use approvals_core::{
    ChannelIdentity, Counter, Digest, Keyring, Ledger as _, RequestId, Resolution, SystemClock,
};
use approvals_sqlite::SqliteLedger;
use serde::Serialize;

use super::named::Named;
use crate::args::{Claim, Resolve, Retire, Review, Scope, Stop};
use crate::error::Error;
use crate::mistake;
use crate::output::{Console, Page, Report, printable};
use crate::whose;

pub(crate) fn resolve(args: &Resolve, console: &mut Console<'_>) -> Result<(), Error> {
    let (resolution, what) = if args.outcome.done {
        (Resolution::Done, "resolved: it was carried out")
    } else {
        (Resolution::NotDone, "resolved: it was not carried out")
    };
    let open = Open::new(&args.claim, console)?;
    let request = open.request(&args.request)?;
    open.say(console, what, Some(request), |counter, me, why| async move {
        counter.resolve(&me, request, resolution, &why).await.map(|()| None)
    })
}

pub(crate) fn review(args: &Review, console: &mut Console<'_>) -> Result<(), Error> {
    let justified = args.judgement.justified;
    let what = if justified { "judged: it was justified" } else { "judged: it was not justified" };
    let open = Open::new(&args.claim, console)?;
    let request = open.request(&args.request)?;
    open.say(console, what, Some(request), |counter, me, why| async move {
        counter.review(&me, request, justified, &why).await.map(|()| None)
    })
}

pub(crate) fn stop(args: &Stop, console: &mut Console<'_>) -> Result<(), Error> {
    let Scope { everything: _, action, principal } = &args.scope;
    let scope = match (action, principal) {
        (Some(action), _) => approvals_core::Stop::Action(action.clone()),
        (None, Some(principal)) => approvals_core::Stop::Principal(principal.clone()),
        (None, None) => approvals_core::Stop::Everything,
    };
    let what = format!("stopped: {scope}");
    let open = Open::new(&args.claim, console)?;
    let doubt = open.named.doubt(&scope);
    open.say(console, &what, None, |counter, me, why| async move {
        counter.stop(&me, scope, &why).await.map(Some)
    })?;
    doubt.map_or(Ok(()), |doubt| console.warn(&doubt))
}

pub(crate) fn retire(args: &Retire, console: &mut Console<'_>) -> Result<(), Error> {
    let open = Open::new(&args.claim, console)?;
    let request = open.request(&args.request)?;
    let what = "retired: the standing grant is used no more";
    open.say(console, what, Some(request), |counter, me, why| async move {
        counter.retire(&me, request, &why).await.map(|()| None)
    })
}

/// A ledger that holds, and who wants to write to it.
struct Open<'a> {
    claim: &'a Claim,
    origin: String,
    requests: BTreeSet<RequestId>,
    named: Named,
    identity: ChannelIdentity,
}

impl<'a> Open<'a> {
    /// Nothing is written to a ledger that does not hold.
    fn new(claim: &'a Claim, console: &mut Console<'_>) -> Result<Self, Error> {
        let identity = identity()?;
        let ledger = claim.which.open()?;
        let trail = ledger.verify(None, &[], &mut console.progress, |_head, _entry| Ok(()))?.trail;
        let requests = trail.states().map(|(id, _)| id).collect();
        let (origin, named) = (ledger.log().origin().to_owned(), Named::new(&trail));
        Ok(Self { claim, origin, requests, named, identity })
    }

    fn request(&self, given: &str) -> Result<RequestId, Error> {
        crate::ledger::choose(given, &self.requests)
    }

    fn say<F>(
        self,
        console: &mut Console<'_>,
        what: &str,
        request: Option<RequestId>,
        state: impl FnOnce(Counter, ChannelIdentity, String) -> F,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<Option<Digest>, approvals_core::DeskError>>,
    {
        let path = self.claim.which.path();
        let people = whose::read(&self.claim.people)?;
        let directory = mistake::people_in(&self.claim.people, &people)?;
        let Keyring { log, recorder, grant: _ } =
            Keyring::load(&self.claim.keys).map_err(Error::KeysRead)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(Error::Output)?;
        let (identity, reason) = (self.identity.clone(), self.claim.reason.clone());
        let called = runtime.block_on(async {
            let ledger = open(&path, &self.origin, log).await?;
            let counter =
                Counter::open(Arc::clone(&ledger), directory, recorder, SystemClock::default());
            let counter = counter.await.map_err(Error::Counter)?;
            let called = state(counter, identity, reason).await.map_err(Error::Desk)?;
            let head = ledger.head().await;
            let events = head.map(|head| head.checkpoint.size()).unwrap_or_default();
            if let Some(ledger) = Arc::into_inner(ledger) {
                ledger.close().await;
            }
            Ok::<_, Error>((called, events))
        });
        let (stop, events) = called?;
        console.report(&Recorded {
            said: what.to_owned(),
            by: self.identity.to_string(),
            request,
            stop: stop.map(|id| id.to_string()),
            events,
        })
    }
}

async fn open(
    path: &Path,
    origin: &str,
    key: approvals_core::LocalSigner,
) -> Result<Arc<SqliteLedger>, Error> {
    let ledger = SqliteLedger::open(path, origin, key).await;
    ledger.map(Arc::new).map_err(|source| Error::opening(path, source))
}

/// Whose process this is: never what a caller says.
#[cfg(unix)]
pub(super) fn identity() -> Result<ChannelIdentity, Error> {
    let user = rustix::process::geteuid().as_raw();
    ChannelIdentity::new("os", &format!("uid:{user}")).map_err(|_never| Error::NoUser)
}

#[cfg(not(unix))]
pub(super) fn identity() -> Result<ChannelIdentity, Error> {
    Err(Error::NoUser)
}

#[derive(Debug, Serialize)]
struct Recorded {
    said: String,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    /// What the stop is called by.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<String>,
    /// How many events the log has now.
    events: u64,
}

impl Report for Recorded {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("", &printable(&self.said));
        page.line("  by       ", &printable(&self.by));
        if let Some(request) = &self.request {
            page.line("  request  ", &request.to_string());
        }
        if let Some(stop) = &self.stop {
            page.line("  stop     ", stop);
            page.line(
                "  lifting  ",
                "takes people's consent: a rule of the policy about `approvals.lift`, and `Desk::lift` in the program with the gate",
            );
        }
        page.line("  log      ", &format!("recorded; it has {} events now", self.events));
        page.into_text()
    }
}
