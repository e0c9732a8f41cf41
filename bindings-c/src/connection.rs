//! Connections: TLS with one client, either without a socket (sans-I/O:
//! peercert_acceptor_connection()) or over a descriptor (peercert_acceptor_wrap(),
//! peercert_acceptor_accept()). The calls are the same; one that cannot go on gives
//! PEERCERT_WANT_READ or PEERCERT_WANT_WRITE and is called again with the same arguments. Over a
//! descriptor that comes only when the deadline is 0, and from closing. After an error of kind peer or
//! io the connection stays callable: what is left to take is the alert, and the same error comes back.
//! One thread at a time uses a connection; over a descriptor one may read while another writes.

use crate::boundary::{bytes, free, output, room, shared};
use crate::error::Error;
use crate::report::Report;
use peercert::{Code, Descriptor, Progress, Result, Socket, Wait};
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// TLS with one client.
pub struct Connection {
    transport: Transport,
    deadline: Mutex<Wait>,
    /// Over a descriptor: the goodbye is sent.
    goodbye: AtomicBool,
    /// What peercert_connection_report() has lent, the newest last: a later request for a certificate
    /// brings a new one.
    reports: Mutex<Vec<Arc<Report>>>,
}

enum Transport {
    Engine(Mutex<peercert::Connection>),
    Socket(Socket<Descriptor>),
}

impl Connection {
    pub(crate) fn of_engine(engine: peercert::Connection) -> Self {
        Self::new(Transport::Engine(Mutex::new(engine)))
    }

    pub(crate) fn of_socket(socket: Socket<Descriptor>) -> Self {
        Self::new(Transport::Socket(socket))
    }

    fn new(transport: Transport) -> Self {
        Self {
            transport,
            deadline: Mutex::new(Wait::Forever),
            goodbye: AtomicBool::new(false),
            reports: Mutex::default(),
        }
    }

    /// The engine, whoever moves its bytes.
    pub(crate) fn engine(&self) -> MutexGuard<'_, peercert::Connection> {
        match &self.transport {
            Transport::Engine(engine) => engine.lock().unwrap_or_else(PoisonError::into_inner),
            Transport::Socket(socket) => socket.connection(),
        }
    }

    /// The engine whose bytes the program moves itself.
    fn sans_io(&self) -> Result<MutexGuard<'_, peercert::Connection>> {
        match &self.transport {
            Transport::Engine(_) => Ok(self.engine()),
            Transport::Socket(_) => Err(peercert::Error::new(
                Code::WrongTransport,
                "the connection is over a descriptor and moves its bytes itself",
            )),
        }
    }

    fn wait(&self) -> Wait {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The report, which lives as long as the connection.
    pub(crate) fn report(&self) -> Result<*const Report> {
        let found = self.engine().clientcert()?.clone();
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        match reports.last() {
            Some(last) if last.is_of(&found) => {}
            _ => reports.push(Arc::new(Report::new(found))),
        }
        Ok(reports.last().map_or(std::ptr::null(), Arc::as_ptr))
    }
}

/// Takes in bytes from the client, as many as arrived. After the connection has failed they are
/// thrown away. Sans-I/O only.
///
/// `connection`: the connection.
/// `data`: the bytes; they are copied. NULL is allowed when there are none.
/// `len`: how many; no more than 262,144 may wait to be read.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR; then none of the bytes was taken.
/// Errors: state.input_full, state.wrong_transport, state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_feed(
    connection: *mut Connection,
    data: *const u8,
    len: usize,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, data) =
            unsafe { (shared(connection, "connection")?, bytes(data, len, "data")?) };
        connection.sans_io()?.feed(data)
    })
}

/// Says that the client sends no more: its end of the socket is shut or reset. Sans-I/O only.
///
/// `connection`: the connection.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.wrong_transport, state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_feed_eof(
    connection: *mut Connection,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        unsafe { shared(connection, "connection") }?
            .sans_io()?
            .feed_eof();
        Ok(())
    })
}

/// How many bytes of ciphertext the next step needs: never more than one TLS record, so that who
/// reads just these from a socket leaves there what follows. Feeding more is allowed.
///
/// `connection`: NULL gives 0.
/// Returns: a number of bytes, at least 1.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_wants(connection: *const Connection) -> usize {
    entry!(else 0, {
        // SAFETY: as the signature says.
        unsafe { shared(connection, "connection") }.map_or(0, |connection| connection.engine().wants())
    })
}

/// Takes bytes that have to go to the client. Call it after every other call, until it gives none:
/// what is left waits for the next call. Sans-I/O only.
///
/// `connection`: the connection.
/// `buffer`: receives the bytes.
/// `size`: the room in the buffer, at least 1.
/// `count`: receives how many bytes were written to the buffer; 0 when there are none.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.buffer_too_small, state.wrong_transport, state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_take(
    connection: *mut Connection,
    buffer: *mut u8,
    size: usize,
    count: *mut usize,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, out) =
            unsafe { (shared(connection, "connection")?, output(count, "count")?) };
        // SAFETY: as the signature says.
        let buffer = unsafe { room(buffer, size, "buffer") }?;
        out.set(connection.sans_io()?.take_into(buffer));
        Ok(())
    })
}

/// Tells whether bytes wait to be taken for the client.
///
/// `connection`: NULL gives 0.
/// Returns: 1 or 0.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_has_output(connection: *const Connection) -> c_int {
    entry!(else 0, {
        // SAFETY: as the signature says.
        let connection = unsafe { shared(connection, "connection") };
        connection.map_or(0, |connection| c_int::from(connection.engine().has_output()))
    })
}

/// Says until when the calls that follow may wait, all of them together. Who wants each call to have
/// its own time says it before each. Over a descriptor only.
///
/// `connection`: the connection.
/// `milliseconds`: from now on; 0: calls do not wait but give PEERCERT_WANT_READ or
/// PEERCERT_WANT_WRITE; negative: they wait for ever.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.wrong_transport, state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_set_deadline(
    connection: *mut Connection,
    milliseconds: i64,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let connection = unsafe { shared(connection, "connection") }?;
        if matches!(connection.transport, Transport::Engine(_)) {
            return Err(peercert::Error::new(
                Code::WrongTransport,
                "the connection has no descriptor to wait for; its calls never wait",
            ));
        }
        let wait = match u64::try_from(milliseconds) {
            Err(_) => Wait::Forever,
            Ok(0) => Wait::Never,
            // A moment that the clock cannot say is as good as never.
            Ok(time) => Instant::now()
                .checked_add(Duration::from_millis(time))
                .map_or(Wait::Forever, Wait::Until),
        };
        *connection
            .deadline
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = wait;
        Ok(())
    })
}

/// Advances the handshake. Over a descriptor a client that is refused gets half a second to read its
/// alert, unless the deadline is 0; sans-I/O, take the alert and send it before you close.
///
/// `connection`: the connection.
/// `error`: receives the error, or NULL. One of kind peer may have a report: peercert_error_report().
/// Returns: PEERCERT_OK when it is done (again and again), PEERCERT_WANT_READ, PEERCERT_WANT_WRITE,
/// or PEERCERT_ERROR.
/// Errors: kind peer; io.timeout, io.socket, io.interrupted (a signal came; call again),
/// state.closed, state.null_argument, internal.tls_library.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_handshake(
    connection: *mut Connection,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let connection = unsafe { shared(connection, "connection") }?;
        match &connection.transport {
            Transport::Engine(_) => connection.engine().handshake(),
            Transport::Socket(socket) => socket.handshake(connection.wait()),
        }
    })
}

/// Asks the client for its certificate though the handshake has ended: TLS 1.3 on OpenSSL, under the
/// mode client_cert_later. Over a descriptor it waits for the answer, as long as the deadline and the
/// option handshake_timeout allow; sans-I/O, take and send the request. Whenever it does not give
/// PEERCERT_OK, go on with peercert_connection_handshake(); when that gives PEERCERT_OK, the answer is
/// in and a new report has replaced the old one, which stays as it was with who holds it. What the client
/// sends before its answer stays readable, and reading takes the answer, too. One thread at a time
/// asks or reads.
///
/// `connection`: the connection, its handshake ended.
/// `error`: receives the error, or NULL. One of kind peer may have a report: peercert_error_report().
/// Returns: PEERCERT_OK, PEERCERT_WANT_READ, PEERCERT_WANT_WRITE, or PEERCERT_ERROR.
/// Errors: state.unsupported (AWS-LC, TLS 1.2, or a client that does not offer to answer; the
/// connection goes on), config.missing_option (client_cert_later), state.request_pending,
/// state.handshake_pending, state.closed, state.null_argument; those of
/// peercert_connection_handshake(), state.input_full (read first what the client sends).
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_request_certificate(
    connection: *mut Connection,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let connection = unsafe { shared(connection, "connection") }?;
        match &connection.transport {
            Transport::Engine(_) => connection.engine().request_certificate(),
            Transport::Socket(socket) => socket.request_certificate(connection.wait()),
        }
    })
}

/// Reads plaintext, from one TLS record at most.
///
/// `connection`: the connection.
/// `buffer`: receives the plaintext.
/// `size`: the room in the buffer, at least 1; a record holds up to 16,384 bytes.
/// `count`: receives how many bytes were read; 0 when the client has ended the connection properly
/// (close_notify). An end without it is the error peer.closed.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, PEERCERT_WANT_READ, PEERCERT_WANT_WRITE (sans-I/O: more than 262,144 bytes
/// wait to be taken), or PEERCERT_ERROR.
/// Errors: kind peer; io.timeout, io.socket, io.interrupted, state.handshake_pending, state.closed,
/// state.buffer_too_small, state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_read(
    connection: *mut Connection,
    buffer: *mut u8,
    size: usize,
    count: *mut usize,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, out) =
            unsafe { (shared(connection, "connection")?, output(count, "count")?) };
        // SAFETY: as the signature says.
        let buffer = unsafe { room(buffer, size, "buffer") }?;
        let progress = match &connection.transport {
            Transport::Engine(_) => connection.engine().read(buffer),
            Transport::Socket(socket) => socket.read(buffer, connection.wait()),
        }?;
        Ok(counted(progress, out))
    })
}

/// Writes plaintext, perhaps only the beginning of it: call again with the rest. Over a descriptor,
/// after PEERCERT_WANT_WRITE, io.timeout or io.interrupted the same bytes have to be written again, at
/// the same or another address, before any others.
///
/// `connection`: the connection.
/// `data`: the plaintext. NULL is allowed when there is none.
/// `len`: how many bytes.
/// `count`: receives how many bytes were taken.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, PEERCERT_WANT_READ, PEERCERT_WANT_WRITE (sans-I/O: more than 262,144 bytes
/// wait to be taken), or PEERCERT_ERROR.
/// Errors: kind peer; io.timeout, io.socket, io.interrupted, state.handshake_pending, state.closed,
/// state.write_pending, state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_write(
    connection: *mut Connection,
    data: *const u8,
    len: usize,
    count: *mut usize,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (connection, out) =
            unsafe { (shared(connection, "connection")?, output(count, "count")?) };
        // SAFETY: as the signature says.
        let data = unsafe { bytes(data, len, "data") }?;
        let progress = match &connection.transport {
            Transport::Engine(_) => connection.engine().write(data),
            Transport::Socket(socket) => socket.write(data, connection.wait()),
        }?;
        Ok(counted(progress, out))
    })
}

fn counted(progress: Progress<usize>, out: crate::boundary::Out<usize>) -> Progress<()> {
    match progress {
        Progress::Done(count) => {
            out.set(count);
            Progress::Done(())
        }
        Progress::WantRead => Progress::WantRead,
        Progress::WantWrite => Progress::WantWrite,
    }
}

/// How many bytes of plaintext can be read without more bytes from the client. Who waits for the
/// descriptor before reading asks this first.
///
/// `connection`: NULL gives 0.
/// Returns: a number of bytes.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_pending(connection: *const Connection) -> usize {
    entry!(else 0, {
        // SAFETY: as the signature says.
        let connection = unsafe { shared(connection, "connection") };
        connection.map_or(0, |connection| connection.engine().pending())
    })
}

/// Says goodbye (close_notify); nothing can be written or read afterwards. Before the handshake has
/// ended there is nobody to say it to, and the connection is closed. Over a descriptor the first call
/// waits until the goodbye is sent, and for nothing else: PEERCERT_WANT_READ then says that the client has not said goodbye
/// itself. Who does not care for that is done; who does calls again.
///
/// `connection`: the connection.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK when both sides have said goodbye, PEERCERT_WANT_READ, PEERCERT_WANT_WRITE,
/// or PEERCERT_ERROR.
/// Errors: kind peer; io.timeout, io.socket, io.interrupted, state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_close(
    connection: *mut Connection,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let connection = unsafe { shared(connection, "connection") }?;
        let socket = match &connection.transport {
            Transport::Engine(_) => return connection.engine().close(),
            Transport::Socket(socket) => socket,
        };
        if connection.goodbye.load(Ordering::Relaxed) {
            return socket.close(connection.wait());
        }
        match socket.goodbye(connection.wait())? {
            Progress::Done(()) => {
                connection.goodbye.store(true, Ordering::Relaxed);
                socket.close(Wait::Never)
            }
            progress => Ok(progress),
        }
    })
}

/// Frees a connection. Over a descriptor nothing more is sent, and the descriptor stays open.
///
/// `connection`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_connection_free(connection: *mut Connection) {
    // SAFETY: as the signature says.
    unsafe { free(connection) }
}
