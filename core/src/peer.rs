//! This file is about the report on a peer: an immutable snapshot of who called.
//!
//! In: what the callbacks saw, and what the TLS library says when the handshake has ended. Out:
//! [`Report`]. Here is the ONE function that computes `verified`.

use crate::cert::Certificate;
use crate::error::{Code, Error, Result};
use crate::json;
use crate::mode::Mode;
use crate::schema::{key, Sink};
use crate::verify::{VerifyCode, VerifyError};
use std::sync::Arc;

/// What is known about the caller when the handshake has ended. It does not change afterwards.
#[derive(Debug)]
pub struct Report {
    source: Source,
    sent: Option<Sent>,
}

/// How much of a subject a message shows, in bytes.
const SHOWN: usize = 256;

#[derive(Debug)]
struct Sent {
    /// DER, leaf first. The leaf's dictionary is read from it when somebody asks: an idle connection
    /// should not hold both.
    chain: Vec<Vec<u8>>,
    verified: bool,
    errors: Vec<VerifyError>,
    anchor: Option<[u8; 32]>,
    resumed: bool,
}

impl Sent {
    fn leaf(&self) -> Option<Certificate> {
        // It was read before when it came, so that it can be read again.
        Certificate::from_der(self.chain.first()?).ok()
    }
}

/// Where a certificate was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In a handshake of ours.
    Tls,
    /// By a host program that ended TLS itself.
    Host,
    /// By a trusted proxy, which told in a header.
    Forwarded,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Host => "host",
            Self::Forwarded => "forwarded",
        }
    }
}

/// What a handshake has shown of the caller, for [`Report::conclude`].
pub(crate) enum Evidence {
    /// No certificate: not asked for, not sent, or a session without one resumed.
    Nothing,
    /// A certificate in this handshake, and what verification made of it.
    Fresh {
        /// DER, leaf first; not empty.
        chain: Vec<Vec<u8>>,
        errors: Vec<VerifyError>,
        anchor: Option<[u8; 32]>,
    },
    /// A session that was made with a certificate is resumed: by a ticket of ours that still holds, or
    /// by a host.
    Resumed {
        leaf: Vec<u8>,
        errors: Vec<VerifyError>,
        anchor: Option<[u8; 32]>,
    },
    /// What a host or a proxy says of a chain, in words: it does not say which CA vouched.
    Told {
        /// DER, leaf first; not empty.
        chain: Vec<Vec<u8>>,
        errors: Vec<VerifyError>,
    },
}

/// Who vouches for a certificate: the CA with this digest, or none; or one that a host does not name.
#[derive(PartialEq)]
enum Vouched {
    By(Option<[u8; 32]>),
    Somebody,
}

impl Report {
    /// The report on what a handshake has shown. Nothing else computes `verified`: a certificate was
    /// sent, its chain has a trust anchor, and nothing was found wrong with it. (A host that
    /// tells in words need not say which anchor.)
    pub(crate) fn conclude(source: Source, evidence: Evidence) -> Self {
        let (chain, mut errors, vouched, resumed) = match evidence {
            Evidence::Nothing => return Self { source, sent: None },
            Evidence::Fresh {
                chain,
                errors,
                anchor,
            } => (chain, errors, Vouched::By(anchor), false),
            Evidence::Resumed {
                leaf,
                errors,
                anchor,
            } => (vec![leaf], errors, Vouched::By(anchor), true),
            Evidence::Told { chain, errors } => (chain, errors, Vouched::Somebody, false),
        };
        if errors.is_empty() && (chain.is_empty() || vouched == Vouched::By(None)) {
            // A library that names no error and no CA has not verified.
            errors.push(VerifyError::UNSPECIFIED);
        }
        let verified = errors.is_empty();
        let anchor = match vouched {
            Vouched::By(anchor) => anchor.filter(|_| verified),
            Vouched::Somebody => None,
        };
        let sent = Some(Sent {
            chain,
            verified,
            errors,
            anchor,
            resumed,
        });
        Self { source, sent }
    }

    /// Decides, after every handshake, whether the mode lets this caller in.
    ///
    /// # Errors
    /// `peer.no_certificate`, `peer.certificate_refused`.
    pub(crate) fn admit(self: &Arc<Self>, mode: Mode) -> Result<()> {
        let refused = match &self.sent {
            None if mode.needs_certificate() => Error::new(
                Code::NoCertificate,
                "the client sent no certificate, and one is required",
            ),
            Some(sent) if mode.needs_verified() && !sent.verified => self.refusal(sent),
            Some(_) if !mode.asks() => Error::new(
                Code::CertificateRefused,
                "the session has a client certificate, though none is asked for",
            ),
            _ => return Ok(()),
        };
        Err(refused.with_report(self.clone()))
    }

    fn refusal(&self, sent: &Sent) -> Error {
        // A stranger's name of 100 kB must not fill the log; the report has all of it.
        let leaf = sent.leaf();
        let subject = leaf.as_ref().map_or("", Certificate::subject);
        let shown = subject
            .get(..SHOWN)
            .map_or(subject.to_owned(), |cut| format!("{cut}..."));
        let error = Error::new(
            Code::CertificateRefused,
            format!(
                "the client's certificate ({shown}) does not verify: {} ({})",
                self.verifyresult(),
                self.verifycode()
            ),
        )
        .with("verifycode", self.verifycode());
        match sent.errors.first() {
            Some(first) => error.with("depth", first.depth),
            None => error,
        }
    }

    /// The client sent a certificate.
    #[must_use]
    pub fn present(&self) -> bool {
        self.sent.is_some()
    }

    /// A certificate was sent, its chain verified for TLS client authentication, and that held when
    /// this handshake ended.
    #[must_use]
    pub fn verified(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.verified)
    }

    /// The first error, the one that counts; `None` when there is none, or no certificate.
    #[must_use]
    pub fn error(&self) -> Option<VerifyCode> {
        self.errors().first().map(|error| error.code)
    }

    /// Every error met.
    #[must_use]
    pub fn errors(&self) -> &[VerifyError] {
        self.sent.as_ref().map_or(&[], |sent| &sent.errors)
    }

    /// `OK`, `ABSENT`, or the name of the first error.
    #[must_use]
    pub fn verifycode(&self) -> &'static str {
        match (&self.sent, self.error()) {
            (None, _) => "ABSENT",
            (Some(_), None) => "OK",
            (Some(_), Some(code)) => code.name(),
        }
    }

    /// `ok`, `absent`, or the first error as a sentence.
    #[must_use]
    pub fn verifyresult(&self) -> &'static str {
        match (&self.sent, self.error()) {
            (None, _) => "absent",
            (Some(_), None) => "ok",
            (Some(_), Some(code)) => code.text(),
        }
    }

    /// SHA-256 of the trust anchor's DER; `None` unless verified.
    #[must_use]
    pub fn anchor(&self) -> Option<&[u8; 32]> {
        self.sent.as_ref()?.anchor.as_ref()
    }

    /// The certificate was sent on an earlier connection, whose session was resumed.
    #[must_use]
    pub fn resumed(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.resumed)
    }

    /// Where the certificate was seen, as a word.
    pub(crate) fn source(&self) -> &'static str {
        self.source.name()
    }

    /// The leaf, read anew at every call.
    #[must_use]
    pub fn certificate(&self) -> Option<Certificate> {
        self.sent.as_ref()?.leaf()
    }

    /// The leaf as DER.
    #[must_use]
    pub fn der(&self) -> Option<&[u8]> {
        self.sent.as_ref()?.chain.first().map(Vec::as_slice)
    }

    /// The chain as sent, leaf first, each DER; `None` without a certificate and on a resumed
    /// connection.
    #[must_use]
    pub fn chain(&self) -> Option<&[Vec<u8>]> {
        self.sent
            .as_ref()
            .filter(|sent| !sent.resumed)
            .map(|sent| sent.chain.as_slice())
    }

    /// Hands the whole `clientcert` dictionary to a visitor.
    pub fn describe(&self, sink: &mut impl Sink) {
        sink.begin_dict();
        self.describe_verdict(sink);
        sink.text_at(key::VERIFYCODE, self.verifycode());
        let Some(sent) = &self.sent else {
            sink.text_at(key::SOURCE, self.source.name());
            sink.end();
            return;
        };
        sink.key(key::VERIFYERRORS);
        sink.begin_list();
        for error in &sent.errors {
            sink.begin_dict();
            sink.integer_at(key::ERROR_DEPTH, i64::from(error.depth));
            sink.text_at(key::ERROR_CODE, error.code.name());
            sink.text_at(key::ERROR_TEXT, error.code.text());
            sink.end();
        }
        sink.end();
        if let Some(anchor) = &sent.anchor {
            sink.text_at(key::ANCHOR, &crate::cert::hex(anchor));
        }
        sink.flag_at(key::RESUMED, sent.resumed);
        sink.text_at(key::SOURCE, self.source.name());
        if let Some(leaf) = sent.leaf() {
            leaf.describe(sink);
        }
        sink.end();
    }

    /// Hands the short form inside `details` to a visitor.
    pub(crate) fn summarise(&self, sink: &mut impl Sink) {
        sink.begin_dict();
        self.describe_verdict(sink);
        if let Some(leaf) = self.certificate() {
            sink.text_at(key::SUBJECT, leaf.subject());
            sink.text_at(key::ISSUER, leaf.issuer());
        }
        sink.end();
    }

    fn describe_verdict(&self, sink: &mut impl Sink) {
        sink.flag_at(key::PRESENT, self.present());
        sink.flag_at(key::VERIFIED, self.verified());
        sink.text_at(key::VERIFYRESULT, self.verifyresult());
    }

    /// The dictionary as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let mut writer = json::Writer::default();
        self.describe(&mut writer);
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_vouches_for_is_not_verified_and_says_so() {
        let report = Report::conclude(
            Source::Tls,
            Evidence::Fresh {
                chain: vec![vec![0x30, 0]],
                errors: Vec::new(),
                anchor: None,
            },
        );
        assert!(report.present() && !report.verified());
        assert_eq!(report.verifycode(), "UNSPECIFIED");
    }
}
