//! This file is about the options: the one table of their names, types and defaults.

use crate::options::fold;

/// What kind of value an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A path to a file.
    Path,
    /// Bytes.
    Bytes,
    /// Text.
    Text,
    /// One of a few words.
    Word,
    /// A whole number.
    Integer,
    /// Seconds, with a fraction if need be.
    Seconds,
    /// True or false.
    Flag,
    /// A list of names, or one text with colons between them.
    List,
}

impl Kind {
    /// The kind as a word: `path`, `bytes`, `text`, `word`, `integer`, `seconds`, `flag`, `list`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Bytes => "bytes",
            Self::Text => "text",
            Self::Word => "word",
            Self::Integer => "integer",
            Self::Seconds => "seconds",
            Self::Flag => "flag",
            Self::List => "list",
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// The name; in use, case, `_` and `-` do not count.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What holds when it is not given; empty: nothing.
    pub default: &'static str,
    /// What it is for, as a sentence.
    pub meaning: &'static str,
}

/// Every option.
pub static OPTIONS: &[Row] = &[
    Row { name: "certificate", kind: Kind::Path, default: "", meaning: "The server's certificate chain, PEM, leaf first (or one certificate in DER)." },
    Row { name: "certificate_data", kind: Kind::Bytes, default: "", meaning: "The same as bytes." },
    Row { name: "key", kind: Kind::Path, default: "", meaning: "The server's private key, PEM or DER." },
    Row { name: "key_data", kind: Kind::Bytes, default: "", meaning: "The same as bytes." },
    Row { name: "pkcs12", kind: Kind::Path, default: "", meaning: "Certificate, chain and key in one PKCS#12 file (.p12, .pfx), in place of certificate and key." },
    Row { name: "pkcs12_data", kind: Kind::Bytes, default: "", meaning: "The same as bytes." },
    Row { name: "key_password", kind: Kind::Text, default: "", meaning: "Opens an encrypted key or the PKCS#12 file; nobody is ever prompted." },
    Row { name: "client_cert_mode", kind: Kind::Word, default: "none", meaning: "Whether clients are asked for a certificate: none, request, require_any, optional, require." },
    Row { name: "client_ca_file", kind: Kind::Path, default: "", meaning: "The CAs that client certificates are verified with, PEM; nothing else is trusted." },
    Row { name: "client_ca_data", kind: Kind::Bytes, default: "", meaning: "The same as bytes." },
    Row { name: "client_ca_names", kind: Kind::Word, default: "auto", meaning: "Whether clients are told the names of these CAs: auto, none." },
    Row { name: "client_verify_depth", kind: Kind::Integer, default: "9", meaning: "How many intermediates are allowed between a client's certificate and its CA." },
    Row { name: "min_version", kind: Kind::Word, default: "1.2", meaning: "The lowest TLS version: 1.2, 1.3." },
    Row { name: "max_version", kind: Kind::Word, default: "1.3", meaning: "The highest TLS version: 1.2, 1.3." },
    Row { name: "ciphers", kind: Kind::List, default: "", meaning: "Cipher suites for TLS 1.2, by OpenSSL's names." },
    Row { name: "ciphersuites", kind: Kind::List, default: "", meaning: "Cipher suites for TLS 1.3." },
    Row { name: "groups", kind: Kind::List, default: "", meaning: "Key exchange groups." },
    Row { name: "signature_algorithms", kind: Kind::List, default: "", meaning: "Signature schemes, for clients' certificates and for our own signature." },
    Row { name: "alpn", kind: Kind::List, default: "", meaning: "Application protocols in the order of preference (RFC 7301)." },
    Row { name: "session_tickets", kind: Kind::Flag, default: "true", meaning: "Whether sessions are resumed." },
    Row { name: "session_timeout", kind: Kind::Integer, default: "300", meaning: "For how many seconds after the full handshake a session may be resumed." },
    Row { name: "handshake_timeout", kind: Kind::Seconds, default: "10", meaning: "How many seconds a handshake may take, for the faces that own the socket." },
    Row { name: "ocsp_response", kind: Kind::Path, default: "", meaning: "An OCSP response (RFC 6960) for the server's certificate, DER or PEM, that is stapled to handshakes while it is fresh; one that does not fit is left out with a warning." },
    Row { name: "insecure_keylog_file", kind: Kind::Path, default: "", meaning: "Where the keys of every connection are written, for debugging only; the environment's SSLKEYLOGFILE is ignored." },
];

/// The row of a name, in any spelling.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    let folded = fold(name);
    OPTIONS.iter().find(|row| fold(row.name) == folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_every_spelling_and_no_two_rows_share_one() {
        assert_eq!(
            find("clientCertMode").map(|row| row.name),
            Some("client_cert_mode")
        );
        assert_eq!(
            find("client-ca-file").map(|row| row.name),
            Some("client_ca_file")
        );
        for row in OPTIONS {
            assert_eq!(find(row.name).map(|found| found.name), Some(row.name));
        }
    }
}
