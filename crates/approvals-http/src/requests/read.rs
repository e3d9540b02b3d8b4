//! `GET /v1/requests/{id}`: where a request stands, at once or once that has changed.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use approvals_core::RequestId;
use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};

use super::view::{Asked, own};
use crate::access::requester::Requester;
use crate::phase::Stands;
use crate::problem::{self, Problem};
use crate::query::{Id, Params};
use crate::shared::Shared;

/// The longest that a call waits.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(60);

/// How long to wait for what.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wait {
    /// For how many seconds to wait: not at all, unless said otherwise.
    #[param(minimum = 0, maximum = 60)]
    wait: Option<u64>,
    /// The phase that is waited to be over: `pending`, unless said otherwise.
    #[param(inline)]
    unless: Option<Stands>,
}

/// Read one's own request, or wait until it stands elsewhere
///
/// With `wait`, it is answered as soon as the phase is another than `unless`, or after so many seconds, or when the server
/// stops: with where it stands then.
#[utoipa::path(
    get,
    path = "/v1/requests/{id}",
    tag = "requester",
    security(("requester" = [])),
    params(("id" = String, Path, description = "The request", format = "uuid"), Wait),
    responses((status = 200, description = "Where it stands.", body = Asked)),
)]
pub(crate) async fn read(
    State(shared): State<Arc<Shared>>,
    requester: Requester,
    Id(id): Id,
    Params(how): Params<Wait>,
) -> Result<Answer<Asked>, Problem> {
    let wait = Duration::from_secs(how.wait.unwrap_or_default());
    if wait > MAX_WAIT {
        let most = MAX_WAIT.as_secs();
        return Err(Problem::new(problem::MALFORMED, format_args!("`wait` is at most {most}")));
    }
    let asked = if wait.is_zero() {
        look(&shared, &requester, id).await?
    } else {
        let unless = how.unless.unwrap_or(Stands::Pending);
        until_changed(&shared, &requester, id, unless, wait).await?
    };
    Ok(Answer(asked))
}

async fn look(shared: &Shared, requester: &Requester, id: RequestId) -> Result<Asked, Problem> {
    let (card, state) = own(shared, requester, id).await?;
    Asked::new(&card, &state).ok_or_else(Problem::no_request)
}

async fn until_changed(
    shared: &Shared,
    requester: &Requester,
    id: RequestId,
    unless: Stands,
    wait: Duration,
) -> Result<Asked, Problem> {
    let _place = shared.polls.enter(requester.token())?;
    let until = moment(wait);
    let mut leaving = shared.leaving.subscribe();
    let of_this = shared.follower.waiters.wait_for(id);
    loop {
        // Listening begins before looking, so that no change falls in between.
        let mut changed = pin!(of_this.changed.notified());
        changed.as_mut().enable();
        let asked = look(shared, requester, id).await?;
        if asked.phase != unless {
            return Ok(asked);
        }
        let is_over = tokio::select! {
            change = timeout_at(until, changed) => change.is_err(),
            _going = leaving.wait_for(|leaving| *leaving) => true,
        };
        // Whoever has lost the token meanwhile is told nothing more.
        if !requester.is_good(shared) {
            return Err(Problem::unauthenticated("requester", "this token is good no more"));
        }
        if is_over {
            return look(shared, requester, id).await;
        }
    }
}

fn moment(after: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(after).unwrap_or(now)
}
