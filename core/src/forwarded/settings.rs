//! This file is about the options of a trusted proxy: how it is known, and what it sends.
//!
//! In: [`Options`]. Out: [`Proxy`], or ALL that is wrong with them.

use super::names;
use super::networks::{Network, Sender};
use super::{rfc9440, xfcc, Headers};
use crate::config::table::Kind;
use crate::error::{Code, Error};
use crate::options::{fold, OptionValue, Options};
use openssl::memcmp;
use openssl::sha::sha256;

/// The options of a proxy: name, what it takes, and what it is.
pub const OPTIONS: &[(&str, Kind, &str)] = &[
    (FORMAT, Kind::Word, "`rfc9440`, `xfcc`, `nginx` or `apache`: the form of what the proxy sends. Required."),
    (FROM, Kind::List, "IP addresses, networks (`10.0.0.0/8`) and `unix`, a list or a text with commas: who is trusted."),
    (SECRET, Kind::List, "A text of at least 16 characters, or a list of them, that the proxy sends with every request."),
    (SECRET_HEADER, Kind::Text, "The header that holds the secret; `X-Peercert-Secret` by default."),
    (VERIFIED, Kind::Flag, "`true`: a certificate without a verdict counts as verified, because the proxy forwards no other."),
    (CERT_HEADER, Kind::Text, "With `nginx` and `apache`: the header that holds the certificate; `X-SSL-Client-Cert` and `SSL-Client-Cert` by default."),
    (VERIFY_HEADER, Kind::Text, "With `nginx` and `apache`: the header that holds the verdict; `X-SSL-Client-Verify` and `SSL-Client-Verify` by default."),
];

const FORMAT: &str = "forwarded_format";
const FROM: &str = "forwarded_from";
const SECRET: &str = "forwarded_secret";
const SECRET_HEADER: &str = "forwarded_secret_header";
const VERIFIED: &str = "forwarded_verified";
const CERT_HEADER: &str = "forwarded_cert_header";
const VERIFY_HEADER: &str = "forwarded_verify_header";

/// nginx and Apache have no names of their own.
const NONE: &[&str] = &[];

/// What is short can be guessed.
const SHORTEST_SECRET: usize = 16;

/// A trusted proxy.
pub(super) struct Proxy {
    networks: Vec<Network>,
    secrets: Vec<[u8; 32]>,
    secret_header: String,
    pub(super) form: Form,
    /// The names of the form as this proxy writes them.
    spellings: Vec<String>,
    /// A certificate without a verdict is verified.
    pub(super) verified: bool,
}

/// What a proxy sends. Names are folded.
#[derive(Debug, PartialEq)]
pub(super) enum Form {
    /// `Client-Cert`, `Client-Cert-Chain`.
    Rfc9440,
    /// `X-Forwarded-Client-Cert`.
    Xfcc,
    /// nginx's or Apache's variables in headers of any name.
    Variables { certificate: String, verify: String },
}

// The secrets stay out of what may be logged.
impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy")
            .field("networks", &self.networks)
            .field("secrets", &self.secrets.len())
            .field("form", &self.form)
            .field("verified", &self.verified)
            .finish_non_exhaustive()
    }
}

impl Form {
    /// The (folded) name is one of this form.
    pub(super) fn names(&self, folded: &str) -> bool {
        match self {
            Self::Rfc9440 => rfc9440::NAMES.contains(&folded),
            Self::Xfcc => xfcc::NAMES.contains(&folded),
            Self::Variables {
                certificate,
                verify,
            } => folded == certificate || folded == verify,
        }
    }
}

impl Proxy {
    pub(super) fn new(options: Options) -> Result<Self, Vec<Error>> {
        let mut given = Given::new(options);
        let (form, spellings) = given.form().unzip();
        let networks = given.networks();
        let secrets = given.secrets();
        let default = "X-Peercert-Secret".to_owned();
        let secret_header = names::folded(&given.header(SECRET_HEADER).unwrap_or(default));
        let verified = given.flag(VERIFIED);
        if networks.is_empty() && secrets.is_empty() && given.problems.is_empty() {
            let message =
                format!("{FROM} or {SECRET} is needed: without them anybody could be the proxy");
            given.problem(Code::MissingOption, FROM, message);
        }
        if secrets.is_empty() && networks.iter().any(Network::is_everybody) {
            let message =
                format!("{FROM} is everybody; name the proxy's addresses, or add {SECRET}");
            given.problem(Code::InvalidValue, FROM, message);
        }
        match form.zip(spellings) {
            Some((form, spellings)) if given.problems.is_empty() => Ok(Self {
                networks,
                secrets,
                secret_header,
                form,
                spellings,
                verified,
            }),
            _ => Err(given.problems),
        }
    }

    /// The (folded) name is one that this proxy sends.
    pub(super) fn names(&self, folded: &str) -> bool {
        self.form.names(folded) || (folded == self.secret_header && !self.secrets.is_empty())
    }

    /// The name is written as this proxy writes it.
    pub(super) fn spells(&self, name: &str) -> bool {
        let same = |spelling: &String| spelling.eq_ignore_ascii_case(name);
        self.spellings.iter().any(same)
    }

    /// The request is this proxy's: all that is set holds.
    pub(super) fn trusts(&self, sender: &Sender, headers: &Headers<'_>) -> bool {
        let near = self.networks.is_empty() || self.networks.iter().any(|net| net.holds(sender));
        let mut sent = headers.all(&self.secret_header);
        let knows = match (self.secrets.is_empty(), sent.next(), sent.next()) {
            (true, _, _) => true,
            (false, Some(header), None) => {
                // Of digests, because their length does not tell the secret's; all of them, because
                // the time must not tell which.
                let digest = sha256(header.value);
                let equal = self
                    .secrets
                    .iter()
                    .map(|secret| memcmp::eq(secret, &digest));
                equal.fold(false, |any, equal| any | equal)
            }
            (false, _, _) => false,
        };
        near && knows
    }
}

/// Options as they were given, and what is wrong with them.
struct Given {
    values: Vec<(&'static str, OptionValue)>,
    problems: Vec<Error>,
}

impl Given {
    fn new(options: Options) -> Self {
        let mut given = Self {
            values: Vec::new(),
            problems: Vec::new(),
        };
        for (name, value) in options.entries {
            let known = OPTIONS
                .iter()
                .find(|(known, ..)| fold(known) == fold(&name));
            let shown: String = name.chars().take(80).collect();
            match known {
                None => {
                    let message = format!("there is no option {shown:?} of a forwarding proxy");
                    given.problem(Code::UnknownOption, &shown, message);
                }
                Some((known, ..)) if given.values.iter().any(|(name, _)| name == known) => {
                    given.problem(
                        Code::DuplicateOption,
                        known,
                        format!("{known} is given twice"),
                    );
                }
                Some((known, ..)) => given.values.push((known, value)),
            }
        }
        given
    }

    fn problem(&mut self, code: Code, option: &str, message: String) {
        self.problems
            .push(Error::new(code, message).with("option", option));
    }

    fn take(&mut self, name: &str) -> Option<OptionValue> {
        let at = self.values.iter().position(|(known, _)| *known == name)?;
        Some(self.values.swap_remove(at).1)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            OptionValue::Text(text) => Some(text),
            _ => {
                self.problem(Code::WrongType, name, format!("{name} takes text"));
                None
            }
        }
    }

    fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            None => false,
            Some(OptionValue::Flag(flag)) => flag,
            Some(_) => {
                self.problem(Code::WrongType, name, format!("{name} takes true or false"));
                false
            }
        }
    }

    /// A text or a list of texts.
    fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let items = match self.take(name)? {
            OptionValue::List(items) => items,
            item => vec![item],
        };
        let text = |item| match item {
            OptionValue::Text(text) => Some(text),
            _ => None,
        };
        let texts: Option<Vec<String>> = items.into_iter().map(text).collect();
        if texts.as_ref().is_none_or(Vec::is_empty) {
            let message = format!("{name} takes a text or a list of texts");
            self.problem(Code::WrongType, name, message);
        }
        texts
    }

    fn header(&mut self, name: &str) -> Option<String> {
        let header = self.text(name)?;
        let token =
            |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
        if header.is_empty() || !header.bytes().all(token) {
            self.problem(
                Code::InvalidValue,
                name,
                format!("{name} is not the name of a header"),
            );
        }
        Some(header)
    }

    /// The form, and the names of its headers.
    fn form(&mut self) -> Option<(Form, Vec<String>)> {
        let headers = [self.header(CERT_HEADER), self.header(VERIFY_HEADER)];
        if !self.values.iter().any(|(name, _)| *name == FORMAT) {
            let message = format!("{FORMAT} is needed: rfc9440, xfcc, nginx or apache");
            self.problem(Code::MissingOption, FORMAT, message);
            return None;
        }
        let word = self.text(FORMAT)?;
        let (form, prefix, usual) = match fold(&word).as_str() {
            "rfc9440" => (Some(Form::Rfc9440), "", rfc9440::NAMES),
            "xfcc" => (Some(Form::Xfcc), "", xfcc::NAMES),
            "nginx" => (None, "x-ssl-client", NONE),
            "apache" => (None, "ssl-client", NONE),
            _ => {
                let message =
                    format!("{FORMAT} {word:?} is unknown; it is rfc9440, xfcc, nginx or apache");
                self.problem(Code::InvalidValue, FORMAT, message);
                return None;
            }
        };
        let [certificate, verify] = headers;
        if form.is_some() && (certificate.is_some() || verify.is_some()) {
            let message = format!("{CERT_HEADER} and {VERIFY_HEADER} are for nginx and apache; {word} has names of its own");
            self.problem(Code::ConflictingOptions, CERT_HEADER, message);
        }
        if let Some(form) = form {
            return Some((form, usual.iter().map(|name| (*name).to_owned()).collect()));
        }
        let written = [
            certificate.unwrap_or_else(|| format!("{prefix}-cert")),
            verify.unwrap_or_else(|| format!("{prefix}-verify")),
        ];
        let [certificate, verify] = written.each_ref().map(|name| names::folded(name));
        if certificate == verify {
            let message = format!("{CERT_HEADER} and {VERIFY_HEADER} are the same header");
            self.problem(Code::ConflictingOptions, CERT_HEADER, message);
        }
        let form = Form::Variables {
            certificate,
            verify,
        };
        Some((form, written.to_vec()))
    }

    fn networks(&mut self) -> Vec<Network> {
        let texts = self.texts(FROM).unwrap_or_default();
        let entries = texts.iter().flat_map(|text| text.split(',')).map(str::trim);
        let mut networks = Vec::new();
        for entry in entries {
            match Network::parse(entry) {
                Ok(network) => networks.push(network),
                Err(what) => {
                    self.problem(Code::InvalidValue, FROM, format!("{FROM} {entry:?} {what}"));
                }
            }
        }
        networks
    }

    fn secrets(&mut self) -> Vec<[u8; 32]> {
        let secrets = self.texts(SECRET).unwrap_or_default();
        let plain = |secret: &String| {
            secret.len() >= SHORTEST_SECRET && secret.bytes().all(|octet| octet.is_ascii_graphic())
        };
        if !secrets.iter().all(plain) {
            // The secret itself is in no message.
            let message = format!("{SECRET} has fewer than {SHORTEST_SECRET} characters, or some that are not printable ASCII");
            self.problem(Code::InvalidValue, SECRET, message);
        }
        secrets
            .iter()
            .map(|secret| sha256(secret.as_bytes()))
            .collect()
    }
}
