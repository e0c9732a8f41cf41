//! This file is about certificate revocation lists (RFC 5280 section 5), version 2.
//!
//! In: revoked serials, a number, times, a signer. Out: DER. It may not know where they are kept.

use super::certificate::{self, Signer};
use super::der::{self, tag};
use super::spec::refuse;
use super::time;
use crate::error::Result;

const CRL_NUMBER: &str = "2.5.29.20";
const REASON_CODE: &str = "2.5.29.21";

/// Why a certificate is revoked (RFC 5280 section 5.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No reason is given.
    #[default]
    Unspecified,
    /// Somebody else has the key.
    KeyCompromise,
    /// Somebody else has the authority's key.
    CaCompromise,
    /// The subject's name or role has changed.
    AffiliationChanged,
    /// Another certificate takes its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// A right that it stood for was withdrawn.
    PrivilegeWithdrawn,
}

impl Reason {
    /// Every reason with its RFC 5280 name and number.
    pub const ALL: &'static [(&'static str, u8, Reason)] = &[
        ("unspecified", 0, Self::Unspecified),
        ("keyCompromise", 1, Self::KeyCompromise),
        ("cACompromise", 2, Self::CaCompromise),
        ("affiliationChanged", 3, Self::AffiliationChanged),
        ("superseded", 4, Self::Superseded),
        ("cessationOfOperation", 5, Self::CessationOfOperation),
        ("privilegeWithdrawn", 9, Self::PrivilegeWithdrawn),
    ];

    /// The reason by its RFC 5280 name, in any case.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: no such reason.
    pub fn parse(word: &str) -> Result<Self> {
        let found = Self::ALL
            .iter()
            .find(|(name, ..)| name.eq_ignore_ascii_case(word));
        found.map(|(.., reason)| *reason).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|r| r.0).collect();
            refuse(
                "reason",
                &format!("{word:?} is no reason: use {}", names.join(", ")),
            )
        })
    }

    /// The RFC 5280 name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(.., reason)| *reason == self)
            .map_or("unspecified", |r| r.0)
    }

    fn number(self) -> u8 {
        Self::ALL
            .iter()
            .find(|(.., reason)| *reason == self)
            .map_or(0, |r| r.1)
    }
}

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Big-endian, without sign.
    pub serial: Vec<u8>,
    /// Seconds since 1970-01-01 UTC.
    pub time: i64,
    /// Why.
    pub reason: Reason,
}

/// A CRL, signed.
pub(super) fn write(
    revoked: &[Revoked],
    number: u64,
    this: i64,
    next: i64,
    signer: &Signer<'_>,
) -> Result<Vec<u8>> {
    let entries: Vec<Vec<u8>> = revoked.iter().map(entry).collect();
    // An empty list must be absent, not empty (RFC 5280 section 5.1.2.6).
    let entries = if entries.is_empty() {
        Vec::new()
    } else {
        der::sequence(&entries)
    };
    let number = certificate::extension(CRL_NUMBER, false, &der::integer(&number.to_be_bytes()));
    let extensions = der::sequence(&[certificate::authority_key_id(signer.key_id), number]);
    signer.key.sign(|algorithm| {
        der::sequence(&[
            &der::integer(&[1]),
            algorithm,
            signer.name,
            &time::der(this),
            &time::der(next),
            &entries,
            &der::tlv(tag::constructed(0), &extensions),
        ])
    })
}

fn entry(revoked: &Revoked) -> Vec<u8> {
    let mut parts = vec![der::integer(&revoked.serial), time::der(revoked.time)];
    if revoked.reason != Reason::Unspecified {
        let code = der::tlv(tag::ENUMERATED, &[revoked.reason.number()]);
        parts.push(der::sequence(&[certificate::extension(
            REASON_CODE,
            false,
            &code,
        )]));
    }
    der::sequence(&parts)
}
