//! The keys that there are, and which of them was probably meant.

/// In the order of the documentation.
const KEYS: [&str; 16] = [
    "action",
    "resource",
    "summary",
    "reason",
    "risk",
    "tags",
    "skip",
    "redact",
    "show",
    "when",
    "key",
    "expires",
    "bind",
    "gate",
    "on_denied",
    "crate",
];

/// What other libraries, or people, call some of them.
const ALSO_CALLED: [(&str, &str); 10] = [
    ("name", "action"),
    ("id", "action"),
    ("title", "summary"),
    ("message", "summary"),
    ("description", "summary"),
    ("timeout", "expires"),
    ("ttl", "expires"),
    ("mask", "redact"),
    ("ignore", "skip"),
    ("idempotency_key", "key"),
];

/// What people look for here, and is for those who deploy.
const IN_THE_POLICY: [&str; 9] = [
    "policy",
    "rule",
    "group",
    "groups",
    "quorum",
    "approver",
    "approvers",
    "reviewers",
    "require",
];

/// What is said of a key that does not exist.
pub(crate) fn unknown(key: &str) -> String {
    if IN_THE_POLICY.contains(&key) {
        return format!("unknown key `{key}`: who approves, and how many, stands in the policy");
    }
    match nearest(key) {
        Some(near) => format!("unknown key `{key}`: did you mean `{near}`?"),
        None => format!("unknown key `{key}`: the keys are {}", all()),
    }
}

/// The key that was probably meant by one that does not exist: one of another name, or the nearest within a slip in
/// three letters, or else one that was only begun.
pub(crate) fn nearest(key: &str) -> Option<&'static str> {
    if let Some((_, meant)) = ALSO_CALLED.iter().find(|(called, _)| *called == key) {
        return Some(meant);
    }
    let slips = |known: &&str| strsim::osa_distance(known, key);
    let near = KEYS.into_iter().min_by_key(slips);
    let near = near.filter(|known| slips(known) <= (key.len() / 3).max(1));
    near.or_else(|| KEYS.into_iter().find(|known| known.starts_with(key)))
}

fn all() -> String {
    let quoted = KEYS.map(|key| format!("`{key}`"));
    match quoted.split_last() {
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_told_by_the_one_that_was_meant() {
        let meant = [
            ("actoin", "action"),
            ("sumary", "summary"),
            ("tag", "tags"),
            ("redacted", "redact"),
            ("act", "action"),
            ("on_denial", "on_denied"),
            ("name", "action"),
        ];
        for (written, meant) in meant {
            assert_eq!(nearest(written), Some(meant), "{written}");
        }
    }

    #[test]
    fn who_says_who_approves_is_sent_to_the_policy() {
        assert!(unknown("reviewers").ends_with("stands in the policy"));
    }

    #[test]
    fn a_key_that_nobody_could_mean_lists_all() {
        for written in ["emergency", "level", "async"] {
            assert_eq!(nearest(written), None, "{written}");
            assert!(unknown(written).ends_with("`on_denied` and `crate`"));
        }
    }
}
