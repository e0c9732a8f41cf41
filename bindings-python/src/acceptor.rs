//! This file is about the acceptor: options in, connections out.

use crate::bio::Bio;
use crate::connection::Connection;
use crate::dict;
use crate::engine::{Engine, Transport};
use crate::errors::{self, Flavour};
use crate::fd::Fd;
use crate::options;
use crate::watch::{self, Told};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Accepts TLS connections: a validated configuration, shared between threads.
#[pyclass(frozen, module = "peercert._native")]
pub(crate) struct Acceptor(peercert::Acceptor);

#[pymethods]
impl Acceptor {
    #[new]
    #[pyo3(signature = (**options))]
    fn new(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let options = options::from_kwargs(options)?;
        py.detach(|| peercert::Acceptor::new(options))
            .map(Self)
            .map_err(|error| errors::own(py, &error))
    }

    /// The same acceptor, which calls back with the error of each handshake that fails. What the
    /// callback raises is told to `sys.unraisablehook` and decides nothing.
    fn on_refusal(&self, callback: Py<PyAny>) -> Self {
        let hook = move |refused: &peercert::Error| {
            Python::attach(|py| {
                let error = errors::own(py, refused).into_value(py);
                if let Err(failure) = callback.call1(py, (error,)) {
                    failure.write_unraisable(py, Some(callback.bind(py)));
                }
            });
        };
        Self(self.0.clone().on_refusal(hook))
    }

    /// A connection without a socket: bytes in, bytes out.
    fn connection(&self, py: Python<'_>) -> PyResult<Connection> {
        self.make(py).map(Connection::new)
    }

    /// The client-certificate mode.
    #[getter]
    fn mode(&self) -> &'static str {
        self.0.mode().name()
    }

    /// How many seconds a handshake may take, where the socket is ours to wait for.
    #[getter]
    fn handshake_timeout(&self) -> f64 {
        self.0.handshake_timeout().as_secs_f64()
    }

    /// What is odd about the configuration but does not prevent it.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.0.warnings()
    }

    /// Reads every file anew, for the connections that are made from now on. When that fails, what was
    /// there before is still used.
    fn reload(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.0.reload())
            .map_err(|error| errors::own(py, &error))
    }

    /// Reloads by itself when a file has been replaced: a thread looks every `seconds`; 0 ends that.
    /// It calls `told` with the error of each reload, or `None`; what that raises is told to
    /// `sys.unraisablehook`.
    #[pyo3(signature = (seconds, told=None))]
    fn watch(&self, py: Python<'_>, seconds: f64, told: Option<Py<PyAny>>) -> PyResult<()> {
        let told = told.map(|callback| Told::new(py, callback)).transpose()?;
        let tell = move |error: Option<&peercert::Error>| {
            if let Some(told) = &told {
                told.tell(error);
            }
        };
        py.detach(|| self.0.watch(watch::interval(seconds)?, tell))
            .map_err(|error| errors::own(py, &error))
    }

    /// Why the last reload failed; `None` when it did not, or there was none.
    fn reload_error<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let error = py.detach(|| self.0.reload_error())?;
        Some(
            errors::own(py, &error)
                .into_value(py)
                .into_bound(py)
                .into_any(),
        )
    }

    /// What has become of the handshakes, as a dictionary.
    fn counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        dict::build(py, |sink| self.0.counters(sink))
    }

    /// The engine over a socket; `stdlib` says whose exceptions it raises.
    #[pyo3(signature = (socket, *, stdlib, context=None, owner=None))]
    fn engine_over_socket<'py>(
        &self,
        socket: &Bound<'py, PyAny>,
        stdlib: bool,
        context: Option<Bound<'py, PyAny>>,
        owner: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Engine> {
        let flavour = if stdlib {
            Flavour::Stdlib
        } else {
            Flavour::Own
        };
        let fd = Fd::new(&self.0, socket, flavour)?;
        Engine::new(Transport::Fd(fd), context, owner)
    }

    /// The engine between two `ssl.MemoryBIO`, with the exceptions of `ssl`.
    #[pyo3(signature = (incoming, outgoing, context, owner=None))]
    fn engine_over_bios<'py>(
        &self,
        py: Python<'py>,
        incoming: Bound<'py, PyAny>,
        outgoing: Bound<'py, PyAny>,
        context: Bound<'py, PyAny>,
        owner: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Engine> {
        let bio = Bio::new(self.make(py)?, incoming.unbind(), outgoing.unbind());
        Engine::new(Transport::Bio(bio), Some(context), owner)
    }
}

impl Acceptor {
    fn make(&self, py: Python<'_>) -> PyResult<peercert::Connection> {
        self.0.connection().map_err(|error| errors::own(py, &error))
    }
}
