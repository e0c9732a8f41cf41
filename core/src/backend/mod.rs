//! This module is about the calls that differ between TLS libraries, or that the `openssl` crate
//! does not wrap: the only unsafe code of the core.
//!
//! In: a context or connection of the `openssl` crate and a [`Trace`]. Out: safe functions. It may
//! not decide anything: every callback hands over to the trace and fails closed when that panics.

#![expect(
    unsafe_code,
    reason = "the library's C interface; every block says why it is sound"
)]

mod descriptor;
mod hello;
#[cfg(feature = "openssl")]
mod host;
mod keys;
#[cfg(awslc)]
#[path = "aws_lc.rs"]
mod library;
#[cfg(not(awslc))]
#[path = "openssl.rs"]
mod library;
mod negotiated;
mod verify;

pub use descriptor::Descriptor;
pub(crate) use keys::{TicketKey, TicketKeys};
pub(crate) use library::{
    ask_for_certificate, group, harden, set_algorithms, set_ciphersuites, set_session_timeout,
    signature_scheme, ASKS_LATER, ERR_LIB_SSL, NAME,
};

pub(crate) use negotiated::{cipher_number, own_certificate, secure_renegotiation};

use crate::trace::Trace;
use foreign_types::ForeignTypeRef;
use openssl::asn1::Asn1TimeRef;
use openssl::error::ErrorStack;
use openssl::ex_data::Index;
use openssl::ssl::{Ssl, SslContextBuilder, SslRef};
use openssl_sys as ffi;
use std::ffi::CString;
use std::os::raw::c_int;
use std::sync::{Arc, OnceLock};

/// Sets the callbacks of a context. Every connection made of it must be given a trace.
pub(crate) fn install(builder: &mut SslContextBuilder) -> Result<(), ErrorStack> {
    verify::install(builder);
    hello::install(builder);
    library::install_tickets(builder);
    library::install_staple(builder)
}

/// What a call of the library that answers 1 for success has come to.
fn outcome(answer: c_int) -> Result<(), ErrorStack> {
    if answer == 1 {
        Ok(())
    } else {
        Err(ErrorStack::get())
    }
}

/// A list of names as the library takes it; none of its names has a NUL.
fn c_text(names: &str) -> Result<CString, ErrorStack> {
    CString::new(names).map_err(|_| ErrorStack::get())
}

/// Why a client cannot be asked for its certificate after the handshake.
pub(crate) enum Unasked {
    /// This TLS library never asks then.
    #[cfg(awslc)]
    Library,
    /// The client has not said that it answers then (RFC 8446, 4.2.6).
    #[cfg(not(awslc))]
    Client,
    /// The library's reasons.
    #[cfg(not(awslc))]
    Failed(ErrorStack),
}

/// Gives a connection its trace.
pub(crate) fn attach(
    ssl: &mut SslRef,
    trace: Arc<Trace>,
    keys: Arc<TicketKeys>,
) -> Result<(), ErrorStack> {
    library::prepare(ssl);
    ssl.set_ex_data(index()?, Attached { trace, keys });
    Ok(())
}

struct Attached {
    trace: Arc<Trace>,
    keys: Arc<TicketKeys>,
}

fn index() -> Result<Index<Ssl, Attached>, ErrorStack> {
    static INDEX: OnceLock<Result<Index<Ssl, Attached>, ErrorStack>> = OnceLock::new();
    match INDEX.get_or_init(Ssl::new_ex_index) {
        Ok(index) => Ok(*index),
        Err(error) => Err(error.clone()),
    }
}

fn attached(ssl: &SslRef) -> Option<&Attached> {
    ssl.ex_data(index().ok()?)
}

/// A date as it was encoded: its universal tag, its content octets.
pub(crate) fn time(time: &Asn1TimeRef) -> (u32, &[u8]) {
    let string = time.as_ptr().cast::<ffi::ASN1_STRING>();
    // SAFETY: a date is one of the library's strings, whose bytes live as long as it does.
    unsafe {
        let length = usize::try_from(ffi::ASN1_STRING_length(string)).unwrap_or(0);
        let data = ffi::ASN1_STRING_get0_data(string);
        let kind = u32::try_from(ffi::ASN1_STRING_type(string)).unwrap_or(0);
        if data.is_null() {
            return (kind, &[]);
        }
        (kind, std::slice::from_raw_parts(data, length))
    }
}

/// Runs what a callback has to do; a panic in it becomes `otherwise`, never an unwinding into C.
fn guarded<T>(otherwise: T, run: impl FnOnce() -> T) -> T {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or(otherwise)
}
