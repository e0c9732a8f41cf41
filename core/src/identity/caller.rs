//! This file is about the caller as rules see it: a certificate, and whether it is verified.
//!
//! In: a [`Report`]; or, for a rehearsal, a certificate and what to suppose of it. Out: [`Caller`].

use super::source;
use crate::cert::{self, Certificate};
use crate::error::{Code, Error, Result};
use crate::peer::Report;
use crate::verify::VerifyCode;
use std::sync::Arc;

/// Who is to be identified: a certificate, and what is known of it.
#[derive(Debug)]
pub struct Caller {
    pub(super) certificate: Option<Certificate>,
    pub(super) standing: Standing,
}

/// What is known of a certificate.
#[derive(Debug)]
pub(super) enum Standing {
    /// It verified, and which CA vouched, if that is told.
    Verified(Option<[u8; 32]>),
    /// It did not.
    Unverified {
        /// Why, by the name of the first error.
        code: String,
        /// Whether the caller is known to have the key: a handshake has ended in which it signed.
        proven: bool,
    },
}

impl Caller {
    /// A caller with this certificate, for a rehearsal: as if it had verified, and this CA (the
    /// SHA-256 of its DER), or one that is not told, had vouched.
    #[must_use]
    pub fn as_if_verified(certificate: Certificate, anchor: Option<[u8; 32]>) -> Self {
        Self {
            certificate: Some(certificate),
            standing: Standing::Verified(anchor),
        }
    }

    /// A caller with this certificate, for a rehearsal: as if the handshake had ended and the
    /// certificate had not verified.
    #[must_use]
    pub fn as_if_unverified(certificate: Certificate) -> Self {
        let code = "supposed".to_owned();
        Self {
            certificate: Some(certificate),
            standing: Standing::Unverified { code, proven: true },
        }
    }

    /// A caller as the keys of its `clientcert` dictionary tell it: `pem`, `verified`, `verifycode`,
    /// `anchor`, `source`. For the faces in which a program holds that dictionary. It believes
    /// `verified` only beside the code `OK`.
    ///
    /// # Errors
    /// `state.invalid_argument` for an anchor that is not the hex of a SHA-256; kind `certificate`.
    pub fn told(
        pem: Option<&[u8]>,
        verified: bool,
        verifycode: &str,
        anchor: Option<&str>,
        source: &str,
    ) -> Result<Self> {
        let certificate = pem.map(cert::certinfo).transpose()?;
        let anchor = anchor.map(read_anchor).transpose().map_err(|problem| {
            Error::new(Code::InvalidArgument, format!("the key anchor: {problem}"))
        })?;
        let standing = if verified && verifycode == "OK" {
            Standing::Verified(anchor)
        } else {
            unverified(verifycode, source)
        };
        Ok(Self {
            certificate,
            standing,
        })
    }
}

impl From<&Report> for Caller {
    fn from(report: &Report) -> Self {
        let standing = if report.verified() {
            Standing::Verified(report.anchor().copied())
        } else {
            unverified(report.verifycode(), report.source())
        };
        Self {
            certificate: report.certificate(),
            standing,
        }
    }
}

impl From<&Arc<Report>> for Caller {
    fn from(report: &Arc<Report>) -> Self {
        Self::from(&**report)
    }
}

/// A handshake of ours ends only when the client has signed with the certificate's key. Of others'
/// that is known when they name what they found wrong, and not when they say nothing.
fn unverified(code: &str, source: &str) -> Standing {
    Standing::Unverified {
        code: code.to_owned(),
        proven: source == "tls"
            || VerifyCode::from_words(code).is_some_and(|code| code != VerifyCode::UNSPECIFIED),
    }
}

/// The bytes of an anchor that is written as `clientcert.anchor` is.
pub(super) fn read_anchor(written: &str) -> std::result::Result<[u8; 32], String> {
    let digits = source::digest(written)?;
    let mut anchor = [0; 32];
    for (octet, pair) in anchor.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).unwrap_or_default();
        *octet = u8::from_str_radix(pair, 16).map_err(|error| error.to_string())?;
    }
    Ok(anchor)
}
