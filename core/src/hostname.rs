//! This file is about host names: as a configuration names its virtual hosts, as clients ask for them
//! (SNI), and as requests name them (Host).
//!
//! In: names. Out: the one spelling in which they are compared, and [`Hosts`], which finds what belongs
//! to a name. It may not know what that is.

use std::collections::HashMap;
use std::net::IpAddr;

/// The longest name of a host, in bytes, and of one of its labels (RFC 1035, 2.3.4).
const LONGEST: usize = 253;
const LONGEST_LABEL: usize = 63;

/// A name in the spelling in which names are compared: lower case, without the dot that ends an
/// absolute name.
pub(crate) fn normalised(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.to_ascii_lowercase()
}

/// The host of a request's `Host` or `:authority`, without its port (RFC 9110, 7.2), normalised.
pub(crate) fn of_authority(authority: &str) -> String {
    let authority = authority.trim_matches([' ', '\t']);
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or(address),
        None => authority.split(':').next().unwrap_or(authority),
    };
    normalised(host)
}

/// What belongs to the hosts of a configuration.
#[derive(Debug)]
pub(crate) struct Hosts<T> {
    exact: HashMap<String, T>,
    /// By what follows the label that the wildcard stands for.
    wildcard: HashMap<String, T>,
}

impl<T> Default for Hosts<T> {
    fn default() -> Self {
        Self {
            exact: HashMap::new(),
            wildcard: HashMap::new(),
        }
    }
}

impl<T> Hosts<T> {
    /// Adds what belongs to a name that [`check`] has passed, or to `*.name`; false when there is
    /// something already.
    pub(crate) fn insert(&mut self, pattern: &str, value: T) -> bool {
        let old = match pattern.strip_prefix("*.") {
            Some(rest) => self.wildcard.insert(normalised(rest), value),
            None => self.exact.insert(normalised(pattern), value),
        };
        old.is_none()
    }

    /// What belongs to a name: its own, or that of the wildcard for its first label.
    pub(crate) fn find(&self, name: &str) -> Option<&T> {
        if self.exact.is_empty() && self.wildcard.is_empty() {
            return None;
        }
        let name = normalised(name);
        self.exact.get(&name).or_else(|| {
            let (label, rest) = name.split_once('.')?;
            self.wildcard.get(rest).filter(|_| !label.is_empty())
        })
    }
}

/// What is wrong with a name of a configuration: an exact one, or `*.name`, as letters, digits,
/// hyphens and underscores in labels (RFC 952, and what DNS has come to hold).
pub(crate) fn check(pattern: &str) -> Result<(), &'static str> {
    if !pattern.is_ascii() {
        return Err("has letters beyond ASCII; clients ask for the A-label form, xn--...");
    }
    let name = pattern.strip_prefix("*.").unwrap_or(pattern);
    let name = normalised(name);
    if name.contains('*') {
        return Err("has a wildcard in a place where none works; it stands for the whole first label: *.example.com");
    }
    if name.is_empty() {
        return Err("is empty");
    }
    if name.len() > LONGEST {
        return Err("is longer than 253 bytes");
    }
    if name.parse::<IpAddr>().is_ok() {
        return Err("is an IP address; clients never ask for one by SNI (RFC 6066, 3)");
    }
    let good = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
    };
    if !name.split('.').all(good) {
        return Err("is no host name: labels of 1 to 63 letters, digits, hyphens and underscores, with dots between them");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_any_case_and_a_wildcard_stands_for_one_label() {
        let mut hosts = Hosts::default();
        assert!(hosts.insert("www.Example.com", 1) && hosts.insert("*.example.com", 2));
        assert!(!hosts.insert("WWW.example.com.", 3), "the same name");
        for (name, expected) in [
            ("WWW.EXAMPLE.COM", Some(&3)),
            ("www.example.com.", Some(&3)),
            ("api.example.com", Some(&2)),
            ("a.b.example.com", None),
            ("example.com", None),
            (".example.com", None),
            ("", None),
        ] {
            assert_eq!(hosts.find(name), expected, "{name}");
        }
    }

    #[test]
    fn the_host_of_a_request_has_neither_port_nor_brackets() {
        for (authority, expected) in [
            ("Example.com:8443", "example.com"),
            ("example.com.", "example.com"),
            ("[2001:DB8::1]:443", "2001:db8::1"),
            ("", ""),
        ] {
            assert_eq!(of_authority(authority), expected);
        }
    }

    #[test]
    fn nonsense_is_no_name_of_a_host() {
        for good in ["localhost", "*.local", "xn--bcher-kva.example", "_srv.a.b"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        let long = format!("{}.example", "a".repeat(64));
        for bad in [
            "",
            "*",
            "*.",
            ".",
            "a*.b",
            "*.*.b",
            "a.*.b",
            "**.b",
            "a..b",
            "-a.b",
            "a-.b",
            "a b",
            "a/b",
            "a:443",
            "127.0.0.1",
            "::1",
            "b\u{fc}cher.example",
            &long,
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
