//! This file is about the certificate authority for development and tests, as Python calls it.
//!
//! In: fields of a [`Spec`] as keyword arguments, under their own names. Out: files, and where they
//! are. It may not know what a certificate may say.

use crate::errors::own;
use peercert::issue::{self, Development, KeyKind, Purpose, Reason, Spec, Subject};
use peercert::{Code, Error};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::path::PathBuf;

/// A certificate authority in a folder, for development and tests only: its key is a file, and it
/// asks nobody who may have a certificate.
#[pyclass(frozen, module = "peercert._native")]
pub(crate) struct Authority(issue::Authority);

#[pymethods]
impl Authority {
    /// A new root in a folder, which is made when it is not there.
    #[staticmethod]
    #[pyo3(signature = (folder, **spec))]
    fn create(py: Python<'_>, folder: PathBuf, spec: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let spec = read(py, spec)?;
        done(py, || issue::Authority::create(folder, &spec)).map(Self)
    }

    /// The authority of a folder; `password` opens its key.
    #[staticmethod]
    #[pyo3(signature = (folder, password=None))]
    fn open(py: Python<'_>, folder: PathBuf, password: Option<&str>) -> PyResult<Self> {
        done(py, || issue::Authority::open(folder, password)).map(Self)
    }

    /// The folder.
    #[getter]
    fn folder(&self) -> PathBuf {
        self.0.folder().to_owned()
    }

    /// The authority's certificate: what others trust it by.
    #[getter]
    fn certificate_file(&self) -> PathBuf {
        self.0.certificate_file()
    }

    /// An intermediate in a folder of its own under this one.
    #[pyo3(signature = (**spec))]
    fn intermediate(&self, py: Python<'_>, spec: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let spec = read(py, spec)?;
        done(py, || self.0.intermediate(&spec)).map(Self)
    }

    /// A server certificate and its key.
    #[pyo3(signature = (**spec))]
    fn server(&self, py: Python<'_>, spec: Option<&Bound<'_, PyDict>>) -> PyResult<Written> {
        let spec = read(py, spec)?;
        done(py, || self.0.server(&spec)).map(Written)
    }

    /// A client certificate and its key.
    #[pyo3(signature = (**spec))]
    fn client(&self, py: Python<'_>, spec: Option<&Bound<'_, PyDict>>) -> PyResult<Written> {
        let spec = read(py, spec)?;
        done(py, || self.0.client(&spec)).map(Written)
    }

    /// A certificate for a request (PEM or DER); `purpose` is `server` or `client`.
    #[pyo3(signature = (request, purpose="client", **spec))]
    fn sign(
        &self,
        py: Python<'_>,
        request: &[u8],
        purpose: &str,
        spec: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Written> {
        let purpose = match purpose {
            "server" => Purpose::Server,
            "client" => Purpose::Client,
            _ => return Err(PyTypeError::new_err("purpose is \"server\" or \"client\"")),
        };
        let spec = read(py, spec)?;
        done(py, || self.0.sign(request, purpose, &spec)).map(Written)
    }

    /// Revokes a certificate of this authority (PEM or DER); the next CRL says so.
    #[pyo3(signature = (certificate, reason="unspecified"))]
    fn revoke(&self, py: Python<'_>, certificate: &[u8], reason: &str) -> PyResult<()> {
        done(py, || self.0.revoke(certificate, Reason::parse(reason)?))
    }

    /// Revokes by serial number in hex.
    #[pyo3(signature = (serial, reason="unspecified"))]
    fn revoke_serial(&self, py: Python<'_>, serial: &str, reason: &str) -> PyResult<()> {
        done(py, || self.0.revoke_serial(serial, Reason::parse(reason)?))
    }

    /// Makes `crl.pem` anew, good for so many days; gives its path.
    #[pyo3(signature = (days=30))]
    fn crl(&self, py: Python<'_>, days: i64) -> PyResult<PathBuf> {
        done(py, || self.0.crl(days))
    }

    /// `NAME.p12` from `NAME.pem` and `NAME.key`; `legacy` is the old form, for old keychains. Gives
    /// its path.
    #[pyo3(signature = (name, password, *, key_password=None, legacy=false))]
    fn pkcs12(
        &self,
        py: Python<'_>,
        name: &str,
        password: &str,
        key_password: Option<&str>,
        legacy: bool,
    ) -> PyResult<PathBuf> {
        done(py, || self.0.pkcs12(name, key_password, password, legacy))
    }
}

/// What was written for a certificate or a request.
#[pyclass(frozen, module = "peercert._native")]
pub(crate) struct Written(issue::Written);

#[pymethods]
impl Written {
    /// What the files are called, without their ends.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    /// The certificate and its chain, or the request.
    #[getter]
    fn file(&self) -> PathBuf {
        self.0.file.clone()
    }

    /// The key; `None` for a signed request.
    #[getter]
    fn key(&self) -> Option<PathBuf> {
        self.0.key.clone()
    }

    /// The certificate's serial number, upper-case hex; empty for a request.
    #[getter]
    fn serial(&self) -> &str {
        &self.0.serial
    }

    fn __repr__(&self) -> String {
        format!(
            "Written(name={:?}, serial={:?})",
            self.0.name, self.0.serial
        )
    }
}

/// Makes a key and a request in a folder.
#[pyfunction]
#[pyo3(signature = (folder, **spec))]
pub(crate) fn request(
    py: Python<'_>,
    folder: PathBuf,
    spec: Option<&Bound<'_, PyDict>>,
) -> PyResult<Written> {
    let spec = read(py, spec)?;
    done(py, || issue::request_files(folder, &spec)).map(Written)
}

/// Makes a whole PKI for development in a folder, and tells where its files are. `password` closes
/// the PKCS#12 bundle; `legacy` makes that in the old form.
#[pyfunction]
#[pyo3(signature = (folder, password, *, legacy=false))]
pub(crate) fn development<'py>(
    py: Python<'py>,
    folder: PathBuf,
    password: &str,
    legacy: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let made = done(py, || issue::development(folder, password, legacy))?;
    files(py, made)
}

/// Where the files of a development PKI are in a folder; looks at none of them.
#[pyfunction]
pub(crate) fn development_files(py: Python<'_>, folder: PathBuf) -> PyResult<Bound<'_, PyDict>> {
    files(py, Development::find(folder))
}

fn files(py: Python<'_>, made: Development) -> PyResult<Bound<'_, PyDict>> {
    let files = PyDict::new(py);
    for (name, path) in [
        ("server_ca", made.server_ca),
        ("server_certificate", made.server_certificate),
        ("server_key", made.server_key),
        ("client_ca", made.client_ca),
        ("client", made.client.0),
        ("client_key", made.client.1),
        ("client_pkcs12", made.client_pkcs12),
        ("expired", made.expired.0),
        ("expired_key", made.expired.1),
        ("unknown", made.unknown.0),
        ("unknown_key", made.unknown.1),
    ] {
        files.set_item(name, path)?;
    }
    Ok(files)
}

fn done<R: Send>(py: Python<'_>, work: impl FnOnce() -> peercert::Result<R> + Send) -> PyResult<R> {
    py.detach(work).map_err(|error| own(py, &error))
}

fn read(py: Python<'_>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Spec> {
    let mut spec = Spec::default();
    for (name, value) in fields.into_iter().flatten() {
        if value.is_none() {
            continue;
        }
        match name.extract::<String>()?.as_str() {
            "subject" => spec.subject = Some(subject(py, &value)?),
            "dns" => spec.dns = value.extract()?,
            "email" => spec.email = value.extract()?,
            "uri" => spec.uri = value.extract()?,
            "ip" => spec.ip = value.extract()?,
            "upn" => spec.upn = value.extract()?,
            "days" => spec.days = Some(number(py, "days", &value)?),
            "not_before" => spec.not_before = Some(time(py, &value)?),
            "not_after" => spec.not_after = Some(time(py, &value)?),
            "key" => {
                let word: String = value.extract()?;
                spec.key = KeyKind::parse(&word).map_err(|error| own(py, &error))?;
            }
            "key_usage" => spec.key_usage = value.extract()?,
            "extended_key_usage" => spec.extended_key_usage = value.extract()?,
            "path_length" => spec.path_length = Some(number(py, "path_length", &value)?),
            "password" => spec.password = Some(value.extract()?),
            "name" => spec.name = Some(value.extract()?),
            other => {
                return Err(PyTypeError::new_err(format!(
                    "a certificate has no field {other}"
                )))
            }
        }
    }
    Ok(spec)
}

/// An RFC 4514 string, or pairs of type and value.
fn subject(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<Subject> {
    let made = if let Ok(text) = value.cast::<PyString>() {
        Subject::parse(text.to_str()?)
    } else {
        let pairs: Vec<(String, String)> = value.extract()?;
        Subject::from_attributes(
            pairs
                .iter()
                .map(|(kind, text)| (kind.as_str(), text.as_str())),
        )
    };
    made.map_err(|error| own(py, &error))
}

/// A number that may be more than the field holds, which is the caller's mistake in a value.
fn number<'py, T>(py: Python<'py>, name: &str, value: &Bound<'py, PyAny>) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
{
    value.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyOverflowError>(py) {
            own(
                py,
                &Error::new(Code::CannotIssue, format!("{name} is out of range")),
            )
        } else {
            error
        }
    })
}

/// Seconds since 1970, or a date as text.
fn time(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<i64> {
    match value.cast::<PyString>() {
        Ok(text) => issue::time(text.to_str()?).map_err(|error| own(py, &error)),
        Err(_) => value.extract(),
    }
}
