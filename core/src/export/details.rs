//! This file is about what an export tells beside the caller: the connection, the server, the user.

use crate::cert::Certificate;
use crate::clock::Clock;

/// What is known of the connection. What is `None` or empty has no name in an export; a connection
/// of ours fills in all of it ([`crate::Connection::export`]).
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The server's certificate, DER.
    pub server_certificate: Option<Vec<u8>>,
    /// TLS version, `TLSv1.2` or `TLSv1.3`.
    pub protocol: Option<String>,
    /// The cipher suite.
    pub cipher: Option<Cipher>,
    /// The name that the client asked for (SNI).
    pub server_name: Option<String>,
    /// The negotiated application protocol.
    pub alpn: Option<String>,
    /// The session was resumed.
    pub resumed: Option<bool>,
    /// The identifier of the session.
    pub session_id: Vec<u8>,
    /// The client knows secure renegotiation (RFC 5746).
    pub secure_renegotiation: Option<bool>,
    /// The scheme of the client's signature, by its TLS name.
    pub signature_scheme: Option<String>,
    /// Who the caller is to the application, as the rules of the identity say. Without one, no user is
    /// told.
    pub user: Option<String>,
    /// The rule that gave [`Details::user`] pins this very certificate, so that the user counts though
    /// the certificate is not verified.
    pub pinned: bool,
    /// Say `GENEROUS`, as Apache does for `SSLVerifyClient optional_no_ca` with TLS 1.2, where all
    /// that is wrong is an unknown CA. Otherwise that is `FAILED:reason`, as Apache says with TLS 1.3:
    /// an application that does not know the word must not take it for a success.
    pub generous: bool,
    /// Now, in seconds since 1970-01-01 UTC; by default the system's time.
    pub now: Option<i64>,
}

/// A cipher suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cipher {
    /// OpenSSL's name.
    pub name: String,
    /// The number in IANA's registry, 0x1301 for `TLS_AES_128_GCM_SHA256`.
    pub number: Option<u16>,
    /// The bits of the key that are secret, and of the algorithm.
    pub bits: Option<(u32, u32)>,
}

impl Details {
    pub(super) fn now(&self) -> i64 {
        self.now.unwrap_or_else(|| Clock::system().now())
    }

    /// The server's certificate, read.
    pub(super) fn server(&self) -> Option<Certificate> {
        Certificate::from_der(self.server_certificate.as_deref()?).ok()
    }
}
