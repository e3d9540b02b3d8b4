//! Where Microsoft's service for bots is, for one tenant: the only places that ever get our token.

use std::fmt;

use url::Url;

/// The hosts that answer for Teams: these, and none below them.
const HOSTS: [&str; 4] = [
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
];

/// The longest address.
const MAX_ADDRESS: usize = 512;

/// The address of the service for one conversation, in one spelling. Its host is one of Microsoft's, or the stand-in's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ServiceUrl(String);

/// An address that gets no token of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error("the service's address cannot be read")]
    Unreadable,
    #[error("the service's address is not one of Microsoft's")]
    Foreign,
}

impl ServiceUrl {
    /// Reads an address that came with a message. `stand_in` is one on this host that stands in for the service in tests.
    pub(crate) fn read(text: &str, stand_in: Option<&Url>) -> Result<Self, PlaceError> {
        if text.len() > MAX_ADDRESS {
            return Err(PlaceError::Unreadable);
        }
        let url: Url = text.parse().map_err(|_malformed| PlaceError::Unreadable)?;
        let has_more = url.query().is_some() || url.fragment().is_some();
        if !url.username().is_empty() || url.password().is_some() || has_more {
            return Err(PlaceError::Foreign);
        }
        let is_stand_in = stand_in.is_some_and(|known| known.origin() == url.origin());
        if !is_stand_in && !is_microsofts(&url) {
            return Err(PlaceError::Foreign);
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_ascii_lowercase()))
    }

    /// The address, without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_microsofts(url: &Url) -> bool {
    let is_host = |host: &str| HOSTS.contains(&host);
    url.scheme() == "https" && url.port().is_none() && url.domain().is_some_and(is_host)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<ServiceUrl, PlaceError> {
        ServiceUrl::read(text, None)
    }

    #[test]
    fn addresses_that_differ_in_case_or_a_slash_are_one() {
        let one = read("https://smba.trafficmanager.net/emea/").unwrap();
        assert_eq!(one.as_str(), "https://smba.trafficmanager.net/emea");
        for other in
            ["https://SMBA.trafficmanager.net/EMEA", "https://smba.trafficmanager.net:443/emea/"]
        {
            assert_eq!(read(other).unwrap(), one);
        }
        let per_tenant =
            "https://smba.trafficmanager.net/amer/72f988bf-86f1-41af-91ab-2d7cd011db47/";
        assert_ne!(read(per_tenant).unwrap(), one);
    }

    /// F4, 42.
    #[test]
    fn no_other_address_gets_a_token() {
        for other in [
            "http://smba.trafficmanager.net/emea/",
            "https://smba.trafficmanager.net.evil.example/",
            "https://evilsmba.trafficmanager.net/",
            "https://other.trafficmanager.net/",
            "https://smba.trafficmanager.net@evil.example/",
            "https://user:pass@smba.trafficmanager.net/",
            "https://smba.trafficmanager.net:8443/",
            "https://smba.trafficmanager.net/emea?x=1",
            "https://smba.trafficmanager.net/emea#x",
            "https://smba.trafficmanager.net./emea",
            "https://127.0.0.1/",
            "https://[::1]/",
            "http://127.0.0.1:9/",
            "https://sⅿba.trafficmanager.net.evil/",
            "//smba.trafficmanager.net/",
            "ftp://smba.trafficmanager.net/",
            "",
        ] {
            assert!(read(other).is_err(), "{other}");
        }
    }

    #[test]
    fn what_stands_in_is_that_and_nothing_beside_it() {
        let stand_in: Url = "http://127.0.0.1:3979/".parse().unwrap();
        assert!(ServiceUrl::read("http://127.0.0.1:3979/emea/", Some(&stand_in)).is_ok());
        for other in ["http://127.0.0.1:3980/", "https://127.0.0.1:3979/", "http://localhost:3979/"]
        {
            assert!(ServiceUrl::read(other, Some(&stand_in)).is_err(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_one_of_microsofts_hosts(text in any::<String>(), near in "https://smba\\.[a-z.@:/]{0,40}(trafficmanager\\.net)?[/?#a-z.@]{0,10}") {
            for text in [text, near] {
                if let Ok(url) = read(&text) {
                    let host = url.as_str().strip_prefix("https://").unwrap().split('/').next().unwrap();
                    prop_assert!(HOSTS.contains(&host), "{}", url);
                }
            }
        }
    }
}
