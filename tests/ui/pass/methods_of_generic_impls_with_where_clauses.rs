//! What the `impl` is generic over is known in the signature, in the body and in the attribute.
#![deny(warnings)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;

use approvals::{Denied, requires_approval};
use ui::both;
use serde::Serialize;

pub struct Table<'t, K, V = u64> {
    rows: BTreeMap<K, V>,
    name: Cow<'t, str>,
}

impl<'t, K, V> Table<'t, K, V>
where
    K: Ord + Clone + Display + Serialize + for<'a> From<&'a str>,
    V: Clone + Serialize,
{
    #[requires_approval(action = "table.put", resource = "{key}", show(count = rest.len()))]
    pub async fn put<I>(&mut self, key: K, first: V, rest: I) -> Result<Option<V>, Denied>
    where
        I: ExactSizeIterator<Item = V> + Serialize + Send,
        Self: 't,
    {
        let last: Option<V> = rest.last();
        self.rows.insert(key, last.unwrap_or(first));
        Ok(self.rows.get(&K::from("first")).cloned())
    }

    #[requires_approval(action = "table.name")]
    pub async fn name<'a>(&'a self, prefix: &'a str) -> Result<Cow<'a, str>, Denied>
    where
        't: 'a,
    {
        Ok(Cow::Owned(format!("{prefix}{}", self.name)))
    }
}

/// One row, or none.
#[derive(Serialize)]
pub struct Rest(Option<u64>);

impl Iterator for Rest {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0.take()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = usize::from(self.0.is_some());
        (len, Some(len))
    }
}

impl ExactSizeIterator for Rest {}

fn table() -> Table<'static, String> {
    Table { rows: BTreeMap::new(), name: Cow::Borrowed("sales") }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || {
        let mut table = table();
        let put = table.put("first".to_owned(), 1, Rest(Some(2))).await;
        (put, table.rows.len())
    })
    .await;
    assert_eq!(ran, (Ok(Some(2)), 1));
    assert!(matches!(denied, (Err(Denied::Rejected { .. }), 0)));

    let table = table();
    let (ran, denied) = both(async || table.name("eu-").await).await;
    assert_eq!(ran.unwrap(), "eu-sales");
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
}
