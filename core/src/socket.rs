//! This file is about a connection over a socket: the engine, and the waiting.
//!
//! In: a connected stream socket and how long a call may wait. Out: plaintext, errors. The lock on
//! the engine is never held while waiting, so that one thread may read while another writes. It may
//! not know of TLS.

use crate::backend::Descriptor;
use crate::engine::{Connection, Progress};
use crate::error::{Code, Error, Kind, Result};
use rustix::event::{poll, PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{recv, send, shutdown, RecvFlags, SendFlags, Shutdown};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a call may wait for the socket.
#[derive(Clone, Copy, Debug)]
pub enum Wait {
    /// Not at all: `WantRead` and `WantWrite` come back.
    Never,
    /// Until this moment, then `io.timeout`.
    Until(Instant),
    /// As long as it takes.
    Forever,
}

/// How long a refused client may take to read its alert. Closing at once would make the kernel throw
/// the alert away when the client has already sent a request.
const LINGER: Duration = Duration::from_millis(500);

/// How much a refused client's bytes are read meanwhile.
const LINGER_BYTES: usize = 256 * 1_024;

/// A TLS connection over a socket. Threads may share it: one may read while another writes.
pub struct Socket<S> {
    connection: Mutex<Connection>,
    socket: S,
    /// Plaintext that the engine took when the socket did not take all of its ciphertext: the write
    /// that is called again for it is told so, and nothing is encrypted twice.
    owed: Mutex<Option<Owed>>,
    /// How long a client may take to answer a request for its certificate, and until when it has to.
    patience: Duration,
    answer_by: Mutex<Option<Instant>>,
}

/// When an operation is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// When the engine says so: what it still has to send goes out with a later call.
    WhenDone,
    /// When, besides, all that the engine has to send is out.
    WhenSent,
}

/// What the engine took of a write that is not done, and a digest of it to know it by.
struct Owed {
    count: usize,
    digest: u64,
}

impl Owed {
    fn new(plaintext: &[u8], count: usize) -> Self {
        let mut hasher = DefaultHasher::new();
        plaintext.get(..count).hash(&mut hasher);
        Self {
            count,
            digest: hasher.finish(),
        }
    }
}

impl<S: AsFd> Socket<S> {
    pub(crate) fn new(connection: Connection, socket: S, patience: Duration) -> Self {
        Self {
            connection: Mutex::new(connection),
            socket,
            owed: Mutex::new(None),
            patience,
            answer_by: Mutex::new(None),
        }
    }

    /// Advances the handshake; after [`Socket::request_certificate`], the answer. After a refusal the client is given up to half a second to read its
    /// alert, unless the call may not wait.
    ///
    /// # Errors
    /// As [`Connection::handshake`], and `io.timeout`, `io.socket`, `io.interrupted` (a signal: call
    /// again).
    pub fn handshake(&self, wait: Wait) -> Result<Progress<()>> {
        let under_way = self.connection().is_handshaking();
        let wait = self.bounded(wait, under_way)?;
        let result = self
            .run(wait, End::WhenSent, Connection::handshake)
            .or_else(|error| match error.code() {
                // Those end a call, not the handshake.
                Code::Timeout | Code::Interrupted | Code::InputFull => Err(error),
                _ => self.connection().give_up(error).map(Progress::Done),
            });
        if matches!(result, Ok(Progress::Done(()))) {
            self.acknowledge();
        }
        self.let_read(under_way, wait, result)
    }

    /// Asks the client for its certificate though the handshake has ended, and waits for the answer as
    /// long as the call may and `handshake_timeout` allows: [`Connection::request_certificate`]. When
    /// `WantRead`, `WantWrite` or `io.interrupted` comes back, go on with [`Socket::handshake`]. One
    /// thread at a time asks or reads.
    ///
    /// # Errors
    /// As [`Connection::request_certificate`], and those of [`Socket::handshake`]; `io.timeout` when
    /// the client does not answer.
    pub fn request_certificate(&self, wait: Wait) -> Result<Progress<()>> {
        let progress = self.connection().request_certificate()?;
        let mut answer_by = self
            .answer_by
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // A moment that the clock cannot say is as good as never.
        *answer_by = Instant::now().checked_add(self.patience);
        drop(answer_by);
        match progress {
            Progress::Done(()) => Ok(progress),
            Progress::WantRead | Progress::WantWrite => self.handshake(wait),
        }
    }

    /// No longer than the client has for its answer.
    fn bounded(&self, wait: Wait, under_way: bool) -> Result<Wait> {
        let mut answer_by = self
            .answer_by
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !under_way {
            *answer_by = None;
        }
        let late = |end: Instant| Instant::now() >= end;
        Ok(match (wait, *answer_by) {
            (wait, None) => wait,
            (Wait::Never, Some(end)) if late(end) => return Err(timed_out()),
            (Wait::Never, Some(_)) => Wait::Never,
            (Wait::Until(own), Some(end)) => Wait::Until(own.min(end)),
            (Wait::Forever, Some(end)) => Wait::Until(end),
        })
    }

    /// After a refusal, lets the client read its alert.
    fn let_read<T>(&self, under_way: bool, wait: Wait, result: Result<T>) -> Result<T> {
        let refused = |error: &Error| error.kind() == Kind::Peer;
        if under_way && result.as_ref().is_err_and(refused) {
            self.linger(wait);
        }
        result
    }

    /// Reads plaintext; `Done(0)` is the peer's proper end.
    ///
    /// # Errors
    /// As [`Connection::read`], and those of [`Socket::handshake`].
    pub fn read(&self, plaintext: &mut [u8], wait: Wait) -> Result<Progress<usize>> {
        let under_way = self.connection().is_handshaking();
        let result = self.run(wait, End::WhenDone, |connection| connection.read(plaintext));
        self.let_read(under_way, wait, result)
    }

    /// Writes plaintext; `Done` tells how much. When `WantWrite` or a time-out comes back, the same
    /// bytes must be written again, as with OpenSSL.
    ///
    /// # Errors
    /// As [`Connection::write`], and those of [`Socket::handshake`]; `state.write_pending` when other
    /// bytes are written before those that are still on their way, by another thread for example.
    pub fn write(&self, plaintext: &[u8], wait: Wait) -> Result<Progress<usize>> {
        let lock = || self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        self.run(wait, End::WhenDone, |connection| {
            let mut owed = lock();
            let count = match &*owed {
                Some(before) if before.digest == Owed::new(plaintext, before.count).digest => {
                    before.count
                }
                Some(_) => {
                    let message = "another write is on its way; its bytes have to be written first";
                    return Err(Error::new(Code::WritePending, message));
                }
                None => match connection.write(plaintext)? {
                    Progress::Done(count) => count,
                    other => return Ok(other),
                },
            };
            if self.flush(connection)? {
                *owed = None;
                return Ok(Progress::Done(count));
            }
            owed.get_or_insert_with(|| Owed::new(plaintext, count));
            Ok(Progress::WantWrite)
        })
    }

    /// Says goodbye; `Done` when that is sent, whatever the peer does.
    ///
    /// # Errors
    /// Those of [`Socket::handshake`].
    pub fn goodbye(&self, wait: Wait) -> Result<Progress<()>> {
        self.run(wait, End::WhenSent, |connection| {
            Ok(match connection.close()? {
                Progress::WantRead => Progress::Done(()),
                progress => progress,
            })
        })
    }

    /// Says goodbye; `Done` when the peer has done so, too.
    ///
    /// # Errors
    /// Those of [`Socket::handshake`].
    pub fn close(&self, wait: Wait) -> Result<Progress<()>> {
        self.run(wait, End::WhenSent, Connection::close)
    }

    /// The engine, for its report and details.
    pub fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The socket.
    pub fn socket(&self) -> &S {
        &self.socket
    }

    /// The socket, without the engine: what the engine still holds is lost.
    pub fn into_socket(self) -> S {
        self.socket
    }

    /// Calls the engine until it is done, moving ciphertext between calls.
    fn run<T: Copy>(
        &self,
        wait: Wait,
        end: End,
        mut step: impl FnMut(&mut Connection) -> Result<Progress<T>>,
    ) -> Result<Progress<T>> {
        loop {
            let mut connection = self.connection();
            // The engine's bytes come straight from the socket, but only within this loop, and not
            // past the deadline: a peer that always has bytes must not outrun it.
            let source = (!expired(wait)).then(|| Descriptor::lent(&self.socket));
            connection.wire_mut().receive_from(source);
            let progress = step(&mut connection);
            let goes_on = match progress {
                Ok(Progress::WantRead) => connection.wire_mut().goes_on(),
                _ => Ok(false),
            };
            connection.wire_mut().receive_from(None);
            let flushed = self.flush(&mut connection);
            // The engine's own error says more than that its alert could not be sent.
            let progress = progress?;
            if let (Progress::Done(value), End::WhenDone) = (progress, end) {
                // What was read is the caller's, whatever becomes of bytes of ours.
                return Ok(Progress::Done(value));
            }
            let flushed = flushed?;
            let flags = match progress {
                Progress::Done(value) if flushed => return Ok(Progress::Done(value)),
                Progress::WantWrite if flushed => continue,
                Progress::Done(_) | Progress::WantWrite => PollFlags::OUT,
                Progress::WantRead => match goes_on.map_err(broken)? {
                    true if expired(wait) => return Err(timed_out()),
                    true => continue,
                    false if flushed => PollFlags::IN,
                    // The peer may be waiting for the rest of our flight.
                    false => PollFlags::IN | PollFlags::OUT,
                },
            };
            drop(connection);
            if matches!(wait, Wait::Never) {
                let reading = flags == PollFlags::IN
                    || (end == End::WhenDone && flags.contains(PollFlags::IN));
                return Ok(if reading {
                    Progress::WantRead
                } else {
                    Progress::WantWrite
                });
            }
            self.wait(flags, wait)?;
        }
    }

    /// Sends what the engine has for the peer; true when all of it is out.
    fn flush(&self, connection: &mut Connection) -> Result<bool> {
        loop {
            let wire = connection.wire_mut();
            if wire.output().is_empty() {
                return Ok(true);
            }
            match send(
                &self.socket,
                wire.output(),
                SendFlags::DONTWAIT | SendFlags::NOSIGNAL,
            ) {
                Ok(count) => wire.sent(count),
                Err(Errno::AGAIN) => return Ok(false),
                Err(Errno::INTR) => {}
                Err(error) => return Err(broken(error)),
            }
        }
    }

    fn wait(&self, flags: PollFlags, wait: Wait) -> Result<()> {
        let remaining = match wait {
            Wait::Until(end) => Some(end.saturating_duration_since(Instant::now())),
            Wait::Forever | Wait::Never => None,
        };
        if remaining.is_some_and(|left| left.is_zero()) {
            return Err(timed_out());
        }
        let limit = remaining.map(rustix::event::Timespec::try_from);
        let limit = limit.transpose().map_err(|_| timed_out())?;
        let mut set = [PollFd::new(&self.socket, flags)];
        match poll(&mut set, limit.as_ref()) {
            Ok(0) => Err(timed_out()),
            Ok(_) => Ok(()),
            Err(Errno::INTR) => Err(Error::new(Code::Interrupted, "a signal came; call again")),
            Err(error) => Err(broken(error)),
        }
    }

    /// Acknowledges the client's last flight now. After it the server may have nothing to say, and a
    /// client that waits for the acknowledgement before it sends its request (Nagle's algorithm)
    /// would wait for the kernel's delayed one, 40 ms.
    fn acknowledge(&self) {
        let peek = RecvFlags::DONTWAIT | RecvFlags::PEEK;
        if recv(&self.socket, &mut [0; 1][..], peek).is_ok() {
            // The client does not wait, and the answer will acknowledge.
            return;
        }
        // A socket that is not TCP refuses, and needs it not.
        #[cfg(target_os = "linux")]
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.socket, true);
    }

    /// Ends our side and reads what the client still sends, within bounds, so that the client gets
    /// to read its alert.
    fn linger(&self, wait: Wait) {
        if shutdown(&self.socket, Shutdown::Write).is_err() {
            return;
        }
        let mut end = Instant::now() + LINGER;
        if let Wait::Until(limit) = wait {
            end = end.min(limit);
        }
        let mut buffer = [0; 16_384];
        let mut left = LINGER_BYTES;
        while left > 0 {
            match recv(&self.socket, &mut buffer[..], RecvFlags::DONTWAIT) {
                Ok((_, 0)) => return,
                Ok((_, count)) => left = left.saturating_sub(count),
                Err(Errno::AGAIN) if !matches!(wait, Wait::Never) => {
                    if self.wait(PollFlags::IN, Wait::Until(end)).is_err() {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    }
}

fn broken(error: Errno) -> Error {
    match error {
        Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN => {
            Error::new(Code::PeerClosed, "the client closed the connection")
        }
        _ => {
            let text = std::io::Error::from(error).to_string();
            Error::new(Code::Socket, format!("the socket failed: {text}"))
                .with("errno", error.raw_os_error())
        }
    }
}

fn expired(wait: Wait) -> bool {
    matches!(wait, Wait::Until(end) if Instant::now() >= end)
}

fn timed_out() -> Error {
    Error::new(Code::Timeout, "the operation did not end in time")
}
