//! Names that are keywords: reviewers and the attribute know them without `r#`.
#![deny(warnings)]

use approvals::{Denied, requires_approval};
use ui::both;

#[requires_approval(
    action = "shape.move",
    resource = "{type}",
    summary = "Move {type:?} {in}",
    key = "{type}",
    redact(r#ref),
    skip(r#use),
    show(twice = r#in * 2),
    when = |r#type| r#type.is_empty(),
    bind = "decoded"
)]
pub async fn r#move(r#type: &str, r#in: u8, r#ref: String, r#use: &u8) -> Result<usize, Denied> {
    Ok(r#type.len() + r#ref.len() + usize::from(r#in + r#use))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || r#move("disk", 1, "x".to_owned(), &2).await).await;
    assert_eq!(ran, Ok(8));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
}
