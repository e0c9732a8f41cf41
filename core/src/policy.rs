//! This file is about the policy: everything that decides who is let in, as one value.
//!
//! In: a validated configuration. Out: [`Policy`], whose digest is the session id context, so that
//! a session is resumed only under the policy that it was made under. It may not know of files,
//! times of files or addresses: machines with the same contents agree.

use crate::mode::Mode;
use openssl::sha::Sha256;

/// Which certificates of a chain are looked up in CRLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CrlCheck {
    /// None.
    None,
    /// The client's own.
    Leaf,
    /// Every one below the trust anchor.
    Chain,
}

impl CrlCheck {
    pub(crate) const WORDS: [&'static str; 3] = ["none", "leaf", "chain"];

    /// The check of a word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "leaf" => Some(Self::Leaf),
            "chain" => Some(Self::Chain),
            _ => None,
        }
    }
}

/// Who is let in, apart from the contents of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) mode: Mode,
    /// The mode of a certificate that is asked for after the handshake.
    pub(crate) later: Mode,
    /// How many intermediates are allowed between the leaf and the trust anchor.
    pub(crate) depth: u32,
    /// A CA that is not self-signed may end a chain.
    pub(crate) partial_chain: bool,
    /// The leaf has to say that it is for clients; else it must not say that it is not.
    pub(crate) strict_usage: bool,
    pub(crate) crl_check: CrlCheck,
}

/// Who is let in.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) rules: Rules,
    digest: [u8; 32],
    access: [u8; 32],
}

impl Policy {
    /// The policy of the virtual host `host` (empty: the default host) that trusts CAs and looks up
    /// CRLs with these digests over all of their contents.
    pub(crate) fn new(host: &str, rules: Rules, trust: &[u8; 32], crls: &[u8; 32]) -> Self {
        let access = Self::digest_of(&[
            b"peercert access 1",
            rules.mode.name().as_bytes(),
            rules.later.name().as_bytes(),
            &rules.depth.to_be_bytes(),
            &[
                u8::from(rules.partial_chain),
                u8::from(rules.strict_usage),
                rules.crl_check as u8,
            ],
            b"clientAuth",
            trust,
            crls,
        ]);
        Self {
            rules,
            digest: Self::digest_of(&[b"peercert policy 2", host.as_bytes(), &access]),
            access,
        }
    }

    fn digest_of(parts: &[&[u8]]) -> [u8; 32] {
        let mut hash = Sha256::new();
        // Every part has its length before it, so that no two policies spell the same bytes.
        for part in parts {
            hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.finish()
    }

    /// The digest of the whole policy, that of one host.
    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The digest of who is let in: two hosts that share it admit the same clients.
    pub(crate) fn access(&self) -> &[u8; 32] {
        &self.access
    }

    /// A policy for tests that need any.
    #[cfg(test)]
    pub(crate) fn example(mode: Mode) -> Self {
        let rules = Rules {
            mode,
            later: Mode::None,
            depth: 9,
            partial_chain: false,
            strict_usage: false,
            crl_check: CrlCheck::None,
        };
        Self::new("", rules, &[7; 32], &[0; 32])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_decides_makes_another_policy() {
        let base = Policy::example(Mode::Require);
        let rules = base.rules;
        let mut digests = vec![*base.digest()];
        for changed in [
            Rules {
                mode: Mode::Optional,
                ..rules
            },
            Rules {
                later: Mode::Require,
                ..rules
            },
            Rules { depth: 8, ..rules },
            Rules {
                partial_chain: true,
                ..rules
            },
            Rules {
                strict_usage: true,
                ..rules
            },
            Rules {
                crl_check: CrlCheck::Leaf,
                ..rules
            },
        ] {
            digests.push(*Policy::new("", changed, &[7; 32], &[0; 32]).digest());
        }
        digests.push(*Policy::new("", rules, &[8; 32], &[0; 32]).digest());
        digests.push(*Policy::new("", rules, &[7; 32], &[1; 32]).digest());
        digests.push(*Policy::new("a", rules, &[7; 32], &[0; 32]).digest());
        let count = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), count);
    }

    #[test]
    fn hosts_that_admit_the_same_clients_share_their_access() {
        let one = Policy::example(Mode::Require);
        let other = Policy::new("a", one.rules, &[7; 32], &[0; 32]);
        assert_eq!(one.access(), other.access());
        assert_ne!(one.digest(), other.digest());
    }
}
