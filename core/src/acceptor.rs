//! This file is about the acceptor: a validated configuration that connections are made of.

use crate::clock::Clock;
use crate::config::Config;
use crate::context::Context;
use crate::engine::{Connection, Progress, RefusalHook};
use crate::error::{Code, Error, Result};
use crate::mode::Mode;
use crate::options::Options;
use crate::socket::{Socket, Wait};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Accepts TLS connections. Shared between threads; a clone is the same acceptor.
#[derive(Clone)]
pub struct Acceptor {
    inner: Arc<Inner>,
    on_refusal: Option<RefusalHook>,
}

struct Inner {
    context: Context,
    handshake_timeout: Duration,
    warnings: Vec<String>,
}

impl Acceptor {
    /// An acceptor of these options.
    ///
    /// # Errors
    /// Every problem of the options at once ([`Error::problems`]), each of kind `config`.
    pub fn new(options: Options) -> Result<Self> {
        Self::with_clock(options, Clock::system())
    }

    /// An acceptor that reads the time from this clock: verification, resumption and tickets.
    ///
    /// # Errors
    /// As [`Acceptor::new`].
    pub fn with_clock(options: Options, clock: Clock) -> Result<Self> {
        let mut config = Config::new(options)?;
        let context = Context::new(&mut config, clock)?;
        let Config {
            handshake_timeout,
            warnings,
            ..
        } = config;
        Ok(Self {
            inner: Arc::new(Inner {
                context,
                handshake_timeout,
                warnings,
            }),
            on_refusal: None,
        })
    }

    /// The same acceptor, which tells `hook` of every handshake that fails, in the thread that
    /// drives it and once a connection. Time-outs are told to who waits, not here.
    #[must_use]
    pub fn on_refusal(self, hook: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        Self {
            on_refusal: Some(Arc::new(hook)),
            ..self
        }
    }

    /// A connection without a socket: bytes in, bytes out.
    ///
    /// # Errors
    /// `internal.tls_library`.
    pub fn connection(&self) -> Result<Connection> {
        Connection::new(&self.inner.context, self.on_refusal.clone())
    }

    /// A connection over a connected stream socket, before its handshake.
    ///
    /// # Errors
    /// `internal.tls_library`.
    pub fn wrap<S: AsFd>(&self, socket: S) -> Result<Socket<S>> {
        Ok(Socket::new(self.connection()?, socket))
    }

    /// A connection over a connected stream socket, its handshake done within `handshake_timeout`,
    /// whether the socket is blocking or not. A signal does not interrupt it.
    ///
    /// # Errors
    /// Why the handshake failed, with the report on whoever was refused; `io.timeout`.
    pub fn accept<S: AsFd>(&self, socket: S) -> Result<Socket<S>> {
        let socket = self.wrap(socket)?;
        let end = Instant::now() + self.handshake_timeout();
        loop {
            match socket.handshake(Wait::Until(end)) {
                Ok(Progress::Done(())) => return Ok(socket),
                Ok(_) => {}
                Err(error) if error.code() == Code::Interrupted => {}
                Err(error) if error.code() == Code::Timeout => {
                    let seconds = self.handshake_timeout().as_secs_f64();
                    let message = format!("the handshake did not end within {seconds} seconds");
                    return Err(Error::new(Code::Timeout, message));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The client-certificate mode.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.inner.context.policy.mode
    }

    /// How long the faces that own the socket wait for a handshake to end.
    #[must_use]
    pub fn handshake_timeout(&self) -> Duration {
        self.inner.handshake_timeout
    }

    /// What is odd about the configuration but does not prevent it.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.inner.warnings
    }
}
