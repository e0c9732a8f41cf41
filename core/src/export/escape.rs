//! This file is about texts of a stranger where they must not be taken for something else: in
//! headers, and in the words of OpenSSL.

use std::fmt::Write as _;

/// Percent-encoding of all but RFC 3986's unreserved characters, as nginx's `escaped_cert` and
/// Envoy's `Cert` have it.
pub(super) fn percent_encoded(text: &str) -> String {
    let plain = |octet| matches!(octet, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~');
    percent(text.as_bytes(), plain)
}

/// A name as a quoted header value can hold it: what no URI and no DNS name may contain (controls,
/// spaces, quotes, backslashes, anything but ASCII) is percent-encoded, so that no reader has to undo
/// an escape of quotes, which readers do in different ways.
pub(super) fn quotable(octets: &[u8]) -> String {
    percent(octets, |octet| {
        matches!(octet, b'!'..=b'~') && !matches!(octet, b'"' | b'\\')
    })
}

fn percent(octets: &[u8], plain: impl Fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(octets.len() + octets.len() / 4);
    for octet in octets {
        if plain(*octet) {
            out.push(char::from(*octet));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{octet:02X}");
        }
    }
    out
}

/// A text of ours, which writes a backslash `\5C`, in OpenSSL's escape, which doubles it. Control
/// characters are `\XX` in both.
pub(super) fn doubled(text: &str) -> String {
    text.replace("\\5C", "\\\\")
}

/// A distinguished name in ASCII: every octet of another character is `\XX` (OpenSSL's
/// `ASN1_STRFLGS_ESC_MSB`).
pub(super) fn ascii(dn: &str) -> String {
    let mut out = String::with_capacity(dn.len());
    for c in dn.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            let mut utf8 = [0; 4];
            for octet in c.encode_utf8(&mut utf8).bytes() {
                let _ = write!(out, "\\{octet:02X}");
            }
        }
    }
    out
}

/// The same name in ASCII with every escape as two hexadecimal digits (RFC 4514, 2.4): no quote is
/// in it, and no backslash that could hide the quote after it.
pub(super) fn hexadecimal(dn: &str) -> String {
    let dn = ascii(dn);
    let mut out = String::with_capacity(dn.len());
    let mut rest = dn.chars();
    while let Some(c) = rest.next() {
        out.push(c);
        if c != '\\' {
            continue;
        }
        match rest.next() {
            // Already two digits.
            Some(digit) if digit.is_ascii_hexdigit() => out.push(digit),
            Some(special) => {
                let _ = write!(out, "{:02X}", u32::from(special));
            }
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_hexadecimal_has_no_character_that_means_something_in_a_header() {
        assert_eq!(
            hexadecimal(r#"O=ACME\, Inc. \"Q\",CN=J\C3\B6\\,OU=\ a\ "#),
            r"O=ACME\2C Inc. \22Q\22,CN=J\C3\B6\5C,OU=\20a\20"
        );
        assert_eq!(hexadecimal("CN=\u{fc}"), r"CN=\C3\BC");
    }

    #[test]
    fn a_header_value_has_neither_line_ends_nor_quotes() {
        assert_eq!(
            quotable(b"a\r\nb\"c\\d;e,f=\xff"),
            "a%0D%0Ab%22c%5Cd;e,f=%FF"
        );
        assert_eq!(percent_encoded("-~ +/=\n"), "-~%20%2B%2F%3D%0A");
    }
}
