//! Bugs that could be in the product, each of which the machine must find.

use super::super::*;
use super::product::Heart;
use super::words::envelope;
use crate::action::principal::Principal;
use crate::record::control::Control;
use crate::record::event::Event;
use crate::record::fold::Impossible;
use crate::review::directory::ChannelIdentity;

macro_rules! bug {
    ($(#[$doc:meta])* $name:ident, |$state:ident, $command:ident, $now:ident| $body:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name;

        impl Heart for $name {
            fn transition(
                $state: &State,
                $command: Command,
                $now: Timestamp,
            ) -> Result<Vec<What>, Refusal> {
                $body
            }
        }
    };
}

bug!(
    /// Expiry is not checked: it is always as early as it was.
    ClockStands,
    |state, command, _now| transition(state, command, Timestamp::default())
);
bug!(
    /// A veto is written down and ends nothing.
    VetoIgnored,
    |state, command, now| {
        let is_vote = matches!(command, Command::Decide { .. });
        let mut whats = transition(state, command, now)?;
        whats.retain(|what| !is_vote || !matches!(what, What::Closed { .. }));
        Ok(whats)
    }
);
bug!(
    /// The accounts of one person are counted as if they were several people.
    AliasesNotJoined,
    |state, command, now| {
        let alone = |person: &Principal| {
            let mut json = serde_json::to_value(person).unwrap();
            json.as_object_mut().unwrap().remove("also");
            serde_json::from_value(json).unwrap()
        };
        match command {
            Command::Decide { mut decision, .. } => {
                decision.reviewer = alone(&decision.reviewer);
                let envelope = envelope(&*decision);
                transition(state, Command::Decide { decision, envelope }, now)
            }
            other => transition(state, other, now),
        }
    }
);
bug!(
    /// The approvers are not looked up again when the grant is used.
    ApproversNotLookedUp,
    |state, command, now| match command {
        Command::Start(start) => {
            let approvals = state.decisions().to_vec();
            transition(state, Command::Start(Box::new(Start { approvals, ..*start })), now)
        }
        other => transition(state, other, now),
    }
);
bug!(
    /// The policy is not asked again.
    PolicyNotAsked,
    |state, command, now| match (command, state.request()) {
        (Command::Start(start), Some(request)) => {
            let ruling = request.ruling.clone();
            transition(state, Command::Start(Box::new(Start { ruling, ..*start })), now)
        }
        (other, _) => transition(state, other, now),
    }
);
bug!(
    /// Another action than the one that was approved is started.
    ActionNotCompared,
    |state, command, now| match command {
        Command::Start(start) => {
            let action = state.action().unwrap_or(start.action);
            transition(state, Command::Start(Box::new(Start { action, ..*start })), now)
        }
        other => transition(state, other, now),
    }
);
bug!(
    /// The end of an earlier start is believed.
    StaleFenceAccepted,
    |state, command, now| match (command, state.started()) {
        (Command::Finish { execution, .. }, Some(started)) => {
            transition(state, Command::Finish { execution, fence: started.fence }, now)
        }
        (other, _) => transition(state, other, now),
    }
);
bug!(
    /// A stop is not looked at.
    StopIgnored,
    |state, command, now| match command {
        Command::Start(start) => {
            transition(state, Command::Start(Box::new(Start { stop: None, ..*start })), now)
        }
        other => transition(state, other, now),
    }
);
bug!(
    /// A grant that was used can be used again.
    GrantUsedTwice,
    |state, command, now| {
        let mut unused = state.clone();
        if matches!(command, Command::Start(_)) && unused.phase == Phase::Started {
            unused.phase = Phase::Granted;
        }
        transition(&unused, command, now)
    }
);

bug!(
    /// In which channel a vote was given is not asked.
    AnyChannelCounts,
    |state, command, now| match command {
        Command::Decide { mut decision, .. } => {
            let subject = decision.identity.subject();
            decision.identity = ChannelIdentity::new("chat", subject).unwrap();
            let envelope = envelope(&*decision);
            transition(state, Command::Decide { decision, envelope }, now)
        }
        other => transition(state, other, now),
    }
);

/// A channel is added although another shows the card: that is written down, and forgotten.
#[derive(Debug)]
pub(super) struct ShownForgotten;

impl Heart for ShownForgotten {
    fn apply(state: State, event: &Event) -> Result<State, Impossible> {
        let before = state.reach.clone();
        let mut state = state.apply(event)?;
        if matches!(event.what, What::Presented { .. }) {
            state.reach = before;
        }
        Ok(state)
    }
}

/// Votes never grow old: the fold takes each as if it had been given just now.
#[derive(Debug)]
pub(super) struct LapsedVoteCounts;

impl Heart for LapsedVoteCounts {
    fn apply(state: State, event: &Event) -> Result<State, Impossible> {
        let mut state = state.apply(event)?;
        state.decisions.iter_mut().for_each(|decision| decision.at = event.at);
        Ok(state)
    }
}

/// A standing grant is used for as many calls as anybody likes.
#[derive(Debug)]
pub(super) struct UsesNotCounted;

impl Heart for UsesNotCounted {
    fn control(control: Control, what: &What, at: Timestamp) -> Result<Control, &'static str> {
        match control.clone().apply(what, at) {
            Err(_used_up) if matches!(what, What::StandingUsed { .. }) => Ok(control),
            other => other,
        }
    }
}
