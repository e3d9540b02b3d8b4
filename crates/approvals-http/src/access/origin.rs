//! Under which names a server is known, and from which pages it takes calls.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};
use url::{Host, Url};

/// What is no address of a server. [`Access`](crate::Access) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no address of this server: {why}", .text.escape_debug())]
pub struct AddressError {
    text: String,
    why: &'static str,
}

/// An address as browsers and `Host` headers spell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// `example.org` or `example.org:8443`.
    authority: String,
    /// What may stand behind that and changes nothing: `:443` or `:80`.
    default_port: &'static str,
    origin: String,
}

impl AddressError {
    pub(crate) fn new(text: &str, why: &'static str) -> Self {
        Self { text: text.chars().take(200).collect(), why }
    }
}

impl Address {
    /// As browsers name it.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn parse(text: &str) -> Result<Self, AddressError> {
        let no = |why| AddressError::new(text, why);
        let url = Url::parse(text)
            .map_err(|_other| no("write it like `https://approvals.example.org`"))?;
        let is_loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(no("it names no host")),
        };
        let default_port = match url.scheme() {
            "https" => ":443",
            "http" if is_loopback => ":80",
            "http" => {
                return Err(no(
                    "without TLS it may only be this machine's own, such as `http://localhost:8080`",
                ));
            }
            _other => return Err(no("it begins with `https://`")),
        };
        let is_bare = matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !is_bare {
            return Err(no("it ends after the host and the port"));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let authority = url.port().map_or(host.clone(), |port| format!("{host}:{port}"));
        Ok(Self { authority, default_port, origin: url.origin().ascii_serialization() })
    }

    fn is(&self, host: &str) -> bool {
        let plain = host.strip_suffix(self.default_port).unwrap_or(host);
        plain.eq_ignore_ascii_case(&self.authority)
    }
}

/// Whether a call is for one of these: its one `Host` header says so, and its target nothing else.
pub(crate) fn is_for(addresses: &[Address], uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let is_ours = |host: &str| addresses.iter().any(|one| one.is(host));
    host.to_str().is_ok_and(is_ours)
        && uri.authority().is_none_or(|authority| is_ours(authority.as_str()))
}

/// Whether a call comes from a page of one of these, as its one `Origin` header says.
pub(crate) fn is_from(addresses: &[Address], headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else { return false };
    addresses.iter().any(|one| one.origin.as_bytes() == origin.as_bytes())
}

/// Whether a call says that it comes from another page.
pub(crate) fn is_foreign(addresses: &[Address], headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) && !is_from(addresses, headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn with(name: &HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_the_names_of_this_server_are_its_names() {
        let own = [Address::parse("https://approvals.example.org").unwrap()];
        let is = |values: &[&str]| is_for(&own, &Uri::from_static("/v1"), &with(&HOST, values));
        for good in ["approvals.example.org", "Approvals.Example.ORG", "approvals.example.org:443"]
        {
            assert!(is(&[good]), "{good}");
        }
        for bad in [
            "",
            "example.org",
            "approvals.example.org.",
            "approvals.example.org:80",
            "127.0.0.1",
            "approvals.example.org:443:443",
            "xapprovals.example.org",
            "approvals.example.org@evil",
            "approvals.example.org.evil.test",
            "approvals.example.org:",
            "localhost",
        ] {
            assert!(!is(&[bad]), "{bad}");
        }
        assert!(!is(&[]) && !is(&["approvals.example.org", "approvals.example.org"]));
        let elsewhere = Uri::from_static("https://evil.test/v1");
        assert!(!is_for(&own, &elsewhere, &with(&HOST, &["approvals.example.org"])));
    }

    #[test]
    fn a_page_is_ours_by_scheme_host_and_port() {
        let own = [Address::parse("http://localhost:8080").unwrap()];
        assert!(is_from(&own, &with(&ORIGIN, &["http://localhost:8080"])));
        for bad in [
            "null",
            "http://localhost",
            "https://localhost:8080",
            "http://LOCALHOST:8080",
            "http://localhost:8080/",
            "http://localhost:80800",
            "",
        ] {
            assert!(!is_from(&own, &with(&ORIGIN, &[bad])), "{bad}");
            assert!(is_foreign(&own, &with(&ORIGIN, &[bad])), "{bad}");
        }
        assert!(!is_from(&own, &HeaderMap::new()) && !is_foreign(&own, &HeaderMap::new()));
    }

    #[test]
    fn an_address_is_a_whole_one_and_has_tls_or_stays_on_this_machine() {
        for good in
            ["https://a.example", "http://127.0.0.1:1", "http://[::1]:8080", "http://localhost"]
        {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.example",
            "a.example",
            "ftp://a.example",
            "https://a.example/x",
            "",
            "https://a.example?x",
            "https://u@a.example",
            "http://127.0.0.1.a.example",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }
}
