//! Names and ids: parsed once, valid ever after.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clock::Timestamp;
use super::digest::Digest;

/// Lower-case segments of letters, digits, `_` and `-`, joined by dots, at most 120 bytes.
fn parse_dotted(
    what: &'static str,
    expected: &'static str,
    text: &str,
) -> Result<String, NameError> {
    let segment = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && s.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
    };
    let fits = text.len() <= 120 && text.starts_with(|c: char| c.is_ascii_lowercase());
    if fits && text.split('.').all(segment) {
        Ok(text.to_owned())
    } else {
        Err(NameError::new(what, text, expected))
    }
}

/// An id chosen by others (a principal, a group, a rule): 1 to 200 visible ASCII characters.
fn parse_label(what: &'static str, text: &str) -> Result<String, NameError> {
    if (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(NameError::new(what, text, "1 to 200 visible ASCII characters without spaces"))
    }
}

/// Version, trace id, parent id and flags; what later versions say beyond that is theirs.
fn parse_trace_parent(text: &str) -> Result<String, NameError> {
    let mut parts = text.splitn(5, '-');
    let mut hex = |digits: usize| {
        let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        parts.next().filter(|part| part.len() == digits && part.bytes().all(is_hex))
    };
    let fields = (hex(2), hex(32), hex(16), hex(2));
    let (Some(version), Some(trace), Some(parent), Some(_flags)) = fields else {
        return Err(not_a_trace_parent(text));
    };
    let is_known = |id: &str| id.bytes().any(|b| b != b'0');
    let more = parts.next();
    let fits = version != "ff" && (version != "00" || more.is_none());
    if fits && is_known(trace) && is_known(parent) {
        parse_label("", text).map_err(|_long| not_a_trace_parent(text))
    } else {
        Err(not_a_trace_parent(text))
    }
}

fn not_a_trace_parent(text: &str) -> NameError {
    let expected = "the value of a `traceparent` header, such as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`";
    NameError::new("a trace parent", text, expected)
}

macro_rules! label {
    ($(#[$doc:meta])* $name:ident, |$text:ident| $parsed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str($text: &str) -> Result<Self, NameError> {
                $parsed.map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}

label!(
    /// The name of an action, such as `s3.export`: what policies match on.
    ///
    /// Lower-case segments of letters, digits, `_` and `-`, joined by dots, at most 120 bytes, so that two
    /// names never look alike and never need escaping. Names that begin with `approvals.` are those of
    /// acts on the approvals themselves, such as replacing the policy; no other action has such a name.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::ActionName;
    ///
    /// assert!("s3.export".parse::<ActionName>().is_ok());
    /// assert!("S3 export".parse::<ActionName>().is_err());
    /// ```
    ActionName,
    |text| parse_dotted(
        "an action name",
        "lower-case segments joined by dots, such as `s3.export`",
        text
    )
);
label!(
    /// The name of a fact that a [`FactProvider`](crate::FactProvider) states, such as `env.change_window`.
    ///
    /// It has the form of an [`ActionName`].
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{FactName, FactSet};
    ///
    /// let window: FactName = "env.change_window".parse()?;
    /// let known = FactSet::from([(window.clone(), true.into())]);
    /// assert_eq!(known[&window], true.into());
    /// # Ok::<(), approvals::NameError>(())
    /// ```
    FactName,
    |text| parse_dotted(
        "the name of a fact",
        "lower-case segments joined by dots, such as `env.change_window`",
        text
    )
);
label!(
    /// The id of a [`Principal`](crate::Principal), such as `agent:night-shift` or `u:mira`.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Principal, PrincipalId};
    ///
    /// let id: PrincipalId = "u:mira".parse()?;
    /// assert_eq!(Principal::human("u:mira")?.id(), &id);
    /// # Ok::<(), approvals::NameError>(())
    /// ```
    PrincipalId,
    |text| parse_label("a principal id", text)
);
label!(
    /// A group of principals, such as `data-owners`.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Group, Principal};
    ///
    /// let owners: Group = "data-owners".parse()?;
    /// assert!(Principal::human("u:mira")?.member_of(["data-owners"])?.is_in(&owners));
    /// # Ok::<(), approvals::NameError>(())
    /// ```
    Group,
    |text| parse_label("a group", text)
);
label!(
    /// The id of a rule or an obligation in a policy.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Obligation, RuleId};
    ///
    /// let name: RuleId = "two-data-owners".parse()?;
    /// assert_eq!(Obligation::new("two-data-owners")?.name, name);
    /// # Ok::<(), approvals::NameError>(())
    /// ```
    RuleId,
    |text| parse_label("a rule id", text)
);
label!(
    /// A caller's name for one attempt at one action, the same in every process that retries it.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Action, DynamicAction};
    ///
    /// let nightly = DynamicAction::from_json("db.export", b"{}")?.key("export-2030-01-01")?;
    /// assert_eq!(Action::key(&nightly), Some(&"export-2030-01-01".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    IdempotencyKey,
    |text| parse_label("an idempotency key", text)
);

label!(
    /// The id of a conversation or a run, such as `run-17`.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::SessionId;
    ///
    /// let run: SessionId = "run-17".parse()?;
    /// assert_eq!(run.as_str(), "run-17");
    /// assert!("run 17".parse::<SessionId>().is_err());
    /// # Ok::<(), approvals::NameError>(())
    /// ```
    SessionId,
    |text| parse_label("a session id", text)
);
label!(
    /// Where a call stands in a distributed trace: the value of a `traceparent` header, as of
    /// [W3C Trace Context](https://www.w3.org/TR/trace-context/#traceparent-header), in at most 200 bytes.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::TraceParent;
    ///
    /// let here: TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
    /// assert_eq!(here.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    /// # Ok::<(), approvals_core::NameError>(())
    /// ```
    TraceParent,
    |text| parse_trace_parent(text)
);

impl TraceParent {
    /// The id of the whole trace: 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        self.0.split('-').nth(1).unwrap_or_default()
    }
}

impl ActionName {
    /// Whether it names an act on the approvals themselves, which no caller can ask for.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.0 == "approvals" || self.0.starts_with("approvals.")
    }
}

/// A name that does not parse.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Group;
///
/// let error = "data owners".parse::<Group>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`data owners` is not a group: expected 1 to 200 visible ASCII characters without spaces",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not {what}: expected {expected}", .text.escape_debug())]
pub struct NameError {
    what: &'static str,
    text: String,
    expected: &'static str,
}

impl NameError {
    pub(super) fn new(what: &'static str, text: &str, expected: &'static str) -> Self {
        Self { what, text: text.chars().take(130).collect(), expected }
    }
}

/// The id of one request.
///
/// A label and never an authority: knowing it allows nothing. Ids are time-ordered random UUIDs (RFC
/// 9562, version 7), or derived from requester, those it acts for and idempotency key (version 8), so that
/// every process that retries the same call names the same request.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{DynamicAction, RequestId};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("allow/1", |_| Verdict::Allow)?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new())
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(InMemoryApprover::new())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("deploy-7")?;
/// let asked: RequestId = gate.submit(deploy.clone()).await?.request;
/// let again = gate.submit(deploy).await?.request;
/// assert_eq!(asked, again);
/// assert_eq!(asked.to_string().parse(), Ok(asked));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(Uuid);

impl RequestId {
    pub(crate) fn random(now: Timestamp, entropy: [u8; 10]) -> Self {
        let millis = u64::try_from(now.as_millis()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
    }

    pub(crate) fn keyed(digest: &Digest) -> Self {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The sixteen bytes of the UUID.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RequestId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let parsed = Uuid::try_parse(text).ok().filter(|uuid| uuid.to_string() == text);
        parsed.map(Self).ok_or_else(|| NameError::new("a request id", text, "a lower-case UUID"))
    }
}
