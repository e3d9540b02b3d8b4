//! Tells a channel of Teams what is asked elsewhere, through a webhook of Workflows. Nobody can decide there.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use approvals_chat::{
    Call, Limit, Lost, NotYet, Pace, Paragraph, Passing, Sheet, Span, View, Wire, insist, rest_of,
};
use approvals_core::{
    Approver, ApproverError, Assurance, Card, Desk, Nudge, Phase, Presented, RequestId, WeakDesk,
};
use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::error::{Problem, TeamsError};
use crate::message::{Message, Teams, message};
use crate::secret::WorkflowUrl;
use crate::transport::SetUpError;

/// How much a flow is told at most (*Limits of automated, scheduled, and instant flows*: some hundreds a minute).
const LIMITS: &[Limit] = &[Limit { most: 4, within: Duration::from_secs(1) }];

/// How long something is tried to be told that nobody has taken.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much waits to be told. What comes on top of that is left out.
const ROOM: usize = 1000;

/// Of how many requests it is remembered what was told.
const MAX_TOLD: usize = 10_000;

/// What is posted is told to this agent's name.
const AGENT: &str = concat!("approvals-teams/", env!("CARGO_PKG_VERSION"));

/// An approver that also tells a channel of Teams what is asked, and what has become of it, through a webhook of the app
/// Workflows: for those who want to see it where there is no bot. What was posted so has no buttons, and whether it was
/// changes nothing: where people decide is `inner`, and the name of the channel is that of `inner`.
///
/// What is told is the card as everywhere, with hidden arguments hidden. It is told once, without waiting for it; what a
/// flow does not take within a minute is left out, with a warning in the traces. After a restart, what still waits is
/// told again.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Approver, InMemoryApprover};
/// use approvals_teams::WorkflowNotifier;
///
/// let url = "https://prod-1.westeurope.logic.azure.com/workflows/a1/triggers/manual/paths/invoke?sig=4Uc0";
/// let approver = WorkflowNotifier::new(InMemoryApprover::new(), url.parse()?)?;
/// assert_eq!(approver.channel(), "memory");
/// assert!(!format!("{approver:?}").contains("4Uc0"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Clones are the same.
#[derive(Debug)]
pub struct WorkflowNotifier<A>(Arc<Notifier<A>>);

impl<A> Clone for WorkflowNotifier<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Notifier<A> {
    inner: A,
    flow: Mutex<Option<Flow>>,
    news: mpsc::Sender<Message>,
    told: Mutex<Told>,
    desk: Mutex<Option<WeakDesk>>,
}

/// Who is told, and what is to be.
#[derive(Debug)]
struct Flow {
    wire: Wire,
    url: WorkflowUrl,
    news: mpsc::Receiver<Message>,
}

/// What was told: of each request, as much as can come twice.
#[derive(Debug, Default)]
struct Told {
    of: HashMap<RequestId, Vec<&'static str>>,
    oldest: VecDeque<RequestId>,
}

/// Why a flow was not told.
#[derive(Debug, thiserror::Error)]
enum Untold {
    #[error(transparent)]
    Lost(#[from] Lost),
    #[error("the flow takes nothing for the next {} s", .0.as_secs())]
    Later(Duration),
    #[error("the flow answers with status {0}; look whether it is there, on, and open to anyone")]
    Refused(u16),
}

/// Of what may have been told, nothing is told again: it would be there twice.
impl Passing for Untold {
    fn passes_after(&self) -> Option<Duration> {
        match self {
            Self::Lost(Lost::Unsent(_)) => Some(Duration::ZERO),
            Self::Later(after) => Some(*after),
            Self::Lost(Lost::Deadline | Lost::Cut(_) | Lost::TooLong) | Self::Refused(_) => None,
        }
    }
}

impl<A> WorkflowNotifier<A> {
    /// That approver, which tells the flow at this address as well.
    pub fn new(inner: A, url: WorkflowUrl) -> Result<Self, TeamsError> {
        let wire = if url.is_here() { Wire::plain(AGENT) } else { Wire::encrypted(AGENT) };
        let wire = wire.map_err(SetUpError::from).map_err(Problem::from)?;
        let (news, receiver) = mpsc::channel(ROOM);
        let flow = Mutex::new(Some(Flow { wire, url, news: receiver }));
        let (told, desk) = (Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Notifier { inner, flow, news, told, desk })))
    }
}

impl<A> Notifier<A> {
    /// Tells something of a request, unless that was told before.
    fn tell(&self, request: RequestId, what: &'static str, sheet: &Sheet) {
        if !lock(&self.told).is_news(request, what) {
            return;
        }
        if self.news.try_send(message(sheet, None)).is_err() {
            tracing::warn!(%request, "a flow is told nothing of this: too much waits to be told");
        }
    }
}

impl<A: Approver> Notifier<A> {
    fn form(&self) -> Teams<'_> {
        Teams { name: self.inner.channel(), read_at: None }
    }

    fn asked(&self, card: &Card) {
        let mut sheet = Sheet::card(card, None, false, &self.form());
        let how = format!(
            "To decide it, look where you are asked: {}. Or: approvals show {}",
            self.inner.channel(),
            card.id()
        );
        sheet.parts.insert(0, vec![Paragraph::Text(vec![Span::Strong(how)])]);
        self.tell(card.id(), "asked", &sheet);
    }

    async fn ended(&self, card: &Card) {
        let desk = lock(&self.desk).as_ref().and_then(WeakDesk::upgrade);
        let Some(desk) = desk else { return };
        if let Ok(Some((card, state))) = desk.state_of(card.id()).await {
            let view = View::Ended { card: &card, state: &state };
            self.tell(card.id(), "ended", &Sheet::of(view, &self.form()));
        }
    }
}

impl Told {
    fn is_news(&mut self, request: RequestId, what: &'static str) -> bool {
        let known = self.of.entry(request).or_insert_with(|| {
            self.oldest.push_back(request);
            Vec::new()
        });
        let is_news = !known.contains(&what);
        if is_news {
            known.push(what);
        }
        if self.oldest.len() > MAX_TOLD
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.of.remove(&oldest);
        }
        is_news
    }
}

impl Flow {
    /// Tells all news, one after the other, until nobody can have any.
    async fn run(mut self) {
        let pace = Pace::default();
        while let Some(message) = self.news.recv().await {
            let told = insist(PATIENCE, || self.tell_once(&pace, &message)).await;
            if let Err(error) = told {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a flow was not told what is asked"
                );
            }
        }
    }

    async fn tell_once(&self, pace: &Pace<()>, message: &Message) -> Result<(), Untold> {
        let turn = pace.turn(&[((), LIMITS)], PATIENCE).await;
        turn.map_err(|NotYet(after)| Untold::Later(after))?;
        let body = message.activity().to_string();
        let call = Call::post(self.url.expose().clone());
        let answer = self.wire.call(call.with("application/json", body)).await?;
        match answer.status {
            200..300 => Ok(()),
            429 => {
                let after = rest_of(answer.header("retry-after"));
                pace.rest(&(), after);
                Err(Untold::Later(after))
            }
            status => Err(Untold::Refused(status)),
        }
    }
}

#[async_trait]
impl<A: Approver> Approver for WorkflowNotifier<A> {
    fn channel(&self) -> &str {
        self.0.inner.channel()
    }

    async fn open(&self, desk: &Desk) -> Result<(), ApproverError> {
        self.0.inner.open(desk).await?;
        *lock(&self.0.desk) = Some(desk.downgrade());
        let flow = lock(&self.0.flow).take();
        if let Some(flow) = flow {
            tokio::spawn(flow.run());
        }
        Ok(())
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        let presented = self.0.inner.present(card, desk).await?;
        self.0.asked(card);
        Ok(presented)
    }

    async fn present_batch(
        &self,
        cards: &[Card],
        desk: &Desk,
    ) -> Vec<Result<Presented, ApproverError>> {
        let presented = self.0.inner.present_batch(cards, desk).await;
        for (card, _shown) in cards.iter().zip(&presented).filter(|(_, shown)| shown.is_ok()) {
            self.0.asked(card);
        }
        presented
    }

    async fn nudge(&self, card: &Card, nudge: &Nudge) -> Result<(), ApproverError> {
        self.0.inner.nudge(card, nudge).await
    }

    async fn catch_up(&self, card: &Card, desk: &Desk) -> Result<(), ApproverError> {
        self.0.inner.catch_up(card, desk).await
    }

    fn assurance(&self) -> Assurance {
        self.0.inner.assurance()
    }

    async fn update(&self, card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        if matches!(phase, Phase::Ended(_)) {
            self.0.ended(card).await;
        }
        self.0.inner.update(card, phase).await
    }
}

fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}
