//! The calls: which there are, and what is to become of each.

use std::fmt;

use approvals::DynamicAction;

/// How many calls of each generation are asked for by the generation before, and run by this one.
pub(crate) const ASKED_BEFORE: u32 = 12;

/// What the policy and the reviewer say to a call, as its key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The reviewer approves it.
    Approve,
    /// The reviewer rejects it.
    Reject,
    /// The policy allows it.
    Allow,
    /// The policy denies it.
    Deny,
}

const FATES: [(&str, Fate); 4] = [
    ("approve", Fate::Approve),
    ("reject", Fate::Reject),
    ("allow", Fate::Allow),
    ("deny", Fate::Deny),
];

impl Fate {
    /// By the first part of a key, or the last of an action's name.
    pub(crate) fn of(name: &str) -> Self {
        FATES.iter().find(|(known, _)| *known == name).unwrap().1
    }
}

/// One call, named alike by every process that makes it: `approve/3/17`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(String);

impl Key {
    /// Call `number` of a generation.
    pub(crate) fn new(generation: u32, number: u32) -> Self {
        let fate = match number % 8 {
            0 => "reject",
            1 | 2 => "allow",
            3 => "deny",
            _ => "approve",
        };
        Self(format!("{fate}/{generation}/{number}"))
    }

    pub(crate) fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn fate(&self) -> Fate {
        Fate::of(self.0.split('/').next().unwrap())
    }

    /// A number that differs between calls, to vary what they do.
    pub(crate) fn number(&self) -> u32 {
        self.0.rsplit('/').next().unwrap().parse().unwrap()
    }

    pub(crate) fn action(&self) -> DynamicAction {
        let fate = self.0.split('/').next().unwrap();
        let arguments = format!(r#"{{"key":"{}"}}"#, self.0);
        let action = DynamicAction::from_json(&format!("test.{fate}"), arguments.as_bytes());
        action.unwrap().key(&self.0).unwrap()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
