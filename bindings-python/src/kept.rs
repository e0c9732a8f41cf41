//! This file is about answers that a server asks for at every request of a connection.
//!
//! In: who the client is, and how to tell it. Out: a `dict` that is the caller's alone, copied from the
//! one before where nothing has changed.

use peercert::Report;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyList};
use std::sync::{Arc, Mutex, PoisonError};

/// The last answer. `Q` is what was asked.
pub(crate) struct Kept<Q>(Mutex<Option<Last<Q>>>);

struct Last<Q> {
    report: Arc<Report>,
    question: Q,
    /// From the second time on: most connections of some clients have one request.
    answer: Option<Py<PyAny>>,
}

impl<Q> Default for Kept<Q> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<Q> Kept<Q> {
    /// The answer about `report`, from `tell` unless the last one was about it, too, and is `same`.
    pub(crate) fn answer<'py>(
        &self,
        py: Python<'py>,
        report: Arc<Report>,
        question: Q,
        same: impl Fn(&Q, &Q) -> bool,
        tell: impl FnOnce(&Report) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let again = {
            let last = self.0.lock_py_attached(py);
            let last = last.unwrap_or_else(PoisonError::into_inner);
            let last = last.as_ref().filter(|last| {
                Arc::ptr_eq(&last.report, &report) && same(&last.question, &question)
            });
            last.map(|last| last.answer.as_ref().map(|answer| answer.clone_ref(py)))
        };
        if let Some(Some(answer)) = again {
            return copy(answer.bind(py));
        }
        let made = tell(&report)?;
        let answer = again.map(|_| copy(&made).map(Bound::unbind)).transpose()?;
        let new = Last {
            report,
            question,
            answer,
        };
        let old = {
            let last = self.0.lock_py_attached(py);
            last.unwrap_or_else(PoisonError::into_inner).replace(new)
        };
        // Without the lock: what goes may run code of Python's.
        drop(old);
        Ok(made)
    }
}

/// The same in containers of its own.
fn copy<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if let Ok(dict) = value.cast_exact::<PyDict>() {
        let made = dict.copy()?;
        for (key, value) in dict.iter() {
            if is_container(&value) {
                made.set_item(key, copy(&value)?)?;
            }
        }
        return Ok(made.into_any());
    }
    if let Ok(list) = value.cast_exact::<PyList>() {
        let made = PyList::empty(value.py());
        for value in list.iter() {
            made.append(copy(&value)?)?;
        }
        return Ok(made.into_any());
    }
    Ok(value.clone())
}

fn is_container(value: &Bound<'_, PyAny>) -> bool {
    value.is_exact_instance_of::<PyDict>() || value.is_exact_instance_of::<PyList>()
}
