//! The traits, the pure heart and the gate of action-level approvals.
//!
//! An action is described once, as bytes. A policy allows it, denies it, or asks people; people decide
//! about exactly those bytes; a signed, single-use grant lets exactly that action run; and everything that
//! happened stands in a log that verifies.
//!
//! This crate is for those who write channels, ledgers and policies of their own. Applications use
//! `action-approvals`, which brings the macro and the embedded ledger as well.
//!
//! The folders are in the order of the way itself, and each uses only those before it: `action`, `policy`,
//! `review`, `record`, `gate`.

mod action;
mod gate;
mod policy;
mod record;
mod review;

#[doc(hidden)]
pub mod private;

/// Canonical bytes of any value, and strict reading of JSON.
pub mod canonical {
    pub use crate::action::canonical::{MAX_BYTES, to_bytes};
    pub use crate::action::noncanonical::{CanonicalError, MAX_DEPTH};
    pub use crate::action::parse::parse;
}

/// Untrusted text as people can safely see it.
pub mod visible {
    pub use crate::review::visible::{json, text};
}

pub use approvals_log::PublicKey;

pub use crate::action::action::Action;
pub use crate::action::clock::{Clock, SystemClock, TimeError, Timestamp};
pub use crate::action::context::{Context, Notes};
pub use crate::action::describe_error::DescribeError;
pub use crate::action::described::Described;
pub use crate::action::description::Description;
pub use crate::action::digest::{Digest, DigestError};
pub use crate::action::document::Document;
pub use crate::action::dynamic::DynamicAction;
pub use crate::action::id::{
    ActionName, FactName, Group, IdempotencyKey, NameError, PrincipalId, RequestId, RuleId,
    SessionId, TraceParent,
};
pub use crate::action::principal::{Principal, PrincipalKind, Requester};
pub use crate::action::risk::Risk;
pub use crate::gate::approver::{Approver, ApproverError, Presented};
pub use crate::gate::ballot::Ballot;
pub use crate::gate::builder::{BuildError, Gate, GateBuilder};
pub use crate::gate::consumed::{Consumed, ReportError, Told};
pub use crate::gate::context::{AlreadyInstalled, inherit};
pub use crate::gate::counter::{Counter, CounterError};
pub use crate::gate::denied::Denied;
pub use crate::gate::desk::{Desk, DeskError};
pub use crate::gate::forward::FlushError;
pub use crate::gate::inbox::InMemoryApprover;
pub use crate::gate::limits::Limits;
pub use crate::gate::outbox::{Buttons, Outbox, Turn};
pub use crate::gate::own_acts::ActError;
pub use crate::gate::permit::Permit;
pub use crate::gate::presses::{PressError, Pressed, Taken};
pub use crate::gate::queue::Queue;
pub use crate::gate::remote::RemoteGate;
pub use crate::gate::ticket::Ticket;
pub use crate::gate::weak_desk::WeakDesk;
pub use crate::policy::assurance::Assurance;
pub use crate::policy::fact::{Fact, FactSet};
pub use crate::policy::facts::Facts;
pub use crate::policy::obligation::{AddedChannel, Due, Escalation, Obligation, Seats};
pub use crate::policy::obligations::Obligations;
pub use crate::policy::on_call::{OnCall, ShiftError};
pub use crate::policy::policy::{BreakGlass, Policy, PolicyError, PolicyFn, Ruling, Verdict};
pub use crate::policy::provider::{FactError, FactProvider};
pub use crate::policy::rules::{Explanation, RuleFinding, RuleTest, Rules, RulesError};
pub use crate::policy::vocabulary::{Declared, ValueType, Vocabulary};
pub use crate::policy::windows::{TimeWindows, WindowError};
pub use crate::record::audit::{AuditSink, SinkError};
pub use crate::record::body::Body;
pub use crate::record::control::Control;
pub use crate::record::event::{Cause, Event, Execution, What};
pub use crate::record::fold::Impossible;
pub use crate::record::in_force::{Delegation, LoadedPolicy, Standing};
pub use crate::record::keyring::{Keyring, KeyringError};
pub use crate::record::ledger::{
    Append, Appended, Attachment, Entry, Ledger, LedgerError, MAX_ATTACHMENT, NewEntry, SignedHead,
};
pub use crate::record::memory::MemoryLedger;
pub use crate::record::nudge::Nudge;
pub use crate::record::post::{Post, PostStage};
pub use crate::record::report::{ActionFigures, Report, ReviewerFigures};
pub use crate::record::running_total::RunningTotal;
pub use crate::record::signer::{LocalSigner, Signer, SignerError};
pub use crate::record::state::{Outcome, Phase, Started, State};
pub use crate::record::trail::{Trail, TrailError};
pub use crate::record::transition::Refusal;
pub use crate::review::attestation::{Attestation, AttestationError};
pub use crate::review::attestations::Attestations;
pub use crate::review::card::Card;
pub use crate::review::challenge::Challenge;
pub use crate::review::decision::{Choice, Decision, SeenHead};
pub use crate::review::directory::{ChannelIdentity, Directory, DirectoryError, StaticDirectory};
pub use crate::review::envelope::{Envelope, EnvelopeError, Payload};
pub use crate::review::grant::{Actor, Claims, Detail, Grant, GrantError};
pub use crate::review::invitation::{Invitation, NoInvitation};
pub use crate::review::key::{Jwk, Purpose, key_id};
pub use crate::review::passkey::{PasskeyError, PasskeyPublic, Proof, ReviewerKey};
pub use crate::review::press::Press;
pub use crate::review::quorum::Ineligible;
pub use crate::review::request::{Earlier, Request, Was};
pub use crate::review::roll::RollError;
pub use crate::review::section::{Line, Part, Section};
pub use crate::review::standing::{Bound, StandingTerms};
pub use crate::review::statement::{Resolution, Says, Statement, Stop};
