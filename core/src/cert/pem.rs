//! This file is about PEM (RFC 7468): finding the DER between the lines.
//!
//! In: text that may hold other things, too. Out: the blocks. Lenient as OpenSSL: text around the
//! blocks, headers and any line length are taken.

/// A block: its label and its bytes; nothing for bytes that are no base64.
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    pub(crate) der: Option<Vec<u8>>,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";

/// The data looks like PEM.
pub(crate) fn is_pem(data: &[u8]) -> bool {
    find(data, BEGIN).is_some()
}

/// The label is one of a certificate's.
pub(crate) fn is_certificate(label: &str) -> bool {
    matches!(
        label,
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE"
    )
}

/// The blocks one after the other.
pub(crate) fn blocks(data: &[u8]) -> impl Iterator<Item = Block<'_>> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let begin = find(rest, BEGIN)?;
        let after = rest.get(begin + BEGIN.len()..)?;
        let label_end = find(after, DASHES)?;
        let label = std::str::from_utf8(after.get(..label_end)?).unwrap_or("");
        let body = after.get(label_end + DASHES.len()..)?;
        let end = find(body, b"-----END ").unwrap_or(body.len());
        rest = body.get(end..).unwrap_or_default();
        let closed = !rest.is_empty();
        let der = closed
            .then(|| decode(body.get(..end).unwrap_or_default()))
            .flatten();
        Some(Block { label, der })
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        let rest = haystack.get(from..)?;
        let at = rest.iter().position(|octet| *octet == first)?;
        if rest.get(at..).is_some_and(|rest| rest.starts_with(needle)) {
            return Some(from + at);
        }
        from += at + 1;
    }
}

/// Base64 with white space (RFC 4648, 4), after the headers of RFC 1421 if there are any.
fn decode(body: &[u8]) -> Option<Vec<u8>> {
    let body = match find(body, b"\n\n").or_else(|| find(body, b"\r\n\r\n")) {
        Some(at) if body.get(..at)?.contains(&b':') => body.get(at..)?,
        _ => body,
    };
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut held, mut padding) = (0_u32, 0_u32, 0_u32);
    for octet in body {
        let six = match octet {
            b'A'..=b'Z' => octet - b'A',
            b'a'..=b'z' => octet - b'a' + 26,
            b'0'..=b'9' => octet - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = bits << 6 | u32::from(six);
        held += 1;
        if held == 4 {
            let [_, a, b, c] = bits.to_be_bytes();
            out.extend([a, b, c]);
            (bits, held) = (0, 0);
        }
    }
    match (held, padding) {
        (0, 0) => {}
        (3, 1) => {
            let [_, a, b, _] = (bits << 6).to_be_bytes();
            out.extend([a, b]);
        }
        (2, 2) => {
            let [_, a, _, _] = (bits << 12).to_be_bytes();
            out.push(a);
        }
        _ => return None,
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_between_other_text() {
        let text = b"hello\n-----BEGIN A B-----\nZm9v\nYg==\n-----END A B-----\r\n\
                     -----BEGIN C-----\nProc-Type: x\n\nZm8=\n-----END C-----";
        let found: Vec<_> = blocks(text).map(|b| (b.label, b.der)).collect();
        assert_eq!(
            found,
            [("A B", Some(b"foob".to_vec())), ("C", Some(b"fo".to_vec()))]
        );
    }

    #[test]
    fn a_block_that_is_no_base64_or_has_no_end_has_no_bytes() {
        for text in [
            "-----BEGIN A-----\n*\n-----END A-----",
            "-----BEGIN A-----\nZm9v",
            "-----BEGIN A-----\nZg=\n-----END A-----",
        ] {
            let found: Vec<_> = blocks(text.as_bytes()).map(|b| b.der).collect();
            assert_eq!(found, [None], "{text}");
        }
    }
}
