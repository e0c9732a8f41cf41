//! This file is about the public key: its type, size and curve.
//!
//! In: the algorithm and the key bits of SubjectPublicKeyInfo. Out: [`Key`]. It checks no
//! mathematics: a key is described here, used elsewhere.

use super::der::{tag, Class, Read, Reader, Value};
use super::{objects, oid};

/// A public key as it was encoded.
#[derive(Clone, Debug)]
pub(super) struct PublicKey<'a> {
    /// The algorithm's OID.
    pub(super) algorithm: Value<'a>,
    pub(super) parameters: Option<Value<'a>>,
    /// The key, a BIT STRING.
    pub(super) bits: Value<'a>,
}

const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const RSA_X500: &[u8] = b"\x55\x08\x01\x01";
const RSA_PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";

impl PublicKey<'_> {
    /// The key in words.
    pub(super) fn describe(&self) -> Key {
        let parameters = self.parameters.as_ref();
        let plain = |kind: &str, bits: Option<i64>| Key {
            kind: kind.to_owned(),
            broken: bits.is_none(),
            bits,
            curve: None,
        };
        let fixed = |kind, octets: usize, bits| {
            plain(kind, (self.octets().len() == octets).then_some(bits))
        };
        match &*self.algorithm.content {
            RSA | RSA_X500 => plain("RSA", self.rsa_bits()),
            RSA_PSS => plain("RSA-PSS", self.rsa_bits()),
            b"\x2a\x86\x48\xce\x38\x04\x01" => plain(
                "DSA",
                parameters.and_then(|dsa| first_bits(dsa.encoding).ok()),
            ),
            b"\x2a\x86\x48\xce\x3d\x02\x01" => elliptic(parameters),
            b"\x2b\x65\x6e" => fixed("X25519", 32, 253),
            b"\x2b\x65\x6f" => fixed("X448", 56, 448),
            b"\x2b\x65\x70" => fixed("ED25519", 32, 256),
            b"\x2b\x65\x71" => fixed("ED448", 57, 456),
            other => Key {
                kind: oid::dotted(other),
                bits: None,
                curve: None,
                broken: false,
            },
        }
    }

    /// The bits of the modulus; nothing when it is no RSA key, or one that cannot be read.
    pub(super) fn rsa_bits(&self) -> Option<i64> {
        match &*self.algorithm.content {
            RSA | RSA_X500 | RSA_PSS => modulus_bits(self.octets()).ok(),
            _ => None,
        }
    }

    fn octets(&self) -> &[u8] {
        self.bits.content.get(1..).unwrap_or_default()
    }
}

/// The public key in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) kind: String,
    pub(super) bits: Option<i64>,
    pub(super) curve: Option<String>,
    /// The algorithm is known and its key could not be read.
    pub(super) broken: bool,
}

fn modulus_bits(key: &[u8]) -> Read<i64> {
    let mut reader = Reader::new(key);
    reader.within(Class::Universal, tag::SEQUENCE, |rsa| {
        let modulus = rsa.value(tag::INTEGER)?;
        rsa.value(tag::INTEGER)?;
        Ok(bits(&modulus.content))
    })
}

fn first_bits(sequence: &[u8]) -> Read<i64> {
    Reader::new(sequence).within(Class::Universal, tag::SEQUENCE, |dsa| {
        let prime = dsa.value(tag::INTEGER)?;
        while !dsa.at_end() {
            dsa.any()?;
        }
        Ok(bits(&prime.content))
    })
}

/// Bits of a number, leading zeroes left out.
fn bits(number: &[u8]) -> i64 {
    let mut significant = number.iter().skip_while(|octet| **octet == 0);
    let Some(first) = significant.next() else {
        return 0;
    };
    let rest = i64::try_from(significant.count()).unwrap_or(i64::MAX / 8);
    rest * 8 + i64::from(8 - first.leading_zeros())
}

fn elliptic(parameters: Option<&Value<'_>>) -> Key {
    let (curve, bits, broken) = match parameters {
        Some(named) if named.is(Class::Universal, tag::OID) => {
            let (curve, bits) = curve(&named.content);
            (Some(curve), bits, false)
        }
        Some(explicit) if explicit.is(Class::Universal, tag::SEQUENCE) => (
            Some("explicit".to_owned()),
            order_bits(explicit.encoding),
            false,
        ),
        _ => (None, None, true),
    };
    Key {
        kind: "EC".to_owned(),
        bits,
        curve,
        broken,
    }
}

fn curve(oid: &[u8]) -> (String, Option<i64>) {
    let name = match objects::names(oid).map(|(short, _)| short) {
        Some("prime256v1") => "P-256",
        Some("secp384r1") => "P-384",
        Some("secp521r1") => "P-521",
        Some(short) => short,
        None => return (oid::dotted(oid), None),
    };
    // OpenSSL counts the bits of the order, which for these differ from the curve's name.
    let bits = match name {
        "secp112r2" => Some(110),
        "secp128r2" => Some(126),
        "secp160k1" | "secp160r1" | "secp160r2" => Some(161),
        "sect113r1" | "sect113r2" | "wap-wsg-idm-ecid-wtls1" | "wap-wsg-idm-ecid-wtls4" => {
            Some(113)
        }
        "sect163r1" => Some(162),
        "sect239k1" => Some(238),
        "sect283k1" => Some(281),
        "sect283r1" => Some(282),
        "sect409k1" => Some(407),
        "sect571k1" | "sect571r1" => Some(570),
        "sect233k1" => Some(232),
        "sect193r1" | "sect193r2" => Some(193),
        "SM2" => Some(256),
        _ => name
            .split(|c: char| !c.is_ascii_digit())
            .find(|digits| digits.len() == 3)
            .and_then(|digits| digits.parse().ok()),
    };
    (name.to_owned(), bits)
}

/// The bits of the order of a written-out curve (X9.62 ECParameters).
fn order_bits(parameters: &[u8]) -> Option<i64> {
    let read = |reader: &mut Reader<'_>| {
        reader.value(tag::INTEGER)?;
        // Field, curve, base point.
        for _ in 0..3 {
            reader.any()?;
        }
        let order = bits(&reader.value(tag::INTEGER)?.content);
        while !reader.at_end() {
            reader.any()?;
        }
        Ok(order)
    };
    Reader::new(parameters)
        .within(Class::Universal, tag::SEQUENCE, read)
        .ok()
}
