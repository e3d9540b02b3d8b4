//! Uses a standing grant for one call.

use super::builder::Core;
use super::denied::Denied;
use super::journal::StepError;
use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::record::control::Control;
use crate::record::event::What;
use crate::review::quorum::Vote;
use crate::review::request::Request;

impl Core {
    /// Uses up one call of a standing grant that covers this one, if there is one and its approvers still may
    /// approve. A crash right after costs the use, and runs nothing.
    ///
    /// # Errors
    ///
    /// `Conflict` if the log has moved on since `control` was read.
    pub(super) async fn use_standing(
        &self,
        control: &Control,
        document: &Document,
        request: &Request,
        now: Timestamp,
    ) -> Result<Option<RequestId>, StepError> {
        let Some(asked) = request.obligations() else { return Ok(None) };
        if document.action.is_reserved() {
            return Ok(None);
        }
        let at = control.time(now);
        let mut all = control.standing();
        if let Some((standing, _)) = all.find(|(_, one)| one.used.contains(&request.id)) {
            let stands = self.stands(control, document, request, at).await?;
            return Ok(stands.then_some(standing));
        }
        let Some(standing) = control.standing_for(document, asked, at) else { return Ok(None) };
        if !self.still_stands(standing).await? {
            return Ok(None);
        }
        let what = What::StandingUsed { standing, request: request.id };
        self.append_log_event(control, what, at).await?;
        Ok(Some(standing))
    }

    /// Whether a standing grant was used for this call, covers it now, and its approvers still may approve.
    pub(super) async fn stands(
        &self,
        control: &Control,
        document: &Document,
        request: &Request,
        now: Timestamp,
    ) -> Result<bool, Denied> {
        match control.used_for(document, request, now) {
            Some(standing) => self.still_stands(standing).await,
            None => Ok(false),
        }
    }

    async fn still_stands(&self, standing: RequestId) -> Result<bool, Denied> {
        let issued = self.load(standing).await?;
        let approvals = self.approvals_that_count(&issued.state).await?;
        let votes: Vec<_> = approvals.iter().map(Vote::of).collect();
        let question = issued.state.question().zip(issued.state.granted_at());
        Ok(question.is_some_and(|(question, granted_at)| question.is_agreed(&votes, granted_at)))
    }
}
