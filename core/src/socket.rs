//! This file is about a connection over a socket: the engine, and the waiting.

use crate::engine::{Connection, Progress};
use crate::error::{Code, Error, Result};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

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

/// A TLS connection over a socket. Threads may share it: one may read while another writes.
pub struct Socket<S> {
    connection: Mutex<Connection>,
    socket: S,
}

impl<S: AsFd> Socket<S> {
    /// Advances the handshake.
    ///
    /// # Errors
    /// As [`Connection::handshake`], and `io.timeout`, `io.socket`, `io.interrupted` (a signal: call again).
    pub fn handshake(&self, wait: Wait) -> Result<Progress<()>> {
        let _ = wait;
        Err(Error::new(Code::Library, "not yet"))
    }

    /// Reads plaintext; `Done(0)` is the peer's proper end.
    ///
    /// # Errors
    /// As [`Connection::read`], and those of [`Socket::handshake`].
    pub fn read(&self, plaintext: &mut [u8], wait: Wait) -> Result<Progress<usize>> {
        let _ = (plaintext, wait);
        Err(Error::new(Code::Library, "not yet"))
    }

    /// Writes plaintext; `Done` tells how much.
    ///
    /// # Errors
    /// As [`Connection::write`], and those of [`Socket::handshake`].
    pub fn write(&self, plaintext: &[u8], wait: Wait) -> Result<Progress<usize>> {
        let _ = (plaintext, wait);
        Err(Error::new(Code::Library, "not yet"))
    }

    /// Says goodbye; `Done` when the peer has done so, too.
    ///
    /// # Errors
    /// Those of [`Socket::handshake`].
    pub fn close(&self, wait: Wait) -> Result<Progress<()>> {
        let _ = wait;
        Err(Error::new(Code::Library, "not yet"))
    }

    /// The engine, for its report and details.
    pub fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The socket.
    pub fn socket(&self) -> &S {
        &self.socket
    }
}
