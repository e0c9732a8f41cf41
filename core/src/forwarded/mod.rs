//! This module is about callers whom a trusted proxy has seen: it reads what the proxy forwards in
//! headers, and takes the same headers from everybody else.
//!
//! In: which proxies are trusted, who sent a request, and its headers. Out: a [`Report`] whose
//! `source` is `forwarded`, or none. What is not understood is an error, never nobody and never
//! somebody. It may not know of servers or of how a header came.

mod encoded;
mod names;
mod networks;
mod rfc9440;
mod settings;
mod xfcc;

pub use settings::OPTIONS;

use crate::cert::Certificate;
use crate::clock::Clock;
use crate::error::{Code, Error, Result};
use crate::options::Options;
use crate::peer::{Evidence, Report, Source};
use networks::Sender;
use settings::{Form, Proxy};

/// The most octets of forwarded headers that are read. Servers take fewer.
const LARGEST: usize = 64 * 1_024;

/// Which proxies are trusted to say who the client is. By default none: then it only strips.
#[derive(Debug, Default)]
pub struct Forwarded {
    proxies: Vec<Proxy>,
    clock: Clock,
}

/// What a form holds: the leaf, and the rest of its chain, each DER.
struct Chain {
    leaf: Certificate,
    rest: Vec<Vec<u8>>,
}

/// A request's headers that say who a client is.
struct Headers<'a>(Vec<Header<'a>>);

struct Header<'a> {
    /// As it was sent, for messages.
    name: &'a str,
    /// As it is compared.
    folded: String,
    value: &'a [u8],
}

impl Forwarded {
    /// Validates the options of each proxy ([`OPTIONS`]).
    ///
    /// # Errors
    /// Kind `config`, every problem at once.
    pub fn new(proxies: impl IntoIterator<Item = Options>) -> Result<Self> {
        let mut problems = Vec::new();
        let mut found = Vec::new();
        for options in proxies {
            match Proxy::new(options) {
                Ok(proxy) => found.push(proxy),
                Err(mut wrong) => problems.append(&mut wrong),
            }
        }
        match Error::all(problems) {
            Some(error) => Err(error),
            None => Ok(Self {
                proxies: found,
                clock: Clock::system(),
            }),
        }
    }

    /// The same, with another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The client whom a trusted proxy tells of; `None` when the request comes from no trusted proxy.
    /// `sender` is who sent the request, by the socket and not by any header: an IP address, `unix`
    /// for a Unix socket, or empty when it is not known. Strip the headers afterwards, in either
    /// case ([`Forwarded::strip`]).
    ///
    /// A proxy takes out what a client sends only under the name that it writes itself: a header of
    /// another spelling (`Client_Cert`) is the client's, and refused as ambiguous.
    ///
    /// # Errors
    /// `peer.forwarded_unreadable`, `peer.forwarded_too_large`, `peer.forwarded_ambiguous`: the
    /// request has to be refused.
    pub fn read<'a>(
        &self,
        sender: &str,
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Option<Report>> {
        self.find(sender, headers, |proxy, name| proxy.spells(name))
    }

    /// The same of a request whose headers are variables of CGI or WSGI: `HTTP_` and the header's
    /// name, whose spelling its server has folded already. Such a server has to drop names with
    /// underscores, so that a client's `Client_Cert` does not become the proxy's `Client-Cert`.
    ///
    /// # Errors
    /// As [`Forwarded::read`].
    pub fn read_variables<'a>(
        &self,
        sender: &str,
        variables: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Option<Report>> {
        let headers = variables
            .into_iter()
            .filter_map(|(name, value)| Some((names::of_variable(name)?, value)));
        self.find(sender, headers, |_, _| true)
    }

    fn find<'a>(
        &self,
        sender: &str,
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        spells: impl Fn(&Proxy, &str) -> bool,
    ) -> Result<Option<Report>> {
        let sender = Sender::parse(sender);
        let all = headers.into_iter().map(|(name, value)| Header {
            name,
            folded: names::folded(name),
            value,
        });
        let headers = Headers(all.filter(|header| self.knows(&header.folded)).collect());
        let trusts = |proxy: &&Proxy| proxy.trusts(&sender, &headers);
        let Some(proxy) = self.proxies.iter().find(trusts) else {
            return Ok(None);
        };
        headers.check(&proxy.form, |name| spells(proxy, name))?;
        let chain = match &proxy.form {
            Form::Rfc9440 => rfc9440::read(&headers)?,
            Form::Xfcc => xfcc::read(&headers)?,
            Form::Variables { certificate, .. } => encoded::read(&headers, certificate)?,
        };
        let told = match &proxy.form {
            Form::Variables { verify, .. } => headers.one(verify)?,
            Form::Rfc9440 | Form::Xfcc => None,
        };
        let Some(Chain { leaf, rest }) = chain else {
            return Ok(Some(Report::conclude(Source::Forwarded, Evidence::Nothing)));
        };
        let verdict = match told {
            Some(header) => header.text()?,
            None if proxy.verified => "SUCCESS",
            None => "NONE",
        };
        let now = self.clock.now();
        let report = Report::told(Source::Forwarded, &leaf, rest, verdict, now);
        Ok(Some(report))
    }

    /// The header of this name says who a client is, so that only a trusted proxy may send it: in
    /// every spelling that a server folds together.
    #[must_use]
    pub fn claims(&self, name: &str) -> bool {
        self.knows(&names::folded(name))
    }

    /// The same for a variable of CGI or WSGI: `HTTP_` and the header's name.
    #[must_use]
    pub fn claims_variable(&self, name: &str) -> bool {
        names::of_variable(name).is_some_and(|name| self.claims(name))
    }

    /// Takes out all headers that say who a client is.
    pub fn strip<N: AsRef<str>, V>(&self, headers: &mut Vec<(N, V)>) {
        headers.retain(|(name, _)| !self.claims(name.as_ref()));
    }

    fn knows(&self, folded: &str) -> bool {
        names::says_who(folded) || self.proxies.iter().any(|proxy| proxy.names(folded))
    }
}

impl<'a> Headers<'a> {
    /// Bounds, and that only one form is there, as the proxy spells it.
    fn check(&self, form: &Form, spells: impl Fn(&str) -> bool) -> Result<()> {
        let size: usize = self.0.iter().map(|header| header.value.len()).sum();
        if size > LARGEST {
            return Err(Error::new(
                Code::ForwardedTooLarge,
                format!(
                    "the proxy forwards {size} bytes on the client; at most {LARGEST} are read"
                ),
            ));
        }
        let foreign = |header: &&Header<'_>| {
            names::holds_certificate(&header.folded) && !form.names(&header.folded)
        };
        let respelt = |header: &&Header<'_>| form.names(&header.folded) && !spells(header.name);
        let wrong = |header: &Header<'_>, what: &str| {
            let shown = header.shown();
            let message = format!("{shown} is {what}; let the proxy remove it");
            Error::new(Code::ForwardedAmbiguous, message).with("header", shown)
        };
        if let Some(header) = self.0.iter().find(foreign) {
            let what = "of another form than the one that is set for this proxy";
            return Err(wrong(header, what));
        }
        match self.0.iter().find(respelt) {
            None => Ok(()),
            Some(header) => Err(wrong(
                header,
                "not spelled as this proxy is set to spell it",
            )),
        }
    }

    /// Every header of this (folded) name.
    fn all<'h, 'n>(
        &'h self,
        name: &'n str,
    ) -> impl Iterator<Item = &'h Header<'a>> + use<'a, 'h, 'n> {
        self.0.iter().filter(move |header| header.folded == name)
    }

    /// The header of this (folded) name; two are an error.
    fn one<'h>(&'h self, name: &str) -> Result<Option<&'h Header<'a>>> {
        let mut found = self.all(name);
        let first = found.next();
        match (first, found.next()) {
            (Some(header), Some(_)) => Err(header.error(
                Code::ForwardedAmbiguous,
                "is there more than once; let the proxy remove what the client sends",
            )),
            _ => Ok(first),
        }
    }
}

impl Header<'_> {
    /// The value without the blanks around it.
    fn text(&self) -> Result<&str> {
        let text = std::str::from_utf8(self.value).ok().map(str::trim);
        let plain = |text: &&str| {
            text.bytes()
                .all(|octet| matches!(octet, b'\t' | b' '..=b'~'))
        };
        text.filter(plain).ok_or_else(|| {
            self.unreadable("holds control characters, or characters that are not ASCII")
        })
    }

    fn unreadable(&self, what: &str) -> Error {
        self.error(Code::ForwardedUnreadable, what)
    }

    /// What a certificate's own error says, about this header.
    fn no_certificate(&self, error: &Error) -> Error {
        self.unreadable(&format!("holds no certificate: {}", error.message()))
    }

    fn error(&self, code: Code, what: &str) -> Error {
        let shown = self.shown();
        Error::new(code, format!("the forwarded header {shown} {what}")).with("header", shown)
    }

    /// The name for a message; it may be as long as a client likes.
    fn shown(&self) -> String {
        self.name.chars().take(80).collect()
    }
}
