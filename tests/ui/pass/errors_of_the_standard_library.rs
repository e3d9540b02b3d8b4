//! A denial is told through what everybody returns: `std::io::Result`, `String`, and boxes of errors.
#![deny(warnings)]

use std::error::Error;
use std::io;

use approvals::{Denied, requires_approval};
use ui::both;

#[requires_approval(action = "file.read")]
pub async fn read(path: &str) -> io::Result<String> {
    if path.is_empty() {
        return Err(io::Error::from(io::ErrorKind::NotFound));
    }
    Ok(path.to_uppercase())
}

#[requires_approval(action = "file.size")]
pub async fn size(path: &str) -> Result<usize, String> {
    let first = path.chars().next().ok_or("no path")?;
    Ok(first.len_utf8())
}

#[requires_approval(action = "number.parse")]
pub async fn parse(text: &str) -> Result<u8, Box<dyn Error + Send + Sync>> {
    Ok(text.parse::<u8>()?)
}

#[requires_approval(action = "number.parse")]
pub async fn parse_here(text: &str) -> Result<u8, Box<dyn Error>> {
    text.parse::<u8>().map_err(Into::into)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || read("a.txt").await).await;
    assert_eq!(ran.unwrap(), "A.TXT");
    assert_eq!(denied.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    let (ran, _) = both(async || read("").await).await;
    assert_eq!(ran.unwrap_err().kind(), io::ErrorKind::NotFound);

    let (ran, denied) = both(async || size("a.txt").await).await;
    assert_eq!(ran.unwrap(), 1);
    assert!(denied.unwrap_err().contains("no"));
    let (ran, _) = both(async || size("").await).await;
    assert_eq!(ran.unwrap_err(), "no path");

    let (ran, denied) = both(async || parse("7").await).await;
    assert_eq!(ran.unwrap(), 7);
    assert!(denied.unwrap_err().is::<Denied>());
    let (ran, _) = both(async || parse("x").await).await;
    assert!(ran.unwrap_err().is::<std::num::ParseIntError>());

    let (ran, denied) = both(async || parse_here("7").await).await;
    assert_eq!(ran.unwrap(), 7);
    assert!(denied.unwrap_err().is::<Denied>());
}
