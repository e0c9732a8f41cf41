//! This file is about a certificate in the words of other servers: what mod_ssl and nginx print of
//! it that the dictionary does not.
//!
//! In: a [`Certificate`]. Out: texts, byte for byte OpenSSL's where these servers ask OpenSSL for
//! them. It may not know of variables and headers.

use super::der::{tag, Reader};
use super::{describe, objects, skeleton, text, Certificate};
use openssl::bn::BigNum;

/// id-on-dnsSRV (RFC 4985).
const DNS_SRV: &str = "1.3.6.1.5.5.7.8.7";

/// The most octets of a serial number that are counted in decimal; RFC 5280 allows 20.
const LONGEST_DECIMAL: usize = 128;

/// An attribute of a name: OpenSSL's short name, if it has one, and the value, escaped.
pub(crate) type Printed = (Option<&'static str>, String);

impl Certificate {
    /// Subject, `/C=AT/O=Example/CN=jane`.
    pub(crate) fn subject_legacy(&self) -> String {
        self.subject_name.legacy()
    }

    /// Issuer, in the form of [`Certificate::subject_legacy`].
    pub(crate) fn issuer_legacy(&self) -> String {
        self.issuer_name.legacy()
    }

    /// The attributes of the subject in encoded order.
    pub(crate) fn subject_attributes(&self) -> impl Iterator<Item = Printed> + '_ {
        attributes(&self.subject_name)
    }

    /// The attributes of the issuer in encoded order.
    pub(crate) fn issuer_attributes(&self) -> impl Iterator<Item = Printed> + '_ {
        attributes(&self.issuer_name)
    }

    /// The version: 1, 2 or 3; 0 when it cannot be read.
    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    /// The serial number as `i2a_ASN1_INTEGER` prints it: whole bytes for zero, too.
    pub(crate) fn serial_octets(&self) -> &str {
        match self.serial.as_str() {
            "0" => "00",
            serial => serial,
        }
    }

    /// The serial number in decimal; `None` when it is longer than any that is in use.
    pub(crate) fn serial_decimal(&self) -> Option<String> {
        if self.serial.len() > LONGEST_DECIMAL * 2 {
            return None;
        }
        let number = BigNum::from_hex_str(&self.serial).ok()?;
        Some(number.to_dec_str().ok()?.to_string())
    }

    /// Start of validity, `Apr 30 08:12:20 2026 GMT`.
    pub(crate) fn not_before_text(&self) -> String {
        describe::date(self.not_before.as_ref())
    }

    /// End of validity, in the form of [`Certificate::not_before_text`].
    pub(crate) fn not_after_text(&self) -> String {
        describe::date(self.not_after.as_ref())
    }

    /// OpenSSL's long name of the algorithm of the key.
    pub(crate) fn key_algorithm(&self) -> Option<&'static str> {
        let skeleton = skeleton::read(&self.der).ok()?;
        objects::names(&skeleton.key.algorithm.content).map(|(_, long)| long)
    }

    /// OpenSSL's long name of the algorithm of the signature.
    pub(crate) fn signature_algorithm(&self) -> Option<&'static str> {
        objects::names(&self.signature).map(|(_, long)| long)
    }

    /// Service names among the alternative names (RFC 4985), `_xmpp-server.example.org`, escaped.
    pub(crate) fn service_names(&self) -> impl Iterator<Item = String> + '_ {
        let names = self.known.san.othername.iter();
        names
            .filter(|(kind, _)| kind == DNS_SRV)
            .filter_map(|(_, value)| {
                let der = unhex(value)?;
                let name = Reader::new(&der).value(tag::IA5_STRING).ok()?;
                Some(text::escaped(&name.content))
            })
    }

    /// SHA-1 of the DER, lower-case hex: a name that others use, not a proof of anything.
    pub(crate) fn sha1(&self) -> String {
        text::hex(&openssl::sha::sha1(&self.der))
    }
}

fn attributes(name: &super::name::Name) -> impl Iterator<Item = Printed> + '_ {
    let all = name.rdns.iter().flatten();
    all.map(|attribute| (attribute.short, attribute.value()))
}

/// DER as PEM.
pub(crate) fn pem_of(der: &[u8]) -> String {
    text::pem("CERTIFICATE", der)
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    hex.as_bytes().chunks(2).map(text::octet_of).collect()
}
