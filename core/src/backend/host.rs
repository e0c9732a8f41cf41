//! This file is about a TLS connection that belongs to a host program: what its library holds of
//! the client. Only the build that shares the system's libssl with the host has it.
//!
//! In: the host's `SSL *`. Out: [`Report`], whose `source` is `host`. It judges nothing again but
//! the leaf's validity on a resumed session, which OpenSSL does not look at.

use crate::cert::Certificate;
use crate::clock::Clock;
use crate::error::{Code, Error, Result};
use crate::peer::{Evidence, Report, Source};
use crate::verify::{VerifyCode, VerifyError};
use foreign_types::ForeignTypeRef;
use openssl::ssl::{SslRef, SslVerifyMode};
use openssl::x509::X509Ref;
use std::ffi::c_void;
use std::ptr::NonNull;

/// X509_V_OK.
const OK: i32 = 0;

impl Report {
    /// The report on the client of a host's own connection: its certificate, and the verdict of the
    /// host's library as it stands. OpenSSL keeps the last error of a chain, not the first, and the
    /// anchor only until the session is resumed.
    ///
    /// # Errors
    /// `state.invalid_argument` when it is no server's connection, `state.handshake_pending`,
    /// `peer.certificate_unreadable`.
    ///
    /// # Safety
    /// `ssl` is an `SSL *` of the libssl that this program shares with peercert, alive and used by no
    /// other thread during the call.
    pub unsafe fn of_host(ssl: NonNull<c_void>) -> Result<Self> {
        // SAFETY: as the caller promises.
        let ssl = unsafe { SslRef::from_ptr(ssl.as_ptr().cast()) };
        if !ssl.is_server() {
            let message = "the connection is a client's; its peer is a server, not a caller";
            return Err(Error::new(Code::InvalidArgument, message));
        }
        if !ssl.is_init_finished() {
            let message = "the handshake of the host's connection has not ended";
            return Err(Error::new(Code::HandshakePending, message));
        }
        let Some(leaf) = ssl.peer_certificate() else {
            // OpenSSL's verdict is X509_V_OK here, which says nothing.
            return Ok(Report::conclude(Source::Host, Evidence::Nothing));
        };
        let leaf_der = der(&leaf)?;
        let read = Certificate::from_der(&leaf_der).map_err(|error| {
            let message = format!("the client's certificate cannot be read: {error}");
            Error::new(Code::PeerCertificateUnreadable, message)
        })?;
        let result = ssl.verify_result().as_raw();
        let mut errors = Vec::new();
        if result != OK {
            errors.push(VerifyError::of_leaf(result));
        }
        if ssl.session_reused() {
            errors.extend(out_of_date(&read, Clock::system().now()));
            if !ssl.verify_mode().contains(SslVerifyMode::PEER) && errors.is_empty() {
                // Whoever asks for no certificate has not judged this one.
                errors.push(VerifyError::UNSPECIFIED);
            }
            let leaf = leaf_der;
            let evidence = Evidence::HostResumed { leaf, errors };
            return Ok(Report::conclude(Source::Host, evidence));
        }
        let mut chain = vec![leaf_der];
        for above in ssl.peer_cert_chain().into_iter().flatten() {
            chain.push(der(above)?);
        }
        let anchor = ssl
            .verified_chain()
            .and_then(|verified| verified.iter().last());
        let anchor = anchor.map(der).transpose()?;
        if anchor.is_none() && errors.is_empty() {
            // The host said yes without verifying: there is no verdict to pass on.
            errors.push(VerifyError::UNSPECIFIED);
        }
        let evidence = Evidence::Fresh {
            chain,
            anchor: anchor.map(|der| openssl::sha::sha256(&der)),
            errors,
        };
        Ok(Report::conclude(Source::Host, evidence))
    }
}

fn out_of_date(leaf: &Certificate, now: i64) -> Option<VerifyError> {
    if leaf.not_after().is_none_or(|end| end < now) {
        return Some(VerifyError::of_leaf(VerifyCode::CertHasExpired));
    }
    let begun = leaf.not_before().is_some_and(|start| start <= now);
    (!begun).then(|| VerifyError::of_leaf(VerifyCode::CertNotYetValid))
}

fn der(certificate: &X509Ref) -> Result<Vec<u8>> {
    certificate.to_der().map_err(|error| {
        let message = format!("the host's TLS library does not give the certificate: {error}");
        Error::new(Code::Library, message)
    })
}
