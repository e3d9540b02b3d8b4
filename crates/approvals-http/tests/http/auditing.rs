//! What auditors read holds without us.

use approvals_core::{Digest, Ledger as _};
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
