use super::*;
use crate::action::principal::Principal;
use crate::review::decision::Decision;
use crate::review::envelope::Unsigned;
use crate::review::grant::signing_input;
use crate::{
    Ballot, ChannelIdentity, Denied, DynamicAction, Gate, InMemoryApprover, Ledger as _,
    LocalSigner, MemoryLedger, Obligation, Obligations, PolicyFn, Requester, Signer as _,
    StaticDirectory, Verdict,
};
use std::sync::Arc;
use std::time::Duration;

const ORIGIN: &str = "example.org/test";

fn key(seed: u8) -> LocalSigner {
    LocalSigner::from_seed(&[seed; 32]).unwrap()
}

/// One approved call, from the keys to the outcome.
async fn approved() -> Vec<Entry> {
    let ledger = Arc::new(MemoryLedger::new(ORIGIN, key(1)).await.unwrap());
    let mira = Principal::human("u:mira").unwrap().member_of(["ops"]).unwrap();
    let identity = ChannelIdentity::new("memory", "mira").unwrap();
    let one = Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()]);
    let inbox = InMemoryApprover::new();
    let gate = Gate::builder()
        .ledger(Arc::clone(&ledger))
        .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone())).unwrap())
        .directory(StaticDirectory::new().with(&mira, [identity.clone()]))
        .approver(inbox.clone())
        .recorder_key(key(2))
        .grant_key(key(3))
        .requester(Requester::new(Principal::agent("agent:a").unwrap()));
    let gate = gate.build().await.unwrap();
    let action = DynamicAction::from_json("app.deploy", b"{}").unwrap().key("k").unwrap();
    let action = action.review_required().expires_after(Duration::from_secs(600));
    gate.submit(&action).await.unwrap();
    while inbox.waiting().is_empty() {
        tokio::task::yield_now().await;
    }
    inbox.decide(&identity, Ballot::approve(&inbox.waiting()[0]).unwrap()).await.unwrap();
    gate.run(&action, |_, _| async { Ok::<_, Denied>(()) }).await.unwrap();
    ledger.entries(0, 100).await.unwrap()
}

/// What the trail says once `change` has been made to each event, with the right keys at hand.
fn reads(entries: &[Entry], change: impl Fn(What) -> What) -> Result<(), String> {
    let mut trail = Trail::new(ORIGIN);
    entries.iter().try_for_each(|entry| {
        let event = Event::parse(&entry.bytes).unwrap();
        let event = Event { what: change(event.what), ..event };
        let entry = Entry { bytes: event.to_bytes().unwrap(), ..entry.clone() };
        trail.read(&entry).map_err(|error| error.to_string())
    })
}

fn signed(key: &LocalSigner, message: &[u8]) -> [u8; 64] {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(key.sign(message))
        .unwrap()
}

/// The same event, with another request in it.
fn requested(what: What, change: impl Fn(&mut Request)) -> What {
    let What::Requested { mut request, document } = what else { return what };
    change(&mut request);
    What::Requested { request, document }
}

/// The same event, with another decision in it that the recorder has signed.
fn decided(what: What, change: impl Fn(Decision) -> Decision) -> What {
    let What::Decided { envelope } = &what else { return what };
    let decision = envelope.unverified().unwrap();
    let unsigned = Unsigned::new(&change(decision)).unwrap();
    let signature = signed(&key(2), &unsigned.message);
    What::Decided { envelope: unsigned.sign(&key(2).public_key(), signature) }
}

/// The same event, with another grant in it that the grant key has signed.
fn granted(what: What, change: impl Fn(Claims) -> Claims) -> What {
    let What::Granted { grant } = &what else { return what };
    let input = signing_input(&change(grant.claims().unwrap()), &key(3).public_key()).unwrap();
    What::Granted { grant: Grant::assemble(&input, signed(&key(3), input.as_bytes())) }
}

#[test]
fn what_the_right_keys_sign_is_still_held_against_what_happened() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let entries = runtime.block_on(approved());
    assert_eq!(reads(&entries, |what| what), Ok(()));
    assert_eq!(
        reads(&entries, |what| granted(decided(what, |it| it), |it| it)),
        Ok(()),
        "signed again"
    );

    let other = Digest::of("card", b"another");
    let ends = |result: Result<(), String>, problem: &str| {
        let found = result.unwrap_err();
        assert!(found.ends_with(problem), "{found}");
    };
    let card = |what| decided(what, |it| Decision { card: other, ..it });
    ends(reads(&entries, card), "the reviewer was shown another card");
    let seen =
        |what| decided(what, |it| Decision { seen: SeenHead::of([7; 32], it.seen.size), ..it });
    ends(reads(&entries, seen), "it was made on a head that this log never had");
    let terms: [fn(&mut Request); 3] = [
        |it| {
            it.expires_after_ms = None;
            it.approve_by = it.due();
        },
        |it| it.retry_after_ms = Some(1000),
        |it| {
            it.ruling.verdict = Verdict::Allow;
            it.approve_by = it.due();
        },
    ];
    for change in terms {
        let problem = "it is on other terms than its document has";
        ends(reads(&entries, |what| requested(what, change)), problem);
    }
    let batch = |it: &mut Request| it.notes.batch = vec![RequestId::random(it.asked_at, [1; 10])];
    ends(reads(&entries, |what| requested(what, batch)), "the calls that it was made with");
    let claims: [fn(Claims) -> Claims; 4] = [
        |it| Claims { aud: "example.org/prod".into(), ..it },
        |it| Claims { iss: "example.org/prod".into(), ..it },
        |it| Claims { exp: it.exp.saturating_add(3600), ..it },
        |it| Claims { sub: "u:somebody".parse().unwrap(), ..it },
    ];
    for change in claims {
        let problem = "the grant says something else than what was decided";
        ends(reads(&entries, |what| granted(what, change)), problem);
    }
}
