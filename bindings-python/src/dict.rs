//! This file is about the dictionary as a Python `dict`.
//!
//! In: a visitor's calls. Out: a `dict`. Key strings are made once per process and shared.

use peercert::schema::{Key, Sink, KEYS};
use peercert::value::{Builder, Value};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyString};

/// Whatever `describe` hands over, as a Python object.
pub(crate) fn build<'py>(
    py: Python<'py>,
    describe: impl FnOnce(&mut DictSink<'py>),
) -> PyResult<Bound<'py, PyAny>> {
    let mut sink = DictSink {
        py,
        names: names(py),
        open: Vec::with_capacity(4),
        key: None,
        root: None,
        failure: None,
    };
    describe(&mut sink);
    match (sink.failure, sink.root) {
        (Some(failure), _) => Err(failure),
        (None, Some(root)) => Ok(root),
        (None, None) => Ok(py.None().into_bound(py)),
    }
}

/// A tree of values as Python objects; for data that was collected without the interpreter.
pub(crate) fn from_tree<'py>(py: Python<'py>, tree: &Value) -> PyResult<Bound<'py, PyAny>> {
    build(py, |sink| tree.visit(sink))
}

/// The tree that `describe` hands over.
pub(crate) fn tree(
    describe: impl FnOnce(&mut Builder) -> peercert::Result<()>,
) -> peercert::Result<Value> {
    let mut builder = Builder::default();
    describe(&mut builder)?;
    Ok(builder.finish().unwrap_or(Value::Dict(Vec::new())))
}

/// The visitor that builds Python objects. It keeps its first failure and gives it at the end.
pub(crate) struct DictSink<'py> {
    py: Python<'py>,
    names: &'py [Py<PyString>],
    open: Vec<(Option<Key>, Container<'py>)>,
    key: Option<Key>,
    root: Option<Bound<'py, PyAny>>,
    failure: Option<PyErr>,
}

enum Container<'py> {
    Dict(Bound<'py, PyDict>),
    List(Bound<'py, PyList>),
}

static NAMES: PyOnceLock<Vec<Py<PyString>>> = PyOnceLock::new();

fn names(py: Python<'_>) -> &[Py<PyString>] {
    NAMES.get_or_init(py, || {
        KEYS.iter()
            .map(|row| PyString::intern(py, row.name).unbind())
            .collect()
    })
}

impl<'py> DictSink<'py> {
    fn put(&mut self, key: Option<Key>, value: Bound<'py, PyAny>) {
        let done = match self.open.last() {
            None => {
                self.root = Some(value);
                return;
            }
            Some((_, Container::List(list))) => list.append(value),
            Some((_, Container::Dict(dict))) => {
                match key.and_then(|key| self.names.get(key.index())) {
                    Some(name) => dict.set_item(name.bind(self.py), value),
                    None => return,
                }
            }
        };
        if let Err(failure) = done {
            self.failure.get_or_insert(failure);
        }
    }

    fn leaf(&mut self, value: Bound<'py, PyAny>) {
        let key = self.key.take();
        self.put(key, value);
    }
}

impl Sink for DictSink<'_> {
    fn key(&mut self, key: Key) {
        self.key = Some(key);
    }
    fn text(&mut self, value: &str) {
        self.leaf(PyString::new(self.py, value).into_any());
    }
    fn integer(&mut self, value: i64) {
        self.leaf(PyInt::new(self.py, value).into_any());
    }
    fn flag(&mut self, value: bool) {
        self.leaf(PyBool::new(self.py, value).to_owned().into_any());
    }
    fn begin_list(&mut self) {
        let list = PyList::empty(self.py);
        self.open.push((self.key.take(), Container::List(list)));
    }
    fn begin_dict(&mut self) {
        let dict = PyDict::new(self.py);
        self.open.push((self.key.take(), Container::Dict(dict)));
    }
    fn end(&mut self) {
        if let Some((key, container)) = self.open.pop() {
            let value = match container {
                Container::Dict(dict) => dict.into_any(),
                Container::List(list) => list.into_any(),
            };
            self.put(key, value);
        }
    }
}
