//! This file is about the acceptor: a validated configuration that connections are made of.

use crate::engine::Connection;
use crate::error::{Code, Error, Result};
use crate::mode::Mode;
use crate::options::Options;
use crate::socket::Socket;
use std::os::fd::AsFd;
use std::time::Duration;

/// Accepts TLS connections. Shared between threads; a clone is the same acceptor.
#[derive(Clone)]
pub struct Acceptor {}

impl Acceptor {
    /// An acceptor of these options.
    ///
    /// # Errors
    /// Every problem of the options at once ([`Error::problems`]), each of kind `config`.
    pub fn new(options: Options) -> Result<Self> {
        let _ = options;
        Err(Error::new(Code::Library, "not yet"))
    }

    /// A connection without a socket: bytes in, bytes out.
    ///
    /// # Errors
    /// `internal.tls_library`.
    pub fn connection(&self) -> Result<Connection> {
        Err(Error::new(Code::Library, "not yet"))
    }

    /// A connection over a connected stream socket, before its handshake.
    ///
    /// # Errors
    /// `internal.tls_library`.
    pub fn wrap<S: AsFd>(&self, socket: S) -> Result<Socket<S>> {
        let _ = socket;
        Err(Error::new(Code::Library, "not yet"))
    }

    /// A connection over a connected stream socket, its handshake done within `handshake_timeout`.
    ///
    /// # Errors
    /// Why the handshake failed, with the report on whoever was refused.
    pub fn accept<S: AsFd>(&self, socket: S) -> Result<Socket<S>> {
        let _ = socket;
        Err(Error::new(Code::Library, "not yet"))
    }

    /// The client-certificate mode.
    #[must_use]
    pub fn mode(&self) -> Mode {
        Mode::None
    }

    /// How long the faces that own the socket wait for a handshake to end.
    #[must_use]
    pub fn handshake_timeout(&self) -> Duration {
        Duration::from_secs(10)
    }

    /// What is odd about the configuration but does not prevent it.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &[]
    }
}
