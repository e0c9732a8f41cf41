//! This file is about subjects: `CN=alice,O=Example` or a list of attributes, to a DER Name.
//!
//! In: text (RFC 4514 section 3, in the order in which it is written). Out: attributes, DER. It may not
//! know of keys or certificates.

use super::der::{self, tag};
use crate::error::{Code, Error, Result};

/// The attribute types with a short name: name, OID, the longest value (RFC 5280 appendix A.1), IA5 or not.
const TYPES: &[(&str, &str, usize, bool)] = &[
    ("CN", "2.5.4.3", 64, false),
    ("C", "2.5.4.6", 2, false),
    ("O", "2.5.4.10", 64, false),
    ("OU", "2.5.4.11", 64, false),
    ("L", "2.5.4.7", 128, false),
    ("ST", "2.5.4.8", 128, false),
    ("STREET", "2.5.4.9", 128, false),
    ("SN", "2.5.4.4", 64, false),
    ("GN", "2.5.4.42", 64, false),
    ("serialNumber", "2.5.4.5", 64, false),
    ("title", "2.5.4.12", 64, false),
    ("DC", "0.9.2342.19200300.100.1.25", 63, true),
    ("UID", "0.9.2342.19200300.100.1.1", 256, false),
    ("emailAddress", "1.2.840.113549.1.9.1", 255, true),
];

/// A distinguished name of single-valued RDNs, in encoded order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject(Vec<Attribute>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Attribute {
    kind: String,
    oid: Vec<u8>,
    value: String,
    ia5: bool,
    printable: bool,
}

impl Subject {
    /// A subject from `CN=alice,O=Example`: types by short name (any case: CN, C, O, OU, L, ST, STREET, SN, GN,
    /// serialNumber, title, DC, UID, emailAddress) or dotted OID; a backslash before one of `,+"\<>;=#`, or
    /// before two hex digits, takes away its meaning. The order is kept: what is written first is encoded first.
    /// Spaces around types and values are dropped. An empty text is the empty subject.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: no such type, an empty or too long value, a control character, a
    /// multi-valued RDN (`+`).
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut subject = Self::default();
        for part in split(text)? {
            let (kind, value) = part.split_once('=').ok_or_else(|| {
                refuse(format!(
                    "the subject's part {part:?} is not TYPE=value, as in CN=alice"
                ))
            })?;
            subject = subject.with(kind.trim(), &unescape(value)?)?;
        }
        Ok(subject)
    }

    /// A subject from a list of attributes, (`CN`, `alice`) and so on; values are taken as they are.
    ///
    /// # Errors
    /// As [`Subject::parse`].
    pub fn from_attributes<'a>(list: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        list.into_iter()
            .try_fold(Self::default(), |subject, (kind, value)| {
                subject.with(kind, value)
            })
    }

    /// Whether there is no attribute at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first value of a type, by short name.
    #[must_use]
    pub fn value(&self, kind: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|a| a.kind.eq_ignore_ascii_case(kind))
            .map(|a| a.value.as_str())
    }

    fn with(mut self, kind: &str, value: &str) -> Result<Self> {
        self.0.push(Attribute::new(kind, value)?);
        Ok(self)
    }

    /// The Name of RFC 5280 section 4.1.2.4.
    pub(super) fn der(&self) -> Vec<u8> {
        let rdns: Vec<Vec<u8>> = self.0.iter().map(Attribute::rdn).collect();
        der::sequence(&rdns)
    }
}

impl Attribute {
    fn new(kind: &str, value: &str) -> Result<Self> {
        let known = TYPES
            .iter()
            .find(|(name, oid, ..)| name.eq_ignore_ascii_case(kind) || *oid == kind);
        let (name, dotted, most, ia5) = match known {
            Some((name, oid, most, ia5)) => (*name, *oid, *most, *ia5),
            None => (kind, kind, 1024, false),
        };
        let Some(oid) = der::oid(dotted) else {
            let names: Vec<&str> = TYPES.iter().map(|t| t.0).collect();
            return Err(refuse(format!(
                "the subject's type {kind:?} is neither a dotted OID nor one of {}",
                names.join(", ")
            )));
        };
        if value.is_empty() {
            return Err(refuse(format!("the subject's {name} is empty")));
        }
        if value.chars().count() > most {
            return Err(refuse(format!(
                "the subject's {name} is longer than {most} characters"
            )));
        }
        if value.chars().any(char::is_control) {
            return Err(refuse(format!(
                "the subject's {name} has a control character in it"
            )));
        }
        if ia5 && !value.is_ascii() {
            return Err(refuse(format!("the subject's {name} takes ASCII only")));
        }
        if name == "C" && !(value.len() == 2 && value.bytes().all(|b| b.is_ascii_alphabetic())) {
            return Err(refuse(format!(
                "the subject's C is a country of two letters, not {value:?}"
            )));
        }
        // The country and the serial number are PrintableString by their definition.
        let printable = matches!(name, "C" | "serialNumber");
        if printable && !value.bytes().all(is_printable) {
            return Err(refuse(format!(
                "the subject's {name} takes only letters, digits, spaces and '()+,-./:=?"
            )));
        }
        Ok(Self {
            kind: name.to_owned(),
            oid,
            value: value.to_owned(),
            ia5,
            printable,
        })
    }

    fn rdn(&self) -> Vec<u8> {
        let tag = match (self.ia5, self.printable) {
            (true, _) => tag::IA5_STRING,
            (_, true) => tag::PRINTABLE_STRING,
            _ => tag::UTF8_STRING,
        };
        let pair = der::sequence(&[&self.oid, &der::tlv(tag, self.value.as_bytes())]);
        der::tlv(tag::SET, &pair)
    }
}

fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

/// The parts between commas that no backslash protects, escapes still in them.
fn split(text: &str) -> Result<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        let part = match c {
            ',' => {
                parts.push(String::new());
                continue;
            }
            '+' => {
                return Err(refuse(
                    "the subject joins attributes by '+', which is not written here; a plus in a value is \\+"
                        .to_owned(),
                ))
            }
            '"' | ';' | '<' | '>' => {
                return Err(refuse(format!("write {c} in a subject as \\{c}")));
            }
            _ => parts.last_mut(),
        };
        if let Some(part) = part {
            part.push(c);
            if c == '\\' {
                part.extend(characters.next());
            }
        }
    }
    Ok(parts)
}

fn unescape(value: &str) -> Result<String> {
    let mut out: Vec<u8> = Vec::new();
    // How much of the end an escape protects from the trimming of spaces.
    let mut kept = 0;
    let mut rest = value.trim_start();
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if c != '\\' {
            out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        let hex = rest
            .get(..2)
            .filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
        if let Some(byte) = hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            out.push(byte);
            rest = rest.get(2..).unwrap_or_default();
        } else if let Some(next) = rest.chars().next().filter(|n| ",+\"\\<>;=# ".contains(*n)) {
            out.extend(next.encode_utf8(&mut [0; 4]).bytes());
            rest = rest.get(1..).unwrap_or_default();
        } else {
            return Err(refuse(format!(
                "the backslash in the subject's value {value:?} stands before nothing that it could escape"
            )));
        }
        kept = out.len();
    }
    while out.len() > kept && out.last() == Some(&b' ') {
        out.pop();
    }
    String::from_utf8(out).map_err(|_| {
        refuse(format!(
            "the subject's value {value:?} is not UTF-8 once unescaped"
        ))
    })
}

fn refuse(message: String) -> Error {
    Error::new(Code::CannotIssue, message).with("option", "subject")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String)> {
        let subject = Subject::parse(text).unwrap();
        subject.0.into_iter().map(|a| (a.kind, a.value)).collect()
    }

    #[test]
    fn parts_keep_their_order_and_escapes_lose_their_meaning() {
        let expected = [("O", "A, B"), ("CN", "Jörg \"x\" ")].map(|(k, v)| (k.into(), v.into()));
        assert_eq!(values(r#" o = A\, B , cn=J\C3\B6rg \"x\"\  "#), expected);
        assert_eq!(values("2.5.4.3=x=y"), [("CN".into(), "x=y".into())]);
        assert!(values("  ").is_empty());
    }

    #[test]
    fn a_subject_that_cannot_be_written_is_refused() {
        let long = format!("CN={}", "x".repeat(65));
        for bad in [
            "alice",
            "CN=",
            "CN=a,",
            "XX=a",
            "CN=a+O=b",
            "C=Germany",
            "CN=a\tb",
            r"CN=a\0Ab",
            r"CN=\FF",
            r"CN=a\",
            r"CN=\z",
            "DC=ö",
            "CN=\"a\"",
            "serialNumber=a_b",
            &long,
        ] {
            assert_eq!(
                Subject::parse(bad).unwrap_err().code(),
                Code::CannotIssue,
                "{bad}"
            );
        }
    }

    #[test]
    fn a_list_of_attributes_needs_no_escapes() {
        let subject = Subject::from_attributes([("CN", "a,b\\"), ("O", "x")]).unwrap();
        assert_eq!(subject.value("cn"), Some("a,b\\"));
    }
}
