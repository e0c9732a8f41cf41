//! This file is about a connection between two `ssl.MemoryBIO`, as event loops use it.
//!
//! In: what the loop wrote to the incoming one. Out: what it has to send, in the outgoing one. Never
//! more is taken from the incoming one than the next step needs: loops look at what is left in it.

use crate::errors::{Flavour, Operation, Want};
use peercert::{Connection, Progress};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::PyBytes;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The connection and its two ends.
pub(crate) struct Bio {
    connection: Mutex<Connection>,
    incoming: Py<PyAny>,
    outgoing: Py<PyAny>,
}

impl Bio {
    pub(crate) fn new(connection: Connection, incoming: Py<PyAny>, outgoing: Py<PyAny>) -> Self {
        Self {
            connection: Mutex::new(connection),
            incoming,
            outgoing,
        }
    }

    /// Does one operation as far as what is in the incoming BIO allows. The lock is held throughout,
    /// so that two threads cannot mix the records that they send; the two BIOs run no Python code.
    pub(crate) fn step<R: Send>(
        &self,
        py: Python<'_>,
        operation: Operation,
        mut step: impl FnMut(&mut Connection) -> peercert::Result<Progress<R>> + Send,
    ) -> PyResult<R> {
        let mut guard = self.lock(py);
        loop {
            let connection = &mut *guard;
            let (progress, taken) = py.detach(|| {
                let progress = step(connection);
                (progress, connection.take())
            });
            let sent = !taken.is_empty();
            if sent {
                let taken = PyBytes::new(py, &taken);
                self.outgoing
                    .bind(py)
                    .call_method1(intern!(py, "write"), (taken,))?;
            }
            match progress {
                Ok(Progress::Done(result)) => return Ok(result),
                Ok(Progress::WantWrite) if sent => {}
                Ok(Progress::WantWrite) => return Err(Flavour::Stdlib.want(py, Want::Write)),
                Ok(Progress::WantRead) => self.fill(py, &mut guard)?,
                Err(error) => {
                    drop(guard);
                    return Err(Flavour::Stdlib.error(py, &error, operation));
                }
            }
        }
    }

    /// Looks at the connection.
    pub(crate) fn look<R: Send>(
        &self,
        py: Python<'_>,
        look: impl FnOnce(&mut Connection) -> R + Send,
    ) -> R {
        look(&mut self.lock(py))
    }

    fn fill(&self, py: Python<'_>, connection: &mut Connection) -> PyResult<()> {
        let incoming = self.incoming.bind(py);
        let bytes = incoming.call_method1(intern!(py, "read"), (connection.wants(),))?;
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        if !bytes.is_empty() {
            return connection
                .feed(bytes)
                .map_err(|error| Flavour::Stdlib.error(py, &error, Operation::Read));
        }
        if incoming.getattr(intern!(py, "eof"))?.is_truthy()? {
            connection.feed_eof();
            return Ok(());
        }
        Err(Flavour::Stdlib.want(py, Want::Read))
    }

    fn lock(&self, py: Python<'_>) -> MutexGuard<'_, Connection> {
        self.connection
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
    }
}
