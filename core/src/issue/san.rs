//! This file is about subject alternative names: checked, and written as GeneralNames.
//!
//! In: names as text; the extension of a request. Out: DER (RFC 5280 section 4.2.1.6). It may not know
//! who is certified.

use super::der::{self, tag, Reader};
use crate::error::{Code, Error, Result};
use std::net::IpAddr;

/// The UPN's otherName type, id-ms-san-sc-logon-upn.
const UPN: &str = "1.3.6.1.4.1.311.20.2.3";

/// Names of one subject, checked.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    general: Vec<Vec<u8>>,
    first: Option<String>,
}

impl Names {
    /// From lists of text, one per kind of name.
    pub(super) fn new(
        dns: &[String],
        email: &[String],
        uri: &[String],
        ip: &[String],
        upn: &[String],
    ) -> Result<Self> {
        let mut names = Self::default();
        for name in dns {
            names.push(name, context_string(2, check_dns(name)?));
        }
        for name in email {
            names.push(name, context_string(1, check_email(name, "email")?));
        }
        for name in uri {
            names.push(name, context_string(6, check_uri(name)?));
        }
        for name in ip {
            let octets = check_ip(name)?;
            names.push(name, der::tlv(tag::primitive(7), &octets));
        }
        for name in upn {
            let value = der::tlv(tag::UTF8_STRING, check_upn(name)?.as_bytes());
            let explicit = der::tlv(tag::constructed(0), &value);
            let other = [der::known_oid(UPN), explicit];
            names.push(name, der::group(tag::constructed(0), &other));
        }
        Ok(names)
    }

    /// From the GeneralNames of a request, each checked as if it were given here.
    pub(super) fn from_request(general_names: &[u8]) -> Result<Self> {
        let malformed = || refuse_request("its subject alternative name is malformed");
        let mut outer = Reader::new(general_names);
        let mut list = outer
            .read(tag::SEQUENCE)
            .filter(|_| outer.is_empty())
            .ok_or_else(malformed)?
            .inside();
        let mut texts: [Vec<String>; 5] = Default::default();
        let [dns, email, uri, ip, upn] = &mut texts;
        for name in list.by_ref() {
            let text = || {
                String::from_utf8(name.content.to_vec())
                    .map_err(|_| refuse_request("a name in it is not ASCII"))
            };
            match name.tag {
                0x81 => email.push(text()?),
                0x82 => dns.push(text()?),
                0x86 => uri.push(text()?),
                0x87 => ip.push(read_ip(name.content).ok_or_else(malformed)?),
                0xa0 => upn.push(read_upn(name.inside()).ok_or_else(|| {
                    refuse_request(
                        "it asks for an otherName that is no UPN, which is not signed here",
                    )
                })?),
                other => {
                    let message = format!(
                        "it asks for a name of kind [{}], which is not signed here",
                        other & 0x1f
                    );
                    return Err(refuse_request(&message));
                }
            }
        }
        if !list.is_empty() {
            return Err(malformed());
        }
        Self::new(dns, email, uri, ip, upn).map_err(|e| refuse_request(e.message()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.general.is_empty()
    }

    /// The first name as text.
    pub(super) fn first(&self) -> Option<&str> {
        self.first.as_deref()
    }

    /// GeneralNames.
    pub(super) fn der(&self) -> Vec<u8> {
        der::sequence(&self.general)
    }

    fn push(&mut self, text: &str, general: Vec<u8>) {
        self.first.get_or_insert_with(|| text.to_owned());
        if !self.general.contains(&general) {
            self.general.push(general);
        }
    }
}

fn context_string(number: u8, text: &str) -> Vec<u8> {
    der::tlv(tag::primitive(number), text.as_bytes())
}

/// A host name (RFC 1123), its first label perhaps `*`.
fn check_dns(name: &str) -> Result<&str> {
    let problem = |why: &str| Err(refuse("dns", &format!("{name:?} is no DNS name: {why}")));
    if name.is_empty() || name.len() > 253 {
        return problem("it takes 1 to 253 characters");
    }
    let host = name.strip_prefix("*.").unwrap_or(name);
    if !host.split('.').all(is_label) {
        return problem("labels are 1 to 63 letters, digits, hyphens and underscores (other scripts as xn--), with '*.' in front at most");
    }
    if host.parse::<IpAddr>().is_ok() {
        return problem("an address goes into ip");
    }
    Ok(name)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// An addr-spec of ASCII: a dot-atom, `@`, a host name (RFC 5280 section 4.2.1.6).
fn check_email<'a>(name: &'a str, option: &'static str) -> Result<&'a str> {
    let good = name.rsplit_once('@').is_some_and(|(local, host)| {
        (1..=64).contains(&local.len())
            && local
                .split('.')
                .all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
            && host.len() <= 253
            && host.split('.').all(is_label)
    });
    if good {
        Ok(name)
    } else {
        Err(refuse(
            option,
            &format!("{name:?} is no e-mail address of ASCII characters, as in alice@example.com"),
        ))
    }
}

fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// An absolute URI (RFC 3986): a scheme, a colon, and characters that may stand in one.
fn check_uri(name: &str) -> Result<&str> {
    let good = name.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
            && !rest.trim_start_matches('/').is_empty()
            && rest
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
    });
    if good && name.len() <= 2048 {
        Ok(name)
    } else {
        Err(refuse(
            "uri",
            &format!("{name:?} is no absolute URI, as in spiffe://example.org/service"),
        ))
    }
}

fn check_ip(name: &str) -> Result<Vec<u8>> {
    match name.parse() {
        Ok(IpAddr::V4(v4)) => Ok(v4.octets().to_vec()),
        Ok(IpAddr::V6(v6)) => Ok(v6.octets().to_vec()),
        Err(_) => Err(refuse(
            "ip",
            &format!("{name:?} is no IPv4 or IPv6 address"),
        )),
    }
}

/// A user principal name: `user@domain`, UTF-8.
fn check_upn(name: &str) -> Result<&str> {
    let good = name
        .rsplit_once('@')
        .is_some_and(|(user, domain)| !user.is_empty() && !domain.is_empty())
        && name.chars().count() <= 1024
        && !name.chars().any(|c| c.is_control() || c.is_whitespace());
    if good {
        Ok(name)
    } else {
        Err(refuse(
            "upn",
            &format!("{name:?} is no user principal name, as in alice@example.com"),
        ))
    }
}

fn read_ip(octets: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    let v6 = <[u8; 16]>::try_from(octets).map(IpAddr::from);
    v4.or(v6).ok().map(|ip| ip.to_string())
}

fn read_upn(mut other: Reader<'_>) -> Option<String> {
    let oid = other.read(tag::OID)?;
    let explicit = other.read(tag::constructed(0))?;
    let mut inside = explicit.inside();
    let value = inside.read(tag::UTF8_STRING)?;
    let is_upn = oid.whole == der::known_oid(UPN) && inside.is_empty() && other.is_empty();
    is_upn.then(|| String::from_utf8(value.content.to_vec()).ok())?
}

fn refuse(option: &'static str, message: &str) -> Error {
    Error::new(Code::CannotIssue, message).with("option", option)
}

fn refuse_request(why: &str) -> Error {
    Error::new(
        Code::BadRequest,
        format!("the request is not signed: {why}"),
    )
}
