//! What is to be known before people are asked.

use super::builder::Core;
use super::journal::StepError;
use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::record::event::Cause;
use crate::review::request::{Earlier, Request};

/// What is to be done with a request that people would decide.
pub(super) enum Prepared {
    /// It is put to them, or rests on what they have agreed to already.
    Ask,
    /// Nobody is asked, and it ends with this.
    Refuse(Cause),
    /// They are asked the same already.
    Join(RequestId),
}

impl Core {
    /// Whether people have agreed to calls like this for good, whether they are being asked already, whether
    /// there are enough of them.
    pub(super) async fn prepare(
        &self,
        request: &mut Request,
        document: &Document,
        now: Timestamp,
    ) -> Result<Prepared, StepError> {
        let control = self.control();
        request.standing = self.use_standing(&control, document, request, now).await?;
        if request.standing.is_some() {
            return Ok(Prepared::Ask);
        }
        let before = self.before(request, document, now).await?;
        if let Some(same) = before.same {
            return Ok(Prepared::Join(same));
        }
        if let Some(rejected) = before.rejected {
            let was = self.load(rejected).await?;
            request.earlier =
                was.document().and_then(|old| Earlier::of(&was.state, &old, document));
        }
        let shortfall = self.shortfall(request).await?;
        Ok(shortfall
            .map_or(Prepared::Ask, |reason| Prepared::Refuse(Cause::Unsatisfiable { reason })))
    }
}
