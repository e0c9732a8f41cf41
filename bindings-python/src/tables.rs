//! This file is about the core's tables as Python data, for documentation, stubs and tests.

use crate::errors;
use peercert::{Code, Mode};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// The versions of peercert and of the TLS library inside.
#[pyfunction]
pub(crate) fn version() -> (&'static str, &'static str) {
    peercert::version()
}

/// The key table: a list of {group, name, type, presence, meaning, example}.
#[pyfunction]
pub(crate) fn schema(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let rows = PyList::empty(py);
    for row in peercert::schema::KEYS {
        rows.append(strings(
            py,
            &[
                ("group", row.group),
                ("name", row.name),
                ("type", row.kind.name()),
                ("presence", row.presence),
                ("meaning", row.meaning),
                ("example", row.example),
            ],
        )?)?;
    }
    Ok(rows)
}

/// The error codes: a list of {code, kind, meaning}.
#[pyfunction]
pub(crate) fn codes(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let rows = PyList::empty(py);
    for code in Code::ALL {
        rows.append(strings(
            py,
            &[
                ("code", code.name()),
                ("kind", code.kind().name()),
                ("meaning", code.meaning()),
            ],
        )?)?;
    }
    Ok(rows)
}

/// The client-certificate modes, in the order of the contract.
#[pyfunction]
pub(crate) fn modes() -> Vec<&'static str> {
    Mode::ALL.iter().map(|mode| mode.name()).collect()
}

/// The name of a mode that is written in any spelling.
#[pyfunction]
pub(crate) fn mode_name(py: Python<'_>, word: &str) -> PyResult<&'static str> {
    Mode::parse(word)
        .map(Mode::name)
        .map_err(|error| errors::own(py, &error))
}

/// The option table: a list of {name, type, default, meaning, scope}; `scope` is `server`, or `host`
/// for what each virtual host may have of its own.
#[pyfunction]
pub(crate) fn option_table(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let rows = PyList::empty(py);
    for row in peercert::OPTIONS {
        rows.append(strings(
            py,
            &[
                ("name", row.name),
                ("type", row.kind.name()),
                ("default", row.default),
                ("meaning", row.meaning),
                ("scope", row.scope.name()),
            ],
        )?)?;
    }
    Ok(rows)
}

/// The name of an option that is written in any spelling; `None` when there is none.
#[pyfunction]
pub(crate) fn option_name(name: &str) -> Option<&'static str> {
    peercert::option(name).map(|row| row.name)
}

fn strings<'py>(py: Python<'py>, entries: &[(&str, &str)]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in entries {
        dict.set_item(name, value)?;
    }
    Ok(dict)
}
