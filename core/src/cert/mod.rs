//! This module is about certificates: from DER, PEM or a bundle to owned plain data.
//!
//! In: bytes. Out: [`Certificate`]. It is the only user of x509-parser; it may not know of
//! connections, verdicts or sockets.

mod trust;

pub(crate) use trust::{may_be_ca, pss_digest_is_sha1};

use crate::error::Result;
use crate::schema::Sink;

/// A certificate as owned plain data.
#[derive(Debug)]
pub struct Certificate {
    der: Vec<u8>,
}

impl Certificate {
    /// Reads one certificate from DER, the whole of the input.
    ///
    /// # Errors
    /// `certificate.empty`, `certificate.too_large`, `certificate.unreadable`.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        Ok(Self { der: der.to_vec() })
    }

    /// The certificate as DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        ""
    }

    /// Issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        ""
    }

    /// Hands every key of `certinfo`, in order, to a visitor, into the dictionary that is open.
    pub fn describe(&self, sink: &mut impl Sink) {
        let _ = sink;
    }
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
