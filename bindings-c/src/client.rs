//! The client of a connection: who it is, what was negotiated with it, and which requests of its belong
//! here. The handshake has to have ended.

use crate::boundary::{give, output, room, shared, text};
use crate::connection::Connection;
use crate::error::Error;
use crate::report::Report;
use crate::rules::Rules;
use crate::value::{self, Value};
use std::ffi::{c_char, c_int};

/// Who the client is: the dictionary `clientcert`, of its certificate and the verdict on it.
///
/// `connection`: the connection, its handshake ended.
/// `clientcert`: receives the dictionary, which outlives the connection; free it with
/// peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.handshake_pending, state.closed, state.null_argument; the error of a failed
/// handshake.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_clientcert(
    connection: *const Connection,
    clientcert: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, out) = unsafe {
            (
                shared(connection, "connection")?,
                output(clientcert, "clientcert")?,
            )
        };
        let report = connection.engine().clientcert()?.clone();
        out.set(give(value::build(|sink| {
            report.describe(sink);
            Ok(())
        })?));
        Ok(())
    })
}

/// Who the client is by rules: the dictionary `identity`, as peercert_rules_identify() gives it.
///
/// `connection`: the connection.
/// `rules`: the rules.
/// `identity`: receives the dictionary, which outlives the connection; free it with
/// peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.handshake_pending, state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_identity(
    connection: *const Connection,
    rules: *const Rules,
    identity: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, rules) =
            unsafe { (shared(connection, "connection")?, shared(rules, "rules")?) };
        // SAFETY: as the signature says.
        let out = unsafe { output(identity, "identity") }?;
        let report = connection.engine().clientcert()?.clone();
        out.set(give(rules.identity(&report)?));
        Ok(())
    })
}

/// The report on the client, without building its dictionary.
///
/// `connection`: the connection, its handshake ended.
/// `report`: receives the report, which belongs to the connection and is freed with it.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.handshake_pending, state.closed, state.null_argument; the error of a failed
/// handshake.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_report(
    connection: *const Connection,
    report: *mut *const Report,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, out) =
            unsafe { (shared(connection, "connection")?, output(report, "report")?) };
        out.set(connection.report()?);
        Ok(())
    })
}

/// The connection itself: the dictionary `details`, of TLS version, cipher, server name and the like.
///
/// `connection`: the connection, its handshake ended.
/// `details`: receives the dictionary, which outlives the connection; free it with
/// peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.handshake_pending, state.closed, state.null_argument; the error of a failed
/// handshake.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_details(
    connection: *const Connection,
    details: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, out) = unsafe {
            (
                shared(connection, "connection")?,
                output(details, "details")?,
            )
        };
        out.set(give(value::build(|sink| {
            connection.engine().details(sink)
        })?));
        Ok(())
    })
}

/// Tells whether the host that a request names admits the same clients as the one that the connection
/// was made for. Where it does not, the request belongs on another connection: answer 421 Misdirected
/// Request (RFC 9110, 15.5.20). Beside virtual hosts, a host in an odd spelling (percent-encoded, with a
/// user name, with a comma) is served nowhere: programs read it in different ways.
///
/// `connection`: the connection, its handshake ended; NULL gives 0.
/// `authority`: the request's `Host` or `:authority`, with its port if it has one; NULL gives 0.
/// Returns: 1 or 0.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_serves(
    connection: *const Connection,
    authority: *const c_char,
) -> c_int {
    entry!(else 0, {
        // SAFETY: as the signature says.
        let (connection, authority) =
            unsafe { (shared(connection, "connection"), text(authority, "authority")) };
        let (Ok(connection), Ok(authority)) = (connection, authority) else {
            return 0;
        };
        c_int::from(connection.engine().serves(authority))
    })
}

/// Exports keying material for channel bindings and the like (RFC 5705).
///
/// `connection`: the connection, its handshake ended.
/// `label`: the label, such as `EXPORTER-Channel-Binding`; there is no context.
/// `buffer`: receives the material.
/// `size`: how many bytes are wanted, at least 1.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.handshake_pending, state.closed, state.buffer_too_small, state.null_argument,
/// state.invalid_argument, internal.tls_library; the error of a failed handshake.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_export_keying_material(
    connection: *const Connection,
    label: *const c_char,
    buffer: *mut u8,
    size: usize,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, label) =
            unsafe { (shared(connection, "connection")?, text(label, "label")?) };
        // SAFETY: as the signature says.
        let buffer = unsafe { room(buffer, size, "buffer") }?;
        connection.engine().export_keying_material(label, buffer)
    })
}
