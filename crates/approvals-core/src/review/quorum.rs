//! Whether enough different people stand behind a request: a matching of people to seats, not a count.

use std::time::Duration;

use super::decision::{Choice, Decision};
use super::matching::can_fill;
use crate::action::clock::Timestamp;
use crate::action::id::{Group, RuleId};
use crate::action::principal::{Principal, Requester};
use crate::policy::assurance::Assurance;
use crate::policy::obligation::{AddedChannel, Obligation};
use crate::policy::obligations::Obligations;

/// Who asks, when, and what must be satisfied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) obligations: &'a Obligations,
    pub(crate) requester: &'a Requester,
    pub(crate) asked_at: Timestamp,
    /// The channels that were added since no other could show the card.
    pub(crate) opened: &'a [Opened],
}

/// A channel that was added to an obligation since none of those that it had could show the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) obligation: RuleId,
    pub(crate) channel: String,
    pub(crate) at: Timestamp,
}

/// One vote as it counts: who stands behind it, as the directory knows them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vote<'a> {
    pub(crate) choice: Choice,
    pub(crate) person: &'a Principal,
    /// In whose place they voted.
    pub(crate) delegator: Option<&'a Principal>,
    pub(crate) assurance: Assurance,
    pub(crate) channel: &'a str,
    pub(crate) at: Timestamp,
}

/// Why someone may not decide about a request.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, DeskError, Ineligible, Refusal};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let noor = ChannelIdentity::new("memory", "noor")?;
/// # let directory = StaticDirectory::new().with(&mira, [account]).with(&Principal::human("u:noor")?, [noor.clone()]);
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(directory)
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("deploy-7")?;
/// # gate.submit(deploy).await?;
/// // `ops` are asked, and `u:noor` is not among them.
/// let card = inbox.next().await;
/// let refused = inbox.decide(&noor, Ballot::approve(&card)?).await.unwrap_err();
/// assert!(matches!(refused, DeskError::Refused(Refusal::Ineligible(Ineligible::NotAsked))));
/// assert_eq!(refused.to_string(), "you are in none of the groups that may decide this");
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a new reason must not be overlooked")]
pub enum Ineligible {
    /// Machines never approve. They may reject.
    #[error("only people approve")]
    NotHuman,
    /// Who asks does not decide, under whatever name.
    #[error("the requester never decides about its own request")]
    Requester,
    /// Nor the people it asks for.
    #[error("the request is made on your behalf, and its rule does not let you decide")]
    Owner,
    /// In none of the groups that are asked.
    #[error("you are in none of the groups that may decide this")]
    NotAsked,
    /// Who took part in what was done does not judge it.
    #[error("you took part in this, so it is for somebody else to judge")]
    TookPart,
    /// Not in this channel.
    #[error("this is not approved in this channel; its rule names others")]
    Channel,
    /// Not with this little proof.
    #[error("this is approved with your own key only, not by a click")]
    Assurance,
    /// Too new in the group.
    #[error(
        "you came into the group after this was asked, and new members wait before they approve"
    )]
    CoolingOff,
}

impl<'a> Vote<'a> {
    /// A decision as a vote of the people that it names.
    pub(crate) fn of(decision: &'a Decision) -> Self {
        Self {
            choice: decision.choice,
            person: &decision.reviewer,
            delegator: decision.delegator.as_ref(),
            assurance: decision.assurance,
            channel: decision.identity.channel(),
            at: decision.at,
        }
    }

    /// The people whose vote it is: the one who gave it, and the one in whose place.
    pub(crate) fn people(&self) -> impl Iterator<Item = &'a Principal> + use<'a> {
        std::iter::once(self.person).chain(self.delegator)
    }

    /// The one whose seat it fills.
    fn seated(&self) -> &'a Principal {
        self.delegator.unwrap_or(self.person)
    }

    /// Whether two votes are of one person.
    pub(crate) fn is_of_same_person(&self, other: &Self) -> bool {
        self.people().any(|one| other.people().any(|another| one.is_same_person(another)))
    }
}

impl Question<'_> {
    /// Whether this vote may be given at all.
    pub(crate) fn admits(&self, vote: &Vote<'_>) -> Result<(), Ineligible> {
        vote.people().try_for_each(|person| self.is_outside(person))?;
        match vote.choice {
            Choice::Reject => self.is_asked(vote),
            Choice::Approve if !vote.people().all(Principal::is_human) => Err(Ineligible::NotHuman),
            Choice::Approve => self.could_fill_a_seat(vote),
        }
    }

    /// Whether `person` is nobody who asks, nor anybody it asks for.
    pub(crate) fn is_outside(&self, person: &Principal) -> Result<(), Ineligible> {
        if self.requester.principal().is_same_person(person) {
            return Err(Ineligible::Requester);
        }
        let mut owners = self.requester.chain().iter();
        if owners.any(|owner| owner.is_same_person(person)) && !self.obligations.owner_may_approve()
        {
            return Err(Ineligible::Owner);
        }
        Ok(())
    }

    fn is_asked(&self, vote: &Vote<'_>) -> Result<(), Ineligible> {
        let asked =
            self.seats().any(|(one, group)| self.groups_of(one, group, vote).next().is_some());
        if asked { Ok(()) } else { Err(Ineligible::NotAsked) }
    }

    /// The most telling reason why an approval fills no seat, if it fills none.
    fn could_fill_a_seat(&self, vote: &Vote<'_>) -> Result<(), Ineligible> {
        let mut why = Ineligible::NotAsked;
        for (obligation, group) in self.seats() {
            match self.fills(obligation, group, vote) {
                Ok(()) => return Ok(()),
                Err(Ineligible::NotAsked) => {}
                Err(closer) => why = closer,
            }
        }
        Err(why)
    }

    /// Whether an approval fills a seat of `group` for `obligation`.
    fn fills(
        &self,
        obligation: &Obligation,
        group: &Group,
        vote: &Vote<'_>,
    ) -> Result<(), Ineligible> {
        let is_settled = |group: &Group| {
            let since = vote.seated().since(group).filter(|since| *since > self.asked_at);
            since.is_none_or(|since| vote.at >= since.after(obligation.cool_off))
        };
        let mut groups = self.groups_of(obligation, group, vote).peekable();
        if groups.peek().is_none() {
            return Err(Ineligible::NotAsked);
        }
        let is_new = !groups.any(is_settled);
        if !self.is_open_in(obligation, vote) {
            return Err(Ineligible::Channel);
        }
        if vote.assurance < obligation.assurance {
            return Err(Ineligible::Assurance);
        }
        if is_new { Err(Ineligible::CoolingOff) } else { Ok(()) }
    }

    /// Whether the vote was given where the obligation could be approved by then.
    fn is_open_in(&self, obligation: &Obligation, vote: &Vote<'_>) -> bool {
        let is_opened = |channel: &str| {
            self.opened.iter().any(|one| {
                one.obligation == obligation.name && one.channel == channel && one.at <= vote.at
            })
        };
        obligation.is_open_in(vote.channel, self.asked_at.until(vote.at), is_opened)
    }

    /// The groups for whose sake the vote may fill a seat of `group`: that one, and those added by now.
    fn groups_of<'a>(
        &self,
        obligation: &'a Obligation,
        group: &'a Group,
        vote: &Vote<'a>,
    ) -> impl Iterator<Item = &'a Group> + use<'a> {
        let (age, person) = (self.asked_at.until(vote.at), vote.seated());
        obligation.open_to(group, age).filter(|group| person.is_in(group))
    }

    fn seats(&self) -> impl Iterator<Item = (&Obligation, &Group)> {
        self.obligations.iter().flat_map(|one| one.each_seat().map(move |group| (one, group)))
    }

    /// Whether the approvals among `votes` that still live at `now` fill every seat, each person at most one
    /// seat; where an obligation shares its approvers, one seat in it. Who has rejected approves nothing.
    pub(crate) fn is_agreed(&self, votes: &[Vote<'_>], now: Timestamp) -> bool {
        let lives = self.obligations.vote_lives();
        let mut people = people(votes);
        people.retain(|votes| votes.iter().all(|vote| vote.choice == Choice::Approve));
        for votes in &mut people {
            votes.retain(|vote| now < vote.at.after(lives));
        }
        self.can_all_be_filled(&people)
    }

    /// Whether enough people have rejected it.
    pub(crate) fn is_vetoed(&self, votes: &[Vote<'_>]) -> bool {
        let rejects = |vote: &Vote<'_>| vote.choice == Choice::Reject && self.admits(vote).is_ok();
        let against = people(votes).iter().filter(|votes| votes.iter().any(rejects)).count();
        self.obligations.iter().any(|one| against >= one.veto.get() as usize)
    }

    /// Whether these people, each by whichever of their votes suits, fill every seat.
    fn can_all_be_filled(&self, people: &[Vec<Vote<'_>>]) -> bool {
        let (shared, alone): (Vec<_>, Vec<_>) = self.obligations.iter().partition(|one| one.shared);
        let each = std::iter::once(alone).chain(shared.into_iter().map(|one| vec![one]));
        self.obligations.can_be_satisfied()
            && each.into_iter().all(|obligations| {
                let seats = |one| Obligation::each_seat(one).map(move |group| (one, group));
                let seats: Vec<_> = obligations.into_iter().flat_map(seats).collect();
                can_fill(&seats, people, |(one, group), votes| self.can_sit(one, group, votes))
            })
    }

    /// Whether somebody with these votes may sit on a seat of `group`.
    fn can_sit(&self, one: &Obligation, group: &Group, votes: &[Vote<'_>]) -> bool {
        votes.iter().any(|vote| {
            vote.choice == Choice::Approve
                && self.admits(vote).is_ok()
                && self.fills(one, group, vote).is_ok()
        })
    }

    /// Why it could never be agreed, whoever of `members` approved, if that is so.
    pub(crate) fn shortfall(
        &self,
        members: &[Principal],
        channels: &[(&str, Assurance)],
    ) -> Option<String> {
        if let Some(one) = self.obligations.iter().find(|one| one.quorum.is_empty()) {
            return Some(format!("`{}` has no seats, so nobody could approve", one.name));
        }
        let mut closed = self.obligations.iter().filter_map(|one| closed(one, channels));
        if let Some(why) = closed.next() {
            return Some(why);
        }
        // Each at the last moment, in the channel that proves most, which is when and where most is open, and with
        // all channels that come if others fail.
        let opened: Vec<Opened> = self.all_opened().collect();
        let most_open = Question { opened: &opened, ..*self };
        let at = self.asked_at.after(self.obligations.approve_within());
        let vote = |person, (channel, assurance)| Vote {
            choice: Choice::Approve,
            person,
            delegator: None,
            assurance,
            channel,
            at: Timestamp::from_millis(at.as_millis().saturating_sub(1)),
        };
        let votes: Vec<Vote<'_>> = members
            .iter()
            .flat_map(|person| channels.iter().map(move |channel| vote(person, *channel)))
            .collect();
        let people = people(&votes);
        for one in self.obligations {
            for seats in &one.quorum {
                let able = |votes: &&Vec<Vote<'_>>| most_open.can_sit(one, &seats.group, votes);
                let able = people.iter().filter(able).count();
                if able < seats.count.get() as usize {
                    return Some(format!(
                        "`{}` needs {} of the group `{}`, and {able} could approve",
                        one.name, seats.count, seats.group
                    ));
                }
            }
        }
        let enough = most_open.can_all_be_filled(&people);
        (!enough).then(|| "there are too few different people for all its seats".to_owned())
    }

    /// What is opened if no channel can show the card.
    fn all_opened(&self) -> impl Iterator<Item = Opened> {
        let (at, all) = (self.asked_at, self.obligations.iter());
        let steps = all.flat_map(|one| one.add_channels.iter().map(move |step| (one, step)));
        steps.map(move |(one, AddedChannel { add_channel, .. })| Opened {
            obligation: one.name.clone(),
            channel: add_channel.clone(),
            at,
        })
    }

    /// Whether `person` is one of those who are asked, whenever they came and whatever their channel.
    pub(crate) fn asks(&self, person: &Principal) -> bool {
        let groups = |one: &Obligation| {
            one.quorum.iter().any(|seats| {
                one.open_to(&seats.group, Duration::MAX).any(|group| person.is_in(group))
            })
        };
        self.obligations.iter().any(groups)
    }
}

/// Why no channel offers what the obligation asks for, whoever is in its groups, if that is so.
fn closed(one: &Obligation, channels: &[(&str, Assurance)]) -> Option<String> {
    let added = || one.later_channels().map(|step| &step.add_channel);
    let is_named = |channel: &str| {
        one.channels.is_empty()
            || one.channels.contains(channel)
            || added().any(|name| name == channel)
    };
    let mut open = channels.iter().filter(|(channel, _)| is_named(channel)).peekable();
    let is_open = open.peek().is_some();
    if open.any(|(_, assurance)| *assurance >= one.assurance) {
        return None;
    }
    let why = if is_open {
        "it takes reviewers' own keys, which no channel for it has".to_owned()
    } else if one.channels.is_empty() {
        "there is no channel to approve in".to_owned()
    } else {
        let names = one.channels.iter().chain(added());
        let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
        format!("it is approved in {} only, which is no channel here", names.join(" or "))
    };
    Some(format!("nobody could approve `{}`, whoever is in its groups: {why}", one.name))
}

/// The votes by the person whose they are. Accounts that any vote shows to be of one person, also through
/// others, are one.
fn people<'v>(votes: &[Vote<'v>]) -> Vec<Vec<Vote<'v>>> {
    let mut people: Vec<Vec<Vote<'v>>> = Vec::new();
    for vote in votes {
        let is_theirs = |votes: &Vec<Vote<'v>>| votes.iter().any(|one| one.is_of_same_person(vote));
        let (same, others): (Vec<_>, Vec<_>) = people.into_iter().partition(is_theirs);
        people = others;
        people.push(same.into_iter().flatten().chain([*vote]).collect());
    }
    people
}

/// Those of `votes` that are of the person who gives `vote`, as far as all of them together show.
pub(crate) fn of_same_person<'v>(votes: &[Vote<'v>], vote: Vote<'v>) -> Vec<Vote<'v>> {
    let all: Vec<_> = votes.iter().copied().chain([vote]).collect();
    // Whoever voted last comes last, and so does the vote in what is theirs.
    let mut theirs = people(&all).pop().unwrap_or_default();
    theirs.pop();
    theirs
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "quorum_tests.rs"]
mod tests;
