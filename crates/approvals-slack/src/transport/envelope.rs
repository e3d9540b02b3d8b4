//! What comes through a socket, frame by frame, as far as anything hangs on it.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The longest name that an envelope has.
const MAX_ID: usize = 128;

/// The most bytes of a frame around its payload. Slack's have some 200.
pub(crate) const MAX_ENVELOPE: usize = 4096;

/// A text frame of Slack's. Payloads are not printed: what buttons carry is in them.
#[derive(PartialEq, Eq)]
pub(crate) enum Frame {
    /// The socket works, for the app of that id.
    Hello { app: Option<String> },
    /// The socket will be closed, or is of no more use.
    Disconnect(Reason),
    /// Somebody did something with a message. The payload is as it came, byte for byte.
    Interactive { envelope: String, payload: Vec<u8> },
    /// Something that this app does not need, but has to acknowledge.
    Other { envelope: String },
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hello { app } => f.debug_struct("Hello").field("app", app).finish(),
            Self::Disconnect(reason) => f.debug_tuple("Disconnect").field(reason).finish(),
            Self::Interactive { envelope, payload: _hidden } => {
                f.debug_struct("Interactive").field("envelope", envelope).finish_non_exhaustive()
            }
            Self::Other { envelope } => {
                f.debug_struct("Other").field("envelope", envelope).finish()
            }
        }
    }
}

/// Why Slack gives a socket up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is about to be closed, as every few hours. So is one of which Slack says something unknown.
    Refresh,
    /// Socket Mode has been switched off.
    LinkDisabled,
    /// The app has more sockets than it may have.
    TooMany,
}

impl Reason {
    /// Whether it stays so until somebody changes the app.
    pub(crate) fn is_off(self) -> bool {
        self == Self::LinkDisabled
    }
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(rename = "type")]
    kind: String,
    envelope_id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    reason: Option<String>,
    connection_info: Option<ConnectionInfo>,
}

#[derive(Deserialize)]
struct ConnectionInfo {
    app_id: Option<String>,
}

impl Frame {
    /// None for whatever is none of them: it is to be ignored.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let raw: Raw<'_> = serde_json::from_str(text).ok()?;
        let envelope = raw.envelope_id.filter(|id| (1..=MAX_ID).contains(&id.len()));
        match (raw.kind.as_str(), envelope) {
            ("hello", _) => {
                Some(Self::Hello { app: raw.connection_info.and_then(|info| info.app_id) })
            }
            ("disconnect", _) => Some(Self::Disconnect(match raw.reason.as_deref() {
                Some("link_disabled") => Reason::LinkDisabled,
                Some("too_many_websockets") => Reason::TooMany,
                _ => Reason::Refresh,
            })),
            ("interactive", Some(envelope)) => {
                let payload = raw.payload?.get().as_bytes().to_vec();
                Some(Self::Interactive { envelope, payload })
            }
            (_, Some(envelope)) => Some(Self::Other { envelope }),
            (_, None) => None,
        }
    }
}

/// What tells Slack that an envelope has arrived.
pub(crate) fn ack(envelope: &str) -> String {
    serde_json::json!({ "envelope_id": envelope }).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_comes_is_a_frame_or_ignored(text in any::<String>(), kind in "[a-z_]{0,12}", rest in ".{0,40}") {
            Frame::read(&text);
            let text = format!(r#"{{"type":"{kind}","envelope_id":"1","payload":{rest}}}"#);
            Frame::read(&text);
        }

        #[test]
        fn a_payload_is_handed_on_byte_for_byte(space in " {0,3}", number in "-?(0|[1-9][0-9]{0,30})") {
            let payload = format!(r#"{{"a":{space}{number}, "a":"\u0041"}}"#);
            let text = format!(r#"{{"type":"interactive","payload":{payload},"envelope_id":"e"}}"#);
            let expected = Frame::Interactive { envelope: "e".into(), payload: payload.into_bytes() };
            prop_assert_eq!(Frame::read(&text), Some(expected));
        }
    }

    #[test]
    fn what_a_payload_carries_is_not_printed() {
        let frame = Frame::read(r#"{"type":"interactive","envelope_id":"e","payload":"CANARY"}"#);
        let (printed, numbers) = (format!("{frame:?}"), format!("{:?}", b"CANARY"));
        assert!(printed.contains("Interactive") && printed.contains("\"e\""), "{printed}");
        assert!(!printed.contains(numbers.trim_matches(['[', ']'])), "{printed}");
    }

    #[test]
    fn what_slack_says_of_a_socket_is_understood() {
        let hello = r#"{"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"},"debug_info":{}}"#;
        assert_eq!(Frame::read(hello), Some(Frame::Hello { app: Some("A1".into()) }));
        for (reason, expected) in [
            ("warning", Reason::Refresh),
            ("refresh_requested", Reason::Refresh),
            ("a_new_reason", Reason::Refresh),
            ("link_disabled", Reason::LinkDisabled),
            ("too_many_websockets", Reason::TooMany),
        ] {
            let text = format!(r#"{{"type":"disconnect","reason":"{reason}","debug_info":{{}}}}"#);
            assert_eq!(Frame::read(&text), Some(Frame::Disconnect(expected)), "{reason}");
        }
    }

    #[test]
    fn an_envelope_without_a_name_or_a_payload_is_ignored() {
        let long = format!(r#"{{"type":"events_api","envelope_id":"{}"}}"#, "x".repeat(MAX_ID + 1));
        for text in [
            r#"{"type":"interactive","payload":{}}"#,
            r#"{"type":"interactive","envelope_id":"1"}"#,
            r#"{"type":"interactive","envelope_id":"1","payload":null}"#,
            r#"{"type":"interactive","envelope_id":"","payload":{}}"#,
            r#"{"type":"interactive","envelope_id":7,"payload":{}}"#,
            r#"{"type":"interactive","envelope_id":"1","payload":{},"payload":{}}"#,
            r#"["hello"]"#,
            "{",
            "",
            &long,
        ] {
            assert_eq!(Frame::read(text), None, "{text}");
        }
    }
}
