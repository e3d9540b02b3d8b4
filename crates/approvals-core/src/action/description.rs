//! What an action is, as bytes: described once, judged, shown, signed, and compared before it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use zeroize::Zeroizing;

use super::canonical;
use super::describe_error::{DescribeError, MAX_TAG, MAX_TAGS};
use super::digest::Digest;
use super::document::Document;
use super::id::ActionName;
use super::noncanonical::CanonicalError;
use super::parse::parse;
use super::principal::Requester;
use super::risk::Risk;

/// The longest resource, summary or reason, in bytes.
const MAX_TEXT: usize = 4096;

/// Filled in by [`Action::describe`](crate::Action::describe).
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Action, DescribeError, Description, Risk};
///
/// struct Restore { tables: Vec<String>, password: String }
///
/// impl Action for Restore {
///     fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
///         call.action("db.restore", Risk::Critical)?;
///         call.resource(format_args!("shop.db"))?;
///         call.bind("tables", &self.tables)?; // shown, and approved as it is
///         call.redact("password", &self.password)?; // approved as it is, and shown to nobody
///         call.show("how many", &self.tables.len())?; // worked out from the arguments
///         call.unbound("connection") // neither shown nor approved
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # let call = Restore { tables: vec!["orders".into()], password: "hunter2".into() };
/// # tokio::spawn(async move { gate.run(call, |_permit, _call| async { Ok::<_, Denied>(()) }).await });
///
/// let card = inbox.next().await;
/// assert_eq!(card.document().arguments["tables"][0], "orders");
/// assert_eq!(card.document().shown["how many"], 1);
/// assert_eq!(card.document().unbound, ["connection"]);
/// assert!(!card.to_string().contains("hunter2"));
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Description {
    limit: usize,
    salts: BTreeMap<String, Salt>,
    pub(super) identity: Option<(ActionName, Risk)>,
    pub(super) retry_after: Option<Duration>,
    pub(super) expires_after: Option<Duration>,
    pub(super) review_required: bool,
    pub(super) tags: BTreeSet<String>,
    pub(super) texts: BTreeMap<&'static str, String>,
    pub(super) arguments: BTreeMap<String, Argument>,
}

#[derive(Debug)]
pub(super) enum Argument {
    Bound(Vec<u8>),
    Redacted(Sealed),
    Shown(Vec<u8>),
    Unbound,
}

/// The random bytes of one commitment.
pub(crate) type Salt = [u8; 32];

/// A redacted value: the commitment stands in the document, salt and value in an erasable place.
#[derive(Clone)]
pub(crate) struct Sealed {
    pub(crate) commitment: Digest,
    pub(crate) salt_and_value: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sealed").field(&self.commitment).finish()
    }
}

impl Sealed {
    fn new(salt: &Salt, value: &[u8]) -> Self {
        let salt_and_value = Zeroizing::new([salt, value].concat());
        Self { commitment: Digest::of("redacted", &salt_and_value), salt_and_value }
    }

    /// The value, as canonical bytes.
    pub(super) fn value(&self) -> &[u8] {
        self.salt_and_value.get(size_of::<Salt>()..).unwrap_or_default()
    }
}

impl Description {
    /// An empty description that reuses `salts`, so that a value that is redacted again gives the same bytes.
    pub(crate) fn new(limit: usize, salts: BTreeMap<String, Salt>) -> Self {
        Self {
            limit,
            salts,
            identity: None,
            retry_after: None,
            expires_after: None,
            review_required: false,
            tags: BTreeSet::new(),
            texts: BTreeMap::new(),
            arguments: BTreeMap::new(),
        }
    }

    /// Names the action and its risk; required, once.
    ///
    /// # Errors
    ///
    /// Also if the name [is reserved](ActionName::is_reserved) for acts on the approvals themselves.
    pub fn action(&mut self, name: &str, risk: Risk) -> Result<(), DescribeError> {
        let name: ActionName = name.parse()?;
        if name.is_reserved() {
            return Err(DescribeError::Reserved(name));
        }
        self.identify(name, risk)
    }

    /// Names an act on the approvals themselves.
    pub(crate) fn own_act(&mut self, name: &str) -> Result<(), DescribeError> {
        self.identify(name.parse()?, Risk::Critical)
    }

    fn identify(&mut self, name: ActionName, risk: Risk) -> Result<(), DescribeError> {
        match self.identity.replace((name, risk)) {
            None => Ok(()),
            Some(_) => Err(DescribeError::Twice("the action".into())),
        }
    }

    /// Says that it is an emergency, and which. It is a signal, shown as the caller's claim: only a policy
    /// that lists a denial as one that emergencies may set aside turns it into a question to people.
    pub fn break_glass(&mut self, text: fmt::Arguments<'_>) -> Result<(), DescribeError> {
        self.text("break_glass", text)
    }

    /// Says that doing it twice is as good as doing it once: a call with a [key](crate::Action::key) that was
    /// started and has told nothing for this long may be started again, with a higher
    /// [fence](crate::Permit::fence). Rounded up to whole milliseconds.
    pub fn idempotent_after(&mut self, silence: Duration) -> Result<(), DescribeError> {
        match self.retry_after.replace(silence) {
            None => Ok(()),
            Some(_) => Err(DescribeError::Twice("`idempotent_after`".into())),
        }
    }

    /// Says that the question is open for so long at most. The policy may say less; no caller can say more.
    /// Rounded down to whole milliseconds.
    pub fn expires_after(&mut self, time: Duration) -> Result<(), DescribeError> {
        match self.expires_after.replace(time) {
            None => Ok(()),
            Some(_) => Err(DescribeError::Twice("`expires_after`".into())),
        }
    }

    /// Says that people are to be asked about this call. Whom, is for the policy to say: one that would let it run
    /// without asking anybody denies it.
    pub fn review_required(&mut self) {
        self.review_required = true;
    }

    /// Says what kind of call it is one of, for policies to match on: 1 to 100 visible ASCII characters, and at most 32
    /// tags. Where a policy asks for less, it cannot look at them.
    pub fn tag(&mut self, tag: &str) -> Result<(), DescribeError> {
        let is_tag =
            !tag.is_empty() && tag.len() <= MAX_TAG && tag.bytes().all(|b| b.is_ascii_graphic());
        if !is_tag || self.tags.len() >= MAX_TAGS {
            return Err(DescribeError::Tags);
        }
        if self.tags.insert(tag.to_owned()) {
            Ok(())
        } else {
            Err(DescribeError::Twice(format!("the tag {tag}")))
        }
    }

    /// What the action is done to, such as `s3://bucket/prefix`.
    pub fn resource(&mut self, text: fmt::Arguments<'_>) -> Result<(), DescribeError> {
        self.text("resource", text)
    }

    /// One line for reviewers. It is the caller's claim and is shown as that.
    pub fn summary(&mut self, text: fmt::Arguments<'_>) -> Result<(), DescribeError> {
        self.text("summary", text)
    }

    /// Why the caller wants it. It is the caller's claim and is shown as that.
    pub fn reason(&mut self, text: fmt::Arguments<'_>) -> Result<(), DescribeError> {
        self.text("reason", text)
    }

    fn text(&mut self, field: &'static str, text: fmt::Arguments<'_>) -> Result<(), DescribeError> {
        let text = text.to_string();
        if text.len() > MAX_TEXT {
            return Err(DescribeError::TooLong { field, limit: MAX_TEXT });
        }
        match self.texts.insert(field, text) {
            None => Ok(()),
            Some(_) => Err(DescribeError::Twice(field.into())),
        }
    }

    /// Binds an argument: it is shown, and approval is of exactly this value.
    pub fn bind<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), DescribeError> {
        let bytes = self.bytes_of(name, value)?;
        self.argument(name, Argument::Bound(bytes))
    }

    /// Binds an argument that nobody may read: shown as hidden, bound by a salted commitment.
    pub fn redact<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), DescribeError> {
        let bytes = canonical::to_bytes(value, self.limit);
        let bytes = Zeroizing::new(bytes.map_err(|error| error.hidden().under_key(name))?);
        let mut salt = [0; 32];
        match self.salts.get(name) {
            Some(known) => salt = *known,
            None => getrandom::fill(&mut salt).map_err(|_none| DescribeError::Randomness)?,
        }
        self.argument(name, Argument::Redacted(Sealed::new(&salt, &bytes)))
    }

    /// Shows something that the program works out from the arguments, such as a sum. It is no argument: rules cannot
    /// look at it. But it is approved with them, and must come out the same right before the body runs.
    pub fn show<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), DescribeError> {
        let bytes = self.bytes_of(name, value)?;
        self.argument(name, Argument::Shown(bytes))
    }

    /// Names an argument that is neither shown nor bound, such as a database handle. The card says so.
    pub fn unbound(&mut self, name: &str) -> Result<(), DescribeError> {
        self.argument(name, Argument::Unbound)
    }

    fn bytes_of<T: Serialize + ?Sized>(
        &self,
        name: &str,
        value: &T,
    ) -> Result<Vec<u8>, DescribeError> {
        Ok(canonical::to_bytes(value, self.limit).map_err(|error| error.under_key(name))?)
    }

    fn argument(&mut self, name: &str, argument: Argument) -> Result<(), DescribeError> {
        if name.is_empty() || name.len() > 200 {
            return Err(DescribeError::ArgumentName);
        }
        match self.arguments.insert(name.to_owned(), argument) {
            None => Ok(()),
            Some(_) => Err(DescribeError::Twice(name.to_owned())),
        }
    }

    /// Takes these for the commitments to what is redacted, where the salts are not known.
    pub(super) fn commit_to(&mut self, commitments: &BTreeMap<String, Digest>) {
        for (name, argument) in &mut self.arguments {
            if let (Argument::Redacted(sealed), Some(known)) = (argument, commitments.get(name)) {
                sealed.commitment = *known;
            }
        }
    }

    pub(super) fn retry_after_ms(&self) -> Option<u64> {
        self.retry_after.map(|time| whole(time.as_nanos().div_ceil(1_000_000)))
    }

    pub(super) fn expires_after_ms(&self) -> Option<u64> {
        self.expires_after.map(|time| whole(time.as_millis()))
    }

    /// The document of this action, asked for by `requester` in the log `origin`.
    pub(crate) fn seal(self, origin: &str, requester: &Requester) -> Result<Intake, DescribeError> {
        let (retry, expiry) = (self.retry_after_ms(), self.expires_after_ms());
        let (name, risk) = self.identity.ok_or(DescribeError::NoAction)?;
        let mut arguments = BTreeMap::new();
        let mut redacted = BTreeMap::new();
        let mut shown = BTreeMap::new();
        let mut unbound = Vec::new();
        let mut sealed = BTreeMap::new();
        for (name, argument) in self.arguments {
            match argument {
                Argument::Bound(bytes) => drop(arguments.insert(name, bytes)),
                Argument::Shown(bytes) => drop(shown.insert(name, bytes)),
                Argument::Unbound => unbound.push(name),
                Argument::Redacted(value) => {
                    redacted.insert(name.clone(), value.commitment);
                    sealed.insert(name, value);
                }
            }
        }
        let chain: Vec<_> = requester.chain().iter().map(super::principal::Principal::id).collect();
        let mut members = BTreeMap::from([
            ("action".to_owned(), canonical::to_bytes(&name, self.limit)?),
            ("arguments".to_owned(), canonical::object(arguments)?),
            ("log".to_owned(), canonical::to_bytes(origin, self.limit)?),
            ("on_behalf_of".to_owned(), canonical::to_bytes(&chain, self.limit)?),
            ("redacted".to_owned(), canonical::to_bytes(&redacted, self.limit)?),
            ("requester".to_owned(), canonical::to_bytes(requester.principal().id(), self.limit)?),
            ("risk".to_owned(), canonical::to_bytes(&risk, self.limit)?),
            ("unbound".to_owned(), canonical::to_bytes(&unbound, self.limit)?),
        ]);
        for (field, millis) in [("retry_after_ms", retry), ("expires_after_ms", expiry)] {
            let millis =
                millis.map(|millis| canonical::to_bytes(&millis, self.limit)).transpose()?;
            members.extend(millis.map(|millis| (field.to_owned(), millis)));
        }
        if self.review_required {
            members.insert("review_required".to_owned(), canonical::to_bytes(&true, self.limit)?);
        }
        if !shown.is_empty() {
            members.insert("shown".to_owned(), canonical::object(shown)?);
        }
        if !self.tags.is_empty() {
            members.insert("tags".to_owned(), canonical::to_bytes(&self.tags, self.limit)?);
        }
        for (field, text) in &self.texts {
            members.insert((*field).to_owned(), canonical::to_bytes(text, self.limit)?);
        }
        let bytes = canonical::object(members)?;
        if bytes.len() > self.limit {
            return Err(CanonicalError::too_large(self.limit).into());
        }
        Ok(Intake { digest: Document::digest(&bytes), bytes, sealed })
    }
}

/// So many, or as many as JSON carries exactly.
fn whole(millis: u128) -> u64 {
    u64::try_from(millis).unwrap_or(u64::MAX).min((1 << 53) - 1)
}

/// An action taken in: what it is, as bytes, and what its redacted values are.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    pub(crate) digest: Digest,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sealed: BTreeMap<String, Sealed>,
}

impl Intake {
    /// What was taken in, as it will be shown: it is read back from the bytes that are approved, and what
    /// would not be written the same again is refused.
    pub(crate) fn document(&self) -> Result<Document, DescribeError> {
        let value = parse(&self.bytes, usize::MAX)?;
        if canonical::to_bytes(&value, usize::MAX)? != self.bytes {
            return Err(CanonicalError::inexact().into());
        }
        serde_json::from_value(value).map_err(|error| CanonicalError::other(error).into())
    }

    /// The salts, with which describing the same action again gives the same bytes.
    pub(crate) fn salts(&self) -> BTreeMap<String, Salt> {
        let salt = |sealed: &Sealed| sealed.salt_and_value.first_chunk::<32>().copied();
        self.sealed
            .iter()
            .filter_map(|(name, sealed)| Some((name.clone(), salt(sealed)?)))
            .collect()
    }
}

#[cfg(test)]
#[path = "description_tests.rs"]
mod tests;
