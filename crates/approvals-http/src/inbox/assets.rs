//! The files that pages load: built into the program, and named by what is in them, so that they can be kept for ever.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// A file that pages load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asset {
    /// The name below `/assets/`.
    pub(crate) name: &'static str,
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// What is in it.
    pub(crate) bytes: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The files as they stand in the sources.
const FILES: [Asset; 6] = [
    file("inbox.css", CSS, include_bytes!("../../assets/inbox.css")),
    file("theme.js", SCRIPT, include_bytes!("../../assets/theme.js")),
    file("inbox.js", SCRIPT, include_bytes!("../../assets/inbox.js")),
    file("passkey.js", SCRIPT, include_bytes!("../../assets/passkey.js")),
    file("verify.js", SCRIPT, include_bytes!("../../assets/verify.js")),
    file("mark.svg", "image/svg+xml", include_bytes!("../../assets/mark.svg")),
];

const fn file(name: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { name, media_type, bytes }
}

/// The address of each, by its name in the sources.
static ADDRESSES: LazyLock<Vec<(Asset, String)>> =
    LazyLock::new(|| FILES.iter().map(|file| (*file, address(file))).collect());

/// `/assets/inbox.P5rB0uS1ppcx.css`.
fn address(file: &Asset) -> String {
    let digest = Sha256::digest(file.bytes);
    let hash = URL_SAFE_NO_PAD.encode(digest.get(..9).unwrap_or_default());
    match file.name.split_once('.') {
        Some((stem, extension)) => format!("/assets/{stem}.{hash}.{extension}"),
        None => format!("/assets/{}.{hash}", file.name),
    }
}

/// The address of the file that the sources call `name`.
pub(crate) fn at(name: &str) -> &'static str {
    let found = ADDRESSES.iter().find(|(file, _)| file.name == name);
    found.map(|(_, address)| address.as_str()).unwrap_or_default()
}

/// The file at this address, such as `/assets/inbox.P5rB0uS1ppcx.css`. It never changes, and may be kept for ever.
pub(crate) fn find(address: &str) -> Option<Asset> {
    ADDRESSES.iter().find(|(_, known)| known == address).map(|(file, _)| *file)
}

/// Every file, with its address.
#[cfg(test)]
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Asset)> {
    ADDRESSES.iter().map(|(file, address)| (address.as_str(), *file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_at_its_own_address_and_nowhere_else() {
        for file in FILES {
            let found = find(at(file.name)).expect("it is there");
            assert_eq!((found.name, found.bytes), (file.name, file.bytes));
        }
        for wrong in
            ["", "/assets/", "/assets/inbox.css", "/assets/../Cargo.toml", at("nothing.js")]
        {
            assert!(find(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn scripts_never_make_markup_of_text() {
        for file in FILES.iter().filter(|file| file.media_type == SCRIPT) {
            let text = std::str::from_utf8(file.bytes).unwrap();
            for sink in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
                "DOMParser",
                "setAttribute('on",
                "srcdoc",
            ] {
                assert!(!text.contains(sink), "{} has `{sink}`", file.name);
            }
        }
    }
}
