//! A file of tokens that changes.

use std::time::Duration;

use approvals_http::{Queue, Tokens};

use crate::world::{Site, World};

async fn status(world: &World, wanted: u16) -> u16 {
    let mut last = 0;
    for _ in 0..50 {
        last = world.agent("GET", "/v1/requests").send().await.status;
        if last == wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_taken_out_of_the_file_is_good_no_more_and_a_broken_file_lets_nobody_in() {
    let site = Site::new().await;
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("tokens-{}.toml", std::process::id()));
    std::fs::write(&path, &site.tokens.file).unwrap();
    let tokens = Tokens::open(&path).unwrap();
    let world = site.serve_with(tokens, |capacity| capacity, Queue::router).await;
    let id = world.asked("mine").await;
    assert_eq!(status(&world, 200).await, 200);
    let waits = world.agent("GET", &format!("/v1/requests/{id}?wait=8"));
    let waits = tokio::spawn(async move { waits.send().await });

    std::fs::write(&path, site.tokens.file.replace("[requester.deployer]", "[requester.deployer"))
        .unwrap();
    assert_eq!(status(&world, 401).await, 401);
    std::fs::write(&path, &site.tokens.file).unwrap();
    assert_eq!(status(&world, 200).await, 200);
    std::fs::write(&path, "version = 1\n").unwrap();
    assert_eq!(status(&world, 401).await, 401);
    // Who waited with it hears nothing more.
    assert_eq!(waits.await.unwrap().status, 401);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(status(&world, 401).await, 401);
}
