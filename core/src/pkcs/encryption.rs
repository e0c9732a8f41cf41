//! This file is about encryption with a password: PBES2 (RFC 8018, 6.2) and the schemes of PKCS#12
//! (RFC 7292, appendix C).
//!
//! In: an AlgorithmIdentifier, ciphertext, a password. Out: plaintext.

use super::derivation::{self, Derivation, MessageDigestName, Password, Purpose};
use super::{Budget, Fault};
use crate::cert::der::{tag, Class, Malformed, Read, Reader};
use crate::cert::{number, oid_named};
use openssl::symm::{self, Cipher};
use rc2::cipher::{BlockDecrypt, KeyInit};
use rc2::Rc2;

/// An AlgorithmIdentifier: the OID's content octets, the encoding of its parameters.
pub(super) struct Algorithm {
    pub(super) oid: Vec<u8>,
    parameters: Vec<u8>,
}

impl Algorithm {
    pub(super) fn read(reader: &mut Reader<'_>) -> Read<Self> {
        reader.within(Class::Universal, tag::SEQUENCE, |fields| {
            let oid = fields.value(tag::OID)?.content.into_owned();
            let mut parameters = Vec::new();
            if !fields.at_end() {
                parameters = fields.any()?.encoding.to_vec();
            }
            Ok(Self { oid, parameters })
        })
    }

    /// The elements of the parameters, which are a SEQUENCE.
    fn fields<T>(&self, read: impl FnOnce(&mut Reader<'_>) -> Read<T>) -> Read<T> {
        Reader::new(&self.parameters).within(Class::Universal, tag::SEQUENCE, read)
    }

    fn unsupported(&self) -> Fault {
        Fault::Unsupported(oid_named(&self.oid))
    }
}

/// A number that is not below zero.
pub(super) fn count(reader: &mut Reader<'_>) -> Read<u64> {
    number(&reader.value(tag::INTEGER)?.content)
        .and_then(|number| u64::try_from(number).ok())
        .ok_or(Malformed("a number is negative or too large"))
}

/// A cipher in CBC mode.
#[derive(Clone, Copy)]
enum Sealed {
    Aes128,
    Aes192,
    Aes256,
    /// With three keys, or two of which the first is used again.
    TripleDes,
    Rc2,
}

const PBES2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d";
const PBKDF2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c";
const SCRYPT: &[u8] = b"\x2b\x06\x01\x04\x01\xda\x47\x04\x0b";
/// Every OID of RFC 7292's schemes begins so.
const PKCS12_SCHEMES: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01";

/// The plaintext.
pub(super) fn decrypt(
    algorithm: &Algorithm,
    data: &[u8],
    password: &Password,
    budget: &mut Budget,
) -> Result<Vec<u8>, Fault> {
    if algorithm.oid == PBES2 {
        return pbes2(algorithm, data, password, budget);
    }
    let (sealed, length) = match algorithm.oid.strip_prefix(PKCS12_SCHEMES) {
        Some([3]) => (Sealed::TripleDes, 24),
        Some([4]) => (Sealed::TripleDes, 16),
        Some([5]) => (Sealed::Rc2, 16),
        Some([6]) => (Sealed::Rc2, 5),
        _ => return Err(algorithm.unsupported()),
    };
    let (salt, rounds) = algorithm.fields(|fields| {
        let salt = fields.value(tag::OCTET_STRING)?.content.into_owned();
        Ok((salt, count(fields)?))
    })?;
    let mut derive = |purpose, length| {
        let source = (password, salt.as_slice(), rounds);
        derivation::pkcs12(purpose, source, MessageDigestName::Sha1, length, budget)
    };
    let key = derive(Purpose::Encryption, length)?;
    let iv = derive(Purpose::InitialVector, 8)?;
    sealed.open(&key, &iv, data)
}

fn pbes2(
    algorithm: &Algorithm,
    data: &[u8],
    password: &Password,
    budget: &mut Budget,
) -> Result<Vec<u8>, Fault> {
    let (kdf, cipher) =
        algorithm.fields(|fields| Ok((Algorithm::read(fields)?, Algorithm::read(fields)?)))?;
    let derivation = match kdf.oid.as_slice() {
        PBKDF2 => pbkdf2(&kdf)?,
        SCRYPT => kdf.fields(|fields| {
            let salt = fields.value(tag::OCTET_STRING)?.content.into_owned();
            let cost = [count(fields)?, count(fields)?, count(fields)?];
            skip_key_length(fields)?;
            Ok(Derivation::Scrypt { salt, cost })
        })?,
        _ => return Err(kdf.unsupported()),
    };
    let (sealed, length) = match cipher.oid.as_slice() {
        b"\x60\x86\x48\x01\x65\x03\x04\x01\x02" => (Sealed::Aes128, 16),
        b"\x60\x86\x48\x01\x65\x03\x04\x01\x16" => (Sealed::Aes192, 24),
        b"\x60\x86\x48\x01\x65\x03\x04\x01\x2a" => (Sealed::Aes256, 32),
        b"\x2a\x86\x48\x86\xf7\x0d\x03\x07" => (Sealed::TripleDes, 24),
        _ => return Err(cipher.unsupported()),
    };
    let mut reader = Reader::new(&cipher.parameters);
    let iv = reader.value(tag::OCTET_STRING)?.content;
    let key = derivation.key(password, length, budget)?;
    sealed.open(&key, &iv, data)
}

fn pbkdf2(kdf: &Algorithm) -> Result<Derivation, Fault> {
    let (salt, rounds, prf) = kdf.fields(|fields| {
        let salt = fields.value(tag::OCTET_STRING)?.content.into_owned();
        let rounds = count(fields)?;
        skip_key_length(fields)?;
        let prf = if fields.at_end() {
            None
        } else {
            Some(Algorithm::read(fields)?)
        };
        Ok((salt, rounds, prf))
    })?;
    let digest = match prf {
        // RFC 8018, A.2: HMAC-SHA-1 unless another is named.
        None => MessageDigestName::Sha1,
        Some(prf) => match prf.oid.strip_prefix(b"\x2a\x86\x48\x86\xf7\x0d\x02") {
            Some([7]) => MessageDigestName::Sha1,
            Some([8]) => MessageDigestName::Sha224,
            Some([9]) => MessageDigestName::Sha256,
            Some([10]) => MessageDigestName::Sha384,
            Some([11]) => MessageDigestName::Sha512,
            _ => return Err(prf.unsupported()),
        },
    };
    Ok(Derivation::Pbkdf2 {
        salt,
        rounds,
        digest,
    })
}

/// The ciphers that are read here have one length each.
fn skip_key_length(fields: &mut Reader<'_>) -> Read<()> {
    if fields.next_is(Class::Universal, tag::INTEGER)? {
        count(fields)?;
    }
    Ok(())
}

impl Sealed {
    fn open(self, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut key = key.to_vec();
        let cipher = match self {
            Self::Aes128 => Cipher::aes_128_cbc(),
            Self::Aes192 => Cipher::aes_192_cbc(),
            Self::Aes256 => Cipher::aes_256_cbc(),
            Self::TripleDes => {
                if let Some(first) = key.get(..8).filter(|_| key.len() == 16) {
                    key.extend(first.to_vec());
                }
                Cipher::des_ede3_cbc()
            }
            Self::Rc2 => return rc2_cbc(&key, iv, data),
        };
        if iv.len() != cipher.iv_len().unwrap_or(0) {
            return Err(Fault::Malformed("an initial vector has a wrong length"));
        }
        // What does not end in its padding was decrypted with another key.
        symm::decrypt(cipher, &key, Some(iv), data).map_err(|_| Fault::WrongPassword)
    }
}

/// RC2, of which the libraries of today have no part, with as many effective bits as the key has.
fn rc2_cbc(key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>, Fault> {
    const BLOCK: usize = 8;
    let cipher =
        Rc2::new_from_slice(key).map_err(|_| Fault::Malformed("a key has a wrong length"))?;
    let mut plain = Vec::with_capacity(data.len());
    let mut before = iv;
    for block in data.chunks(BLOCK) {
        if block.len() != BLOCK {
            return Err(Fault::Malformed("the ciphertext has a wrong length"));
        }
        let mut open = rc2::cipher::Block::<Rc2>::clone_from_slice(block);
        cipher.decrypt_block(&mut open);
        plain.extend(open.iter().zip(before).map(|(octet, mask)| octet ^ mask));
        before = block;
    }
    let padding = plain.last().copied().map_or(0, usize::from);
    let kept = plain.len().checked_sub(padding);
    let good = (1..=BLOCK).contains(&padding);
    let Some(kept) = kept.filter(|_| good) else {
        return Err(Fault::WrongPassword);
    };
    let padded = plain.split_off(kept);
    if padded.iter().any(|octet| usize::from(*octet) != padding) {
        return Err(Fault::WrongPassword);
    }
    Ok(plain)
}
