//! Which actions a requester's token is for.

use approvals_core::{ActionName, NameError};

/// One action by its name, or all whose names begin with a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// This one.
    Exact(ActionName),
    /// Those whose names continue this one with a dot.
    Under(ActionName),
}

impl Scope {
    /// Reads `s3.export` or `s3.*`. There is no way to say "all".
    pub(crate) fn parse(text: &str) -> Result<Self, NameError> {
        match text.strip_suffix(".*") {
            Some(prefix) => prefix.parse().map(Self::Under),
            None => text.parse().map(Self::Exact),
        }
    }

    pub(crate) fn covers(&self, action: &str) -> bool {
        match self {
            Self::Exact(name) => name.as_str() == action,
            Self::Under(prefix) => {
                let rest = action.strip_prefix(prefix.as_str());
                rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_at_a_dot_and_nothing_covers_everything() {
        let s3 = Scope::parse("s3.*").unwrap();
        assert!(s3.covers("s3.export") && s3.covers("s3.bucket.delete"));
        for other in ["s3", "s3.", "s3x.export", "s3-eu.export", "S3.export", "", "x.s3.export"] {
            assert!(!s3.covers(other), "{other}");
        }
        let export = Scope::parse("s3.export").unwrap();
        assert!(export.covers("s3.export") && !export.covers("s3.export.all"));
        for none in ["*", ".*", "", "s3.*.export", "s3*", "s3.**", "S3.export", "s3..*"] {
            assert!(Scope::parse(none).is_err(), "{none}");
        }
    }
}
