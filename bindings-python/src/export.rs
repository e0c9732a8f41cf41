//! This file is about the names that applications already read, as a Python `dict`.
//!
//! In: a report, and keyword arguments. Out: names and values in the core's order.

use crate::certinfo::with_bytes;
use crate::errors;
use peercert::export::{Cipher, Details, Exported, Format};
use peercert::Report;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyString};

/// The value of a request's `Authorization` passes for one of FakeBasicAuth.
#[pyfunction]
pub(crate) fn is_fake_basic_auth(authorization: &str) -> bool {
    peercert::export::is_fake_basic_auth(authorization)
}

/// What is exported of a caller.
pub(crate) fn export<'py>(
    py: Python<'py>,
    report: &Report,
    format: Format,
    details: &Details,
) -> PyResult<Bound<'py, PyDict>> {
    let found = PyDict::new(py);
    let mut failure = None;
    let set = |name: &str, value: Exported<'_>| {
        if let Err(error) = set(&found, name, value) {
            failure.get_or_insert(error);
        }
    };
    report
        .export(format, details, set)
        .map_err(|error| errors::own(py, &error))?;
    failure.map_or(Ok(found), Err)
}

fn set(found: &Bound<'_, PyDict>, name: &str, value: Exported<'_>) -> PyResult<()> {
    let py = found.py();
    match value {
        Exported::Text(text) => found.set_item(name, PyString::new(py, text)),
        Exported::Integer(number) => found.set_item(name, PyInt::new(py, number)),
        Exported::Texts(texts) => found.set_item(name, PyList::new(py, texts)?),
        Exported::Nothing => found.set_item(name, py.None()),
    }
}

/// Fills in what the keyword arguments of a call say; those that are `None` say nothing.
pub(crate) fn fill(details: &mut Details, given: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
    for (name, value) in given.into_iter().flatten() {
        let name: String = name.extract()?;
        if value.is_none() {
            continue;
        }
        match name.as_str() {
            "user" => details.user = Some(value.extract()?),
            "pinned" => details.pinned = flag(&value)?,
            "generous" => details.generous = flag(&value)?,
            "now" => details.now = Some(value.extract()?),
            "server_certificate" => {
                let read = with_bytes(&value, peercert::certinfo)?;
                let own = read.map_err(|error| errors::own(value.py(), &error))?;
                details.server_certificate = Some(own.der().to_vec());
            }
            "protocol" => details.protocol = Some(value.extract()?),
            "cipher" => {
                let (name, number, bits) = value.extract()?;
                details.cipher = Some(Cipher { name, number, bits });
            }
            "server_name" => details.server_name = Some(value.extract()?),
            "alpn" => details.alpn = Some(value.extract()?),
            "resumed" => details.resumed = Some(flag(&value)?),
            "session_id" => details.session_id = value.extract()?,
            "secure_renegotiation" => details.secure_renegotiation = Some(flag(&value)?),
            "signature_scheme" => details.signature_scheme = Some(value.extract()?),
            _ => {
                let message = format!("export() got an unexpected keyword argument '{name}'");
                return Err(PyTypeError::new_err(message));
            }
        }
    }
    Ok(())
}

/// Truth is no verdict: only a `bool` is taken for one.
fn flag(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(value.cast::<PyBool>()?.is_true())
}
