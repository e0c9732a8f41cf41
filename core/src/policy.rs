//! This file is about the policy: everything that decides who is let in, as one value.
//!
//! In: a validated configuration. Out: [`Policy`], whose digest is the session id context, so that
//! a session is resumed only under the policy that it was made under. It may not know of files,
//! times of files or addresses: machines with the same contents agree.

use crate::mode::Mode;
use openssl::sha::Sha256;

/// Who is let in.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) mode: Mode,
    /// How many intermediates are allowed between the leaf and the trust anchor.
    pub(crate) depth: u32,
    digest: [u8; 32],
}

impl Policy {
    /// The policy of the virtual host `host` (empty: the default host) that trusts the CAs whose
    /// DER has these SHA-256 digests.
    pub(crate) fn new(host: &str, mode: Mode, depth: u32, mut anchors: Vec<[u8; 32]>) -> Self {
        anchors.sort_unstable();
        anchors.dedup();
        let mut hash = Sha256::new();
        // Every part has its length before it, so that no two policies spell the same bytes.
        let mut part = |bytes: &[u8]| {
            hash.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(bytes);
        };
        part(b"peercert policy 1");
        part(host.as_bytes());
        part(mode.name().as_bytes());
        part(&depth.to_be_bytes());
        part(b"clientAuth");
        part(&anchors.concat());
        Self {
            mode,
            depth,
            digest: hash.finish(),
        }
    }

    /// The digest of the whole policy.
    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_cas_does_not_matter_and_everything_else_does() {
        let base = Policy::new("", Mode::Require, 9, vec![[1; 32], [2; 32]]);
        let same = Policy::new("", Mode::Require, 9, vec![[2; 32], [1; 32], [2; 32]]);
        assert_eq!(base.digest(), same.digest());
        for other in [
            Policy::new("a", Mode::Require, 9, vec![[1; 32], [2; 32]]),
            Policy::new("", Mode::Optional, 9, vec![[1; 32], [2; 32]]),
            Policy::new("", Mode::Require, 8, vec![[1; 32], [2; 32]]),
            Policy::new("", Mode::Require, 9, vec![[1; 32]]),
        ] {
            assert_ne!(base.digest(), other.digest());
        }
    }
}
