//! This file is about issuing: specs from keyword arguments, and what the core's authority makes.
//!
//! In: names and Python values. Out: the core's [`Spec`], checked by the core; dictionaries of what was
//! made.

use crate::errors;
use peercert::issue::{self, KeyKind, Spec, Subject};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString};

/// The spec of keyword arguments; those that are `None` count as not given.
pub(crate) fn spec(py: Python<'_>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Spec> {
    let mut spec = Spec::default();
    let Some(fields) = fields else { return Ok(spec) };
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
            _ => return Err(PyTypeError::new_err(format!("a certificate has no field {name:?}"))),
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
        return Err(PyTypeError::new_err(format!("{name} is a list of texts, not one text")));
    }
    value.try_iter()?.map(|item| item?.extract()).collect()
}
