//! This file is about errors: from the core's one type to Python exceptions.
//!
//! In: an [`Error`]. Out: a [`PyErr`]. Which exception it is, ours or one of the module `ssl`, is
//! decided by `peercert._errors`; here its arguments are made.

use crate::dict;
use peercert::{Error, VerifyCode};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList};

/// Whose exceptions a caller expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// `peercert.Error` and its subclasses.
    Own,
    /// Those of the module `ssl`, with its numbers.
    Stdlib,
}

/// What was being done, as `ssl` says it in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The handshake.
    Handshake,
    /// Asking for a certificate after the handshake.
    Answer,
    /// Reading plaintext.
    Read,
    /// Writing plaintext.
    Write,
    /// Saying goodbye.
    Shutdown,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::Answer => "certificate request",
            Self::Read => "read",
            Self::Write => "write",
            Self::Shutdown => "shutdown",
        }
    }
}

/// What is missing before a call can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// Ciphertext from the peer.
    Read,
    /// Room for ciphertext to the peer.
    Write,
}

impl Flavour {
    /// The exception for an error.
    pub(crate) fn error(self, py: Python<'_>, error: &Error, operation: Operation) -> PyErr {
        match self {
            Self::Own => own(py, error),
            Self::Stdlib => function(py, &AS_SSL, "as_ssl", |made| {
                made.call1((instance(py, error)?, operation.name()))
            }),
        }
    }

    /// The exception for a call that cannot go on yet.
    pub(crate) fn want(self, py: Python<'_>, want: Want) -> PyErr {
        let reading = want == Want::Read;
        match self {
            Self::Own => function(py, &WANT, "want", |made| made.call1((reading,))),
            Self::Stdlib => function(py, &WANT_SSL, "want_ssl", |made| made.call1((reading,))),
        }
    }
}

/// The exception of ours for an error.
pub(crate) fn own(py: Python<'_>, error: &Error) -> PyErr {
    match instance(py, error) {
        Ok(made) => PyErr::from_value(made),
        Err(failure) => failure,
    }
}

type Cached = PyOnceLock<Py<PyAny>>;

static MAKE: Cached = PyOnceLock::new();
static AS_SSL: Cached = PyOnceLock::new();
static WANT: Cached = PyOnceLock::new();
static WANT_SSL: Cached = PyOnceLock::new();

fn cached<'py>(py: Python<'py>, cell: &'py Cached, name: &str) -> PyResult<&'py Bound<'py, PyAny>> {
    let found = cell.get_or_try_init(py, || {
        PyResult::Ok(py.import("peercert._errors")?.getattr(name)?.unbind())
    })?;
    Ok(found.bind(py))
}

fn function<'py>(
    py: Python<'py>,
    cell: &'py Cached,
    name: &str,
    call: impl FnOnce(&Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>,
) -> PyErr {
    match cached(py, cell, name).and_then(call) {
        Ok(made) => PyErr::from_value(made),
        Err(failure) => failure,
    }
}

fn instance<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let context = PyDict::new(py);
    for (name, value) in error.context() {
        context.set_item(name, value)?;
    }
    let (clientcert, number) = match error.clientcert() {
        Some(report) => (
            dict::build(py, |sink| report.describe(sink))?,
            report.error().map_or(0, VerifyCode::number),
        ),
        None => (py.None().into_bound(py), 0),
    };
    let problems = PyList::empty(py);
    if let [first, ..] = error.problems() {
        // An error without problems of its own gives itself.
        if !std::ptr::eq(first, error) {
            for problem in error.problems() {
                problems.append(instance(py, problem)?)?;
            }
        }
    }
    cached(py, &MAKE, "make")?.call1((
        error.kind().name(),
        error.code().name(),
        error.message(),
        context,
        clientcert,
        problems,
        number,
    ))
}
