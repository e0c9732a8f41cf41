//! This file is about the OCSP response (RFC 6960) that is stapled to handshakes: the CA's word that
//! the server's own certificate is not revoked.
//!
//! In: a file that somebody fetched or made, the server's certificate and its issuer. Out: [`Staple`],
//! or why it is left out. A file that does not fit never stops a server: clients without a staple ask
//! the CA themselves, as they did before. It may not know of connections.

use crate::cert::der::{tag, Class, Malformed, Read, Reader};
use crate::cert::{end_of_validity as seconds, pem};
use openssl::error::ErrorStack;
use openssl::hash::{hash, MessageDigest};
use openssl::ocsp::{OcspFlag, OcspResponse};
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509Ref, X509};

/// What is sent to clients that ask for it.
#[derive(Debug)]
pub(crate) struct Staple {
    der: Vec<u8>,
    /// Seconds since 1970-01-01 UTC from which on it says nothing any more.
    next_update: i64,
    /// What is odd about it but does not keep it from being sent.
    pub(crate) warnings: Vec<&'static str>,
}

/// In TLS 1.3 it has to fit into an extension of 65,535 bytes, beside a header.
const LARGEST: usize = 65_000;
/// How many seconds the responder's clock may be ahead of ours.
const SKEW: i64 = 60;

const REVOKED: &str =
    "IT SAYS THAT THE SERVER'S CERTIFICATE IS REVOKED; it is sent as it is, and clients will refuse the server: get a new certificate";
const NOT_VERIFIED: &str =
    "its signature is not checked, because the issuer of the server's certificate is not given with it; put the issuer into the file of the certificate";

/// What a responder says of a certificate (RFC 6960, 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Good,
    Revoked,
    Unknown,
}

/// A BasicOCSPResponse as far as it matters here.
struct Basic {
    responses: Vec<Single>,
    /// What the responder put beside its signature, each DER.
    certificates: Vec<Vec<u8>>,
}

/// A SingleResponse as far as it matters here.
struct Single {
    digest: Vec<u8>,
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
    serial: Vec<u8>,
    status: Status,
    this_update: Option<i64>,
    next_update: Option<i64>,
}

impl Staple {
    /// Reads a response, DER or PEM, which must be a fresh one on `leaf`; else the reason why it is left
    /// out. Without an `issuer` the response itself may bring it; if neither has it, the signature is
    /// not checked, with a warning.
    pub(crate) fn read(
        data: &[u8],
        leaf: &X509Ref,
        issuer: Option<&X509Ref>,
        now: i64,
    ) -> Result<Self, String> {
        let der = encoding(data)?;
        let basic = basic_response(&der)?;
        let brought = issuer_in(&basic, leaf);
        let issuer = issuer.or(brought.as_deref());
        let single = single_response(&basic, leaf, issuer)?;
        let (Some(this_update), Some(next_update)) = (single.this_update, single.next_update)
        else {
            return Err(
                "it does not say until when it is good; make it with a nextUpdate (openssl ocsp -ndays)"
                    .to_owned(),
            );
        };
        if this_update > now.saturating_add(SKEW) {
            return Err("it is not good yet: its thisUpdate is in the future".to_owned());
        }
        if now >= next_update {
            return Err("it is stale: its nextUpdate has passed".to_owned());
        }
        let mut warnings = Vec::new();
        match issuer {
            Some(issuer) => {
                let checked = check_signature(&der, issuer, now);
                // What fails here is told as a reason, and is no error of a connection.
                drop(ErrorStack::get());
                checked.map_err(|_| {
                    "its signature is not one of the issuer of the server's certificate, nor of a responder that the issuer has authorized".to_owned()
                })?;
            }
            None => warnings.push(NOT_VERIFIED),
        }
        match single.status {
            Status::Good => {}
            Status::Revoked => warnings.push(REVOKED),
            Status::Unknown => {
                return Err("the responder does not know the server's certificate".to_owned())
            }
        }
        Ok(Self {
            der,
            next_update,
            warnings,
        })
    }

    /// It may still be sent.
    pub(crate) fn fresh(&self, now: i64) -> bool {
        now < self.next_update
    }

    /// What is sent: an OCSPResponse as DER.
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }
}

fn encoding(data: &[u8]) -> Result<Vec<u8>, String> {
    let der = if pem::is_pem(data) {
        pem::blocks(data)
            .find(|block| block.label == "OCSP RESPONSE")
            .and_then(|block| block.der)
            .ok_or("the PEM data holds no OCSP RESPONSE")?
    } else {
        data.to_vec()
    };
    if der.is_empty() {
        return Err("it is empty".to_owned());
    }
    if der.len() > LARGEST {
        return Err(format!(
            "it has {} bytes, and {LARGEST} fit into a handshake",
            der.len()
        ));
    }
    Ok(der)
}

/// The BasicOCSPResponse.
fn basic_response(der: &[u8]) -> Result<Basic, String> {
    let unreadable =
        |fault: Malformed| format!("it cannot be read as an OCSP response: {}", fault.0);
    let (status, basic) = response(der).map_err(unreadable)?;
    match (status.as_slice(), basic) {
        ([0], Some(basic)) => Basic::read(&basic).map_err(unreadable),
        ([0], None) => Err("it is not a basic OCSP response".to_owned()),
        (status, _) => {
            let word = match status {
                [1] => "malformedRequest",
                [2] => "internalError",
                [3] => "tryLater",
                [5] => "sigRequired",
                [6] => "unauthorized",
                _ => "a status that is unknown",
            };
            Err(format!("the responder answered {word}, not successful"))
        }
    }
}

/// The certificate in the response whose key has signed `leaf`, which makes it the issuer whoever put
/// it there.
fn issuer_in(basic: &Basic, leaf: &X509Ref) -> Option<X509> {
    let certificates = basic.certificates.iter();
    let mut read = certificates.flat_map(|der| X509::from_der(der));
    read.find(|cert| has_issued(cert, leaf))
}

/// The name and the key of `issuer` are those that `cert` was signed with.
pub(crate) fn has_issued(issuer: &X509Ref, cert: &X509Ref) -> bool {
    let named = issuer.subject_name().try_cmp(cert.issuer_name());
    let signed = named.is_ok_and(|order| order.is_eq())
        && issuer
            .public_key()
            .is_ok_and(|key| cert.verify(&key).unwrap_or(false));
    // A signature of somebody else is no error of a connection.
    drop(ErrorStack::get());
    signed
}

/// What the response says of `leaf`.
fn single_response<'a>(
    basic: &'a Basic,
    leaf: &X509Ref,
    issuer: Option<&X509Ref>,
) -> Result<&'a Single, String> {
    let foreign = || "it is about another certificate than the server's".to_owned();
    let serial = leaf.serial_number().to_bn().map(|serial| serial.to_vec());
    let serial = serial.map_err(|_| foreign())?;
    basic
        .responses
        .iter()
        .filter(|single| {
            single
                .serial
                .iter()
                .skip_while(|octet| **octet == 0)
                .eq(&serial)
        })
        .find(|single| single.is_issued_by(leaf, issuer).unwrap_or(false))
        .ok_or_else(foreign)
}

impl Single {
    /// The issuer's hashes are those of our certificate's issuer; `None` when they cannot be told.
    fn is_issued_by(&self, leaf: &X509Ref, issuer: Option<&X509Ref>) -> Option<bool> {
        let digest = match self.digest.as_slice() {
            b"\x2b\x0e\x03\x02\x1a" => MessageDigest::sha1(),
            b"\x60\x86\x48\x01\x65\x03\x04\x02\x01" => MessageDigest::sha256(),
            _ => return None,
        };
        let name = leaf.issuer_name().to_der().ok()?;
        let named = *hash(digest, &name).ok()? == *self.name_hash;
        let Some(issuer) = issuer else {
            return Some(named);
        };
        let spki = issuer.public_key().ok()?.public_key_to_der().ok()?;
        let key = Reader::new(&spki).within(Class::Universal, tag::SEQUENCE, |spki| {
            spki.any()?;
            Ok(spki.value(tag::BIT_STRING)?.content.into_owned())
        });
        let key = key.ok()?;
        // The first octet of a BIT STRING counts unused bits.
        let keyed = *hash(digest, key.get(1..)?).ok()? == *self.key_hash;
        Some(named && keyed)
    }
}

/// OCSPResponse: the status, the BasicOCSPResponse when there is one (RFC 6960, 4.2.1).
fn response(der: &[u8]) -> Read<(Vec<u8>, Option<Vec<u8>>)> {
    const BASIC: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x30\x01\x01";
    let mut reader = Reader::new(der);
    let read = reader.within(Class::Universal, tag::SEQUENCE, |response| {
        let status = response.value(tag::ENUMERATED)?.content.into_owned();
        if response.at_end() {
            return Ok((status, None));
        }
        let basic = response.within(Class::Context, 0, |explicit| {
            explicit.within(Class::Universal, tag::SEQUENCE, |bytes| {
                let kind = bytes.value(tag::OID)?.content;
                let basic = bytes.value(tag::OCTET_STRING)?.content;
                Ok((*kind == *BASIC).then(|| basic.into_owned()))
            })
        })?;
        Ok((status, basic))
    })?;
    if !reader.rest().is_empty() {
        return Err(Malformed("something follows the response"));
    }
    Ok(read)
}

impl Basic {
    fn read(basic: &[u8]) -> Read<Self> {
        Reader::new(basic).within(Class::Universal, tag::SEQUENCE, |basic| {
            let responses = basic.within(Class::Universal, tag::SEQUENCE, |data| {
                if data.next_is(Class::Context, 0)? {
                    data.any()?;
                }
                data.any()?;
                data.value(tag::GENERALIZED_TIME)?;
                let responses = list(data, |list| {
                    list.within(Class::Universal, tag::SEQUENCE, single)
                })?;
                skip_rest(data)?;
                Ok(responses)
            })?;
            basic.value(tag::SEQUENCE)?;
            basic.value(tag::BIT_STRING)?;
            let mut certificates = Vec::new();
            if basic.next_is(Class::Context, 0)? {
                certificates = basic.within(Class::Context, 0, |explicit| {
                    list(explicit, |list| Ok(list.any()?.encoding.to_vec()))
                })?;
            }
            Ok(Self {
                responses,
                certificates,
            })
        })
    }
}

/// The elements of a SEQUENCE OF.
fn list<T>(reader: &mut Reader<'_>, read: impl Fn(&mut Reader<'_>) -> Read<T>) -> Read<Vec<T>> {
    reader.within_list(tag::SEQUENCE, |list| {
        let mut all = Vec::new();
        while !list.at_end() {
            all.push(read(list)?);
        }
        Ok(all)
    })
}

fn single(fields: &mut Reader<'_>) -> Read<Single> {
    let time = |fields: &mut Reader<'_>| {
        let value = fields.value(tag::GENERALIZED_TIME)?;
        Ok(seconds(tag::GENERALIZED_TIME, &value.content))
    };
    let (digest, name_hash, key_hash, serial) =
        fields.within(Class::Universal, tag::SEQUENCE, |id| {
            let digest = id.within(Class::Universal, tag::SEQUENCE, |algorithm| {
                let oid = algorithm.value(tag::OID)?.content.into_owned();
                skip_rest(algorithm)?;
                Ok(oid)
            })?;
            let mut octets = |kind| Ok(id.value(kind)?.content.into_owned());
            Ok((
                digest,
                octets(tag::OCTET_STRING)?,
                octets(tag::OCTET_STRING)?,
                octets(tag::INTEGER)?,
            ))
        })?;
    let status = fields.any()?;
    let status = match (status.class, status.tag) {
        (Class::Context, 0) => Status::Good,
        (Class::Context, 1) => Status::Revoked,
        (Class::Context, 2) => Status::Unknown,
        _ => return Err(Malformed("a certificate's status is none of the three")),
    };
    let this_update = time(fields)?;
    let mut next_update = None;
    if fields.next_is(Class::Context, 0)? {
        next_update = fields.within(Class::Context, 0, time)?;
    }
    skip_rest(fields)?;
    Ok(Single {
        digest,
        name_hash,
        key_hash,
        serial,
        status,
        this_update,
        next_update,
    })
}

fn skip_rest(fields: &mut Reader<'_>) -> Read<()> {
    while !fields.at_end() {
        fields.any()?;
    }
    Ok(())
}

/// The issuer has signed, or a responder that has its certificate from it, with the usage
/// OCSPSigning (RFC 6960, 4.2.2.2). The library verifies.
fn check_signature(der: &[u8], issuer: &X509Ref, now: i64) -> Result<(), ErrorStack> {
    let mut known: Stack<X509> = Stack::new()?;
    known.push(issuer.to_owned())?;
    let response = OcspResponse::from_der(der)?.basic()?;
    let anchor = anchor(issuer, now)?;
    response.verify(&known, &anchor, OcspFlag::empty())
}

/// A store in which the issuer alone is trusted, root or not.
fn anchor(issuer: &X509Ref, now: i64) -> Result<X509Store, ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    store.add_cert(issuer.to_owned())?;
    let mut parameters = X509VerifyParam::new()?;
    parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
    parameters.set_time(now);
    store.set_param(&parameters)?;
    Ok(store.build())
}
