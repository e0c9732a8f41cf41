//! This file is about details as options by name: how languages without records say them.
//!
//! In: [`Options`]. Out: [`Details`], or ALL that is wrong with them.

use super::details::{Cipher, Details};
use crate::cert;
use crate::config::table::Kind;
use crate::error::{Code, Error, Result};
use crate::options::{fold, OptionValue, Options};
use std::collections::HashSet;

/// A detail by its name.
#[derive(Debug)]
pub struct DetailRow {
    /// The name; in use, case, `_` and `-` do not count.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// A connection of ours tells it itself, so that nobody else says it there.
    pub of_connection: bool,
    /// What it says.
    pub meaning: &'static str,
}

const fn row(
    name: &'static str,
    kind: Kind,
    of_connection: bool,
    meaning: &'static str,
) -> DetailRow {
    DetailRow {
        name,
        kind,
        of_connection,
        meaning,
    }
}

/// The details by name: first those that only the application knows.
pub const DETAILS: &[DetailRow] = &[
    row(USER, Kind::Text, false, "Who the caller is to the application. Without it no user is told."),
    row(PINNED, Kind::Flag, false, "The rule that gave `user` pins this very certificate, so that the user counts though the certificate is not verified."),
    row(GENEROUS, Kind::Flag, false, "Say `GENEROUS`, as Apache does with TLS 1.2, where all that is wrong is an unknown CA."),
    row(NOW, Kind::Integer, true, "Now, in seconds since 1970-01-01 UTC; by default the system's time."),
    row(SERVER_CERTIFICATE, Kind::Bytes, true, "The server's certificate, PEM or DER."),
    row(PROTOCOL, Kind::Text, true, "TLS version, `TLSv1.2` or `TLSv1.3`."),
    row(CIPHER, Kind::Text, true, "Cipher suite, by OpenSSL's name."),
    row(CIPHER_NUMBER, Kind::Integer, true, "Its number in IANA's registry."),
    row(CIPHER_BITS, Kind::Integer, true, "The bits of its key that are secret."),
    row(CIPHER_ALGORITHM_BITS, Kind::Integer, true, "The bits of its algorithm."),
    row(SERVER_NAME, Kind::Text, true, "The name that the client asked for (SNI)."),
    row(ALPN, Kind::Text, true, "The negotiated application protocol."),
    row(RESUMED, Kind::Flag, true, "The session was resumed."),
    row(SESSION_ID, Kind::Bytes, true, "The identifier of the session."),
    row(SECURE_RENEGOTIATION, Kind::Flag, true, "The client knows secure renegotiation (RFC 5746)."),
    row(SIGNATURE_SCHEME, Kind::Text, true, "The scheme of the client's signature, by its TLS name."),
];

const USER: &str = "user";
const PINNED: &str = "pinned";
const GENEROUS: &str = "generous";
const NOW: &str = "now";
const SERVER_CERTIFICATE: &str = "server_certificate";
const PROTOCOL: &str = "protocol";
const CIPHER: &str = "cipher";
const CIPHER_NUMBER: &str = "cipher_number";
const CIPHER_BITS: &str = "cipher_bits";
const CIPHER_ALGORITHM_BITS: &str = "cipher_algorithm_bits";
const SERVER_NAME: &str = "server_name";
const ALPN: &str = "alpn";
const RESUMED: &str = "resumed";
const SESSION_ID: &str = "session_id";
const SECURE_RENEGOTIATION: &str = "secure_renegotiation";
const SIGNATURE_SCHEME: &str = "signature_scheme";

impl Details {
    /// What is known of a connection that is not ours, by name ([`DETAILS`]).
    ///
    /// # Errors
    /// Kind `config`, every problem at once.
    pub fn of_options(options: Options) -> Result<Self> {
        Given::default().fill(Self::default(), options, |_| true)
    }

    /// These details of a connection of ours, and what only the application knows, by name
    /// ([`DETAILS`]).
    ///
    /// # Errors
    /// As [`Details::of_options`]; what the connection tells itself is one.
    pub fn with_options(self, options: Options) -> Result<Self> {
        Given::default().fill(self, options, |row| !row.of_connection)
    }
}

/// What has been read, and what is wrong.
#[derive(Default)]
struct Given {
    problems: Vec<Error>,
    cipher: Option<String>,
    cipher_number: Option<u16>,
    bits: Option<u32>,
    algorithm_bits: Option<u32>,
}

impl Given {
    fn fill(
        mut self,
        mut details: Details,
        options: Options,
        may_say: impl Fn(&DetailRow) -> bool,
    ) -> Result<Details> {
        let mut seen = HashSet::new();
        for (name, value) in options.entries {
            let Some(row) = DETAILS.iter().find(|row| fold(row.name) == fold(&name)) else {
                let shown: String = name.chars().take(80).collect();
                let message = format!("there is no detail {shown:?} of an export");
                self.problem(Code::UnknownOption, &shown, message);
                continue;
            };
            if !may_say(row) {
                let message = format!("{} is what the connection itself tells", row.name);
                self.problem(Code::UnknownOption, row.name, message);
            } else if !seen.insert(row.name) {
                let message = format!("{} is given twice", row.name);
                self.problem(Code::DuplicateOption, row.name, message);
            } else {
                self.take(&mut details, row.name, value);
            }
        }
        let given = [CIPHER_NUMBER, CIPHER_BITS, CIPHER_ALGORITHM_BITS];
        if let Some(stray) = given.into_iter().find(|name| seen.contains(name)) {
            if !seen.contains(CIPHER) {
                let message = format!("{CIPHER} is needed beside {stray}");
                self.problem(Code::MissingOption, CIPHER, message);
            }
        }
        if let Some(name) = self.cipher {
            details.cipher = Some(Cipher {
                name,
                number: self.cipher_number,
                bits: self.bits.zip(self.algorithm_bits.or(self.bits)),
            });
        }
        Error::all(self.problems).map_or(Ok(details), Err)
    }

    fn take(&mut self, details: &mut Details, name: &'static str, value: OptionValue) {
        match name {
            USER => details.user = self.text(name, value),
            PINNED => details.pinned = self.flag(name, value) == Some(true),
            GENEROUS => details.generous = self.flag(name, value) == Some(true),
            NOW => details.now = self.integer(name, value),
            SERVER_CERTIFICATE => details.server_certificate = self.certificate(name, value),
            PROTOCOL => details.protocol = self.text(name, value),
            CIPHER => self.cipher = self.text(name, value),
            CIPHER_NUMBER => self.cipher_number = self.small(name, value),
            CIPHER_BITS => self.bits = self.small(name, value),
            CIPHER_ALGORITHM_BITS => self.algorithm_bits = self.small(name, value),
            SERVER_NAME => details.server_name = self.text(name, value),
            ALPN => details.alpn = self.text(name, value),
            RESUMED => details.resumed = self.flag(name, value),
            SESSION_ID => details.session_id = self.bytes(name, value).unwrap_or_default(),
            SECURE_RENEGOTIATION => details.secure_renegotiation = self.flag(name, value),
            _ => details.signature_scheme = self.text(name, value),
        }
    }

    fn problem(&mut self, code: Code, option: &str, message: String) {
        self.problems
            .push(Error::new(code, message).with("option", option));
    }

    fn wrong_type<T>(&mut self, name: &str, wanted: &str) -> Option<T> {
        self.problem(Code::WrongType, name, format!("{name} takes {wanted}"));
        None
    }

    fn text(&mut self, name: &str, value: OptionValue) -> Option<String> {
        match value {
            OptionValue::Text(text) => Some(text),
            _ => self.wrong_type(name, "text in UTF-8"),
        }
    }

    fn flag(&mut self, name: &str, value: OptionValue) -> Option<bool> {
        match value {
            OptionValue::Flag(flag) => Some(flag),
            _ => self.wrong_type(name, "true or false"),
        }
    }

    fn integer(&mut self, name: &str, value: OptionValue) -> Option<i64> {
        match value {
            OptionValue::Integer(number) => Some(number),
            _ => self.wrong_type(name, "a whole number"),
        }
    }

    /// A number of a field that holds no greater ones.
    fn small<T: TryFrom<i64>>(&mut self, name: &str, value: OptionValue) -> Option<T> {
        let number = self.integer(name, value)?;
        let small = T::try_from(number).ok();
        if small.is_none() {
            let message = format!("{name} is out of range: {number}");
            self.problem(Code::InvalidValue, name, message);
        }
        small
    }

    /// Bytes; languages whose texts are bytes give some as text.
    fn bytes(&mut self, name: &str, value: OptionValue) -> Option<Vec<u8>> {
        match value {
            OptionValue::Bytes(bytes) => Some(bytes),
            OptionValue::Text(text) => Some(text.into_bytes()),
            _ => self.wrong_type(name, "bytes"),
        }
    }

    fn certificate(&mut self, name: &str, value: OptionValue) -> Option<Vec<u8>> {
        match cert::certinfo(&self.bytes(name, value)?) {
            Ok(certificate) => Some(certificate.der().to_vec()),
            Err(error) => {
                self.problem(error.code(), name, format!("{name}: {}", error.message()));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code and option of each problem, in order.
    fn problems(made: Result<Details>) -> Vec<(&'static str, String)> {
        let error = made.unwrap_err();
        let problems = error.problems().iter();
        let option = |problem: &Error| problem.context_value("option").unwrap().to_owned();
        problems
            .map(|problem| (problem.code().name(), option(problem)))
            .collect()
    }

    #[test]
    fn every_detail_has_its_place() {
        let options = Options::new()
            .set("user", "jane")
            .set("Pinned", true)
            .set("generous", true)
            .set("now", 7)
            .set("protocol", "TLSv1.3")
            .set("cipher", "TLS_AES_128_GCM_SHA256")
            .set("cipher-number", 0x1301)
            .set("cipher_bits", 112)
            .set("cipher_algorithm_bits", 168)
            .set("SERVER_NAME", "localhost")
            .set("alpn", "h2")
            .set("resumed", false)
            .set("session_id", &[0_u8, 255][..])
            .set("secure_renegotiation", true)
            .set("signature_scheme", "ed25519");
        let found = Details::of_options(options).unwrap();
        let cipher = found.cipher.unwrap();
        assert_eq!(
            (cipher.number, cipher.bits),
            (Some(0x1301), Some((112, 168)))
        );
        assert_eq!(cipher.name, "TLS_AES_128_GCM_SHA256");
        assert_eq!((found.user.as_deref(), found.now), (Some("jane"), Some(7)));
        assert!(found.pinned && found.generous);
        assert_eq!(found.protocol.as_deref(), Some("TLSv1.3"));
        assert_eq!(found.server_name.as_deref(), Some("localhost"));
        assert_eq!(found.alpn.as_deref(), Some("h2"));
        assert_eq!(
            (found.resumed, found.secure_renegotiation),
            (Some(false), Some(true))
        );
        assert_eq!(found.session_id, [0, 255]);
        assert_eq!(found.signature_scheme.as_deref(), Some("ed25519"));
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let options = Options::new()
            .set("user", 1)
            .set("pinned", "yes")
            .set("now", 0.5)
            .set("cipher_number", 65_536)
            .set("cipher_bits", -1)
            .set("server_certificate", "a file's name")
            .set("resumed", true)
            .set("Resumed", true)
            .set("serial", "1");
        let expected = [
            ("config.wrong_type", "user"),
            ("config.wrong_type", "pinned"),
            ("config.wrong_type", "now"),
            ("config.invalid_value", "cipher_number"),
            ("config.invalid_value", "cipher_bits"),
            ("certificate.unreadable", "server_certificate"),
            ("config.duplicate_option", "resumed"),
            ("config.unknown_option", "serial"),
            ("config.missing_option", "cipher"),
        ];
        let expected = expected.map(|(code, option)| (code, option.to_owned()));
        assert_eq!(problems(Details::of_options(options)), expected);
    }

    #[test]
    fn of_a_connection_only_the_application_s_are_taken() {
        for row in DETAILS {
            let value: OptionValue = match row.kind {
                Kind::Flag => true.into(),
                _ => "x".into(),
            };
            let made = Details::default().with_options(Options::new().set(row.name, value));
            assert_eq!(made.is_err(), row.of_connection, "{}", row.name);
        }
    }
}
