//! This file is about private keys in files: PKCS#8 and the traditional forms of RSA (RFC 8017) and EC
//! (RFC 5915), PEM or DER, encrypted or not.
//!
//! In: a file that may hold other things as well. Out: its first private key.

use super::derivation::Password;
use super::encryption::decrypt;
use super::pkcs12::sealed_key;
use super::{Budget, Fault};
use crate::cert::der::Reader;
use crate::cert::pem;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};

/// The first private key. Nobody is ever prompted.
pub(crate) fn private_key(data: &[u8], password: Option<&str>) -> Result<PKey<Private>, Fault> {
    if !pem::is_pem(data) {
        return PKey::private_key_from_der(data).or_else(|_| sealed(data, password));
    }
    let first = pem::blocks(data).find(|block| block.label.ends_with("PRIVATE KEY"));
    match first {
        Some(block) if block.label == "ENCRYPTED PRIVATE KEY" => {
            let der = block
                .der
                .ok_or(Fault::Malformed("it is not valid base64"))?;
            sealed(&der, password)
        }
        _ => traditional(data, password),
    }
}

/// A key as EncryptedPrivateKeyInfo (RFC 5958, 3).
fn sealed(der: &[u8], password: Option<&str>) -> Result<PKey<Private>, Fault> {
    let (algorithm, data) = sealed_key(&mut Reader::new(der))?;
    let password = Password::new(password.ok_or(Fault::NeedsPassword)?);
    let plain = decrypt(&algorithm, &data, &password, &mut Budget::new())?;
    // Once in 256 times what a wrong password gives ends like padding.
    PKey::private_key_from_der(&plain).map_err(|_| Fault::WrongPassword)
}

/// PEM that is not encrypted, or that is by its own headers (RFC 1421, 4.6).
fn traditional(data: &[u8], password: Option<&str>) -> Result<PKey<Private>, Fault> {
    let asked = std::cell::Cell::new(false);
    let read = PKey::private_key_from_pem_callback(data, |buffer| {
        asked.set(true);
        let secret = password.map(str::as_bytes).ok_or_else(ErrorStack::get)?;
        let room = buffer.get_mut(..secret.len());
        room.ok_or_else(ErrorStack::get)?.copy_from_slice(secret);
        Ok(secret.len())
    });
    read.map_err(|_| match (asked.get(), password) {
        (true, None) => Fault::NeedsPassword,
        (true, Some(_)) => Fault::WrongPassword,
        (false, _) => match cipher(data) {
            Some(name) => Fault::Unsupported(name),
            None => Fault::Malformed("it holds no readable private key"),
        },
    })
}

/// The cipher that the headers of PEM name.
fn cipher(data: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(data);
    let (_, after) = text.split_once("DEK-Info:")?;
    let name = after.split([',', '\n']).next()?.trim();
    Some(name.chars().take(40).collect())
}
