//! Secrets of programs: 256 bits, never printed, kept by their digests.

use std::fmt;

use approvals_core::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use zeroize::Zeroizing;

/// Text that is no token of this kind. It quotes nothing: it may be a token of another kind. [`RequesterToken`] has an
/// example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no {kind} token; it begins with `{prefix}` and has 43 characters after that")]
pub struct NotAToken {
    kind: &'static str,
    prefix: &'static str,
}

/// There was no randomness to make a secret of. [`RequesterToken`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness to make a token of; try again")]
#[non_exhaustive]
pub struct NoRandomness;

macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $prefix:literal, $domain:literal) => {
        $(#[$doc])*
        pub struct $name(Zeroizing<[u8; 32]>);

        impl $name {
            /// How each of them begins.
            pub const PREFIX: &'static str = $prefix;

            /// A new one, from the operating system's randomness.
            pub fn generate() -> Result<Self, NoRandomness> {
                let mut bytes = Zeroizing::new([0; 32]);
                getrandom::fill(bytes.as_mut_slice()).map_err(|_none| NoRandomness)?;
                Ok(Self(bytes))
            }

            /// Reads one; there is one spelling of each.
            pub fn parse(text: &str) -> Result<Self, NotAToken> {
                let none = NotAToken { kind: $kind, prefix: $prefix };
                let encoded = text.strip_prefix($prefix).filter(|rest| rest.len() == 43);
                let decoded = Zeroizing::new(
                    BASE64URL.decode(encoded.ok_or(none)?).map_err(|_other| none)?,
                );
                let mut bytes = Zeroizing::new([0; 32]);
                let exact: &[u8; 32] =
                    decoded.as_slice().try_into().map_err(|_other_length| none)?;
                bytes.copy_from_slice(exact);
                Ok(Self(bytes))
            }

            /// The token itself: for whoever is to have it, once.
            #[must_use]
            pub fn reveal(&self) -> Zeroizing<String> {
                let encoded = Zeroizing::new(BASE64URL.encode(self.0.as_slice()));
                Zeroizing::new(format!("{}{}", $prefix, encoded.as_str()))
            }

            /// What is kept of it.
            #[must_use]
            pub fn hash(&self) -> Digest {
                Digest::of($domain, self.0.as_slice())
            }
        }

        /// Without what it is.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

token!(
    /// What an agent's program shows to submit actions and to wait for them.
    ///
    /// ```
    /// use approvals_http::{AuditorToken, NoRandomness, NotAToken, RequesterToken};
    ///
    /// let token: RequesterToken = RequesterToken::generate().map_err(|none: NoRandomness| none)?;
    /// let text = token.reveal();
    /// assert!(text.starts_with("apr_req_"));
    /// assert_eq!(RequesterToken::parse(&text)?.hash(), token.hash());
    /// assert_eq!(format!("{token:?}"), "RequesterToken(..)");
    ///
    /// // One kind is not the other, in any spelling.
    /// let refused: NotAToken = AuditorToken::parse(&text).unwrap_err();
    /// assert_eq!(refused.to_string(), "this is no auditor token; it begins with `apr_aud_` and has 43 characters after that");
    /// let respelt = AuditorToken::parse(&text.replace("apr_req_", "apr_aud_"))?;
    /// assert_ne!(respelt.hash(), token.hash());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    RequesterToken,
    "requester",
    "apr_req_",
    "requester-token"
);

token!(
    /// What a program shows to read the log. [`RequesterToken`] has an example.
    AuditorToken,
    "auditor",
    "apr_aud_",
    "auditor-token"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_one_spelling() {
        let text = RequesterToken::generate().unwrap().reveal();
        let (body, last) = text.split_at(text.len() - 1);
        // The last character carries four bits: its neighbours in the alphabet differ in the two that count for nothing.
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let at = alphabet.find(last).unwrap() / 4 * 4;
        let near = alphabet.chars().skip(at).take(4).filter(|near| !last.contains(*near));
        let near: Vec<_> = near.map(|near| format!("{body}{near}")).collect();
        assert_eq!(near.len(), 3);
        let longer = ["A", "B", "=", " ", "\n"].map(|end| format!("{}{end}", *text));
        for other in near.into_iter().chain(longer).chain([text.to_uppercase(), body.to_owned()]) {
            assert!(RequesterToken::parse(&other).is_err(), "a second spelling is taken");
        }
    }

    #[test]
    fn no_secret_is_printable() {
        let (one, other) = (RequesterToken::generate().unwrap(), AuditorToken::generate().unwrap());
        for (text, printed) in
            [(one.reveal(), format!("{one:?}")), (other.reveal(), format!("{other:?}"))]
        {
            let refused = RequesterToken::parse(&format!("{}x", *text)).unwrap_err();
            assert!(!printed.contains(&*text), "{printed}");
            assert!(
                !refused.to_string().contains(&*text) && !format!("{refused:?}").contains(&*text)
            );
        }
    }
}
