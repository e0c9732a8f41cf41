//! This file is about what a trusted proxy forwards.
//!
//! In: options, and the headers of a request. Out: a report, or none; the headers that are left.

use crate::errors;
use crate::options::from_kwargs;
use crate::report::Report;
use peercert::forwarded;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

/// How the names of our own variables start.
const OURS: &str = "peercert";

/// Which proxies are trusted to say who the client is: a set of options each, as a `dict`, or as
/// keyword arguments for one. Without any, nobody is, and it only strips.
#[pyclass(frozen, module = "peercert")]
pub(crate) struct Forwarded(forwarded::Forwarded);

#[pymethods]
impl Forwarded {
    #[new]
    #[pyo3(signature = (*proxies, **options))]
    fn new(
        py: Python<'_>,
        proxies: &Bound<'_, PyTuple>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut all = Vec::new();
        for proxy in proxies {
            all.push(from_kwargs(Some(proxy.cast::<PyDict>()?))?);
        }
        if let Some(options) = options {
            all.push(from_kwargs(Some(options))?);
        }
        let made = forwarded::Forwarded::new(all);
        made.map(Self).map_err(|error| errors::own(py, &error))
    }

    /// The client whom a trusted proxy tells of; `None` when the request comes from no trusted proxy.
    ///
    /// `sender` is who is at the other end of the socket: an IP address, "unix" for a Unix socket, ""
    /// when it is not known. `headers` are pairs of name and value, `str` or `bytes`. Raises
    /// `PeerError` (`peer.forwarded_...`) for a request that has to be refused.
    fn read(
        &self,
        py: Python<'_>,
        sender: &str,
        headers: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Report>> {
        let mut pairs = Vec::new();
        for pair in headers.try_iter()? {
            let (name, value) = parted(&pair?)?;
            pairs.push((name_of(&name)?, octets(&value)?));
        }
        let headers = pairs.iter();
        let told = self.0.read(
            sender,
            headers.map(|(name, value)| (name.as_str(), value.as_slice())),
        );
        told.map(|report| report.map(Report::from))
            .map_err(|error| errors::own(py, &error))
    }

    /// The same for a WSGI environ, whose `HTTP_...` are the headers, in the spelling of its server's.
    fn read_environ(
        &self,
        py: Python<'_>,
        sender: &str,
        environ: &Bound<'_, PyDict>,
    ) -> PyResult<Option<Report>> {
        let mut pairs = Vec::new();
        for (name, value) in environ {
            if let (Ok(name), Ok(_)) = (name.cast::<PyString>(), value.cast::<PyString>()) {
                pairs.push((name.to_string_lossy().into_owned(), octets(&value)?));
            }
        }
        let variables = pairs.iter();
        let told = self.0.read_variables(
            sender,
            variables.map(|(name, value)| (name.as_str(), value.as_slice())),
        );
        told.map(|report| report.map(Report::from))
            .map_err(|error| errors::own(py, &error))
    }

    /// The header says who a client is, in whatever spelling: only a trusted proxy may send it.
    fn claims(&self, name: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.0.claims(&name_of(name)?))
    }

    /// The same for a variable of a WSGI environ, `HTTP_...`.
    fn claims_variable(&self, name: &str) -> bool {
        self.0.claims_variable(name)
    }

    /// Takes out of a WSGI environ what says who a client is, and every `peercert...`.
    fn strip_environ(&self, environ: &Bound<'_, PyDict>) -> PyResult<()> {
        for name in environ.keys() {
            let name = name.cast::<PyString>()?;
            let text = name.to_string_lossy();
            let start = text.get(..OURS.len()).unwrap_or_default();
            if start.eq_ignore_ascii_case(OURS) || self.0.claims_variable(&text) {
                environ.del_item(name)?;
            }
        }
        Ok(())
    }

    /// The headers that are left when those are gone that say who a client is.
    fn strip<'py>(
        &self,
        py: Python<'py>,
        headers: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyList>> {
        let left = PyList::empty(py);
        for pair in headers.try_iter()? {
            let pair = pair?;
            if !self.claims(&parted(&pair)?.0)? {
                left.append(pair)?;
            }
        }
        Ok(left)
    }
}

/// A name as text; what is not ASCII is in no name that counts.
fn name_of(name: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(String::from_utf8_lossy(&octets(name)?).into_owned())
}

/// What was on the wire: PEP 3333 has each octet as a character.
fn octets(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    let text = value.cast::<PyString>().map_err(|_| no_pairs())?;
    // One that is none of these characters stays one that no header may hold.
    let octet = |c: char| u8::try_from(u32::from(c)).unwrap_or(0);
    Ok(text.to_string_lossy().chars().map(octet).collect())
}

/// The name and the value of a header, in a tuple or a list.
fn parted<'py>(pair: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let is_pair = pair.is_instance_of::<PyTuple>() || pair.is_instance_of::<PyList>();
    if !is_pair || pair.len()? != 2 {
        return Err(no_pairs());
    }
    Ok((pair.get_item(0)?, pair.get_item(1)?))
}

fn no_pairs() -> PyErr {
    PyTypeError::new_err(
        "headers are pairs (name, value) of str or of bytes; of a dictionary, its items()",
    )
}
