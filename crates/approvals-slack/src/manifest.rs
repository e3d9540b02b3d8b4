//! The manifest from which Slack makes the app.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::check::TO_CHECK;
use crate::shared::scopes;

/// The manifest of the app, as it is pasted where Slack asks for one (<https://api.slack.com/apps>, Create New App, From a
/// manifest): it prints as YAML, for the tab of that name, and serializes as what the tab JSON takes.
///
/// ```
/// use approvals_slack::Manifest;
///
/// let without_public_address = Manifest::socket_mode().to_string();
/// assert!(without_public_address.contains("socket_mode_enabled: true"));
///
/// let with_groups = Manifest::http("https://approvals.example.org/slack/interactivity")?.groups().called("gatekeeper")?;
/// let yaml = with_groups.to_string();
/// assert!(yaml.contains("- usergroups:read") && yaml.contains("display_name: \"gatekeeper\""));
/// let json = serde_json::to_value(&with_groups).unwrap();
/// assert_eq!(json["features"]["bot_user"]["display_name"], "gatekeeper");
/// # Ok::<(), approvals_slack::ManifestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "it is printed"]
pub struct Manifest {
    name: String,
    request_url: Option<String>,
    has_groups: bool,
    is_checkable: bool,
}

/// Something that Slack would not take in a manifest. [`Manifest`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Slack calls nothing else.
    #[error(
        "the Request URL must be an `https://` address that Slack can reach, with no blank in it"
    )]
    Address,
    /// A bot is not called so.
    #[error("a bot's name is 1 to 35 lower-case letters, digits, `-`, `_` and `.`")]
    Name,
}

/// The longest address that is taken.
const MAX_ADDRESS: usize = 2000;

impl Manifest {
    /// Clicks come through sockets that this host opens.
    pub fn socket_mode() -> Self {
        Self {
            name: "approvals".to_owned(),
            request_url: None,
            has_groups: false,
            is_checkable: false,
        }
    }

    /// Slack calls this address: where [`SlackApprover::router`](crate::SlackApprover::router) is reached from outside.
    pub fn http(request_url: &str) -> Result<Self, ManifestError> {
        let host = request_url.strip_prefix("https://").unwrap_or("");
        let is_address = !host.is_empty()
            && !host.starts_with('/')
            && host.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_address || request_url.len() > MAX_ADDRESS {
            return Err(ManifestError::Address);
        }
        Ok(Self { request_url: Some(request_url.to_owned()), ..Self::socket_mode() })
    }

    /// The bot may see who is in user groups, for [`SlackConfig::group`](crate::SlackConfig::group).
    pub fn groups(self) -> Self {
        Self { has_groups: true, ..self }
    }

    /// The bot may see which channels there are, so that [`SlackApprover::check`](crate::SlackApprover::check) can tell whether
    /// it is in them. It needs this for nothing else.
    pub fn checkable(self) -> Self {
        Self { is_checkable: true, ..self }
    }

    /// What the bot is called in the workspace: `approvals` unless said otherwise.
    pub fn called(self, name: &str) -> Result<Self, ManifestError> {
        let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        if !(1..=35).contains(&name.len()) || !name.bytes().all(is_letter) {
            return Err(ManifestError::Name);
        }
        Ok(Self { name: name.to_owned(), ..self })
    }

    /// What is in it, in the order in which Slack shows it.
    fn content(&self) -> Part {
        let name = || leaf(&*self.name);
        let mut interactivity = vec![("is_enabled", leaf(true))];
        if let Some(url) = &self.request_url {
            interactivity.push(("request_url", leaf(&**url)));
        }
        let to_check = TO_CHECK.into_iter().filter(|_scope| self.is_checkable);
        let scopes = Part::Words(scopes(self.has_groups).chain(to_check).collect());
        Part::Map(vec![
            ("_metadata", Part::Map(vec![("major_version", leaf(1)), ("minor_version", leaf(1))])),
            (
                "display_information",
                Part::Map(vec![
                    ("name", name()),
                    ("description", leaf("Asks people before agents act")),
                ]),
            ),
            (
                "features",
                Part::Map(vec![(
                    "bot_user",
                    Part::Map(vec![("display_name", name()), ("always_online", leaf(true))]),
                )]),
            ),
            ("oauth_config", Part::Map(vec![("scopes", Part::Map(vec![("bot", scopes)]))])),
            (
                "settings",
                Part::Map(vec![
                    ("interactivity", Part::Map(interactivity)),
                    ("org_deploy_enabled", leaf(false)),
                    ("socket_mode_enabled", leaf(self.request_url.is_none())),
                    ("token_rotation_enabled", leaf(false)),
                ]),
            ),
        ])
    }
}

/// A piece of a manifest.
enum Part {
    Map(Vec<(&'static str, Part)>),
    Words(Vec<&'static str>),
    Value(Value),
}

fn leaf(value: impl Into<Value>) -> Part {
    Part::Value(value.into())
}

impl Part {
    /// What comes after its name, this far from the margin.
    fn yaml(&self, f: &mut fmt::Formatter<'_>, margin: usize) -> fmt::Result {
        match self {
            Self::Map(parts) => {
                for (at, (name, part)) in parts.iter().enumerate() {
                    if at > 0 || margin > 0 {
                        f.write_str("\n")?;
                    }
                    write!(f, "{:margin$}{name}:", "")?;
                    part.yaml(f, margin.saturating_add(2))?;
                }
                Ok(())
            }
            Self::Words(words) => {
                words.iter().try_for_each(|word| write!(f, "\n{:margin$}- {word}", ""))
            }
            // A text of JSON is one of YAML.
            Self::Value(value) => write!(f, " {value}"),
        }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Map(parts) => {
                serializer.collect_map(parts.iter().map(|(name, part)| (name, part)))
            }
            Self::Words(words) => words.serialize(serializer),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.content().serialize(serializer)
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.content().yaml(f, 0)?;
        f.write_str("\n")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SOCKETS: &str = "\
_metadata:
  major_version: 1
  minor_version: 1
display_information:
  name: \"approvals\"
  description: \"Asks people before agents act\"
features:
  bot_user:
    display_name: \"approvals\"
    always_online: true
oauth_config:
  scopes:
    bot:
      - chat:write
      - users:read
settings:
  interactivity:
    is_enabled: true
  org_deploy_enabled: false
  socket_mode_enabled: true
  token_rotation_enabled: false
";

    #[test]
    fn the_manifest_asks_for_what_the_approver_needs_and_for_nothing_else() {
        assert_eq!(Manifest::socket_mode().to_string(), SOCKETS);
        for has_groups in [false, true] {
            let plain = Manifest::socket_mode();
            let manifest = if has_groups { plain.groups() } else { plain }.to_string();
            let asked = manifest.lines().filter_map(|line| line.strip_prefix("      - "));
            assert!(asked.eq(scopes(has_groups)), "{manifest}");
        }
        assert_ne!(Manifest::socket_mode().groups().to_string(), SOCKETS);
        let more = "      - users:read\n      - channels:read\n      - groups:read\n";
        let expected = SOCKETS.replace("      - users:read\n", more);
        assert_eq!(Manifest::socket_mode().checkable().to_string(), expected);
    }

    #[test]
    fn as_json_it_is_what_slack_takes_in_the_same_order() {
        let url = "https://approvals.example.org/slack/interactivity";
        let manifest = Manifest::http(url).unwrap().groups().called("gate-2").unwrap();
        let expected = json!({
            "_metadata": { "major_version": 1, "minor_version": 1 },
            "display_information": { "name": "gate-2", "description": "Asks people before agents act" },
            "features": { "bot_user": { "display_name": "gate-2", "always_online": true } },
            "oauth_config": { "scopes": { "bot": ["chat:write", "users:read", "usergroups:read"] } },
            "settings": {
                "interactivity": { "is_enabled": true, "request_url": url },
                "org_deploy_enabled": false,
                "socket_mode_enabled": false,
                "token_rotation_enabled": false,
            },
        });
        assert_eq!(serde_json::to_value(&manifest).unwrap(), expected);
        let json = serde_json::to_string_pretty(&manifest).unwrap();
        let yaml = manifest.to_string();
        let in_yaml = yaml.lines().filter_map(|line| line.trim().split_once(':'));
        let in_yaml = in_yaml.map(|(name, _)| name).filter(|name| !name.starts_with('-'));
        let in_json =
            json.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\":"));
        assert!(in_yaml.eq(in_json.map(|(name, _)| name)), "{yaml}{json}");
    }

    #[test]
    fn an_endpoint_takes_the_place_of_sockets() {
        let url = "https://approvals.example.org/slack/interactivity";
        let manifest = Manifest::http(url).unwrap().called("gate-2").unwrap().to_string();
        let expected = SOCKETS
            .replace("\"approvals\"", "\"gate-2\"")
            .replace(
                "is_enabled: true\n",
                &format!("is_enabled: true\n    request_url: \"{url}\"\n"),
            )
            .replace("socket_mode_enabled: true", "socket_mode_enabled: false");
        assert_eq!(manifest, expected);
    }

    #[test]
    fn nothing_gets_into_a_manifest_that_slack_would_read_otherwise() {
        for url in [
            "http://a.example/",
            "https://",
            "https:///x",
            "https://a b",
            "https://a\n  x: 1",
            "https://é",
            "",
        ] {
            assert_eq!(Manifest::http(url), Err(ManifestError::Address), "{url}");
        }
        for name in ["", "A", "a b", "a\"", "a\nb", "é", &"x".repeat(36)] {
            assert_eq!(Manifest::socket_mode().called(name), Err(ManifestError::Name), "{name}");
        }
        let quoted = Manifest::http("https://a.example/?x=\"\\").unwrap().to_string();
        assert!(quoted.contains(r#"request_url: "https://a.example/?x=\"\\""#), "{quoted}");
    }
}
