//! This file is about the buffers that Python programs pass: `bytearray`, `memoryview`, arrays.
//!
//! In: an object with a buffer. Out: copies of its bytes, or bytes copied into it; nothing of it is
//! looked at while other threads may change it.

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyMemoryView, PySlice};

/// The memory of an object, seen as bytes.
pub(crate) struct Buffer<'py> {
    view: Bound<'py, PyAny>,
    /// In bytes.
    pub(crate) size: usize,
}

impl<'py> Buffer<'py> {
    pub(crate) fn of(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let mut view = PyMemoryView::from(object)?.into_any();
        if view.getattr("format")?.extract::<String>()? != "B" || view.getattr("ndim")?.ne(1)? {
            view = view.call_method1("cast", ("B",))?;
        }
        let size = view.len()?;
        Ok(Self { view, size })
    }

    /// A copy of its first bytes, at most so many.
    pub(crate) fn copy(&self, most: usize) -> PyResult<Vec<u8>> {
        PyBuffer::get(&self.first(most)?)?.to_vec(self.view.py())
    }

    /// Overwrites its first bytes.
    pub(crate) fn fill(&self, bytes: &[u8]) -> PyResult<()> {
        PyBuffer::get(&self.first(bytes.len())?)?.copy_from_slice(self.view.py(), bytes)
    }

    fn first(&self, count: usize) -> PyResult<Bound<'py, PyAny>> {
        if count >= self.size {
            return Ok(self.view.clone());
        }
        let end = isize::try_from(count)?;
        self.view.get_item(PySlice::new(self.view.py(), 0, end, 1))
    }
}
