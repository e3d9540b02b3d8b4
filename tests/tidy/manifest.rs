//! A manifest as its entries; as much of TOML as cargo's own layout needs.

/// `key = value` with the table that it stands in.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// Such as `dependencies`; for `[dependencies.serde]` the key is `serde`, and the value empty.
    pub(crate) table: &'a str,
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
    /// Counted from 1.
    pub(crate) line: usize,
}

impl Entry<'_> {
    /// The name of the dependency: `serde` for `serde.workspace = true`.
    pub(crate) fn name(&self) -> &str {
        let key = self.key.split('.').next().unwrap_or(self.key);
        let renamed = self.value.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1));
        renamed.unwrap_or(key)
    }
}

/// The entries, in order. A line that goes on with an array or a table is part of the entry before it.
pub(crate) fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut found = Vec::new();
    let mut table = "";
    let mut open: usize = 0;
    for (line, at) in text.lines().zip(1..) {
        let code = without_comment(line);
        let inside = open > 0;
        let closes = code.matches([']', '}']).count();
        open = open.saturating_add(code.matches(['[', '{']).count()).saturating_sub(closes);
        if inside {
            continue;
        }
        if let Some(header) = code.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        {
            table = header.trim_matches(['[', ']']);
            if let Some((outer, key)) =
                table.rsplit_once('.').filter(|(outer, _)| outer.ends_with("dependencies"))
            {
                found.push(Entry { table: outer, key, value: "", line: at });
            }
        } else if let Some((key, value)) = code.split_once('=') {
            found.push(Entry { table, key: key.trim(), value: value.trim(), line: at });
        }
    }
    found
}

/// The line up to a `#` outside quotes.
pub(crate) fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let comment = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '#' && !quoted
    });
    comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line)
}

#[test]
fn entries_are_read_with_their_table() {
    let text = "[package]\nname = \"a # b\" # c\nlist = [\n    \"x = y\",\n]\n[dependencies]\nserde.workspace = true\n\
                other = { version = \"1\", package = \"real\" }\n[dev-dependencies.tokio]\nversion = \"1\"\n";
    let found = entries(text);
    let seen: Vec<_> = found.iter().map(|entry| (entry.table, entry.name(), entry.line)).collect();
    assert_eq!(
        seen,
        [
            ("package", "name", 2),
            ("package", "list", 3),
            ("dependencies", "serde", 7),
            ("dependencies", "real", 8),
            ("dev-dependencies", "tokio", 9),
            ("dev-dependencies.tokio", "version", 10),
        ]
    );
    assert_eq!(found.first().map(|entry| entry.value), Some("\"a # b\""));
}
