//! Acceptors: a validated configuration that connections are made of. All threads may share one;
//! only peercert_acceptor_on_refusal() and peercert_acceptor_free() want it for themselves. Connections
//! stay usable when the acceptor that they came from is freed.

use crate::boundary::{c_string, exclusive, free, give, output, shared};
use crate::connection::Connection;
use crate::error::Error;
use crate::options::Options;
use peercert::{Code, Descriptor, Result};
use std::ffi::{c_char, c_int, c_void, CString};
use std::ptr::null;

/// A validated configuration, shared between threads.
pub struct Acceptor {
    inner: peercert::Acceptor,
    mode: CString,
    warnings: Vec<CString>,
}

/// What is told of each handshake that fails, in the thread that drove it. `error` is the error that
/// the call itself gives, with the report on whoever was refused; it is alive until the callback
/// returns. `user_data` is what was given along with the callback. It decides nothing. It must not
/// call the connection, which would wait for itself, nor leave by longjmp() or a C++ exception.
#[expect(non_camel_case_types, reason = "the name in the header")]
pub type peercert_refusal_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, error: *const Error)>;

/// Makes an acceptor. Certificates, keys and CAs are read now; files may be gone afterwards.
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
        let (mode, warnings) = (inner.mode().name(), inner.warnings());
        out.set(give(Acceptor {
            mode: c_string(mode),
            warnings: warnings.iter().map(|text| c_string(text)).collect(),
            inner,
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

/// A pointer that is only handed on.
struct UserData(*mut c_void);

// SAFETY: nothing is read through it here; who sets a callback is told that all threads share it.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

/// The client-certificate mode by its name (`PEERCERT_MODE_...`).
///
/// `acceptor`: NULL gives NULL.
/// Returns: a text, alive as long as the acceptor.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_mode(acceptor: *const Acceptor) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        unsafe { shared(acceptor, "acceptor") }.map_or(null(), |acceptor| acceptor.mode.as_ptr())
    })
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

/// How many things are odd about the configuration, though they do not prevent it.
///
/// `acceptor`: NULL gives 0.
/// Returns: the number of warnings.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_warning_len(acceptor: *const Acceptor) -> usize {
    entry!(else 0, {
        // SAFETY: as the signature says.
        unsafe { shared(acceptor, "acceptor") }.map_or(0, |acceptor| acceptor.warnings.len())
    })
}

/// One thing that is odd about the configuration, as a sentence for whoever runs the server.
///
/// `acceptor`: NULL gives NULL.
/// `index`: from 0.
/// Returns: a text, alive as long as the acceptor; NULL past the last.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_warning_at(
    acceptor: *const Acceptor,
    index: usize,
) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        let acceptor = unsafe { shared(acceptor, "acceptor") }.ok();
        acceptor
            .and_then(|acceptor| acceptor.warnings.get(index))
            .map_or(null(), |text| text.as_ptr())
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

/// Frees an acceptor. Connections that were made of it live on.
///
/// `acceptor`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_free(acceptor: *mut Acceptor) {
    // SAFETY: as the signature says.
    unsafe { free(acceptor) }
}
