//! What stands beside an event: the document that it names, and what its commitments hide.

use super::body::Body;
use super::event::{Event, What};
use super::ledger::Entry;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::action::principal::Principal;

/// The document of the request that an event asks for, if it does; an error if anything else stands beside the event than
/// that and what it hides.
pub(super) fn document(
    event: &Event,
    entry: &Entry,
    log: &str,
) -> Result<Option<(RequestId, Document)>, String> {
    let What::Requested { request, document } = &event.what else {
        return if entry.attachments.is_empty() {
            Ok(None)
        } else {
            Err("something stands beside it".into())
        };
    };
    let beside = |digest: Digest| {
        let found = entry.attachments.iter().find(|one| one.digest == digest && !one.erasable);
        found.map(|one| one.bytes.as_slice())
    };
    let bytes = document
        .bytes(request.action, beside)
        .ok_or("its document is missing or is another one")?;
    let parsed = Document::parse(bytes).map_err(|error| error.to_string())?;
    let chain = request.requester.chain().iter().map(Principal::id);
    if parsed.requester != *request.requester.principal().id()
        || !parsed.on_behalf_of.iter().eq(chain)
    {
        return Err("its document is of another requester".into());
    }
    if parsed.log != log {
        return Err(format!("its document is of the log `{}`", parsed.log.escape_debug()));
    }
    for one in &entry.attachments {
        let is_document = *document == Body::Beside(one.digest) && !one.erasable;
        let is_hidden = one.erasable && parsed.redacted.values().any(|known| *known == one.digest);
        let fits = Digest::of("redacted", &one.bytes) == one.digest;
        if !(is_document || (is_hidden && fits)) {
            return Err("what stands beside it is not what it names".into());
        }
    }
    Ok(Some((request.id, parsed)))
}
