use std::io::Read as _;

use proptest::prelude::*;
use serde_json::{Value, json};
use zip::ZipArchive;

use super::*;

const BOT: &str = "11111111-2222-4333-8444-555555555555";
const SITE: &str = "https://shop.example.com/approvals";

fn package() -> AppPackage {
    AppPackage::new(BOT.parse().unwrap(), "Approvals", SITE).unwrap()
}

fn manifest(package: &AppPackage) -> Value {
    serde_json::to_value(package).unwrap()
}

/// What is in the zip, in its order, as the library reads it.
fn files(zip: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
    let read = |at| {
        let mut file = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.name().unwrap().into_owned(), content)
    };
    (0..3).map(read).collect()
}

#[test]
fn the_manifest_asks_for_what_the_approver_needs_and_for_nothing_else() {
    let expected = json!({
        "$schema": "https://developer.microsoft.com/json-schemas/teams/v1.17/MicrosoftTeams.schema.json",
        "manifestVersion": "1.17",
        "version": "1.0.0",
        // uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/approvals-rs/approvals/teams/" + bot)
        "id": "a342af14-5ce2-5a2d-9b4e-9093708bf28f",
        "developer": {
            "name": "shop.example.com",
            "websiteUrl": SITE,
            "privacyUrl": SITE,
            "termsOfUseUrl": SITE,
        },
        "name": { "short": "Approvals", "full": "Approvals" },
        "description": { "short": SHORT, "full": FULL },
        "icons": { "color": "color.png", "outline": "outline.png" },
        "accentColor": "#0F766E",
        "bots": [{
            "botId": BOT,
            "scopes": ["team", "groupChat", "personal"],
            "isNotificationOnly": false,
            "supportsFiles": false,
        }],
        "validDomains": [],
    });
    assert_eq!(manifest(&package()), expected);
    assert!(SHORT.len() <= 80 && FULL.len() <= 4000);
}

#[test]
fn what_is_said_takes_the_place_of_what_stands_there_otherwise() {
    let said = package()
        .developer("Example Shop")
        .and_then(|package| package.privacy("https://shop.example.com/privacy"))
        .and_then(|package| package.terms("https://shop.example.com/terms"))
        .and_then(|package| package.version("2.10.0"));
    let said = manifest(&said.unwrap());
    let developer = json!({
        "name": "Example Shop",
        "websiteUrl": SITE,
        "privacyUrl": "https://shop.example.com/privacy",
        "termsOfUseUrl": "https://shop.example.com/terms",
    });
    assert_eq!((&said["developer"], &said["version"]), (&developer, &json!("2.10.0")));
    let long = format!("https://{}.example/", "x".repeat(40));
    let package = AppPackage::new(BOT.parse().unwrap(), "Gate", &long).unwrap();
    assert_eq!(manifest(&package)["developer"]["name"], "Gate");
}

#[test]
fn a_package_holds_the_manifest_and_the_icons_and_is_always_the_same() {
    let zip = package().to_zip().unwrap();
    assert_eq!(zip, package().to_zip().unwrap());
    let [(manifest_name, read), color, outline] = &*files(zip) else { panic!("three files") };
    assert_eq!(manifest_name, "manifest.json");
    assert_eq!(serde_json::from_slice::<Value>(read).unwrap(), manifest(&package()));
    assert!(read.starts_with(b"{\n  \"$schema\"") && read.ends_with(b"}\n"));
    // How wide and high they are stands at the beginning of a PNG.
    for ((name, png), wanted, size) in [(color, "color.png", 192), (outline, "outline.png", 32)] {
        assert_eq!((name.as_str(), &png[..8]), (wanted, &b"\x89PNG\r\n\x1a\n"[..]));
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!((number(16), number(20)), (size, size), "{name}");
    }
}

#[test]
fn a_bot_has_one_app_and_each_has_another() {
    let other = AppPackage::new(BOT.parse().unwrap(), "Gate", "https://a.example/").unwrap();
    assert_eq!(other.version("9.0.0").unwrap().id(), package().id());
    let another = "11111111-2222-4333-8444-555555555556".parse().unwrap();
    assert_ne!(AppPackage::new(another, "Approvals", SITE).unwrap().id(), package().id());
    assert_ne!(package().id(), BOT);
}

#[test]
fn nothing_gets_into_a_package_that_teams_would_refuse_or_read_otherwise() {
    for url in [
        "http://a.example/",
        "HTTPS://a.example/",
        "https://",
        "https:a.example",
        "https://a b.example/",
        "https://a.example/\n",
        "https://u@a.example/",
        "https://u:p@a.example/",
        "https://\u{e9}.example/",
        "https://a.example:99999/",
        "",
        &format!("https://a.example/{}", "x".repeat(2048)),
    ] {
        let refused = |what| Err(PackageError::Address(what));
        let bot = BOT.parse().unwrap();
        assert_eq!(AppPackage::new(bot, "Gate", url), refused("the website"), "{url}");
        assert_eq!(package().privacy(url), refused("the privacy statement"), "{url}");
        assert_eq!(package().terms(url), refused("the terms of use"), "{url}");
    }
    for name in ["", " a", "a ", "a\nb", "a\u{202e}b", "a\u{200b}b", "\u{1f600}"] {
        let bot = BOT.parse().unwrap();
        assert_eq!(AppPackage::new(bot, name, SITE), Err(PackageError::Name), "{name:?}");
        assert_eq!(package().developer(name), Err(PackageError::Developer), "{name:?}");
    }
    for version in
        ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-a", "+1.0.0", "1..0", "1.0.4294967296"]
    {
        assert_eq!(package().version(version), Err(PackageError::Version), "{version}");
    }
}

proptest! {
    #[test]
    fn a_name_is_never_longer_than_teams_takes_however_it_counts(name in any::<String>(), near in "[a\u{e9}\u{20000} ]{25,35}") {
        for name in [name, near] {
            if let Ok(package) = AppPackage::new(BOT.parse().unwrap(), &name, SITE) {
                prop_assert!(name.encode_utf16().count() <= 30 && name.trim() == name);
                let manifest = manifest(&package);
                prop_assert_eq!(manifest["name"]["short"].as_str(), Some(&*name));
            }
            if let Ok(package) = package().developer(&name) {
                let developer = manifest(&package)["developer"]["name"].clone();
                prop_assert!(developer.as_str().unwrap().chars().count() <= 32);
            }
        }
    }
}
