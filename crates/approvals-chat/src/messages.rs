//! Puts cards into messages, and keeps those as the ledger has it.

use std::time::Duration;

use approvals_core::{
    Card, Desk, DeskError, Outbox, Phase, Post, PostStage, RequestId, State, Turn,
};

use crate::chat::Chat;
use crate::fault::{Fault, Meaning};
use crate::insist::{Passing, insist, insist_if};
use crate::problem::Problem;
use crate::service::{Service, View};

/// How long a message may take that the service does not take, all its tries together. It is well within the time after
/// which another process would think that nobody knows what became of it.
const POST: Duration = Duration::from_secs(20);

/// How long the change of a message may take, all its tries together. It is tried again later.
const CHANGE: Duration = Duration::from_secs(15);

/// The first and the longest pause before a card is shown in a conversation that it could not be shown in.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// How often a message is changed again at once because something has happened meanwhile.
const TRIES: usize = 5;

/// A message, in the words of the ledger and of the service.
struct Address<'a, S: Service> {
    place: &'a str,
    target: S::Target,
    message: &'a str,
}

impl<S: Service> Chat<S> {
    /// Shows a card in one conversation, from wherever whoever began that has come to; returns what the message is called.
    ///
    /// Whoever stops waiting for it does not stop it: what becomes of a post is to be known.
    pub(crate) async fn show(
        &self,
        desk: &Desk,
        card: &Card,
        target: &S::Target,
    ) -> Result<String, Problem> {
        let (chat, desk, card, target) = (self.clone(), desk.clone(), card.clone(), target.clone());
        let showing = tokio::spawn(async move { chat.show_now(&desk, &card, &target).await });
        showing.await.unwrap_or(Err(Problem::InOtherHands))
    }

    async fn show_now(
        &self,
        desk: &Desk,
        card: &Card,
        target: &S::Target,
    ) -> Result<String, Problem> {
        let _mine = self.posting().of((card.id(), target.clone())).await;
        let (place, outbox) = (self.service().place(target).await?, self.outbox(desk));
        loop {
            let left = self.wait_out(desk, card.id(), &place).await?;
            match outbox.begin(card.id(), &place).await? {
                Turn::Post => {
                    self.post(&outbox, card, target, &place).await?;
                    if let Some(message) = &left {
                        let left = Address { place: &place, target: target.clone(), message };
                        self.reply(&left, View::Moved(card)).await;
                    }
                }
                Turn::Show { message } => {
                    self.change(desk, card.id(), &place, &message).await?;
                    return Ok(format!("{place}/{message}"));
                }
                Turn::Done { message } => return Ok(format!("{place}/{message}")),
                Turn::Over => return Ok(place),
                Turn::Wait(_for) => return Err(Problem::InOtherHands),
                Turn::Spent => return Err(Problem::Spent),
            }
        }
    }

    /// There is one more try at a post whose fate is unknown: it is not wasted on a service that is down. Returns the message
    /// that is left behind if there is another one now: nobody can change it, and its buttons count no more then.
    async fn wait_out(
        &self,
        desk: &Desk,
        request: RequestId,
        place: &str,
    ) -> Result<Option<String>, Problem> {
        let Some((_, state)) = desk.state_of(request).await? else { return Ok(None) };
        let mut posts = state.posts().iter().filter(|post| self.is_ours(post));
        let Some(post) = posts.find(|post| post.place() == place) else { return Ok(None) };
        match (post.stage(), post.message()) {
            (PostStage::Unsure { .. }, _) => self.service().probe().await?,
            (PostStage::Lost { error }, Some(message)) if !error.starts_with(DELETED) => {
                return Ok(Some(message.to_owned()));
            }
            _nothing_left => {}
        }
        Ok(None)
    }

    /// Posts what a card will take the place of. Whatever comes of that is noted.
    async fn post(
        &self,
        outbox: &Outbox,
        card: &Card,
        target: &S::Target,
        place: &str,
    ) -> Result<(), Problem> {
        let id = card.id();
        let hold = match self.service().content(View::Placeholder(card)).await {
            Ok(hold) => hold,
            Err(fault) => {
                outbox.lost(id, place, &fault.to_string()).await?;
                return Err(fault.into());
            }
        };
        // What the service does not take leaves no trace there; nor is it to leave two events for each try here.
        let post = || self.service().post(target, &hold);
        match insist_if(POST, Fault::is_without_effect, post).await {
            Ok(message) => {
                // With buttons that nobody will ever see: what is there now has none.
                outbox.sent(card, place, &message).await?;
                Ok(())
            }
            Err(fault) if fault.meaning() == Meaning::Unsure => {
                tracing::warn!(request = %id, %target, error = &fault as &dyn std::error::Error, "the fate of a post is unknown");
                Ok(outbox.unsure(id, place, &fault.to_string()).await?)
            }
            Err(fault) => {
                if fault.is_barred() {
                    tracing::error!(request = %id, %target, error = &fault as &dyn std::error::Error, "the service takes nothing from this app any more");
                }
                outbox.lost(id, place, &fault.to_string()).await?;
                Err(fault.into())
            }
        }
    }

    /// Makes every message of a request show where that stands. One that somebody has deleted while people were still
    /// to decide is posted again.
    pub async fn refresh(&self, desk: &Desk, request: RequestId) -> Result<(), Problem> {
        let Some((card, state)) = desk.state_of(request).await? else { return Ok(()) };
        let mut failed = None;
        for post in self.messages(&state) {
            let Some(message) = post.message() else { continue };
            let mut changed = self.change(desk, request, post.place(), message).await;
            if let (Err(Problem::Deleted), Some(target)) =
                (&changed, self.service().target_at(post.place()))
            {
                changed = self.show(desk, &card, &target).await.map(drop);
            }
            failed = changed.err().or(failed);
        }
        failed.map_or(Ok(()), Err)
    }

    /// The messages of this channel that are there, also those that tell the end already: there may be more to tell.
    fn messages<'a>(&'a self, state: &'a State) -> impl Iterator<Item = &'a Post> {
        let is_over = matches!(state.phase(), Phase::Ended(_));
        let is_there = move |post: &&Post| match post.stage() {
            PostStage::Sent { .. } | PostStage::Shown | PostStage::Closed => true,
            // Nobody could change it; that it is over can be said under it.
            PostStage::Lost { .. } => is_over && post.message().is_some(),
            PostStage::Sending | PostStage::Unsure { .. } => false,
        };
        state.posts().iter().filter(|post| self.is_ours(post)).filter(is_there)
    }

    fn is_ours(&self, post: &Post) -> bool {
        post.channel() == self.service().name()
    }

    /// Makes one message show where its request stands.
    async fn change(
        &self,
        desk: &Desk,
        request: RequestId,
        place: &str,
        message: &str,
    ) -> Result<(), Problem> {
        let Some(target) = self.service().target_at(place) else { return Ok(()) };
        let (_mine, at) = (self.changing().of(request).await, Address { place, target, message });
        // Nothing is noted of a service that is not even known to be there.
        let _there = self.service().place(&at.target).await?;
        for _ in 0..TRIES {
            let Some((card, state)) = desk.state_of(request).await? else { return Ok(()) };
            let shown = match self.render(desk, &card, &state, &at).await {
                Ok(content) => content,
                // Meanwhile it is over.
                Err(Problem::Desk(DeskError::Refused(_))) => continue,
                Err(problem) => return Err(problem),
            };
            let change = || self.service().change(&at.target, message, &shown);
            if let Err(fault) = insist(CHANGE, change).await {
                return self.stuck(desk, &card, &state, &at, fault).await;
            }
            let now = desk.state_of(request).await?;
            if now.is_some_and(|(_, now)| is_same(&state, &now)) {
                return self.changed(desk, &card, &state, &at).await;
            }
        }
        Err(Problem::InOtherHands)
    }

    /// What the message is to show, with buttons that are good as long as it waits.
    async fn render(
        &self,
        desk: &Desk,
        card: &Card,
        state: &State,
        at: &Address<'_, S>,
    ) -> Result<S::Content, Problem> {
        let buttons = if *state.phase() == Phase::Pending {
            Some(self.outbox(desk).sent(card, at.place, at.message).await?)
        } else {
            None
        };
        Ok(self.service().content(View::Card { card, state, buttons: buttons.as_ref() }).await?)
    }

    /// Notes what a message shows now; whoever notes the end tells it under the message as well.
    async fn changed(
        &self,
        desk: &Desk,
        card: &Card,
        state: &State,
        at: &Address<'_, S>,
    ) -> Result<(), Problem> {
        let outbox = self.outbox(desk);
        match state.phase() {
            Phase::Pending => outbox.shown(card.id(), at.place).await?,
            Phase::Ended(_) if outbox.closed(card.id(), at.place).await? => {
                self.reply(at, View::Ended { card, state }).await;
            }
            Phase::Absent | Phase::Allowed | Phase::Granted | Phase::Started | Phase::Ended(_) => {}
        }
        Ok(())
    }

    /// A message that cannot be changed. If that is for good, it is noted, and said under it if that is still possible:
    /// a decision stands all the same.
    async fn stuck(
        &self,
        desk: &Desk,
        card: &Card,
        state: &State,
        at: &Address<'_, S>,
        fault: Fault,
    ) -> Result<(), Problem> {
        if fault.passes_after().is_some() {
            return Err(fault.into());
        }
        if fault.is_barred() {
            // The message is there; it is this app that may do nothing any more.
            return Err(Problem::Barred(fault));
        }
        tracing::error!(request = %card.id(), target = %at.target, error = &fault as &dyn std::error::Error, "a message can be changed no more");
        let (is_pending, is_over) =
            (*state.phase() == Phase::Pending, matches!(state.phase(), Phase::Ended(_)));
        if is_over && fault.meaning() == Meaning::Refused {
            return self.say_the_end(desk, card, state, at).await;
        }
        let is_deleted = fault.meaning() == Meaning::Deleted;
        let why = if is_deleted { format!("{DELETED}{fault}") } else { fault.to_string() };
        let noted = self.outbox(desk).lost(card.id(), at.place, &why).await;
        if !matches!(noted, Err(DeskError::Refused(_))) {
            noted?;
        }
        match (is_pending, is_deleted) {
            (true, true) => Err(Problem::Deleted),
            (true, false) => Err(fault.into()),
            (false, _) => Ok(()),
        }
    }

    /// Says the end under a message that cannot show it. Nothing else will ever say it, so it is noted only once it is said.
    async fn say_the_end(
        &self,
        desk: &Desk,
        card: &Card,
        state: &State,
        at: &Address<'_, S>,
    ) -> Result<(), Problem> {
        let is_told = |post: &Post| post.place() == at.place && *post.stage() == PostStage::Closed;
        if self.messages(state).any(is_told) {
            return Ok(());
        }
        let told = self.service().content(View::Ended { card, state }).await?;
        let say = || self.service().reply(&at.target, at.message, &told);
        match insist_if(CHANGE, Fault::is_without_effect, say).await {
            Err(fault) if fault.is_without_effect() => Err(fault.into()),
            Ok(()) | Err(_) => {
                let _is_news = self.outbox(desk).closed(card.id(), at.place).await?;
                Ok(())
            }
        }
    }

    /// Shows a card in a conversation that it could not be shown in for now, for as long as it waits for people.
    pub(crate) fn show_later(&self, desk: &Desk, card: &Card, target: &S::Target) {
        let chat = self.clone();
        let (desk, card, target) = (desk.downgrade(), card.clone(), target.clone());
        tokio::spawn(async move {
            let mut pause = FIRST_PAUSE;
            while let Some(desk) = desk.upgrade() {
                match chat.show(&desk, &card, &target).await {
                    Err(problem) if problem.is_passing() => {
                        pause = pause.max(problem.passes_after().unwrap_or_default());
                    }
                    _shown_or_never => return,
                }
                drop(desk);
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            }
        });
    }

    /// Says something under each message of a request.
    pub(crate) async fn reply_to_all(
        &self,
        desk: &Desk,
        request: RequestId,
        view: View<'_>,
    ) -> Result<(), Problem> {
        let Some((_, state)) = desk.state_of(request).await? else { return Ok(()) };
        for post in self.messages(&state) {
            let target = self.service().target_at(post.place());
            if let Some((message, target)) = post.message().zip(target) {
                self.reply(&Address { place: post.place(), target, message }, view).await;
            }
        }
        Ok(())
    }

    /// Says something under a message, once: it is no harm if nobody hears it.
    async fn reply(&self, at: &Address<'_, S>, view: View<'_>) {
        let said = match self.service().content(view).await {
            Ok(content) => self.service().reply(&at.target, at.message, &content).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = said {
            tracing::warn!(target = %at.target, error = &fault as &dyn std::error::Error, "nothing could be said under a card");
        }
    }
}

/// What the reason for a lost message begins with in the ledger when somebody has deleted it.
const DELETED: &str = "deleted: ";

/// Whether there is the same to say of both.
fn is_same(one: &State, other: &State) -> bool {
    one.phase() == other.phase()
        && one.decisions().len() == other.decisions().len()
        && one.statements().len() == other.statements().len()
}
