//! This file is about issuing: specs from keyword arguments, and what the core's authority makes.
//!
//! In: names and Python values. Out: the core's [`Spec`], checked by the core; the files that
//! were made.

use crate::errors;
use peercert::issue::{self, Development, KeyKind, Purpose, Reason, Spec, Subject, Written};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString};
use std::path::PathBuf;

/// An authority in a folder, for development and tests.
#[pyclass(frozen, module = "peercert._native")]
pub(crate) struct Authority(issue::Authority);

#[pymethods]
impl Authority {
    /// A new root in a folder.
    #[staticmethod]
    #[pyo3(signature = (folder, **fields))]
    fn create(
        py: Python<'_>,
        folder: PathBuf,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let spec = spec(py, fields)?;
        made(py, || issue::Authority::create(folder, &spec)).map(Self)
    }

    /// The authority of a folder.
    #[staticmethod]
    #[pyo3(signature = (folder, password=None))]
    fn open(py: Python<'_>, folder: PathBuf, password: Option<&str>) -> PyResult<Self> {
        made(py, || issue::Authority::open(folder, password)).map(Self)
    }

    /// The folder.
    #[getter]
    fn folder(&self) -> PathBuf {
        self.0.folder().to_owned()
    }

    /// The file of the authority's certificate.
    #[getter]
    fn certificate(&self) -> PathBuf {
        self.0.certificate_file()
    }

    /// An intermediate in a folder of its own under this one.
    #[pyo3(signature = (**fields))]
    fn intermediate(&self, py: Python<'_>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let spec = spec(py, fields)?;
        made(py, || self.0.intermediate(&spec)).map(Self)
    }

    /// A server certificate and its key.
    #[pyo3(signature = (**fields))]
    fn server(&self, py: Python<'_>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Files> {
        let spec = spec(py, fields)?;
        made(py, || self.0.server(&spec)).map(files)
    }

    /// A client certificate and its key.
    #[pyo3(signature = (**fields))]
    fn client(&self, py: Python<'_>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Files> {
        let spec = spec(py, fields)?;
        made(py, || self.0.client(&spec)).map(files)
    }

    /// A certificate for a request; `server` says what for.
    #[pyo3(signature = (request, server, **fields))]
    fn sign(
        &self,
        py: Python<'_>,
        request: &[u8],
        server: bool,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Files> {
        let spec = spec(py, fields)?;
        let purpose = if server {
            Purpose::Server
        } else {
            Purpose::Client
        };
        made(py, || self.0.sign(request, purpose, &spec)).map(files)
    }

    /// Revokes a certificate.
    fn revoke(&self, py: Python<'_>, certificate: &[u8], reason: &str) -> PyResult<()> {
        made(py, || self.0.revoke(certificate, Reason::parse(reason)?))
    }

    /// Revokes a certificate by its serial number.
    fn revoke_serial(&self, py: Python<'_>, serial: &str, reason: &str) -> PyResult<()> {
        made(py, || self.0.revoke_serial(serial, Reason::parse(reason)?))
    }

    /// Makes the CRL anew and gives its file.
    fn crl(&self, py: Python<'_>, days: i64) -> PyResult<PathBuf> {
        made(py, || self.0.crl(days))
    }

    /// Makes a PKCS#12 bundle and gives its file.
    fn pkcs12(
        &self,
        py: Python<'_>,
        name: &str,
        key_password: Option<&str>,
        password: &str,
        legacy: bool,
    ) -> PyResult<PathBuf> {
        made(py, || self.0.pkcs12(name, key_password, password, legacy))
    }
}

/// Makes a key and a request in a folder.
#[pyfunction]
#[pyo3(signature = (folder, **fields))]
pub(crate) fn request(
    py: Python<'_>,
    folder: PathBuf,
    fields: Option<&Bound<'_, PyDict>>,
) -> PyResult<Files> {
    let spec = spec(py, fields)?;
    made(py, || issue::request_files(folder, &spec)).map(files)
}

/// Makes a whole development PKI in a folder.
#[pyfunction]
pub(crate) fn development(
    py: Python<'_>,
    folder: PathBuf,
    password: &str,
    legacy: bool,
) -> PyResult<()> {
    made(py, || issue::development(folder, password, legacy)).map(drop)
}

/// The files of a development PKI by what they are.
#[pyfunction]
pub(crate) fn development_files(folder: PathBuf) -> Vec<(&'static str, PathBuf)> {
    let found = Development::find(folder);
    vec![
        ("server_ca", found.server_ca),
        ("server_certificate", found.server_certificate),
        ("server_key", found.server_key),
        ("client_ca", found.client_ca),
        ("client_certificate", found.client.0),
        ("client_key", found.client.1),
        ("client_pkcs12", found.client_pkcs12),
        ("expired_certificate", found.expired.0),
        ("expired_key", found.expired.1),
        ("unknown_certificate", found.unknown.0),
        ("unknown_key", found.unknown.1),
    ]
}

/// The kinds of key that are made, as words.
#[pyfunction]
pub(crate) fn key_kinds() -> Vec<&'static str> {
    KeyKind::ALL.iter().map(|(word, _)| *word).collect()
}

/// What was written: name, file, key file, serial number.
type Files = (String, PathBuf, Option<PathBuf>, String);

fn files(written: Written) -> Files {
    (written.name, written.file, written.key, written.serial)
}

/// Runs a step with the interpreter released: keys take their time.
fn made<R: Send>(py: Python<'_>, step: impl FnOnce() -> peercert::Result<R> + Send) -> PyResult<R> {
    py.detach(step).map_err(|error| errors::own(py, &error))
}

/// The spec of keyword arguments; those that are `None` count as not given.
fn spec(py: Python<'_>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Spec> {
    let mut spec = Spec::default();
    let Some(fields) = fields else {
        return Ok(spec);
    };
    let own = |error: peercert::Error| errors::own(py, &error);
    for (name, value) in fields {
        if value.is_none() {
            continue;
        }
        let name: String = name.extract()?;
        match name.as_str() {
            "subject" => spec.subject = Some(Subject::parse(value.extract()?).map_err(own)?),
            "dns" => spec.dns = texts(&name, &value)?,
            "email" => spec.email = texts(&name, &value)?,
            "uri" => spec.uri = texts(&name, &value)?,
            "ip" => spec.ip = texts(&name, &value)?,
            "upn" => spec.upn = texts(&name, &value)?,
            "days" => spec.days = Some(value.extract()?),
            "not_before" => spec.not_before = Some(moment(py, &value)?),
            "not_after" => spec.not_after = Some(moment(py, &value)?),
            "key" => spec.key = KeyKind::parse(value.extract()?).map_err(own)?,
            "key_usage" => spec.key_usage = texts(&name, &value)?,
            "extended_key_usage" => spec.extended_key_usage = texts(&name, &value)?,
            "path_length" => spec.path_length = Some(value.extract()?),
            "password" => spec.password = Some(value.extract()?),
            "name" => spec.name = Some(value.extract()?),
            _ => {
                return Err(PyTypeError::new_err(format!(
                    "a certificate has no field {name:?}"
                )))
            }
        }
    }
    Ok(spec)
}

/// Seconds since 1970, or a date as the core reads it.
fn moment(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<i64> {
    if value.is_instance_of::<PyInt>() {
        return value.extract();
    }
    issue::time(value.extract()?).map_err(|error| errors::own(py, &error))
}

/// A list of texts. One text alone would be taken for its letters.
fn texts(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if value.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err(format!(
            "{name} is a list of texts, not one text"
        )));
    }
    value.try_iter()?.map(|item| item?.extract()).collect()
}
