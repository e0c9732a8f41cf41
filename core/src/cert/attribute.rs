//! This file is about the attributes of a subject or an issuer, as whoever compares needs them.
//!
//! In: a [`Certificate`], the type of an attribute. Out: its values, decoded and not escaped. What is
//! compared is the structure, never a printed name.

use super::name::{self, Name};
use super::{objects, oid, Certificate, Written};

/// The value of an attribute.
pub(crate) enum Attribute<'a> {
    /// Text, as UTF-8.
    Text(&'a str),
    /// A value that is no text.
    Other,
}

/// The names of RFC 4514, which are theirs in every case: what OpenSSL calls `uid` is another type.
const RFC4514: &[&str] = &["CN", "L", "ST", "O", "OU", "C", "street", "DC", "UID"];

/// The content octets of an attribute's type, given as OpenSSL's short or long name (in any case, as
/// long as only one type has that name then) or as a dotted OID. As an error, why it is none.
pub(crate) fn type_of(word: &str) -> Result<Vec<u8>, String> {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return oid::encode(word).ok_or_else(|| format!("{word:?} is no OID, as 2.5.4.3"));
    }
    let standard = RFC4514.iter().find(|name| name.eq_ignore_ascii_case(word));
    let word = standard.copied().unwrap_or(word);
    let known: Vec<_> = objects::named(word).collect();
    let exactly = known
        .iter()
        .find(|(_, short, _)| *short == word)
        .or_else(|| known.iter().find(|(_, _, long)| *long == word));
    match (exactly, known.as_slice()) {
        (Some((oid, ..)), _) | (None, [(oid, ..)]) => Ok(oid.to_vec()),
        (None, []) => Err(format!(
            "no attribute is called {word:?}; give its OID, or a name as CN, UID, O, OU, \
             emailAddress, serialNumber"
        )),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|(_, short, _)| *short).collect();
            Err(format!("{word:?} may be any of {}", names.join(", ")))
        }
    }
}

/// A type as OpenSSL's short name, else as a dotted OID.
pub(crate) fn type_name(kind: &[u8]) -> String {
    objects::names(kind).map_or_else(|| oid::dotted(kind), |(short, _)| short.to_owned())
}

impl Certificate {
    /// The values of a subject attribute, in encoded order.
    pub(crate) fn subject_values<'a>(
        &'a self,
        kind: &'a [u8],
    ) -> impl Iterator<Item = Attribute<'a>> {
        values(&self.subject_name, kind)
    }

    /// The values of an issuer attribute, in encoded order.
    pub(crate) fn issuer_values<'a>(
        &'a self,
        kind: &'a [u8],
    ) -> impl Iterator<Item = Attribute<'a>> {
        values(&self.issuer_name, kind)
    }

    /// The subject is the name that somebody wrote.
    pub(crate) fn subject_is(&self, written: &Written) -> bool {
        written.is(&self.subject_name)
    }

    /// The issuer is the name that somebody wrote.
    pub(crate) fn issuer_is(&self, written: &Written) -> bool {
        written.is(&self.issuer_name)
    }
}

fn values<'a>(name: &'a Name, kind: &'a [u8]) -> impl Iterator<Item = Attribute<'a>> {
    let attributes = name.rdns.iter().flatten();
    attributes
        .filter(move |attribute: &&name::Attribute| attribute.oid == kind)
        .map(|attribute| attribute.utf8().map_or(Attribute::Other, Attribute::Text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_a_short_name_a_long_name_and_an_oid() {
        for word in ["CN", "commonName", "2.5.4.3", "cn"] {
            assert_eq!(type_of(word).unwrap(), [0x55, 4, 3], "{word}");
        }
        for word in ["UID", "uid", "userId"] {
            assert_eq!(type_name(&type_of(word).unwrap()), "UID");
        }
        for name in RFC4514 {
            assert_eq!(type_name(&type_of(name).unwrap()), *name);
        }
        assert_eq!(type_name(&type_of("uniqueIdentifier").unwrap()), "uid");
        assert_eq!(type_name(&[0x2a, 3]), "1.2.3");
    }

    #[test]
    fn a_type_that_is_none_is_refused() {
        for word in ["", "CNN", "2.5.4.", "2", "9.1", " CN", "CN "] {
            assert!(type_of(word).is_err(), "{word:?}");
        }
    }
}
