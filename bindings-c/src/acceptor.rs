//! Acceptors: a validated configuration that connections are made of. All threads may share one;
//! only peercert_acceptor_on_refusal() and peercert_acceptor_free() want it for themselves. Connections
//! stay usable when the acceptor that they came from is freed. Its files may be read anew:
//! peercert_acceptor_reload().

use crate::boundary::{c_string, exclusive, free, give, output, shared, UserData};
use crate::connection::Connection;
use crate::error::Error;
use crate::options::Options;
use crate::reload::Teller;
use crate::value::{self, Value};
use peercert::schema::Sink;
use peercert::{Code, Descriptor, Mode, Result};
use std::ffi::{c_char, c_int, c_void, CString};
use std::ptr::null;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A validated configuration, shared between threads.
pub struct Acceptor {
    pub(crate) inner: peercert::Acceptor,
    /// Of the watch that is there.
    teller: Mutex<Option<Arc<Teller>>>,
}

impl Acceptor {
    /// Puts the callback of a watch in the place of another, which has ended when this returns.
    pub(crate) fn retire(&self, next: Option<Arc<Teller>>) {
        let mut teller = self.teller.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *teller, next);
        // The callback that is waited for may call this itself.
        drop(teller);
        if let Some(old) = old {
            old.end();
        }
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        self.retire(None);
    }
}

/// What is told of each handshake that fails, in the thread that drove it. `error` is the error that
/// the call itself gives, with the report on whoever was refused; it is alive until the callback
/// returns. `user_data` is what was given along with the callback. It decides nothing. It must not
/// call the connection, which would wait for itself, nor leave by longjmp() or a C++ exception.
#[expect(non_camel_case_types, reason = "the name in the header")]
pub type peercert_refusal_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, error: *const Error)>;

/// Makes an acceptor. Certificates, keys and CAs are read now; files may be gone until they are read
/// anew.
///
/// `options`: they are copied and remain yours.
/// `acceptor`: receives the acceptor; free it with peercert_acceptor_free().
/// `error`: receives the error, or NULL. Several problems come at once: peercert_error_problem_at().
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: kind config; state.null_argument, internal.tls_library.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_new(
    options: *const Options,
    acceptor: *mut *mut Acceptor,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (options, out) =
            unsafe { (shared(options, "options")?, output(acceptor, "acceptor")?) };
        let inner = peercert::Acceptor::new(options.0.clone())?;
        out.set(give(Acceptor {
            inner,
            teller: Mutex::new(None),
        }));
        Ok(())
    })
}

/// Sets what is told of each handshake that fails, whichever call drives it; time-outs are told to
/// the caller alone. Set it before threads share the acceptor; connections made before do not have it.
///
/// `acceptor`: what gets the callback.
/// `callback`: what is called, in any thread that drives a handshake; NULL for nothing.
/// `user_data`: handed to the callback as it is, possibly by several threads at once. It has to live
/// until the acceptor and every connection that was made of it meanwhile are freed.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_on_refusal(
    acceptor: *mut Acceptor,
    callback: peercert_refusal_callback,
    user_data: *mut c_void,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let acceptor = unsafe { exclusive(acceptor, "acceptor")? };
        let user_data = UserData(user_data);
        let hook = move |refused: &peercert::Error| {
            let user_data = &user_data;
            if let Some(callback) = callback {
                let error = Error::new(refused);
                // SAFETY: a function of the caller's, which keeps what the documentation of its type
                // says.
                unsafe { callback(user_data.0, &error) };
            }
        };
        acceptor.inner = acceptor.inner.clone().on_refusal(hook);
        Ok(())
    })
}

/// The client-certificate mode by its name (`PEERCERT_MODE_...`), as the files were read last; of the
/// server itself, where there are virtual hosts.
///
/// `acceptor`: NULL gives NULL.
/// Returns: a text, alive for ever.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_mode(acceptor: *const Acceptor) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        unsafe { shared(acceptor, "acceptor") }.map_or(null(), |acceptor| mode_text(acceptor.inner.mode()))
    })
}

/// A mode as C wants it.
fn mode_text(mode: Mode) -> *const c_char {
    static NAMES: OnceLock<Vec<(Mode, CString)>> = OnceLock::new();
    let names = NAMES.get_or_init(|| Mode::ALL.map(|mode| (mode, c_string(mode.name()))).into());
    let mut names = names.iter();
    names
        .find(|(known, _)| *known == mode)
        .map_or(null(), |(_, name)| name.as_ptr())
}

/// How long a handshake may take where peercert waits for it, in milliseconds (the option
/// `handshake_timeout`).
///
/// `acceptor`: NULL gives 0.
/// Returns: milliseconds.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_handshake_timeout(acceptor: *const Acceptor) -> i64 {
    entry!(else 0, {
        // SAFETY: as the signature says.
        let acceptor = unsafe { shared(acceptor, "acceptor") };
        acceptor.map_or(0, |acceptor| {
            i64::try_from(acceptor.inner.handshake_timeout().as_millis()).unwrap_or(i64::MAX)
        })
    })
}

/// What is odd about the configuration, though it does not prevent it: sentences for whoever runs the
/// server, as the files were read last.
///
/// `acceptor`: the acceptor.
/// `warnings`: receives a list of texts, which no reload changes; free it with peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_warnings(
    acceptor: *const Acceptor,
    warnings: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (acceptor, out) =
            unsafe { (shared(acceptor, "acceptor")?, output(warnings, "warnings")?) };
        out.set(give(value::build(|sink| {
            sink.begin_list();
            for warning in acceptor.inner.warnings() {
                sink.text(&warning);
            }
            sink.end();
            Ok(())
        })?));
        Ok(())
    })
}

/// What has become of the handshakes since the acceptor was made, reloads or not: the dictionary
/// `counters`.
///
/// `acceptor`: the acceptor.
/// `counters`: receives the dictionary; free it with peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_counters(
    acceptor: *const Acceptor,
    counters: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (acceptor, out) =
            unsafe { (shared(acceptor, "acceptor")?, output(counters, "counters")?) };
        out.set(give(value::build(|sink| {
            acceptor.inner.counters(sink);
            Ok(())
        })?));
        Ok(())
    })
}

/// Makes a connection without a socket (sans-I/O): bytes from the client go in by
/// peercert_connection_feed(), bytes for it come out by peercert_connection_take(). How long a client
/// may take is for the program to say.
///
/// `acceptor`: what the connection is made of.
/// `connection`: receives the connection; free it with peercert_connection_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, internal.tls_library.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_connection(
    acceptor: *const Acceptor,
    connection: *mut *mut Connection,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (acceptor, out) = unsafe {
            (
                shared(acceptor, "acceptor")?,
                output(connection, "connection")?,
            )
        };
        out.set(give(Connection::of_engine(acceptor.inner.connection()?)));
        Ok(())
    })
}

/// Makes a connection over the descriptor of a connected stream socket, before its handshake. Calls
/// wait as peercert_connection_set_deadline() says; in the beginning they wait for ever, the
/// handshake, too: the option `handshake_timeout` is for peercert_acceptor_accept(). Whether the
/// descriptor itself is blocking does not matter.
///
/// `acceptor`: what the connection is made of.
/// `fd`: the descriptor; it remains yours, to be closed after the connection is freed.
/// `connection`: receives the connection; free it with peercert_connection_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, state.invalid_argument, internal.tls_library.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_wrap(
    acceptor: *const Acceptor,
    fd: c_int,
    connection: *mut *mut Connection,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (acceptor, out) = unsafe {
            (
                shared(acceptor, "acceptor")?,
                output(connection, "connection")?,
            )
        };
        let socket = acceptor.inner.wrap(descriptor(fd)?)?;
        out.set(give(Connection::of_socket(socket)));
        Ok(())
    })
}

/// Makes a connection over the descriptor of a connected stream socket and does its handshake,
/// within the time of the option `handshake_timeout`. A client that is refused gets its alert, and
/// half a second to read it. Later calls wait for ever, until peercert_connection_set_deadline() says
/// otherwise.
///
/// `acceptor`: what the connection is made of.
/// `fd`: the descriptor; it remains yours, to be closed after the connection is freed, or when the
/// call fails.
/// `connection`: receives the connection; free it with peercert_connection_free().
/// `error`: receives the error, or NULL. One of kind peer may have a report: peercert_error_report().
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: kind peer; io.timeout, io.socket, state.null_argument, state.invalid_argument,
/// internal.tls_library.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_accept(
    acceptor: *const Acceptor,
    fd: c_int,
    connection: *mut *mut Connection,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (acceptor, out) = unsafe {
            (
                shared(acceptor, "acceptor")?,
                output(connection, "connection")?,
            )
        };
        let socket = acceptor.inner.accept(descriptor(fd)?)?;
        out.set(give(Connection::of_socket(socket)));
        Ok(())
    })
}

fn descriptor(fd: c_int) -> Result<Descriptor> {
    // SAFETY: the caller keeps the descriptor open until the connection is freed, as the signatures
    // say.
    unsafe { Descriptor::of_host(fd) }.ok_or_else(|| {
        let message = format!("fd {fd} is no descriptor; it should be 0 or more");
        peercert::Error::new(Code::InvalidArgument, message).with("argument", "fd")
    })
}

/// Frees an acceptor. Connections that were made of it live on. A watch ends; when this returns, its
/// callback is not running in another thread.
///
/// `acceptor`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_free(acceptor: *mut Acceptor) {
    // SAFETY: as the signature says.
    unsafe { free(acceptor) }
}
