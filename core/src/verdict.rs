//! This file is about hosts that end TLS themselves and tell the outcome in words: nginx, HAProxy,
//! lighttpd, Apache.
//!
//! In: the certificate that the host exposes, and its verdict. Out: [`Report`], whose `source` is
//! `host`. What it does not understand is not verified; it may not know of headers.

use crate::cert::{self, Certificate};
use crate::clock::Clock;
use crate::error::Result;
use crate::peer::{Evidence, Report, Source};
use crate::verify::{self, VerifyCode, VerifyError};

/// A host's verdict.
enum Verdict {
    Verified,
    Nothing,
    Failed(VerifyError),
}

impl Report {
    /// The report on a client whose certificate, PEM or DER, and verdict a host tells: nginx's
    /// `SUCCESS`, `NONE` and `FAILED:reason`, HAProxy's and OpenSSL's numbers, lighttpd's
    /// `FAILED:error:...:reason(number)`, Apache's `GENEROUS`, OpenSSL's names and sentences. An empty
    /// certificate is none, whatever the verdict. The certificate's dates are looked at again.
    ///
    /// # Errors
    /// Kind `certificate`, when the certificate cannot be read.
    pub fn of_verdict(certificate: &[u8], verdict: &str) -> Result<Self> {
        if certificate.trim_ascii().is_empty() {
            // HAProxy's verdict is 0 here, which elsewhere says that all is well.
            return Ok(Self::conclude(Source::Host, Evidence::Nothing));
        }
        let leaf = cert::certinfo(certificate)?;
        let now = Clock::system().now();
        Ok(Self::told(Source::Host, &leaf, Vec::new(), verdict, now))
    }

    /// The report on a leaf, and the rest of its chain, of which somebody tells a verdict in words.
    pub(crate) fn told(
        source: Source,
        leaf: &Certificate,
        rest: Vec<Vec<u8>>,
        verdict: &str,
        now: i64,
    ) -> Self {
        let mut errors = Vec::new();
        match Verdict::parse(verdict.trim()) {
            Verdict::Verified => {}
            // A certificate that the host says it has not seen.
            Verdict::Nothing => errors.push(VerifyError::UNSPECIFIED),
            Verdict::Failed(error) => errors.push(error),
        }
        errors.extend(once(&errors, leaf, now));
        let mut chain = vec![leaf.der().to_vec()];
        chain.extend(rest);
        Self::conclude(source, Evidence::Told { chain, errors })
    }
}

/// What the clock says, unless the host has said the same.
fn once(errors: &[VerifyError], leaf: &Certificate, now: i64) -> Option<VerifyError> {
    verify::out_of_date(leaf, now).filter(|error| !errors.contains(error))
}

impl Verdict {
    fn parse(words: &str) -> Self {
        match words.to_ascii_uppercase().as_str() {
            "SUCCESS" | "OK" | "0" => Self::Verified,
            "NONE" | "ABSENT" | "" => Self::Nothing,
            _ => Self::Failed(reason(words)),
        }
    }
}

fn reason(words: &str) -> VerifyError {
    let reason = strip(words, "FAILED:").trim();
    // lighttpd prints an X509_V_ERR number as if it were an error of another table.
    let number = reason
        .rsplit_once("reason(")
        .and_then(|(_, number)| number.strip_suffix(')'))
        .unwrap_or(reason);
    if let Ok(number) = number.parse() {
        return VerifyError::of_leaf(number);
    }
    let code = VerifyCode::from_words(strip(reason, "X509_V_ERR_"));
    code.map_or(VerifyError::UNSPECIFIED, |code| VerifyError {
        depth: 0,
        code,
    })
}

/// `words` without a prefix, in whatever case that is.
fn strip<'a>(words: &'a str, prefix: &str) -> &'a str {
    match words.get(..prefix.len()) {
        Some(head) if head.eq_ignore_ascii_case(prefix) => {
            words.get(prefix.len()..).unwrap_or_default()
        }
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[u8] = include_bytes!("../../tests/pki/live/good.pem");
    const EXPIRED: &[u8] = include_bytes!("../../tests/pki/live/expired.pem");

    fn code(certificate: &[u8], verdict: &str) -> (bool, &'static str) {
        let report = Report::of_verdict(certificate, verdict).unwrap();
        (report.verified(), report.verifycode())
    }

    #[test]
    fn each_host_is_understood() {
        for (verdict, expected) in [
            ("SUCCESS", (true, "OK")),
            ("0", (true, "OK")),
            ("ok", (true, "OK")),
            ("10", (false, "CERT_HAS_EXPIRED")),
            (
                "FAILED:certificate has expired",
                (false, "CERT_HAS_EXPIRED"),
            ),
            (
                "FAILED:self signed certificate",
                (false, "DEPTH_ZERO_SELF_SIGNED_CERT"),
            ),
            (
                "self-signed certificate",
                (false, "DEPTH_ZERO_SELF_SIGNED_CERT"),
            ),
            (
                "FAILED:error:00000012:lib(0)::reason(18)",
                (false, "DEPTH_ZERO_SELF_SIGNED_CERT"),
            ),
            ("X509_V_ERR_CERT_REVOKED", (false, "CERT_REVOKED")),
            (
                "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
                (false, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
            ),
        ] {
            assert_eq!(code(GOOD, verdict), expected, "{verdict}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_verified() {
        for verdict in [
            "", "NONE", "GENEROUS", "FAILED", "SUCCESS!", "yes", "00x", "-1", "FAILED:",
        ] {
            assert_eq!(code(GOOD, verdict), (false, "UNSPECIFIED"), "{verdict}");
        }
    }

    #[test]
    fn without_a_certificate_nobody_is_verified() {
        for verdict in ["SUCCESS", "0", "NONE", "FAILED:anything"] {
            assert_eq!(code(b" \n", verdict), (false, "ABSENT"), "{verdict}");
        }
    }

    #[test]
    fn the_dates_are_looked_at_again() {
        assert_eq!(code(EXPIRED, "SUCCESS"), (false, "CERT_HAS_EXPIRED"));
        let report = Report::of_verdict(EXPIRED, "10").unwrap();
        assert_eq!(report.errors().len(), 1);
    }

    #[test]
    fn what_is_no_certificate_is_an_error() {
        assert!(Report::of_verdict(b"SUCCESS", "SUCCESS").is_err());
    }
}
