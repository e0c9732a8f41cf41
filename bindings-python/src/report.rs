//! This file is about reports: who the client is, whoever saw the certificate.
//!
//! In: a report of the core's, or the certificate and the verdict of a host. Out: Python objects.

use crate::certinfo::with_bytes;
use crate::dict;
use crate::errors;
use crate::export;
use crate::rules::Rules;
use peercert::export::{Details, Format};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyInt, PyList, PyString};

/// Who the client of a host is: what `report` gives. It never changes.
#[pyclass(frozen, module = "peercert")]
pub(crate) struct Report(peercert::Report);

impl From<peercert::Report> for Report {
    fn from(report: peercert::Report) -> Self {
        Self(report)
    }
}

/// The report on the client of a host that ends TLS itself (nginx, HAProxy, lighttpd, Apache).
///
/// `certificate` is what the host exposes, PEM or DER; `None` or empty is none, whatever the verdict.
/// `verdict` is in that host's own words or numbers. What is not understood is not verified.
#[pyfunction]
pub(crate) fn report(
    py: Python<'_>,
    certificate: &Bound<'_, PyAny>,
    verdict: &Bound<'_, PyAny>,
) -> PyResult<Report> {
    let verdict = words(verdict)?;
    let made = if certificate.is_none() {
        peercert::Report::of_verdict(&[], &verdict)
    } else {
        with_bytes(certificate, |bytes| {
            peercert::Report::of_verdict(bytes, &verdict)
        })?
    };
    made.map(Report).map_err(|error| errors::own(py, &error))
}

/// A verdict as text. A `bool` is an `int` of Python's, but no verdict: `False` would be the number
/// that says that all is well.
fn words(verdict: &Bound<'_, PyAny>) -> PyResult<String> {
    if verdict.is_none() {
        return Ok(String::new());
    }
    if let Ok(text) = verdict.cast::<PyString>() {
        return Ok(text.to_string_lossy().into_owned());
    }
    if verdict.is_instance_of::<PyInt>() && !verdict.is_instance_of::<PyBool>() {
        return Ok(verdict.str()?.to_string_lossy().into_owned());
    }
    Err(PyTypeError::new_err(format!(
        "a verdict is str, int or None, not {}",
        verdict.get_type().name()?
    )))
}

#[pymethods]
impl Report {
    /// Who the client is, as a dictionary.
    fn clientcert<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        dict::build(py, |sink| self.0.describe(sink))
    }

    /// Who the client is by these rules, as a dictionary.
    fn identity<'py>(&self, py: Python<'py>, rules: &Rules) -> PyResult<Bound<'py, PyAny>> {
        rules.answer(py, &self.0)
    }

    /// The certificates that the host exposed, each DER; `None` without one.
    fn chain<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        chain(py, &self.0)
    }

    /// The client's certificate as DER; `None` without one.
    fn der<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        der(py, &self.0)
    }

    /// The client under the names that applications already read: `form` is `apache`, `nginx`, `cgi`,
    /// `basicauth`, `rfc9440`, `xfcc` or `asgi`. `details` is what is known of the connection.
    #[pyo3(signature = (form, **details))]
    fn export<'py>(
        &self,
        py: Python<'py>,
        form: &str,
        details: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let format = Format::parse(form).map_err(|error| errors::own(py, &error))?;
        let mut known = Details::default();
        export::fill(&mut known, details)?;
        export::export(py, &self.0, format, &known)
    }

    /// What `clientcert` tells, as JSON text.
    fn json(&self) -> String {
        self.0.json()
    }
}

impl Report {
    /// The report itself.
    pub(crate) fn of(&self) -> &peercert::Report {
        &self.0
    }
}

/// The chain of a report as a list of DER.
pub(crate) fn chain<'py>(
    py: Python<'py>,
    report: &peercert::Report,
) -> PyResult<Option<Bound<'py, PyList>>> {
    report
        .chain()
        .map(|chain| PyList::new(py, chain.iter().map(|der| PyBytes::new(py, der))))
        .transpose()
}

/// The leaf of a report as DER.
pub(crate) fn der<'py>(py: Python<'py>, report: &peercert::Report) -> Option<Bound<'py, PyBytes>> {
    report.der().map(|der| PyBytes::new(py, der))
}
