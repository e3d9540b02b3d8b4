//! `[obligation.NAME]`: who must approve, and by when.

use std::num::NonZeroU32;
use std::time::Duration;

use toml::Spanned;

use super::error::{RulesError, Source};
use super::table::{EscalationTable, ObligationTable, SeatsTable, Text};
use crate::action::id::{FactName, RuleId};
use crate::policy::obligation::{AddedChannel, Due, Escalation, Obligation, Seats};
use crate::policy::vocabulary::{Template, ValueType, Vocabulary};

const MAX_SEATS: usize = 16;
const MAX_CHANNELS: usize = 32;
const MAX_STEPS: usize = 16;

impl Source<'_> {
    /// The obligation of this name; the facts it turns to are those of `words`.
    pub(super) fn obligation(
        self,
        name: &Text,
        table: &ObligationTable,
        words: &Vocabulary,
    ) -> Result<Template, RulesError> {
        let id: RuleId = self.parse(name)?;
        let obligation =
            Obligation::new(id.as_str()).or_else(|e| self.refuse(name, e.to_string()))?;
        let mut template = Template { obligation, seats_from: Vec::new() };
        self.bounded(
            &table.quorum,
            MAX_SEATS,
            "an empty quorum could never approve; name a group and a count",
        )?;
        for seats in table.quorum.get_ref() {
            self.seats(seats, words, &mut template)?;
        }
        self.clocks(table, &mut template.obligation)?;
        if let Some(veto) = &table.veto {
            template.obligation.veto = self.people(veto)?;
        }
        if let Some(fact) = &table.ask_first {
            template.obligation.ask_first = Some(self.fact_of(fact, ValueType::Set, words)?);
        }
        if let Some(channels) = &table.channels {
            self.bounded(channels, MAX_CHANNELS, "no channel at all; leave it out for any")?;
            for channel in channels.get_ref() {
                template.obligation.channels.insert(self.channel(channel)?);
            }
        }
        self.steps(table, &mut template.obligation)?;
        template.obligation.owner_may_approve = table.owner_may_approve;
        template.obligation.shared = table.shared;
        template.obligation.assurance = table.assurance.unwrap_or_default();
        Ok(template)
    }

    fn seats(
        self,
        table: &SeatsTable,
        words: &Vocabulary,
        template: &mut Template,
    ) -> Result<(), RulesError> {
        let count = self.people(&table.count)?;
        match (&table.group, &table.group_from) {
            (Some(group), None) => {
                template.obligation.quorum.push(Seats::new(self.parse(group)?, count));
            }
            (None, Some(fact)) => {
                let fact = self.fact_of(fact, ValueType::Text, words)?;
                template.seats_from.push((fact, count));
            }
            (Some(both), Some(_)) => {
                return self
                    .refuse(both, "seats have either a `group` or a `group_from`, not both");
            }
            (None, None) => {
                return self.refuse(
                    &table.count,
                    "whose count? Say `group = \"…\"`, or `group_from` with the fact that names the group",
                );
            }
        }
        Ok(())
    }

    fn people(self, count: &Spanned<u32>) -> Result<NonZeroU32, RulesError> {
        match NonZeroU32::new(*count.get_ref()).filter(|count| count.get() <= 100) {
            Some(count) => Ok(count),
            None => self.refuse(count, "a count is from 1 to 100"),
        }
    }

    fn fact_of(
        self,
        name: &Text,
        kind: ValueType,
        words: &Vocabulary,
    ) -> Result<FactName, RulesError> {
        let fact: FactName = self.parse(name)?;
        match words.facts.get(&fact) {
            Some(declared) if declared.kind == kind => Ok(fact),
            Some(declared) => self.refuse(
                name,
                format!("the fact `{fact}` is declared as {}; it must be {kind}", declared.kind),
            ),
            None => self.refuse(
                name,
                format!("no fact has this name; declare it: `[facts]` `\"{fact}\" = \"{kind}\"`"),
            ),
        }
    }

    fn channel(self, name: &Text) -> Result<String, RulesError> {
        let is_name = |text: &str| {
            (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        match name.get_ref() {
            text if is_name(text) => Ok(text.clone()),
            _ => self.refuse(name, "a channel has a name of visible ASCII characters, no spaces"),
        }
    }

    fn clocks(self, table: &ObligationTable, to: &mut Obligation) -> Result<(), RulesError> {
        let clocks = [
            (&table.approve_within, &mut to.approve_within),
            (&table.vote_lives, &mut to.vote_lives),
            (&table.execute_within, &mut to.execute_within),
        ];
        for (text, clock) in clocks {
            if let Some(text) = text {
                *clock = self.time(text)?;
            }
        }
        if let Some(text) = &table.cool_off {
            to.cool_off = self.time_or_none(text)?;
        }
        Ok(())
    }

    fn steps(self, table: &ObligationTable, to: &mut Obligation) -> Result<(), RulesError> {
        if let Some(steps) = &table.escalate {
            self.bounded(steps, MAX_STEPS, "nothing in it; leave it out to add nobody")?;
            steps.get_ref().iter().try_for_each(|step| self.step(step, to))?;
        }
        if let Some(times) = &table.remind {
            self.bounded(times, MAX_STEPS, "nothing in it; leave it out to remind nobody")?;
            for time in times.get_ref() {
                to.remind.push(self.before_the_end(time, to.approve_within)?);
            }
        }
        Ok(())
    }

    /// One step of an escalation: when, and who or where.
    fn step(self, step: &Spanned<EscalationTable>, to: &mut Obligation) -> Result<(), RulesError> {
        let EscalationTable { after, when, add_group, add_channel } = step.get_ref();
        let due = match (after, when) {
            (Some(after), None) => Due::After(self.before_the_end(after, to.approve_within)?),
            (None, Some(when)) if when.get_ref() == "undelivered" => Due::Undelivered,
            (None, Some(when)) => return self.refuse(when, "`when` can only be \"undelivered\""),
            (Some(_), Some(both)) => {
                return self.refuse(
                    both,
                    "a step has either `after` or `when`, not both; write two steps",
                );
            }
            (None, None) => {
                return self.refuse(
                    step,
                    "when? Say `after = \"15m\"`, or, for a channel, `when = \"undelivered\"`",
                );
            }
        };
        match (add_group, add_channel, due) {
            (Some(group), None, Due::After(span)) => {
                let add_group = self.parse(group)?;
                to.escalate.push(Escalation { after: span, add_group });
                Ok(())
            }
            (Some(group), None, Due::Undelivered) => self.refuse(
                group,
                "where nobody can be shown the card, more people do not help; add a channel, or say `after`",
            ),
            (None, Some(channel), due) => self.added_channel(channel, due, to),
            (Some(_), Some(both), _) => self.refuse(
                both,
                "a step has either `add_group` or `add_channel`, not both; write two steps",
            ),
            (None, None, _) => {
                self.refuse(step, "add whom? Say `add_group = \"…\"` or `add_channel = \"…\"`")
            }
        }
    }

    fn added_channel(self, name: &Text, due: Due, to: &mut Obligation) -> Result<(), RulesError> {
        let add_channel = self.channel(name)?;
        if to.channels.is_empty() {
            return self.refuse(
                name,
                "every channel shows it already, since the obligation names no `channels`; name those it begins with, or leave this out",
            );
        }
        if to.channels.contains(&add_channel) {
            return self
                .refuse(name, "it is among `channels`, so it shows the card from the start");
        }
        let is_same = |step: &AddedChannel| {
            let kind = |due: Due| due == Due::Undelivered;
            step.add_channel == add_channel && kind(step.due) == kind(due)
        };
        if to.add_channels.iter().any(is_same) {
            return self.refuse(name, "another step adds it; leave the later one out");
        }
        to.add_channels.push(AddedChannel { add_channel, due });
        Ok(())
    }

    fn before_the_end(self, text: &Text, end: Duration) -> Result<Duration, RulesError> {
        let span = self.time(text)?;
        if span < end {
            return Ok(span);
        }
        self.refuse(
            text,
            format!(
                "by then it is over: `approve_within` is {} seconds; choose less, or give more time",
                end.as_secs()
            ),
        )
    }
}
