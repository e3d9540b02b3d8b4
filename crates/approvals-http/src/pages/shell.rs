//! What stands around the page that somebody looks at.

use approvals_core::Assurance;

use crate::access::viewer::Viewer;
use crate::inbox;
use crate::index::summary::Summary;
use crate::reviews::list::waits_for;
use crate::shared::Shared;

pub(super) fn shell(shared: &Shared, viewer: &Viewer) -> inbox::Shell {
    let (now, view) = (shared.clock.now(), shared.follower.view());
    // Whoever looks at pages has come in with a key.
    let waits = |one: &&Summary| waits_for(one, &viewer.reviewer, Assurance::ReviewerKey, now);
    let waiting = view.index.newest(None).filter(waits).count();
    let id = viewer.reviewer.person().id().to_string();
    inbox::Shell {
        log: shared.gate.origin().to_owned(),
        viewer: Some(inbox::Viewer { id, csrf: viewer.csrf().to_owned() }),
        waiting,
    }
}
