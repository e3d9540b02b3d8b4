//! Who: agents, humans and services.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::id::{Group, NameError, PrincipalId};

/// What a principal is. Only humans approve.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Principal, PrincipalKind};
///
/// let pipeline = Principal::service("svc:ci")?.member_of(["ops"])?;
/// assert_eq!(pipeline.kind(), PrincipalKind::Service);
/// assert!(!pipeline.is_human()); // so it can reject what `ops` is asked, and not approve it
/// # Ok::<(), approvals::NameError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "who may decide depends on it: a new kind must not be overlooked"
)]
pub enum PrincipalKind {
    /// A program that decides what to do next, usually with a model.
    Agent,
    /// A person, who may approve.
    Human,
    /// A program that does what it is told.
    Service,
}

/// Someone or something with an id and groups.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Principal;
///
/// let mira = Principal::human("u:mira")?.member_of(["data-owners"])?;
/// assert!(mira.is_human() && mira.is_in(&"data-owners".parse()?));
/// # Ok::<(), approvals_core::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    id: PrincipalId,
    kind: PrincipalKind,
    groups: BTreeSet<Group>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    joined: BTreeMap<Group, Timestamp>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    also: BTreeSet<PrincipalId>,
}

impl Principal {
    /// An agent without groups.
    pub fn agent(id: &str) -> Result<Self, NameError> {
        Self::new(PrincipalKind::Agent, id)
    }

    /// A person without groups.
    pub fn human(id: &str) -> Result<Self, NameError> {
        Self::new(PrincipalKind::Human, id)
    }

    /// A service without groups.
    pub fn service(id: &str) -> Result<Self, NameError> {
        Self::new(PrincipalKind::Service, id)
    }

    fn new(kind: PrincipalKind, id: &str) -> Result<Self, NameError> {
        let (groups, joined, also) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
        Ok(Self { id: id.parse()?, kind, groups, joined, also })
    }

    /// The same principal, in these groups as well.
    pub fn member_of<'a>(
        mut self,
        groups: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, NameError> {
        for group in groups {
            self.groups.insert(group.parse()?);
        }
        Ok(self)
    }

    /// The same principal, not in this group: for directories that know better than others who is in it.
    #[must_use]
    pub fn without(mut self, group: &Group) -> Self {
        self.groups.remove(group);
        self.joined.remove(group);
        self
    }

    /// The same principal, in `group` as well, and only since then: new members may have to wait before they
    /// approve what was asked before they came.
    pub fn member_since(self, group: &str, since: Timestamp) -> Result<Self, NameError> {
        let mut joined = self.member_of([group])?;
        joined.joined.insert(group.parse()?, since);
        Ok(joined)
    }

    /// The same principal, which is one person with these: other accounts of the same human.
    pub fn also_known_as<'a>(
        mut self,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, NameError> {
        for id in ids {
            self.also.insert(id.parse()?);
        }
        Ok(self)
    }

    /// The id that it goes by in the log, the first of its [`ids`](Self::ids).
    #[must_use]
    pub fn id(&self) -> &PrincipalId {
        &self.id
    }

    /// Whether it is an agent, a person or a service.
    #[must_use]
    pub fn kind(&self) -> PrincipalKind {
        self.kind
    }

    /// Whether it is a person.
    #[must_use]
    pub fn is_human(&self) -> bool {
        self.kind == PrincipalKind::Human
    }

    /// The groups that it is in.
    #[must_use]
    pub fn groups(&self) -> &BTreeSet<Group> {
        &self.groups
    }

    /// Whether it is in `group`.
    #[must_use]
    pub fn is_in(&self, group: &Group) -> bool {
        self.groups.contains(group)
    }

    /// Since when it is in `group`, if that is known.
    #[must_use]
    pub fn since(&self, group: &Group) -> Option<Timestamp> {
        self.joined.get(group).copied()
    }

    /// The same principal, in those of its groups that are among these.
    pub(crate) fn only_in(mut self, groups: &BTreeSet<Group>) -> Self {
        self.groups.retain(|group| groups.contains(group));
        self.joined.retain(|group, _| groups.contains(group));
        self
    }

    /// The same principal, which goes by all of these.
    pub(crate) fn linked(mut self, ids: &BTreeSet<PrincipalId>) -> Self {
        self.also.extend(ids.iter().filter(|id| **id != self.id).cloned());
        self
    }

    /// All the ids that it goes by.
    pub fn ids(&self) -> impl Iterator<Item = &PrincipalId> {
        std::iter::once(&self.id).chain(&self.also)
    }

    /// Whether both are one person, as far as either of them says.
    #[must_use]
    pub fn is_same_person(&self, other: &Self) -> bool {
        self.ids().any(|id| other.ids().any(|theirs| id == theirs))
    }
}

/// Whose call it is, and the chain that it acts on behalf of, nearest first.
///
/// Nobody in it decides about the call: not the agent, and not the people it acts for, unless a rule
/// says `owner_may_approve`.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Principal, Requester};
///
/// let agent = Principal::agent("agent:night-shift")?;
/// let owner = Principal::human("u:mira")?;
/// let requester = Requester::new(agent.clone()).on_behalf_of(owner.clone());
/// assert_eq!(requester.principal(), &agent);
/// assert_eq!(requester.chain(), [owner]);
/// assert_eq!(requester.everybody().count(), 2);
/// # Ok::<(), approvals::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requester {
    principal: Principal,
    on_behalf_of: Vec<Principal>,
}

impl Requester {
    /// A requester that acts for itself.
    #[must_use]
    pub fn new(principal: Principal) -> Self {
        Self { principal, on_behalf_of: Vec::new() }
    }

    /// The same requester, acting for `owner` (who may in turn act for the next one named).
    #[must_use]
    pub fn on_behalf_of(mut self, owner: Principal) -> Self {
        self.on_behalf_of.push(owner);
        self
    }

    /// The same within the calls of `parent`: acting for everybody there as well, whatever it says itself, and they
    /// are no less than they were there.
    pub(crate) fn within(mut self, parent: &Self) -> Self {
        for one in parent.everybody() {
            let own = std::iter::once(&mut self.principal).chain(&mut self.on_behalf_of);
            let mut same: Vec<_> = own.filter(|own| own.id == one.id).collect();
            for own in &mut same {
                own.kind = one.kind;
                own.groups.extend(one.groups.iter().cloned());
                own.joined.extend(one.joined.iter().map(|(group, since)| (group.clone(), *since)));
                own.also.extend(one.ids().filter(|id| **id != own.id).cloned());
            }
            if same.is_empty() {
                self.on_behalf_of.push(one.clone());
            }
        }
        self
    }

    /// Who makes the call.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Who makes the call, and whom it acts for, nearest first.
    pub fn everybody(&self) -> impl Iterator<Item = &Principal> {
        std::iter::once(&self.principal).chain(&self.on_behalf_of)
    }

    /// Whom it acts for, nearest first.
    #[must_use]
    pub fn chain(&self) -> &[Principal] {
        &self.on_behalf_of
    }
}
