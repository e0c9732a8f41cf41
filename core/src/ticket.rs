//! This file is about what a session ticket says of the caller beside the TLS library's session.
//!
//! In: what a full handshake found. Out: bytes inside the encrypted ticket, and from them, later,
//! the decision whether the session may be resumed. It may not know how tickets are encrypted.

use crate::policy::Policy;

/// What a ticket remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    policy: [u8; 32],
    /// When the full handshake ended, seconds since 1970; a renewed ticket keeps it.
    made: i64,
    /// From when on the session is not resumed, seconds since 1970.
    expires: i64,
    /// The trust anchor of the verified certificate; none when no certificate was sent.
    pub(crate) anchor: Option<[u8; 32]>,
}

const VERSION: u8 = 1;
const FIXED: usize = 1 + 32 + 8 + 8;

/// Clocks of machines that share keys may differ by this many seconds.
const SKEW: i64 = 60;

impl Ticket {
    /// The ticket of a full handshake: with the anchor of its verified certificate and the end of
    /// that chain's validity, or with neither when no certificate was sent.
    pub(crate) fn new(
        policy: &Policy,
        now: i64,
        timeout: i64,
        verified: Option<([u8; 32], i64)>,
    ) -> Self {
        let end = now.saturating_add(timeout);
        Self {
            policy: *policy.digest(),
            made: now,
            expires: verified.map_or(end, |(_, expires)| end.min(expires)),
            anchor: verified.map(|(anchor, _)| anchor),
        }
    }

    /// The session may be resumed under this policy at this time.
    pub(crate) fn usable(&self, policy: &Policy, now: i64) -> bool {
        self.policy == *policy.digest()
            && now < self.expires
            && now.saturating_add(SKEW) >= self.made
    }

    /// The ticket as bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FIXED + 32);
        out.push(VERSION);
        out.extend_from_slice(&self.policy);
        out.extend_from_slice(&self.made.to_be_bytes());
        out.extend_from_slice(&self.expires.to_be_bytes());
        out.extend_from_slice(self.anchor.as_ref().map_or(&[][..], |a| &a[..]));
        out
    }

    /// The ticket of bytes; `None` when they are none of ours.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (policy, rest) = rest.split_first_chunk::<32>()?;
        let (made, rest) = rest.split_first_chunk::<8>()?;
        let (expires, rest) = rest.split_first_chunk::<8>()?;
        let anchor = if rest.is_empty() {
            None
        } else {
            Some(rest.try_into().ok()?)
        };
        (*version == VERSION).then_some(Self {
            policy: *policy,
            made: i64::from_be_bytes(*made),
            expires: i64::from_be_bytes(*expires),
            anchor,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mode::Mode;

    #[test]
    fn a_ticket_survives_its_encoding() {
        for verified in [None, Some(([9; 32], 5_000))] {
            let ticket = Ticket::new(&Policy::example(Mode::Require), 1_000, 300, verified);
            assert_eq!(Ticket::decode(&ticket.encode()), Some(ticket));
        }
    }

    #[test]
    fn a_ticket_is_usable_until_the_time_out_or_the_chain_ends() {
        let require = Policy::example(Mode::Require);
        let long = Ticket::new(&require, 1_000, 300, Some(([9; 32], 5_000)));
        assert!(long.usable(&require, 1_299) && !long.usable(&require, 1_300));
        let short = Ticket::new(&require, 1_000, 300, Some(([9; 32], 1_100)));
        assert!(short.usable(&require, 1_099) && !short.usable(&require, 1_100));
        assert!(!long.usable(&require, 900), "a ticket from the future");
    }

    #[test]
    fn a_ticket_is_not_usable_under_another_policy() {
        let ticket = Ticket::new(&Policy::example(Mode::Request), 1_000, 300, None);
        assert!(!ticket.usable(&Policy::example(Mode::Require), 1_001));
    }

    #[test]
    fn other_bytes_are_no_ticket() {
        let good = Ticket::new(&Policy::example(Mode::None), 1, 1, Some(([9; 32], 5))).encode();
        for cut in 0..good.len() {
            let decoded = Ticket::decode(&good[..cut]);
            assert!(decoded.is_none() || cut == FIXED, "{cut}");
        }
        assert_eq!(Ticket::decode(&[&[2][..], &good[1..]].concat()), None);
    }
}
