//! What goes wrong, on demand.

use std::time::Duration;

use fake_wire::Gate;

/// What goes wrong with one call.
///
/// Without [`with_effect`](Self::with_effect) the call does nothing; with it, only the answer is lost or changed.
///
/// ```
/// use std::time::Duration;
/// use fake_slack::Fault;
///
/// let accepted_and_never_heard = Fault::dropped().with_effect();
/// let late = Fault::slow(Duration::from_secs(2));
/// let limited = Fault::too_many_requests(Some("soon"));
/// let said_so_in_the_body = Fault::error("rate_limited");
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    pub(crate) has_effect: bool,
    pub(crate) delay: Duration,
    pub(crate) gate: Option<Gate>,
    pub(crate) end: End,
}

/// How a call ends.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// As without a fault.
    Genuine,
    /// The connection is reset.
    Dropped,
    /// There is no end.
    Never,
    /// With another answer.
    Answer { status: u16, headers: Vec<(String, String)>, body: String },
}

impl Fault {
    fn new(end: End) -> Self {
        Self { has_effect: false, delay: Duration::ZERO, gate: None, end }
    }

    /// HTTP 429 with this `Retry-After`, which may be any text, or none.
    #[must_use]
    pub fn too_many_requests(retry_after: Option<&str>) -> Self {
        let mut headers = json_headers();
        headers.extend(retry_after.map(|text| ("retry-after".to_owned(), text.to_owned())));
        let body = r#"{"ok":false,"error":"ratelimited"}"#.to_owned();
        Self::new(End::Answer { status: 429, headers, body })
    }

    /// HTTP 200 with `{"ok":false,"error":…}`.
    #[must_use]
    pub fn error(code: &str) -> Self {
        let body = serde_json::json!({"ok": false, "error": code}).to_string();
        Self::new(End::Answer { status: 200, headers: json_headers(), body })
    }

    /// An HTTP status with a page for people.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let headers = vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())];
        Self::new(End::Answer {
            status,
            headers,
            body: "<html>Something is wrong here.</html>".to_owned(),
        })
    }

    /// HTTP 200 with any body.
    #[must_use]
    pub fn body(body: &str) -> Self {
        Self::new(End::Answer { status: 200, headers: json_headers(), body: body.to_owned() })
    }

    /// HTTP 200 with half of an answer.
    #[must_use]
    pub fn malformed() -> Self {
        Self::body(r#"{"ok":true,"ts":"17123"#)
    }

    /// HTTP 200 with a true answer, padded to more than this many bytes.
    #[must_use]
    pub fn huge(bytes: usize) -> Self {
        Self::body(&format!(r#"{{"ok":true,"padding":"{}"}}"#, "x".repeat(bytes)))
    }

    /// The connection is reset without an answer.
    #[must_use]
    pub fn dropped() -> Self {
        Self::new(End::Dropped)
    }

    /// There is never an answer.
    #[must_use]
    pub fn hang() -> Self {
        Self::new(End::Never)
    }

    /// The call takes this long, and succeeds. With [`with_effect`](Self::with_effect) it has its effect first.
    #[must_use]
    pub fn slow(delay: Duration) -> Self {
        Self { delay, ..Self::new(End::Genuine) }
    }

    /// The call waits at the gate, and then succeeds. With [`with_effect`](Self::with_effect) it has its effect first.
    ///
    /// ```
    /// use fake_slack::{Fault, Gate};
    ///
    /// let gate = Gate::new();
    /// let fault = Fault::held(&gate);
    /// // …the call comes, and waits…
    /// gate.open();
    /// ```
    #[must_use]
    pub fn held(gate: &Gate) -> Self {
        Self { gate: Some(gate.clone()), ..Self::new(End::Genuine) }
    }

    /// The call does what it says, whatever the client hears.
    #[must_use]
    pub fn with_effect(mut self) -> Self {
        self.has_effect = true;
        self
    }

    /// The end comes this much later.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

fn json_headers() -> Vec<(String, String)> {
    vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())]
}

/// What goes wrong with the calls to come, by method.
pub(crate) type Faults = fake_wire::Planned<Fault>;
