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
    /// A path to a folder.
    Folder,
    /// A list of paths, or one path.
    Paths,
    /// A list of byte strings, or one of them.
    Secrets,
    /// Sets of options by name.
    Hosts,
}

impl Kind {
    /// The kind as a word: `path`, `bytes`, `text`, `word`, `integer`, `seconds`, `flag`, `list`,
    /// `folder`, `paths`, `secrets`, `hosts`.
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
            Self::Folder => "folder",
            Self::Paths => "paths",
            Self::Secrets => "secrets",
            Self::Hosts => "hosts",
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
    /// Whether it is of the whole server alone, or of each virtual host too.
    pub scope: Scope,
}

/// Where an option may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Among the options of the server alone.
    Server,
    /// There, and among those of a virtual host.
    Host,
}

/// Every option.
pub static OPTIONS: &[Row] = &[
    Row { name: "certificate", kind: Kind::Path, default: "", meaning: "The server's certificate chain, PEM, leaf first (or one certificate in DER).", scope: Scope::Host },
    Row { name: "certificate_data", kind: Kind::Bytes, default: "", meaning: "The same as bytes.", scope: Scope::Host },
    Row { name: "key", kind: Kind::Path, default: "", meaning: "The server's private key, PEM or DER.", scope: Scope::Host },
    Row { name: "key_data", kind: Kind::Bytes, default: "", meaning: "The same as bytes.", scope: Scope::Host },
    Row { name: "pkcs12", kind: Kind::Path, default: "", meaning: "Certificate, chain and key in one PKCS#12 file (.p12, .pfx), in place of certificate and key.", scope: Scope::Host },
    Row { name: "pkcs12_data", kind: Kind::Bytes, default: "", meaning: "The same as bytes.", scope: Scope::Host },
    Row { name: "key_password", kind: Kind::Text, default: "", meaning: "Opens an encrypted key or the PKCS#12 file; nobody is ever prompted.", scope: Scope::Host },
    Row { name: "client_cert_mode", kind: Kind::Word, default: "none", meaning: "Whether clients are asked for a certificate: none, request, require_any, optional, require.", scope: Scope::Host },
    Row { name: "client_ca_file", kind: Kind::Path, default: "", meaning: "The CAs that client certificates are verified with, PEM; nothing else is trusted.", scope: Scope::Host },
    Row { name: "client_ca_path", kind: Kind::Folder, default: "", meaning: "A folder of such files: PEM or DER by any name, or one that `openssl rehash` has prepared.", scope: Scope::Host },
    Row { name: "client_ca_data", kind: Kind::Bytes, default: "", meaning: "The same as bytes.", scope: Scope::Host },
    Row { name: "client_ca_names", kind: Kind::Word, default: "auto", meaning: "Which names of CAs clients are told: auto (of these CAs), none, or a PEM file with the CAs to name, whose contents are not trusted.", scope: Scope::Host },
    Row { name: "client_crl_file", kind: Kind::Path, default: "", meaning: "Certificate revocation lists of the client CAs, PEM or DER; delta and indirect ones are refused.", scope: Scope::Host },
    Row { name: "client_crl_path", kind: Kind::Folder, default: "", meaning: "A folder of such files.", scope: Scope::Host },
    Row { name: "client_crl_check", kind: Kind::Word, default: "", meaning: "Which certificates are looked up: none, leaf, chain (every one below the CA that vouches). The default is chain once a list is given.", scope: Scope::Host },
    Row { name: "client_verify_depth", kind: Kind::Integer, default: "9", meaning: "How many intermediates are allowed between a client's certificate and its CA.", scope: Scope::Host },
    Row { name: "client_partial_chain", kind: Kind::Flag, default: "false", meaning: "Whether a CA that is not self-signed may vouch, without its root.", scope: Scope::Host },
    Row { name: "client_eku", kind: Kind::Word, default: "default", meaning: "What a client's extendedKeyUsage has to say: default (clientAuth, if there is one), strict (there must be one).", scope: Scope::Host },
    Row { name: "client_cert_later", kind: Kind::Word, default: "none", meaning: "The mode of a certificate that the application asks for after the handshake (TLS 1.3, OpenSSL only).", scope: Scope::Host },
    Row { name: "min_version", kind: Kind::Word, default: "1.2", meaning: "The lowest TLS version: 1.2, 1.3.", scope: Scope::Host },
    Row { name: "max_version", kind: Kind::Word, default: "1.3", meaning: "The highest TLS version: 1.2, 1.3.", scope: Scope::Host },
    Row { name: "ciphers", kind: Kind::List, default: "", meaning: "Cipher suites for TLS 1.2, by OpenSSL's names.", scope: Scope::Server },
    Row { name: "ciphersuites", kind: Kind::List, default: "", meaning: "Cipher suites for TLS 1.3.", scope: Scope::Server },
    Row { name: "groups", kind: Kind::List, default: "", meaning: "Key exchange groups.", scope: Scope::Server },
    Row { name: "signature_algorithms", kind: Kind::List, default: "", meaning: "Signature schemes, for clients' certificates and for our own signature.", scope: Scope::Server },
    Row { name: "alpn", kind: Kind::List, default: "", meaning: "Application protocols in the order of preference (RFC 7301).", scope: Scope::Host },
    Row { name: "hosts", kind: Kind::Hosts, default: "", meaning: "Virtual hosts: the name that clients ask for (SNI), or *.name, to a set of these options; what a host does not say is as for the server.", scope: Scope::Server },
    Row { name: "strict_sni", kind: Kind::Flag, default: "false", meaning: "Whether clients that ask for no name, or another than those of hosts, are refused.", scope: Scope::Server },
    Row { name: "session_tickets", kind: Kind::Flag, default: "true", meaning: "Whether sessions are resumed.", scope: Scope::Server },
    Row { name: "session_timeout", kind: Kind::Integer, default: "300", meaning: "For how many seconds after the full handshake a session may be resumed.", scope: Scope::Server },
    Row { name: "ticket_keys", kind: Kind::Secrets, default: "", meaning: "From 1 to 4 keys of 48 or 80 random bytes that session tickets are encrypted with; the first encrypts, the others only open. Without them, keys are made and never leave the process.", scope: Scope::Server },
    Row { name: "ticket_key_files", kind: Kind::Paths, default: "", meaning: "The same as files, one key each (openssl rand 80).", scope: Scope::Server },
    Row { name: "handshake_timeout", kind: Kind::Seconds, default: "10", meaning: "How many seconds a handshake may take, for the faces that own the socket.", scope: Scope::Server },
    Row { name: "ocsp_response", kind: Kind::Path, default: "", meaning: "An OCSP response (RFC 6960) for the server's certificate, DER or PEM, that is stapled to handshakes while it is fresh; one that does not fit is left out with a warning.", scope: Scope::Host },
    Row { name: "insecure_keylog_file", kind: Kind::Path, default: "", meaning: "Where the keys of every connection are written, for debugging only; the environment's SSLKEYLOGFILE is ignored.", scope: Scope::Server },
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
