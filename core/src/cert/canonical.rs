//! This file is about finding a distinguished name again that somebody else wrote otherwise.
//!
//! In: an encoded Name. Out: a key for an index, equal whenever OpenSSL's `X509_NAME_cmp` says that
//! two names are (RFC 5280, 7.1: case, white space and the type of a string do not count). It may
//! say equal where OpenSSL does not, never the other way round: who finds a certificate by it lets
//! the TLS library compare for real.

use super::der::{Malformed, Read, Reader};
use super::name::{self, Encoded};

/// The key of a Name. What is none is its own key.
pub(crate) fn canonical_name(name_der: &[u8]) -> Vec<u8> {
    key(name_der).unwrap_or_else(|_| name_der.to_vec())
}

fn key(name_der: &[u8]) -> Read<Vec<u8>> {
    let mut reader = Reader::new(name_der);
    let name = name::read(&mut reader)?;
    if !reader.at_end() {
        return Err(Malformed("a name is followed by something else"));
    }
    Ok(of(&name))
}

/// The key of a Name that was read.
pub(super) fn of(name: &Encoded<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    let mut attributes = name.attributes().peekable();
    // An empty RDN has no attribute and leaves no trace, in OpenSSL neither.
    while let Some((rdn, kind, text)) = attributes.next() {
        let start = out.len();
        push(&mut out, kind, text);
        // The attributes of one RDN are a set: their order does not count.
        let mut more = Vec::new();
        while let Some((_, kind, text)) = attributes.next_if(|(other, ..)| *other == rdn) {
            let mut attribute = Vec::new();
            push(&mut attribute, kind, text);
            more.push(attribute);
        }
        if !more.is_empty() {
            more.push(out.split_off(start));
            more.sort_unstable();
            out.extend(more.concat());
        }
        out.push(END_OF_RDN);
    }
    out
}

const END_OF_RDN: u8 = 0xff;

/// Type and value. Of a value that is no text nothing is told: OpenSSL compares it as encoded anew,
/// and names with one hardly exist.
fn push(out: &mut Vec<u8>, kind: &[u8], text: Option<&[u8]>) {
    out.extend(u8::try_from(kind.len()));
    out.extend_from_slice(kind);
    let words = text.unwrap_or_default().split(|octet| is_space(*octet));
    for word in words.filter(|word| !word.is_empty()) {
        // As the separator, too: a value that starts with it cannot be taken for another.
        out.push(b' ');
        out.extend(word.iter().map(u8::to_ascii_lowercase));
    }
    out.push(0);
}

/// White space in the C locale, as OpenSSL sees it; Rust's own leaves out the vertical tab.
fn is_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::x509::{X509Name, X509NameRef};

    const CN: &[u8] = &[0x06, 3, 0x55, 4, 3];
    const O: &[u8] = &[0x06, 3, 0x55, 4, 10];

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag, u8::try_from(content.len()).unwrap()];
        out.extend_from_slice(content);
        out
    }

    fn attribute(kind: &[u8], tag: u8, text: &[u8]) -> Vec<u8> {
        tlv(0x30, &[kind, &tlv(tag, text)].concat())
    }

    fn name(rdns: &[&[Vec<u8>]]) -> Vec<u8> {
        let rdns: Vec<Vec<u8>> = rdns.iter().map(|rdn| tlv(0x31, &rdn.concat())).collect();
        tlv(0x30, &rdns.concat())
    }

    fn cn(tag: u8, text: &[u8]) -> Vec<u8> {
        name(&[&[attribute(CN, tag, text)]])
    }

    fn same_for_openssl(left: &[u8], right: &[u8]) -> bool {
        let read = |der| X509Name::from_der(der).unwrap();
        let (left, right) = (read(left), read(right));
        X509NameRef::try_cmp(&left, &right).unwrap().is_eq()
    }

    #[track_caller]
    fn equal(left: &[u8], right: &[u8]) {
        assert!(same_for_openssl(left, right), "{left:x?} {right:x?}");
        assert_eq!(canonical_name(left), canonical_name(right));
    }

    #[track_caller]
    fn different(left: &[u8], right: &[u8]) {
        assert!(!same_for_openssl(left, right), "{left:x?} {right:x?}");
        assert_ne!(canonical_name(left), canonical_name(right));
    }

    #[test]
    fn case_white_space_and_the_type_of_a_string_do_not_count() {
        let plain = cn(0x0c, b"test ca");
        equal(&plain, &cn(0x13, b"Test CA"));
        equal(&plain, &cn(0x16, b"  TEST \t\x0b\r\n CA "));
        equal(&plain, &cn(0x1e, b"\0T\0e\0s\0t\0 \0C\0A"));
        equal(&cn(0x0c, "Zürich".as_bytes()), &cn(0x14, b"z\xfcrich"));
        equal(&cn(0x0c, b""), &cn(0x13, b"  "));
    }

    #[test]
    fn other_text_and_other_types_count() {
        let plain = cn(0x0c, b"test ca");
        different(&plain, &cn(0x0c, b"testca"));
        different(&plain, &cn(0x0c, b"test cb"));
        different(&plain, &name(&[&[attribute(O, 0x0c, b"test ca")]]));
        different(&cn(0x0c, "Ü".as_bytes()), &cn(0x0c, "ü".as_bytes()));
        different(&plain, &name(&[]));
    }

    #[test]
    fn the_order_counts_between_rdns_and_not_within_one() {
        let (a, b) = (attribute(CN, 0x0c, b"a"), attribute(O, 0x0c, b"b"));
        let both = name(&[&[a.clone(), b.clone()]]);
        equal(&both, &name(&[&[b.clone(), a.clone()]]));
        let one_by_one = name(&[std::slice::from_ref(&a), std::slice::from_ref(&b)]);
        different(&one_by_one, &both);
        different(&one_by_one, &name(&[&[b], &[a]]));
    }

    #[test]
    fn what_is_no_name_is_its_own_key() {
        for bytes in [
            &b""[..],
            b"\x30",
            b"\x30\x05abc",
            b"\x30\x00\x00",
            b"\x31\x00",
        ] {
            assert_eq!(canonical_name(bytes), bytes);
        }
    }
}
