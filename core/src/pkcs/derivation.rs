//! This file is about keys made of passwords: PBKDF2 (RFC 8018), scrypt (RFC 7914) and PKCS#12's own
//! way (RFC 7292, appendix B).
//!
//! In: a password, salt, rounds. Out: a key. Every call is paid for before it is made.

use super::{Budget, Fault};
use openssl::hash::{Hasher, MessageDigest};
use openssl::pkcs5;

/// The most memory that scrypt may take: four times what OpenSSL writes asks for.
const SCRYPT_MEMORY: u64 = 64 << 20;

/// A password in the two forms that the standards ask for.
pub(super) struct Password {
    /// As PBES2 takes it.
    pub(super) utf8: Vec<u8>,
    /// UTF-16 in network order with a zero at its end (RFC 7292, B.1).
    utf16: Vec<u8>,
}

impl Password {
    pub(super) fn new(text: &str) -> Self {
        let units = text.encode_utf16().chain([0]);
        Self {
            utf8: text.as_bytes().to_vec(),
            utf16: units.flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// None at all, which PKCS#12 tells from an empty one: that has its zero.
    pub(super) fn none() -> Self {
        Self {
            utf8: Vec::new(),
            utf16: Vec::new(),
        }
    }
}

/// How PBES2 makes its key.
#[derive(Debug)]
pub(super) enum Derivation {
    Pbkdf2 {
        salt: Vec<u8>,
        rounds: u64,
        digest: MessageDigestName,
    },
    Scrypt {
        salt: Vec<u8>,
        /// N, r and p.
        cost: [u64; 3],
    },
}

/// A digest by the name that the standards know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessageDigestName {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl MessageDigestName {
    pub(super) fn digest(self) -> MessageDigest {
        match self {
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha224 => MessageDigest::sha224(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }

    /// Octets of a block, as HMAC and PKCS#12 count them.
    fn block(self) -> usize {
        match self {
            Self::Sha384 | Self::Sha512 => 128,
            _ => 64,
        }
    }
}

impl Derivation {
    /// A key of `length` octets.
    pub(super) fn key(
        &self,
        password: &Password,
        length: usize,
        budget: &mut Budget,
    ) -> Result<Vec<u8>, Fault> {
        let mut key = vec![0; length];
        let secret = &password.utf8;
        match self {
            Self::Pbkdf2 {
                salt,
                rounds,
                digest,
            } => {
                let blocks = length.div_ceil(digest.digest().size()).max(1);
                budget.spend(rounds.saturating_mul(blocks as u64))?;
                let rounds = usize::try_from(*rounds).map_err(|_| Fault::TooCostly)?;
                pkcs5::pbkdf2_hmac(secret, salt, rounds, digest.digest(), &mut key)?;
            }
            Self::Scrypt { salt, cost } => {
                let [n, r, p] = *cost;
                // 128 octets a block; a block costs about what a round does.
                let blocks = n.saturating_mul(r);
                if blocks.saturating_mul(128) > SCRYPT_MEMORY {
                    return Err(Fault::TooCostly);
                }
                budget.spend(blocks.saturating_mul(p))?;
                // The library counts a little more than the blocks.
                pkcs5::scrypt(secret, salt, n, r, p, SCRYPT_MEMORY * 2, &mut key)?;
            }
        }
        Ok(key)
    }
}

/// What a key of PKCS#12's own derivation is for (RFC 7292, B.3).
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Encryption = 1,
    InitialVector = 2,
    Mac = 3,
}

/// A key of `length` octets in PKCS#12's own way (RFC 7292, B.2).
pub(super) fn pkcs12(
    purpose: Purpose,
    (password, salt, rounds): (&Password, &[u8], u64),
    digest: MessageDigestName,
    length: usize,
    budget: &mut Budget,
) -> Result<Vec<u8>, Fault> {
    let block = digest.block();
    let fill = |bytes: &[u8]| -> Vec<u8> {
        let whole = bytes.len().div_ceil(block) * block;
        bytes.iter().copied().cycle().take(whole).collect()
    };
    let mut input = fill(salt);
    input.extend(fill(&password.utf16));
    let diversifier = vec![purpose as u8; block];
    let mut hasher = Hasher::new(digest.digest())?;
    let mut key = Vec::with_capacity(length);
    while key.len() < length {
        budget.spend(rounds.max(1))?;
        hasher.update(&diversifier)?;
        hasher.update(&input)?;
        let mut hash = hasher.finish()?;
        for _ in 1..rounds {
            hasher.update(&hash)?;
            hash = hasher.finish()?;
        }
        key.extend(hash.iter().take(length - key.len()));
        let addend: Vec<u8> = hash.iter().copied().cycle().take(block).collect();
        for chunk in input.chunks_mut(block) {
            add_one_more(chunk, &addend);
        }
    }
    Ok(key)
}

/// Adds `addend` and one to a number of the same length; what does not fit falls off.
fn add_one_more(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1_u16;
    for (octet, more) in number.iter_mut().zip(addend).rev() {
        carry += u16::from(*octet) + u16::from(*more);
        *octet = carry.to_be_bytes()[1];
        carry >>= 8;
    }
}
