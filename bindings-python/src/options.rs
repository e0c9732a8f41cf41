//! This file is about options: from Python keyword arguments to the core's plain data.
//!
//! In: names and Python values. Out: [`Options`], unchecked: the core tells every problem at once.

use peercert::{OptionValue, Options};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple,
};

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
        options.push(&name, value_of(&value)?);
    }
    Ok(options)
}

/// A Python value as plain data.
pub(crate) fn value_of(value: &Bound<'_, PyAny>) -> PyResult<OptionValue> {
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(OptionValue::Flag(flag.is_true()));
    }
    if let Ok(text) = value.cast::<PyString>() {
        // Text that is no UTF-8 may still be the name of a file.
        return Ok(match text.extract() {
            Ok(text) => OptionValue::Text(text),
            Err(_) => value
                .extract()
                .map_or_else(|_| of_no_type(), OptionValue::Path),
        });
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(OptionValue::Bytes(bytes.as_bytes().to_vec()));
    }
    if let Ok(bytes) = value.cast::<PyByteArray>() {
        return Ok(OptionValue::Bytes(bytes.to_vec()));
    }
    if value.is_instance_of::<PyInt>() {
        return Ok(OptionValue::Integer(nearest(value)?));
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(OptionValue::Number(value.extract()?));
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let items = value.try_iter()?.map(|item| value_of(&item?));
        return Ok(OptionValue::List(items.collect::<PyResult<_>>()?));
    }
    if let Ok(options) = value.cast::<PyDict>() {
        return sets(options).map(OptionValue::Options);
    }
    Ok(value
        .extract()
        .map_or_else(|_| of_no_type(), OptionValue::Path))
}

/// Sets of options by name. A set that is `None` is none that was left out: its name is served.
fn sets(named: &Bound<'_, PyDict>) -> PyResult<Options> {
    let mut sets = Options::new();
    for (name, set) in named {
        let name: String = name.extract()?;
        match set.cast::<PyDict>() {
            Ok(set) => sets.push(&name, OptionValue::Options(from_kwargs(Some(set))?)),
            Err(_) => sets.push(&name, value_of(&set)?),
        }
    }
    Ok(sets)
}

/// The integer, or the nearest that the core can be told of: no option's range goes that far.
fn nearest(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    match value.extract() {
        Ok(number) => Ok(number),
        Err(_) => Ok(if value.lt(0)? { i64::MIN } else { i64::MAX }),
    }
}

/// What stands for a Python value that is none of the core's types: no option takes it, so the core
/// reports it beside the other problems.
fn of_no_type() -> OptionValue {
    OptionValue::List(vec![OptionValue::List(Vec::new())])
}
