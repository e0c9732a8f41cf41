//! This file is about what to issue: one value with named fields, and what they come to.
//!
//! In: the fields as a person writes them. Out: a checked [`Content`], or what is wrong with a field. It
//! may not know of files or of the authority.

use super::der;
use super::key::KeyKind;
use super::san::Names;
use super::subject::Subject;
use super::time;
use crate::cert::usage::{EXTENDED_KEY_USAGES, KEY_USAGES};
use crate::error::{Code, Error, Result};

/// What to issue. Every field may be left at its default:
///
/// ```
/// use peercert::issue::{Spec, Subject};
/// # fn main() -> peercert::Result<()> {
/// let alice = Spec {
///     subject: Some(Subject::parse("CN=alice,O=Example")?),
///     email: vec!["alice@example.com".into()],
///     days: Some(30),
///     ..Spec::default()
/// };
/// # let _ = alice;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Spec {
    /// The subject; without it, a leaf gets the first of its names as its CN, and an authority a CN that
    /// says what it is for.
    pub subject: Option<Subject>,
    /// DNS names; `*.example.com` too.
    pub dns: Vec<String>,
    /// E-mail addresses (RFC 822 names).
    pub email: Vec<String>,
    /// URIs, SPIFFE IDs among them.
    pub uri: Vec<String>,
    /// IPv4 and IPv6 addresses.
    pub ip: Vec<String>,
    /// User principal names (Microsoft's otherName).
    pub upn: Vec<String>,
    /// Days of validity, from `not_before`, or from now when that is not given. By default 3,650 for a
    /// root, 1,825 for an intermediate, 365 for a leaf, but never past the issuer's end.
    pub days: Option<i64>,
    /// The first second of validity, since 1970-01-01 UTC; by default five minutes ago, for clocks that go wrong.
    /// [`time`](super::time()) reads dates.
    pub not_before: Option<i64>,
    /// The last second of validity, since 1970-01-01 UTC; excludes `days`. It may lie in the past: an
    /// expired certificate, for a demonstration.
    pub not_after: Option<i64>,
    /// The kind of key that is made.
    pub key: KeyKind,
    /// Key usages by their RFC 5280 names (`digitalSignature`); by default digitalSignature, with keyEncipherment
    /// on an RSA server, and keyCertSign with cRLSign on an authority.
    pub key_usage: Vec<String>,
    /// Extended key usages by their RFC 5280 names (`clientAuth`) or dotted OIDs; by default serverAuth
    /// on a server and clientAuth on a client.
    pub extended_key_usage: Vec<String>,
    /// How many intermediates may follow an authority; only for authorities.
    pub path_length: Option<u8>,
    /// Encrypts the new private key; by default it is not encrypted.
    pub password: Option<String>,
    /// The name of the files in a folder, without their ends; by default made from the CN.
    pub name: Option<String>,
}

// By hand, because the password must never reach a log.
impl std::fmt::Debug for Spec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spec")
            .field("subject", &self.subject)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A TLS server.
    Server,
    /// A TLS client.
    Client,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Root,
    Intermediate,
    Leaf(Purpose),
}

/// A spec that was checked.
pub(super) struct Content {
    pub(super) subject: Vec<u8>,
    pub(super) subject_is_empty: bool,
    pub(super) names: Names,
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    /// Bit 0 is the most significant.
    pub(super) key_usage: u16,
    pub(super) extended_key_usage: Vec<Vec<u8>>,
    /// `Some` on an authority, with its path length.
    pub(super) authority: Option<Option<u8>>,
}

/// The issuer's side of the checks.
pub(super) struct Bounds {
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) path_length: Option<u8>,
}

const KEY_CERT_SIGN: u16 = 0x8000 >> 5;
const CRL_SIGN: u16 = 0x8000 >> 6;
const DIGITAL_SIGNATURE: u16 = 0x8000;
const KEY_ENCIPHERMENT: u16 = 0x8000 >> 2;

/// How far a default notBefore lies back.
const CLOCK_SKEW: i64 = 300;

impl Spec {
    /// The names alone.
    pub(super) fn names(&self) -> Result<Names> {
        Names::new(&self.dns, &self.email, &self.uri, &self.ip, &self.upn)
    }

    /// The subject, made from the names where none is given.
    pub(super) fn subject_or(&self, names: &Names, default: Option<&str>) -> Result<Subject> {
        if let Some(subject) = &self.subject {
            return Ok(subject.clone());
        }
        // A CN holds 64 characters; a longer name stands in the extension alone.
        let cn = names
            .first()
            .or(default)
            .filter(|cn| cn.chars().count() <= 64);
        Subject::from_attributes(cn.map(|cn| ("CN", cn)))
    }

    /// Everything, for a certificate. `requested` has the subject and the names of a request, which stand
    /// where this spec gives none.
    pub(super) fn content(
        &self,
        role: Role,
        issuer: Option<&Bounds>,
        requested: Option<(&[u8], &Names)>,
        rsa: bool,
    ) -> Result<Content> {
        check_password(self.password.as_deref())?;
        let own = self.names()?;
        let names = match requested {
            Some((_, asked)) if own.is_empty() => asked.clone(),
            _ => own,
        };
        let (subject, subject_is_empty) = match requested {
            Some((name, _)) if self.subject.is_none() => {
                (name.to_vec(), der::sequence::<&[u8]>(&[]) == name)
            }
            _ => {
                let default = match role {
                    Role::Root => Some("peercert development CA"),
                    Role::Intermediate => Some("peercert development intermediate CA"),
                    Role::Leaf(_) => None,
                };
                let subject = self.subject_or(&names, default)?;
                (subject.der(), subject.is_empty())
            }
        };
        let authority = self.authority(role, issuer)?;
        if subject_is_empty && authority.is_some() {
            return Err(refuse("subject", "an authority needs a subject"));
        }
        if subject_is_empty && names.is_empty() {
            return Err(refuse("subject", "a certificate needs a subject or a name: give one of subject, dns, email, uri, ip, upn"));
        }
        let (not_before, not_after) = self.validity(role, issuer)?;
        let content = Content {
            subject,
            subject_is_empty,
            names,
            not_before,
            not_after,
            key_usage: self.key_usage(role, rsa)?,
            extended_key_usage: self.extended_key_usage(role)?,
            authority,
        };
        Ok(content)
    }

    fn authority(&self, role: Role, issuer: Option<&Bounds>) -> Result<Option<Option<u8>>> {
        if matches!(role, Role::Leaf(_)) {
            return match self.path_length {
                Some(_) => Err(refuse("path_length", "only an authority has a path length")),
                None => Ok(None),
            };
        }
        let allowed = match issuer.and_then(|i| i.path_length) {
            None => return Ok(Some(self.path_length)),
            Some(0) => {
                return Err(refuse(
                    "path_length",
                    "the issuer's path length of 0 allows no intermediate under it",
                ))
            }
            Some(above) => above.saturating_sub(1),
        };
        match self.path_length {
            Some(wanted) if wanted > allowed => Err(refuse(
                "path_length",
                &format!(
                    "the path length {wanted} is more than the issuer allows: {allowed} at most"
                ),
            )),
            wanted => Ok(Some(wanted.or(Some(allowed)))),
        }
    }

    fn validity(&self, role: Role, issuer: Option<&Bounds>) -> Result<(i64, i64)> {
        if self.days.is_some() && self.not_after.is_some() {
            return Err(refuse(
                "days",
                "days and not_after exclude each other: give one",
            ));
        }
        if self
            .days
            .is_some_and(|days| !(1..=3_000_000).contains(&days))
        {
            return Err(refuse("days", "days is 1 at least and 3,000,000 at most; for an expired certificate give not_before and not_after"));
        }
        let now = time::now();
        let earliest = issuer.map_or(i64::MIN, |i| i.not_before);
        let not_before = self.not_before.unwrap_or((now - CLOCK_SKEW).max(earliest));
        let default_days = match role {
            Role::Root => 3650,
            Role::Intermediate => 1825,
            Role::Leaf(_) => 365,
        };
        let start = self.not_before.unwrap_or(now);
        let not_after = match (self.not_after, self.days) {
            (Some(end), _) => end,
            (None, Some(days)) => start.saturating_add(days * time::DAY),
            // Only a default gives way to the issuer's end: what was asked for is given or refused.
            (None, None) => start
                .saturating_add(default_days * time::DAY)
                .min(issuer.map_or(i64::MAX, |i| i.not_after)),
        };
        if !time::RANGE.contains(&not_before) || !time::RANGE.contains(&not_after) {
            return Err(refuse(
                "not_after",
                "a certificate's times lie in the years 1 to 9999",
            ));
        }
        let option = if self.not_after.is_some() {
            "not_after"
        } else {
            "days"
        };
        if not_after <= not_before {
            let message = format!(
                "it would end ({}) before it begins ({})",
                time::readable(not_after),
                time::readable(not_before)
            );
            return Err(refuse(option, &message));
        }
        if let Some(end) = issuer.map(|i| i.not_after).filter(|end| not_after > *end) {
            let message = format!(
                "it would end ({}) after its issuer ({})",
                time::readable(not_after),
                time::readable(end)
            );
            return Err(refuse(option, &message));
        }
        Ok((not_before, not_after))
    }

    fn key_usage(&self, role: Role, rsa: bool) -> Result<u16> {
        let mut bits = 0u16;
        for word in &self.key_usage {
            // RFC 5280 has both names for bit 1.
            let word = if word.eq_ignore_ascii_case("contentCommitment") {
                "nonRepudiation"
            } else {
                word
            };
            let bit = KEY_USAGES
                .iter()
                .position(|name| name.eq_ignore_ascii_case(word));
            let Some(bit) = bit else {
                let message = format!("{word:?} is no key usage: use {}", KEY_USAGES.join(", "));
                return Err(refuse("key_usage", &message));
            };
            bits |= 0x8000 >> bit;
        }
        let authority = !matches!(role, Role::Leaf(_));
        if self.key_usage.is_empty() {
            bits = match role {
                Role::Root | Role::Intermediate => KEY_CERT_SIGN | CRL_SIGN,
                Role::Leaf(Purpose::Server) if rsa => DIGITAL_SIGNATURE | KEY_ENCIPHERMENT,
                Role::Leaf(_) => DIGITAL_SIGNATURE,
            };
        }
        if authority && bits & KEY_CERT_SIGN == 0 {
            return Err(refuse("key_usage", "an authority needs keyCertSign"));
        }
        if !authority && bits & KEY_CERT_SIGN != 0 {
            return Err(refuse(
                "key_usage",
                "keyCertSign is for authorities only (RFC 5280 section 4.2.1.3)",
            ));
        }
        Ok(bits)
    }

    fn extended_key_usage(&self, role: Role) -> Result<Vec<Vec<u8>>> {
        let default = match role {
            Role::Leaf(Purpose::Server) => vec!["serverAuth".to_owned()],
            Role::Leaf(Purpose::Client) => vec!["clientAuth".to_owned()],
            Role::Root | Role::Intermediate => Vec::new(),
        };
        let words = if self.extended_key_usage.is_empty() {
            &default
        } else {
            &self.extended_key_usage
        };
        words
            .iter()
            .map(|word| {
                let known = EXTENDED_KEY_USAGES
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(word));
                der::oid(known.map_or(word.as_str(), |(_, oid)| oid)).ok_or_else(|| {
                    let names: Vec<&str> = EXTENDED_KEY_USAGES.iter().map(|e| e.0).collect();
                    let message = format!(
                        "{word:?} is no extended key usage: use a dotted OID or {}",
                        names.join(", ")
                    );
                    refuse("extended_key_usage", &message)
                })
            })
            .collect()
    }
}

/// Refuses the empty password, which would look like protection and be none.
pub(super) fn check_password(password: Option<&str>) -> Result<()> {
    match password {
        Some("") => Err(refuse("password", "the password is empty")),
        Some(text) if text.len() > 1000 => Err(refuse(
            "password",
            "the password is longer than 1,000 bytes",
        )),
        _ => Ok(()),
    }
}

pub(super) fn refuse(option: &'static str, message: &str) -> Error {
    Error::new(Code::CannotIssue, message).with("option", option)
}
