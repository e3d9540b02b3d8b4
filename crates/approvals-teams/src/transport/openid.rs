//! The keys with which Microsoft's service for bots signs now: fetched, kept, and fetched anew when they change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use approvals_chat::{Call, Wire};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use crate::keys::KeySet;
use crate::transport::fault::{Unsure, WebError};
use crate::verify::ISSUER;

/// For how long keys are used without asking for new ones.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long they are used at most, while nobody can be asked.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How often it is asked at most: whoever calls with a key that nobody knows brings that about.
const BETWEEN: Duration = Duration::from_secs(60);

/// The same while there is no key at all.
const WITHOUT_ANY: Duration = Duration::from_secs(5);

const WHAT: &str = "a look at Microsoft's keys";

/// The keys, as they are known. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Keys(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    wire: Wire,
    metadata: Url,
    known: Mutex<Known>,
    /// Held while somebody asks, so that those wait for what comes of that who have no key.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Option<(Arc<KeySet>, Instant)>,
    asked: Option<Instant>,
}

impl Known {
    /// Whether it may be asked for keys that are younger than this: not again a moment later.
    fn may_ask(&self, fresh: Duration) -> bool {
        let age = self.keys.as_ref().map(|(_, since)| since.elapsed());
        let pause = if age.is_some() { BETWEEN } else { WITHOUT_ANY };
        age.is_none_or(|age| age >= fresh)
            && self.asked.is_none_or(|asked| asked.elapsed() >= pause)
    }

    fn usable(&self) -> Option<Arc<KeySet>> {
        let (keys, since) = self.keys.as_ref()?;
        (since.elapsed() < LONGEST).then(|| Arc::clone(keys))
    }
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

impl Keys {
    pub(crate) fn new(wire: Wire, metadata: Url) -> Self {
        let (known, asking) = (Mutex::default(), tokio::sync::Mutex::default());
        Self(Arc::new(Inner { wire, metadata, known, asking }))
    }

    /// The keys, as far as they are known. Nobody who can use those waits for others that somebody asks for: anybody can
    /// bring that about.
    pub(crate) async fn current(&self) -> Option<Arc<KeySet>> {
        let (usable, may_ask) = {
            let known = self.0.known();
            (known.usable(), known.may_ask(FRESH))
        };
        if usable.is_some() && !may_ask { usable } else { self.asked(FRESH).await }
    }

    /// The keys, asked for just now unless that was done a moment ago: there is one that nobody knows.
    pub(crate) async fn latest(&self) -> Option<Arc<KeySet>> {
        self.asked(Duration::ZERO).await
    }

    async fn asked(&self, fresh: Duration) -> Option<Arc<KeySet>> {
        let inner = Arc::clone(&self.0);
        // A task of its own: whoever asks and is not polled any more keeps nobody else out.
        let asking = tokio::spawn(async move { inner.in_turn(fresh).await });
        asking.await.ok()?;
        self.0.known().usable()
    }

    /// Asks once.
    pub(crate) async fn ask(&self) -> Result<KeySet, WebError> {
        self.0.ask().await
    }
}

impl Inner {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn in_turn(&self, fresh: Duration) {
        let _mine = self.asking.lock().await;
        {
            let mut known = self.known();
            if !known.may_ask(fresh) {
                return;
            }
            known.asked = Some(Instant::now());
        }
        let keys = self.ask().await;
        // Also after it: those who have waited meanwhile are not to ask again one after the other.
        self.known().asked = Some(Instant::now());
        match keys {
            Ok(keys) => self.known().keys = Some((Arc::new(keys), Instant::now())),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "Microsoft's keys are those of before"
            ),
        }
    }

    async fn ask(&self) -> Result<KeySet, WebError> {
        let unreadable = |why| WebError::unreadable(WHAT, why);
        let metadata = self.read(self.metadata.clone()).await?;
        let metadata: Metadata = serde_json::from_slice(&metadata)
            .map_err(|_quotes| unreadable("it does not say where they are"))?;
        if metadata.issuer != ISSUER {
            return Err(unreadable("it is about somebody else's"));
        }
        let url: Result<Url, _> = metadata.jwks_uri.parse();
        let url = url.ok().filter(|url| url.origin() == self.metadata.origin());
        let url = url.ok_or_else(|| unreadable("they are not where Microsoft has them"))?;
        let keys = self.read(url).await?;
        KeySet::read(&keys).map_err(|_error| unreadable("there are none"))
    }

    async fn read(&self, url: Url) -> Result<Vec<u8>, WebError> {
        let answer = self.wire.call(Call::get(url)).await;
        let answer = answer.map_err(|lost| WebError::lost(WHAT, lost))?;
        // Also a redirect is none: nobody else is to say what Microsoft's keys are.
        if answer.status == 200 {
            Ok(answer.body)
        } else {
            Err(WebError::Unsure { what: WHAT, why: Unsure::Status(answer.status) })
        }
    }
}
