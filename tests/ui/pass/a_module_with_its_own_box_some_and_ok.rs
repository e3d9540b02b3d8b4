//! The expansion means the language's `Box`, `Some` and `Ok`, whatever the module around it calls by these names.
#![deny(warnings)]

#[allow(dead_code)]
mod warehouse {
    use approvals::{Denied, requires_approval};

    type Outcome<T> = core::result::Result<T, Denied>;

    /// A box of the warehouse.
    #[derive(Debug, PartialEq, serde::Serialize)]
    pub struct Box(pub u8);

    pub trait Into {}
    pub struct Vec;
    pub struct Duration;
    pub struct Pin;

    #[allow(non_snake_case)]
    pub fn Some(size: u8) -> Box {
        Box(size)
    }

    #[allow(non_snake_case)]
    pub fn Ok(size: u8) -> Outcome<Box> {
        Outcome::Ok(Some(size))
    }

    #[allow(non_snake_case)]
    pub fn Err(size: u8) -> Outcome<Box> {
        Ok(size)
    }

    #[allow(non_upper_case_globals)]
    pub const None: u8 = 1;

    #[requires_approval(
        action = "box.move",
        summary = "Move {size}",
        key = "move-{size}",
        expires = "15m",
        show(half = size / 2),
        when = |size| *size > None,
        redact(token),
        bind = "decoded"
    )]
    pub async fn shift(size: u8, token: u8) -> Outcome<Box> {
        if size == token {
            return Err(None);
        }
        Ok(size)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = ui::both(async || warehouse::shift(7, 0).await).await;
    assert_eq!(ran, Ok(warehouse::Box(7)));
    assert!(denied.is_err());
    let (ran, _) = ui::both(async || warehouse::shift(7, 7).await).await;
    assert_eq!(ran, Ok(warehouse::Box(1)));
}
