//! This file is about `certinfo`: certificates that are files or data, as dictionaries.

use crate::dict;
use crate::errors;
use peercert::schema::Sink;
use peercert::{cert, Certificate};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};
use std::path::PathBuf;

/// The dictionary of one certificate, PEM (the first one in it) or DER, told by content.
///
/// A `str` or `bytes` is data, never a path; for a file pass a `pathlib.Path`, or use
/// `certinfo_file`.
#[pyfunction]
pub(crate) fn certinfo<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    if data.hasattr(intern!(py, "__fspath__"))? {
        return certinfo_file(py, data.extract()?);
    }
    let read = with_bytes(data, cert::certinfo)?;
    described(py, read)
}

/// The dictionary of the certificate in a file.
#[pyfunction]
pub(crate) fn certinfo_file(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyAny>> {
    let read = py.detach(|| cert::certinfo_file(&path));
    described(py, read)
}

/// The dictionaries of every certificate of a bundle: PEM with several, PKCS#7, or PKCS#12 with its
/// password. For an operator's files, never for a peer's data.
#[pyfunction]
#[pyo3(signature = (data, password=None))]
pub(crate) fn certinfos<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    password: Option<&str>,
) -> PyResult<Bound<'py, PyList>> {
    let read = with_bytes(data, |bytes| cert::certinfos(bytes, password))?;
    let list = PyList::empty(py);
    for certificate in read.map_err(|error| errors::own(py, &error))? {
        list.append(described(py, Ok(certificate))?)?;
    }
    Ok(list)
}

fn described(py: Python<'_>, read: peercert::Result<Certificate>) -> PyResult<Bound<'_, PyAny>> {
    let certificate = read.map_err(|error| errors::own(py, &error))?;
    dict::build(py, |sink| {
        sink.begin_dict();
        certificate.describe(sink);
        sink.end();
    })
}

fn with_bytes<R>(data: &Bound<'_, PyAny>, read: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(read(bytes.as_bytes()));
    }
    if let Ok(text) = data.cast::<PyString>() {
        return Ok(read(text.to_str()?.as_bytes()));
    }
    if let Ok(buffer) = PyBuffer::<u8>::get(data) {
        return Ok(read(&buffer.to_vec(data.py())?));
    }
    Err(PyTypeError::new_err(format!(
        "a certificate is bytes, str or a pathlib.Path, not {}",
        data.get_type().name()?
    )))
}
