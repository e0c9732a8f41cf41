//! This file is about answers that a server asks for at every request of a connection.
//!
//! In: who the client is, and how to tell it. Out: a `dict` that is the caller's alone, copied from the
//! one before where nothing has changed.

use peercert::Report;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyList};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most answers that are kept.
const MOST: usize = 4;

/// The largest certificate, as DER, whose answers are kept: a stranger's could fill the memory.
const LARGEST: usize = 16 << 10;

/// The last answers about one report. `Q` is what was asked.
pub(crate) struct Kept<Q>(Mutex<Vec<Last<Q>>>);

struct Last<Q> {
    report: Arc<Report>,
    question: Q,
    /// From the second time on: most connections of some clients have one request.
    answer: Option<Py<PyAny>>,
}

impl<Q> Default for Kept<Q> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<Q> Kept<Q> {
    /// The answer about `report`, from `tell` unless one is kept that is about it, too, and is `same`.
    pub(crate) fn answer<'py>(
        &self,
        py: Python<'py>,
        report: Arc<Report>,
        question: Q,
        same: impl Fn(&Q, &Q) -> bool,
        tell: impl FnOnce(&Report) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if report.der().is_some_and(|der| der.len() > LARGEST) {
            return tell(&report);
        }
        let again = {
            let kept = self.lock(py);
            let last = kept
                .iter()
                .find(|last| Arc::ptr_eq(&last.report, &report) && same(&last.question, &question));
            last.map(|last| last.answer.as_ref().map(|answer| answer.clone_ref(py)))
        };
        if let Some(Some(answer)) = again {
            return copy(answer.bind(py));
        }
        let made = tell(&report)?;
        let answer = again.map(|_| copy(&made).map(Bound::unbind)).transpose()?;
        let mut gone = Vec::new();
        {
            let mut kept = self.lock(py);
            gone.extend(kept.extract_if(.., |last| {
                !Arc::ptr_eq(&last.report, &report) || same(&last.question, &question)
            }));
            if kept.len() >= MOST {
                gone.push(kept.remove(0));
            }
            kept.push(Last {
                report,
                question,
                answer,
            });
        }
        // Without the lock: what goes may run code of Python's.
        drop(gone);
        Ok(made)
    }

    fn lock(&self, py: Python<'_>) -> MutexGuard<'_, Vec<Last<Q>>> {
        self.0
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
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
