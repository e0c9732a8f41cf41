//! This file is about OBJECT IDENTIFIERs as text: dotted decimal.
//!
//! In: content octets, checked by the reader. Out: `1.2.840.113549`; and back.

use super::text;
use std::fmt::Write as _;

/// OpenSSL prints no OID longer than this; longer ones are of no use and cost quadratic time.
const LONGEST: usize = 586;

/// The OID in dotted decimal; as `#` and hex when it is longer than any OID in use.
pub(crate) fn dotted(oid: &[u8]) -> String {
    decimal(oid).unwrap_or_else(|| text::hash_hex(oid))
}

/// OpenSSL's long name of the OID, or dotted decimal.
pub(crate) fn named(oid: &[u8]) -> String {
    super::objects::names(oid).map_or_else(|| dotted(oid), |(_, long)| long.to_owned())
}

/// The OID in dotted decimal, or nothing when it is longer than OpenSSL prints.
pub(super) fn decimal(oid: &[u8]) -> Option<String> {
    if oid.len() > LONGEST {
        return None;
    }
    let mut out = String::with_capacity(oid.len() * 3);
    let mut first = true;
    for arc in oid.split_inclusive(|octet| octet & 0x80 == 0) {
        push_arc(&mut out, arc, std::mem::take(&mut first));
    }
    Some(out)
}

/// The first arc of the encoding holds two: 40 times the first, plus the second.
fn push_arc(out: &mut String, arc: &[u8], first: bool) {
    let small = (arc.len() <= 9).then(|| {
        arc.iter()
            .fold(0_u64, |sum, octet| sum << 7 | u64::from(octet & 0x7f))
    });
    // Writing to a String cannot fail.
    let _ = match (small, first) {
        (Some(number), true) => {
            let root = (number / 40).min(2);
            write!(out, "{root}.{}", number - root * 40)
        }
        (Some(number), false) => write!(out, ".{number}"),
        (None, true) => write!(out, "2.{}", large(arc, 80)),
        (None, false) => write!(out, ".{}", large(arc, 0)),
    };
}

/// An arc of more than 63 bits, less a small number, in decimal.
fn large(arc: &[u8], less: u32) -> String {
    const BASE: u64 = 1_000_000_000;
    // Least significant first, nine digits each.
    let mut digits = vec![0_u64];
    for octet in arc {
        let mut carry = u64::from(octet & 0x7f);
        for digit in &mut digits {
            let sum = *digit * 128 + carry;
            *digit = sum % BASE;
            carry = sum / BASE;
        }
        if carry > 0 {
            digits.push(carry);
        }
    }
    let mut borrow = u64::from(less);
    for digit in &mut digits {
        let lower = *digit + BASE - borrow;
        *digit = lower % BASE;
        borrow = 1 - lower / BASE;
    }
    let mut parts = digits.iter().rev().skip_while(|digit| **digit == 0);
    let mut out = parts.next().map_or_else(String::new, u64::to_string);
    for part in parts {
        let _ = write!(out, "{part:09}");
    }
    out
}

/// The content octets of an OID in dotted decimal; `None` when it is none.
pub(crate) fn encode(dotted: &str) -> Option<Vec<u8>> {
    let arcs: Vec<u64> = dotted
        .split('.')
        .map(|arc| arc.parse().ok().filter(|_| is_arc(arc)))
        .collect::<Option<_>>()?;
    let (&first, &second) = (arcs.first()?, arcs.get(1)?);
    if first > 2 || (first < 2 && second > 39) {
        return None;
    }
    let mut content = Vec::new();
    let joined = first.checked_mul(40)?.checked_add(second)?;
    for arc in std::iter::once(joined).chain(arcs.iter().skip(2).copied()) {
        base128(arc, &mut content);
    }
    Some(content)
}

fn is_arc(arc: &str) -> bool {
    arc.bytes().all(|b| b.is_ascii_digit()) && (arc.len() == 1 || !arc.starts_with('0'))
}

fn base128(arc: u64, out: &mut Vec<u8>) {
    let mut groups = vec![(arc & 0x7f) as u8];
    let mut rest = arc >> 7;
    while rest > 0 {
        groups.push(0x80 | (rest & 0x7f) as u8);
        rest >>= 7;
    }
    out.extend(groups.iter().rev());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_octet_holds_two_arcs() {
        assert_eq!(dotted(&[0x55, 4, 3]), "2.5.4.3");
        assert_eq!(dotted(&[0x2a, 0x86, 0x48]), "1.2.840");
        assert_eq!(dotted(&[0x88, 0x37]), "2.999");
        assert_eq!(dotted(&[0]), "0.0");
    }

    #[test]
    fn an_arc_of_any_size_is_exact() {
        let mut oid = vec![0x55];
        oid.extend([0xff; 18]);
        oid.push(0x7f);
        assert_eq!(
            dotted(&oid),
            "2.5.10889035741470030830827987437816582766591"
        );
        oid.remove(0);
        assert_eq!(dotted(&oid), "2.10889035741470030830827987437816582766511");
    }
}
