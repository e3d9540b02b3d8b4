//! A call that is made up to ask a policy about it.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use approvals_core::{
    ActionName, Document, FactSet, NameError, Principal, PrincipalKind, Requester, Risk, Timestamp,
    canonical,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::Error;

/// No call is larger, in bytes.
const MAX: usize = 1024 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    action: ActionName,
    /// As in rules, or as in documents.
    #[serde(default, alias = "arguments")]
    args: Map<String, Value>,
    #[serde(default)]
    risk: Risk,
    resource: Option<String>,
    #[serde(default)]
    facts: FactSet,
    origin: Option<String>,
    #[serde(default)]
    requester: Who,
    #[serde(default)]
    tags: BTreeSet<String>,
    #[serde(default)]
    review_required: bool,
    break_glass: Option<String>,
    now: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Who {
    id: String,
    #[serde(default = "agent")]
    kind: PrincipalKind,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    on_behalf_of: Vec<String>,
}

fn agent() -> PrincipalKind {
    PrincipalKind::Agent
}

impl Default for Who {
    fn default() -> Self {
        let (groups, on_behalf_of) = (Vec::new(), Vec::new());
        Self { id: "agent:test".to_owned(), kind: agent(), groups, on_behalf_of }
    }
}

/// A call, as a policy can be asked about it.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) document: Document,
    pub(super) requester: Requester,
    pub(super) facts: FactSet,
    pub(super) now: Timestamp,
}

impl Call {
    /// The call in this file, or on standard input.
    pub(super) fn read(path: &Path, now: Timestamp) -> Result<Self, Error> {
        let bytes = bytes(path)?;
        Self::parse(&bytes, now).map_err(|source| Error::Call { path: path.to_owned(), source })
    }

    fn parse(bytes: &[u8], now: Timestamp) -> Result<Self, Problem> {
        let written: Written = serde_json::from_value(canonical::parse(bytes, MAX)?)?;
        let requester = written.requester.requester()?;
        let owners: Vec<&str> = requester.chain().iter().map(|one| one.id().as_str()).collect();
        let document = json!({
            "action": written.action,
            "arguments": written.args,
            "break_glass": written.break_glass,
            "log": written.origin.as_deref().unwrap_or("test"),
            "on_behalf_of": owners,
            "redacted": {},
            "requester": requester.principal().id(),
            "resource": written.resource,
            "review_required": written.review_required,
            "risk": written.risk,
            "tags": written.tags,
            "unbound": [],
        });
        let now = written.now.map_or(Ok(now), |text| text.parse())?;
        let document = Document::parse(document.to_string().as_bytes())?;
        Ok(Self { document, requester, facts: written.facts, now })
    }
}

type Problem = Box<dyn std::error::Error + Send + Sync>;

impl Who {
    fn requester(&self) -> Result<Requester, NameError> {
        let principal = match self.kind {
            PrincipalKind::Agent => Principal::agent(&self.id),
            PrincipalKind::Human => Principal::human(&self.id),
            PrincipalKind::Service => Principal::service(&self.id),
        };
        let groups = self.groups.iter().map(String::as_str);
        let requester = Requester::new(principal?.member_of(groups)?);
        self.on_behalf_of
            .iter()
            .try_fold(requester, |acting, owner| Ok(acting.on_behalf_of(Principal::human(owner)?)))
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more, so that what is too large is seen to be.
    let most = u64::try_from(MAX).unwrap_or(u64::MAX).saturating_add(1);
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).map_err(failed)?.take(most).read_to_end(&mut bytes)
    };
    read.map_err(failed)?;
    Ok(bytes)
}
