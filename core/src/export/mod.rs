//! This module is about the names that applications already read: a caller as Apache, nginx, CGI,
//! proxies and ASGI servers tell of one.
//!
//! In: a [`Report`] and the [`Details`] of its connection. Out: names and values, in order, to a
//! visitor. It decides nothing: what is verified, the report has said. It may not know of sockets.

mod apache;
mod asgi;
mod basic;
mod cgi;
mod connection;
mod details;
mod escape;
mod given;
mod nginx;
mod rfc9440;
mod xfcc;

pub use basic::is_fake_basic_auth;
pub use details::{Cipher, Details};
pub use given::{DetailRow, DETAILS};

use crate::error::{Code, Error, Result};
use crate::options::fold;
use crate::peer::Report;
use crate::verify::VerifyError;

/// Whose names are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `apache`: the environment of mod_ssl with StdEnvVars and ExportCertData, and the URI and IP
    /// names, which it lacks. Of an unverified caller, too: `SSL_CLIENT_VERIFY` says so.
    Apache,
    /// `nginx`: the variables `$ssl_client_...`, without the dollar. As above.
    Nginx,
    /// `cgi`: `REMOTE_USER`, `AUTH_TYPE` and `SSL_CLIENT_CERT`, of a verified caller only, because
    /// nothing beside them says whether he is.
    Cgi,
    /// `basicauth`: the header of mod_ssl's FakeBasicAuth, of a verified caller only.
    BasicAuth,
    /// `rfc9440`: the headers `Client-Cert` and `Client-Cert-Chain`, of a verified caller only.
    Rfc9440,
    /// `xfcc`: Envoy's header `X-Forwarded-Client-Cert`, of a verified caller only.
    Xfcc,
    /// `asgi`: the dictionary of ASGI's TLS extension, version 0.2.
    Asgi,
}

/// A value as a visitor gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exported<'a> {
    /// A text. Of headers (`basicauth`, `rfc9440`, `xfcc`) printable ASCII without line ends.
    Text(&'a str),
    /// A whole number (`asgi` only).
    Integer(i64),
    /// A list of texts (`asgi` only).
    Texts(&'a [String]),
    /// There is none, and the format wants to be told (`asgi` only).
    Nothing,
}

/// Where names and values go.
pub(crate) type Visitor<'a> = dyn FnMut(&str, Exported<'_>) + 'a;

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Apache,
        Self::Nginx,
        Self::Cgi,
        Self::BasicAuth,
        Self::Rfc9440,
        Self::Xfcc,
        Self::Asgi,
    ];

    /// The word for it, the same in every language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Apache => "apache",
            Self::Nginx => "nginx",
            Self::Cgi => "cgi",
            Self::BasicAuth => "basicauth",
            Self::Rfc9440 => "rfc9440",
            Self::Xfcc => "xfcc",
            Self::Asgi => "asgi",
        }
    }

    /// What it tells of one connection is another thing after a while: it counts the days that are left.
    #[must_use]
    pub fn changes_with_time(self) -> bool {
        matches!(self, Self::Apache | Self::Nginx)
    }

    /// The format of a word; case, `_` and `-` do not count.
    ///
    /// # Errors
    /// `state.invalid_argument`.
    pub fn parse(word: &str) -> Result<Self> {
        let wanted = fold(word);
        let found = Self::ALL.iter().find(|format| format.name() == wanted);
        found.copied().ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|format| format.name()).collect();
            let shown: String = word.chars().take(80).collect();
            Error::new(
                Code::InvalidArgument,
                format!(
                    "there is no export {shown:?}; it is one of {}",
                    known.join(", ")
                ),
            )
        })
    }
}

impl Report {
    /// Hands the caller to a visitor under the names of `format`, in a fixed order, each name once.
    /// What is not there has no name, except in `asgi`, which wants to be told.
    ///
    /// # Errors
    /// `state.invalid_argument` (a user name with control characters),
    /// `certificate.not_expressible` (FakeBasicAuth of a subject with a colon). Nothing was handed
    /// over then.
    pub fn export(
        &self,
        format: Format,
        details: &Details,
        mut visit: impl FnMut(&str, Exported<'_>),
    ) -> Result<()> {
        let visit: &mut Visitor<'_> = &mut visit;
        match format {
            Format::Apache => apache::export(self, details, visit),
            Format::Nginx => nginx::export(self, details, visit),
            Format::Cgi => return cgi::export(self, details, visit),
            Format::BasicAuth => return basic::export(self, visit),
            Format::Rfc9440 => rfc9440::export(self, visit),
            Format::Xfcc => xfcc::export(self, details, visit),
            Format::Asgi => asgi::export(self, details, visit),
        }
        Ok(())
    }
}

/// The certificates that were sent beside the leaf, each DER; none on a resumed connection.
fn intermediates(report: &Report) -> &[Vec<u8>] {
    report
        .chain()
        .and_then(|chain| chain.get(1..))
        .unwrap_or_default()
}

/// `NONE`, `SUCCESS` or `FAILED:reason`, the word that Apache and nginx share.
fn verdict(report: &Report) -> String {
    if !report.present() {
        "NONE".to_owned()
    } else if report.verified() {
        "SUCCESS".to_owned()
    } else {
        format!("FAILED:{}", report.verifyresult())
    }
}

/// All that is wrong is that the CA is not known: what Apache's `optional_no_ca` lets through.
fn lacks_only_a_ca(errors: &[VerifyError]) -> bool {
    let tolerated = |error: &VerifyError| matches!(error.code.number(), 18..=21 | 27);
    !errors.is_empty() && errors.iter().all(tolerated)
}

/// Whole days from `now` until a time; 0 when less than one is left, or the time is not known.
fn days_left(end: Option<i64>, now: i64) -> i64 {
    end.map_or(0, |end| (end.saturating_sub(now) / 86_400).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_found_by_its_word_in_any_spelling() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.name()).unwrap(), *format);
        }
        assert_eq!(Format::parse("RFC-9440").unwrap(), Format::Rfc9440);
        let error = Format::parse("iis").unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert!(error.message().contains("xfcc"), "{error}");
    }

    #[test]
    fn days_left_are_whole_and_never_negative() {
        for (left, days) in [
            (-1, 0),
            (0, 0),
            (86_399, 0),
            (86_400, 1),
            (172_799, 1),
            (172_800, 2),
        ] {
            assert_eq!(days_left(Some(1_000 + left), 1_000), days, "{left}");
        }
        assert_eq!(days_left(None, 1_000), 0);
        assert_eq!(days_left(Some(i64::MIN), i64::MAX), 0);
    }
}
