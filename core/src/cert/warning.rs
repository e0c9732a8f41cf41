//! This file is about warnings: what is odd about a certificate, as stable words with a meaning.

use super::text;

/// The warnings on one certificate, in the order in which they were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Warnings(Vec<(Odd, String)>);

impl Warnings {
    /// Adds a warning, with what it is about.
    pub(super) fn warn(&mut self, odd: Odd, detail: impl Into<String>) {
        self.0.push((odd, detail.into()));
    }

    /// Bytes of the certificate as escaped text, with a warning if they are not what text should be.
    pub(super) fn text(&mut self, bytes: &[u8]) -> String {
        let escaped = text::escaped(bytes);
        if bytes.contains(&0) {
            self.warn(Odd::EmbeddedNul, escaped.as_str());
        }
        if std::str::from_utf8(bytes).is_err() {
            self.warn(Odd::InvalidUtf8, escaped.as_str());
        }
        escaped
    }

    /// Code and sentence of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        self.0.iter().map(|(odd, detail)| {
            let meaning = odd.meaning();
            let sentence = if detail.is_empty() {
                meaning.to_owned()
            } else {
                format!("{meaning}: {detail}")
            };
            (odd.code(), sentence)
        })
    }
}

macro_rules! warnings {
    ($($name:ident = $code:literal $meaning:literal;)+) => {
        /// What could not be read in a certificate, or is odd about it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Odd { $(#[doc = $meaning] $name,)+ }

        impl Odd {
            /// The stable word.
            pub(super) fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
            /// The meaning, as a sentence.
            pub(super) fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)+ }
            }
        }
    };
}

warnings! {
    TrailingBytes = "trailing_bytes" "bytes follow the certificate; they are not part of it";
    BadVersion = "bad_version" "the version is not 1, 2 or 3";
    NegativeSerial = "negative_serial" "the serial number is negative";
    LongSerial = "long_serial" "the serial number is longer than 20 octets";
    BadTime = "bad_time" "a date cannot be read";
    LaxTime = "lax_time" "a date is not in the form that RFC 5280 demands";
    EmbeddedNul = "embedded_nul" "a text holds a NUL";
    InvalidUtf8 = "invalid_utf8" "a text is not UTF-8";
    SignatureMismatch = "signature_mismatch" "the two signature algorithms of the certificate differ";
    BadKey = "bad_key" "the public key cannot be read";
    ExtensionsVersion = "extensions_version" "extensions stand in a certificate that is not version 3";
    DuplicateExtension = "duplicate_extension" "an extension is there more than once and so says nothing";
    BadExtension = "bad_extension" "an extension cannot be read";
    BadName = "bad_name" "a subject alternative name cannot be read and is not listed";
    BadIp = "bad_ip" "an IP address has neither 4 nor 16 octets and is not listed";
    UnsupportedName = "unsupported_name" "a subject alternative name is of a kind that has no list";
    UnknownKeyUsage = "unknown_key_usage" "a key usage bit has no name";
}
