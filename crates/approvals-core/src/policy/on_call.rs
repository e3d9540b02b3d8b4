//! Who is on call.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::fact::{Fact, FactSet};
use super::facts::Facts;
use super::provider::{FactError, FactProvider};
use crate::action::clock::Timestamp;
use crate::action::id::{FactName, NameError, PrincipalId};

/// States who is on call, from a schedule: a set of principal ids.
///
/// Being on call says whom to turn to first ([`Obligation::ask_first`](crate::Obligation::ask_first)) and
/// nothing else. It approves nothing: not the call of somebody who is on call, and nobody's seat.
///
/// Shifts may overlap: whoever is in one of them is on call. Outside of all shifts nobody is, which is an
/// empty set and no error.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{OnCall, PrincipalId, Timestamp};
///
/// let hour = |n: i64| Timestamp::from_millis(n * 3_600_000);
/// let sre = OnCall::new("oncall.sre")?
///     .shift(hour(0), hour(12), ["u:mira"])?
///     .shift(hour(10), hour(24), ["u:noor"])?;
/// let at = |n| sre.at(hour(n)).map(PrincipalId::as_str).collect::<Vec<_>>();
/// assert_eq!(at(11), ["u:mira", "u:noor"]);
/// assert_eq!(at(12), ["u:noor"]);
/// assert!(at(24).is_empty());
/// # Ok::<(), approvals_core::ShiftError>(())
/// ```
#[derive(Clone, Debug)]
pub struct OnCall {
    fact: FactName,
    shifts: Vec<Shift>,
}

#[derive(Clone, Debug)]
struct Shift {
    from: Timestamp,
    until: Timestamp,
    people: BTreeSet<PrincipalId>,
}

/// A shift that could not be made.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{OnCall, ShiftError, Timestamp};
///
/// let [six, noon] = [6, 12].map(|hour| Timestamp::from_millis(hour * 3_600_000));
/// let backward = OnCall::new("oncall.sre")?.shift(noon, six, ["u:mira"]);
/// assert_eq!(backward.unwrap_err(), ShiftError::Backward);
/// # Ok::<(), approvals::ShiftError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShiftError {
    /// The fact or somebody has no such name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// It ends before it begins.
    #[error("a shift must end after it begins")]
    Backward,
}

impl OnCall {
    /// An empty schedule, stated as the set of this name.
    ///
    /// # Errors
    ///
    /// If it cannot name a fact.
    pub fn new(fact: &str) -> Result<Self, ShiftError> {
        Ok(Self { fact: fact.parse()?, shifts: Vec::new() })
    }

    /// The same, with these people on call from one moment until just before another.
    ///
    /// # Errors
    ///
    /// If an id does not parse, or the shift would end before it begins.
    pub fn shift<'a>(
        mut self,
        from: Timestamp,
        until: Timestamp,
        people: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ShiftError> {
        if until <= from {
            return Err(ShiftError::Backward);
        }
        let people = people.into_iter().map(str::parse).collect::<Result<_, NameError>>()?;
        self.shifts.push(Shift { from, until, people });
        Ok(self)
    }

    /// Who is on call at this moment, each once, in the order of their ids.
    pub fn at(&self, moment: Timestamp) -> impl Iterator<Item = &PrincipalId> {
        let now = self.shifts.iter().filter(|shift| shift.from <= moment && moment < shift.until);
        now.flat_map(|shift| &shift.people).collect::<BTreeSet<_>>().into_iter()
    }
}

#[async_trait]
impl FactProvider for OnCall {
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError> {
        let people = self.at(call.now()).map(ToString::to_string).collect();
        Ok(FactSet::from([(self.fact.clone(), Fact::Set(people))]))
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "on_call_tests.rs"]
mod tests;
