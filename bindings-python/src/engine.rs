//! This file is about the object that `ssl.SSLSocket` and `ssl.SSLObject` call `_sslobj`.
//!
//! In: their calls. Out: what CPython's own object would give, made of the core's answers. Nothing
//! about a certificate that did not verify is told under CPython's names: programs take the presence
//! of such data for proof.

use crate::bio::Bio;
use crate::buffer::Buffer;
use crate::connection::RECORD;
use crate::dict;
use crate::errors::{self, Flavour, Operation};
use crate::export;
use crate::fd::Fd;
use crate::kept::Kept;
use crate::report::{chain, der};
use crate::rules::Rules;
use peercert::export::{Details, Format};
use peercert::value::Value;
use peercert::{Connection, Progress, Report};
use pyo3::exceptions::{PyNotImplementedError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyInt, PyList, PyString, PyWeakrefMethods, PyWeakrefReference};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

/// The most plaintext of a buffer that one `write` copies; callers go on with the rest.
const CHUNK: usize = 4 * RECORD;

/// Where ciphertext comes from and goes to.
pub(crate) enum Transport {
    /// A socket.
    Fd(Fd),
    /// Two memory BIOs.
    Bio(Bio),
}

/// A TLS connection behind the interface of `_ssl._SSLSocket`.
#[pyclass(frozen, module = "peercert._native")]
pub(crate) struct Engine {
    transport: Transport,
    context: Option<Py<PyAny>>,
    owner: Option<Py<PyWeakrefReference>>,
    /// The handshake has been done to its end.
    established: AtomicBool,
    /// Kept once the handshake is over: neither changes afterwards, until a certificate is asked for.
    report: PyOnceLock<Arc<Report>>,
    details: PyOnceLock<Arc<Value>>,
    /// A certificate was asked for after the handshake.
    asked: AtomicBool,
    clientcert: Kept<()>,
    identity: Kept<Py<Rules>>,
    /// By format, user, pinned, generous.
    exports: Kept<(Format, Option<String>, bool, bool)>,
}

impl Engine {
    pub(crate) fn new(
        transport: Transport,
        context: Option<Bound<'_, PyAny>>,
        owner: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let owner = owner
            .map(|owner| PyWeakrefReference::new(&owner))
            .transpose()?;
        Ok(Self {
            transport,
            context: context.map(Bound::unbind),
            owner: owner.map(Bound::unbind),
            established: AtomicBool::new(false),
            report: PyOnceLock::new(),
            details: PyOnceLock::new(),
            asked: AtomicBool::new(false),
            clientcert: Kept::default(),
            identity: Kept::default(),
            exports: Kept::default(),
        })
    }

    fn look<R: Send>(&self, py: Python<'_>, look: impl FnOnce(&mut Connection) -> R + Send) -> R {
        match &self.transport {
            Transport::Fd(fd) => fd.look(py, look),
            Transport::Bio(bio) => bio.look(py, look),
        }
    }

    /// The report on the client.
    pub(crate) fn report(&self, py: Python<'_>) -> PyResult<Arc<Report>> {
        self.kept(py, &self.report, |connection| {
            connection.clientcert().cloned()
        })
    }

    fn facts(&self, py: Python<'_>) -> PyResult<Arc<Value>> {
        self.kept(py, &self.details, |connection| {
            dict::tree(|sink| connection.details(sink)).map(Arc::new)
        })
    }

    /// What is kept, or what the connection says now where that may be something else.
    fn kept<T: Send + Sync>(
        &self,
        py: Python<'_>,
        place: &PyOnceLock<Arc<T>>,
        ask: impl FnOnce(&mut Connection) -> peercert::Result<Arc<T>> + Send,
    ) -> PyResult<Arc<T>> {
        let now = || self.look(py, ask).map_err(|error| errors::own(py, &error));
        if self.asked.load(Ordering::Acquire) {
            return now();
        }
        place.get_or_try_init(py, now).cloned()
    }

    /// One text of `details`; `None` before the handshake is over.
    fn fact(&self, py: Python<'_>, name: &str) -> Option<String> {
        let facts = self.facts(py).ok()?;
        Some(facts.get(name)?.as_text()?.to_owned())
    }

    /// The report, when it is on a certificate that verified.
    fn verified(&self, py: Python<'_>) -> Option<Arc<Report>> {
        self.report(py).ok().filter(|report| report.verified())
    }
}

#[pymethods]
impl Engine {
    /// Advances the handshake to its end; after a later request, the client's answer.
    fn do_handshake(&self, py: Python<'_>) -> PyResult<()> {
        let operation = if self.established.load(Ordering::Acquire) {
            Operation::Answer
        } else {
            Operation::Handshake
        };
        match &self.transport {
            Transport::Fd(fd) => fd.step(py, operation, |socket, wait| socket.handshake(wait)),
            Transport::Bio(bio) => bio.step(py, operation, Connection::handshake),
        }?;
        self.established.store(true, Ordering::Release);
        Ok(())
    }

    /// Reads up to `size` bytes of plaintext, or fills `buffer` and tells how many bytes it got.
    #[pyo3(signature = (size=1024, buffer=None))]
    fn read<'py>(
        &self,
        py: Python<'py>,
        size: isize,
        buffer: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let asked = usize::try_from(size).ok();
        let Some(buffer) = buffer else {
            let asked =
                asked.ok_or_else(|| PyValueError::new_err("size should not be negative"))?;
            let mut plaintext = vec![0; asked.min(RECORD)];
            let count = self.read_into(py, &mut plaintext)?;
            let plaintext = plaintext.get(..count).unwrap_or_default();
            return Ok(PyBytes::new(py, plaintext).into_any());
        };
        let view = Buffer::of(&buffer)?;
        let asked = asked
            .filter(|size| (1..=view.size).contains(size))
            .unwrap_or(view.size);
        let mut plaintext = vec![0; asked.min(RECORD)];
        let count = self.read_into(py, &mut plaintext)?;
        view.fill(plaintext.get(..count).unwrap_or_default())?;
        Ok(PyInt::new(py, count).into_any())
    }

    /// Writes plaintext; tells how many bytes were taken.
    fn write(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<usize> {
        match data.cast::<PyBytes>() {
            Ok(bytes) => self.write_from(py, bytes.as_bytes()),
            Err(_) => self.write_from(py, &Buffer::of(data)?.copy(CHUNK)?),
        }
    }

    /// How many bytes of plaintext can be read without more ciphertext.
    fn pending(&self, py: Python<'_>) -> usize {
        self.look(py, |connection| connection.pending())
    }

    /// Says goodbye, waits for the peer's, and gives the socket back.
    fn shutdown<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.transport {
            Transport::Fd(fd) => {
                let object = fd.object(py)?;
                fd.step(py, Operation::Shutdown, |socket, wait| socket.close(wait))?;
                Ok(Some(object))
            }
            Transport::Bio(bio) => {
                bio.step(py, Operation::Shutdown, Connection::close)?;
                Ok(None)
            }
        }
    }

    /// CPython's dictionary of the client's certificate, or its DER: `None` without one; of one that
    /// did not verify `{}` and `None`.
    #[pyo3(signature = (binary_form=false))]
    fn getpeercert<'py>(
        &self,
        py: Python<'py>,
        binary_form: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Ok(report) = self.report(py) else {
            return Err(PyValueError::new_err("handshake not done yet"));
        };
        Ok(match (report.present(), report.verified(), binary_form) {
            (false, ..) | (true, false, true) => None,
            (true, false, false) => Some(PyDict::new(py).into_any()),
            (true, true, true) => der(py, &report).map(Bound::into_any),
            (true, true, false) => {
                let ours = dict::build(py, |sink| report.describe(sink))?;
                let convert = py.import("peercert._peercert")?.getattr("getpeercert")?;
                Some(convert.call1((ours,))?)
            }
        })
    }

    /// The chain of a certificate that verified, leaf first: as it was sent, or the leaf alone on a
    /// resumed connection. Empty for any other.
    fn get_verified_chain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        let Some(report) = self.verified(py) else {
            return Ok(list);
        };
        let leaf = report.der().map(<[u8]>::to_vec);
        let chain = report
            .chain()
            .map_or_else(|| leaf.into_iter().collect(), <[_]>::to_vec);
        for der in chain {
            list.append(ChainCertificate(der))?;
        }
        Ok(list)
    }

    /// As `get_verified_chain`.
    fn get_unverified_chain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.get_verified_chain(py)
    }

    /// Name, TLS version and key bits of the cipher suite; `None` before the handshake is over.
    fn cipher(&self, py: Python<'_>) -> Option<(&'static str, &'static str, u32)> {
        self.report(py).ok()?;
        self.look(py, |connection| connection.cipher())
    }

    /// Not known: always `None`.
    fn shared_ciphers(&self) -> Option<Py<PyAny>> {
        None
    }

    /// TLS compression is never used: always `None`.
    fn compression(&self) -> Option<&'static str> {
        None
    }

    /// `TLSv1.2` or `TLSv1.3`; `None` before the handshake is over.
    fn version(&self, py: Python<'_>) -> Option<String> {
        self.fact(py, "sslversion")
    }

    /// The key exchange group; `None` when it is not known.
    fn group(&self, py: Python<'_>) -> Option<String> {
        self.fact(py, "group")
    }

    /// The application protocol; `None` when none was negotiated.
    fn selected_alpn_protocol(&self, py: Python<'_>) -> Option<String> {
        self.fact(py, "alpn").filter(|name| !name.is_empty())
    }

    /// Channel binding data is not available: `None` for `tls-unique`.
    #[pyo3(signature = (cb_type="tls-unique"))]
    fn get_channel_binding(&self, cb_type: &str) -> PyResult<Option<Py<PyAny>>> {
        if cb_type == "tls-unique" {
            Ok(None)
        } else {
            Err(PyValueError::new_err(format!(
                "'{cb_type}' channel binding type not implemented"
            )))
        }
    }

    /// As in `ssl`: asks for the client's certificate (TLS 1.3). The request goes out with the next
    /// call that reads or writes, and reading takes the answer.
    fn verify_client_post_handshake(&self, py: Python<'_>) -> PyResult<()> {
        if peercert::TLS_LIBRARY == "aws-lc" {
            return Err(PyNotImplementedError::new_err(
                "post-handshake authentication is not supported by this TLS library (AWS-LC): ask in \
                 the handshake, by client_cert_mode",
            ));
        }
        self.asked.store(true, Ordering::Release);
        let asked = match &self.transport {
            Transport::Fd(fd) => fd.look(py, Connection::request_certificate),
            Transport::Bio(bio) => {
                let ask = |connection: &mut Connection| {
                    connection.request_certificate().map(|_| Progress::Done(()))
                };
                return bio.step(py, Operation::Answer, ask);
            }
        };
        asked
            .map(drop)
            .map_err(|error| Flavour::Stdlib.error(py, &error, Operation::Answer))
    }

    /// Asks for the client's certificate (TLS 1.3) and waits for the answer.
    fn request_certificate(&self, py: Python<'_>) -> PyResult<()> {
        self.asked.store(true, Ordering::Release);
        let mut requested = false;
        match &self.transport {
            Transport::Fd(fd) => fd.step(py, Operation::Answer, |socket, wait| {
                if std::mem::replace(&mut requested, true) {
                    return socket.handshake(wait);
                }
                socket.request_certificate(wait)
            }),
            Transport::Bio(bio) => bio.step(py, Operation::Answer, |connection| {
                if std::mem::replace(&mut requested, true) {
                    return connection.handshake();
                }
                connection.request_certificate()
            }),
        }
    }

    #[getter]
    fn context(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.context.as_ref().map(|context| context.clone_ref(py))
    }

    #[setter]
    fn set_context(&self, py: Python<'_>, context: Bound<'_, PyAny>) -> PyResult<()> {
        if self
            .context
            .as_ref()
            .is_some_and(|own| own.bind(py).is(&context))
        {
            return Ok(());
        }
        Err(PyNotImplementedError::new_err(
            "a connection keeps the context it was accepted with; the option hosts gives each server \
             name a configuration of its own",
        ))
    }

    #[getter]
    fn owner<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.owner.as_ref()?.bind(py).upgrade()
    }

    #[getter]
    fn session(&self) -> Option<Py<PyAny>> {
        None
    }

    #[setter]
    fn set_session(&self, _session: Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyValueError::new_err(
            "Cannot set session for server-side SSLSocket.",
        ))
    }

    #[getter]
    fn session_reused(&self, py: Python<'_>) -> bool {
        self.facts(py)
            .ok()
            .and_then(|facts| facts.get("resumed")?.as_flag())
            .unwrap_or(false)
    }

    #[getter]
    fn server_side(&self) -> bool {
        true
    }

    #[getter]
    fn server_hostname(&self) -> Option<Bound<'_, PyString>> {
        None
    }

    /// Who the client is, as a dictionary.
    fn clientcert<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let tell = |report: &Report| dict::build(py, |sink| report.describe(sink));
        self.clientcert
            .answer(py, self.report(py)?, (), |(), ()| true, tell)
    }

    /// Who the client is by these rules, as a dictionary.
    fn identity<'py>(
        &self,
        py: Python<'py>,
        rules: &Bound<'py, Rules>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let tell = |report: &Report| rules.get().answer(py, report);
        let question = rules.clone().unbind();
        let same = |one: &Py<Rules>, other: &Py<Rules>| one.is(other);
        self.identity
            .answer(py, self.report(py)?, question, same, tell)
    }

    /// The connection as a dictionary.
    fn details<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        dict::from_tree(py, &*self.facts(py)?)
    }

    /// The chain as the client sent it, leaf first, each DER; `None` without a certificate and on a
    /// resumed connection.
    fn chain<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        chain(py, &*self.report(py)?)
    }

    /// The client's certificate as DER; `None` without one.
    fn der<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        Ok(der(py, &*self.report(py)?))
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
    ) -> PyResult<Bound<'py, PyAny>> {
        let format = Format::parse(form).map_err(|error| errors::own(py, &error))?;
        let question = (format, user, pinned, generous);
        let tell = |report: &Report| {
            let known = self.look(py, |connection| connection.export_details());
            let (_, user, pinned, generous) = question.clone();
            let details = Details {
                user,
                pinned,
                generous,
                ..known.map_err(|error| errors::own(py, &error))?
            };
            export::export(py, report, format, &details).map(Bound::into_any)
        };
        let report = self.report(py)?;
        if format.changes_with_time() {
            return tell(&report);
        }
        self.exports
            .answer(py, report, question.clone(), PartialEq::eq, tell)
    }

    /// What `clientcert` tells, as JSON text.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.report(py)?.json())
    }

    /// Whether requests for this `Host` or `:authority` may be answered here. Beside virtual hosts, odd
    /// spellings (percent-encoding, user names, commas) are served nowhere.
    fn serves(&self, py: Python<'_>, authority: &str) -> bool {
        self.look(py, |connection| connection.serves(authority))
    }
}

impl Engine {
    /// As in `ssl`, reading and writing begin with the handshake when nobody has done it.
    fn establish(&self, py: Python<'_>) -> PyResult<()> {
        if self.established.load(Ordering::Acquire) {
            return Ok(());
        }
        self.do_handshake(py)
    }

    fn read_into(&self, py: Python<'_>, plaintext: &mut [u8]) -> PyResult<usize> {
        let operation = Operation::Read;
        if plaintext.is_empty() {
            return Ok(0);
        }
        self.establish(py)?;
        match &self.transport {
            Transport::Fd(fd) => {
                fd.step(py, operation, |socket, wait| socket.read(plaintext, wait))
            }
            Transport::Bio(bio) => bio.step(py, operation, |connection| connection.read(plaintext)),
        }
    }

    fn write_from(&self, py: Python<'_>, plaintext: &[u8]) -> PyResult<usize> {
        let operation = Operation::Write;
        if plaintext.is_empty() {
            return Ok(0);
        }
        self.establish(py)?;
        match &self.transport {
            Transport::Fd(fd) => {
                fd.step(py, operation, |socket, wait| socket.write(plaintext, wait))
            }
            Transport::Bio(bio) => {
                bio.step(py, operation, |connection| connection.write(plaintext))
            }
        }
    }
}

/// A certificate of a chain, as `ssl` asks for it.
#[pyclass(frozen, module = "peercert._native")]
pub(crate) struct ChainCertificate(Vec<u8>);

#[pymethods]
impl ChainCertificate {
    /// The certificate as DER; the encoding that `ssl` passes is always that.
    fn public_bytes<'py>(
        &self,
        py: Python<'py>,
        _encoding: Bound<'py, PyAny>,
    ) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0)
    }
}
