//! This file is about the report on a peer: an immutable snapshot of who called.

use crate::cert::Certificate;
use crate::schema::Sink;

/// What is known about the caller when the handshake has ended.
#[derive(Debug)]
pub struct Report {}

impl Report {
    /// The client sent a certificate.
    #[must_use]
    pub fn present(&self) -> bool {
        false
    }

    /// A certificate was sent, its chain verified, and that held when this handshake ended.
    #[must_use]
    pub fn verified(&self) -> bool {
        false
    }

    /// `OK`, `ABSENT`, or the name of the first error.
    #[must_use]
    pub fn verifycode(&self) -> &'static str {
        "ABSENT"
    }

    /// `ok`, `absent`, or the first error as a sentence.
    #[must_use]
    pub fn verifyresult(&self) -> &'static str {
        "absent"
    }

    /// OpenSSL's number of the first error, 0 without one (for callers that expect OpenSSL's).
    #[must_use]
    pub fn verify_number(&self) -> i32 {
        0
    }

    /// The leaf.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        None
    }

    /// The chain as sent, leaf first, each DER; `None` on a resumed connection.
    #[must_use]
    pub fn chain(&self) -> Option<&[Vec<u8>]> {
        None
    }

    /// The whole `clientcert` dictionary, handed to a visitor.
    pub fn describe(&self, sink: &mut impl Sink) {
        let _ = sink;
    }

    /// The dictionary as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let mut writer = crate::json::Writer::default();
        self.describe(&mut writer);
        writer.finish()
    }
}
