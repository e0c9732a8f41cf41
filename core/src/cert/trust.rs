//! This file is about what trust asks of a certificate beside its dictionary.
//!
//! In: DER. Out: yes or no, and the answer that refuses where the certificate cannot be read.

use super::{pss, skeleton, time, Certificate};
use crate::error::Result;

/// The certificate says what it is for (RFC 5280, 4.2.1.12).
pub(crate) fn has_extended_key_usage(der: &[u8]) -> bool {
    let usage = Certificate::from_der(der)
        .map(|certificate| certificate.known.extended_key_usage.is_some());
    usage.unwrap_or(false)
}

/// The size of the key in bits when it is an RSA key. It refuses what [`Certificate::from_der`]
/// refuses, and reads no more of the certificate than that takes.
///
/// # Errors
/// As [`Certificate::from_der`].
pub(crate) fn rsa_bits(der: &[u8]) -> Result<Option<i64>> {
    Ok(super::skeleton(der)?.key.rsa_bits())
}

/// The end of validity in seconds since 1970-01-01 UTC, of a date's universal tag and content octets;
/// nothing when it cannot be read.
pub(crate) fn end_of_validity(kind: u32, content: &[u8]) -> Option<i64> {
    time::read(kind, content).map(|time| time.seconds)
}

/// The certificate is signed with RSA-PSS over SHA-1, which is also what absent parameters mean
/// (RFC 4055, 3.1). What cannot be read counts as SHA-1: the caller refuses that.
pub(crate) fn pss_digest_is_sha1(der: &[u8]) -> bool {
    const RSASSA_PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
    let digest =
        skeleton::read(der).and_then(|certificate| match certificate.signature_parameters {
            Some(parameters) if *certificate.signature.content == *RSASSA_PSS => {
                pss::Parameters::read(parameters.encoding).map(|parameters| parameters.digest)
            }
            _ => Ok(pss::SHA1.to_vec()),
        });
    digest.map_or(true, |digest| digest == pss::SHA1)
}

/// The certificate can be a trust anchor: basicConstraints says that it is a CA, or it is a
/// self-issued one of version 1, which has no way to say so (RFC 5280, 6.1.4 k).
fn may_be_ca(certificate: &Certificate) -> bool {
    certificate.known.ca
        || (certificate.version == 1 && certificate.subject_name == certificate.issuer_name)
}

/// What a trust store keeps of a CA.
pub(crate) struct Ca {
    /// The certificate alone.
    pub(crate) der: Vec<u8>,
    /// SHA-256 of it.
    pub(crate) digest: [u8; 32],
    /// The subject as it was encoded.
    pub(crate) subject: Vec<u8>,
}

/// A certificate of a CA file; an error says why it is not trusted.
pub(crate) fn ca(der: &[u8]) -> std::result::Result<Ca, String> {
    let certificate = Certificate::from_der(der).map_err(|error| error.message().to_owned())?;
    if !may_be_ca(&certificate) {
        return Err("is no CA".to_owned());
    }
    let subject = skeleton::read(der).map_err(|malformed| malformed.0.to_owned())?;
    Ok(Ca {
        der: certificate.der().to_vec(),
        digest: *certificate.sha256(),
        subject: subject.subject_der.to_vec(),
    })
}
