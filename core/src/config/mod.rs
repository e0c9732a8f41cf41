//! This module is about the configuration: options validated into an immutable value, or ALL that is
//! wrong with them.
//!
//! In: [`Options`]. Out: [`Config`]. It is the only place that validates. It may not know of
//! contexts or connections.

mod files;
mod identity;
mod read;
pub(crate) mod table;

use crate::error::{Code, Error, Result};
use crate::mode::Mode;
use crate::names::Resolved;
use crate::options::Options;
use files::TrustedCas;
use identity::Identity;
use openssl::ssl::SslVersion;
use openssl::x509::X509Name;
use openssl::x509::X509;
use read::Reader;
use std::collections::HashSet;
use std::fs::File;
use std::time::Duration;

/// What a context is made of.
pub(crate) struct Config {
    pub(crate) identity: Identity,
    pub(crate) mode: Mode,
    pub(crate) cas: Vec<X509>,
    /// Names of the CAs that clients are told; empty: none are told.
    pub(crate) ca_names: Vec<X509Name>,
    pub(crate) verify_depth: u32,
    pub(crate) min_version: SslVersion,
    pub(crate) max_version: SslVersion,
    pub(crate) ciphers: Vec<Resolved>,
    pub(crate) ciphersuites: Vec<Resolved>,
    pub(crate) groups: Vec<Resolved>,
    pub(crate) signature_algorithms: Vec<Resolved>,
    /// Protocols in the order of preference.
    pub(crate) alpn: Vec<Vec<u8>>,
    pub(crate) session_tickets: bool,
    /// Seconds.
    pub(crate) session_timeout: u32,
    pub(crate) handshake_timeout: Duration,
    pub(crate) keylog: Option<File>,
    /// What is odd but does not prevent a server from running.
    pub(crate) warnings: Vec<String>,
}

/// The most that the names of the client CAs may take: the extensions of a CertificateRequest hold
/// 65,535 bytes (RFC 8446, 4.3.2), and there are others beside the names.
const CA_NAMES_LIMIT: usize = 64_000;

impl Config {
    /// Validates options.
    pub(crate) fn new(options: Options) -> Result<Self> {
        let mut reader = Reader::new(options);
        let mut warnings = Vec::new();

        let password = reader.text("key_password");
        let identity = identity::identity(&mut reader, password.as_deref());
        warnings.extend(identity.iter().flat_map(|found| found.warnings.clone()));
        let mode = reader.mode();
        let trusted = files::trusted_cas(&mut reader, &mut warnings);
        if let Some(mode) = mode {
            check_mode(&mut reader, mode, trusted.as_ref());
        }
        let cas = trusted.map(|trusted| trusted.cas).unwrap_or_default();
        let ca_names = ca_names(&mut reader, &cas, &mut warnings);
        let verify_depth = reader.integer("client_verify_depth", 0..=100);
        let min_version = reader.version("min_version");
        let max_version = reader.version("max_version");
        if let (Some((_, min)), Some((_, max))) = (min_version, max_version) {
            if min > max {
                reader.problem(
                    Code::VersionRange,
                    "min_version",
                    format!("min_version {min} is above max_version {max}"),
                );
            }
        }
        let ciphers = reader.names("ciphers");
        let ciphersuites = reader.names("ciphersuites");
        let groups = reader.names("groups");
        let signature_algorithms = reader.names("signature_algorithms");
        let alpn = reader.alpn();
        let session_tickets = reader.flag("session_tickets");
        let session_timeout = reader.integer("session_timeout", 1..=604_800);
        let handshake_timeout = reader.seconds("handshake_timeout");
        let keylog = files::keylog(&mut reader, &mut warnings);

        reader.finish()?;
        let missing = || Error::new(Code::Library, "an option that was accepted has no value");
        Ok(Self {
            identity: identity.ok_or_else(missing)?,
            mode: mode.ok_or_else(missing)?,
            cas,
            ca_names,
            verify_depth: verify_depth
                .and_then(|n| u32::try_from(n).ok())
                .ok_or_else(missing)?,
            min_version: min_version.ok_or_else(missing)?.0,
            max_version: max_version.ok_or_else(missing)?.0,
            ciphers,
            ciphersuites,
            groups,
            signature_algorithms,
            alpn,
            session_tickets: session_tickets.ok_or_else(missing)?,
            session_timeout: session_timeout
                .and_then(|n| u32::try_from(n).ok())
                .ok_or_else(missing)?,
            handshake_timeout: handshake_timeout.ok_or_else(missing)?,
            keylog,
            warnings,
        })
    }
}

fn check_mode(reader: &mut Reader, mode: Mode, trusted: Option<&TrustedCas>) {
    match trusted {
        None if mode.needs_verified() => reader.problem(
            Code::ModeWithoutCa,
            "client_cert_mode",
            format!(
                "client_cert_mode {} verifies client certificates and there is no CA to verify with; give client_ca_file or client_ca_data",
                mode.name()
            ),
        ),
        Some(_) if !mode.asks() => reader.problem(
            Code::CaWithoutMode,
            "client_cert_mode",
            "a client CA is given but client_cert_mode is none, so that no client is asked for a certificate; say request, require_any, optional or require",
        ),
        _ => {}
    }
}

/// The names to advertise: each subject once, in the order of the file, none when they do not fit.
fn ca_names(reader: &mut Reader, cas: &[X509], warnings: &mut Vec<String>) -> Vec<X509Name> {
    if reader.word("client_ca_names", &["auto", "none"]).as_deref() != Some("auto") {
        return Vec::new();
    }
    let (mut names, mut seen, mut size) = (Vec::new(), HashSet::new(), 0);
    for ca in cas {
        let (Ok(name), Ok(der)) = (ca.subject_name().to_owned(), ca.subject_name().to_der()) else {
            continue;
        };
        let length = der.len() + 2;
        if seen.insert(der) {
            size += length;
            names.push(name);
        }
    }
    if size > CA_NAMES_LIMIT {
        warnings.push(format!(
            "the names of the {} client CAs take {size} bytes, and {CA_NAMES_LIMIT} fit a TLS message: no names are sent to clients",
            names.len()
        ));
        names.clear();
    }
    names
}
