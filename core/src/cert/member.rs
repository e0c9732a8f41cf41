//! This file is about what revocation asks of a certificate in a chain: which entry of a CRL would be
//! its own, and whether it may sign one.
//!
//! In: DER. Out: [`ChainMember`]. Every handshake with CRLs reads one of each certificate.

use super::der::{tag, Malformed, Read, Reader};
use super::extensions::Extension;
use super::{canonical, distribution, extensions, skeleton};

/// A certificate of a chain as a CRL sees it.
#[derive(Debug)]
pub(crate) struct ChainMember {
    /// The serial number, content octets.
    pub(crate) serial: Vec<u8>,
    /// The issuer, as [`super::canonical_name`] writes it.
    pub(crate) issuer: Vec<u8>,
    /// The subject, as above.
    pub(crate) subject: Vec<u8>,
    /// basicConstraints say that it is a CA.
    pub(crate) ca: bool,
    /// The names of its CRL distribution points.
    pub(crate) points: Vec<Vec<u8>>,
    /// Its subjectKeyIdentifier.
    pub(crate) key_id: Option<Vec<u8>>,
    /// Its keyUsage, where it has one, allows signing CRLs.
    pub(crate) signs_crls: bool,
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub(crate) spki: [u8; 32],
}

impl ChainMember {
    /// Reads one certificate. What its extensions say counts only where it can be read; a keyUsage that
    /// cannot be allows nothing.
    pub(crate) fn read(der: &[u8]) -> Read<Self> {
        let skeleton = skeleton::read(der)?;
        let extension = |oid: &[u8]| only(&skeleton.extensions, oid);
        let value = |oid: &[u8]| extension(oid).and_then(Result::ok);
        Ok(Self {
            serial: skeleton.serial.content.to_vec(),
            issuer: canonical::of(&skeleton.issuer),
            subject: canonical::of(&skeleton.subject),
            ca: value(b"\x55\x1d\x13").is_some_and(|value| extensions::is_ca(&value.value)),
            points: value(b"\x55\x1d\x1f")
                .and_then(|value| distribution::points(&value.value).ok())
                .unwrap_or_default(),
            key_id: value(b"\x55\x1d\x0e").and_then(|value| {
                let id = Reader::new(&value.value).value(tag::OCTET_STRING).ok()?;
                Some(id.content.into_owned())
            }),
            signs_crls: match extension(b"\x55\x1d\x0f") {
                None => true,
                Some(usage) => usage.is_ok_and(|usage| extensions::allows_crls(&usage.value)),
            },
            spki: openssl::sha::sha256(skeleton.spki),
        })
    }
}

/// The extension of this type, if there is one; two of one type contradict each other.
fn only<'a>(
    extensions: &'a [Extension<'a>],
    oid: &[u8],
) -> Option<Result<&'a Extension<'a>, Malformed>> {
    let mut found = extensions.iter().filter(|extension| *extension.oid == *oid);
    let first = found.next()?;
    Some(match found.next() {
        None => Ok(first),
        Some(_) => Err(Malformed("an extension is there twice")),
    })
}
