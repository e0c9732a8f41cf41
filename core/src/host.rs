//! This file is about one host that is served: its context of the TLS library, its policy, whom it
//! trusts.
//!
//! In: the ClientHello has named it. Out: a connection that is its own. It may not know of other
//! hosts, beside which names admit the same clients.

use crate::crl::CrlSet;
use crate::hostname::{self, Hosts};
use crate::mode::Mode;
use crate::policy::Policy;
use crate::staple::Staple;
use crate::verify::Trust;
use openssl::error::ErrorStack;
use openssl::ssl::{SslContext, SslRef, SslVerifyMode, SslVersion};
use std::sync::Arc;

/// A host, ready to serve.
pub(crate) struct Host {
    pub(crate) inner: SslContext,
    pub(crate) policy: Policy,
    pub(crate) trust: Arc<Trust>,
    pub(crate) crls: Arc<CrlSet>,
    /// The OCSP response for its certificate.
    pub(crate) staple: Option<Arc<Staple>>,
    pub(crate) min_version: SslVersion,
    pub(crate) max_version: SslVersion,
    pub(crate) access: Arc<Access>,
}

/// Who is let in by each host: the digest of that, by name.
pub(crate) struct Access {
    /// Of names that are not among the hosts; none: they are not served.
    pub(crate) default: Option<[u8; 32]>,
    pub(crate) hosts: Hosts<[u8; 32]>,
}

impl Host {
    /// Makes a connection that has not gone further than its ClientHello one of this host. Changing
    /// the context takes certificate, CA names, session id context and ALPN along, and nothing else:
    /// the mode and the versions are set by hand, or a host that requires a certificate would let
    /// everybody in.
    pub(crate) fn take_over(&self, ssl: &mut SslRef) -> Result<(), ErrorStack> {
        if !std::ptr::eq(ssl.ssl_context(), &*self.inner) {
            ssl.set_ssl_context(&self.inner)?;
        }
        ssl.set_verify(verify_mode(self.policy.rules.mode));
        ssl.set_min_proto_version(Some(self.min_version))?;
        ssl.set_max_proto_version(Some(self.max_version))
    }

    /// The host that a request names admits the same clients as this one.
    pub(crate) fn serves(&self, authority: &str) -> bool {
        let name = hostname::of_authority(authority);
        let access = self.access.hosts.find(&name);
        access.or(self.access.default.as_ref()) == Some(self.policy.access())
    }
}

/// A mode as the TLS library takes it: whether to ask, and whether to go on without.
pub(crate) fn verify_mode(mode: Mode) -> SslVerifyMode {
    let mut found = if mode.asks() {
        SslVerifyMode::PEER
    } else {
        SslVerifyMode::NONE
    };
    if mode.needs_certificate() {
        found |= SslVerifyMode::FAIL_IF_NO_PEER_CERT;
    }
    found
}
