//! This file is about the frame of a certificate (RFC 5280, 4.1): its fields, not what they mean.
//! Every handshake reads one of each certificate that comes, so it borrows.
//!
//! In: DER. Out: [`Skeleton`], for exactly the inputs that OpenSSL's decoder takes, so that a
//! dictionary does not depend on the TLS library. It may not know what any extension says.

use super::der::{tag, Class, Malformed, Read, Reader, Value};
use super::extensions::Extension;
use super::key::PublicKey;
use super::name::{self, Encoded};

/// The fields of a certificate.
pub(super) struct Skeleton<'a> {
    /// The certificate alone, without what follows it.
    pub(super) der: &'a [u8],
    /// What follows it.
    pub(super) after: &'a [u8],
    /// Content octets of the version, when it is given.
    pub(super) version: Option<Value<'a>>,
    /// Content octets of the serial number.
    pub(super) serial: Value<'a>,
    pub(super) issuer: Encoded<'a>,
    pub(super) subject: Encoded<'a>,
    /// The subject as it was encoded.
    pub(super) subject_der: &'a [u8],
    pub(super) not_before: Value<'a>,
    pub(super) not_after: Value<'a>,
    pub(super) spki: &'a [u8],
    pub(super) key: PublicKey<'a>,
    pub(super) extensions: Vec<Extension<'a>>,
    /// The algorithm of the signature, content octets of its OID.
    pub(super) signature: Value<'a>,
    /// Its parameters.
    pub(super) signature_parameters: Option<Value<'a>>,
    /// The algorithm inside the signed part is another.
    pub(super) signature_differs: bool,
}

struct Algorithm<'a> {
    oid: Value<'a>,
    parameters: Option<Value<'a>>,
    encoding: &'a [u8],
}

/// Reads a certificate at the start of `data`.
pub(super) fn read(data: &[u8]) -> Read<Skeleton<'_>> {
    let mut reader = Reader::new(data);
    let mut skeleton = reader.within(Class::Universal, tag::SEQUENCE, |certificate| {
        let signed = certificate.within(Class::Universal, tag::SEQUENCE, signed)?;
        let (mut skeleton, inner) = signed;
        let outer = algorithm(certificate)?;
        certificate.value(tag::BIT_STRING)?;
        skeleton.signature_differs = inner.encoding != outer.encoding;
        skeleton.signature = outer.oid;
        skeleton.signature_parameters = outer.parameters;
        Ok(skeleton)
    })?;
    skeleton.after = reader.rest();
    let used = data.len().saturating_sub(skeleton.after.len());
    skeleton.der = data.get(..used).unwrap_or_default();
    Ok(skeleton)
}

/// TBSCertificate, with what the frame around it fills in later left empty.
fn signed<'a>(fields: &mut Reader<'a>) -> Read<(Skeleton<'a>, Algorithm<'a>)> {
    let mut version = None;
    if fields.next_is(Class::Context, 0)? {
        version = Some(fields.within(Class::Context, 0, |inner| inner.value(tag::INTEGER))?);
    }
    let serial = fields.value(tag::INTEGER)?;
    let algorithm = algorithm(fields)?;
    let issuer = name::read(fields)?;
    let (not_before, not_after) = fields.within(Class::Universal, tag::SEQUENCE, |validity| {
        Ok((time(validity)?, time(validity)?))
    })?;
    let before = *fields;
    let subject = name::read(fields)?;
    let subject_der = consumed(before.rest(), fields);
    let (spki, key) = public_key(fields)?;
    for unique_id in [1, 2] {
        if fields.next_is(Class::Context, unique_id)? {
            fields.tagged(Class::Context, unique_id, tag::BIT_STRING)?;
        }
    }
    let mut extensions = Vec::new();
    if !fields.at_end() {
        fields.within(Class::Context, 3, |explicit| {
            explicit.within_list(tag::SEQUENCE, |list| {
                while !list.at_end() {
                    extensions.push(list.within(Class::Universal, tag::SEQUENCE, extension)?);
                }
                Ok(())
            })
        })?;
    }
    let skeleton = Skeleton {
        der: &[],
        after: &[],
        version,
        serial,
        issuer,
        subject,
        subject_der,
        not_before,
        not_after,
        spki,
        key,
        extensions,
        signature: algorithm.oid.clone(),
        signature_parameters: None,
        signature_differs: false,
    };
    Ok((skeleton, algorithm))
}

fn algorithm<'a>(reader: &mut Reader<'a>) -> Read<Algorithm<'a>> {
    let before = reader.rest();
    let (oid, parameters) = reader.within(Class::Universal, tag::SEQUENCE, |inner| {
        let oid = inner.value(tag::OID)?;
        let parameters = if inner.at_end() {
            None
        } else {
            Some(inner.any()?)
        };
        Ok((oid, parameters))
    })?;
    Ok(Algorithm {
        oid,
        parameters,
        encoding: consumed(before, reader),
    })
}

/// The bytes between an earlier place and where the reader is now.
fn consumed<'a>(before: &'a [u8], reader: &Reader<'a>) -> &'a [u8] {
    let used = before.len().saturating_sub(reader.rest().len());
    before.get(..used).unwrap_or_default()
}

fn time<'a>(reader: &mut Reader<'a>) -> Read<Value<'a>> {
    for kind in [tag::UTC_TIME, tag::GENERALIZED_TIME] {
        if reader.next_is(Class::Universal, kind)? {
            return reader.value(kind);
        }
    }
    Err(Malformed("a date is neither UTCTime nor GeneralizedTime"))
}

fn public_key<'a>(reader: &mut Reader<'a>) -> Read<(&'a [u8], PublicKey<'a>)> {
    let before = reader.rest();
    let key = reader.within(Class::Universal, tag::SEQUENCE, |inner| {
        let algorithm = algorithm(inner)?;
        Ok(PublicKey {
            algorithm: algorithm.oid,
            parameters: algorithm.parameters,
            bits: inner.value(tag::BIT_STRING)?,
        })
    })?;
    Ok((consumed(before, reader), key))
}

fn extension<'a>(reader: &mut Reader<'a>) -> Read<Extension<'a>> {
    let oid = reader.value(tag::OID)?.content;
    let critical = reader.next_is(Class::Universal, tag::BOOLEAN)?
        && *reader.value(tag::BOOLEAN)?.content != *b"\0";
    let value = reader.value(tag::OCTET_STRING)?.content;
    Ok(Extension {
        oid,
        critical,
        value,
    })
}
