//! This file is about the signature of a CRL.
//!
//! In: its algorithm and value, what was signed, an issuer's key. Out: whether that key made it. The
//! digest is taken once, when the CRL is read, and an outcome is kept, so that no handshake ever hashes
//! a large CRL again.

use crate::cert::der::{tag, Value};
use crate::cert::{dotted_oid, PssParameters};
use openssl::error::ErrorStack;
use openssl::hash::{hash, MessageDigest};
use openssl::md::Md;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};
use std::sync::{Mutex, PoisonError};

/// How a CRL is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rsa(Digest),
    RsaPss {
        digest: Digest,
        mask: Digest,
        salt: i32,
    },
    Ecdsa(Digest),
    /// The key's own: Ed25519 and Ed448, which take no digest first.
    Edwards,
}

/// A digest that nobody can forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digest(Nid);

const SHA224: Digest = Digest(Nid::SHA224);
const SHA256: Digest = Digest(Nid::SHA256);
const SHA384: Digest = Digest(Nid::SHA384);
const SHA512: Digest = Digest(Nid::SHA512);

impl Algorithm {
    /// The algorithm of an AlgorithmIdentifier, or why it is refused.
    pub(super) fn read(oid: &[u8], parameters: Option<&Value<'_>>) -> Result<Self, String> {
        Ok(match oid {
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e" => Self::Rsa(SHA224),
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b" => Self::Rsa(SHA256),
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c" => Self::Rsa(SHA384),
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d" => Self::Rsa(SHA512),
            b"\x2a\x86\x48\xce\x3d\x04\x03\x01" => Self::Ecdsa(SHA224),
            b"\x2a\x86\x48\xce\x3d\x04\x03\x02" => Self::Ecdsa(SHA256),
            b"\x2a\x86\x48\xce\x3d\x04\x03\x03" => Self::Ecdsa(SHA384),
            b"\x2a\x86\x48\xce\x3d\x04\x03\x04" => Self::Ecdsa(SHA512),
            b"\x2b\x65\x70" | b"\x2b\x65\x71" => Self::Edwards,
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a" => return pss(parameters),
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04" => return Err(forgeable("MD5")),
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05" | b"\x2a\x86\x48\xce\x3d\x04\x01" => {
                return Err(forgeable("SHA-1"))
            }
            _ => return Err(unsupported(&dotted_oid(oid))),
        })
    }
}

fn pss(parameters: Option<&Value<'_>>) -> Result<Algorithm, String> {
    let digest = |oid: &[u8]| match oid {
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x04" => Ok(SHA224),
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x01" => Ok(SHA256),
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x02" => Ok(SHA384),
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x03" => Ok(SHA512),
        b"\x2b\x0e\x03\x02\x1a" => Err(forgeable("SHA-1")),
        other => Err(unsupported(&format!("RSA-PSS with {}", dotted_oid(other)))),
    };
    // Absent parameters are those of an empty SEQUENCE: SHA-1.
    let encoded = parameters.map_or(&[0x30, 0][..], |parameters| parameters.encoding);
    let parameters = PssParameters::read(encoded).map_err(|_| unsupported("odd RSA-PSS"))?;
    Ok(Algorithm::RsaPss {
        digest: digest(&parameters.digest)?,
        mask: digest(&parameters.mask_digest)?,
        salt: i32::try_from(parameters.salt)
            .ok()
            .filter(|salt| (0..=512).contains(salt))
            .ok_or_else(|| unsupported("odd RSA-PSS"))?,
    })
}

fn forgeable(digest: &str) -> String {
    format!(
        "it is signed with {digest}, which can be forged; have its issuer sign with SHA-256 or better"
    )
}

fn unsupported(what: &str) -> String {
    format!(
        "its signature algorithm is not supported ({what}); have its issuer sign with RSA, ECDSA or \
         Ed25519 and SHA-256 or better"
    )
}

/// How many keys are remembered that have not made a signature. The one that has made it always is.
const KEPT: usize = 32;

/// A signature that was not yet verified, or whose outcomes are known.
#[derive(Debug)]
pub(super) struct Signature {
    algorithm: Algorithm,
    value: Vec<u8>,
    /// Of what is signed; empty for an algorithm that takes none.
    digest: Vec<u8>,
    /// By SHA-256 of the issuer's SubjectPublicKeyInfo.
    outcomes: Mutex<Vec<([u8; 32], bool)>>,
}

impl Signature {
    /// Takes the digest of what is signed.
    pub(super) fn new(
        algorithm: Algorithm,
        value: Vec<u8>,
        signed: &[u8],
    ) -> Result<Self, ErrorStack> {
        let digest = match algorithm {
            Algorithm::Rsa(digest)
            | Algorithm::Ecdsa(digest)
            | Algorithm::RsaPss { digest, .. } => {
                let digest = MessageDigest::from_nid(digest.0).ok_or_else(ErrorStack::get)?;
                hash(digest, signed)?.to_vec()
            }
            Algorithm::Edwards => Vec::new(),
        };
        Ok(Self {
            algorithm,
            value,
            digest,
            outcomes: Mutex::default(),
        })
    }

    /// The key made the signature over these bytes, which are those of [`Signature::new`]. `spki` is the
    /// digest of its SubjectPublicKeyInfo; `key` is asked for at the first time only.
    pub(super) fn is_by(
        &self,
        spki: [u8; 32],
        key: impl FnOnce() -> Result<PKey<Public>, ErrorStack>,
        signed: &[u8],
    ) -> bool {
        let outcomes = || self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        let known = outcomes().iter().find(|(of, _)| *of == spki).copied();
        if let Some((_, genuine)) = known {
            return genuine;
        }
        // Not under the lock: another handshake may well do the same work at the same time.
        let genuine = key()
            .and_then(|key| self.verify(&key, signed))
            .unwrap_or(false);
        // What failed is told by the answer; left in the library's queue, it would pass for a failure
        // of the connection.
        drop(ErrorStack::get());
        let mut outcomes = outcomes();
        if (genuine || outcomes.len() < KEPT) && !outcomes.iter().any(|(of, _)| *of == spki) {
            outcomes.push((spki, genuine));
        }
        genuine
    }

    fn verify(&self, key: &PKey<Public>, signed: &[u8]) -> Result<bool, ErrorStack> {
        let of_kind = |kinds: &[Id]| kinds.contains(&key.id());
        match self.algorithm {
            Algorithm::Rsa(digest) if of_kind(&[Id::RSA]) => {
                self.by_digest(key, digest, |context| {
                    context.set_rsa_padding(Padding::PKCS1)
                })
            }
            Algorithm::Ecdsa(digest) if of_kind(&[Id::EC]) => {
                self.by_digest(key, digest, |_| Ok(()))
            }
            Algorithm::RsaPss { digest, mask, salt } if of_kind(&[Id::RSA, Id::RSA_PSS]) => self
                .by_digest(key, digest, |context| {
                    context.set_rsa_padding(Padding::PKCS1_PSS)?;
                    context.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt))?;
                    context.set_rsa_mgf1_md(md(mask)?)
                }),
            Algorithm::Edwards if !of_kind(&[Id::RSA, Id::RSA_PSS, Id::EC, Id::DSA]) => {
                Verifier::new_without_digest(key)?.verify_oneshot(&self.value, signed)
            }
            _ => Ok(false),
        }
    }

    fn by_digest(
        &self,
        key: &PKey<Public>,
        digest: Digest,
        prepare: impl FnOnce(&mut PkeyCtx<Public>) -> Result<(), ErrorStack>,
    ) -> Result<bool, ErrorStack> {
        let mut context = PkeyCtx::new(key)?;
        context.verify_init()?;
        prepare(&mut context)?;
        context.set_signature_md(md(digest)?)?;
        context.verify(&self.digest, &self.value)
    }
}

fn md(digest: Digest) -> Result<&'static openssl::md::MdRef, ErrorStack> {
    Md::from_nid(digest.0).ok_or_else(ErrorStack::get)
}

/// The octets of a BIT STRING of whole octets.
pub(super) fn octets(bits: &Value<'_>) -> Option<Vec<u8>> {
    match bits.content.split_first() {
        Some((0, octets)) if bits.tag == tag::BIT_STRING => Some(octets.to_vec()),
        _ => None,
    }
}
