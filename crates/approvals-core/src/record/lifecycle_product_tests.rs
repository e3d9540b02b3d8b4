//! The product behind the same steps as the model: everything that is asked of it goes through its one transition, and what
//! that says is folded.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use super::super::*;
use super::model::{AGENT, JUDGES, OWNER, Verdict as Asked};
use super::people::{Person, Rule, Vote as Said};
use super::words::{
    ORIGIN, SHARED, cause, channel, document, envelope, execution, id, obligation, principal,
    requester, ruling, seen, span, statement, stop, time, verdict,
};
use super::world::{Again, OWN_ACT, SILENCE, SLOTS, Step, World, asked_again};
use crate::action::id::{PrincipalId, RequestId};
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;
use crate::policy::obligations::Obligations;
use crate::policy::policy::BreakGlass;
use crate::record::control::Control;
use crate::record::event::Event;
use crate::record::fold::Impossible;
use crate::review::directory::ChannelIdentity;
use crate::review::grant::{self, Claims};
use crate::review::standing::StandingTerms;
use crate::review::statement::Resolution;

/// What is under test. Planted bugs are others.
pub(super) trait Heart {
    fn transition(state: &State, command: Command, now: Timestamp) -> Result<Vec<What>, Refusal> {
        transition(state, command, now)
    }

    fn apply(state: State, event: &Event) -> Result<State, Impossible> {
        state.apply(event)
    }

    fn control(control: Control, what: &What, at: Timestamp) -> Result<Control, &'static str> {
        control.apply(what, at)
    }
}

#[derive(Debug)]
pub(super) struct Sound;

impl Heart for Sound {}

/// The requests and the log as the product has them.
#[derive(Debug)]
pub(super) struct Product<H> {
    pub(super) states: Vec<State>,
    pub(super) events: Vec<Vec<Event>>,
    pub(super) control: Control,
    pub(super) log: Vec<Event>,
    /// What each stop is called by, in the order in which they were made.
    pub(super) stops: Vec<Digest>,
    heart: PhantomData<H>,
}

impl<H: Heart> Product<H> {
    pub(super) fn new() -> Self {
        Self {
            states: vec![State::default(); SLOTS],
            events: vec![Vec::new(); SLOTS],
            control: Control::default(),
            log: Vec::new(),
            stops: Vec::new(),
            heart: PhantomData,
        }
    }

    /// Takes a step, and tells whether it could be taken. Of `world`, only what lies outside of the product is
    /// looked at: the clock and the directory.
    pub(super) fn take(&mut self, step: &Step, world: &World) -> bool {
        let now = time(world.now);
        let person = |n: usize| world.people[n].as_ref().map(principal);
        match step {
            Step::Ask { slot, verdict, repeatable, emergency } => {
                self.ask(*slot, verdict, *repeatable, *emergency, now)
            }
            Step::Vote { slot, person: n, lent, yes, web, right, grant } => {
                let Some(voter) = &world.people[*n] else { return false };
                let at = self.states[*slot].time(now);
                let lender = if *lent { self.lender(voter, world, at) } else { None };
                let (voter, at) = (voter.clone(), at.as_millis());
                let said = Said { voter, lender, approve: *yes, web: *web, at };
                self.vote(*slot, &said, *right, *grant)
            }
            Step::Issue { slot } => self.issue(*slot, now),
            Step::Start { slot, right, again } => self.start(*slot, *right, *again, world),
            Step::Finish { slot, how, back } => {
                let fence = self.states[*slot].started().map_or(1, |started| started.fence);
                let fence = fence.saturating_sub(*back);
                self.command(*slot, Command::Finish { execution: execution(*how), fence }, now)
            }
            Step::Close { slot, why } => self.command(*slot, Command::Close(cause(*why)), now),
            Step::Note { slot, shown, web } => {
                let (channel, card) = (channel(*web).to_owned(), Digest::ZERO);
                let what = match shown {
                    true => What::Presented { channel, card, message: None },
                    false => What::Undelivered { channel, error: "e".into() },
                };
                self.command(*slot, Command::Note(what), now)
            }
            Step::Nudge { slot, right } => {
                let next = self.states[*slot].next_nudge().filter(|_| *right);
                let next = next.map_or(Nudge::reminder(span(1)), |(_, next)| next);
                self.command(*slot, Command::Nudge(next), now)
            }
            Step::Resolve { slot, person: n, done } => {
                let resolution = if *done { Resolution::Done } else { Resolution::NotDone };
                let says = Says::Resolve { request: id(*slot), resolution };
                person(*n).is_some_and(|person| self.state_about(*slot, person, says, now))
            }
            Step::Review { slot, person: n } => {
                let says = Says::Review { request: id(*slot), justified: true };
                person(*n).is_some_and(|person| self.state_about(*slot, person, says, now))
            }
            Step::Crash { to_bytes } => self.crash(*to_bytes),
            Step::Wait(_)
            | Step::TurnBack(_)
            | Step::Leave { .. }
            | Step::Join { .. }
            | Step::Vanish { .. }
            | Step::Return { .. } => true,
            _log => self.step_on_log(step, world),
        }
    }

    fn ask(
        &mut self,
        slot: usize,
        asked: &Asked,
        repeatable: bool,
        emergency: bool,
        now: Timestamp,
    ) -> bool {
        let (action, document) = document(slot);
        let mut ruling = ruling(verdict(asked));
        if emergency {
            ruling.break_glass = Some(BreakGlass::new(vec![], JUDGES.parse().unwrap(), span(1000)));
        }
        let mut request = Request::new(id(slot), None, action, &requester().into(), ruling, now);
        request.retry_after_ms = repeatable.then_some(SILENCE.unsigned_abs());
        // As the gate does it, before it asks anybody.
        let is_new = *self.states[slot].phase() == Phase::Absent;
        let is_stopped = self.is_stopped(slot);
        if is_new && request.question().is_some() && !is_stopped && slot != OWN_ACT {
            let at = self.control.time(now);
            let mut all = self.control.standing().map(|(id, one)| (id, one.used.clone()));
            let used = all.find(|(_, used)| used.contains(&id(slot))).map(|(id, _)| id);
            drop(all);
            request.standing = used.or_else(|| {
                let asked = request.obligations()?;
                let standing = self.control.standing_for(&document, asked, at)?;
                let what = What::StandingUsed { standing, request: id(slot) };
                self.on_log(what, at).then_some(standing)
            });
        }
        let command =
            Command::Ask { request: Box::new(request), document: Body::Inline("{}".into()) };
        self.command(slot, command, now)
    }

    /// Somebody in whose place `voter` may vote, as the desk looks for them.
    fn lender(&self, voter: &Person, world: &World, at: Timestamp) -> Option<Person> {
        let voter = principal(voter);
        let mut lenders = self.control.lent_to(&voter, at).filter_map(|lent| {
            let mut known = world.people.iter().flatten();
            let mut lender = known.find(|one| one.name == lent.from.as_str())?.clone();
            lender.groups.retain(|group, _| lent.groups.contains(&group.parse().unwrap()));
            (!lender.groups.is_empty()).then_some(lender)
        });
        lenders.next()
    }

    fn vote(&mut self, slot: usize, said: &Said, right: bool, grant: bool) -> bool {
        let (at, right_action) = (time(said.at), document(slot).0);
        let other = Digest::of("action", b"another");
        let state = &self.states[slot];
        let decision = Box::new(Decision {
            action: if right { right_action } else { other },
            assurance: Assurance::ChannelAttested,
            at,
            card: Digest::of("card", b""),
            choice: if said.approve { Choice::Approve } else { Choice::Reject },
            delegator: said.lender.as_ref().map(principal),
            identity: ChannelIdentity::new(channel(said.web), said.voter.name).unwrap(),
            message: None,
            proof: None,
            reason: None,
            request: id(slot),
            request_digest: state.request_digest().unwrap_or(other),
            reviewer: principal(&said.voter),
            seen: seen(),
        });
        let envelope = envelope(&*decision);
        let decide = Command::Decide { decision: decision.clone(), envelope: envelope.clone() };
        let is_taken = self.command(slot, decide, at);
        if is_taken && grant && self.states[slot].is_agreed(at) {
            self.issue(slot, at);
        }
        if !is_taken && right {
            let before = self.states[slot].phase().clone();
            self.command(slot, Command::Late { decision, envelope }, at);
            assert_eq!(*self.states[slot].phase(), before, "what came too late changed something");
        }
        is_taken
    }

    fn issue(&mut self, slot: usize, now: Timestamp) -> bool {
        let state = &self.states[slot];
        let at = state.time(now);
        let Some(request) = state.request() else { return false };
        let approvers = state.approvers(at).map(|one| one.reviewer.id().clone()).collect();
        let claims = Claims::new(ORIGIN, request, "act", approvers, at).unwrap();
        let key = SHARED.with(|shared| shared.grantor);
        let grant = Grant::assemble(&grant::signing_input(&claims, &key).unwrap(), [0; 64]);
        self.command(slot, Command::Issue(grant), now)
    }

    /// The approvals that the grant rests on, by people as they are now: as the gate looks them up.
    fn approvals_now(&self, slot: usize, world: &World) -> Vec<Decision> {
        let state = &self.states[slot];
        let Some(granted_at) = state.granted_at() else { return Vec::new() };
        let known = |id: &PrincipalId| {
            world.people.iter().flatten().find(|one| one.name == id.as_str()).map(principal)
        };
        let again = |decision: &Decision| {
            let reviewer = known(decision.reviewer.id())?;
            let delegator = match &decision.delegator {
                None => None,
                Some(was) => {
                    let now = known(was.id())?.only_in(was.groups());
                    (!now.groups().is_empty()).then_some(Some(now))?
                }
            };
            Some(Decision { delegator, reviewer, ..decision.clone() })
        };
        let lent = |decision: &&Decision| self.control.upholds(decision);
        state.approvers(granted_at).filter(lent).filter_map(again).collect()
    }

    /// Each act is carried out under a request of its own.
    fn next_act(&self) -> RequestId {
        id(1000 + usize::try_from(self.control.version()).unwrap())
    }

    pub(super) fn is_stopped(&self, slot: usize) -> bool {
        self.control.stop_of(&document(slot).1.action, &requester()).is_some()
    }

    fn start(&mut self, slot: usize, right: bool, again: Again, world: &World) -> bool {
        let rules = world.cases[slot].rules.as_ref();
        let (action, document) = document(slot);
        let start = Start {
            action: if right { action } else { Digest::of("action", b"another") },
            // Each is a try of its own.
            attempt: Some(Digest::of("attempt", &self.states[slot].version().to_be_bytes())),
            ruling: ruling(verdict(&asked_again(again, rules))),
            approvals: self.approvals_now(slot, world),
            stands: self.states[slot].request().is_some_and(|request| {
                self.control.used_for(&document, request, time(world.now)).is_some()
            }),
            stop: self.control.stop_of(&document.action, &requester()),
        };
        self.command(slot, Command::Start(Box::new(start)), time(world.now))
    }

    fn state_about(&mut self, slot: usize, person: Principal, says: Says, now: Timestamp) -> bool {
        let at = self.states[slot].time(now);
        let statement = statement(person, says, at, "because".into());
        let envelope = envelope(&statement);
        self.command(slot, Command::State { statement: Box::new(statement), envelope }, now)
    }

    fn command(&mut self, slot: usize, command: Command, now: Timestamp) -> bool {
        // What is said to end a request is looked at by the fold; all else is right once it is said.
        let is_close = matches!(command, Command::Close(_));
        let at = self.states[slot].time(now);
        let Ok(whats) = H::transition(&self.states[slot], command, now) else { return false };
        let mut state = self.states[slot].clone();
        for what in &whats {
            let event = Event::new(at, Some(id(slot)), what.clone());
            state = match H::apply(state, &event) {
                Ok(state) => state,
                Err(_holds_not) if is_close => return false,
                Err(error) => panic!("what the transition says cannot be applied: {error}"),
            };
        }
        let events = whats.into_iter().map(|what| Event::new(at, Some(id(slot)), what));
        self.events[slot].extend(events);
        self.states[slot] = state;
        true
    }

    /// The process is gone, and another reads what the log has.
    fn crash(&mut self, to_bytes: bool) -> bool {
        let through_bytes = |event: &Event| Event::parse(&event.to_bytes().unwrap()).unwrap();
        let read = |event: &Event| if to_bytes { through_bytes(event) } else { event.clone() };
        for (state, events) in self.states.iter_mut().zip(&self.events) {
            let again = events
                .iter()
                .map(read)
                .try_fold(State::default(), |state, event| H::apply(state, &event));
            assert_eq!(again.as_ref(), Ok(&*state), "the state is the fold over the events");
            *state = again.unwrap();
        }
        let again = self.log.iter().map(read).try_fold(Control::default(), |control, event| {
            H::control(control, &event.what, event.at)
        });
        assert_eq!(again.as_ref(), Ok(&self.control), "so is what holds for the log");
        self.control = again.unwrap();
        true
    }

    fn on_log(&mut self, what: What, at: Timestamp) -> bool {
        let after = H::control(self.control.clone(), &what, at);
        let Ok(after) = after else { return false };
        self.control = after;
        self.log.push(Event::new(at, None, what));
        true
    }

    fn say(&mut self, person: Principal, says: Says, at: Timestamp) -> Option<Digest> {
        // No two are the same.
        let envelope = envelope(&statement(person, says, at, format!("{}", self.log.len())));
        let digest = envelope.digest().unwrap();
        self.on_log(What::Stated { envelope }, at).then_some(digest)
    }

    fn step_on_log(&mut self, step: &Step, world: &World) -> bool {
        let at = self.control.time(time(world.now));
        let anybody = Principal::human("u:somebody").unwrap();
        let account = |n: usize| world.people[n].as_ref().map(principal);
        let name = |n: usize| super::people::ACCOUNTS[n].0;
        match step {
            Step::Load { right, guarded, agreed } => {
                let in_force = self.control.policy().map(|policy| policy.digest);
                let other = Some(Digest::of("policy", b"another"));
                self.on_log(
                    What::PolicyLoaded {
                        policy: Digest::of("policy", &self.control.version().to_be_bytes()),
                        replaces: if *right { in_force } else { other },
                        guarded: *guarded,
                        request: agreed.then(|| self.next_act()),
                    },
                    at,
                )
            }
            Step::Stop(scope) => {
                let stopped = self.say(anybody, Says::Stop { scope: stop(*scope) }, at);
                self.stops.extend(stopped);
                stopped.is_some()
            }
            Step::Lift(which) => {
                let lifted = self.stops.get(*which).copied().unwrap_or(Digest::ZERO);
                self.on_log(What::Lifted { stop: lifted, request: self.next_act() }, at)
            }
            Step::Lend { from, to, group, lives } => {
                let groups = BTreeSet::from([group.parse().unwrap()]);
                let (to, until) = (name(*to).parse().unwrap(), at.after(span(*lives)));
                let says = Says::Delegate { to, groups, until };
                account(*from).is_some_and(|from| self.say(from, says, at).is_some())
            }
            Step::TakeBack { from } => {
                let from = account(*from).or_else(|| Principal::human(name(*from)).ok()).unwrap();
                self.say(from, Says::Undelegate, at).is_some()
            }
            Step::Stand { which, slot, usual, uses, lives } => {
                let (uses, until) = (u32::try_from(*uses).unwrap(), at.after(span(*lives)));
                let action = document(*slot).1.action;
                let instead_of = Obligations::new([obligation(&Rule::usual(*usual))]);
                let terms =
                    StandingTerms::new(AGENT.parse().unwrap(), action, instead_of, uses, until);
                let terms = terms.on_behalf_of(OWNER.parse().unwrap());
                self.on_log(What::StandingIssued { request: id(100 + which), terms }, at)
            }
            Step::Use { which, call } => {
                let (standing, request) = (id(100 + which), id(*call));
                self.on_log(What::StandingUsed { standing, request }, at)
            }
            Step::Retire { which } => {
                let says = Says::Retire { standing: id(100 + which) };
                self.say(anybody, says, at).is_some()
            }
            _other => panic!("it is not about the log"),
        }
    }
}
