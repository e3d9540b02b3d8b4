//! An obligation in full words: who, how many, by when.

use std::time::Duration;

use approvals_core::{Assurance, Due, Obligation, Timestamp};

use crate::span;

/// What it asks, a sentence a line; with `asked`, also at which time each thing is.
pub(crate) fn sentences(one: &Obligation, asked: Option<Timestamp>) -> Vec<String> {
    let when = |span: Duration| match asked {
        Some(asked) => format!("{} ({})", span::words(span), asked.after(span)),
        None => span::words(span),
    };
    let mut lines = vec![who(one)];
    let rejections = match one.veto.get() {
        1 => "one rejection ends it".to_owned(),
        count => format!("{count} rejections end it"),
    };
    lines.push(format!("decided within {}; {rejections}", when(one.approve_within)));
    lines.extend(one.escalate.iter().map(|step| {
        format!("after {}, people of {} may decide as well", when(step.after), step.add_group)
    }));
    if !one.remind.is_empty() {
        let times: Vec<String> = one.remind.iter().map(|span| when(*span)).collect();
        lines.push(format!("people are reminded after {}", times.join(", ")));
    }
    lines.push(format!("once granted, it runs within {}", span::words(one.execute_within)));
    let counts = span::words(one.vote_lives);
    lines.push(format!("an approval counts for {counts} while others are awaited"));
    lines.push(if one.owner_may_approve {
        "never approved by the requester; those it acts for may approve".to_owned()
    } else {
        "approved neither by the requester nor by those it acts for".to_owned()
    });
    if !one.cool_off.is_zero() {
        let wait = span::words(one.cool_off);
        lines.push(format!("who came into a group after it was asked waits for {wait}"));
    }
    lines.extend(how(one, when));
    lines
}

fn who(one: &Obligation) -> String {
    if one.quorum.is_empty() {
        return "nobody can approve it: it has no seats".to_owned();
    }
    let seats = one.quorum.iter().map(|seats| match seats.count.get() {
        1 => format!("one person of {}", seats.group),
        count => format!("{count} different people of {}", seats.group),
    });
    let seats = seats.collect::<Vec<_>>().join(", and ");
    if one.quorum.len() > 1 { format!("{seats}; nobody counts twice") } else { seats }
}

fn how(one: &Obligation, when: impl Fn(Duration) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    if one.assurance != Assurance::ChannelAttested {
        lines.push("signed with the approver's own key".to_owned());
    }
    if !one.channels.is_empty() {
        let channels: Vec<&str> = one.channels.iter().map(String::as_str).collect();
        lines.push(format!("approved in {} only", channels.join(", ")));
        lines.extend(one.add_channels.iter().map(|step| match step.due {
            Due::After(span) => {
                format!("after {}, shown and approved in {} as well", when(span), step.add_channel)
            }
            Due::Undelivered => {
                format!("if that cannot show it: shown and approved in {}", step.add_channel)
            }
        }));
    }
    if one.shared {
        lines.push("whoever approves may count for other shared obligations as well".to_owned());
    }
    if let Some(fact) = &one.ask_first {
        lines.push(format!("those whom the fact {fact} names are asked first"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_obligation_is_left_out() {
        let minute = Duration::from_secs(60);
        let mut one =
            Obligation::new("x").unwrap().seats("dba", 2).unwrap().seats("sec", 1).unwrap();
        one = one.escalate(minute, "leads").unwrap().veto(2);
        one.remind = vec![minute.saturating_mul(2)];
        one.assurance = Assurance::ReviewerKey;
        one.channels.insert("slack".to_owned());
        one = one.channel_after(minute, "teams").channel_if_undelivered("terminal");
        one.shared = true;
        one.owner_may_approve = true;
        one.ask_first = Some("on.call".parse().unwrap());
        assert_eq!(
            sentences(&one, Some(Timestamp::from_millis(0))),
            [
                "2 different people of dba, and one person of sec; nobody counts twice",
                "decided within 30m (1970-01-01T00:30:00.000Z); 2 rejections end it",
                "after 1m (1970-01-01T00:01:00.000Z), people of leads may decide as well",
                "people are reminded after 2m (1970-01-01T00:02:00.000Z)",
                "once granted, it runs within 15m",
                "an approval counts for 8h while others are awaited",
                "never approved by the requester; those it acts for may approve",
                "who came into a group after it was asked waits for 1d",
                "signed with the approver's own key",
                "approved in slack only",
                "after 1m (1970-01-01T00:01:00.000Z), shown and approved in teams as well",
                "if that cannot show it: shown and approved in terminal",
                "whoever approves may count for other shared obligations as well",
                "those whom the fact on.call names are asked first",
            ]
        );
    }
}
