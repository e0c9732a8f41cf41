//! This file is about the verify callback: one for every mode, so that the report does not depend
//! on the mode. It runs the library's verification to its end, collecting every error.

use super::{attached, guarded, library, Attached};
use crate::error::{Code, Error};
use crate::trace::Decision;
use crate::verify::alert::Alert;
use crate::verify::VerifyCode;
use foreign_types::{ForeignType, ForeignTypeRef};
use openssl::error::ErrorStack;
use openssl::ssl::{SslContextBuilder, SslRef};
use openssl::stack::StackRef;
use openssl::x509::{X509Ref, X509StoreContext, X509StoreContextRef, X509};
use openssl_sys as ffi;
use std::os::raw::{c_int, c_void};

pub(super) fn install(builder: &mut SslContextBuilder) {
    // SAFETY: the context is alive; the callback is a plain function that needs no argument.
    unsafe {
        library::SSL_CTX_set_cert_verify_callback(
            builder.as_ptr(),
            Some(verify),
            std::ptr::null_mut(),
        );
    }
}

/// Called by the TLS library when a client's chain has arrived: 1 goes on, 0 refuses.
unsafe extern "C" fn verify(context: *mut ffi::X509_STORE_CTX, _: *mut c_void) -> c_int {
    let decision = guarded(Decision::Refuse(Alert::InternalError), || {
        // SAFETY: the library passes a context that lives as long as this call.
        let context_ref = unsafe { X509StoreContextRef::from_ptr(context) };
        match connection(context_ref) {
            Some((ssl, attached)) => judge(context_ref, ssl, attached),
            None => Decision::Refuse(Alert::InternalError),
        }
    });
    let (code, answer) = match decision {
        Decision::Accept(None) => (0, 1),
        Decision::Accept(Some(code)) => (library::library_number(code.number()), 1),
        Decision::Refuse(alert) => (library::library_number(alert_number(alert)), 0),
    };
    // SAFETY: the context is alive.
    unsafe { ffi::X509_STORE_CTX_set_error(context, code) };
    answer
}

/// A reason for which the library, any of them, sends this alert.
fn alert_number(alert: Alert) -> i32 {
    match alert {
        Alert::UnknownCa => VerifyCode::UnableToGetIssuerLocally,
        Alert::CertificateExpired => VerifyCode::CertHasExpired,
        Alert::CertificateRevoked => VerifyCode::Revoked,
        Alert::UnsupportedCertificate => VerifyCode::InvalidPurpose,
        Alert::DecryptError => VerifyCode::CertSignatureFailure,
        _ => VerifyCode::Rejected,
    }
}

fn connection(context: &X509StoreContextRef) -> Option<(&SslRef, &Attached)> {
    let ssl = context.ex_data(X509StoreContext::ssl_idx().ok()?)?;
    Some((ssl, attached(ssl)?))
}

fn judge(context: &X509StoreContextRef, ssl: &SslRef, attached: &Attached) -> Decision {
    let trace = &attached.trace;
    let Some(host) = trace.host() else {
        return Decision::Refuse(Alert::InternalError);
    };
    let pointer = context.as_ptr();
    // SAFETY: both are borrowed from the context, which is alive, and are only read.
    let (leaf, sent) = unsafe {
        let leaf = library::X509_STORE_CTX_get0_cert(pointer);
        let sent = library::X509_STORE_CTX_get0_untrusted(pointer);
        if leaf.is_null() {
            return Decision::Refuse(Alert::InternalError);
        }
        let sent = (!sent.is_null()).then(|| StackRef::<X509>::from_ptr(sent));
        (X509Ref::from_ptr(leaf), sent)
    };
    let sent = || sent.into_iter().flatten();
    if let Err(error) = trace.begin(leaf, sent()) {
        trace.fail(error);
        return Decision::Refuse(Alert::BadCertificate);
    }
    let Ok(candidates) = host.trust.candidates([leaf].into_iter().chain(sent())) else {
        return Decision::Refuse(Alert::InternalError);
    };
    let now = trace.clock.now();
    // SAFETY: the context is alive, its parameters are its own; the stack lives until it is taken
    // away again; the collecting callback finds its
    // connection through the context in the same way as this one.
    let accepted = unsafe {
        let param = library::X509_STORE_CTX_get0_param(pointer);
        if param.is_null() {
            return Decision::Refuse(Alert::InternalError);
        }
        ffi::X509_VERIFY_PARAM_set_time(param, now as _);
        let rules = &host.policy.rules;
        let depth = c_int::try_from(rules.depth).unwrap_or(100).min(100);
        ffi::X509_VERIFY_PARAM_set_depth(param, depth + library::EXTRA_DEPTH);
        if rules.partial_chain {
            ffi::X509_VERIFY_PARAM_set_flags(param, ffi::X509_V_FLAG_PARTIAL_CHAIN as _);
        }
        library::X509_STORE_CTX_set_verify_cb(pointer, Some(collect));
        library::X509_STORE_CTX_set0_trusted_stack(pointer, candidates.stack.as_ptr());
        let accepted = ffi::X509_verify_cert(pointer) == 1;
        // The context outlives the stack, and holds the certificates of its chain by itself.
        library::X509_STORE_CTX_set0_trusted_stack(pointer, std::ptr::null_mut());
        accepted
    };
    // What failed here is reported; left in the library's queue, it would make the next call that
    // merely waits for bytes look like a failure.
    drop(ErrorStack::get());
    if trace.seen().fatal.is_some() {
        return Decision::Refuse(Alert::InternalError);
    }
    let chain: Vec<&X509Ref> = match context.chain() {
        Some(chain) if !chain.is_empty() => chain.iter().collect(),
        _ => vec![leaf],
    };
    // The library's own error, should it not have told the collecting callback.
    let left = context.error().as_raw();
    if !accepted && left != 0 {
        trace.report(0, VerifyCode::from_number(library::openssl_number(left)));
    }
    let decision = trace.conclude(host, &chain, accepted, &candidates.anchors);
    if trace.wants_no_ticket() {
        library::suppress_tickets(ssl);
    }
    decision
}

/// Called by the library for every certificate of the chain and every error: takes the error down
/// and lets verification go on.
unsafe extern "C" fn collect(ok: c_int, context: *mut ffi::X509_STORE_CTX) -> c_int {
    if ok == 1 {
        return 1;
    }
    // SAFETY: the library passes a context that lives as long as this call.
    let context = unsafe { X509StoreContextRef::from_ptr(context) };
    let Some((_, attached)) = guarded(None, || connection(context)) else {
        return 0;
    };
    let panicked = Err(Error::new(
        Code::Panic,
        "a callback panicked; the client is refused",
    ));
    let noted = guarded(panicked, || {
        let number = context.error().as_raw();
        if number == 0 {
            return Err(Error::new(
                Code::Library,
                "verification failed without an error",
            ));
        }
        let code = VerifyCode::from_number(library::openssl_number(number));
        attached
            .trace
            .report(c_int::try_from(context.error_depth()).unwrap_or(0), code);
        Ok(())
    });
    match noted {
        Ok(()) => 1,
        Err(error) => {
            attached.trace.fail(error);
            0
        }
    }
}
