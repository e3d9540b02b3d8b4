//! Where channels reach the places of their own. Services tell that from time to time, and whoever posts next has to know
//! it, also in another process.

use std::collections::BTreeMap;

/// The most places that a log knows.
const MAX_ROUTES: usize = 10_000;

/// The longest name of a channel, a place or an address, in bytes.
const MAX_NAME: usize = 1024;

/// The addresses of places, by channel and place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Routes(BTreeMap<(String, String), String>);

impl Routes {
    pub(super) fn get(&self, channel: &str, place: &str) -> Option<&str> {
        self.0.get(&(channel.to_owned(), place.to_owned())).map(String::as_str)
    }

    /// Whether that would be news, and may be noted.
    pub(super) fn set(
        &mut self,
        (channel, place): (&str, &str),
        address: Option<&str>,
    ) -> Result<(), &'static str> {
        let is_plain = |text: &str| {
            (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if ![channel, place].into_iter().chain(address).all(is_plain) {
            return Err("a place or an address is not plain");
        }
        if self.get(channel, place) == address {
            return Err("this was known before");
        }
        let key = (channel.to_owned(), place.to_owned());
        match address {
            None => drop(self.0.remove(&key)),
            Some(_new) if self.0.len() >= MAX_ROUTES && !self.0.contains_key(&key) => {
                return Err("there are more places than anybody has");
            }
            Some(address) => drop(self.0.insert(key, address.to_owned())),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_the_address_that_was_told_last() {
        let mut routes = Routes::default();
        let here = ("teams", "A/B");
        assert!(routes.set(here, None).is_err(), "nothing to forget");
        routes.set(here, Some("https://one.example")).unwrap();
        assert!(routes.set(here, Some("https://one.example")).is_err(), "no news");
        routes.set(here, Some("https://two.example")).unwrap();
        assert_eq!(routes.get("teams", "A/B"), Some("https://two.example"));
        assert_eq!(routes.get("slack", "A/B"), None);
        routes.set(here, None).unwrap();
        assert_eq!(routes.get("teams", "A/B"), None);
    }

    #[test]
    fn what_is_not_plain_or_too_much_is_refused() {
        let mut routes = Routes::default();
        let long = "x".repeat(MAX_NAME + 1);
        for odd in ["", " ", "a b", "\n", "é", long.as_str()] {
            assert!(routes.set(("teams", odd), Some("a")).is_err(), "{odd:?}");
            assert!(routes.set((odd, "a"), Some("a")).is_err(), "{odd:?}");
            assert!(routes.set(("teams", "a"), Some(odd)).is_err(), "{odd:?}");
        }
        for number in 0..MAX_ROUTES {
            routes.set(("teams", &number.to_string()), Some("a")).unwrap();
        }
        assert!(routes.set(("teams", "more"), Some("a")).is_err());
        assert!(routes.set(("teams", "7"), Some("b")).is_ok(), "what is known may move");
    }
}
