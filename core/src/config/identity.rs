//! This file is about the server's identity: its certificate, the chain above it and its key.
//!
//! In: the options that name them. Out: [`Identity`], checked to belong together, or every problem.

use super::files::{certificates, source, Source};
use super::read::Reader;
use crate::error::{Code, Error};
use crate::verify::{key_is_weak, weak_signature};
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;

/// Who the server is.
pub(crate) struct Identity {
    pub(crate) leaf: X509,
    /// The certificates above the leaf, as they are sent.
    pub(crate) chain: Vec<X509>,
    pub(crate) key: PKey<Private>,
}

/// The options that say who the server is.
pub(super) const OPTIONS: [&str; 5] = [
    "certificate",
    "certificate_data",
    "key",
    "key_data",
    "key_password",
];

/// The server's certificate chain and its key.
pub(super) fn identity(reader: &mut Reader<'_>, password: Option<&str>) -> Option<Identity> {
    for (file, data) in [("certificate", "certificate_data"), ("key", "key_data")] {
        if !reader.given(file) && !reader.given(data) {
            reader.problem(
                Code::MissingOption,
                file,
                format!(
                    "{file} is needed (or {data}): the server's {}",
                    if file == "key" {
                        "private key"
                    } else {
                        "certificate chain"
                    }
                ),
            );
        }
    }
    let certificate = source(reader, "certificate", "certificate_data");
    let key = source(reader, "key", "key_data");
    let chain = certificate.and_then(|source| chain(reader, &source));
    let key = key.and_then(|source| {
        private_key(&source, password)
            .map_err(|error| reader.error(source.option, error))
            .ok()
    });
    let (mut chain, key) = (chain?, key?);
    let leaf = chain.remove(0);
    let public = leaf.public_key().ok()?;
    if !public.public_eq(&key) {
        reader.problem(
            Code::KeyMismatch,
            "key",
            "the private key does not belong to the certificate (the first one of the chain)",
        );
        return None;
    }
    Some(Identity { leaf, chain, key })
}

fn chain(reader: &mut Reader<'_>, source: &Source) -> Option<Vec<X509>> {
    let chain = certificates(&source.bytes).unwrap_or_default();
    let Some(leaf) = chain.first() else {
        let what = if source.bytes.is_empty() {
            "is empty"
        } else {
            "holds no readable certificate"
        };
        reader.problem(
            Code::BadCertificate,
            source.option,
            format!(
                "{}: {what}; PEM, leaf first, or one certificate in DER is expected",
                source.place
            ),
        );
        return None;
    };
    match leaf.public_key() {
        Err(_) => reader.problem(
            Code::BadCertificate,
            source.option,
            format!("{}: the certificate's key cannot be read", source.place),
        ),
        Ok(key) if key_is_weak(&key) => reader.problem(
            Code::WeakKey,
            source.option,
            format!(
                "{}: the certificate's key has only {} bits (RSA needs 2048, EC 224)",
                source.place,
                key.bits()
            ),
        ),
        // A self-signed certificate's own signature convinces nobody, so that it does not count.
        Ok(key) if weak_signature(leaf) && !leaf.verify(&key).unwrap_or(false) => reader.problem(
            Code::WeakKey,
            source.option,
            format!(
                "{}: the certificate is signed with SHA-1 or MD5",
                source.place
            ),
        ),
        Ok(_) => return Some(chain),
    }
    None
}

fn private_key(source: &Source, password: Option<&str>) -> Result<PKey<Private>, Error> {
    let place = &source.place;
    let asked = std::cell::Cell::new(false);
    let answer = |buffer: &mut [u8]| {
        asked.set(true);
        let Some(password) = password.map(str::as_bytes) else {
            return Err(ErrorStack::get());
        };
        let Some(room) = buffer.get_mut(..password.len()) else {
            return Err(ErrorStack::get());
        };
        room.copy_from_slice(password);
        Ok(password.len())
    };
    let key = if source
        .bytes
        .windows(11)
        .any(|window| window == b"-----BEGIN ")
    {
        PKey::private_key_from_pem_callback(&source.bytes, answer)
    } else {
        PKey::private_key_from_der(&source.bytes)
            .or_else(|_| PKey::private_key_from_pkcs8_callback(&source.bytes, answer))
    };
    key.map_err(|_| match (asked.get(), password) {
        (true, None) => Error::new(
            Code::MissingPassword,
            format!("{place}: the private key is encrypted; give key_password"),
        ),
        (true, Some(_)) => Error::new(
            Code::WrongPassword,
            format!("{place}: key_password does not open the private key"),
        ),
        (false, _) => {
            let what = if source.bytes.is_empty() {
                "is empty"
            } else {
                "holds no readable private key"
            };
            Error::new(
                Code::BadKey,
                format!("{place}: {what}; PEM or DER is expected"),
            )
        }
    })
}
