//! This module is about revocation by certificate revocation lists (RFC 5280, 5 and 6.3).
//!
//! In: CRLs in DER or PEM, the chain that the TLS library built and verified. Out: what is wrong with
//! the CRLs, and which certificates of the chain are revoked. It is ours and not the library's, so that
//! every library answers the same, a large CRL costs little memory, and a handshake does not hash one.
//! It may not know of options, connections or modes.

mod check;
mod entries;
#[cfg(fuzzing)]
pub mod fuzzing;
mod prove;
mod read;
mod scope;
mod signature;
#[cfg(test)]
mod tests;

pub(crate) use check::Findings;
pub(crate) use read::Crl;

use openssl::sha::sha256;
use std::collections::HashMap;
use std::sync::Arc;

/// The CRLs of one host, found by their issuer. Several hosts may share a [`Crl`].
#[derive(Debug, Default)]
pub(crate) struct CrlSet {
    /// By the issuer's canonical name; of one issuer the newest first.
    by_issuer: HashMap<Vec<u8>, Vec<Arc<Crl>>>,
}

impl CrlSet {
    /// Takes the CRLs; of the same bytes only one.
    pub(crate) fn new(crls: Vec<Arc<Crl>>) -> Self {
        let mut by_issuer: HashMap<_, Vec<Arc<Crl>>> = HashMap::new();
        for crl in crls {
            by_issuer.entry(crl.issuer.clone()).or_default().push(crl);
        }
        for of_issuer in by_issuer.values_mut() {
            of_issuer.sort_by(|one, other| other.age().cmp(&one.age()));
            of_issuer.dedup_by_key(|crl| crl.digest);
        }
        Self { by_issuer }
    }

    /// SHA-256 over all of them, whatever their order.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let all = self.by_issuer.values().flatten();
        let mut digests: Vec<_> = all.map(|crl| crl.digest).collect();
        digests.sort_unstable();
        sha256(&digests.concat())
    }
}
