//! This file is about PKCS#12 (RFC 7292): a certificate, its chain and its key in one file, behind a password.
//!
//! In: PEM. Out: the bundle's DER. It may not know of authorities. The TLS libraries do not write it: AWS-LC's builder
//! knows only algorithms that OpenSSL 3 has moved away, RC2-40 among them.

use super::key::Key;
use super::pem;
use super::spec::{check_password, refuse};
use crate::error::{Code, Error, Result};
use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKeyChain,
};

/// Rounds of key derivation of the modern form.
const ROUNDS: u64 = 100_000;
/// Rounds of the legacy form: old keychains are slow, and more does not mend SHA-1 with 3DES.
const LEGACY_ROUNDS: u64 = 2048;

/// A PKCS#12 bundle (DER) of a chain (PEM, leaf first), its key (PEM, opened by `key_password`) and a name that keychains show.
///
/// The modern form is PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC, its MAC HMAC-SHA-256. The legacy form, for iOS and old
/// keychains, is PBE-SHA1-3DES for key and certificates, its MAC HMAC-SHA-1; never RC2-40.
///
/// # Errors
/// `certificate.cannot_issue`: the password is empty or has a control character, the key is not the leaf's, the name is empty.
/// `certificate.unreadable`: no certificate. `certificate.bad_key`: the key, or its password.
pub fn pkcs12(
    chain: &str,
    key: &str,
    key_password: Option<&str>,
    name: &str,
    password: &str,
    legacy: bool,
) -> Result<Vec<u8>> {
    check_password(Some(password))?;
    // The key derivation of RFC 7292 appendix B reads UTF-16 units, and few programs agree above U+FFFF.
    let unfit = |text: &str| text.chars().any(|c| c.is_control() || c > '\u{ffff}');
    if unfit(password) {
        return Err(refuse(
            "password",
            "the password has a control character or one above U+FFFF",
        ));
    }
    if name.is_empty() || unfit(name) {
        return Err(refuse(
            "name",
            "the bundle's name is empty, or has a control character or one above U+FFFF",
        ));
    }
    let unreadable = || {
        Error::new(
            Code::NotACertificate,
            "the chain is no PEM with certificates",
        )
    };
    let chain: Vec<Certificate> = pem::read(chain, &[pem::CERTIFICATE])
        .and_then(|list| {
            list.iter()
                .map(|der| Certificate::from_der(der).ok())
                .collect()
        })
        .ok_or_else(unreadable)?;
    let leaf = chain.first().ok_or_else(unreadable)?;
    let key = Key::from_pem(key.as_bytes(), key_password)?;
    let spki = openssl::x509::X509::from_der(leaf.as_der())
        .and_then(|leaf| leaf.public_key())
        .and_then(|public| public.public_key_to_der())
        .map_err(|_| unreadable())?;
    if !key.belongs_to(&spki) {
        return Err(refuse(
            "key",
            "the private key does not belong to the certificate",
        ));
    }
    let id = openssl::sha::sha256(leaf.as_der());
    let entry = PrivateKeyChain::new(key.to_pkcs8()?, id.get(..20).unwrap_or(&id), chain);
    let mut store = KeyStore::new();
    store.add_entry(name, KeyStoreEntry::PrivateKeyChain(entry));
    let (encryption, mac, rounds) = if legacy {
        (
            EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
            MacAlgorithm::HmacSha1,
            LEGACY_ROUNDS,
        )
    } else {
        (
            EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
            MacAlgorithm::HmacSha256,
            ROUNDS,
        )
    };
    store
        .writer(password)
        .encryption_algorithm(encryption)
        .encryption_iterations(rounds)
        .mac_algorithm(mac)
        .mac_iterations(rounds)
        .write()
        .map_err(|e| {
            Error::new(
                Code::CannotIssue,
                format!("the bundle cannot be written: {e}"),
            )
        })
}
