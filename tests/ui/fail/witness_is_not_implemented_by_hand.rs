//! What can be shown, and what carries a denial, is not for others to say.

use approvals::__private::{Bindable, CarriesDenial};
use approvals::{Denied, DescribeError, Description};

struct Client;

impl Bindable for Client {
    fn bind(&self, _: &mut Description, _: &str) -> Result<(), DescribeError> {
        Ok(())
    }

    fn redact(&self, _: &mut Description, _: &str) -> Result<(), DescribeError> {
        Ok(())
    }
}

struct Always;

impl CarriesDenial for Always {
    fn denied(_: Denied) -> Self {
        Self
    }

    fn failed(&self) -> bool {
        false
    }
}

fn main() {}
