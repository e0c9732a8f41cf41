//! This file is about keys and digests that are too weak: what OpenSSL's security level 2 refuses
//! (RSA and DSA below 2,048 bits, EC below 224; MD5 and SHA-1), on every library.

use super::{VerifyCode, VerifyError};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKeyRef, Public};
use openssl::x509::X509Ref;

const RSA_BITS: u32 = 2_048;
const EC_BITS: u32 = 224;

/// What is too weak in a chain, leaf first. The last certificate's signature does not count: it is
/// the trust anchor, or there is nobody above it who could have made it.
pub(super) fn weaknesses(chain: &[&X509Ref]) -> Vec<VerifyError> {
    let mut found = Vec::new();
    let last = chain.len().saturating_sub(1);
    for (depth, cert) in chain.iter().enumerate() {
        let at = |number| VerifyError {
            depth: u32::try_from(depth).unwrap_or(u32::MAX),
            code: VerifyCode::from_number(number),
        };
        if weak_key(cert) {
            let number = if depth == 0 {
                VerifyCode::EeKeyTooSmall
            } else {
                VerifyCode::CaKeyTooSmall
            };
            found.push(at(number));
        }
        if depth != last && weak_signature(cert) {
            found.push(at(VerifyCode::CaMdTooWeak));
        }
    }
    found
}

fn weak_key(cert: &X509Ref) -> bool {
    // A key that the library cannot read fails its signature checks; it is not "weak".
    cert.public_key().is_ok_and(|key| key_is_weak(&key))
}

/// The key is below the floor.
pub(crate) fn key_is_weak(key: &PKeyRef<Public>) -> bool {
    match key.id() {
        Id::RSA | Id::RSA_PSS | Id::DSA | Id::DH => key.bits() < RSA_BITS,
        Id::EC => key.bits() < EC_BITS,
        _ => false,
    }
}

/// The certificate's signature is made with a digest that can be forged.
pub(crate) fn weak_signature(cert: &X509Ref) -> bool {
    let algorithm = cert.signature_algorithm().object().nid();
    match algorithm.signature_algorithms() {
        Some(pair) if pair.digest != Nid::UNDEF => weak_digest(pair.digest),
        // RSA-PSS names its digest in the parameters, Ed25519 and Ed448 have theirs inside.
        _ => {
            algorithm == Nid::RSASSAPSS
                && cert
                    .to_der()
                    .is_ok_and(|der| crate::cert::pss_digest_is_sha1(&der))
        }
    }
}

fn weak_digest(digest: Nid) -> bool {
    [
        Nid::MD4,
        Nid::MD5,
        Nid::SHA1,
        Nid::MDC2,
        Nid::RIPEMD160,
        Nid::MD5_SHA1,
    ]
    .contains(&digest)
}
