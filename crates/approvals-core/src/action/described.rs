//! A description on its way between processes: plain data that describes the same action elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::action::Action;
use super::describe_error::DescribeError;
use super::description::{Argument, Description, Salt};
use super::document::Document;
use super::exact::Exact;
use super::id::{ActionName, IdempotencyKey};
use super::noncanonical::CanonicalError;
use super::parse::parse;
use super::principal::{Principal, Requester};
use super::risk::Risk;

/// The largest arguments of one call that any gate can be told to take, in canonical bytes.
pub(crate) const LARGEST: usize = 512 * 1024;

/// What an action says of itself, as plain data: for a gate in another process.
///
/// Made [of](Self::of) any action, sent as JSON, and an action again where it arrives: that describes exactly the same
/// document there, byte by byte. Redacted values are in it, since the gate that keeps them is elsewhere: it is for
/// encrypted connections only, shows none of its values in `Debug`, and takes them out of memory when it is dropped. The
/// salts of what is redacted are chosen, and stay, where it arrives.
///
/// Its [key](Action::key) is not part of the JSON: however that travels, [`keyed`](Self::keyed) brings it back.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Action, Described, DynamicAction};
///
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.tag("prod").key("release-7")?;
/// let sent = serde_json::to_string(&Described::of(&deploy)?)?;
/// assert_eq!(sent, r#"{"action":"app.deploy","risk":"high","arguments":{"version":7},"tags":["prod"]}"#);
///
/// let arrived = Described::from_json(sent.as_bytes())?.keyed("release-7".parse()?);
/// assert_eq!(arrived, Described::of(&deploy)?);
/// assert_eq!(arrived.key(), Action::key(&deploy));
///
/// let twice = br#"{"action":"app.deploy","arguments":{"version":7,"version":8}}"#;
/// assert!(Described::from_json(twice).is_err(), "nothing is guessed");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    action: ActionName,
    #[serde(default)]
    risk: Risk,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    break_glass: Option<String>,
    #[serde(
        default,
        deserialize_with = "Exact::members",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    arguments: BTreeMap<String, Exact>,
    #[serde(
        default,
        deserialize_with = "Exact::members",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    redacted: BTreeMap<String, Exact>,
    #[serde(
        default,
        deserialize_with = "Exact::members",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    shown: BTreeMap<String, Exact>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unbound: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_after_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    review_required: bool,
    #[serde(skip)]
    key: Option<IdempotencyKey>,
}

/// The values of an action may be anybody's secrets.
impl fmt::Debug for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (action, risk) = (self.action.as_str(), self.risk);
        f.debug_struct("Described")
            .field("action", &action)
            .field("risk", &risk)
            .finish_non_exhaustive()
    }
}

/// What an action says of itself. What it panics about is an error like any other.
pub(crate) fn describe(
    action: &dyn Action,
    limit: usize,
    salts: BTreeMap<String, Salt>,
) -> Result<Description, DescribeError> {
    let described = catch_unwind(AssertUnwindSafe(|| {
        let mut call = Description::new(limit, salts);
        action.describe(&mut call).map(|()| call)
    }));
    described.map_err(|_panic| DescribeError::Panicked)?
}

impl Described {
    /// What `action` says of itself now.
    ///
    /// # Errors
    ///
    /// All that describing it to a gate would say, also if it panics, and a redacted value that would not read back the
    /// same. A gate may still take less.
    pub fn of(action: &dyn Action) -> Result<Self, DescribeError> {
        let call = describe(action, LARGEST, BTreeMap::new())?;
        let (retry_after_ms, expires_after_ms) = (call.retry_after_ms(), call.expires_after_ms());
        let (action_name, risk) = call.identity.ok_or(DescribeError::NoAction)?;
        let mut texts = call.texts;
        let mut described = Self {
            action: action_name,
            risk,
            resource: texts.remove("resource"),
            summary: texts.remove("summary"),
            reason: texts.remove("reason"),
            break_glass: texts.remove("break_glass"),
            arguments: BTreeMap::new(),
            redacted: BTreeMap::new(),
            shown: BTreeMap::new(),
            unbound: Vec::new(),
            tags: call.tags.into_iter().collect(),
            retry_after_ms,
            expires_after_ms,
            review_required: call.review_required,
            key: action.key().cloned(),
        };
        call.arguments.into_iter().try_for_each(|(name, one)| described.take(name, &one))?;
        Ok(described)
    }

    fn take(&mut self, name: String, argument: &Argument) -> Result<(), DescribeError> {
        let exact = |bytes| Exact::new(bytes).map_err(|error| error.under_key(&name));
        match argument {
            Argument::Bound(bytes) => drop(self.arguments.insert(name.clone(), exact(bytes)?)),
            Argument::Shown(bytes) => drop(self.shown.insert(name.clone(), exact(bytes)?)),
            Argument::Unbound => self.unbound.push(name),
            Argument::Redacted(sealed) => {
                let exact = Exact::new(sealed.value());
                let exact = exact.map_err(|error| error.hidden().under_key(&name))?;
                self.redacted.insert(name, exact);
            }
        }
        Ok(())
    }

    /// Reads what was sent. Unknown fields, names that stand twice and numbers that would change are errors.
    ///
    /// # Errors
    ///
    /// [`DescribeError::Argument`], of which the words say nothing of a redacted value.
    pub fn from_json(text: &[u8]) -> Result<Self, DescribeError> {
        let hide = |error: CanonicalError| {
            let is_hidden = error.path().starts_with("redacted");
            if is_hidden { error.hidden().under_key("redacted") } else { error }
        };
        let value = parse(text, LARGEST.saturating_mul(2)).map_err(hide)?;
        Ok(serde_json::from_value(value).map_err(CanonicalError::not_json)?)
    }

    /// The same, with this [key](Action::key).
    #[must_use]
    pub fn keyed(self, key: IdempotencyKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// The same, at this risk if it says that it has less.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Described, Risk};
    ///
    /// let read = Described::from_json(br#"{"action": "db.read", "risk": "medium"}"#)?;
    /// assert_eq!(read.clone().at_least(Risk::Low), read);
    /// assert_ne!(read.clone().at_least(Risk::Critical), read);
    /// # Ok::<(), approvals::DescribeError>(())
    /// ```
    #[must_use]
    pub fn at_least(self, risk: Risk) -> Self {
        Self { risk: self.risk.max(risk), ..self }
    }

    /// Whether both say the same, under whatever keys.
    pub(crate) fn says_the_same(mut self, other: &Self) -> bool {
        self.key.clone_from(&other.key);
        self == *other
    }

    /// The name of the action.
    #[must_use]
    pub fn name(&self) -> &ActionName {
        &self.action
    }

    /// Whether these are the bytes of a [`Document`] of this action, in whatever log and whoever asked for it: all of it
    /// but the values that are redacted, which only the gate can compare, and a risk that was taken to be
    /// [higher](Self::at_least).
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Described, DynamicAction};
    ///
    /// let document = br#"{"action":"db.read","arguments":{"rows":412},"log":"example.org/shop/test","on_behalf_of":[],"redacted":{},"requester":"agent:a","risk":"high","unbound":[]}"#;
    /// let read = |rows| DynamicAction::from_json("db.read", format!(r#"{{"rows": {rows}}}"#).as_bytes());
    /// assert!(Described::of(&read(412)?)?.is_in(document));
    /// assert!(!Described::of(&read(413)?)?.is_in(document));
    /// # Ok::<(), approvals::DescribeError>(())
    /// ```
    #[must_use]
    pub fn is_in(&self, document: &[u8]) -> bool {
        let Ok(read) = Document::parse(document) else { return false };
        let Some(requester) = requester(&read) else { return false };
        let taken = self.clone().at_least(read.risk);
        let Ok(mut call) = describe(&taken, LARGEST, BTreeMap::new()) else { return false };
        call.commit_to(&read.redacted);
        call.seal(&read.log, &requester).is_ok_and(|intake| intake.bytes == document)
    }
}

/// Those who ask in a document, of whom it says the ids alone.
fn requester(document: &Document) -> Option<Requester> {
    let one = |id: &super::id::PrincipalId| Principal::agent(id.as_str()).ok();
    let requester = Requester::new(one(&document.requester)?);
    let mut chain = document.on_behalf_of.iter();
    chain.try_fold(requester, |requester, id| Some(requester.on_behalf_of(one(id)?)))
}

impl Action for Described {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action(self.action.as_str(), self.risk)?;
        let texts = [&self.resource, &self.summary, &self.reason, &self.break_glass];
        let [resource, summary, reason, emergency] = texts.map(Option::as_deref);
        resource.map_or(Ok(()), |text| call.resource(format_args!("{text}")))?;
        summary.map_or(Ok(()), |text| call.summary(format_args!("{text}")))?;
        reason.map_or(Ok(()), |text| call.reason(format_args!("{text}")))?;
        emergency.map_or(Ok(()), |text| call.break_glass(format_args!("{text}")))?;
        let silence = self.retry_after_ms.map(Duration::from_millis);
        silence.map_or(Ok(()), |silence| call.idempotent_after(silence))?;
        let time = self.expires_after_ms.map(Duration::from_millis);
        time.map_or(Ok(()), |time| call.expires_after(time))?;
        if self.review_required {
            call.review_required();
        }
        self.tags.iter().try_for_each(|tag| call.tag(tag))?;
        self.arguments.iter().try_for_each(|(name, value)| call.bind(name, value))?;
        self.redacted.iter().try_for_each(|(name, value)| call.redact(name, value))?;
        self.shown.iter().try_for_each(|(name, value)| call.show(name, value))?;
        self.unbound.iter().try_for_each(|name| call.unbound(name))
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        self.key.as_ref()
    }
}

#[cfg(test)]
#[path = "described_tests.rs"]
mod tests;
