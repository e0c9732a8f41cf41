//! This file is about a TLS connection that belongs to a host program: what its library holds of
//! the client. Only the build that shares the system's libssl with the host has it.
//!
//! In: the host's `SSL *`. Out: [`Report`], whose `source` is `host`. The host's library has judged;
//! that one of its CAs vouches is looked at again.

use super::library::{X509_STORE_CTX_get0_param, X509_STORE_CTX_set_verify_cb};
use crate::cert::Certificate;
use crate::error::{Code, Error, Result};
use crate::peer::{Evidence, Report, Source};
use crate::verify::VerifyError;
use foreign_types::ForeignTypeRef;
use openssl::error::ErrorStack;
use openssl::ssl::SslRef;
use openssl::stack::Stack;
use openssl::x509::{X509Ref, X509StoreContext, X509VerifyResult};
use openssl_sys as ffi;
use std::ffi::{c_char, c_int, c_void};
use std::ptr::NonNull;

/// X509_V_OK.
const OK: i32 = 0;

impl Report {
    /// The report on the client of a host's own connection: its certificate, and the verdict of the
    /// host's library. It is verified only when a CA of the connection's `SSL_CTX` vouches for it, too,
    /// now and as the connection's settings say: whatever a callback said, and whenever the session
    /// was made. OpenSSL keeps the last error of a chain, not the first; of a resumed session it keeps
    /// no intermediates, so that there the `SSL_CTX` has to know them.
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
        Certificate::from_der(&leaf_der).map_err(|error| {
            let message = format!("the client's certificate cannot be read: {error}");
            Error::new(Code::PeerCertificateUnreadable, message)
        })?;
        let result = ssl.verify_result().as_raw();
        let anchor = anchor(ssl, &leaf)?;
        // Where the program's library says yes and none of its CAs does, a callback has decided: the
        // report says then that nobody has verified.
        let errors = match result {
            OK => Vec::new(),
            error => vec![VerifyError::of_leaf(error)],
        };
        if ssl.session_reused() {
            let evidence = Evidence::Resumed {
                leaf: leaf_der,
                anchor,
                errors,
            };
            return Ok(Report::conclude(Source::Host, evidence));
        }
        let mut chain = vec![leaf_der];
        for above in ssl.peer_cert_chain().into_iter().flatten() {
            chain.push(der(above)?);
        }
        let evidence = Evidence::Fresh {
            chain,
            anchor,
            errors,
        };
        Ok(Report::conclude(Source::Host, evidence))
    }
}

/// SHA-256 of the CA of the host's that vouches for the leaf; `None` when none does. OpenSSL's own
/// word is not enough: a callback may have said yes, of a resumed session only that is left, and the
/// chain that it keeps then ends wherever it likes.
fn anchor(ssl: &SslRef, leaf: &X509Ref) -> Result<Option<[u8; 32]>> {
    // What verification leaves in the queue is nobody's error, and what is there is the program's.
    let _mark = Mark::set();
    let none = Stack::new().map_err(library)?;
    let sent = ssl.peer_cert_chain().unwrap_or(&none);
    let mut context = X509StoreContext::new().map_err(library)?;
    let anchor = context.init(ssl.ssl_context().cert_store(), leaf, sent, |context| {
        let parameters = context.as_ptr();
        // SAFETY: both are alive; the name is one of OpenSSL's own. The settings of the connection go
        // over those of its purpose, as in OpenSSL's own verification.
        let set = unsafe {
            X509_STORE_CTX_set_default(parameters, c"ssl_client".as_ptr()) == 1
                && X509_VERIFY_PARAM_set1(
                    X509_STORE_CTX_get0_param(parameters),
                    ffi::SSL_get0_param(ssl.as_ptr()),
                ) == 1
        };
        // SAFETY: alive, as above. A callback of the program's store has no say here.
        unsafe { X509_STORE_CTX_set_verify_cb(parameters, Some(unchanged)) };
        if !set || !context.verify_cert()? || context.error() != X509VerifyResult::OK {
            return Ok(None);
        }
        let last = context.chain().and_then(|chain| chain.iter().last());
        last.map(X509Ref::to_der).transpose()
    });
    let anchor = anchor.map_err(library)?;
    Ok(anchor.map(|der| openssl::sha::sha256(&der)))
}

/// A place in the thread's error queue, to which it goes back.
struct Mark;

impl Mark {
    fn set() -> Self {
        // SAFETY: it takes nothing.
        unsafe { ERR_set_mark() };
        Self
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // SAFETY: it takes nothing.
        unsafe { ERR_pop_to_mark() };
    }
}

/// Leaves what verification has found as it is.
unsafe extern "C" fn unchanged(found: c_int, _: *mut ffi::X509_STORE_CTX) -> c_int {
    found
}

extern "C" {
    fn ERR_set_mark() -> c_int;
    fn ERR_pop_to_mark() -> c_int;
    fn X509_STORE_CTX_set_default(context: *mut ffi::X509_STORE_CTX, name: *const c_char) -> c_int;
    fn X509_VERIFY_PARAM_set1(
        to: *mut ffi::X509_VERIFY_PARAM,
        from: *const ffi::X509_VERIFY_PARAM,
    ) -> c_int;
}

fn library(error: ErrorStack) -> Error {
    let message = format!("the host's TLS library does not verify: {error}");
    Error::new(Code::Library, message)
}

fn der(certificate: &X509Ref) -> Result<Vec<u8>> {
    certificate.to_der().map_err(|error| {
        let message = format!("the host's TLS library does not give the certificate: {error}");
        Error::new(Code::Library, message)
    })
}
