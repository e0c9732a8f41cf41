//! This file is about certificates as DER: written from checked content, and read as far as an issuer
//! needs to know its own.
//!
//! In: content, keys, an issuer. Out: DER. It may not know of files, PEM or what a person wrote.

use super::der::{self, tag, Reader};
use super::key::Key;
use super::spec::{Bounds, Content};
use super::time;
use crate::error::{Code, Error, Result};
use openssl::hash::{hash, MessageDigest};

const SUBJECT_KEY_ID: &str = "2.5.29.14";
const KEY_USAGE: &str = "2.5.29.15";
const SUBJECT_ALT_NAME: &str = "2.5.29.17";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const AUTHORITY_KEY_ID: &str = "2.5.29.35";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";

/// Who signs.
pub(super) struct Signer<'a> {
    pub(super) key: &'a Key,
    pub(super) name: &'a [u8],
    pub(super) key_id: &'a [u8],
}

/// A certificate, signed.
pub(super) fn write(
    content: &Content,
    serial: &[u8],
    spki: &[u8],
    signer: &Signer<'_>,
) -> Result<Vec<u8>> {
    let extensions = extensions(content, &key_id(spki)?, signer.key_id);
    let validity = der::sequence(&[time::der(content.not_before), time::der(content.not_after)]);
    signer.key.sign(|algorithm| {
        der::sequence(&[
            // Version 3 is the number 2.
            &der::tlv(tag::constructed(0), &der::integer(&[2])),
            &der::integer(serial),
            algorithm,
            signer.name,
            &validity,
            &content.subject,
            spki,
            &der::tlv(tag::constructed(3), &extensions),
        ])
    })
}

fn extensions(content: &Content, own_id: &[u8], issuer_id: &[u8]) -> Vec<u8> {
    let basic = match content.authority {
        Some(Some(length)) => {
            der::sequence(&[der::tlv(tag::BOOLEAN, &[0xff]), der::integer(&[length])])
        }
        Some(None) => der::sequence(&[der::tlv(tag::BOOLEAN, &[0xff])]),
        None => der::sequence::<&[u8]>(&[]),
    };
    let mut list = vec![
        extension(BASIC_CONSTRAINTS, true, &basic),
        extension(KEY_USAGE, true, &der::named_bits(content.key_usage)),
    ];
    if !content.extended_key_usage.is_empty() {
        list.push(extension(
            EXTENDED_KEY_USAGE,
            false,
            &der::sequence(&content.extended_key_usage),
        ));
    }
    list.push(extension(
        SUBJECT_KEY_ID,
        false,
        &der::tlv(tag::OCTET_STRING, own_id),
    ));
    list.push(authority_key_id(issuer_id));
    if !content.names.is_empty() {
        // Without a subject the names are the identity: critical by RFC 5280 section 4.2.1.6.
        list.push(extension(
            SUBJECT_ALT_NAME,
            content.subject_is_empty,
            &content.names.der(),
        ));
    }
    der::sequence(&list)
}

/// One Extension.
pub(super) fn extension(oid: &'static str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical {
        der::tlv(tag::BOOLEAN, &[0xff])
    } else {
        Vec::new()
    };
    der::sequence(&[
        der::known_oid(oid),
        critical,
        der::tlv(tag::OCTET_STRING, value),
    ])
}

/// The extension that names the issuer's key; CRLs have it too.
pub(super) fn authority_key_id(issuer_id: &[u8]) -> Vec<u8> {
    let id = der::sequence(&[der::tlv(tag::primitive(0), issuer_id)]);
    extension(AUTHORITY_KEY_ID, false, &id)
}

/// The subject alternative names as an extension, for requests.
pub(super) fn subject_alt_name(general_names: &[u8]) -> Vec<u8> {
    extension(SUBJECT_ALT_NAME, false, general_names)
}

/// The value of the subject alternative name among `extensions`; an error when there are two.
pub(super) fn find_subject_alt_name(extensions: Reader<'_>) -> Option<Option<&[u8]>> {
    let mut found = None;
    let wanted = der::known_oid(SUBJECT_ALT_NAME);
    for (oid, value) in each_extension(extensions)? {
        if oid == wanted && found.replace(value).is_some() {
            return None;
        }
    }
    Some(found)
}

/// The leftmost 160 bits of the SHA-256 of the public key (RFC 7093 section 2, method 1).
pub(super) fn key_id(spki: &[u8]) -> Result<Vec<u8>> {
    let mut parts = Reader::new(spki).read(tag::SEQUENCE).map(|s| s.inside());
    let bits = parts.as_mut().and_then(|p| p.nth(1)).map(|e| e.content);
    let Some((_, key)) = bits.and_then(<[u8]>::split_first) else {
        return Err(Error::new(
            Code::Library,
            "the TLS library wrote a public key that is no SubjectPublicKeyInfo",
        ));
    };
    let digest = hash(MessageDigest::sha256(), key).map_err(|e| super::key::library("hash", &e))?;
    Ok(digest.iter().copied().take(20).collect())
}

/// What an issuer needs to know of a certificate.
#[derive(Clone)]
pub(super) struct Parsed {
    pub(super) der: Vec<u8>,
    /// The magnitude, without leading zeros.
    pub(super) serial: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    pub(super) subject: Vec<u8>,
    pub(super) spki: Vec<u8>,
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) key_id: Vec<u8>,
    /// `Some` on an authority, with its path length.
    pub(super) authority: Option<Option<u8>>,
}

impl Parsed {
    /// `None` when the DER is no certificate of the kind that is issued here.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let mut tbs = Reader::new(der)
            .read(tag::SEQUENCE)?
            .inside()
            .read(tag::SEQUENCE)?
            .inside();
        tbs.read(tag::constructed(0))?;
        let serial = tbs.read(tag::INTEGER)?.content;
        tbs.read(tag::SEQUENCE)?;
        let issuer = tbs.read(tag::SEQUENCE)?.whole.to_vec();
        let mut validity = tbs.read(tag::SEQUENCE)?.inside();
        let mut moment = || {
            validity
                .next()
                .and_then(|t| time::from_der(t.tag, t.content))
        };
        let (not_before, not_after) = (moment()?, moment()?);
        let subject = tbs.read(tag::SEQUENCE)?.whole.to_vec();
        let spki = tbs.read(tag::SEQUENCE)?.whole.to_vec();
        let extensions = tbs
            .read(tag::constructed(3))?
            .inside()
            .read(tag::SEQUENCE)?
            .inside();
        let mut parsed = Self {
            der: der.to_vec(),
            serial: serial.iter().copied().skip_while(|b| *b == 0).collect(),
            issuer,
            subject,
            key_id: key_id(&spki).ok()?,
            spki,
            not_before,
            not_after,
            authority: None,
        };
        for (oid, value) in each_extension(extensions)? {
            if oid == der::known_oid(SUBJECT_KEY_ID) {
                parsed.key_id = Reader::new(value).read(tag::OCTET_STRING)?.content.to_vec();
            } else if oid == der::known_oid(BASIC_CONSTRAINTS) {
                parsed.authority = basic_constraints(value)?;
            }
        }
        Some(parsed)
    }

    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            not_before: self.not_before,
            not_after: self.not_after,
            path_length: self.authority.flatten(),
        }
    }

    /// Issued by itself: a root.
    pub(super) fn is_root(&self) -> bool {
        self.issuer == self.subject
    }
}

fn each_extension(list: Reader<'_>) -> Option<Vec<(&[u8], &[u8])>> {
    list.map(|one| {
        let mut parts = one.expect(tag::SEQUENCE)?;
        let oid = parts.read(tag::OID)?.whole;
        parts.read(tag::BOOLEAN);
        Some((oid, parts.read(tag::OCTET_STRING)?.content))
    })
    .collect()
}

fn basic_constraints(value: &[u8]) -> Option<Option<Option<u8>>> {
    let mut parts = Reader::new(value).read(tag::SEQUENCE)?.inside();
    if parts.read(tag::BOOLEAN).is_none_or(|b| b.content == [0]) {
        return Some(None);
    }
    // A path length that does not fit limits nothing in practice.
    let length = parts.read(tag::INTEGER).map(|i| match i.content {
        [one] => *one,
        _ => u8::MAX,
    });
    Some(Some(length))
}
