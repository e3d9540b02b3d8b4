//! Functions with a contract of their own.
#![deny(warnings)]

use approvals::{Denied, requires_approval};

/// # Safety
///
/// `index` is in bounds.
#[requires_approval(action = "a")]
pub async unsafe fn at(bytes: &[u8], index: usize) -> Result<u8, Denied> {
    Ok(unsafe { *bytes.get_unchecked(index) })
}

fn main() {}
