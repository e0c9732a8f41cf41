//! This file is about what trust asks of a certificate beside its dictionary.

use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::x509::X509Version;

/// The certificate is signed with RSA-PSS over SHA-1, which is also what absent parameters mean
/// (RFC 4055, 3.1). Parameters that cannot be read count as SHA-1: the caller refuses that.
pub(crate) fn pss_digest_is_sha1(der: &[u8]) -> bool {
    let Ok((_, cert)) = X509Certificate::from_der(der) else {
        return true;
    };
    match SignatureAlgorithm::try_from(&cert.signature_algorithm) {
        Ok(SignatureAlgorithm::RSASSA_PSS(params)) => {
            params.hash_algorithm_oid() == &x509_parser::oid_registry::OID_HASH_SHA1
        }
        _ => true,
    }
}

/// The certificate can be a trust anchor: basicConstraints says that it is a CA, or it is a
/// self-issued one of version 1, which has no way to say so (RFC 5280, 6.1.4 k).
pub(crate) fn may_be_ca(der: &[u8]) -> bool {
    let Ok((_, cert)) = X509Certificate::from_der(der) else {
        return false;
    };
    cert.is_ca()
        || (cert.version == X509Version::V1 && cert.subject.as_raw() == cert.issuer.as_raw())
}
