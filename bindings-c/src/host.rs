//! Reports on connections of the program's own libssl.

use crate::boundary::{give, output};
use crate::error::Error;
use crate::report::Report;
use peercert::Code;
use std::ffi::{c_int, c_void};
use std::ptr::NonNull;
use std::sync::Arc;

/// Makes the report on the client of a connection that this program ends itself with the system's
/// libssl: its certificate, and the verdict of that library; `source` is `host`. It is verified only
/// when a CA of the connection's SSL_CTX vouches for it as well, now, whatever a callback of the
/// program's has said. OpenSSL keeps the last error of a chain, not the first; of a resumed session it
/// keeps no intermediates, so that there the SSL_CTX has to know them. Only
/// in the build that shares the system's libssl with the program.
///
/// `ssl`: an `SSL *` of the server's side, its handshake ended; it is only read, and remains yours.
/// `report`: receives the report; free it with peercert_report_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.handshake_pending, state.invalid_argument (a client's connection),
/// state.null_argument, peer.certificate_unreadable, internal.tls_library.
/// Since: 0.1.0
#[cfg(feature = "openssl")]
#[no_mangle]
pub unsafe extern "C" fn peercert_report_new_from_ssl(
    ssl: *const c_void,
    report: *mut *mut Report,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let out = unsafe { output(report, "report") }?;
        let ssl = NonNull::new(ssl.cast_mut()).ok_or_else(|| {
            peercert::Error::new(Code::NullArgument, "ssl is NULL").with("argument", "ssl")
        })?;
        // SAFETY: the caller's `SSL *`, as the signature says.
        let found = unsafe { peercert::Report::of_host(ssl) }?;
        out.set(give(Report::new(Arc::new(found))));
        Ok(())
    })
}
