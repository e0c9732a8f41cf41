//! This file is about a connection over a Python socket: its descriptor, its time-out, signals.
//!
//! In: a socket object. Out: steps that have waited as the socket's time-out says. The interpreter
//! is released meanwhile; no Python code runs while the connection's lock is held.

use crate::errors::{self, Flavour, Operation, Want};
use peercert::{Code, Connection, Descriptor, Progress, Socket, Wait};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::sync::{MutexExt, PyOnceLock};
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The connection and the Python socket under it.
pub(crate) struct Fd {
    socket: Socket<Descriptor>,
    holder: Holder,
    /// When the handshake has to be over, where no time-out of the socket ends it earlier.
    patience: Duration,
    begun: PyOnceLock<Instant>,
    /// Held by whoever writes, while waiting too: the plaintext of two threads must not be mixed.
    writing: Mutex<()>,
    flavour: Flavour,
}

/// Who keeps the socket object alive.
enum Holder {
    /// This connection does.
    Kept(Py<PyAny>),
    /// The socket object keeps this connection, as `ssl.SSLSocket` does.
    Keeper(Py<PyWeakrefReference>),
}

impl Fd {
    pub(crate) fn new(
        acceptor: &peercert::Acceptor,
        object: &Bound<'_, PyAny>,
        flavour: Flavour,
    ) -> PyResult<Self> {
        let py = object.py();
        let number: i32 = object.call_method0("fileno")?.extract()?;
        #[expect(
            unsafe_code,
            reason = "a socket of Python's is a number, and only Python can keep it open"
        )]
        // SAFETY: the number comes from the socket object, which is either kept here or keeps this
        // connection, so that it is not closed by being forgotten. A program that closes it in the
        // middle of another thread's call reaches what has taken its number, as with any socket of
        // Python's.
        let descriptor = unsafe { Descriptor::of_host(number) }
            .ok_or_else(|| PyOSError::new_err("the socket is closed"))?;
        let holder = match flavour {
            Flavour::Own => Holder::Kept(object.clone().unbind()),
            Flavour::Stdlib => Holder::Keeper(PyWeakrefReference::new(object)?.unbind()),
        };
        let socket = acceptor
            .wrap(descriptor)
            .map_err(|error| errors::own(py, &error))?;
        Ok(Self {
            socket,
            holder,
            patience: acceptor.handshake_timeout(),
            begun: PyOnceLock::new(),
            writing: Mutex::new(()),
            flavour,
        })
    }

    /// The socket object.
    pub(crate) fn object<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.holder {
            Holder::Kept(object) => Ok(object.bind(py).clone()),
            Holder::Keeper(reference) => reference.bind(py).upgrade().ok_or_else(|| self.gone(py)),
        }
    }

    /// Does one operation, waiting as the socket's time-out says.
    pub(crate) fn step<R: Send>(
        &self,
        py: Python<'_>,
        operation: Operation,
        mut step: impl FnMut(&Socket<Descriptor>, Wait) -> peercert::Result<Progress<R>> + Send,
    ) -> PyResult<R> {
        let object = self.object(py)?;
        let wait = self.wait(&object, operation)?;
        let _writing = (operation == Operation::Write).then(|| {
            self.writing
                .lock_py_attached(py)
                .unwrap_or_else(PoisonError::into_inner)
        });
        loop {
            self.check_open(&object)?;
            match py.detach(|| step(&self.socket, wait)) {
                Ok(Progress::Done(result)) => return Ok(result),
                Ok(Progress::WantRead) => return Err(self.flavour.want(py, Want::Read)),
                Ok(Progress::WantWrite) => return Err(self.flavour.want(py, Want::Write)),
                Err(error) if error.code() == Code::Interrupted => py.check_signals()?,
                Err(error) => return Err(self.flavour.error(py, &error, operation)),
            }
        }
    }

    /// Looks at the connection, without waiting for the socket.
    pub(crate) fn look<R: Send>(
        &self,
        py: Python<'_>,
        look: impl FnOnce(&mut Connection) -> R + Send,
    ) -> R {
        py.detach(|| look(&mut self.socket.connection()))
    }

    /// A handshake is given `handshake_timeout` where the socket itself would wait for longer.
    fn wait(&self, object: &Bound<'_, PyAny>, operation: Operation) -> PyResult<Wait> {
        let py = object.py();
        let seconds: Option<f64> = object.call_method0("gettimeout")?.extract()?;
        let own = match seconds {
            Some(0.0) => return Ok(Wait::Never),
            Some(seconds) => Duration::try_from_secs_f64(seconds)
                .ok()
                .and_then(|timeout| Instant::now().checked_add(timeout)),
            None => None,
        };
        let last = if operation == Operation::Handshake {
            self.begun
                .get_or_init(py, Instant::now)
                .checked_add(self.patience)
        } else {
            None
        };
        Ok(match (own, last) {
            (Some(own), Some(last)) => Wait::Until(own.min(last)),
            (Some(until), None) | (None, Some(until)) => Wait::Until(until),
            (None, None) => Wait::Forever,
        })
    }

    /// The descriptor has to be the socket's still: another thread may have closed it.
    fn check_open(&self, object: &Bound<'_, PyAny>) -> PyResult<()> {
        let number: i32 = object.call_method0("fileno")?.extract()?;
        if number == self.socket.socket().number() {
            Ok(())
        } else {
            Err(self.gone(object.py()))
        }
    }

    fn gone(&self, py: Python<'_>) -> PyErr {
        let error = peercert::Error::new(Code::Closed, "the socket is closed");
        self.flavour.error(py, &error, Operation::Read)
    }
}
