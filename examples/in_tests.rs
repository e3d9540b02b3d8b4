//! An agent's function and its tests, as a team writes them: what people are shown, and that without their yes in time
//! nothing is done. Nothing is switched off for that: a test has its gate, and says who answers what, and when.
//!
//! `cargo test --example in_tests`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use approvals::{Denied, requires_approval};

/// What the agent calls. How mail is posted is a parameter, as it would be for any test.
#[requires_approval(action = "mail.send", summary = "Mail {text:?} to {to}", skip(post))]
async fn send(post: &impl Fn(&str), to: &str, text: &str) -> Result<(), Denied> {
    post(to);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let denied = send(&|_to| println!("This is never printed."), "ada@example.com", "Hello").await;
    assert_eq!(denied, Err(Denied::NoGate));
    println!("Outside a gate nothing is sent. The tests: cargo test --example in_tests");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use approvals::{Principal, Requester};
    use approvals_testkit::{Answer, MockApprover, Ran, TestGate};

    use super::*;

    /// Sends one mail, with these people to ask.
    async fn send_with(gate: &TestGate, sent: &Ran) -> Result<(), Denied> {
        let agent = Requester::new(Principal::agent("agent:support").unwrap());
        gate.scope(agent, send(&|_to| sent.now(), "ada@example.com", "You win!")).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_mail_is_sent_once_when_the_one_who_is_asked_approves_what_it_says() {
        let (reviewer, sent) = (MockApprover::approving(), Ran::default());
        let gate = TestGate::asking(&reviewer).await;
        assert_eq!(send_with(&gate, &sent).await, Ok(()));
        sent.assert_ran_once();

        let card = reviewer.card();
        assert_eq!(card.document().arguments["to"], "ada@example.com");
        assert!(card.to_string().contains("You win!"), "{card}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_mail_is_sent_when_one_of_two_rejects_it_and_the_model_is_told_why() {
        let tom = MockApprover::rejecting("this is spam").named("tom");
        let reviewers = MockApprover::approving().named("mira").then(tom);
        let (gate, sent) = (TestGate::asking(&reviewers).await, Ran::default());
        let denied = send_with(&gate, &sent).await.unwrap_err();
        assert!(denied.to_string().contains("u:tom rejected this action: this is spam"));
        sent.assert_never_ran();
        gate.assert_never_started("mail.send").await;
    }

    #[tokio::test(start_paused = true)]
    async fn no_mail_is_sent_when_the_answer_comes_a_day_late() {
        let day = Duration::from_secs(24 * 3600);
        let late = Answer::After(day, Box::new(Answer::Approve));
        let (reviewer, sent) = (MockApprover::script([late]), Ran::default());
        let gate = TestGate::asking(&reviewer).await;
        assert_eq!(send_with(&gate, &sent).await, Err(Denied::Expired));
        tokio::time::sleep(2 * day).await; // it has come by now, and changes nothing
        sent.assert_never_ran();
        gate.assert_never_started("mail.send").await;
    }
}
