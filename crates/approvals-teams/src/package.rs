//! The app package: what an administrator uploads, so that the bot can be added to teams and chats.

use std::io::{self, Cursor, Write as _};

use serde::{Serialize, Serializer};
use url::Url;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::id::BotId;

/// The app as Teams takes it: a zip of a manifest and two icons. It serializes as the manifest.
///
/// The bot may be added to teams and to group chats, and may write to one person alone; it asks for no permission. The same
/// input gives the same bytes, and the same bot gives the same app: whoever uploads a package with a higher version updates
/// what is there.
///
/// ```
/// use approvals_teams::{AppPackage, BotId};
///
/// let bot: BotId = "11111111-2222-4333-8444-555555555555".parse()?;
/// let package = AppPackage::new(bot, "Deploy gate", "https://shop.example.com/approvals")?;
/// let zip = package.to_zip()?; // std::fs::write("approvals-teams.zip", zip)?
/// assert_eq!(zip, package.clone().to_zip()?);
///
/// let manifest = serde_json::to_value(package.developer("Example Shop")?.version("1.0.1")?)?;
/// assert_eq!(manifest["bots"][0]["scopes"], serde_json::json!(["team", "groupChat", "personal"]));
/// assert_eq!(manifest["developer"]["privacyUrl"], "https://shop.example.com/approvals");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "it is written to a file"]
pub struct AppPackage {
    bot: BotId,
    name: String,
    version: String,
    developer: Option<String>,
    website: Url,
    privacy: Option<Url>,
    terms: Option<Url>,
}

/// Something that Teams would not take in an app package. [`AppPackage`] has an example of one that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// An app is not called so.
    #[error("an app's name is 1 to 30 letters, digits, ASCII signs, and blanks between them")]
    Name,
    /// Nobody is called so.
    #[error("a developer's name is 1 to 32 letters, digits, ASCII signs, and blanks between them")]
    Developer,
    /// Teams links to nothing else: it says which of the addresses it is.
    #[error(
        "the address of {0} must begin with `https://` and a host, with no blank and no user in it"
    )]
    Address(&'static str),
    /// Teams cannot tell whether such a version is a later one.
    #[error("a version is three numbers with a `.` between them, such as `1.0.1`")]
    Version,
}

/// Teams takes every version that there has been. This one is years old, so that clouds and tools that are behind know it too,
/// and what stands in the manifest fits all later ones as well.
const SCHEMA: &str =
    "https://developer.microsoft.com/json-schemas/teams/v1.17/MicrosoftTeams.schema.json";
const SCHEMA_VERSION: &str = "1.17";

/// The most that Teams takes, of characters as UTF-16 counts them.
const MAX_NAME: usize = 30;
const MAX_DEVELOPER: usize = 32;
const MAX_ADDRESS: usize = 2048;

/// With the bot's id behind it, what the app is named by: another name would make another app of each.
const APP: &str = "https://github.com/approvals-rs/approvals/teams/";

const SHORT: &str = "Asks people before agents act";
const FULL: &str = "Posts a card when a program asks for approval: what it is about to do, and buttons to approve \
    and to reject. Only the clicks of those people count whom the program's own directory and policy name. It posts in the \
    conversations that the program was given, and answers no messages.";

/// Where cards are posted; and `personal`, so that whoever has clicked can be told something that is for nobody else.
const SCOPES: [&str; 3] = ["team", "groupChat", "personal"];

/// The ground of the icon.
const ACCENT: &str = "#0F766E";

/// Drawn by `icons/draw.py`.
const COLOR: &[u8] = include_bytes!("../icons/color.png");
const OUTLINE: &[u8] = include_bytes!("../icons/outline.png");

impl AppPackage {
    /// The app of this bot, called this in Teams. `website` is where people read what it is and whom to ask about it.
    pub fn new(bot: BotId, name: &str, website: &str) -> Result<Self, PackageError> {
        Ok(Self {
            bot,
            name: label(name, MAX_NAME).ok_or(PackageError::Name)?,
            version: "1.0.0".to_owned(),
            developer: None,
            website: address(website, "the website")?,
            privacy: None,
            terms: None,
        })
    }

    /// Who is named as its developer: the website's host unless said otherwise, or the app itself if that is too long.
    pub fn developer(self, name: &str) -> Result<Self, PackageError> {
        let developer = label(name, MAX_DEVELOPER).ok_or(PackageError::Developer)?;
        Ok(Self { developer: Some(developer), ..self })
    }

    /// Where people read what becomes of their data: the website unless said otherwise.
    pub fn privacy(self, url: &str) -> Result<Self, PackageError> {
        Ok(Self { privacy: Some(address(url, "the privacy statement")?), ..self })
    }

    /// Where people read the terms of its use: the website unless said otherwise.
    pub fn terms(self, url: &str) -> Result<Self, PackageError> {
        Ok(Self { terms: Some(address(url, "the terms of use")?), ..self })
    }

    /// The version of the app: `1.0.0` unless said otherwise. Teams takes an update only if it is higher than before.
    pub fn version(self, version: &str) -> Result<Self, PackageError> {
        let is_number = |part: &str| part.parse::<u32>().is_ok_and(|n| n.to_string() == part);
        let is_version = version.split('.').count() == 3 && version.split('.').all(is_number);
        let version = is_version.then(|| version.to_owned()).ok_or(PackageError::Version)?;
        Ok(Self { version, ..self })
    }

    /// The id of the app: always the same for a bot, and another one than the bot's.
    #[must_use]
    pub fn id(&self) -> String {
        self.uuid().to_string()
    }

    fn uuid(&self) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{APP}{}", self.bot).as_bytes())
    }

    /// The file that is uploaded.
    pub fn to_zip(&self) -> io::Result<Vec<u8>> {
        let mut manifest = serde_json::to_vec_pretty(self)?;
        manifest.push(b'\n');
        // Whatever a zip says of where and when it was made would make of one package two.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(0o644);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let files = [("manifest.json", &*manifest), ("color.png", COLOR), ("outline.png", OUTLINE)];
        for (name, content) in files {
            zip.start_file(name, options)?;
            zip.write_all(content)?;
        }
        Ok(zip.finish()?.into_inner())
    }

    fn content(&self) -> Manifest<'_> {
        let host = self.website.host_str().filter(|host| host.len() <= MAX_DEVELOPER);
        Manifest {
            schema: SCHEMA,
            schema_version: SCHEMA_VERSION,
            version: &self.version,
            id: self.uuid(),
            developer: Developer {
                name: self.developer.as_deref().or(host).unwrap_or(&self.name),
                website_url: self.website.as_str(),
                privacy_url: self.privacy.as_ref().unwrap_or(&self.website).as_str(),
                terms_of_use_url: self.terms.as_ref().unwrap_or(&self.website).as_str(),
            },
            name: Wording { short: &self.name, full: &self.name },
            description: Wording { short: SHORT, full: FULL },
            icons: Icons { color: "color.png", outline: "outline.png" },
            accent_color: ACCENT,
            bots: [Bot {
                id: self.bot.as_str(),
                scopes: SCOPES,
                is_notification_only: false,
                supports_files: false,
            }],
            valid_domains: [],
        }
    }
}

impl Serialize for AppPackage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.content().serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    #[serde(rename = "manifestVersion")]
    schema_version: &'static str,
    version: &'a str,
    id: Uuid,
    developer: Developer<'a>,
    name: Wording<'a>,
    description: Wording<'a>,
    icons: Icons,
    accent_color: &'static str,
    bots: [Bot<'a>; 1],
    /// Of pages shown in Teams: there are none.
    valid_domains: [&'static str; 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Developer<'a> {
    name: &'a str,
    website_url: &'a str,
    privacy_url: &'a str,
    terms_of_use_url: &'a str,
}

#[derive(Serialize)]
struct Wording<'a> {
    short: &'a str,
    full: &'a str,
}

#[derive(Serialize)]
struct Icons {
    color: &'static str,
    outline: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bot<'a> {
    #[serde(rename = "botId")]
    id: &'a str,
    scopes: [&'static str; 3],
    is_notification_only: bool,
    supports_files: bool,
}

/// What people read as a name: everything in it is seen.
fn label(text: &str, most: usize) -> Option<String> {
    let is_seen = |c: char| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric();
    let is_label = !text.is_empty() && text.trim() == text && text.chars().all(is_seen);
    (is_label && text.encode_utf16().count() <= most).then(|| text.to_owned())
}

fn address(text: &str, what: &'static str) -> Result<Url, PackageError> {
    let is_plain = text.starts_with("https://") && text.bytes().all(|b| b.is_ascii_graphic());
    let url = Url::parse(text).ok().filter(|url| {
        let has_user = !url.username().is_empty() || url.password().is_some();
        is_plain && !has_user && url.has_host() && url.as_str().len() <= MAX_ADDRESS
    });
    url.ok_or(PackageError::Address(what))
}

#[cfg(test)]
#[path = "package_tests.rs"]
mod tests;
