//! Callers whom a trusted proxy has seen, and forwards in headers (`PEERCERT_OPTION_FORWARDED_...`).
//! The same headers from anybody else say nothing: take all of them from a request before an
//! application sees it, whoever has sent it. What is made never changes, and several threads may use
//! it at once.

use crate::boundary::{
    byte_strings, free, give, lossy_text, lossy_texts, objects, optional_text, output, shared,
};
use crate::error::Error;
use crate::options::Options;
use crate::report::Report;
use peercert::forwarded;
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;
use std::sync::Arc;

/// Which proxies are trusted, and in which form they tell.
pub struct Forwarded(forwarded::Forwarded);

/// Makes it of the options of each trusted proxy. Every problem is told at once.
///
/// `proxies`: an array of options; they are copied and remain yours. NULL is allowed when there are
/// none: nobody is trusted then, and headers are only found.
/// `count`: how many.
/// `forwarded`: receives the object; free it with peercert_forwarded_free().
/// `error`: receives the error, or NULL. Several problems come at once: peercert_error_problem_at().
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: kind config; state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_forwarded_new(
    proxies: *const *const Options,
    count: usize,
    forwarded: *mut *mut Forwarded,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (proxies, out) = unsafe {
            (
                objects(proxies, count, "proxies")?,
                output(forwarded, "forwarded")?,
            )
        };
        let made = forwarded::Forwarded::new(proxies.into_iter().map(|proxy| proxy.0.clone()))?;
        out.set(give(Forwarded(made)));
        Ok(())
    })
}

/// Reads what a request tells of its client, if a trusted proxy has sent it; `source` is `forwarded`.
///
/// `forwarded`: the object.
/// `sender`: who is at the other end of the socket, never what a header says: an IP address, `unix` for
/// a Unix socket; NULL or empty when it is not known.
/// `names`: an array of the names of all headers of the request, as they were sent: `Client_Cert` is
/// not the header of a proxy that writes `Client-Cert`, and refused.
/// `values`: an array of their values.
/// `lens`: an array of how many bytes each value has.
/// `count`: how many headers. With none, the arrays may be NULL.
/// `report`: receives the report; free it with peercert_report_free(). NULL when the request comes from
/// no trusted proxy, so that nobody is known.
/// `error`: receives the error, or NULL. The request has to be refused then (400).
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: peer.forwarded_unreadable, peer.forwarded_ambiguous, peer.forwarded_too_large;
/// state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_forwarded_read(
    forwarded: *const Forwarded,
    sender: *const c_char,
    names: *const *const c_char,
    values: *const *const u8,
    lens: *const usize,
    count: usize,
    report: *mut *mut Report,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (forwarded, sender) = unsafe {
            (
                shared(forwarded, "forwarded")?,
                optional_text(sender, "sender")?,
            )
        };
        // SAFETY: as the signature says.
        let (names, values) = unsafe {
            (
                lossy_texts(names, count, "names")?,
                byte_strings(values, lens, count, "values")?,
            )
        };
        // SAFETY: as the signature says.
        let out = unsafe { output(report, "report") }?;
        let headers = names.iter().map(AsRef::as_ref).zip(values);
        let told = forwarded.0.read(sender.unwrap_or_default(), headers)?;
        out.set(told.map_or(null_mut(), |told| give(Report::new(Arc::new(told)))));
        Ok(())
    })
}

/// Tells whether the header of this name says who a client is, in whatever spelling: only a trusted
/// proxy may send it, and no application may see it.
///
/// `forwarded`: the object; NULL is one without proxies.
/// `name`: the header's name; NULL gives 0.
/// Returns: 1 or 0.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_forwarded_claims(
    forwarded: *const Forwarded,
    name: *const c_char,
) -> c_int {
    // Where nobody can say, it does.
    entry!(else 1, {
        // SAFETY: as the signature says.
        unsafe { ask(forwarded, name, forwarded::Forwarded::claims) }
    })
}

/// The same of a variable of CGI, FastCGI and the like: `HTTP_` and the header's name.
///
/// `forwarded`: the object; NULL is one without proxies.
/// `name`: the variable's name; NULL gives 0.
/// Returns: 1 or 0.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_forwarded_claims_variable(
    forwarded: *const Forwarded,
    name: *const c_char,
) -> c_int {
    // Where nobody can say, it does.
    entry!(else 1, {
        // SAFETY: as the signature says.
        unsafe { ask(forwarded, name, forwarded::Forwarded::claims_variable) }
    })
}

unsafe fn ask(
    forwarded: *const Forwarded,
    name: *const c_char,
    claims: impl Fn(&forwarded::Forwarded, &str) -> bool,
) -> c_int {
    // SAFETY: as the callers promise.
    let (known, name) = unsafe { (shared(forwarded, "forwarded"), lossy_text(name, "name")) };
    let Ok(name) = name else {
        return 0;
    };
    c_int::from(known.map_or_else(
        |_| claims(&forwarded::Forwarded::default(), &name),
        |known| claims(&known.0, &name),
    ))
}

/// Frees it; reports that it gave do not need it.
///
/// `forwarded`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_forwarded_free(forwarded: *mut Forwarded) {
    // SAFETY: as the signature says.
    unsafe { free(forwarded) }
}
