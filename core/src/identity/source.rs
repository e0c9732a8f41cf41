//! This file is about what a rule looks at: an attribute of the subject, an e-mail address, a digest.
//!
//! In: the word of a rule; a certificate. Out: its values, in the form in which they are compared.
//! It may not know of rules, nor whether a certificate verified.

use super::fit::{self, Unfit};
use crate::cert::{self, Attribute, Certificate};
use std::net::IpAddr;

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// An attribute of the subject, by the content octets of its OID.
    Subject(Vec<u8>),
    /// An attribute of the issuer.
    Issuer(Vec<u8>),
    /// The subject as a whole.
    SubjectDn,
    Email,
    Dns,
    Uri,
    Ip,
    Upn,
    SpiffeId,
    /// The serial number, which says something only beside its issuer.
    Serial,
    Fingerprint,
    Spki,
}

/// The words of the sources that are no attributes.
const WORDS: &[(&str, Source)] = &[
    ("subjectdn", Source::SubjectDn),
    ("email", Source::Email),
    ("dns", Source::Dns),
    ("uri", Source::Uri),
    ("ip", Source::Ip),
    ("upn", Source::Upn),
    ("spiffeid", Source::SpiffeId),
    ("serial", Source::Serial),
    ("fingerprint", Source::Fingerprint),
    ("spki", Source::Spki),
];

/// A value of a certificate as it is compared, or why it is left out.
pub(super) struct Value {
    /// What is compared; of a value that is left out, what can be shown of it.
    pub(super) text: String,
    /// Why it is left out.
    pub(super) unfit: Option<Unfit>,
}

impl Source {
    /// The source of a word; as an error, why it is none.
    pub(super) fn parse(word: &str) -> Result<Self, String> {
        let lower = word.to_ascii_lowercase();
        if let Some((_, source)) = WORDS.iter().find(|(known, _)| *known == lower) {
            return Ok(source.clone());
        }
        if let Some((name @ ("subject" | "issuer"), _)) = lower.split_once('.') {
            let kind = cert::type_of(word.get(name.len() + 1..).unwrap_or_default())?;
            return Ok(match name {
                "subject" => Self::Subject(kind),
                _ => Self::Issuer(kind),
            });
        }
        let words: Vec<&str> = WORDS.iter().map(|(known, _)| *known).collect();
        Err(format!(
            "there is no source {word:?}; there are subject.TYPE and issuer.TYPE (as subject.CN), {}",
            words.join(", ")
        ))
    }

    /// The word, attributes by OpenSSL's short name.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Subject(kind) => format!("subject.{}", cert::type_name(kind)),
            Self::Issuer(kind) => format!("issuer.{}", cert::type_name(kind)),
            other => WORDS
                .iter()
                .find(|(_, source)| source == other)
                .map_or_else(String::new, |(word, _)| (*word).to_owned()),
        }
    }

    /// Whether a rule may match it by an expression. A printed name cannot be: a value in it may
    /// look like several attributes. A number or a digest is either the one or not.
    pub(super) fn takes_expression(&self) -> bool {
        !matches!(
            self,
            Self::SubjectDn | Self::Serial | Self::Fingerprint | Self::Spki
        )
    }

    /// Whether a value of it stands for one key, whoever vouches for the certificate.
    pub(super) fn pins(&self) -> bool {
        matches!(self, Self::Fingerprint | Self::Spki)
    }

    /// The exact value of a rule in the form in which certificates' values are compared; as an
    /// error, why nothing can equal it.
    pub(super) fn canonical(&self, written: &str) -> Result<String, String> {
        if let Err(unfit) = fit::value(written) {
            return Err(format!("the value can never match: {unfit}"));
        }
        match self {
            Self::Fingerprint | Self::Spki => digest(written),
            Self::Serial => serial(written),
            Self::Ip => written
                .parse()
                .map(|address: IpAddr| address.to_string())
                .map_err(|_| format!("{written:?} is no IP address")),
            Self::Dns if !written.is_ascii() => Err(format!(
                "the DNS name {written:?} is not ASCII; certificates hold its xn-- form"
            )),
            _ => Ok(self.folded(written)),
        }
    }

    /// What does not count in a comparison taken away: the case of a DNS name (RFC 4343), which is
    /// what follows the `@` of an address (RFC 5321, 2.4; the local part counts as it is).
    fn folded(&self, value: &str) -> String {
        match self {
            Self::Dns => value.to_ascii_lowercase(),
            Self::Email | Self::Upn => match value.rsplit_once('@') {
                Some((local, domain)) => format!("{local}@{}", domain.to_ascii_lowercase()),
                None => value.to_owned(),
            },
            _ => value.to_owned(),
        }
    }

    /// The values in certificate order. The subject as a whole has none to compare as text.
    pub(super) fn values(&self, certificate: &Certificate) -> Vec<Value> {
        let names = certificate.alternative_names();
        let escaped = |list: &[String]| list.iter().map(|value| self.of_escaped(value)).collect();
        match self {
            Self::Subject(kind) => self.of_attributes(certificate.subject_values(kind)),
            Self::Issuer(kind) => self.of_attributes(certificate.issuer_values(kind)),
            Self::Email => escaped(&names.email),
            Self::Dns => escaped(&names.dns),
            Self::Uri => escaped(&names.uri),
            Self::Ip => escaped(&names.ip),
            Self::Upn => escaped(&names.upn),
            Self::SpiffeId => certificate
                .spiffe_id()
                .map(|id| self.of_escaped(id))
                .into_iter()
                .collect(),
            Self::Serial => vec![self.of_text(certificate.serial())],
            Self::Fingerprint => vec![self.of_text(&cert::hex(certificate.sha256()))],
            Self::Spki => vec![self.of_text(&cert::hex(certificate.spki_sha256()))],
            // It is held against the structure.
            Self::SubjectDn => vec![Value {
                text: certificate.subject_dn(),
                unfit: None,
            }],
        }
    }

    fn of_attributes<'a>(&self, values: impl Iterator<Item = Attribute<'a>>) -> Vec<Value> {
        values
            .map(|value| match value {
                Attribute::Text(text) => self.of_text(text),
                Attribute::Other => not_text("(no text)"),
            })
            .collect()
    }

    fn of_escaped(&self, value: &str) -> Value {
        if !value.contains('\\') {
            return self.of_text(value);
        }
        String::from_utf8(cert::unescaped(value))
            .map_or_else(|_| not_text(value), |text| self.of_text(&text))
    }

    fn of_text(&self, text: &str) -> Value {
        Value {
            text: self.folded(text),
            unfit: fit::value(text).err(),
        }
    }
}

fn not_text(shown: &str) -> Value {
    Value {
        text: shown.to_owned(),
        unfit: Some(Unfit::NotText),
    }
}

/// A SHA-256 as `cert` writes it: 64 lower-case hex digits; colons between them do not count.
pub(super) fn digest(written: &str) -> Result<String, String> {
    let digits: String = written.chars().filter(|c| *c != ':').collect();
    if digits.len() == 64 && digits.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return Ok(digits.to_ascii_lowercase());
    }
    let shown: String = written.chars().take(100).collect();
    let sha1 = if digits.len() == 40 {
        "; that of SHA-1 is not taken"
    } else {
        ""
    };
    Err(format!(
        "{shown:?} is not the hex of a SHA-256, 64 digits{sha1}"
    ))
}

/// A serial number as `cert` writes it: upper-case hex in whole bytes, `0` for zero.
fn serial(written: &str) -> Result<String, String> {
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written),
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || !digits.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return Err(format!("{written:?} is no serial number in hex, as 0A1B2C"));
    }
    let digits = digits.trim_start_matches('0').to_ascii_uppercase();
    Ok(match (digits.is_empty(), digits.len() % 2) {
        (true, _) => "0".to_owned(),
        (false, 1) => format!("{sign}0{digits}"),
        (false, _) => format!("{sign}{digits}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_one_name_in_every_spelling() {
        for (word, name) in [
            ("subject.CN", "subject.CN"),
            ("Subject.commonName", "subject.CN"),
            ("subject.2.5.4.3", "subject.CN"),
            ("subject.uid", "subject.UID"),
            ("issuer.O", "issuer.O"),
            ("EMAIL", "email"),
            ("spiffeid", "spiffeid"),
            ("subject.1.2.3.4", "subject.1.2.3.4"),
        ] {
            assert_eq!(Source::parse(word).unwrap().name(), name);
        }
        for wrong in [
            "",
            "subject",
            "subject.",
            "mail",
            "subject.CN.x",
            "san.email",
        ] {
            assert!(Source::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_exact_value_has_one_form() {
        for (source, written, form) in [
            (Source::Dns, "WWW.Example.ORG", "www.example.org"),
            (Source::Email, "Jane@Example.ORG", "Jane@example.org"),
            (Source::Email, "\"a@b\"@C", "\"a@b\"@c"),
            (Source::Uri, "HTTP://A/b", "HTTP://A/b"),
            (Source::Ip, "2001:DB8:0::1", "2001:db8::1"),
            (Source::Serial, "00:a", "0A"),
            (Source::Serial, "00", "0"),
            (Source::Serial, "-5", "-05"),
            (Source::Serial, "ABC", "0ABC"),
        ] {
            assert_eq!(source.canonical(written).as_deref(), Ok(form));
        }
        let pin = "AB:".repeat(31) + "AB";
        assert_eq!(Source::Spki.canonical(&pin), Ok("ab".repeat(32)));
        assert!(Source::Fingerprint.canonical(&"a".repeat(40)).is_err());
        assert!(Source::Ip.canonical("10.0.0.0/8").is_err());
        assert!(Source::Dns.canonical("z\u{fc}rich.example").is_err());
    }
}
