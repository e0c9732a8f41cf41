//! This file is about certificates in files: PEM or DER, one or several, PKCS#7, PKCS#12.
//!
//! In: an operator's bytes. Out: certificates. What it is, is told by content and never by a name.

use super::der::{tag, Class, Malformed, Read, Reader};
use super::{pem, Certificate};
use crate::error::{Code, Error, Result};
use crate::pkcs::{self, Fault};
use openssl::pkey::PKey;
use openssl::x509::X509;
use std::path::Path;

/// The most that is read.
const LARGEST: usize = 1 << 20;

/// Reads the first certificate of PEM, or one in DER; told by content, at most 1 MB.
///
/// # Errors
/// `certificate.empty`, `certificate.too_large`, `certificate.unreadable`.
pub fn certinfo(data: &[u8]) -> Result<Certificate> {
    check_size(data)?;
    if is_sequence(data) || !pem::is_pem(data) {
        return Certificate::from_der(data);
    }
    let block = pem::blocks(data)
        .find(|block| pem::is_certificate(block.label))
        .ok_or_else(|| no_certificate("the PEM data holds no certificate"))?;
    let der = block
        .der
        .ok_or_else(|| no_certificate("the PEM block of the certificate is not valid base64"))?;
    Certificate::from_der(&der)
}

/// [`certinfo`] of a file.
///
/// # Errors
/// As [`certinfo`], with the path; `io.file` when the file cannot be read.
pub fn certinfo_file(path: impl AsRef<Path>) -> Result<Certificate> {
    use std::io::Read as _;
    let path = path.as_ref();
    let mut data = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| {
            let limit = u64::try_from(LARGEST + 1).unwrap_or(u64::MAX);
            file.take(limit).read_to_end(&mut data)
        })
        .map_err(|error| {
            Error::new(
                Code::File,
                format!("{} cannot be read: {error}", path.display()),
            )
            .with("path", path.display())
        })?;
    certinfo(&data).map_err(|error| error.with("path", path.display()))
}

/// Reads every certificate of a bundle: PEM with several, DER with one, PKCS#7 (DER or PEM), or
/// PKCS#12 with its password. In the order of the file; in PKCS#12 the key's certificate first.
///
/// # Errors
/// As [`certinfo`]; `certificate.bad_bundle`; `certificate.missing_password` when a PKCS#12 bundle does
/// not open without one, `certificate.wrong_password` when it does not open with this one.
pub fn certinfos(data: &[u8], password: Option<&str>) -> Result<Vec<Certificate>> {
    check_size(data)?;
    if is_sequence(data) || !pem::is_pem(data) {
        return binary(data, password);
    }
    let mut all = Vec::new();
    for block in pem::blocks(data) {
        let is_pkcs7 = matches!(block.label, "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA");
        if !is_pkcs7 && !pem::is_certificate(block.label) {
            continue;
        }
        let der = block.der.ok_or_else(|| {
            no_certificate("a PEM block is not valid base64").with("index", all.len())
        })?;
        if is_pkcs7 {
            all.extend(pkcs7(&der)?);
        } else {
            let index = all.len();
            all.push(Certificate::from_der(&der).map_err(|error| error.with("index", index))?);
        }
    }
    if all.is_empty() {
        return Err(no_certificate("the PEM data holds no certificate"));
    }
    Ok(all)
}

/// The DER of everything in an operator's file that has one of these PEM labels: of PEM each block,
/// nothing for one that is no base64; else the data itself. A certificate has several labels.
pub(crate) fn pieces<'a>(
    data: &'a [u8],
    label: &'a str,
) -> Box<dyn Iterator<Item = Option<Vec<u8>>> + 'a> {
    if is_sequence(data) || !pem::is_pem(data) {
        return Box::new((!data.is_empty()).then(|| Some(data.to_vec())).into_iter());
    }
    let wanted = move |block: &pem::Block<'_>| {
        block.label == label || (label == CERTIFICATE && pem::is_certificate(block.label))
    };
    Box::new(pem::blocks(data).filter(wanted).map(|block| block.der))
}

/// The PEM label of a certificate (RFC 7468, 5.1).
pub(crate) const CERTIFICATE: &str = "CERTIFICATE";
/// The PEM label of a certificate revocation list (RFC 7468, 6).
pub(crate) const CRL: &str = "X509 CRL";

pub(super) fn check_size(data: &[u8]) -> Result<()> {
    if data.is_empty() {
        return Err(Error::new(Code::CertificateEmpty, "the data is empty"));
    }
    if data.len() > LARGEST {
        return Err(Error::new(
            Code::CertificateTooLarge,
            "the data is larger than 1 MB",
        ));
    }
    Ok(())
}

fn no_certificate(text: &str) -> Error {
    Error::new(Code::NotACertificate, text)
}

fn is_sequence(data: &[u8]) -> bool {
    data.first() == Some(&0x30)
}

fn binary(data: &[u8], password: Option<&str>) -> Result<Vec<Certificate>> {
    // The first element tells them apart: an OID starts PKCS#7, a number PKCS#12.
    let first = Reader::new(data)
        .header()
        .ok()
        .and_then(|_| first_inner_tag(data));
    match first {
        Some(tag::OID) => pkcs7(data),
        Some(tag::INTEGER) => pkcs12(data, password),
        _ => Ok(vec![Certificate::from_der(data)?]),
    }
}

fn first_inner_tag(data: &[u8]) -> Option<u32> {
    let mut found = None;
    // Only the first element is looked at, so that stepping out fails by design.
    let _ = Reader::new(data).within(Class::Universal, tag::SEQUENCE, |inner| {
        let header = inner.header()?;
        found = (header.class == Class::Universal).then_some(header.tag);
        Ok(())
    });
    found
}

fn pkcs7(data: &[u8]) -> Result<Vec<Certificate>> {
    let found = signed_data(data).map_err(|fault| {
        Error::new(
            Code::BadBundle,
            format!("the PKCS#7 data cannot be read: {}", fault.0),
        )
    })?;
    found
        .into_iter()
        .enumerate()
        .map(|(index, der)| Certificate::from_der(der).map_err(|error| error.with("index", index)))
        .collect()
}

/// The certificates of a SignedData in a ContentInfo (RFC 5652, 3 and 5.1).
fn signed_data(data: &[u8]) -> Read<Vec<&[u8]>> {
    const SIGNED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    let mut certificates = Vec::new();
    Reader::new(data).within(Class::Universal, tag::SEQUENCE, |info| {
        if *info.value(tag::OID)?.content != *SIGNED_DATA {
            return Err(Malformed("it is not signed data"));
        }
        info.within(Class::Context, 0, |explicit| {
            explicit.within(Class::Universal, tag::SEQUENCE, |signed| {
                signed.value(tag::INTEGER)?;
                signed.value(tag::SET)?;
                signed.value(tag::SEQUENCE)?;
                if signed.next_is(Class::Context, 0)? {
                    signed.within(Class::Context, 0, |set| {
                        while !set.at_end() {
                            certificates.push(set.any()?.encoding);
                        }
                        Ok(())
                    })?;
                }
                while !signed.at_end() {
                    signed.any()?;
                }
                Ok(())
            })
        })
    })?;
    Ok(certificates)
}

fn pkcs12(data: &[u8], password: Option<&str>) -> Result<Vec<Certificate>> {
    let contents = pkcs::open_pkcs12(data, password).map_err(|fault| match fault {
        Fault::NeedsPassword => Error::new(
            Code::BundleNeedsPassword,
            "the PKCS#12 data is encrypted; give its password",
        ),
        Fault::WrongPassword => Error::new(
            Code::BundlePassword,
            "the password does not open the PKCS#12 data",
        ),
        Fault::Unsupported(name) => Error::new(
            Code::BadBundle,
            format!("the PKCS#12 data is sealed with {name}, which is not read"),
        ),
        Fault::TooCostly => Error::new(
            Code::BadBundle,
            "the PKCS#12 data asks for more rounds of key derivation than are done (5,000,000)",
        ),
        Fault::Malformed(why) => Error::new(
            Code::BadBundle,
            format!("the PKCS#12 data cannot be read: {why}"),
        ),
    })?;
    let mut all = contents
        .certificates
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<Result<Vec<Certificate>>>()?;
    let keys = contents.keys.iter();
    let keys: Vec<_> = keys
        .flat_map(|key| PKey::private_key_from_der(key))
        .collect();
    let belongs = |certificate: &Certificate| {
        let public = X509::from_der(certificate.der()).and_then(|cert| cert.public_key());
        public.is_ok_and(|public| keys.iter().any(|key| public.public_eq(key)))
    };
    if let Some(at) = all.iter().position(belongs) {
        all.get_mut(..=at).unwrap_or_default().rotate_right(1);
    }
    if all.is_empty() {
        return Err(Error::new(
            Code::BadBundle,
            "the PKCS#12 data holds no certificate",
        ));
    }
    Ok(all)
}
