//! A caller under the names that applications already read: those of mod_ssl, nginx, CGI, proxies and
//! ASGI (`PEERCERT_FORMAT_...`). docs/names.md has them all, and who has none of them.

use crate::boundary::{c_string, lossy_text, null, shared, text};
use crate::connection::Connection;
use crate::error::Error;
use crate::options::Options;
use crate::report::Report;
use crate::value::Value;
use peercert::export::{Details, Exported, Format};
use peercert::Result;
use std::ffi::{c_char, c_int, c_void};

/// What is told each name and its value, in order, each name once. `name` and `value` are alive until
/// the callback returns. `value` is a text; with PEERCERT_FORMAT_ASGI it may be a whole number, a list
/// of texts, or NULL for what is not known. `user_data` is what was given along with the callback. It
/// may make any call, and must not leave by longjmp() or a C++ exception.
#[expect(non_camel_case_types, reason = "the name in the header")]
pub type peercert_export_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, name: *const c_char, value: *const Value)>;

/// Exports the client of a connection, which fills in what was negotiated.
///
/// `connection`: the connection, its handshake ended.
/// `format`: whose names (`PEERCERT_FORMAT_...`).
/// `details`: what only the program knows (PEERCERT_DETAIL_USER, PEERCERT_DETAIL_PINNED,
/// PEERCERT_DETAIL_GENEROUS); they are copied and remain yours. NULL for none.
/// `callback`: what is told the names; when the call fails, it has been told none.
/// `user_data`: handed to the callback as it is.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.invalid_argument (an unknown format, a user with control characters),
/// certificate.not_expressible (PEERCERT_FORMAT_BASICAUTH of a subject with a colon), kind config (the
/// details); state.handshake_pending, state.closed, state.null_argument; the error of a failed
/// handshake.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_export(
    connection: *const Connection,
    format: *const c_char,
    details: *const Options,
    callback: peercert_export_callback,
    user_data: *mut c_void,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, format) =
            unsafe { (shared(connection, "connection")?, text(format, "format")?) };
        let (format, tell) = (Format::parse(format)?, teller(callback, user_data)?);
        // SAFETY: as the signature says.
        let details = unsafe { copied(details) };
        // The lock of the connection is not held while the callback runs.
        let engine = connection.engine();
        let (report, known) = (engine.clientcert()?.clone(), engine.export_details()?);
        drop(engine);
        report.export(format, &known.with_options(details)?, tell)
    })
}

/// Exports the client of a report, whoever saw it.
///
/// `report`: the report.
/// `format`: whose names (`PEERCERT_FORMAT_...`).
/// `details`: what is known of the connection (`PEERCERT_DETAIL_...`); they are copied and remain
/// yours. What is not given has no name. NULL for none.
/// `callback`: what is told the names; when the call fails, it has been told none.
/// `user_data`: handed to the callback as it is.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.invalid_argument (an unknown format, a user with control characters),
/// certificate.not_expressible (PEERCERT_FORMAT_BASICAUTH of a subject with a colon), kind config or
/// certificate (the details); state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_export(
    report: *const Report,
    format: *const c_char,
    details: *const Options,
    callback: peercert_export_callback,
    user_data: *mut c_void,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (report, format) = unsafe { (shared(report, "report")?, text(format, "format")?) };
        let (format, tell) = (Format::parse(format)?, teller(callback, user_data)?);
        // SAFETY: as the signature says.
        let details = Details::of_options(unsafe { copied(details) })?;
        // The callback may free the report.
        let report = report.inner().clone();
        report.export(format, &details, tell)
    })
}

/// Tells whether the value of a request's `Authorization` passes for one of PEERCERT_FORMAT_BASICAUTH:
/// a user that starts with `/` and the password `password`. From a client it is an attempt to be
/// somebody else: drop it.
///
/// `authorization`: the value; NULL gives 0.
/// Returns: 1 or 0.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_is_fake_basic_auth(authorization: *const c_char) -> c_int {
    // Where nobody can say, it is one.
    entry!(else 1, {
        // SAFETY: as the signature says.
        let value = unsafe { lossy_text(authorization, "authorization") };
        value.map_or(0, |value| c_int::from(peercert::export::is_fake_basic_auth(&value)))
    })
}

/// The details that are given.
unsafe fn copied(details: *const Options) -> peercert::Options {
    // SAFETY: NULL, or options that live until the call returns.
    let details = unsafe { shared(details, "details") };
    details.map_or_else(|_| peercert::Options::new(), |details| details.0.clone())
}

/// What tells the caller's function a name and its value.
fn teller(
    callback: peercert_export_callback,
    user_data: *mut c_void,
) -> Result<impl FnMut(&str, Exported<'_>)> {
    let callback = callback.ok_or_else(|| null("callback"))?;
    Ok(move |name: &str, value: Exported<'_>| {
        let name = c_string(name);
        let value = value_of(value);
        let value = value.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: a function of the caller's, which keeps what the documentation of its type says.
        unsafe { callback(user_data, name.as_ptr(), value) };
    })
}

fn value_of(value: Exported<'_>) -> Option<Value> {
    let text = |text: &str| Value::Text(text.into());
    match value {
        Exported::Text(found) => Some(text(found)),
        Exported::Integer(number) => Some(Value::Integer(number)),
        Exported::Texts(texts) => {
            Some(Value::List(texts.iter().map(|found| text(found)).collect()))
        }
        Exported::Nothing => None,
    }
}
