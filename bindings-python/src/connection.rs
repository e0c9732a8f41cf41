//! This file is about a connection without a socket, as Python programs drive it themselves.
//!
//! In: ciphertext and plaintext as bytes. Out: the same, and who the client is.

use crate::dict;
use crate::errors::{self, Flavour, Want};
use crate::export;
use crate::report;
use crate::rules::Rules;
use peercert::export::{Details, Format};
use peercert::Progress;
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyBytes, PyDict, PyList};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most plaintext that one `read` gives: what a TLS record holds.
pub(crate) const RECORD: usize = 16 * 1024;

/// A TLS connection, server side, without a socket: feed it what the peer sent, send what `take`
/// gives.
#[pyclass(frozen, module = "peercert._native")]
pub(crate) struct Connection(Mutex<peercert::Connection>);

impl Connection {
    pub(crate) fn new(connection: peercert::Connection) -> Self {
        Self(Mutex::new(connection))
    }

    fn lock(&self, py: Python<'_>) -> MutexGuard<'_, peercert::Connection> {
        self.0
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a step with the interpreter released. No Python code runs while the lock is held.
    fn step<R: Send>(
        &self,
        py: Python<'_>,
        step: impl FnOnce(&mut peercert::Connection) -> R + Send,
    ) -> R {
        let mut guard = self.lock(py);
        let connection = &mut *guard;
        py.detach(|| step(connection))
    }
}

#[pymethods]
impl Connection {
    /// Takes in ciphertext from the peer.
    fn feed(&self, py: Python<'_>, ciphertext: PyBuffer<u8>) -> PyResult<()> {
        let ciphertext = ciphertext.to_vec(py)?;
        self.lock(py)
            .feed(&ciphertext)
            .map_err(|error| errors::own(py, &error))
    }

    /// Says that the peer sends no more.
    fn feed_eof(&self, py: Python<'_>) {
        self.lock(py).feed_eof();
    }

    /// How many bytes of ciphertext the next step needs: never more than one TLS record.
    fn wants(&self, py: Python<'_>) -> usize {
        self.lock(py).wants()
    }

    /// Takes the ciphertext that has to go to the peer; empty when there is none.
    fn take<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let taken = self.lock(py).take();
        PyBytes::new(py, &taken)
    }

    /// Advances the handshake; true when it is done. Otherwise send what `take` gives and feed more.
    fn handshake(&self, py: Python<'_>) -> PyResult<bool> {
        match self.step(py, peercert::Connection::handshake) {
            Ok(progress) => Ok(matches!(progress, Progress::Done(()))),
            Err(error) => Err(errors::own(py, &error)),
        }
    }

    /// Asks the client for its certificate though the handshake has ended (TLS 1.3, OpenSSL): send
    /// what `take` gives, and call `handshake` until it is true; never true itself.
    fn request_certificate(&self, py: Python<'_>) -> PyResult<bool> {
        match self.step(py, peercert::Connection::request_certificate) {
            Ok(progress) => Ok(matches!(progress, Progress::Done(()))),
            Err(error) => Err(errors::own(py, &error)),
        }
    }

    /// Reads up to `size` bytes of plaintext, at most one TLS record; `b""` when the peer has closed
    /// the connection properly.
    #[pyo3(signature = (size=16384))]
    fn read<'py>(&self, py: Python<'py>, size: usize) -> PyResult<Bound<'py, PyBytes>> {
        let mut plaintext = vec![0; size.min(RECORD)];
        let progress = self.step(py, |connection| connection.read(&mut plaintext));
        let count = done(py, progress)?;
        Ok(PyBytes::new(py, plaintext.get(..count).unwrap_or_default()))
    }

    /// Writes plaintext; tells how many bytes were taken.
    fn write(&self, py: Python<'_>, plaintext: PyBuffer<u8>) -> PyResult<usize> {
        let plaintext = plaintext.to_vec(py)?;
        let progress = self.step(py, |connection| connection.write(&plaintext));
        done(py, progress)
    }

    /// Says goodbye; true when the peer has done so, too.
    fn close(&self, py: Python<'_>) -> PyResult<bool> {
        match self.step(py, peercert::Connection::close) {
            Ok(progress) => Ok(matches!(progress, Progress::Done(()))),
            Err(error) => Err(errors::own(py, &error)),
        }
    }

    /// How many bytes of plaintext can be read without more ciphertext.
    fn pending(&self, py: Python<'_>) -> usize {
        self.lock(py).pending()
    }

    /// Who the client is, as a dictionary.
    fn clientcert<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let report = self.report(py)?;
        dict::build(py, |sink| report.describe(sink))
    }

    /// Who the client is by these rules, as a dictionary.
    fn identity<'py>(&self, py: Python<'py>, rules: &Rules) -> PyResult<Bound<'py, PyAny>> {
        rules.answer(py, &self.report(py)?)
    }

    /// The connection as a dictionary.
    fn details<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let tree = self
            .step(py, |connection| dict::tree(|sink| connection.details(sink)))
            .map_err(|error| errors::own(py, &error))?;
        dict::from_tree(py, &tree)
    }

    /// The chain as the client sent it, leaf first, each DER; `None` without a certificate and on a
    /// resumed connection.
    fn chain<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        report::chain(py, &*self.report(py)?)
    }

    /// The client's certificate as DER; `None` without one.
    fn der<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        Ok(report::der(py, &*self.report(py)?))
    }

    /// The client under the names that applications already read: `form` is `apache`, `nginx`, `cgi`,
    /// `basicauth`, `rfc9440`, `xfcc` or `asgi`.
    #[pyo3(signature = (form, *, user=None, pinned=false, generous=false))]
    fn export<'py>(
        &self,
        py: Python<'py>,
        form: &str,
        user: Option<String>,
        pinned: bool,
        generous: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let format = Format::parse(form).map_err(|error| errors::own(py, &error))?;
        let details = self
            .step(py, |connection| connection.export_details())
            .map_err(|error| errors::own(py, &error))?;
        let details = Details {
            user,
            pinned,
            generous,
            ..details
        };
        export::export(py, &*self.report(py)?, format, &details)
    }

    /// What `clientcert` tells, as JSON text.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.report(py)?.json())
    }

    /// Whether requests for this `Host` or `:authority` may be answered here: its virtual host lets in
    /// the same clients as this connection's. Otherwise the answer is 421 (RFC 9110, 15.5.20). Beside
    /// virtual hosts, odd spellings (percent-encoding, user names, commas) are served nowhere.
    fn serves(&self, py: Python<'_>, authority: &str) -> bool {
        self.lock(py).serves(authority)
    }
}

impl Connection {
    /// The report on the client.
    pub(crate) fn report(&self, py: Python<'_>) -> PyResult<std::sync::Arc<peercert::Report>> {
        let report = self.lock(py).clientcert().cloned();
        report.map_err(|error| errors::own(py, &error))
    }
}

fn done(py: Python<'_>, progress: peercert::Result<Progress<usize>>) -> PyResult<usize> {
    match progress {
        Ok(Progress::Done(count)) => Ok(count),
        Ok(Progress::WantRead) => Err(Flavour::Own.want(py, Want::Read)),
        Ok(Progress::WantWrite) => Err(Flavour::Own.want(py, Want::Write)),
        Err(error) => Err(errors::own(py, &error)),
    }
}
