//! This file is about the encoding: BER as OpenSSL's decoder takes it, one element at a time.
//!
//! In: bytes of a stranger. Out: elements, or [`Malformed`] with the reason. Bounded: the only
//! recursion is [`collect`], at most [`STRING_DEPTH`] deep. It may not know what a certificate is.

use std::borrow::Cow;

/// Why bytes are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// What reading gives.
pub(crate) type Read<T> = std::result::Result<T, Malformed>;

/// The class of a tag (X.690, 8.1.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Universal,
    Application,
    Context,
    Private,
}

/// The tag numbers of the universal class that are read here.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u32 = 1;
    pub(crate) const INTEGER: u32 = 2;
    pub(crate) const BIT_STRING: u32 = 3;
    pub(crate) const OCTET_STRING: u32 = 4;
    pub(crate) const NULL: u32 = 5;
    pub(crate) const OID: u32 = 6;
    pub(crate) const ENUMERATED: u32 = 10;
    pub(crate) const UTF8_STRING: u32 = 12;
    pub(crate) const SEQUENCE: u32 = 16;
    pub(crate) const SET: u32 = 17;
    pub(crate) const NUMERIC_STRING: u32 = 18;
    pub(crate) const PRINTABLE_STRING: u32 = 19;
    pub(crate) const T61_STRING: u32 = 20;
    pub(crate) const IA5_STRING: u32 = 22;
    pub(crate) const UTC_TIME: u32 = 23;
    pub(crate) const GENERALIZED_TIME: u32 = 24;
    pub(crate) const VISIBLE_STRING: u32 = 26;
    pub(crate) const UNIVERSAL_STRING: u32 = 28;
    pub(crate) const BMP_STRING: u32 = 30;
}

/// How deep constructed strings may nest: OpenSSL's limit.
const STRING_DEPTH: u32 = 5;

/// Tag and length of an element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) class: Class,
    pub(crate) tag: u32,
    pub(crate) constructed: bool,
    indefinite: bool,
    /// Octets of tag and length.
    size: usize,
    /// Octets of content; for the indefinite form all that is left.
    content: usize,
}

impl Header {
    /// The element has this tag.
    pub(crate) fn is(&self, class: Class, tag: u32) -> bool {
        self.class == class && self.tag == tag
    }
}

/// A value that was read whole.
#[derive(Clone, Debug)]
pub(crate) struct Value<'a> {
    pub(crate) class: Class,
    pub(crate) tag: u32,
    pub(crate) constructed: bool,
    /// Content octets; the segments of a constructed string joined.
    pub(crate) content: Cow<'a, [u8]>,
    /// The whole element as it was encoded.
    pub(crate) encoding: &'a [u8],
}

/// A place in encoded bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    indefinite: bool,
}

impl<'a> Reader<'a> {
    /// At the start of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            indefinite: false,
        }
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Nothing more is in this constructed element.
    pub(crate) fn at_end(&self) -> bool {
        self.rest.is_empty() || (self.indefinite && self.rest.starts_with(&[0, 0]))
    }

    /// Tag and length of the next element, which stays unread.
    pub(crate) fn header(&self) -> Read<Header> {
        header(self.rest)
    }

    /// The next element is there and has this tag.
    pub(crate) fn next_is(&self, class: Class, tag: u32) -> Read<bool> {
        Ok(!self.at_end() && self.header()?.is(class, tag))
    }

    /// Steps into the next element, whose elements the given function reads to the last.
    pub(crate) fn within<T>(
        &mut self,
        class: Class,
        tag: u32,
        read: impl FnOnce(&mut Reader<'a>) -> Read<T>,
    ) -> Read<T> {
        let header = self.header()?;
        if !header.is(class, tag) {
            return Err(Malformed("an element has the wrong tag"));
        }
        if !header.constructed {
            return Err(Malformed(
                "a constructed element is encoded as a primitive one",
            ));
        }
        self.enter(header, read)
    }

    /// As [`Reader::within`] for `SEQUENCE OF` and `SET OF`, where OpenSSL does not ask for the
    /// constructed bit.
    pub(crate) fn within_list<T>(
        &mut self,
        tag: u32,
        read: impl FnOnce(&mut Reader<'a>) -> Read<T>,
    ) -> Read<T> {
        let header = self.header()?;
        if !header.is(Class::Universal, tag) {
            return Err(Malformed("a list has the wrong tag"));
        }
        self.enter(header, read)
    }

    fn enter<T>(
        &mut self,
        header: Header,
        read: impl FnOnce(&mut Reader<'a>) -> Read<T>,
    ) -> Read<T> {
        let body = self.rest.get(header.size..).unwrap_or_default();
        let (inside, after) = body
            .split_at_checked(header.content)
            .ok_or(Malformed("an element is longer than the data"))?;
        let mut inner = Reader {
            rest: inside,
            indefinite: header.indefinite,
        };
        let value = read(&mut inner)?;
        if header.indefinite {
            self.rest = inner
                .rest
                .strip_prefix(&[0, 0])
                .ok_or(Malformed("the end of an indefinite length is missing"))?;
        } else if inner.rest.is_empty() {
            self.rest = after;
        } else {
            return Err(Malformed("an element holds more than it may"));
        }
        Ok(value)
    }

    /// The next element whole, which must have this universal tag.
    pub(crate) fn value(&mut self, tag: u32) -> Read<Value<'a>> {
        self.tagged(Class::Universal, tag, tag)
    }

    /// The next element whole, under this tag, with the content of the universal type `kind`.
    pub(crate) fn tagged(&mut self, class: Class, tag: u32, kind: u32) -> Read<Value<'a>> {
        let header = self.header()?;
        if !header.is(class, tag) {
            return Err(Malformed("a value has the wrong tag"));
        }
        self.take(header, Some(kind))
    }

    /// The next element whole, whatever it is.
    pub(crate) fn any(&mut self) -> Read<Value<'a>> {
        let header = self.header()?;
        let kind = (header.class == Class::Universal).then_some(header.tag);
        self.take(header, kind)
    }

    fn take(&mut self, header: Header, kind: Option<u32>) -> Read<Value<'a>> {
        let body = self.rest.get(header.size..).unwrap_or_default();
        let opaque = matches!(kind, None | Some(tag::SEQUENCE | tag::SET));
        let (content, after) = if opaque {
            if kind.is_some() && !header.constructed {
                return Err(Malformed(
                    "a constructed element is encoded as a primitive one",
                ));
            }
            let (inside, after) = if header.indefinite {
                find_end(body)?
            } else {
                split(body, header.content)?
            };
            (Cow::Borrowed(inside), after)
        } else if header.constructed {
            if matches!(
                kind,
                Some(tag::NULL | tag::BOOLEAN | tag::OID | tag::INTEGER | tag::ENUMERATED)
            ) {
                return Err(Malformed(
                    "a primitive value is encoded as a constructed one",
                ));
            }
            let (inside, after) = split(body, header.content)?;
            let mut joined = Vec::new();
            let rest = collect(inside, header.indefinite, 0, &mut joined)?;
            let after = if header.indefinite { rest } else { after };
            (Cow::Owned(joined), after)
        } else {
            let (inside, after) = split(body, header.content)?;
            (Cow::Borrowed(inside), after)
        };
        if let Some(kind) = kind {
            check_content(kind, &content)?;
        }
        let used = self.rest.len().saturating_sub(after.len());
        let encoding = self.rest.get(..used).unwrap_or_default();
        self.rest = after;
        Ok(Value {
            class: header.class,
            tag: header.tag,
            constructed: header.constructed,
            content,
            encoding,
        })
    }
}

impl<'a> Value<'a> {
    /// The element has this tag.
    pub(crate) fn is(&self, class: Class, tag: u32) -> bool {
        self.class == class && self.tag == tag
    }
}

fn split(bytes: &[u8], at: usize) -> Read<(&[u8], &[u8])> {
    bytes
        .split_at_checked(at)
        .ok_or(Malformed("an element is longer than the data"))
}

fn class(first: u8) -> Class {
    match first >> 6 {
        0 => Class::Universal,
        1 => Class::Application,
        2 => Class::Context,
        _ => Class::Private,
    }
}

fn header(bytes: &[u8]) -> Read<Header> {
    const SHORT: Malformed = Malformed("the data ends inside an element");
    // Nearly all elements are short and have a low tag.
    if let [first, length @ 0..0x80, rest @ ..] = bytes {
        if first & 0x1f != 0x1f && usize::from(*length) <= rest.len() {
            return Ok(Header {
                class: class(*first),
                tag: u32::from(first & 0x1f),
                constructed: first & 0x20 != 0,
                indefinite: false,
                size: 2,
                content: usize::from(*length),
            });
        }
    }
    let total = bytes.len();
    let mut octets = bytes.iter().copied();
    let first = octets.next().ok_or(SHORT)?;
    let class = class(first);
    let constructed = first & 0x20 != 0;
    let mut number = u32::from(first & 0x1f);
    if number == 0x1f {
        number = 0;
        loop {
            let octet = octets.next().ok_or(SHORT)?;
            number = (number << 7) | u32::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                break;
            }
            if number > (i32::MAX as u32) >> 7 {
                return Err(Malformed("a tag number is too large"));
            }
        }
    }
    let first = octets.next().ok_or(SHORT)?;
    let indefinite = first == 0x80;
    let mut length = u64::from(first & 0x7f);
    if indefinite {
        if !constructed {
            return Err(Malformed("a primitive element has no definite length"));
        }
    } else if first & 0x80 != 0 {
        let count = usize::from(first & 0x7f);
        if octets.len() < count {
            return Err(SHORT);
        }
        length = 0;
        for octet in octets.by_ref().take(count) {
            if length >> 55 != 0 {
                return Err(Malformed("a length is too large"));
            }
            length = (length << 8) | u64::from(octet);
        }
    }
    let left = octets.len();
    let content = if indefinite {
        left
    } else {
        usize::try_from(length)
            .ok()
            .filter(|length| *length <= left)
            .ok_or(Malformed("an element is longer than the data"))?
    };
    Ok(Header {
        class,
        tag: number,
        constructed,
        indefinite,
        size: total - left,
        content,
    })
}

/// Splits what follows an indefinite length into the content and what comes after its end.
fn find_end(bytes: &[u8]) -> Read<(&[u8], &[u8])> {
    let mut open = 1_usize;
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            open -= 1;
            if open == 0 {
                let inside = bytes.len() - rest.len();
                return Ok((bytes.get(..inside).unwrap_or_default(), after));
            }
            rest = after;
            continue;
        }
        let header = header(rest)?;
        let skip = if header.indefinite {
            open += 1;
            header.size
        } else {
            header.size + header.content
        };
        rest = rest.get(skip..).unwrap_or_default();
    }
    Err(Malformed("the end of an indefinite length is missing"))
}

/// Joins the segments of a constructed string; gives what follows them.
fn collect<'a>(
    bytes: &'a [u8],
    indefinite: bool,
    depth: u32,
    joined: &mut Vec<u8>,
) -> Read<&'a [u8]> {
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            return if indefinite {
                Ok(after)
            } else {
                Err(Malformed("an end of contents without its beginning"))
            };
        }
        let header = header(rest)?;
        let body = rest.get(header.size..).unwrap_or_default();
        let (inside, after) = split(body, header.content)?;
        rest = if header.constructed {
            if depth >= STRING_DEPTH {
                return Err(Malformed("a string nests too deep"));
            }
            let left = collect(inside, header.indefinite, depth + 1, joined)?;
            if header.indefinite {
                left
            } else {
                after
            }
        } else {
            joined.extend_from_slice(inside);
            after
        };
    }
    if indefinite {
        return Err(Malformed("the end of an indefinite length is missing"));
    }
    Ok(rest)
}

/// What OpenSSL demands of the content octets of a type.
fn check_content(kind: u32, content: &[u8]) -> Read<()> {
    let fault = match kind {
        tag::NULL if !content.is_empty() => "a NULL has content",
        tag::BOOLEAN if content.len() != 1 => "a BOOLEAN is not one octet",
        tag::INTEGER | tag::ENUMERATED if !integer_is_minimal(content) => {
            "an INTEGER is empty or padded"
        }
        tag::OID if !oid_is_valid(content) => "an OBJECT IDENTIFIER is not valid",
        tag::BIT_STRING if content.first().is_none_or(|unused| *unused > 7) => {
            "a BIT STRING is empty or has more than 7 unused bits"
        }
        tag::BMP_STRING if !content.len().is_multiple_of(2) => "a BMPString has half a character",
        tag::UNIVERSAL_STRING if !content.len().is_multiple_of(4) => {
            "a UniversalString has a part of a character"
        }
        _ => return Ok(()),
    };
    Err(Malformed(fault))
}

fn integer_is_minimal(content: &[u8]) -> bool {
    match content {
        [] => false,
        [0, second, ..] => second & 0x80 != 0,
        // 0xFF and nothing but zeroes is the smallest number of its length, not padding.
        [0xff, rest @ ..] if rest.iter().any(|octet| *octet != 0) => {
            rest.first().is_some_and(|second| second & 0x80 == 0)
        }
        _ => true,
    }
}

fn oid_is_valid(content: &[u8]) -> bool {
    let ends = content.last().is_some_and(|last| last & 0x80 == 0);
    let mut starts = true;
    ends && content.iter().all(|octet| {
        let padded = starts && *octet == 0x80;
        starts = octet & 0x80 == 0;
        !padded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> Read<Vec<u8>> {
        Reader::new(bytes).any().map(|v| v.content.into_owned())
    }

    #[test]
    fn lengths_may_be_padded_but_never_exceed_the_data() {
        assert_eq!(whole(&[4, 0x82, 0, 1, 7]), Ok(vec![7]));
        assert!(whole(&[4, 2, 7]).is_err());
        assert!(whole(&[4, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0]).is_err());
        assert!(whole(&[4, 0xff]).is_err());
        assert!(whole(&[]).is_err());
    }

    #[test]
    fn a_constructed_string_is_joined_and_bounded() {
        assert_eq!(whole(&[0x24, 0x80, 4, 1, 1, 4, 1, 2, 0, 0]), Ok(vec![1, 2]));
        let mut deep = [0x24, 0x80].repeat(40);
        deep.extend([0, 0].repeat(40));
        assert!(whole(&deep).is_err());
    }

    #[test]
    fn integers_are_minimal() {
        assert!(integer_is_minimal(&[0]) && integer_is_minimal(&[0, 0x80]));
        assert!(integer_is_minimal(&[0xff, 0]) && integer_is_minimal(&[0xff, 0x7f]));
        assert!(!integer_is_minimal(&[]) && !integer_is_minimal(&[0, 1]));
        assert!(!integer_is_minimal(&[0xff, 0x80]));
    }

    #[test]
    fn an_oid_has_no_padded_and_no_open_arc() {
        assert!(oid_is_valid(&[0x55, 4, 3]));
        assert!(!oid_is_valid(&[0x55, 0x80, 3]) && !oid_is_valid(&[0x55, 0x84]));
        assert!(!oid_is_valid(&[]));
    }
}
