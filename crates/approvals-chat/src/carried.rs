//! What a button carries: whoever knows it can press that button, so it is never printed.

use std::fmt;
use std::ops::Deref;

use serde::Serialize;

/// The value of a button. Shows nothing of itself.
///
/// ```
/// let value = approvals_chat::Carried::from("v1.secret".to_owned());
/// assert_eq!((&*value, format!("{value:?}").as_str()), ("v1.secret", "Carried(hidden)"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Carried(String);

impl From<String> for Carried {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl Deref for Carried {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carried(hidden)")
    }
}
