//! This file is about what a failed call of the TLS library means: from its error queue, the trace
//! and the wire to one error with a code.

use crate::error::{Code, Error};
use crate::peer::{Evidence, Report, Source};
use crate::trace::Trace;
use crate::verify::alert::Alert;
use crate::verify::VerifyError;
use crate::wire::{Wire, TAIL};
use openssl::ssl::{self, SslStream, SslVersion};
use std::sync::Arc;

/// Where alerts begin among the library's reasons (SSL_AD_REASON_OFFSET, the same in both).
const ALERT_OFFSET: i32 = 1_000;

/// Why a handshake failed.
pub(crate) fn during_handshake(
    error: &ssl::Error,
    stream: &SslStream<Wire>,
    trace: &Trace,
) -> Error {
    let reasons = Reasons::new(error);
    let seen = &mut *trace.seen();
    let fatal = seen.fatal.take();
    // What the client sent belongs to the error, so that whoever was refused can be logged.
    let report = (!seen.chain.is_empty()).then(|| {
        let verdict = seen.verdict.take();
        let evidence = Evidence::Fresh {
            chain: seen.take_chain(),
            anchor: None,
            errors: verdict
                .map(|verdict| verdict.errors)
                .filter(|errors| !errors.is_empty())
                .unwrap_or_else(|| vec![VerifyError::UNSPECIFIED]),
        };
        Arc::new(Report::conclude(Source::Tls, evidence))
    });
    let with_report = |error: Error| match &report {
        Some(report) => error.with_report(report.clone()),
        None => error,
    };
    if let Some(error) = fatal {
        return with_report(error);
    }
    if let Some(report) = report
        .as_ref()
        .filter(|_| reasons.has("certificate_verify_failed"))
    {
        let alert = report
            .error()
            .map_or(Alert::BadCertificate, |code| code.alert());
        return match report.admit(trace.mode()) {
            Err(error) => error.with("alert", alert.name()),
            Ok(()) => with_report(Error::new(
                Code::Protocol,
                "the client's certificate was refused",
            )),
        };
    }
    if reasons.has("peer_did_not_return_a_certificate") {
        let absent = Arc::new(Report::conclude(Source::Tls, Evidence::Nothing));
        let alert = match stream.ssl().version2() {
            Some(SslVersion::TLS1_3) => Alert::CertificateRequired,
            _ => Alert::HandshakeFailure,
        };
        return match absent.admit(trace.mode()) {
            Err(error) => error.with("alert", alert.name()),
            Ok(()) => Error::new(Code::Protocol, "the client sent no certificate"),
        };
    }
    let asked = seen.greeted && trace.mode().asks();
    if asked && reasons.has("excessive_message_size") {
        return Error::new(
            Code::PeerCertificateTooLarge,
            "the client's certificate message is larger than 100 kB",
        );
    }
    with_report(reasons.translate(stream, "in the middle of the handshake"))
}

/// Why reading or writing failed after the handshake.
pub(crate) fn afterwards(error: &ssl::Error, stream: &SslStream<Wire>) -> Error {
    Reasons::new(error).translate(stream, "without saying goodbye (close_notify)")
}

/// The library's reasons as words that are the same in every library: `no_shared_cipher`.
struct Reasons {
    words: Vec<String>,
    alert: Option<u8>,
}

impl Reasons {
    fn new(error: &ssl::Error) -> Self {
        let errors = error.ssl_error().map_or(&[][..], |stack| stack.errors());
        let words = errors
            .iter()
            .filter_map(|error| error.reason())
            .map(|reason| reason.to_lowercase().replace(' ', "_"))
            .collect();
        let alert = errors.iter().find_map(|error| {
            // An alert that the peer sent is the TLS library's own, not that of its crypto half.
            let number = error.reason_code().checked_sub(ALERT_OFFSET)?;
            let own = error.library_code() == crate::backend::ERR_LIB_SSL;
            u8::try_from(number).ok().filter(|_| own)
        });
        Self { words, alert }
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|own| own == word)
    }

    fn translate(&self, stream: &SslStream<Wire>, when: &str) -> Error {
        let plain = || unencrypted_alert(stream.get_ref().tail());
        // AWS-LC takes an alert for a broken record where it expects encrypted ones. OpenSSL's client
        // sends it so when it does not trust the server.
        let taken_for_broken = self.has("bad_packet_length");
        let plain = taken_for_broken.then(plain).flatten();
        if let Some(number) = self.alert.or(plain) {
            let name = Alert::from_number(number).map_or("unknown", Alert::name);
            let message =
                format!("the client ended the connection with the alert {name} ({number})");
            return Error::new(Code::PeerAlert, message).with("alert", name);
        }
        // A reason of the library's own was met before the end was.
        let met_the_end = self.words.is_empty() || self.has("unexpected_eof_while_reading");
        if met_the_end && stream.get_ref().ended() {
            return Error::new(
                Code::PeerClosed,
                format!("the client closed the connection {when}"),
            );
        }
        let text = self
            .words
            .first()
            .map_or("no reason given", String::as_str)
            .replace('_', " ");
        if NOTHING_SHARED.iter().any(|word| self.has(word)) {
            let message = format!("the client and this server have nothing in common: {text}");
            return Error::new(Code::NothingShared, message);
        }
        if NOT_TLS.iter().any(|word| self.has(word)) {
            return Error::new(
                Code::NotTls,
                format!("the client does not speak TLS: {text}"),
            );
        }
        Error::new(
            Code::Protocol,
            format!("the client broke the TLS protocol: {text}"),
        )
    }
}

/// The alert that a record is, as it goes over the wire unencrypted: type, version, length, level and
/// number (RFC 8446, 5.1 and 6).
fn unencrypted_alert(record: [u8; TAIL]) -> Option<u8> {
    match record {
        [21, 3, _, 0, 2, _, number] => Some(number),
        _ => None,
    }
}

const NOTHING_SHARED: &[&str] = &[
    "no_shared_cipher",
    "no_shared_group",
    "no_shared_signature_algorithms",
    "no_shared_signature_algorithm",
    "no_common_signature_algorithms",
    "no_suitable_key_share",
    "no_suitable_signature_algorithm",
    "no_suitable_groups",
    "no_application_protocol",
    "unsupported_protocol",
    "unsupported_protocol_version",
    "version_too_low",
    "version_too_high",
    "inappropriate_fallback",
];

const NOT_TLS: &[&str] = &[
    "wrong_version_number",
    "unknown_protocol",
    "http_request",
    "https_proxy_request",
    "bad_record_type",
    "unexpected_record",
    "invalid_record_type",
    "packet_length_too_long",
    "encrypted_length_too_long",
];
