//! This file is about DER (X.690) as issuing needs it: a writer, and a reader that cuts elements.
//!
//! In: values; bytes that a TLS library has parsed already. Out: DER; slices of what was read. It may
//! not know what the elements mean. Writing it here gives the same bytes on every TLS library.

/// Universal tags, and the two context-specific forms.
pub(super) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[number] IMPLICIT` of a primitive type.
    pub(crate) const fn primitive(number: u8) -> u8 {
        0x80 | number
    }

    /// `[number]` around an element, or `[number] IMPLICIT` of a constructed type.
    pub(crate) const fn constructed(number: u8) -> u8 {
        0xa0 | number
    }
}

/// One element: tag, length, content.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    out.push(tag);
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|b| *b == 0).collect();
    match (significant.as_slice(), significant.len()) {
        ([], _) => out.push(0),
        ([short], _) if *short < 0x80 => out.push(*short),
        (long, count) => {
            out.push(0x80 | u8::try_from(count).unwrap_or(u8::MAX));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}

/// An element whose content is other elements, one after the other.
pub(super) fn group<T: AsRef<[u8]>>(tag: u8, parts: &[T]) -> Vec<u8> {
    let content: Vec<u8> = parts.iter().flat_map(|p| p.as_ref()).copied().collect();
    tlv(tag, &content)
}

/// SEQUENCE.
pub(super) fn sequence<T: AsRef<[u8]>>(parts: &[T]) -> Vec<u8> {
    group(tag::SEQUENCE, parts)
}

/// A non-negative INTEGER from big-endian bytes.
pub(super) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = magnitude.iter().copied().skip_while(|b| *b == 0).collect();
    if content.first().is_none_or(|first| *first >= 0x80) {
        content.insert(0, 0);
    }
    tlv(tag::INTEGER, &content)
}

/// BIT STRING of whole bytes.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    group(tag::BIT_STRING, &[&[0], bytes])
}

/// BIT STRING of named bits: trailing zero bits are left out (X.690 section 11.2.2). `bits` has
/// bit 0 as its most significant bit.
pub(super) fn named_bits(bits: u16) -> Vec<u8> {
    let bytes = bits.to_be_bytes();
    let used = bytes.len() - bytes.iter().rev().take_while(|b| **b == 0).count();
    let kept: Vec<u8> = bytes.into_iter().take(used).collect();
    let unused = kept.last().map_or(0, |last| last.trailing_zeros());
    group(
        tag::BIT_STRING,
        &[&[u8::try_from(unused).unwrap_or(0)], kept.as_slice()],
    )
}

/// OBJECT IDENTIFIER from its dotted form; `None` when that is not one.
pub(super) fn oid(dotted: &str) -> Option<Vec<u8>> {
    Some(tlv(tag::OID, &crate::cert::encode_oid(dotted)?))
}

/// [`oid`] of a constant of this program.
pub(super) fn known_oid(dotted: &'static str) -> Vec<u8> {
    let encoded = oid(dotted);
    debug_assert!(encoded.is_some(), "{dotted} is a constant and no OID");
    encoded.unwrap_or_default()
}

/// One element as it was read.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// Tag, length and content.
    pub(super) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// A reader of the elements inside.
    pub(super) fn inside(&self) -> Reader<'a> {
        Reader { rest: self.content }
    }

    /// A reader of the elements inside, when the tag is `tag`.
    pub(super) fn expect(&self, tag: u8) -> Option<Reader<'a>> {
        (self.tag == tag).then(|| self.inside())
    }
}

/// Cuts elements off DER, one after the other; ends at the first that is no DER.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(der: &'a [u8]) -> Self {
        Self { rest: der }
    }

    /// The next element's tag.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element when its tag is `tag`.
    pub(super) fn read(&mut self, tag: u8) -> Option<Element<'a>> {
        (self.peek()? == tag).then(|| self.next()).flatten()
    }

    /// Whether everything was read: what follows the last element that could be read is garbage.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let (&tag, after_tag) = self.rest.split_first()?;
        let (&short, after_length) = after_tag.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, content) = if short < 0x80 {
            (usize::from(short), after_length)
        } else {
            let count = usize::from(short & 0x7f);
            if !(1..=4).contains(&count) {
                return None;
            }
            let (length, content) = after_length.split_at_checked(count)?;
            let length = length
                .iter()
                .fold(0usize, |sum, b| (sum << 8) | usize::from(*b));
            (length, content)
        };
        let (content, rest) = content.split_at_checked(length)?;
        let whole = self.rest.get(..self.rest.len() - rest.len())?;
        self.rest = rest;
        Some(Element {
            tag,
            content,
            whole,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_shortest_form() {
        assert_eq!(tlv(4, &[])[..], [4, 0]);
        assert_eq!(tlv(4, &[7; 127])[..2], [4, 127]);
        assert_eq!(tlv(4, &[7; 128])[..3], [4, 0x81, 128]);
        assert_eq!(tlv(4, &[7; 256])[..4], [4, 0x82, 1, 0]);
    }

    #[test]
    fn integers_stay_positive() {
        assert_eq!(integer(&[0, 0x80])[..], [2, 2, 0, 0x80]);
        assert_eq!(integer(&[])[..], [2, 1, 0]);
    }

    #[test]
    fn oids_are_written_in_base_128_and_refused_when_they_are_none() {
        assert_eq!(oid("2.5.29.17").unwrap(), [6, 3, 0x55, 0x1d, 0x11]);
        assert_eq!(
            oid("1.2.840.113549").unwrap(),
            [6, 6, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]
        );
        for bad in ["", "1", "3.1", "1.40", "1.02", "1..2", "1.2.x", "1.+2"] {
            assert!(oid(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn named_bits_leave_out_trailing_zeros() {
        assert_eq!(named_bits(0x8000)[..], [3, 2, 7, 0x80]);
        assert_eq!(named_bits(0x0600)[..], [3, 2, 1, 0x06]);
        assert_eq!(named_bits(0x0080)[..], [3, 3, 7, 0, 0x80]);
    }

    #[test]
    fn the_reader_stops_at_what_is_no_der() {
        for bad in [
            &[0x30][..],
            &[0x30, 5, 1],
            &[0x30, 0x80],
            &[0x1f, 1, 1],
            &[4, 0x85, 0, 0, 0, 0, 0],
        ] {
            assert!(Reader::new(bad).next().is_none(), "{bad:?}");
        }
    }
}
