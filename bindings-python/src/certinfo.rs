//! This file is about `certinfo`: certificates that are files or data, as dictionaries.

use crate::dict;
use crate::errors;
use peercert::schema::Sink;
use peercert::{cert, Certificate, Code, Error};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// More bytes than the core takes for certificates.
const ENOUGH: u64 = 1 << 21;

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
/// password; a `pathlib.Path` is a file. For an operator's files, never for a peer's data.
#[pyfunction]
#[pyo3(signature = (data, password=None))]
pub(crate) fn certinfos<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    password: Option<&str>,
) -> PyResult<Bound<'py, PyList>> {
    let read = if data.hasattr(intern!(py, "__fspath__"))? {
        let path: PathBuf = data.extract()?;
        py.detach(|| contents(&path).and_then(|bytes| cert::certinfos(&bytes, password)))
    } else {
        with_bytes(data, |bytes| cert::certinfos(bytes, password))?
    };
    let list = PyList::empty(py);
    for certificate in read.map_err(|error| errors::own(py, &error))? {
        list.append(described(py, Ok(certificate))?)?;
    }
    Ok(list)
}

/// The bytes of a file, or as many of an endless one as make the core say that it is too large.
fn contents(path: &Path) -> peercert::Result<Vec<u8>> {
    let mut data = Vec::new();
    File::open(path)
        .and_then(|file| file.take(ENOUGH).read_to_end(&mut data))
        .map_err(|error| {
            let message = format!("{} cannot be read: {error}", path.display());
            Error::new(Code::File, message).with("path", path.display())
        })?;
    Ok(data)
}

fn described(py: Python<'_>, read: peercert::Result<Certificate>) -> PyResult<Bound<'_, PyAny>> {
    let certificate = read.map_err(|error| errors::own(py, &error))?;
    dict::build(py, |sink| {
        sink.begin_dict();
        certificate.describe(sink);
        sink.end();
    })
}

/// Runs `read` on data that is text, bytes or a buffer.
pub(crate) fn with_bytes<R>(data: &Bound<'_, PyAny>, read: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
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
