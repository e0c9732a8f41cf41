//! This file is about what trust asks of a certificate beside its dictionary.
//!
//! In: DER. Out: yes or no, and the answer that refuses where the certificate cannot be read.

use super::{pss, skeleton, time, Certificate};
use crate::error::Result;

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
pub(crate) fn may_be_ca(der: &[u8]) -> bool {
    Certificate::from_der(der).is_ok_and(|certificate| {
        certificate.known.ca
            || (certificate.version == 1 && certificate.subject_name == certificate.issuer_name)
    })
}
