//! Reports: who called, as the handshake has shown it. A report never changes, and several threads may
//! read it at once. One that a connection or an error lends is freed with that.

use crate::boundary::{bytes, c_string, free, give, optional_text, output, put, shared};
use crate::error::Error;
use crate::value::{self, Value};
use peercert::Result;
use std::ffi::{c_char, c_int, CString};
use std::ptr::null;
use std::sync::Arc;

/// Who called: an immutable snapshot.
pub struct Report {
    inner: Arc<peercert::Report>,
    code: CString,
    text: CString,
}

impl Report {
    pub(crate) fn new(report: Arc<peercert::Report>) -> Self {
        Self {
            code: c_string(report.verifycode()),
            text: c_string(report.verifyresult()),
            inner: report,
        }
    }

    /// The report itself.
    pub(crate) fn inner(&self) -> &Arc<peercert::Report> {
        &self.inner
    }

    /// It tells of this very snapshot.
    pub(crate) fn is_of(&self, report: &Arc<peercert::Report>) -> bool {
        Arc::ptr_eq(&self.inner, report)
    }

    /// The dictionary, for C.
    pub(crate) fn clientcert(&self) -> Result<Value> {
        value::build(|sink| {
            self.inner.describe(sink);
            Ok(())
        })
    }
}

/// Makes the report on the client of a host that ends TLS itself (nginx, HAProxy, lighttpd, Apache), of
/// the certificate that it exposes and its verdict in its own words; `source` is `host`. What is not
/// understood is not verified. The certificate's dates are looked at again.
///
/// `data`: the certificate, PEM or DER.
/// `len`: how many bytes, at most 1 MB; 0 for no certificate, whatever the verdict.
/// `verdict`: nginx's `SUCCESS`, `NONE` and `FAILED:reason`, HAProxy's number in decimals, lighttpd's
/// and Apache's words, OpenSSL's names and sentences; NULL for a host that says nothing.
/// `report`: receives the report; free it with peercert_report_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: kind certificate; state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_new(
    data: *const u8,
    len: usize,
    verdict: *const c_char,
    report: *mut *mut Report,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (data, verdict) = unsafe {
            (
                bytes(data, len, "data")?,
                optional_text(verdict, "verdict")?,
            )
        };
        // SAFETY: as the signature says.
        let out = unsafe { output(report, "report") }?;
        let found = peercert::Report::of_verdict(data, verdict.unwrap_or_default())?;
        out.set(give(Report::new(Arc::new(found))));
        Ok(())
    })
}

/// Tells whether the client sent a certificate.
///
/// `report`: NULL gives 0.
/// Returns: 1 or 0.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_present(report: *const Report) -> c_int {
    entry!(else 0, {
        // SAFETY: as the signature says.
        unsafe { shared(report, "report") }.map_or(0, |report| c_int::from(report.inner.present()))
    })
}

/// Tells whether the client sent a certificate, its chain verified for TLS client authentication, and
/// that held when this handshake ended.
///
/// `report`: NULL gives 0.
/// Returns: 1 or 0.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_verified(report: *const Report) -> c_int {
    entry!(else 0, {
        // SAFETY: as the signature says.
        unsafe { shared(report, "report") }.map_or(0, |report| c_int::from(report.inner.verified()))
    })
}

/// `OK`, `ABSENT`, or the name of the first error (OpenSSL's X509_V_ERR name without that prefix).
///
/// `report`: NULL gives NULL.
/// Returns: a text, alive as long as the report.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_verifycode(report: *const Report) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        unsafe { shared(report, "report") }.map_or(null(), |report| report.code.as_ptr())
    })
}

/// `ok`, `absent`, or the first error as a sentence in OpenSSL 3's wording.
///
/// `report`: NULL gives NULL.
/// Returns: a text, alive as long as the report.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_verifyresult(report: *const Report) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        unsafe { shared(report, "report") }.map_or(null(), |report| report.text.as_ptr())
    })
}

/// The dictionary `clientcert`, of the certificate and the verdict on it.
///
/// `report`: the report.
/// `clientcert`: receives the dictionary, which outlives the report; free it with
/// peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_clientcert(
    report: *const Report,
    clientcert: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (report, out) =
            unsafe { (shared(report, "report")?, output(clientcert, "clientcert")?) };
        out.set(give(report.clientcert()?));
        Ok(())
    })
}

/// The client's certificate as DER.
///
/// `report`: NULL gives NULL.
/// `len`: receives the number of bytes, or NULL.
/// Returns: the bytes, alive as long as the report; NULL without a certificate.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_der(report: *const Report, len: *mut usize) -> *const u8 {
    entry!(else null(), {
        // SAFETY: as the signature says.
        let report = unsafe { shared(report, "report") }.ok();
        lend(report.and_then(|report| report.inner.der()), len)
    })
}

/// How many certificates the client sent: 0 without one, and on a resumed connection, where nothing
/// is sent.
///
/// `report`: NULL gives 0.
/// Returns: the length of the chain.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_chain_len(report: *const Report) -> usize {
    entry!(else 0, {
        // SAFETY: as the signature says.
        let report = unsafe { shared(report, "report") }.ok();
        report.and_then(|report| report.inner.chain()).map_or(0, <[_]>::len)
    })
}

/// One certificate of the chain as the client sent it, as DER.
///
/// `report`: NULL gives NULL.
/// `index`: 0 is the leaf.
/// `len`: receives the number of bytes, or NULL.
/// Returns: the bytes, alive as long as the report; NULL past the last.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_chain_at(
    report: *const Report,
    index: usize,
    len: *mut usize,
) -> *const u8 {
    entry!(else null(), {
        // SAFETY: as the signature says.
        let report = unsafe { shared(report, "report") }.ok();
        let chain = report.and_then(|report| report.inner.chain());
        let der = chain.and_then(|chain| chain.get(index));
        lend(der.map(Vec::as_slice), len)
    })
}

fn lend(bytes: Option<&[u8]>, len: *mut usize) -> *const u8 {
    put(len, bytes.map_or(0, <[u8]>::len));
    bytes.map_or(null(), <[u8]>::as_ptr)
}

/// Frees a report that a call made for you; one that a connection or an error lends is freed with
/// that.
///
/// `report`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_report_free(report: *mut Report) {
    // SAFETY: as the signature says.
    unsafe { free(report) }
}
