//! What goes wrong with the calls to come.

use std::collections::{BTreeMap, VecDeque};

/// What goes wrong with the calls to come, by what they are called; `*` is any of them. An example is how the stand-ins use
/// it.
#[derive(Debug)]
pub struct Planned<F> {
    queued: BTreeMap<String, VecDeque<F>>,
    lasting: BTreeMap<String, F>,
}

impl<F> Default for Planned<F> {
    fn default() -> Self {
        Self { queued: BTreeMap::new(), lasting: BTreeMap::new() }
    }
}

impl<F: Clone> Planned<F> {
    /// For one call, after those that are planned already.
    pub fn queue(&mut self, name: &str, fault: F) {
        self.queued.entry(name.to_owned()).or_default().push_back(fault);
    }

    /// For all calls from now on for which nothing else is planned.
    pub fn last(&mut self, name: &str, fault: F) {
        self.lasting.insert(name.to_owned(), fault);
    }

    /// Forgets what is planned for a name; for all names, where it is `*`.
    pub fn heal(&mut self, name: &str) {
        let is_kept = |planned: &String| name != "*" && planned != name;
        self.queued.retain(|planned, _| is_kept(planned));
        self.lasting.retain(|planned, _| is_kept(planned));
    }

    /// What is planned for a call that has come: queued ones first, then lasting ones.
    pub fn take(&mut self, name: &str) -> Option<F> {
        let queued =
            |queued: &mut BTreeMap<String, VecDeque<F>>, name| queued.get_mut(name)?.pop_front();
        queued(&mut self.queued, name)
            .or_else(|| queued(&mut self.queued, "*"))
            .or_else(|| self.lasting.get(name).cloned())
            .or_else(|| self.lasting.get("*").cloned())
    }
}
