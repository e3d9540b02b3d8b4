//! Who is asked at night, and what they make of it. In real life they sit before a chat or an inbox.

use approvals::{
    Ballot, Card, ChannelIdentity, InMemoryApprover, NameError, Principal, StaticDirectory,
};

use crate::Failure;

const PEOPLE: [(&str, &str); 7] = [
    ("sam", "sre"),
    ("mira", "data-owners"),
    ("jo", "data-owners"),
    ("ada", "iam-admins"),
    ("pat", "platform-sec"),
    ("pia", "platform-sec"),
    ("lea", "ml-leads"),
];

fn account(name: &str) -> Result<ChannelIdentity, NameError> {
    ChannelIdentity::new("memory", name)
}

pub(crate) fn directory() -> Result<StaticDirectory, NameError> {
    PEOPLE.into_iter().try_fold(StaticDirectory::new(), |directory, (name, group)| {
        let person = Principal::human(&format!("u:{name}"))?.member_of([group])?;
        Ok(directory.with(&person, [account(name)?]))
    })
}

/// Answers whatever comes, until it is aborted.
pub(crate) async fn answer(inbox: InMemoryApprover) -> Result<(), Failure> {
    loop {
        decide(&inbox, &inbox.next().await).await?;
    }
}

async fn decide(inbox: &InMemoryApprover, card: &Card) -> Result<(), Failure> {
    let call = card.document();
    println!("  asked: {}", call.summary.as_deref().unwrap_or("(without a summary)"));
    let group = match call.action.as_str() {
        "service.restart" => "sre",
        "s3.export" => "data-owners",
        "iam.update" => "iam-admins",
        "k8s.bind-cluster-role" => "platform-sec",
        _ => "ml-leads",
    };
    let too_wide = call.arguments.get("policy").is_some_and(|policy| policy == "allow *");
    for (name, _) in PEOPLE.iter().filter(|(_, theirs)| *theirs == group) {
        let ballot = if too_wide {
            println!("  {name} rejects");
            Ballot::reject(card, "a bot does not need everything")?
        } else {
            println!("  {name} approves");
            Ballot::approve(card)?
        };
        inbox.decide(&account(name)?, ballot).await?;
    }
    Ok(())
}
