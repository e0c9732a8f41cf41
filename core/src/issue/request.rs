//! This file is about certificate requests (PKCS#10, RFC 2986): made, and read with their signature checked.
//!
//! In: a spec; a request as PEM or DER. Out: a request; its subject, names and public key. It may not know of
//! authorities: what a request says about keyUsage, extendedKeyUsage and basicConstraints is not read.

use super::certificate;
use super::der::{self, tag, Reader};
use super::key::{self, Key};
use super::pem;
use super::san::Names;
use super::spec::{self, Spec};
use crate::error::{Code, Error, Result};
use openssl::x509::X509Req;

/// extensionRequest (RFC 2985 section 5.4.2).
const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";

/// The most that is read.
const MOST: usize = 1 << 20;

/// A certificate request and the key that signed it.
pub struct Request {
    /// The request (PEM).
    pub request_pem: String,
    /// The private key (PKCS#8 PEM), encrypted when the spec has a password.
    pub key_pem: String,
}

/// Makes a key and a request for it, with the spec's subject and names; the authority decides on the rest.
///
/// # Errors
/// `certificate.cannot_issue`: a field cannot be; neither subject nor name is given.
pub fn request(spec: &Spec) -> Result<Request> {
    spec::check_password(spec.password.as_deref())?;
    let names = spec.names()?;
    let subject = spec.subject_or(&names, None)?;
    if subject.is_empty() && names.is_empty() {
        return Err(spec::refuse(
            "subject",
            "a request needs a subject or a name",
        ));
    }
    let key = Key::generate(spec.key)?;
    let extensions = if names.is_empty() {
        Vec::new()
    } else {
        let list = der::sequence(&[certificate::subject_alt_name(&names.der())]);
        der::sequence(&[der::known_oid(EXTENSION_REQUEST), der::tlv(tag::SET, &list)])
    };
    let spki = key.spki()?;
    let signed = key.sign(|_| {
        der::sequence(&[
            der::integer(&[]),
            subject.der(),
            spki,
            der::tlv(tag::constructed(0), &extensions),
        ])
    })?;
    Ok(Request {
        request_pem: pem::write(pem::REQUEST, &signed),
        key_pem: key.to_pem(spec.password.as_deref())?,
    })
}

/// What of a request counts.
pub(super) struct Requested {
    pub(super) subject: Vec<u8>,
    pub(super) names: Names,
    pub(super) spki: Vec<u8>,
    pub(super) is_rsa: bool,
}

/// Reads a request and checks that whoever made it holds its key.
pub(super) fn read(data: &[u8]) -> Result<Requested> {
    if data.len() > MOST {
        return Err(refuse("it is larger than 1 MB"));
    }
    let parsed = X509Req::from_pem(data)
        .or_else(|_| X509Req::from_der(data))
        .map_err(|_| refuse("it is no certificate request (PKCS#10, PEM or DER)"))?;
    let key = parsed
        .public_key()
        .map_err(|_| refuse("its public key cannot be read"))?;
    key::check_strength(&key, Code::BadRequest)?;
    if !parsed.verify(&key).unwrap_or(false) {
        return Err(refuse(
            "its signature is wrong: whoever made it does not hold the key",
        ));
    }
    let der = parsed
        .to_der()
        .map_err(|e| key::library("write the request", &e))?;
    let (subject, spki, names) = cut(&der).ok_or_else(|| refuse("it is malformed"))?;
    Ok(Requested {
        names: match names {
            Some(names) => Names::from_request(names)?,
            None => Names::default(),
        },
        subject: subject.to_vec(),
        spki: spki.to_vec(),
        is_rsa: key.id() == openssl::pkey::Id::RSA,
    })
}

type Cut<'a> = (&'a [u8], &'a [u8], Option<&'a [u8]>);

/// The subject, the SubjectPublicKeyInfo and the GeneralNames of a CertificationRequest.
fn cut(der: &[u8]) -> Option<Cut<'_>> {
    let mut info = Reader::new(der)
        .read(tag::SEQUENCE)?
        .inside()
        .read(tag::SEQUENCE)?
        .inside();
    info.read(tag::INTEGER)?;
    let subject = info.read(tag::SEQUENCE)?.whole;
    let spki = info.read(tag::SEQUENCE)?.whole;
    let Some(attributes) = info.read(tag::constructed(0)) else {
        return Some((subject, spki, None));
    };
    let mut names = None;
    for attribute in attributes.inside() {
        let mut parts = attribute.expect(tag::SEQUENCE)?;
        if parts.read(tag::OID)?.whole != der::known_oid(EXTENSION_REQUEST) {
            continue;
        }
        let extensions = parts.read(tag::SET)?.inside().read(tag::SEQUENCE)?.inside();
        let found = certificate::find_subject_alt_name(extensions)?;
        if found.is_some() && names.is_some() {
            return None;
        }
        names = found.or(names);
    }
    Some((subject, spki, names))
}

fn refuse(why: &str) -> Error {
    Error::new(
        Code::BadRequest,
        format!("the request is not signed: {why}"),
    )
}
