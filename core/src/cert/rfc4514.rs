//! This file is about a distinguished name as a person writes it: `CN=jane,O=Example` (RFC 4514).
//!
//! In: text, the last RDN first. Out: [`Written`], which is held against a name's structure. A name
//! in another order, with an attribute more or less, or with a value in another case, is another.

use super::attribute::type_of;
use super::name::{Attribute, Name};

/// A distinguished name that somebody wrote.
#[derive(Debug)]
pub(crate) struct Written {
    /// In encoded order.
    rdns: Vec<Vec<(Vec<u8>, Value)>>,
}

#[derive(Debug)]
enum Value {
    /// Text, as UTF-8.
    Text(String),
    /// The DER of a value, written `#` and hex.
    Der(Vec<u8>),
}

impl Written {
    /// Reads a name: types by OpenSSL's short or long name or as dotted OIDs, RDNs separated by
    /// commas, attributes of one RDN by `+`; a backslash before a special character, or before two
    /// hex digits, and `#` with the hex of a value's DER. Spaces around types and values do not count.
    /// As an error, why it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (mut rdns, mut rdn, mut rest) = (Vec::new(), Vec::new(), text);
        loop {
            let Some((kind, after)) = rest.split_once('=') else {
                return Err(format!(
                    "{rest:?} in it is not TYPE=value, as in CN=jane,O=Example"
                ));
            };
            let (value, end) = value(after)?;
            rdn.push((type_of(kind.trim())?, value));
            let mut left = end.chars();
            match left.next() {
                Some('+') => {}
                separator => {
                    rdns.push(std::mem::take(&mut rdn));
                    if separator.is_none() {
                        break;
                    }
                }
            }
            rest = left.as_str();
        }
        rdns.reverse();
        Ok(Self { rdns })
    }

    /// The name is this one.
    pub(super) fn is(&self, name: &Name) -> bool {
        self.rdns.len() == name.rdns.len()
            && self.rdns.iter().zip(&name.rdns).all(|(ours, theirs)| {
                ours.len() == theirs.len() && {
                    // An RDN is a set: its order does not count, and each has one counterpart.
                    let mut left: Vec<&Attribute> = theirs.iter().collect();
                    ours.iter().all(|(kind, value)| {
                        let found = left.iter().position(|it| it.oid == *kind && value.is(it));
                        found.map(|at| left.swap_remove(at)).is_some()
                    })
                }
            })
    }
}

impl Value {
    fn is(&self, attribute: &Attribute) -> bool {
        match self {
            Self::Text(text) => attribute.utf8() == Some(text),
            Self::Der(der) => attribute.der() == der,
        }
    }
}

/// A value, and the text from the separator on that ends it.
fn value(text: &str) -> Result<(Value, &str), String> {
    let text = text.trim_start_matches(' ');
    if let Some(hex) = text.strip_prefix('#') {
        let end = hex.find([',', '+']).unwrap_or(hex.len());
        let (digits, rest) = hex.split_at(end);
        let der = octets(digits.trim_end()).filter(|der| !der.is_empty());
        return der
            .map(|der| (Value::Der(der), rest))
            .ok_or_else(|| format!("#{digits} in it is not the hex of a value"));
    }
    let mut out = Vec::new();
    // How much of it stays when the spaces at the end, unless they are escaped, do not count.
    let mut solid = 0;
    let mut rest = text.char_indices();
    let mut end = text.len();
    while let Some((at, c)) = rest.next() {
        match c {
            ',' | '+' => {
                end = at;
                break;
            }
            '\\' => {
                let after = rest.as_str();
                let escaped = after.chars().next().ok_or("it ends in a backslash")?;
                if let Some(octet) = after.get(..2).and_then(octets) {
                    out.extend(octet);
                    rest.nth(1);
                } else if matches!(
                    escaped,
                    '"' | '+' | ',' | ';' | '<' | '>' | ' ' | '#' | '=' | '\\'
                ) {
                    out.push(escaped as u8);
                    rest.next();
                } else {
                    return Err(format!("\\{escaped} in it escapes nothing"));
                }
                solid = out.len();
            }
            '"' | ';' | '<' | '>' => {
                return Err(format!("{c} in it needs a backslash before it"));
            }
            c => {
                out.extend(c.encode_utf8(&mut [0; 4]).bytes());
                if c != ' ' {
                    solid = out.len();
                }
            }
        }
    }
    out.truncate(solid);
    let value = String::from_utf8(out).map_err(|_| "its escapes are not UTF-8".to_owned())?;
    Ok((Value::Text(value), text.get(end..).unwrap_or_default()))
}

fn octets(hex: &str) -> Option<Vec<u8>> {
    hex.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => {
                let digit = |octet: &u8| char::from(*octet).to_digit(16);
                u8::try_from(digit(high)? << 4 | digit(low)?).ok()
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::certinfo;

    fn subject(file: &str) -> crate::Certificate {
        let path = format!(
            "{}/../tests/pki/info/{file}.pem",
            env!("CARGO_MANIFEST_DIR")
        );
        certinfo(&std::fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn every_name_is_the_one_that_it_prints() {
        let folder = format!("{}/../tests/pki/info", env!("CARGO_MANIFEST_DIR"));
        let (mut held, mut empty) = (0, 0);
        for file in std::fs::read_dir(folder).unwrap() {
            let certificate = certinfo(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
            let printed = certificate.subject_dn();
            if printed.is_empty() {
                empty += 1;
                continue;
            }
            let written = Written::parse(&printed).unwrap_or_else(|why| panic!("{printed}: {why}"));
            assert!(certificate.subject_is(&written), "{printed}");
            held += 1;
        }
        assert!(held > 100 && empty < 10, "{held} {empty}");
    }

    #[test]
    fn spaces_case_of_types_and_oids_do_not_count_and_values_do() {
        let certificate = subject("name-multi");
        let printed = certificate.subject_dn();
        let spaced = printed.replace(',', " , ").replace('+', " + ");
        assert!(certificate.subject_is(&Written::parse(&spaced).unwrap()));
        assert!(
            certificate.subject_is(&Written::parse(&printed.replace("CN=", "2.5.4.3=")).unwrap())
        );
        for other in [
            printed.to_uppercase(),
            format!("{printed},O=More"),
            format!("O=More,{printed}"),
            printed.replace('+', ","),
        ] {
            assert!(
                !certificate.subject_is(&Written::parse(&other).unwrap()),
                "{other}"
            );
        }
    }

    #[test]
    fn what_is_no_name_says_why() {
        for wrong in [
            "",
            "jane",
            "CN=a,",
            "XX=a",
            "CN=a\\",
            "CN=a\\q",
            "CN=\"a\"",
            "CN=#0",
            "CN=\\FF",
            "CN=a,,O=b",
        ] {
            assert!(Written::parse(wrong).is_err(), "{wrong}");
        }
    }
}
