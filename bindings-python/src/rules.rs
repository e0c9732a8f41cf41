//! This file is about rules that map certificates to users: from Python data, to dictionaries.
//!
//! In: rules; a connection, a report, or the dictionary that one of them gave. Out: who the caller is.

use crate::certinfo::with_bytes;
use crate::connection::Connection;
use crate::dict;
use crate::engine::Engine;
use crate::errors;
use crate::options;
use crate::report::Report;
use peercert::identity::{describe, Caller};
use peercert::{cert, OptionValue};
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

/// Rules that map certificates to users: in order, the first that matches counts.
///
/// A `str` is the content of a file of rules, never its path; for the file pass a `pathlib.Path`. A
/// list has a dictionary for each rule, of the same words. Every problem is raised at once.
#[pyclass(frozen, module = "peercert")]
pub(crate) struct Rules(peercert::Rules);

#[pymethods]
impl Rules {
    #[new]
    fn new(py: Python<'_>, rules: &Bound<'_, PyAny>) -> PyResult<Self> {
        let rules = if let Ok(text) = rules.cast::<PyString>() {
            // Text that is no UTF-8 must not become the name of a file.
            OptionValue::Text(text.to_str()?.to_owned())
        } else if rules.is_instance_of::<PyList>()
            || rules.is_instance_of::<PyTuple>()
            || rules.hasattr(intern!(py, "__fspath__"))?
        {
            options::value_of(rules)?
        } else {
            return Err(PyTypeError::new_err(format!(
                "rules are str, a list of dictionaries or a pathlib.Path, not {}",
                rules.get_type().name()?
            )));
        };
        py.detach(|| peercert::Rules::new(rules))
            .map(Self)
            .map_err(|error| errors::own(py, &error))
    }

    /// How many rules there are.
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Who a caller is: a connection, a report, or the dictionary `clientcert` of one.
    fn identify<'py>(
        &self,
        py: Python<'py>,
        caller: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.answer(py, of(caller)?)
    }

    /// What comes of every rule for a caller, and the answer that `identify` gives.
    fn explain<'py>(
        &self,
        py: Python<'py>,
        caller: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let explained = self.0.explain(of(caller)?);
        dict::build(py, |sink| explained.describe(sink))
    }

    /// What would come of every rule for a certificate, as if it had verified and the CA with this
    /// digest (as in the key `anchor`) had vouched; or as if it had not verified.
    #[pyo3(signature = (certificate, *, verified=true, anchor=None))]
    fn rehearse<'py>(
        &self,
        py: Python<'py>,
        certificate: &Bound<'py, PyAny>,
        verified: bool,
        anchor: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let caller = with_bytes(certificate, |data| {
            let certificate = cert::certinfo(data)?;
            Ok(match (verified, anchor) {
                (false, _) => Caller::as_if_unverified(certificate),
                (true, None) => Caller::as_if_verified(certificate, None),
                (true, Some(_)) => {
                    Caller::told(Some(certificate.der()), true, "OK", anchor, "tls")?
                }
            })
        })?;
        let explained = self
            .0
            .explain(caller.map_err(|error| errors::own(py, &error))?);
        dict::build(py, |sink| explained.describe(sink))
    }
}

impl Rules {
    /// The dictionary of who a caller is.
    pub(crate) fn answer<'py>(
        &self,
        py: Python<'py>,
        caller: impl Into<Caller>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let answer = self.0.identify(caller);
        dict::build(py, |sink| describe(&answer, sink))
    }
}

/// The caller of whatever knows one.
fn of(caller: &Bound<'_, PyAny>) -> PyResult<Caller> {
    let py = caller.py();
    if let Ok(connection) = caller.cast::<Connection>() {
        return Ok(Caller::from(&connection.get().report(py)?));
    }
    if let Ok(engine) = caller.cast::<Engine>() {
        return Ok(Caller::from(&engine.get().report(py)?));
    }
    if let Ok(report) = caller.cast::<Report>() {
        return Ok(Caller::from(report.get().of()));
    }
    if let Ok(told) = caller.cast::<PyDict>() {
        return of_dict(told);
    }
    if caller.hasattr(intern!(py, "clientcert"))? {
        let told = caller.call_method0(intern!(py, "clientcert"))?;
        if let Ok(told) = told.cast::<PyDict>() {
            return of_dict(told);
        }
    }
    Err(PyTypeError::new_err(format!(
        "a caller is a connection, a report, or the dictionary of its clientcert(), not {}",
        caller.get_type().name()?
    )))
}

/// The caller of a `clientcert` dictionary.
fn of_dict(told: &Bound<'_, PyDict>) -> PyResult<Caller> {
    let key = |name: &str| {
        told.get_item(name)?
            .ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    };
    let pem = match key("present")?.extract::<bool>()? {
        true => Some(key("pem")?.extract::<String>()?),
        false => None,
    };
    let anchor = told.get_item("anchor")?;
    let anchor = anchor
        .map(|anchor| anchor.extract::<String>())
        .transpose()?;
    Caller::told(
        pem.as_deref().map(str::as_bytes),
        key("verified")?.extract()?,
        &key("verifycode")?.extract::<String>()?,
        anchor.as_deref(),
        &key("source")?.extract::<String>()?,
    )
    .map_err(|error| errors::own(told.py(), &error))
}
