//! This file is about options: from Python keyword arguments to the core's plain data.
//!
//! In: names and Python values. Out: [`Options`], unchecked: the core tells every problem at once.

use peercert::{OptionValue, Options};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple,
};
use std::path::PathBuf;

/// The options of a call; those that are `None` count as not given.
pub(crate) fn from_kwargs(kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<Options> {
    let mut options = Options::new();
    let Some(kwargs) = kwargs else {
        return Ok(options);
    };
    for (name, value) in kwargs {
        if value.is_none() {
            continue;
        }
        let name: String = name.extract()?;
        let value = value_of(&name, &value)?;
        options.push(&name, value);
    }
    Ok(options)
}

fn value_of(name: &str, value: &Bound<'_, PyAny>) -> PyResult<OptionValue> {
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(OptionValue::Flag(flag.is_true()));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(OptionValue::Text(text.extract()?));
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(OptionValue::Bytes(bytes.as_bytes().to_vec()));
    }
    if let Ok(bytes) = value.cast::<PyByteArray>() {
        return Ok(OptionValue::Bytes(bytes.to_vec()));
    }
    if value.is_instance_of::<PyInt>() {
        return Ok(OptionValue::Integer(value.extract()?));
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(OptionValue::Number(value.extract()?));
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let items = value.try_iter()?.map(|item| value_of(name, &item?));
        return Ok(OptionValue::List(items.collect::<PyResult<_>>()?));
    }
    if let Ok(path) = value.extract::<PathBuf>() {
        return Ok(OptionValue::Path(path));
    }
    Err(PyTypeError::new_err(format!(
        "option {name} has a value of type {}; options take str, bytes, a path, int, float, bool or \
         a list",
        value.get_type().name()?
    )))
}
