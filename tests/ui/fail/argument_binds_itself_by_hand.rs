//! A type cannot implement by hand how it is bound, and bind nothing.

use approvals::{Denied, DescribeError, Description, requires_approval};

struct Handle;

impl approvals::__private::Bindable for Handle {
    fn bind(&self, _: &mut Description, _: &str) -> Result<(), DescribeError> {
        Ok(())
    }

    fn show(&self, _: &mut Description, _: &str) -> Result<(), DescribeError> {
        Ok(())
    }
}

#[requires_approval(action = "a.b")]
async fn gated(handle: Handle) -> Result<(), Denied> {
    drop(handle);
    Ok(())
}

fn main() {}
