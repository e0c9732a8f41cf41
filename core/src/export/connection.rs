//! This file is about the export of a live connection: it fills in the details.

use super::{Cipher, Details, Exported, Format};
use crate::backend;
use crate::engine::Connection;
use crate::error::Result;
use crate::names;

impl Connection {
    /// Hands the caller to a visitor under the names of `format` ([`crate::Report::export`]).
    ///
    /// # Errors
    /// As [`Connection::clientcert`] and [`crate::Report::export`].
    pub fn export(&self, format: Format, visit: impl FnMut(&str, Exported<'_>)) -> Result<()> {
        let details = self.export_details()?;
        self.clientcert()?.export(format, &details, visit)
    }

    /// What an export tells of this connection, without a user: for who adds one.
    ///
    /// # Errors
    /// As [`Connection::clientcert`].
    pub fn export_details(&self) -> Result<Details> {
        let report = self.clientcert()?;
        let ssl = self.ssl();
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        let signed = report.present() && !ssl.session_reused();
        let scheme = backend::signature_scheme(ssl).filter(|_| signed);
        Ok(Details {
            server_certificate: backend::own_certificate(ssl),
            protocol: known(ssl.version_str().to_owned()),
            cipher: ssl.current_cipher().map(|cipher| Cipher {
                name: cipher.name().to_owned(),
                number: backend::cipher_number(ssl),
                bits: bits(cipher.bits()),
            }),
            server_name: known(self.server_name()),
            alpn: known(self.alpn()),
            resumed: Some(ssl.session_reused()),
            session_id: ssl
                .session()
                .map_or_else(Vec::new, |session| session.id().to_vec()),
            secure_renegotiation: Some(backend::secure_renegotiation(ssl)),
            signature_scheme: scheme.and_then(names::scheme_name).map(str::to_owned),
            now: Some(self.now()),
            ..Details::default()
        })
    }
}

fn bits(bits: openssl::ssl::CipherBits) -> Option<(u32, u32)> {
    Some((
        bits.secret.try_into().ok()?,
        bits.algorithm.try_into().ok()?,
    ))
}
