//! This module is about certificates: from DER, PEM or a bundle to owned plain data.
//!
//! In: bytes. Out: [`Certificate`]. What is read and what is refused follows OpenSSL 3.0 and is the
//! same on every TLS library. It may not know of connections, verdicts or sockets.

mod attribute;
mod bundle;
mod canonical;
pub(crate) mod der;
mod describe;
mod distribution;
mod extensions;
mod key;
mod member;
mod name;
mod objects;
mod oid;
pub(crate) mod pem;
mod printed;
mod pss;
mod rfc4514;
mod san;
mod skeleton;
mod spiffe;
mod text;
pub(crate) mod time;
mod trust;
pub(crate) mod usage;
mod warning;

pub(crate) use attribute::{type_name, type_of, Attribute};
pub use bundle::{certinfo, certinfo_file, certinfos};
pub(crate) use bundle::{pieces, CERTIFICATE, CRL};
pub(crate) use canonical::canonical_name;
pub(crate) use distribution::{point_name, PointName};
pub(crate) use extensions::number;
pub(crate) use member::ChainMember;
pub(crate) use oid::{dotted as dotted_oid, encode as encode_oid, named as oid_named};
pub(crate) use pem::blocks as pem_blocks;
pub(crate) use printed::{pem_of, Printed};
pub(crate) use pss::Parameters as PssParameters;
pub(crate) use rfc4514::Written;
pub use san::AlternativeNames;
pub(crate) use text::{hex, unescaped};
pub(crate) use trust::{
    ca, end_of_validity, has_extended_key_usage, pss_digest_is_sha1, rsa_bits, Ca,
};

use crate::error::{Code, Error, Result};
use crate::schema::Sink;
use extensions::{Extension, Known};
use key::Key;
use name::Name;
use skeleton::Skeleton;
use time::Time;
use warning::{Odd, Warnings};

/// OpenSSL's long name of an OID in dotted form, such as `commonName` for `2.5.4.3`; `None` for one
/// that it does not know.
#[must_use]
pub fn long_name(dotted: &str) -> Option<&'static str> {
    objects::names(&oid::encode(dotted)?).map(|(_, long)| long)
}

/// A certificate as owned plain data.
#[derive(Debug)]
pub struct Certificate {
    der: Vec<u8>,
    sha256: [u8; 32],
    spki_sha256: [u8; 32],
    version: i64,
    serial: String,
    subject: String,
    issuer: String,
    subject_name: Name,
    issuer_name: Name,
    /// Nothing for a date that cannot be read.
    not_before: Option<Time>,
    /// As above.
    not_after: Option<Time>,
    key: Key,
    signature: Vec<u8>,
    extensions: Vec<Extension<'static>>,
    known: Known,
    warnings: Warnings,
}

impl Certificate {
    /// Reads one certificate from DER. Bytes after it are left out, with a warning.
    ///
    /// # Errors
    /// `certificate.empty`, `certificate.too_large` (1 MB), `certificate.unreadable`.
    pub fn from_der(data: &[u8]) -> Result<Self> {
        let skeleton = skeleton(data)?;
        let mut warnings = Warnings::default();
        if !skeleton.after.is_empty() {
            warnings.warn(Odd::TrailingBytes, "");
        }
        let encoded_version = skeleton.version.map(|value| value.content);
        let version = encoded_version
            .as_deref()
            .map_or(Some(0), extensions::number)
            .and_then(|version| version.checked_add(1))
            .unwrap_or(0);
        if !(1..=3).contains(&version) {
            warnings.warn(
                Odd::BadVersion,
                text::hash_hex(&encoded_version.unwrap_or_default()),
            );
        }
        let serial = serial(&skeleton.serial.content, &mut warnings);
        let not_before = date(&skeleton.not_before, "notbefore", &mut warnings);
        let not_after = date(&skeleton.not_after, "notafter", &mut warnings);
        let (subject, issuer) = (Name::from(skeleton.subject), Name::from(skeleton.issuer));
        for name in [&subject, &issuer] {
            name.check(&mut warnings);
        }
        if skeleton.signature_differs {
            warnings.warn(Odd::SignatureMismatch, "");
        }
        let key = skeleton.key.describe();
        if key.broken {
            warnings.warn(Odd::BadKey, "");
        }
        if !skeleton.extensions.is_empty() && version != 3 {
            warnings.warn(Odd::ExtensionsVersion, "");
        }
        let known = extensions::read(&skeleton.extensions, &mut warnings);
        Ok(Self {
            sha256: openssl::sha::sha256(skeleton.der),
            spki_sha256: openssl::sha::sha256(skeleton.spki),
            der: skeleton.der.to_vec(),
            version,
            serial,
            subject: subject.oneline(),
            issuer: issuer.oneline(),
            subject_name: subject,
            issuer_name: issuer,
            not_before,
            not_after,
            key,
            signature: skeleton.signature.content.into_owned(),
            extensions: skeleton
                .extensions
                .into_iter()
                .map(Extension::into_owned)
                .collect(),
            known,
            warnings,
        })
    }

    /// The certificate as DER, without what followed it.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        text::pem("CERTIFICATE", &self.der)
    }

    /// Subject in OpenSSL's one-line form, `CN = a, O = b`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Issuer, in the form of [`Certificate::subject`].
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Subject as an RFC 4514 string, in UTF-8.
    #[must_use]
    pub fn subject_dn(&self) -> String {
        self.subject_name.rfc4514()
    }

    /// Issuer as an RFC 4514 string, in UTF-8.
    #[must_use]
    pub fn issuer_dn(&self) -> String {
        self.issuer_name.rfc4514()
    }

    /// The values of a subject attribute (`CN`, `UID`, `emailAddress`), in encoded order, decoded
    /// and not escaped.
    pub fn subject_attribute<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        let attributes = self.subject_name.rdns.iter().flatten();
        attributes
            .filter(move |attribute| attribute.short == Some(kind))
            .filter_map(name::Attribute::utf8)
    }

    /// Serial number, upper-case hex in whole bytes.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// Start of validity in seconds since 1970-01-01 UTC; nothing when it cannot be read.
    #[must_use]
    pub fn not_before(&self) -> Option<i64> {
        self.not_before.as_ref().map(|time| time.seconds)
    }

    /// End of validity in seconds since 1970-01-01 UTC; nothing when it cannot be read.
    #[must_use]
    pub fn not_after(&self) -> Option<i64> {
        self.not_after.as_ref().map(|time| time.seconds)
    }

    /// SHA-256 of the DER.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// SHA-256 of SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki_sha256(&self) -> &[u8; 32] {
        &self.spki_sha256
    }

    /// Subject alternative names by kind.
    #[must_use]
    pub fn alternative_names(&self) -> &AlternativeNames {
        &self.known.san
    }

    /// basicConstraints says that this is a CA.
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.known.ca
    }

    /// The SPIFFE ID, only of a valid X.509-SVID leaf.
    #[must_use]
    pub fn spiffe_id(&self) -> Option<&str> {
        spiffe::id(&self.known, self.subject_name.rdns.is_empty())
    }

    /// The codes of what is odd about the certificate.
    pub fn warnings(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.warnings.iter().map(|(code, _)| code)
    }

    /// Hands every key of `certinfo`, in order, to a visitor, into the dictionary that is open.
    pub fn describe(&self, sink: &mut impl Sink) {
        describe::certificate(self, sink);
    }

    /// The dictionary as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let mut writer = crate::json::Writer::default();
        writer.begin_dict();
        self.describe(&mut writer);
        writer.end();
        writer.finish()
    }
}

/// The fields of a certificate that can be read; a certificate that cannot is an error.
fn skeleton(data: &[u8]) -> Result<Skeleton<'_>> {
    bundle::check_size(data)?;
    skeleton::read(data).map_err(|fault| {
        Error::new(
            Code::NotACertificate,
            format!("the data is no certificate: {}", fault.0),
        )
    })
}

/// Upper-case hex of the magnitude, in whole bytes; `0` for zero.
fn serial(content: &[u8], warnings: &mut Warnings) -> String {
    let negative = content.first().is_some_and(|octet| octet & 0x80 != 0);
    let mut magnitude = content.to_vec();
    if negative {
        warnings.warn(Odd::NegativeSerial, "");
        let mut carry = true;
        for octet in magnitude.iter_mut().rev() {
            (*octet, carry) = (!*octet).overflowing_add(u8::from(carry));
        }
    }
    let zeroes = magnitude.iter().take_while(|octet| **octet == 0).count();
    let digits = text::hex_upper(magnitude.get(zeroes..).unwrap_or_default());
    if content.len() > 20 {
        warnings.warn(Odd::LongSerial, "");
    }
    match (digits.is_empty(), negative) {
        (true, _) => "0".to_owned(),
        (false, true) => format!("-{digits}"),
        (false, false) => digits,
    }
}

fn date(value: &der::Value<'_>, which: &str, warnings: &mut Warnings) -> Option<Time> {
    let time = time::read(value.tag, &value.content);
    let odd = match &time {
        None => Odd::BadTime,
        Some(time) if !time.strict => Odd::LaxTime,
        Some(_) => return time,
    };
    warnings.warn(odd, format!("{which}: {}", text::escaped(&value.content)));
    time
}
