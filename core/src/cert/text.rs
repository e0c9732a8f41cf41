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

fn push_escaped(out: &mut String, c: char) {
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

const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 for URLs without padding (RFC 4648, 5).
pub(super) fn base64url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for group in bytes.chunks(3) {
        push_base64url(&mut out, group);
    }
    out
}

/// PEM with lines of 64 characters (RFC 7468).
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let mut out = String::with_capacity(der.len() / 48 * 65 + 128);
    for part in ["-----BEGIN ", label, "-----\n"] {
        out.push_str(part);
    }
    let encoded = openssl::base64::encode_block(der);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    for part in ["-----END ", label, "-----\n"] {
        out.push_str(part);
    }
    out
}

/// One to three octets as two to four characters.
fn push_base64url(out: &mut String, group: &[u8]) {
    let octet = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
    let bits = octet(0) << 16 | octet(1) << 8 | octet(2);
    for shift in [18, 12, 6, 0].into_iter().take(group.len() + 1) {
        let index = usize::try_from(bits >> shift & 63).unwrap_or(0);
        out.push(char::from(BASE64_URL.get(index).copied().unwrap_or(b'?')));
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
    }

    #[test]
    fn base64_agrees_with_rfc_4648() {
        assert_eq!(base64url(b"foobar"), "Zm9vYmFy");
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
        assert_eq!(pem("X", b"f"), "-----BEGIN X-----\nZg==\n-----END X-----\n");
    }
}
