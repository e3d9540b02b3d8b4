//! Lists, page by page.

use std::collections::BTreeSet;

use crate::world::{Site, World};

#[tokio::test(flavor = "multi_thread")]
async fn pages_neither_repeat_nor_miss_what_was_there_while_more_comes_in() {
    let world = World::new().await;
    let mut asked = BTreeSet::new();
    for n in 0..7 {
        asked.insert(world.asked(&format!("before-{n}")).await);
    }
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    for n in 0.. {
        let rest = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = world.agent("GET", &format!("/v1/requests?limit=2{rest}")).send().await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = Some(next.to_owned());
        world.asked(&format!("between-{n}")).await;
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_knows_what_was_written_just_before() {
    let world = World::new().await;
    for n in 0..5 {
        let id = world.asked(&format!("k-{n}")).await;
        let page = world.agent("GET", "/v1/requests?state=pending&limit=1").send().await.json();
        assert_eq!(page["items"][0]["id"], id.as_str());
    }
    let none = world.agent("GET", "/v1/requests?state=granted").send().await.json();
    assert_eq!(none["items"].as_array().map(Vec::len), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_how_much_it_has_dropped_and_what_that_was_can_still_be_read() {
    let site = Site::new().await;
    let world = site.serve(|capacity| capacity.listed(3)).await;
    let old = world.asked("old").await;
    world.agent("POST", &format!("/v1/requests/{old}/withdraw")).send().await;
    let waiting = world.asked("waiting").await;
    for n in 0..2 {
        world.asked(&format!("new-{n}")).await;
    }
    let page = world.agent("GET", "/v1/requests").send().await.json();
    let ids: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
    assert_eq!((ids.len(), page["dropped"].as_u64()), (3, Some(1)));
    // What has ended goes first.
    assert!(ids.contains(&waiting.into()) && !ids.contains(&old.clone().into()));
    let read = world.agent("GET", &format!("/v1/requests/{old}")).send().await;
    assert_eq!(read.json()["outcome"], "withdrawn");
}
