//! This file is about the ticket inside a client's session: what a client that cheats changes.
//!
//! In: a session of either TLS library. Out: the same with another ticket. Both libraries write a
//! session as one DER sequence, in which the ticket is an OCTET STRING under the tag [10].

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a session that cannot be taken apart ends the test"
)]

use openssl::ssl::{SslSession, SslSessionRef};

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const TICKET: u8 = 0xaa;

/// The tag, the content and the rest of DER.
fn split(der: &[u8]) -> (u8, &[u8], &[u8]) {
    let (length, at) = match der[1] {
        short @ 0..=0x7f => (usize::from(short), 2),
        long => {
            let count = usize::from(long & 0x7f);
            let octets = &der[2..2 + count];
            let length = octets
                .iter()
                .fold(0, |all, byte| all << 8 | usize::from(*byte));
            (length, 2 + count)
        }
    };
    let (content, rest) = der[at..].split_at(length);
    (der[0], content, rest)
}

fn joined(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=0x7f => out.push(u8::try_from(short).unwrap()),
        long => {
            let octets = long.to_be_bytes();
            let from = octets.iter().position(|byte| *byte != 0).unwrap();
            out.push(0x80 | u8::try_from(octets.len() - from).unwrap());
            out.extend_from_slice(&octets[from..]);
        }
    }
    out.extend_from_slice(content);
    out
}

/// The ticket of a session; empty without one.
#[must_use]
pub fn ticket(session: &SslSessionRef) -> Vec<u8> {
    let der = session.to_der().unwrap();
    let mut rest = split(&der).1;
    while !rest.is_empty() {
        let (tag, content, after) = split(rest);
        if tag == TICKET {
            return split(content).1.to_vec();
        }
        rest = after;
    }
    Vec::new()
}

/// The session with another ticket.
#[must_use]
pub fn with_ticket(session: &SslSessionRef, ticket: &[u8]) -> SslSession {
    let der = session.to_der().unwrap();
    let (mut rest, mut fields) = (split(&der).1, Vec::new());
    while !rest.is_empty() {
        let (tag, content, after) = split(rest);
        match tag {
            TICKET => fields.extend(joined(TICKET, &joined(OCTETS, ticket))),
            _ => fields.extend(joined(tag, content)),
        }
        rest = after;
    }
    SslSession::from_der(&joined(SEQUENCE, &fields)).unwrap()
}
