//! What holds for the whole log: a fold over the events that belong to no request.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Cause, What};
use super::in_force::{Delegation, LoadedPolicy, Standing};
use super::own_keys::OwnKeys;
use super::routes::Routes;
use super::transition::Refusal;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::{ActionName, RequestId};
use crate::action::principal::{Principal, Requester};
use crate::policy::obligations::Obligations;
use crate::review::decision::Decision;
use crate::review::directory::ChannelIdentity;
use crate::review::passkey::ReviewerKey;
use crate::review::request::Request;
use crate::review::statement::{Says, Statement, Stop};

/// The keys, policy, stops, delegations and standing grants of a log, as its events tell them.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Stop, Trail};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let ledger = std::sync::Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let gate = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(ledger.clone())
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// gate.desk().stop(&account, Stop::Action("app.deploy".parse()?), "the site is down").await?;
///
/// let mut trail = Trail::new(gate.origin());
/// for entry in ledger.entries(0, 100).await? {
///     trail.read(&entry)?;
/// }
/// let control = trail.control();
/// let (_id, stop, said) = control.stops().next().ok_or("nothing is stopped")?;
/// assert_eq!(*stop, Stop::Action("app.deploy".parse()?));
/// assert_eq!((said.person.id().as_str(), said.reason.as_str()), ("u:mira", "the site is down"));
/// assert_eq!(control.policy().map(|policy| policy.guarded), Some(false));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Control {
    version: u64,
    last_at: Timestamp,
    policy: Option<LoadedPolicy>,
    stops: BTreeMap<Digest, (Stop, Statement)>,
    delegations: Vec<Delegation>,
    standing: BTreeMap<RequestId, Standing>,
    routes: Routes,
    own_keys: OwnKeys,
    /// What has been said, so that nobody says it again in another's name.
    said: BTreeSet<Digest>,
    /// The acts that have taken effect, each once.
    acts: BTreeSet<RequestId>,
}

impl Control {
    /// How many events there are.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The time to judge by: never before the last event.
    pub(crate) fn time(&self, now: Timestamp) -> Timestamp {
        now.max(self.last_at)
    }

    /// The policy that was loaded last.
    #[must_use]
    pub fn policy(&self) -> Option<LoadedPolicy> {
        self.policy
    }

    /// What is stopped, by the digest of the statement that stopped it.
    pub fn stops(&self) -> impl Iterator<Item = (Digest, &Stop, &Statement)> {
        self.stops.iter().map(|(id, (stop, statement))| (*id, stop, statement))
    }

    /// The delegations that were not taken back, also those whose time is over.
    #[must_use]
    pub fn delegations(&self) -> &[Delegation] {
        &self.delegations
    }

    /// The standing grants.
    pub fn standing(&self) -> impl Iterator<Item = (RequestId, &Standing)> {
        self.standing.iter().map(|(id, one)| (*id, one))
    }

    /// The stop that a call of `action` by `requester` runs into, if there is one: whoever calls, and everybody
    /// it is for, is stopped under each of their names. Acts on the approvals themselves are not stopped:
    /// lifting a stop is one.
    #[must_use]
    pub fn stop_of(&self, action: &ActionName, requester: &Requester) -> Option<Cause> {
        if action.is_reserved() {
            return None;
        }
        let hit = |(stop, _): &&(Stop, Statement)| match stop {
            Stop::Everything => true,
            Stop::Principal(id) => {
                requester.everybody().flat_map(Principal::ids).any(|one| one == id)
            }
            Stop::Action(name) => name == action,
        };
        let (id, (stop, said)) = self.stops.iter().find(|(_, one)| hit(one))?;
        let (by, why) = (said.person.id(), &said.reason);
        let reason = format!("{by} has stopped {stop}: {why}");
        Some(Cause::Stopped { stop: *id, reason })
    }

    /// The address of a channel's place, if one is known.
    #[must_use]
    pub fn route(&self, channel: &str, place: &str) -> Option<&str> {
        self.routes.get(channel, place)
    }

    /// The keys that an account has enrolled to sign decisions with, and that count.
    pub fn keys_of<'a>(
        &'a self,
        account: &'a ChannelIdentity,
    ) -> impl Iterator<Item = &'a ReviewerKey> {
        self.own_keys.of(account)
    }

    /// All keys that reviewers have enrolled and that count, with the accounts that they are of, and since when.
    pub fn reviewer_keys(
        &self,
    ) -> impl Iterator<Item = (&ChannelIdentity, &ReviewerKey, Timestamp)> {
        self.own_keys.all()
    }

    /// How many invitations to enrol a key are open at `now`.
    #[must_use]
    pub fn open_invitations(&self, now: Timestamp) -> usize {
        self.own_keys.open(now)
    }

    /// The account that an invitation is for, while it is open.
    pub(crate) fn invited(&self, invitation: Digest, now: Timestamp) -> Option<&ChannelIdentity> {
        self.own_keys.invited(invitation, now)
    }

    /// The key that has signed a decision, if it counts and is of the account that decided.
    pub(crate) fn key_behind<'a>(&'a self, decision: &'a Decision) -> Option<&'a ReviewerKey> {
        let credential = decision.proof.as_ref()?.credential();
        self.keys_of(&decision.identity).find(|key| key.credential() == credential)
    }

    /// In whose places `person` may vote at `now`, and for which groups.
    pub(crate) fn lent_to<'a>(
        &'a self,
        person: &'a Principal,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Delegation> {
        let live = move |one: &&Delegation| now < one.until && one.to == *person.id();
        self.delegations.iter().filter(live)
    }

    /// Whether an approval still has what it rests on: the vote that was lent for it, and the key that it was signed with.
    pub(crate) fn upholds(&self, decision: &Decision) -> bool {
        let has_its_key = decision.proof.is_none() || self.key_behind(decision).is_some();
        has_its_key && self.still_lends(decision)
    }

    /// Whether the vote of `decision`, if it was given in somebody's place, has not been taken back since. That it
    /// was lent in time is another question.
    fn still_lends(&self, decision: &Decision) -> bool {
        let Some(lender) = &decision.delegator else { return true };
        self.delegations.iter().any(|one| {
            one.from == *lender.id()
                && one.to == *decision.reviewer.id()
                && lender.groups().is_subset(&one.groups)
        })
    }

    /// The standing grant that covers this call at `now`, for which the policy asks this, and has uses left.
    pub(crate) fn standing_for(
        &self,
        document: &Document,
        asked: &Obligations,
        now: Timestamp,
    ) -> Option<RequestId> {
        let left = |one: &Standing| one.used.len() < one.terms.uses as usize;
        let covers =
            |one: &Standing| !one.retired && left(one) && one.terms.cover(document, asked, now);
        self.standing.iter().find(|(_, one)| covers(one)).map(|(id, _)| *id)
    }

    /// The standing grant that was used for this request, if it still covers it.
    pub(crate) fn used_for(
        &self,
        document: &Document,
        request: &Request,
        now: Timestamp,
    ) -> Option<RequestId> {
        let asked = request.obligations()?;
        let covers = |one: &Standing| {
            !one.retired && one.used.contains(&request.id) && one.terms.cover(document, asked, now)
        };
        self.standing.iter().find(|(_, one)| covers(one)).map(|(id, _)| *id)
    }

    /// Whether there is such a standing grant, which nobody has retired.
    pub(crate) fn may_retire(&self, standing: RequestId) -> Result<(), Refusal> {
        match self.standing.get(&standing) {
            None => Err(Refusal::NoStanding),
            Some(one) if one.retired => Err(Refusal::RetiredAlready),
            Some(_used) => Ok(()),
        }
    }

    /// After one more event of the log itself.
    ///
    /// # Errors
    ///
    /// If it cannot follow those before it.
    pub(crate) fn apply(mut self, what: &What, at: Timestamp) -> Result<Self, &'static str> {
        if at < self.last_at {
            return Err("it is dated before the one before it");
        }
        match what {
            What::KeyAdded { .. } => {}
            What::PolicyLoaded { policy, replaces, guarded, request } => {
                let before = self.policy;
                if *replaces != before.map(|before| before.digest) {
                    return Err("it replaces another policy than the one before it");
                }
                if before.is_some_and(|before| before.guarded) && request.is_none() {
                    return Err("nobody agreed to replace the policy before it");
                }
                request.map_or(Ok(()), |act| self.carry_out(act))?;
                self.policy = Some(LoadedPolicy { digest: *policy, guarded: *guarded });
            }
            What::Stated { envelope } => {
                let id = envelope.digest().map_err(|_none| "no statement in it")?;
                let said = envelope.unverified().map_err(|_none| "no statement in it")?;
                self.state(id, &said, at)?;
            }
            What::Lifted { stop, request } => {
                self.carry_out(*request)?;
                self.stops.remove(stop).ok_or("there is no such stop")?;
            }
            What::StandingIssued { request, terms } => {
                self.carry_out(*request)?;
                let (terms, used) = (terms.clone(), BTreeSet::new());
                self.standing.insert(*request, Standing { terms, used, retired: false });
            }
            What::StandingUsed { standing, request } => {
                let one = self.standing.get_mut(standing).ok_or("there is no such grant")?;
                let left = one.used.len() < one.terms.uses as usize;
                if one.retired || !left || at >= one.terms.until || !one.used.insert(*request) {
                    return Err("the standing grant does not cover it any more");
                }
            }
            What::Routed { channel, place, address } => {
                self.routes.set((channel, place), address.as_deref())?;
            }
            What::Requested { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Post { .. }
            | What::Pressed { .. }
            | What::Dismissed { .. }
            | What::Challenged { .. }
            | What::Nudged { .. }
            | What::Decided { .. }
            | What::Late { .. }
            | What::Granted { .. }
            | What::Started { .. }
            | What::Finished { .. }
            | What::Closed { .. } => return Err("it belongs to no request"),
        }
        self.version = self.version.saturating_add(1);
        self.last_at = self.last_at.max(at);
        Ok(self)
    }

    fn carry_out(&mut self, act: RequestId) -> Result<(), &'static str> {
        if self.acts.insert(act) { Ok(()) } else { Err("it was carried out before") }
    }

    fn state(&mut self, id: Digest, said: &Statement, at: Timestamp) -> Result<(), &'static str> {
        if !self.said.insert(id) {
            return Err("it was said before");
        }
        let from = said.person.id().clone();
        match &said.says {
            Says::Stop { scope } => {
                self.stops.insert(id, (scope.clone(), said.clone()));
            }
            Says::Delegate { to, groups, until } => {
                if !said.person.is_human() || said.person.ids().any(|id| id == to) {
                    return Err("a vote is lent by a person, to another one");
                }
                if !groups.iter().all(|group| said.person.is_in(group)) {
                    return Err("who is not in a group lends no vote for it");
                }
                let (to, groups, until) = (to.clone(), groups.clone(), *until);
                self.take_back(&said.person);
                self.delegations.push(Delegation { from, to, groups, until });
            }
            Says::Undelegate => self.take_back(&said.person),
            Says::Retire { standing } => {
                self.may_retire(*standing)
                    .map_err(|_refusal| "there is no such grant to retire")?;
                self.standing.entry(*standing).and_modify(|one| one.retired = true);
            }
            Says::Invite { account, invitation, until } => {
                self.own_keys.invite(*invitation, account, *until, at)?;
            }
            Says::Enrol { invitation, key } => {
                self.own_keys.enrol(*invitation, &said.identity, key, at)?;
            }
            Says::RetireKey { credential } => self.own_keys.retire(credential)?,
            Says::Resolve { .. } | Says::Review { .. } | Says::Explain { .. } => {
                return Err("it is about a request");
            }
        }
        Ok(())
    }
    /// Whatever `person` has lent, under whichever of their names.
    fn take_back(&mut self, person: &Principal) {
        self.delegations.retain(|one| person.ids().all(|id| *id != one.from));
    }
}

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
