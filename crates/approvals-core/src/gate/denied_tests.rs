use super::*;
use crate::action::digest::Digest;

/// Every way of being denied: if there is a new one, this does not compile.
fn all() -> Vec<Denied> {
    let request = RequestId::keyed(&Digest::ZERO);
    let because = || "it is late".to_owned();
    let first = Denied::ByPolicy { reason: because() };
    let mut all = vec![first];
    loop {
        let next = match all.last() {
            None | Some(Denied::ByPolicy { .. }) => {
                Denied::Rejected { by: "u:mira".parse().unwrap(), reason: None }
            }
            Some(Denied::Rejected { .. }) => Denied::Expired,
            Some(Denied::Expired) => Denied::Withdrawn,
            Some(Denied::Withdrawn) => Denied::Revoked { reason: because() },
            Some(Denied::Revoked { .. }) => Denied::Undeliverable,
            Some(Denied::Undeliverable) => Denied::Unsatisfiable { reason: because() },
            Some(Denied::Unsatisfiable { .. }) => Denied::Stopped { reason: because() },
            Some(Denied::Stopped { .. }) => Denied::TooMany { reason: because() },
            Some(Denied::TooMany { .. }) => {
                Denied::JustRejected { until: Timestamp::from_millis(0) }
            }
            Some(Denied::JustRejected { .. }) => Denied::NoGate,
            Some(Denied::NoGate) => Denied::NoRequester,
            Some(Denied::NoRequester) => Denied::Invalid(DescribeError::NoAction),
            Some(Denied::Invalid(_)) => Denied::Changed,
            Some(Denied::Changed) => Denied::Conflict { request },
            Some(Denied::Conflict { .. }) => Denied::AlreadyRan { request, succeeded: true },
            Some(Denied::AlreadyRan { succeeded: true, .. }) => {
                Denied::AlreadyRan { request, succeeded: false }
            }
            Some(Denied::AlreadyRan { succeeded: false, .. }) => Denied::NotYours { request },
            Some(Denied::NotYours { .. }) => {
                Denied::InDoubt { request, retry_from: Some(Timestamp::from_millis(0)) }
            }
            Some(Denied::InDoubt { retry_from: Some(_), .. }) => {
                Denied::InDoubt { request, retry_from: None }
            }
            Some(Denied::InDoubt { retry_from: None, .. }) => {
                Denied::Unavailable { what: "the ledger" }
            }
            Some(Denied::Unavailable { .. }) => return all,
        };
        all.push(next);
    }
}

#[test]
fn the_text_says_whether_to_ask_for_the_same_again_and_means_what_the_program_is_told() {
    let says = [
        "it may be asked for again",
        "try again later",
        "wait, and ask for less",
        "until people lift that",
    ];
    for denied in all() {
        let text = denied.to_string();
        let invites = says.iter().any(|words| text.contains(words));
        assert_eq!(invites, denied.is_retryable(), "{text}");
        // One sentence of advice at least, on one line, whichever way it gets to the model.
        assert!(text.len() > 40 && !text.contains('\n'), "{text}");
        assert_eq!(String::from(denied.clone()), text);
        assert_eq!(std::io::Error::from(denied.clone()).to_string(), text);
        let boxed: Box<dyn std::error::Error + Send + Sync> = denied.into();
        assert_eq!(boxed.to_string(), text);
    }
}
