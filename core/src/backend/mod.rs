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
#[cfg(awslc)]
#[path = "aws_lc.rs"]
mod library;
#[cfg(not(awslc))]
#[path = "openssl.rs"]
mod library;
mod verify;

pub use descriptor::Descriptor;
pub(crate) use library::{
    group, harden, set_algorithms, set_ciphersuites, set_session_timeout, signature_scheme,
    ERR_LIB_SSL, NAME,
};

use crate::trace::Trace;
use openssl::error::ErrorStack;
use openssl::ex_data::Index;
use openssl::ssl::{Ssl, SslContextBuilder, SslRef};
use std::ffi::CString;
use std::os::raw::c_int;
use std::sync::{Arc, OnceLock};

/// Sets the callbacks of a context. Every connection made of it must be given a trace.
pub(crate) fn install(builder: &mut SslContextBuilder, keys: &Arc<TicketKeys>) {
    verify::install(builder);
    hello::install(builder);
    library::install_tickets(builder, keys);
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

/// The keys that tickets are encrypted with: random, for the life of one acceptor.
pub(crate) struct TicketKeys {
    name: [u8; 16],
    encryption: [u8; 32],
    /// Of the MAC; AES-GCM needs none.
    #[cfg(not(awslc))]
    authentication: [u8; 32],
}

impl TicketKeys {
    pub(crate) fn random() -> Result<Self, ErrorStack> {
        Ok(Self {
            name: random()?,
            encryption: random()?,
            #[cfg(not(awslc))]
            authentication: random()?,
        })
    }
}

fn random<const N: usize>() -> Result<[u8; N], ErrorStack> {
    let mut bytes = [0; N];
    openssl::rand::rand_bytes(&mut bytes)?;
    Ok(bytes)
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

/// Runs what a callback has to do; a panic in it becomes `otherwise`, never an unwinding into C.
fn guarded<T>(otherwise: T, run: impl FnOnce() -> T) -> T {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or(otherwise)
}
