//! What stands around the page that somebody looks at.

use crate::access::viewer::Viewer;
use crate::inbox;
use crate::reviews::list::waits_for;
use crate::shared::Shared;

pub(super) fn shell(shared: &Shared, viewer: &Viewer) -> inbox::Shell {
    let (now, view) = (shared.clock.now(), shared.follower.view());
    let waiting =
        view.index.newest(None).filter(|one| waits_for(one, &viewer.reviewer, now)).count();
    let id = viewer.reviewer.person().id().to_string();
    inbox::Shell {
        log: shared.gate.origin().to_owned(),
        viewer: Some(inbox::Viewer { id, csrf: viewer.csrf().to_owned() }),
        waiting,
    }
}
