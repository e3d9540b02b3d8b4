//! What auditors read holds without us.

use approvals_core::{
    Action, Context, DescribeError, Description, Digest, IdempotencyKey, Ledger as _, Principal,
    Requester, Risk,
};
use approvals_log::{
    Checkpoint, SignedNote, Verifier, layout, leaf_hash, parse_bundle, verify_inclusion,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_tiles_of_the_log_verify_against_its_checkpoint() {
    let world = World::new().await;
    for n in 0..60 {
        let id = world.asked(&format!("k-{n}")).await;
        world.agent("POST", &format!("/v1/requests/{id}/withdraw")).send().await;
    }
    let vkey = world.site.ledger.vkey().clone();
    let note = world.auditor("/v1/log/checkpoint").send().await;
    let head = Checkpoint::open(&SignedNote::parse(&note.text()).unwrap(), &vkey).unwrap();
    assert!(head.size() > 120);
    let mut verifier = Verifier::new(vkey);
    for path in layout(head.size()) {
        let answer = world.auditor(&format!("/v1/log/{path}")).send().await;
        assert_eq!(answer.status, 200, "{path}");
        if path.is_entries() {
            for entry in parse_bundle(&answer.body, usize::from(path.width())).unwrap() {
                verifier.push(&entry, None).unwrap();
            }
        } else {
            assert_eq!(answer.body.len(), 32 * usize::from(path.width()));
        }
    }
    assert_eq!(verifier.finish(&head).unwrap().size, head.size());
    for index in [0, 1, head.size() - 1] {
        let proof = world.auditor(&format!("/v1/log/proof/{index}")).send().await.json();
        let hash = |text: &serde_json::Value| -> [u8; 32] {
            BASE64.decode(text.as_str().unwrap()).unwrap().try_into().unwrap()
        };
        let path: Vec<_> = proof["path"].as_array().unwrap().iter().map(hash).collect();
        let entry = &world.site.ledger.entries(index, 1).await.unwrap()[0];
        assert_eq!(hash(&proof["leaf"]), leaf_hash(&entry.bytes));
        verify_inclusion(head.root(), head.size(), index, hash(&proof["leaf"]), &path).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_told_byte_for_byte_with_their_documents() {
    let world = World::new().await;
    let large = json!({ "action": "app.deploy", "arguments": { "plan": "x".repeat(60_000) } });
    assert_eq!(world.submit("large", &large).await.status, 201);
    let (mut next, mut seen, mut documents) = (0, Vec::new(), 0);
    loop {
        let page =
            world.auditor(&format!("/v1/log/events?from={next}&limit=2")).send().await.json();
        for item in page["items"].as_array().unwrap() {
            seen.push(item["entry"].as_str().unwrap().to_owned());
            for beside in item["beside"].as_array().into_iter().flatten() {
                let text = beside["document"].as_str().unwrap();
                assert_eq!(beside["digest"], Digest::of("action", text.as_bytes()).to_string());
                documents += 1;
            }
        }
        let after = page["next"].as_u64().unwrap();
        if after == next {
            break;
        }
        next = after;
    }
    let entries = world.site.ledger.entries(0, usize::MAX).await.unwrap();
    let entries: Vec<_> =
        entries.into_iter().map(|entry| String::from_utf8(entry.bytes).unwrap()).collect();
    assert_eq!((seen, documents), (entries, 1));
}

/// An action with an argument that nobody may read.
struct Pay(IdempotencyKey);

const SECRET: &str = "4242-4242-4242-4242";

impl Action for Pay {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("app.pay", Risk::High)?;
        call.redact("card_number", SECRET)
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        Some(&self.0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_erased_leaves_by_no_route() {
    let world = World::new().await;
    let agent = Context::new(Requester::new(Principal::agent("agent:deployer").unwrap()));
    let gate = &world.site.gate;
    let pay = gate.submit(Pay("pay-1".parse().unwrap()));
    let id = gate.scope(agent, pay).await.unwrap().request;
    let entries = world.site.ledger.history(Some(id)).await.unwrap();
    let hidden = entries.iter().flat_map(|entry| &entry.attachments).filter(|one| one.erasable);
    assert_eq!(hidden.count(), 1, "it is kept, beside the log");
    let width = world.site.size().await;
    // A head is asked for first, as by all who read tiles.
    assert_eq!(world.auditor("/v1/log/checkpoint").send().await.status, 200);
    for path in ["/v1/log/events".to_owned(), format!("/v1/log/tile/entries/000.p/{width}")] {
        let answer = world.auditor(&path).send().await;
        assert!(answer.status == 200 && answer.text().contains(&id.to_string()), "{path}");
        assert!(!answer.text().contains(SECRET), "{path}");
    }
    let read = world.agent("GET", &format!("/v1/requests/{id}")).send().await;
    let shown = world.page("mira", "GET", &format!("/v1/reviews/{id}")).send().await;
    assert_eq!((read.status, shown.status), (200, 200));
    assert!(!read.text().contains(SECRET) && !shown.text().contains(SECRET));
    assert!(shown.text().contains("hidden"));
}
