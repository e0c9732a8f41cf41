//! This file is about the keys that session tickets are encrypted with.
//!
//! In: random bytes, of this process or shared between several. Out: [`TicketKeys`], which the TLS
//! library's callbacks encrypt and open tickets with.

use openssl::error::ErrorStack;
use openssl::sha::Sha256;

/// The bytes in front of every ticket that tell which key opens it.
pub(super) const NAME_LENGTH: usize = 16;

/// The sizes of a key in nginx's layout: its name, then secrets of 32 or 64 bytes.
const SIZES: [usize; 2] = [48, 80];

/// One key.
pub(crate) struct TicketKey {
    pub(super) name: [u8; NAME_LENGTH],
    pub(super) encryption: [u8; 32],
    /// Of the MAC; AES-GCM needs none.
    #[cfg(not(awslc))]
    pub(super) authentication: [u8; 32],
}

impl TicketKey {
    /// The key of 48 or 80 bytes, the first 16 of which are its name; `None` for another size.
    ///
    /// What encrypts is derived from all of the secret: so both sizes give keys of one strength, and
    /// another server that has the same file does not open tickets of this one, nor this one its.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        let (name, secret) = bytes.split_first_chunk::<NAME_LENGTH>()?;
        SIZES.contains(&bytes.len()).then(|| Self {
            name: *name,
            encryption: derived(b"peercert ticket encryption", secret),
            #[cfg(not(awslc))]
            authentication: derived(b"peercert ticket authentication", secret),
        })
    }

    /// Both have the same name.
    pub(crate) fn shares_name(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

fn derived(purpose: &[u8], secret: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(purpose);
    hash.update(&[0]);
    hash.update(secret);
    hash.finish()
}

/// The keys of a server.
pub(crate) struct TicketKeys(Vec<TicketKey>);

impl TicketKeys {
    /// These keys, the one that encrypts first.
    pub(crate) fn new(keys: Vec<TicketKey>) -> Self {
        Self(keys)
    }

    /// A key that never leaves the process.
    pub(crate) fn random() -> Result<Self, ErrorStack> {
        let mut bytes = [0; 80];
        openssl::rand::rand_bytes(&mut bytes)?;
        Ok(Self(TicketKey::new(&bytes).into_iter().collect()))
    }

    /// The one that encrypts.
    pub(super) fn encrypting(&self) -> Option<&TicketKey> {
        self.0.first()
    }

    /// The one that opens tickets with this name in front.
    pub(super) fn named(&self, name: &[u8]) -> Option<&TicketKey> {
        self.0.iter().find(|key| key.name == *name)
    }

    /// The key is not the one that encrypts: what it has encrypted should be replaced.
    #[cfg(not(awslc))]
    pub(super) fn is_old(&self, key: &TicketKey) -> bool {
        self.encrypting()
            .is_some_and(|first| first.name != key.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_48_or_80_bytes_and_every_one_of_them_counts() {
        let bytes: Vec<u8> = (0..80).collect();
        for size in 0..=80 {
            assert_eq!(
                TicketKey::new(&bytes[..size]).is_some(),
                SIZES.contains(&size)
            );
        }
        for at in NAME_LENGTH..80 {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let (one, other) = (TicketKey::new(&bytes), TicketKey::new(&changed));
            assert!(one.is_some_and(|one| other.is_some_and(
                |other| one.shares_name(&other) && one.encryption != other.encryption
            )));
        }
    }
}
