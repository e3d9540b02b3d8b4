//! A `Send + !Sync` argument leaves the future `Send`; one that is not even that stays in its thread.
#![deny(warnings)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use approvals::{Denied, inherit, requires_approval};
use ui::both;
use serde::Serialize;

/// It can go to another thread, and two threads cannot look at it.
#[derive(Serialize)]
pub struct Draft {
    text: RefCell<String>,
    reads: Cell<u8>,
}

#[requires_approval(action = "mail.send", show(length = draft.text.borrow().len()))]
pub async fn send(draft: Draft) -> Result<usize, Denied> {
    tokio::task::yield_now().await;
    draft.reads.set(draft.reads.get() + 1);
    draft.text.borrow_mut().push('.');
    Ok(draft.text.into_inner().len())
}

#[requires_approval(action = "mail.send", skip(local))]
pub async fn send_here(local: Rc<Cell<u8>>, to: &str) -> Result<u8, Denied> {
    tokio::task::yield_now().await;
    local.set(local.get() + u8::from(!to.is_empty()));
    Ok(local.get())
}

fn draft() -> Draft {
    Draft { text: RefCell::new("hello".to_owned()), reads: Cell::new(0) }
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let (ran, denied) =
        both(async || tokio::spawn(inherit(send(draft()))).await.unwrap()).await;
    assert_eq!(ran, Ok(6));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let local = Rc::new(Cell::new(0));
    let (ran, denied) = both(async || send_here(Rc::clone(&local), "a").await).await;
    assert_eq!(ran, Ok(1));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
    assert_eq!(local.get(), 1);
}
