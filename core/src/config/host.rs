//! This file is about one host of a configuration: the server itself, or a virtual host, which has
//! from the server what it does not say itself.
//!
//! In: a set of options, and for a virtual host what the server's were. Out: [`HostConfig`].

use super::crls;
use super::identity::{self, Identity};
use super::read::Reader;
use super::trust;
use crate::crl::CrlSet;
use crate::error::Code;
use crate::mode::Mode;
use crate::policy::{CrlCheck, Rules};
use crate::verify::Trust;
use openssl::ssl::SslVersion;
use openssl::x509::X509Name;
use std::sync::Arc;

/// What the context of one host is made of.
pub(crate) struct HostConfig {
    pub(crate) identity: Arc<Identity>,
    pub(crate) rules: Rules,
    pub(crate) trust: Arc<Trust>,
    pub(crate) crls: Arc<CrlSet>,
    /// Names of the CAs that clients are told; empty: none are told.
    pub(crate) ca_names: Arc<Vec<X509Name>>,
    pub(crate) min_version: SslVersion,
    pub(crate) max_version: SslVersion,
    /// Protocols in the order of preference.
    pub(crate) alpn: Vec<Vec<u8>>,
}

/// What was found, as far as nothing was wrong with it.
#[derive(Clone)]
pub(super) struct Found {
    identity: Option<Arc<Identity>>,
    mode: Option<Mode>,
    later: Option<Mode>,
    /// `None`: there is no client CA.
    trust: Option<Arc<Trust>>,
    /// `None`: there is no CRL.
    crls: Option<Arc<CrlSet>>,
    crl_check: Option<CrlCheck>,
    ca_names: Option<Arc<Vec<X509Name>>>,
    depth: Option<u32>,
    partial_chain: Option<bool>,
    strict_usage: Option<bool>,
    min_version: Option<(SslVersion, &'static str)>,
    max_version: Option<(SslVersion, &'static str)>,
    alpn: Vec<Vec<u8>>,
}

/// The value of an option, or the server's where a virtual host does not give it.
fn or_inherited<T>(
    reader: &mut Reader<'_>,
    option: &'static str,
    inherited: Option<T>,
    read: impl FnOnce(&mut Reader<'_>) -> T,
) -> T {
    match inherited {
        Some(value) if !reader.given(option) => value,
        _ => read(reader),
    }
}

impl Found {
    /// Reads the options of a host; `server` is what a virtual host has from its server.
    pub(super) fn read(reader: &mut Reader<'_>, server: Option<&Self>) -> Self {
        let own_identity = identity::OPTIONS.iter().any(|option| reader.given(option));
        let identity = match server {
            Some(server) if !own_identity => server.identity.clone(),
            _ => {
                let password = reader.text("key_password");
                identity::identity(reader, password.as_deref()).map(Arc::new)
            }
        };
        let mode = or_inherited(
            reader,
            "client_cert_mode",
            server.map(|server| server.mode),
            |reader| reader.mode("client_cert_mode"),
        );
        let later = or_inherited(
            reader,
            "client_cert_later",
            server.map(|server| server.later),
            later,
        );
        let own_trust = trust::trust(reader);
        if let (Some(mode), Some(later)) = (mode, later) {
            let some_ca = own_trust.as_ref();
            let some_ca = some_ca.or(server.and_then(|server| server.trust.as_ref()));
            check_modes(reader, [mode, later], some_ca, own_trust.is_some());
        }
        let trusted = own_trust
            .clone()
            .or_else(|| server.and_then(|server| server.trust.clone()));
        let inherited = server.filter(|_| own_trust.is_none());
        let ca_names = or_inherited(
            reader,
            "client_ca_names",
            inherited.map(|server| server.ca_names.clone()),
            |reader| trust::named(reader, trusted.as_deref().unwrap_or(&Trust::default())),
        );
        // The CRLs of the server's CAs say nothing of those of this host (`inherited` is the server
        // whose CAs are this host's, too).
        let own_crls = crls::crls(reader);
        if let (Some(lists), true) = (&own_crls, reader.is_fine()) {
            let now = reader.now();
            crls::prove(reader, lists, trusted.as_deref(), now);
        }
        let lists = own_crls
            .clone()
            .or_else(|| inherited.and_then(|server| server.crls.clone()));
        let inherited = inherited.filter(|_| own_crls.is_none());
        let crl_check = or_inherited(
            reader,
            crls::CHECK,
            inherited.map(|server| server.crl_check),
            |reader| crls::check(reader, lists.as_deref()),
        );
        let found = Self {
            identity,
            mode,
            later,
            trust: trusted,
            crls: lists,
            crl_check,
            ca_names,
            depth: or_inherited(
                reader,
                "client_verify_depth",
                server.map(|server| server.depth),
                |reader| u32::try_from(reader.integer("client_verify_depth", 0..=100)?).ok(),
            ),
            partial_chain: or_inherited(
                reader,
                "client_partial_chain",
                server.map(|server| server.partial_chain),
                |reader| reader.flag("client_partial_chain"),
            ),
            strict_usage: or_inherited(
                reader,
                "client_eku",
                server.map(|server| server.strict_usage),
                |reader| {
                    let word = reader.word("client_eku", &["default", "strict"])?;
                    Some(word == "strict")
                },
            ),
            min_version: or_inherited(
                reader,
                "min_version",
                server.map(|server| server.min_version),
                |reader| reader.version("min_version"),
            ),
            max_version: or_inherited(
                reader,
                "max_version",
                server.map(|server| server.max_version),
                |reader| reader.version("max_version"),
            ),
            alpn: or_inherited(
                reader,
                "alpn",
                server.map(|server| server.alpn.clone()),
                |reader| reader.alpn(),
            ),
        };
        found.check_versions(reader);
        found
    }

    fn check_versions(&self, reader: &mut Reader<'_>) {
        let (Some((_, min)), Some((_, max))) = (self.min_version, self.max_version) else {
            return;
        };
        if min > max {
            let message = format!("min_version {min} is above max_version {max}");
            reader.problem(Code::VersionRange, "min_version", message);
        }
        if max < "1.3" && self.later.is_some_and(Mode::asks) {
            let message = format!("client_cert_later needs TLS 1.3, and max_version is {max}");
            reader.problem(Code::VersionRange, "client_cert_later", message);
        }
    }

    /// The host, when nothing was wrong.
    pub(super) fn finish(self) -> Option<HostConfig> {
        Some(HostConfig {
            identity: self.identity?,
            rules: Rules {
                mode: self.mode?,
                later: self.later?,
                depth: self.depth?,
                partial_chain: self.partial_chain?,
                strict_usage: self.strict_usage?,
                crl_check: self.crl_check?,
            },
            trust: self.trust.unwrap_or_default(),
            crls: self.crls.unwrap_or_default(),
            ca_names: self.ca_names?,
            min_version: self.min_version?.0,
            max_version: self.max_version?.0,
            alpn: self.alpn,
        })
    }
}

/// The mode of a certificate that is asked for after the handshake.
fn later(reader: &mut Reader<'_>) -> Option<Mode> {
    const OPTION: &str = "client_cert_later";
    let mode = reader.mode(OPTION)?;
    if mode.asks() && !crate::backend::ASKS_LATER {
        let message = "client_cert_later: this TLS library (AWS-LC) cannot ask for a certificate after the handshake; build peercert with the feature openssl, or say client_cert_mode";
        reader.problem(Code::UnsupportedOption, OPTION, message);
    }
    Some(mode)
}

/// Checks that whoever is verified can be, and that CAs which are given are of use.
fn check_modes(reader: &mut Reader<'_>, modes: [Mode; 2], cas: Option<&Arc<Trust>>, own: bool) {
    let options = ["client_cert_mode", "client_cert_later"];
    for (mode, option) in modes.into_iter().zip(options) {
        if mode.needs_verified() && cas.is_none() {
            let message = format!(
                "{option} {} verifies client certificates and there is no CA to verify with; give client_ca_file, client_ca_path or client_ca_data",
                mode.name()
            );
            reader.problem(Code::ModeWithoutCa, option, message);
        }
    }
    if own && !modes.into_iter().any(Mode::asks) {
        reader.problem(
            Code::CaWithoutMode,
            "client_cert_mode",
            "a client CA is given but client_cert_mode is none, so that no client is asked for a certificate; say request, require_any, optional or require (or give the CA to those of hosts that ask)",
        );
    }
}
