//! This file is about bytes of a stranger as text: hexadecimal, base64, and an escape that loses
//! nothing.
//!
//! In: bytes. Out: text that can be logged, compared, and turned back into the same bytes.

use std::fmt::Write as _;

/// Bytes that claim to be UTF-8, as text. A control character, an octet that is not UTF-8 and the
/// backslash itself become `\XX`, upper-case hex of each octet, so that nothing is cut off at a NUL
/// and no two values read alike.
pub(super) fn escaped(bytes: &[u8]) -> String {
    let plain = |octet: &u8| (0x20..0x7f).contains(octet) && *octet != b'\\';
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        if chunk.valid().bytes().all(|octet| plain(&octet)) {
            out.push_str(chunk.valid());
        } else {
            for c in chunk.valid().chars() {
                push_escaped(&mut out, c);
            }
        }
        for octet in chunk.invalid() {
            push_octet(&mut out, *octet);
        }
    }
    out
}

/// What [`escaped`] was made of.
pub(crate) fn unescaped(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((octet, after)) = rest.split_first() {
        let pair = (*octet == b'\\')
            .then(|| after.split_at_checked(2))
            .flatten();
        let escaped = pair.and_then(|(pair, rest)| Some((octet_of(pair)?, rest)));
        let (octet, after) = escaped.unwrap_or((*octet, after));
        octets.push(octet);
        rest = after;
    }
    octets
}

/// The octet of two hexadecimal digits.
pub(super) fn octet_of(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    let plain = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    plain.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// A character, escaped when it is a control character or the backslash.
pub(super) fn push_escaped(out: &mut String, c: char) {
    if c.is_control() || c == '\\' {
        let mut utf8 = [0; 4];
        for octet in c.encode_utf8(&mut utf8).bytes() {
            push_octet(out, octet);
        }
    } else {
        out.push(c);
    }
}

/// `\XX`.
pub(super) fn push_octet(out: &mut String, octet: u8) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\\{octet:02X}");
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    digits(bytes, b"0123456789abcdef")
}

/// Upper-case hex.
pub(super) fn hex_upper(bytes: &[u8]) -> String {
    digits(bytes, b"0123456789ABCDEF")
}

fn digits(bytes: &[u8], alphabet: &[u8; 16]) -> String {
    let digit = |value: u8| alphabet.get(usize::from(value)).copied().unwrap_or(b'?');
    let mut out = Vec::with_capacity(bytes.len() * 2);
    for octet in bytes {
        out.extend_from_slice(&[digit(octet >> 4), digit(octet & 15)]);
    }
    // They are ASCII.
    String::from_utf8(out).unwrap_or_default()
}

/// `#` and hex: how a value is shown that has no text of its own (RFC 4514, 2.4).
pub(super) fn hash_hex(bytes: &[u8]) -> String {
    let mut out = String::from("#");
    out.push_str(&hex_upper(bytes));
    out
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 for URLs without padding (RFC 4648, 5).
pub(super) fn base64url(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len() / 3 * 4 + 4);
    push_base64(&mut out, bytes, BASE64_URL);
    String::from_utf8(out).unwrap_or_default()
}

/// PEM with lines of 64 characters (RFC 7468).
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let mut out = Vec::with_capacity(der.len() / 48 * 65 + 128);
    for part in ["-----BEGIN ", label, "-----\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    for line in der.chunks(48) {
        push_base64(&mut out, line, BASE64);
        out.extend(std::iter::repeat_n(b'=', (3 - line.len() % 3) % 3));
        out.push(b'\n');
    }
    for part in ["-----END ", label, "-----\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Base64 without padding. The TLS libraries' own take constant time, for keys, and are slow.
fn push_base64(out: &mut Vec<u8>, bytes: &[u8], alphabet: &[u8; 64]) {
    let digit = |bits: u32| {
        alphabet
            .get(usize::from(bits as u8 & 63))
            .copied()
            .unwrap_or(b'?')
    };
    let mut groups = bytes.chunks_exact(3);
    for group in &mut groups {
        let bits = group
            .iter()
            .fold(0, |bits, octet| bits << 8 | u32::from(*octet));
        out.extend_from_slice(&[
            digit(bits >> 18),
            digit(bits >> 12),
            digit(bits >> 6),
            digit(bits),
        ]);
    }
    match groups.remainder() {
        [one] => {
            let bits = u32::from(*one) << 4;
            out.extend_from_slice(&[digit(bits >> 6), digit(bits)]);
        }
        [one, two] => {
            let bits = u32::from(*one) << 10 | u32::from(*two) << 2;
            out.extend_from_slice(&[digit(bits >> 12), digit(bits >> 6), digit(bits)]);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_can_be_turned_back() {
        assert_eq!(escaped(b"a\0b\\\n\xff"), "a\\00b\\5C\\0A\\FF");
        assert_eq!(escaped("z\u{fc}".as_bytes()), "z\u{fc}");
        assert_eq!(escaped("\u{85}".as_bytes()), "\\C2\\85");
        for octets in [
            &b""[..],
            b"a\0b\\\n\xff",
            b"\\5C",
            "z\u{fc}\u{85}".as_bytes(),
        ] {
            assert_eq!(unescaped(&escaped(octets)), octets);
        }
        assert_eq!(unescaped("\\0"), b"\\0");
    }

    #[test]
    fn base64_agrees_with_rfc_4648() {
        assert_eq!(base64url(b"foobar"), "Zm9vYmFy");
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
        assert_eq!(pem("X", b"f"), "-----BEGIN X-----\nZg==\n-----END X-----\n");
    }
}
