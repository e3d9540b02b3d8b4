//! Another reader of payloads, which shares nothing with ours but the grammar of JSON.

use serde_json::{Map, Value};

use super::*;

/// Whether this JSON names nothing twice, by a reader of its own.
fn names_nothing_twice(json: &[u8]) -> bool {
    struct Once;
    impl<'de> serde::Deserialize<'de> for Once {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            from.deserialize_any(Self)
        }
    }
    impl<'de> serde::de::Visitor<'de> for Once {
        type Value = Self;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("JSON")
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
            let mut seen = std::collections::BTreeSet::new();
            while let Some((name, _value)) = map.next_entry::<String, Self>()? {
                if !seen.insert(name) {
                    return Err(serde::de::Error::custom("twice"));
                }
            }
            Ok(self)
        }
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
            while seq.next_element::<Self>()?.is_some() {}
            Ok(self)
        }
        fn visit_unit<E>(self) -> Result<Self, E> {
            Ok(self)
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
            Ok(self)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
            Ok(self)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
            Ok(self)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
            Ok(self)
        }
        fn visit_str<E>(self, _: &str) -> Result<Self, E> {
            Ok(self)
        }
    }
    serde_json::from_slice::<Once>(json).is_ok()
}

type Truths = Vec<(&'static str, bool)>;

/// A payload, read by places.
struct Says(Value);

impl Says {
    fn at(&self, place: &str) -> &Value {
        self.0.pointer(place).unwrap_or(&Value::Null)
    }

    fn is(&self, place: &str, id: Option<&str>) -> bool {
        self.at(place).as_str() == id && (id.is_some() || self.at(place).is_null())
    }

    /// In one of two places or in both.
    fn is_in(&self, one: &str, other: &str, id: &str) -> bool {
        let both = [self.at(one), self.at(other)];
        both.iter().all(|value| value.is_null() || *value == id)
            && both.iter().any(|value| !value.is_null())
    }

    fn is_a_click(&self) -> bool {
        let mut actions = self.at("/actions").as_array().into_iter().flatten();
        self.at("/type") == "block_actions"
            && actions.any(|one| one["action_id"] == APPROVE || one["action_id"] == REJECT)
    }

    fn is_a_reason(&self) -> bool {
        self.at("/type") == "view_submission" && self.at("/view/callback_id") == REASON
    }

    fn of_a_sender(&self, sender: &Sender) -> Truths {
        let (team, enterprise) = (sender.team.as_ref(), sender.enterprise.as_ref());
        vec![
            ("app", self.is("/api_app_id", Some(sender.app.as_str()))),
            ("team", self.is("/team/id", team.map(TeamId::as_str))),
            ("no team", team.is_some() || self.at("/team").is_null()),
            ("enterprise", self.is("/enterprise/id", enterprise.map(EnterpriseId::as_str))),
            ("no enterprise", enterprise.is_some() || self.at("/enterprise").is_null()),
            ("wide", (self.at("/is_enterprise_install") == true) == sender.is_org_wide),
            ("user", self.is("/user/id", Some(sender.user.as_str()))),
        ]
    }

    fn of_a_click(&self, press: &Press) -> Truths {
        let id = if press.choice == Choice::Approve { APPROVE } else { REJECT };
        let (channel, message) = (press.channel.as_str(), press.message.as_str());
        vec![
            ("kind", self.is_a_click()),
            ("one", self.at("/actions").as_array().map(Vec::len) == Some(1)),
            ("button", self.is("/actions/0/type", Some("button"))),
            ("choice", self.is("/actions/0/action_id", Some(id))),
            ("value", self.is("/actions/0/value", Some(&press.value))),
            ("time", self.is("/actions/0/action_ts", Some(press.action_ts.as_str()))),
            ("trigger", self.is("/trigger_id", press.trigger_id.as_deref())),
            ("container", self.is("/container/type", Some("message"))),
            ("seen by all", self.at("/container/is_ephemeral") != true),
            ("channel", self.is_in("/container/channel_id", "/channel/id", channel)),
            ("message", self.is_in("/container/message_ts", "/message/ts", message)),
        ]
    }

    fn of_a_reason(&self, said: &Submission) -> Truths {
        let input = &self.at("/view/state/values")[REASON][REASON];
        let app = self.at("/view/app_id");
        vec![
            ("kind", self.is_a_reason()),
            ("metadata", self.is("/view/private_metadata", Some(&said.private_metadata))),
            ("reason", input["value"] == said.reason.as_str()),
            ("input", input["type"] == "plain_text_input"),
            ("one", self.at("/view/state/values").as_object().map(Map::len) == Some(1)),
            ("view's app", app.is_null() || app == said.sender.app.as_str()),
        ]
    }
}

/// What `json` says that `read` does not, or the other way round.
pub(super) fn lie(json: &[u8], read: &Callback) -> Option<&'static str> {
    let Ok(says) = serde_json::from_slice(json).map(Says) else { return Some("no JSON") };
    let truths = match read {
        Callback::Press(press) => {
            [says.of_a_sender(&press.sender), says.of_a_click(press)].concat()
        }
        Callback::Reason(said) => [says.of_a_sender(&said.sender), says.of_a_reason(said)].concat(),
        Callback::Other => vec![("other", !says.is_a_click() && !says.is_a_reason())],
    };
    let once = [("once", names_nothing_twice(json))];
    truths.iter().chain(&once).find(|(_what, holds)| !holds).map(|(what, _)| *what)
}
