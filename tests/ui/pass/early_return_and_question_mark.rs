//! Bodies that leave early, or never get to their end.
#![deny(warnings)]

use approvals::{Denied, requires_approval};

pub enum Error {
    Denied(Denied),
    Number(std::num::ParseIntError),
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<std::num::ParseIntError> for Error {
    fn from(error: std::num::ParseIntError) -> Self {
        Self::Number(error)
    }
}

#[requires_approval(action = "a")]
pub async fn question_mark(text: &str) -> Result<u8, Error> {
    let number: u8 = text.parse()?;
    Ok(number)
}

#[requires_approval(action = "a")]
pub async fn only_question_mark(text: &str) -> Result<(), Error> {
    text.parse::<u8>()?;
    async {}.await;
    Ok(())
}

#[requires_approval(action = "a")]
pub async fn early(text: &str) -> Result<u8, Error> {
    if text.is_empty() {
        return Ok(0);
    }
    let Some(first) = text.bytes().next() else { return Ok(1) };
    Ok(first)
}

#[requires_approval(action = "a")]
pub async fn only_returns(text: &str) -> Result<usize, Error> {
    return Ok(text.len());
}

#[requires_approval(action = "a")]
pub async fn loops(text: &str) -> Result<usize, Error> {
    loop {
        if text.len() > 1 {
            return Ok(1);
        }
    }
}

#[requires_approval(action = "a")]
pub async fn coerces(
    boxed: bool,
) -> Result<Box<dyn Fn() -> bool + Send>, Box<dyn std::error::Error>> {
    if boxed {
        return Ok(Box::new(move || boxed));
    }
    "x".parse::<u8>()?;
    Ok(Box::new(|| false))
}

#[requires_approval(action = "a")]
pub async fn items_of_its_own(number: u8) -> Result<u8, Error> {
    use Error as Result;
    type Alias = Option<u8>;
    fn twice(of: u8) -> u8 {
        of * 2
    }
    const ONE: u8 = 1;
    let alias: Alias = Some(twice(number));
    match alias {
        Some(number) => Ok(number + ONE),
        None => Err(Result::Denied(Denied::NoGate)),
    }
}

fn main() {}
