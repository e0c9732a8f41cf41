//! This file is about the callback of a watch, which a thread calls that is not Python's own.
//!
//! In: what a reload has come to. Out: a call with the error, or `None`; what it raises is told to
//! `sys.unraisablehook`. Once the interpreter ends nothing is called any more: a thread that asks for
//! an interpreter that is gone would be ended in the middle of the core's code.

use crate::errors;
use peercert::{Code, Error};
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

/// How long a watch waits between two looks; zero: there is none.
pub(crate) fn interval(seconds: f64) -> peercert::Result<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        let message = format!("watch: {seconds} is no number of seconds from 0 to 86400");
        Error::new(Code::InvalidValue, message)
    })
}

/// A Python callable that is told of reloads.
pub(crate) struct Told {
    callback: Py<PyAny>,
    /// The interpreter ends. Held for reading during a call.
    ended: Arc<RwLock<bool>>,
}

impl Told {
    pub(crate) fn new(py: Python<'_>, callback: Py<PyAny>) -> PyResult<Self> {
        let ended = Arc::new(RwLock::new(false));
        let end = at_exit(py, Arc::downgrade(&ended))?;
        py.import("atexit")?.call_method1("register", (end,))?;
        Ok(Self { callback, ended })
    }

    /// Calls, from any thread.
    pub(crate) fn tell(&self, error: Option<&Error>) {
        let ended = self.ended.read().unwrap_or_else(PoisonError::into_inner);
        if *ended {
            return;
        }
        Python::attach(|py| {
            let error = error.map(|error| errors::own(py, error).into_value(py));
            if let Err(failure) = self.callback.call1(py, (error,)) {
                failure.write_unraisable(py, Some(self.callback.bind(py)));
            }
        });
    }
}

/// Ends the calls of one callback, after the one that is going on.
fn at_exit(py: Python<'_>, ended: Weak<RwLock<bool>>) -> PyResult<Bound<'_, PyCFunction>> {
    let process = std::process::id();
    let end = move |arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| {
        // In the child of a fork the thread is not there, and the lock may be held for ever.
        if std::process::id() != process {
            return;
        }
        if let Some(ended) = ended.upgrade() {
            arguments.py().detach(|| {
                *ended.write().unwrap_or_else(PoisonError::into_inner) = true;
            });
        }
    };
    PyCFunction::new_closure(py, None, None, end)
}
