//! Certificates without a connection. Data is data and never a path: a header's value cannot become
//! the reading of a file.

use crate::boundary::{self, bytes, give, optional_text, output};
use crate::error::Error;
use crate::value::{self, Value};
use peercert::schema::Sink;
use peercert::Certificate;
use std::ffi::{c_char, c_int};

fn describe(certificate: &Certificate) -> peercert::Result<Value> {
    value::build(|sink| {
        sink.begin_dict();
        certificate.describe(sink);
        sink.end();
        Ok(())
    })
}

/// Reads one certificate, PEM (the first of several) or DER, told by content: the dictionary
/// `certinfo`.
///
/// `data`: the certificate.
/// `len`: how many bytes, at most 1 MB.
/// `certinfo`: receives the dictionary; free it with peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: kind certificate; state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_certinfo(
    data: *const u8,
    len: usize,
    certinfo: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (data, out) = unsafe { (bytes(data, len, "data")?, output(certinfo, "certinfo")?) };
        out.set(give(describe(&peercert::certinfo(data)?)?));
        Ok(())
    })
}

/// Reads one certificate from a file, PEM (the first of several) or DER.
///
/// `path`: the file's name.
/// `certinfo`: receives the dictionary; free it with peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: io.file, kind certificate; state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_certinfo_file(
    path: *const c_char,
    certinfo: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (file, out) = unsafe { (boundary::path(path, "path")?, output(certinfo, "certinfo")?) };
        out.set(give(describe(&peercert::certinfo_file(file)?)?));
        Ok(())
    })
}

/// Reads all certificates of a bundle: PEM with several, PKCS#7, or PKCS#12 with its password. For
/// files of an operator's, not for what a peer sends.
///
/// `data`: the bundle.
/// `len`: how many bytes, at most 1 MB.
/// `password`: opens a PKCS#12; NULL for none.
/// `certinfos`: receives a list of dictionaries; free it with peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: kind certificate; state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_certinfos(
    data: *const u8,
    len: usize,
    password: *const c_char,
    certinfos: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (data, password) = unsafe {
            (
                bytes(data, len, "data")?,
                optional_text(password, "password")?,
            )
        };
        // SAFETY: as the signature says.
        let out = unsafe { output(certinfos, "certinfos") }?;
        let found = peercert::certinfos(data, password)?;
        let infos: peercert::Result<Vec<Value>> = found.iter().map(describe).collect();
        out.set(give(Value::List(infos?)));
        Ok(())
    })
}
