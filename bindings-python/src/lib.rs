//! The native module of the Python package: it converts, and decides nothing.

use pyo3::prelude::*;

#[pymodule]
mod _native {}
