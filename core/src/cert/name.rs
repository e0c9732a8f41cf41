//! This file is about distinguished names: RDNs, and the texts that are made of them.
//!
//! In: an encoded Name. Out: [`Encoded`], checked and no more, and of that [`Name`], which prints as OpenSSL's one line, as RFC 4514, and as a
//! list of attributes. A name that OpenSSL refuses (invalid UTF-8, a surrogate) is refused.

mod legacy;

use super::der::{tag, Class, Malformed, Read, Reader, Value};
use super::warning::Warnings;
use super::{objects, oid, text};
use std::borrow::Cow;

/// A distinguished name: RDNs in encoded order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) rdns: Vec<Vec<Attribute>>,
}

/// A distinguished name that was checked, where it lies.
pub(super) struct Encoded<'a> {
    /// How many RDNs there are; one may be empty.
    rdns: usize,
    parts: Vec<Part<'a>>,
}

/// One attribute of it.
struct Part<'a> {
    /// Which RDN it is in, counted from 0.
    rdn: usize,
    kind: Cow<'a, [u8]>,
    value: Shape<'a>,
    der: Cow<'a, [u8]>,
}

/// One attribute of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    /// OpenSSL's short name; nothing for an unknown type.
    pub(super) short: Option<&'static str>,
    /// The type, content octets.
    pub(super) oid: Vec<u8>,
    value: Shape<'static>,
    /// DER of the value, for types that nobody knows.
    der: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape<'a> {
    /// Text, as UTF-8.
    Text(Cow<'a, [u8]>),
    /// A value that is no text: shown as `#` and the hex of its DER.
    Other,
}

/// Reads a Name (RFC 5280, 4.1.2.4).
pub(super) fn read<'a>(reader: &mut Reader<'a>) -> Read<Encoded<'a>> {
    let (mut rdns, mut parts) = (0, Vec::new());
    reader.within_list(tag::SEQUENCE, |sets| {
        while !sets.at_end() {
            sets.within_list(tag::SET, |attributes| {
                while !attributes.at_end() {
                    let part = |reader: &mut Reader<'a>| part(reader, rdns);
                    parts.push(attributes.within(Class::Universal, tag::SEQUENCE, part)?);
                }
                Ok(())
            })?;
            rdns += 1;
        }
        Ok(())
    })?;
    Ok(Encoded { rdns, parts })
}

fn part<'a>(reader: &mut Reader<'a>, rdn: usize) -> Read<Part<'a>> {
    let kind = reader.value(tag::OID)?.content;
    let value = reader.any()?;
    // What OpenSSL lets through as a DirectoryString: every string, and types that it never heard of.
    if value.class != Class::Universal
        || !matches!(value.tag, 3 | 7 | 8 | 9 | 11..=16 | 18..=20 | 22 | 28..=31)
    {
        return Err(Malformed("a name holds a value that is no string"));
    }
    Ok(Part {
        rdn,
        kind,
        der: der(&value),
        value: shape(value)?,
    })
}

/// The value as DER: the segments of a constructed string joined.
fn der<'a>(value: &Value<'a>) -> Cow<'a, [u8]> {
    if !value.constructed || value.tag == tag::SEQUENCE {
        return Cow::Borrowed(value.encoding);
    }
    let mut out = value.encoding.get(..1).unwrap_or_default().to_vec();
    if let Some(first) = out.first_mut() {
        *first &= !0x20;
    }
    let length = value.content.len();
    if length < 0x80 {
        out.extend(u8::try_from(length));
    } else {
        let octets = length.to_be_bytes();
        let used = octets.iter().skip_while(|octet| **octet == 0);
        out.extend(u8::try_from(used.clone().count()).map(|count| 0x80 | count));
        out.extend(used);
    }
    out.extend_from_slice(&value.content);
    Cow::Owned(out)
}

fn shape(value: Value<'_>) -> Read<Shape<'_>> {
    const NO_CHARACTER: Malformed = Malformed("a name holds a number that is no character");
    let content = value.content;
    Ok(Shape::Text(match value.tag {
        tag::UTF8_STRING => {
            if std::str::from_utf8(&content).is_err() {
                return Err(Malformed("a name holds a UTF8String that is not UTF-8"));
            }
            content
        }
        tag::NUMERIC_STRING
        | tag::PRINTABLE_STRING
        | tag::T61_STRING
        | tag::IA5_STRING
        | tag::VISIBLE_STRING => {
            if content.is_ascii() {
                content
            } else {
                let text: String = content.iter().copied().map(char::from).collect();
                Cow::Owned(text.into_bytes())
            }
        }
        tag::BMP_STRING => Cow::Owned(wide::<2>(&content).ok_or(NO_CHARACTER)?),
        tag::UNIVERSAL_STRING => Cow::Owned(wide::<4>(&content).ok_or(NO_CHARACTER)?),
        _ => return Ok(Shape::Other),
    }))
}

/// Characters of two or four octets; a surrogate is no character.
fn wide<const N: usize>(content: &[u8]) -> Option<Vec<u8>> {
    content
        .chunks_exact(N)
        .map(|unit| {
            unit.iter()
                .fold(0_u32, |sum, octet| sum << 8 | u32::from(*octet))
        })
        .map(char::from_u32)
        .collect::<Option<String>>()
        .map(String::into_bytes)
}

impl Encoded<'_> {
    /// Every attribute in encoded order: in which RDN it is, its type, and its text as UTF-8, if it is
    /// text.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (usize, &[u8], Option<&[u8]>)> {
        self.parts.iter().map(|part| {
            let text = match &part.value {
                Shape::Text(text) => Some(&**text),
                Shape::Other => None,
            };
            (part.rdn, &*part.kind, text)
        })
    }
}

impl From<Encoded<'_>> for Name {
    fn from(encoded: Encoded<'_>) -> Self {
        let mut rdns = vec![Vec::new(); encoded.rdns];
        for part in encoded.parts {
            if let Some(rdn) = rdns.get_mut(part.rdn) {
                rdn.push(Attribute::from(part));
            }
        }
        Self { rdns }
    }
}

impl From<Part<'_>> for Attribute {
    fn from(part: Part<'_>) -> Self {
        Self {
            short: objects::names(&part.kind).map(|(short, _)| short),
            oid: part.kind.into_owned(),
            value: match part.value {
                Shape::Text(text) => Shape::Text(Cow::Owned(text.into_owned())),
                Shape::Other => Shape::Other,
            },
            der: part.der.into_owned(),
        }
    }
}

impl Attribute {
    /// The type as OpenSSL's short name, else as an OID.
    pub(super) fn kind(&self) -> String {
        self.short
            .map_or_else(|| oid::dotted(&self.oid), str::to_owned)
    }

    /// The decoded value, escaped; of a value that is no text, `#` and the hex of its DER.
    pub(super) fn value(&self) -> String {
        match &self.value {
            Shape::Text(value) => text::escaped(value),
            Shape::Other => text::hash_hex(&self.der),
        }
    }

    /// DER of the value.
    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    /// The value as plain UTF-8; nothing when it is no text.
    pub(super) fn utf8(&self) -> Option<&str> {
        match &self.value {
            Shape::Text(value) => std::str::from_utf8(value).ok(),
            Shape::Other => None,
        }
    }
}

impl Name {
    /// Warns of what a text should not hold.
    pub(super) fn check(&self, warnings: &mut Warnings) {
        for attribute in self.rdns.iter().flatten() {
            if let Shape::Text(value) = &attribute.value {
                if value.contains(&0) {
                    warnings.text(value);
                }
            }
        }
    }

    /// OpenSSL's `XN_FLAG_ONELINE`: encoded order, `CN = a, O = b`.
    pub(super) fn oneline(&self) -> String {
        let mut out = String::with_capacity(64);
        for rdn in self.rdns.iter().filter(|rdn| !rdn.is_empty()) {
            if !out.is_empty() {
                out.push_str(", ");
            }
            for (at, attribute) in rdn.iter().enumerate() {
                if at > 0 {
                    out.push_str(" + ");
                }
                match attribute.short {
                    Some(short) => out.push_str(short),
                    // OpenSSL has room for 79 characters.
                    None => out.extend(
                        oid::decimal(&attribute.oid)
                            .unwrap_or_default()
                            .chars()
                            .take(79),
                    ),
                }
                out.push_str(" = ");
                match &attribute.value {
                    Shape::Text(value) => push_quoted(&mut out, value),
                    Shape::Other => out.push_str(&text::hash_hex(&attribute.der)),
                }
            }
        }
        out
    }

    /// RFC 4514: last RDN first, UTF-8, `#` and hex for the value of an unknown type.
    pub(super) fn rfc4514(&self) -> String {
        let mut out = String::with_capacity(64);
        for rdn in self.rdns.iter().rev().filter(|rdn| !rdn.is_empty()) {
            if !out.is_empty() {
                out.push(',');
            }
            for (at, attribute) in rdn.iter().rev().enumerate() {
                if at > 0 {
                    out.push('+');
                }
                out.push_str(&attribute.kind());
                out.push('=');
                match (&attribute.value, attribute.short) {
                    (Shape::Text(value), Some(_)) => push_rfc4514(&mut out, value),
                    _ => out.push_str(&text::hash_hex(&attribute.der)),
                }
            }
        }
        out
    }
}

/// A value in OpenSSL's quotes, which are set only where a special character asks for them.
fn push_quoted(out: &mut String, value: &[u8]) {
    let special = |octet: &u8| matches!(octet, b'+' | b',' | b';' | b'<' | b'>');
    let edge = match value {
        [] => false,
        // OpenSSL takes a lone character for the last and not for the first.
        [only] => *only == b' ',
        [first, .., last] => matches!(first, b' ' | b'#') || *last == b' ',
    };
    let quotes = edge || value.iter().any(special);
    if quotes {
        out.push('"');
    }
    for octet in value {
        match octet {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(*octet));
            }
            0x20..=0x7e => out.push(char::from(*octet)),
            _ => text::push_octet(out, *octet),
        }
    }
    if quotes {
        out.push('"');
    }
}

fn push_rfc4514(out: &mut String, value: &[u8]) {
    // `shape` made it UTF-8.
    let value = String::from_utf8_lossy(value);
    let last = value.chars().count().saturating_sub(1);
    for (at, c) in value.chars().enumerate() {
        let edge = (at == last && c == ' ') || (at == 0 && at != last && matches!(c, ' ' | '#'));
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            // A lone `#` would start a hex value, though OpenSSL leaves it bare.
            '#' if at == 0 => out.push_str("\\#"),
            c if edge => {
                out.push('\\');
                out.push(c);
            }
            // Of control characters OpenSSL leaves those from U+0080 to U+009F bare; a terminal or a
            // log would not.
            c => text::push_escaped(out, c),
        }
    }
}
