//! This file is about keys: made, read with a password, written, and used to sign.
//!
//! In: a kind of key; PEM. Out: a key, its PEM, its SubjectPublicKeyInfo, signatures. It may not know
//! what is signed.

use super::der;
use crate::error::{Code, Error, Result};
use crate::pkcs::{self, Fault};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private, Public};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use openssl::symm::Cipher;

/// What kind of key is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// EC on P-256 (secp256r1): small, fast, read by everything.
    #[default]
    EcP256,
    /// EC on P-384 (secp384r1).
    EcP384,
    /// RSA of 2,048 bits.
    Rsa2048,
    /// RSA of 3,072 bits.
    Rsa3072,
    /// RSA of 4,096 bits.
    Rsa4096,
    /// Ed25519. No browser offers it as a client certificate.
    Ed25519,
}

impl KeyKind {
    /// Every kind, with the word for it.
    pub const ALL: &'static [(&'static str, KeyKind)] = &[
        ("p256", Self::EcP256),
        ("p384", Self::EcP384),
        ("rsa2048", Self::Rsa2048),
        ("rsa3072", Self::Rsa3072),
        ("rsa4096", Self::Rsa4096),
        ("ed25519", Self::Ed25519),
    ];

    /// The kind by its word: `p256`, `p384`, `rsa2048`, `rsa3072`, `rsa4096`, `ed25519`; case, `-`, `_`
    /// and `:` do not matter. `ec` is p256 and `rsa` is rsa2048.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: no such kind.
    pub fn parse(word: &str) -> Result<Self> {
        let plain: String = word
            .chars()
            .filter(|c| !matches!(c, '-' | '_' | ':' | ' '))
            .flat_map(char::to_lowercase)
            .collect();
        let plain = match plain.as_str() {
            "ec" | "ecp256" | "prime256v1" | "secp256r1" => "p256",
            "ecp384" | "secp384r1" => "p384",
            "rsa" => "rsa2048",
            other => other,
        };
        let found = Self::ALL.iter().find(|(name, _)| *name == plain);
        found.map(|(_, kind)| *kind).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
            let message = format!(
                "no key of the kind {word:?} is made: use {}",
                names.join(", ")
            );
            Error::new(Code::CannotIssue, message).with("option", "key")
        })
    }
}

/// A private key that signs.
pub(super) struct Key(PKey<Private>);

impl Key {
    pub(super) fn generate(kind: KeyKind) -> Result<Self> {
        let curve = |nid| -> std::result::Result<PKey<Private>, ErrorStack> {
            let group = EcGroup::from_curve_name(nid)?;
            PKey::from_ec_key(EcKey::generate(&group)?)
        };
        let rsa = |bits| Rsa::generate(bits).and_then(PKey::from_rsa);
        let made = match kind {
            KeyKind::EcP256 => curve(Nid::X9_62_PRIME256V1),
            KeyKind::EcP384 => curve(Nid::SECP384R1),
            KeyKind::Rsa2048 => rsa(2048),
            KeyKind::Rsa3072 => rsa(3072),
            KeyKind::Rsa4096 => rsa(4096),
            KeyKind::Ed25519 => PKey::generate_ed25519(),
        };
        made.map(Self).map_err(|e| library("make a key", &e))
    }

    /// A private key, PEM or DER; `password` opens an encrypted one. Never prompts.
    pub(super) fn from_pem(pem: &[u8], password: Option<&str>) -> Result<Self> {
        let key = pkcs::private_key(pem, password).map_err(|fault| {
            let message = match fault {
                Fault::NeedsPassword => {
                    "the private key is encrypted and no password is given".to_owned()
                }
                Fault::WrongPassword => "the password does not open the private key".to_owned(),
                Fault::Unsupported(name) => {
                    format!("the private key is sealed with {name}, which is not read")
                }
                Fault::TooCostly => {
                    "the private key asks for too much work to be opened".to_owned()
                }
                Fault::Malformed(why) => format!("the private key cannot be read: {why}"),
            };
            Error::new(Code::KeyUnreadable, message)
        })?;
        check_strength(&key, Code::KeyUnreadable)?;
        Ok(Self(key))
    }

    /// PKCS#8 PEM, encrypted (PBES2, AES-256-CBC) when there is a password.
    pub(super) fn to_pem(&self, password: Option<&str>) -> Result<String> {
        let pem = match password {
            Some(password) => self
                .0
                .private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), password.as_bytes()),
            None => self.0.private_key_to_pem_pkcs8(),
        }
        .map_err(|e| library("write the private key", &e))?;
        String::from_utf8(pem)
            .map_err(|_| Error::new(Code::Library, "the TLS library wrote PEM that is no text"))
    }

    /// PKCS#8 DER, not encrypted.
    pub(super) fn to_pkcs8(&self) -> Result<Vec<u8>> {
        self.0
            .private_key_to_pkcs8()
            .map_err(|e| library("write the private key", &e))
    }

    /// The SubjectPublicKeyInfo.
    pub(super) fn spki(&self) -> Result<Vec<u8>> {
        self.0
            .public_key_to_der()
            .map_err(|e| library("write the public key", &e))
    }

    /// The public half.
    pub(super) fn public(&self) -> Result<PKey<Public>> {
        PKey::public_key_from_der(&self.spki()?).map_err(|e| library("read the public key", &e))
    }

    /// Whether the SubjectPublicKeyInfo `spki` is this key's.
    pub(super) fn belongs_to(&self, spki: &[u8]) -> bool {
        PKey::public_key_from_der(spki).is_ok_and(|public| public.public_eq(&self.0))
    }

    /// `SEQUENCE { tbs, algorithm, BIT STRING signature }`: a signed certificate, request or CRL. `tbs` gets
    /// the DER AlgorithmIdentifier, which a certificate repeats inside.
    pub(super) fn sign(&self, tbs: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Vec<u8>> {
        let (oid, digest, parameters) = self.signature_algorithm()?;
        let algorithm = der::sequence(&[&der::known_oid(oid), parameters]);
        let tbs = tbs(&algorithm);
        let signature = match digest {
            Some(digest) => {
                Signer::new(digest, &self.0).and_then(|mut s| s.sign_oneshot_to_vec(&tbs))
            }
            None => {
                Signer::new_without_digest(&self.0).and_then(|mut s| s.sign_oneshot_to_vec(&tbs))
            }
        }
        .map_err(|e| library("sign", &e))?;
        Ok(der::sequence(&[
            &tbs,
            &algorithm,
            &der::bit_string(&signature),
        ]))
    }

    fn signature_algorithm(&self) -> Result<(&'static str, Option<MessageDigest>, &'static [u8])> {
        const NULL: &[u8] = &[5, 0];
        Ok(match self.0.id() {
            Id::RSA => ("1.2.840.113549.1.1.11", Some(MessageDigest::sha256()), NULL),
            Id::ED25519 => ("1.3.101.112", None, &[]),
            Id::EC if self.0.bits() <= 256 => {
                ("1.2.840.10045.4.3.2", Some(MessageDigest::sha256()), &[])
            }
            Id::EC if self.0.bits() <= 384 => {
                ("1.2.840.10045.4.3.3", Some(MessageDigest::sha384()), &[])
            }
            Id::EC => ("1.2.840.10045.4.3.4", Some(MessageDigest::sha512()), &[]),
            _ => {
                let message = "the signing key is neither RSA nor EC nor Ed25519";
                return Err(Error::new(Code::KeyUnreadable, message));
            }
        })
    }
}

/// Refuses keys that every verifier would refuse: RSA below 2,048 and above 16,384 bits, EC below 224
/// bits, other algorithms.
pub(super) fn check_strength<T: HasPublic>(key: &PKeyRef<T>, code: Code) -> Result<()> {
    let bits = key.bits();
    let problem = match key.id() {
        Id::RSA if bits < 2048 => format!("an RSA key of {bits} bits is too weak: 2,048 at least"),
        Id::RSA if bits > 16_384 => {
            format!("an RSA key of {bits} bits is too large: 16,384 at most")
        }
        Id::EC if bits < 224 => format!("an EC key of {bits} bits is too weak: 224 at least"),
        Id::RSA | Id::EC | Id::ED25519 => return Ok(()),
        _ => "the key is neither RSA nor EC nor Ed25519".to_owned(),
    };
    Err(Error::new(code, problem))
}

/// A failure of the TLS library that no input explains.
pub(super) fn library(what: &str, cause: &ErrorStack) -> Error {
    Error::new(
        Code::Library,
        format!("the TLS library cannot {what}: {cause}"),
    )
}
