//! This file is about the acceptor: a validated configuration that connections are made of, until it is
//! read anew.

use crate::backend::TicketKeys;
use crate::clock::Clock;
use crate::config::{Config, Stamp};
use crate::context::Context;
use crate::counters::Counters;
use crate::engine::{Connection, Progress, RefusalHook};
use crate::error::{Code, Error, Result};
use crate::mode::Mode;
use crate::options::Options;
use crate::schema::Sink;
use crate::socket::{Socket, Wait};
use crate::watch::Watch;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

/// Accepts TLS connections. Shared between threads; a clone is the same acceptor.
#[derive(Clone)]
pub struct Acceptor {
    inner: Arc<Inner>,
    on_refusal: Option<RefusalHook>,
}

struct Inner {
    options: Options,
    clock: Clock,
    /// For configurations that bring none: the same over reloads, so that these end no session.
    keys: Arc<TicketKeys>,
    counters: Arc<Counters>,
    loaded: RwLock<Arc<Loaded>>,
    /// What the last attempt to reload has come to; held while one is going on.
    attempt: Mutex<Attempt>,
    watch: Mutex<Option<Watch>>,
}

/// A configuration in use.
struct Loaded {
    context: Arc<Context>,
    handshake_timeout: Duration,
    warnings: Vec<String>,
}

/// The last attempt to read the files.
struct Attempt {
    files: Vec<Stamp>,
    error: Option<Error>,
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
        let keys = TicketKeys::random()
            .map(Arc::new)
            .map_err(|error| Error::new(Code::Library, format!("no random bytes: {error}")))?;
        let (loaded, files) = load(&options, &keys, &clock).map_err(|(error, _)| error)?;
        Ok(Self {
            inner: Arc::new(Inner {
                options,
                clock,
                keys,
                counters: Arc::default(),
                loaded: RwLock::new(Arc::new(loaded)),
                attempt: Mutex::new(Attempt { files, error: None }),
                watch: Mutex::new(None),
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
        let loaded = self.inner.loaded();
        Connection::new(
            &loaded.context,
            &self.inner.counters,
            self.on_refusal.clone(),
        )
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

    /// Reads every file anew. Connections that are made from now on are of the new contents; those that
    /// are there go on as they are. Sessions are resumed afterwards where the policy of their host is
    /// the same. Several calls at once are carried out one after the other.
    ///
    /// # Errors
    /// As [`Acceptor::new`]; what was there before is still used.
    pub fn reload(&self) -> Result<()> {
        self.inner.reload()
    }

    /// Reloads by itself, in a thread of its own, when a file has been replaced: written, renamed over,
    /// or a link pointed elsewhere. It looks every `interval`, until it is called again or the acceptor
    /// is dropped; zero ends it. `told` hears in that thread of each reload, and why it failed.
    ///
    /// # Errors
    /// `config.invalid_value` for more than a day; `io.thread` when there is no thread to be had.
    pub fn watch(
        &self,
        interval: Duration,
        told: impl Fn(Option<&Error>) + Send + 'static,
    ) -> Result<()> {
        let acceptor = Arc::downgrade(&self.inner);
        let look = move || Weak::upgrade(&acceptor).map(|inner| inner.look(&told));
        let mut watch = self
            .inner
            .watch
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // The old one ends before the new one begins.
        *watch = None;
        *watch = Watch::begin(interval, look)?;
        Ok(())
    }

    /// Why the last reload failed; `None` when it did not, or there was none.
    #[must_use]
    pub fn reload_error(&self) -> Option<Error> {
        let attempt = self
            .inner
            .attempt
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        attempt.error.clone()
    }

    /// Hands `counters`, the dictionary of what has become of the handshakes, to a visitor.
    pub fn counters(&self, sink: &mut impl Sink) {
        self.inner.counters.describe(sink);
    }

    /// The client-certificate mode; of the default host, where there are several.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.inner.loaded().context.default.policy.rules.mode
    }

    /// How long the faces that own the socket wait for a handshake to end.
    #[must_use]
    pub fn handshake_timeout(&self) -> Duration {
        self.inner.loaded().handshake_timeout
    }

    /// What is odd about the configuration but does not prevent it.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.inner.loaded().warnings.clone()
    }
}

impl Inner {
    fn loaded(&self) -> Arc<Loaded> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.clone()
    }

    fn reload(&self) -> Result<()> {
        let mut attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        self.reload_within(&mut attempt)
    }

    fn reload_within(&self, attempt: &mut Attempt) -> Result<()> {
        let outcome = load(&self.options, &self.keys, &self.clock);
        self.counters.reloaded(outcome.is_ok());
        match outcome {
            Ok((loaded, files)) => {
                *attempt = Attempt { files, error: None };
                let mut place = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
                let old = std::mem::replace(&mut *place, Arc::new(loaded));
                drop(place);
                // Outside of the lock: a thousand hosts take a while to let go of.
                drop(old);
                Ok(())
            }
            Err((error, files)) => {
                let told = Some(error.clone());
                *attempt = Attempt { files, error: told };
                Err(error)
            }
        }
    }

    /// Reloads if a file is another than at the last attempt.
    fn look(&self, told: &impl Fn(Option<&Error>)) {
        let mut attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        if attempt.files.iter().any(|file| file.renewed() != *file) {
            let outcome = self.reload_within(&mut attempt);
            drop(attempt);
            told(outcome.err().as_ref());
        }
    }
}

/// Reads and builds a configuration; the files that were looked at, in any case.
fn load(
    options: &Options,
    keys: &Arc<TicketKeys>,
    clock: &Clock,
) -> std::result::Result<(Loaded, Vec<Stamp>), (Error, Vec<Stamp>)> {
    let mut config = Config::new(options.clone(), clock.now())
        .map_err(|refused| (refused.error, refused.files))?;
    let handshake_timeout = config.handshake_timeout;
    let warnings = std::mem::take(&mut config.warnings);
    let files = std::mem::take(&mut config.files);
    match Context::new(config, keys, clock.clone()) {
        Ok(context) => Ok((
            Loaded {
                context: Arc::new(context),
                handshake_timeout,
                warnings,
            },
            files,
        )),
        Err(error) => Err((error, files)),
    }
}
