//! This file is about one connection as a machine: ciphertext and plaintext in, ciphertext and
//! plaintext out.
//!
//! In: bytes. Out: bytes, progress, and the report when the handshake has ended. It stays callable
//! after a fatal error: the alert can still be taken, and the same error comes back. It knows of no
//! socket, and reads no clock but its configuration's.

mod later;

use crate::backend;
use crate::cert::Certificate;
use crate::context::Context;
use crate::counters::{Counters, Handshake};
use crate::error::{Code, Error, Result};
use crate::failure;
use crate::names;
use crate::peer::{Evidence, Report, Source};
use crate::schema::{key, Sink};
use crate::trace::Trace;
use crate::verify::{out_of_date, Verdict, VerifyError};
use crate::wire::{Wire, OUTPUT_LIMIT};
use later::Held;
use openssl::error::ErrorStack;
use openssl::ssl::{ErrorCode, ShutdownResult, SslRef, SslStream};
use std::sync::Arc;

/// How far a call came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<T> {
    /// It is done, with this result.
    Done(T),
    /// More ciphertext from the peer is needed; [`Connection::wants`] tells how much.
    WantRead,
    /// Ciphertext has to go out first ([`Connection::take`]).
    WantWrite,
}

/// What is told of every handshake that fails: its error, which has the report on whoever was
/// refused. It decides nothing.
pub type RefusalHook = Arc<dyn Fn(&Error) + Send + Sync>;

/// A TLS connection, server side, without a socket.
pub struct Connection {
    stream: SslStream<Wire>,
    trace: Arc<Trace>,
    state: State,
    handshake: Handshake,
    on_refusal: Option<RefusalHook>,
    /// A certificate has been asked for after the handshake, and the answer has not come.
    awaiting: bool,
    /// Plaintext that came before that answer and has not been read.
    held: Held,
}

enum State {
    Handshake,
    Open(Arc<Report>),
    /// The peer has said goodbye; what is written still goes out.
    HalfClosed(Arc<Report>),
    Closed(Option<Arc<Report>>),
    Failed(Error, Option<Arc<Report>>),
}

impl Connection {
    pub(crate) fn new(
        context: &Arc<Context>,
        counters: &Arc<Counters>,
        on_refusal: Option<RefusalHook>,
    ) -> Result<Self> {
        let (ssl, trace) = context.connect()?;
        let stream = SslStream::new(ssl, Wire::default())
            .map_err(|error| Error::new(Code::Library, format!("no connection: {error}")))?;
        Ok(Self {
            stream,
            trace,
            state: State::Handshake,
            handshake: Handshake::begin(counters),
            on_refusal,
            awaiting: false,
            held: Held::default(),
        })
    }

    /// Takes in ciphertext from the peer. What a peer sends after its connection has failed is
    /// thrown away.
    ///
    /// # Errors
    /// `state.input_full` when more than 256 kB would wait to be read; none of these bytes is taken.
    pub fn feed(&mut self, ciphertext: &[u8]) -> Result<()> {
        if matches!(self.state, State::Failed(..)) {
            return Ok(());
        }
        self.stream.get_mut().feed(ciphertext)
    }

    /// Says that the peer sends no more.
    pub fn feed_eof(&mut self) {
        self.stream.get_mut().feed_eof();
    }

    /// How many bytes of ciphertext the next step needs: never more than one TLS record, so that a
    /// caller who reads just these from a socket leaves what follows in the socket.
    #[must_use]
    pub fn wants(&self) -> usize {
        self.stream.get_ref().wants()
    }

    /// Takes the ciphertext that has to go to the peer; empty when there is none.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        self.stream.get_mut().take()
    }

    /// Takes as much ciphertext for the peer as `room` has room for, and tells how much that was.
    #[must_use]
    pub fn take_into(&mut self, room: &mut [u8]) -> usize {
        self.stream.get_mut().take_into(room)
    }

    /// Ciphertext waits to be taken.
    #[must_use]
    pub fn has_output(&self) -> bool {
        !self.stream.get_ref().output().is_empty()
    }

    pub(crate) fn wire_mut(&mut self) -> &mut Wire {
        self.stream.get_mut()
    }

    /// Advances the handshake; after [`Connection::request_certificate`], the client's answer.
    ///
    /// # Errors
    /// Kind `peer`: whoever was refused, and why ([`Error::clientcert`]); the same again when called
    /// again. `state.input_full` when the client sends more than 128 kB of data before its answer,
    /// which has to be read first.
    pub fn handshake(&mut self) -> Result<Progress<()>> {
        match &self.state {
            State::Handshake => {}
            State::Failed(error, _) => return Err(error.clone()),
            State::Open(_) | State::HalfClosed(_) if self.awaiting => return self.answer(),
            State::Open(_) | State::HalfClosed(_) => return Ok(Progress::Done(())),
            State::Closed(_) => return Err(closed()),
        }
        if self.stream.get_ref().may_be_plain_http() {
            return Ok(Progress::WantRead);
        }
        if self.stream.get_ref().is_plain_http() {
            self.stream.get_mut().answer_plain_http();
            let message = "the client spoke plain HTTP to this TLS port; it should use https://";
            return Err(self.refuse(Error::new(Code::PlainHttp, message)));
        }
        match self.library().do_handshake() {
            Ok(()) => {
                let report = match self.conclude() {
                    Ok(report) => report,
                    Err(error) => return Err(self.refuse(error)),
                };
                self.state = State::Open(report);
                self.handshake.done(self.resumed());
                Ok(Progress::Done(()))
            }
            Err(error) => match error.code() {
                ErrorCode::WANT_READ if !self.stream.get_ref().ended() => Ok(Progress::WantRead),
                ErrorCode::WANT_WRITE => Ok(Progress::WantWrite),
                _ => {
                    let error = failure::during_handshake(&error, &self.stream, &self.trace);
                    Err(self.refuse(error))
                }
            },
        }
    }

    /// What the handshake, or the answer to a later request, has shown of the caller, and whether
    /// the mode admits that.
    fn conclude(&self) -> Result<Arc<Report>> {
        let ssl = self.stream.ssl();
        let held = ssl.peer_certificate();
        let seen = &mut *self.trace.seen();
        if let Some(error) = seen.fatal.take() {
            return Err(error);
        }
        if self.trace.host().is_none() {
            return Err(inconsistent("a connection that is for no host"));
        }
        // What a client sends when it is asked afterwards is fresh, though its session is not.
        let resumed = ssl.session_reused() && !self.trace.asks_later();
        let evidence = match (resumed, held) {
            (false, None) if seen.chain.is_empty() => Evidence::Nothing,
            (false, Some(cert)) if seen.is_leaf(&cert) => {
                let verdict = seen.verdict.take();
                let anchor = verdict.as_ref().and_then(|verdict| verdict.anchor);
                Evidence::Fresh {
                    chain: seen.take_chain(),
                    anchor,
                    errors: errors_by_now(verdict, self.trace.clock.now()),
                }
            }
            (false, Some(_)) => return Err(inconsistent("another certificate than was verified")),
            (true, held) => match (seen.ticket.as_ref().map(|ticket| ticket.anchor), held) {
                (Some(None), None) => Evidence::Nothing,
                (Some(Some(anchor)), Some(cert)) => {
                    let der = cert
                        .to_der()
                        .map_err(|_| inconsistent("an unreadable certificate"))?;
                    // The ticket has said the same of the whole chain when the client offered it.
                    let leaf = Certificate::from_der(&der)?;
                    let late = out_of_date(&leaf, self.trace.clock.now());
                    Evidence::Resumed {
                        leaf: der,
                        anchor: Some(anchor),
                        errors: late.into_iter().collect(),
                    }
                }
                _ => return Err(inconsistent("a resumed session without its ticket's word")),
            },
            (false, None) => return Err(inconsistent("no certificate where one was verified")),
        };
        let report = Arc::new(Report::conclude(Source::Tls, evidence));
        report.admit(self.trace.mode())?;
        Ok(report)
    }

    /// Fails the handshake, or what is in its place later, and tells who wants to know. Who the
    /// caller was thought to be before does not count any more.
    fn refuse(&mut self, error: Error) -> Error {
        self.state = State::Failed(error.clone(), None);
        self.handshake.failed(&error);
        if let Some(told) = self.on_refusal.take() {
            told(&error);
        }
        error
    }

    /// The handshake, or the answer to a later request, has neither ended nor failed.
    pub(crate) fn is_handshaking(&self) -> bool {
        match self.state {
            State::Handshake => true,
            State::Open(_) | State::HalfClosed(_) => self.awaiting,
            State::Closed(_) | State::Failed(..) => false,
        }
    }

    /// Fails a handshake that cannot go on, because its socket does not. One that has ended has not
    /// failed, though the client is gone before it took its tickets: what it sent can be read.
    pub(crate) fn give_up(&mut self, error: Error) -> Result<()> {
        match self.state {
            State::Handshake => Err(self.refuse(error)),
            State::Open(_) if self.awaiting => Err(self.refuse(error)),
            State::Open(_) => Ok(()),
            _ => Err(error),
        }
    }

    fn fail(&mut self, error: Error) -> Error {
        let report = self.report().cloned();
        self.state = State::Failed(error.clone(), report);
        error
    }

    /// Reads plaintext. `Done(0)`: the peer closed the connection properly (close_notify).
    ///
    /// # Errors
    /// `state.handshake_pending`, `state.closed`, kind `peer`.
    pub fn read(&mut self, plaintext: &mut [u8]) -> Result<Progress<usize>> {
        match &self.state {
            State::Handshake => return Err(pending()),
            State::Failed(error, _) => return Err(error.clone()),
            State::Closed(_) => return Err(closed()),
            State::HalfClosed(_) | State::Open(_) => {}
        }
        if plaintext.is_empty() {
            return Ok(Progress::Done(0));
        }
        match self.held.take(plaintext) {
            0 => self.receive(plaintext),
            count => Ok(Progress::Done(count)),
        }
    }

    /// Reads plaintext from the library, and settles an answer that comes along.
    fn receive(&mut self, plaintext: &mut [u8]) -> Result<Progress<usize>> {
        if matches!(self.state, State::HalfClosed(_)) {
            return Ok(Progress::Done(0));
        }
        // A peer that makes us answer and never reads must not fill the memory.
        if self.stream.get_ref().output().len() >= OUTPUT_LIMIT {
            return Ok(Progress::WantWrite);
        }
        let progress = match self.library().ssl_read(plaintext) {
            Ok(count) => Progress::Done(count),
            Err(error) => match error.code() {
                ErrorCode::ZERO_RETURN => Progress::Done(0),
                ErrorCode::WANT_READ if !self.stream.get_ref().ended() => Progress::WantRead,
                ErrorCode::WANT_WRITE => Progress::WantWrite,
                _ => return Err(self.broken(&error)),
            },
        };
        self.settle()?;
        if let (Progress::Done(0), State::Open(report)) = (progress, &self.state) {
            self.state = State::HalfClosed(report.clone());
        }
        Ok(progress)
    }

    /// Fails because a call of the library did, after the handshake.
    fn broken(&mut self, error: &openssl::ssl::Error) -> Error {
        if self.awaiting {
            let error = failure::during_handshake(error, &self.stream, &self.trace);
            return self.refuse(error);
        }
        let error = failure::afterwards(error, &self.stream);
        self.fail(error)
    }

    /// Writes plaintext; `Done` tells how much was taken.
    ///
    /// # Errors
    /// `state.handshake_pending`, `state.closed`, kind `peer`.
    pub fn write(&mut self, plaintext: &[u8]) -> Result<Progress<usize>> {
        match &self.state {
            State::Handshake => return Err(pending()),
            State::Failed(error, _) => return Err(error.clone()),
            State::Closed(_) => return Err(closed()),
            State::Open(_) | State::HalfClosed(_) => {}
        }
        if plaintext.is_empty() {
            return Ok(Progress::Done(0));
        }
        if self.stream.get_ref().output().len() >= OUTPUT_LIMIT {
            return Ok(Progress::WantWrite);
        }
        let progress = match self.library().ssl_write(plaintext) {
            Ok(count) => Progress::Done(count),
            Err(error) => match error.code() {
                ErrorCode::WANT_READ if !self.stream.get_ref().ended() => Progress::WantRead,
                ErrorCode::WANT_WRITE => Progress::WantWrite,
                _ => return Err(self.broken(&error)),
            },
        };
        // In the middle of an answer the library reads on before it writes.
        self.settle()?;
        Ok(progress)
    }

    /// Says goodbye (close_notify). `Done` when the peer has done so, too; who does not care for the
    /// peer's goodbye calls it once and takes the output. Nothing can be written afterwards.
    ///
    /// # Errors
    /// Kind `peer`.
    pub fn close(&mut self) -> Result<Progress<()>> {
        match &self.state {
            // Before the handshake has ended there is nobody to say goodbye to.
            State::Handshake => {
                self.state = State::Closed(None);
                return Ok(Progress::Done(()));
            }
            State::Failed(error, _) => return Err(error.clone()),
            State::Closed(_) | State::Open(_) | State::HalfClosed(_) => {}
        }
        let report = self.report().cloned();
        if report.is_none() {
            return Ok(Progress::Done(()));
        }
        self.state = State::Closed(report);
        match self.library().shutdown() {
            Ok(ShutdownResult::Received) => Ok(Progress::Done(())),
            Ok(ShutdownResult::Sent) if self.stream.get_ref().ended() => Ok(Progress::Done(())),
            Ok(ShutdownResult::Sent) => Ok(Progress::WantRead),
            Err(error) => match error.code() {
                ErrorCode::WANT_READ if !self.stream.get_ref().ended() => Ok(Progress::WantRead),
                ErrorCode::WANT_WRITE => Ok(Progress::WantWrite),
                // The goodbye is said; what the peer makes of it changes nothing.
                _ => Ok(Progress::Done(())),
            },
        }
    }

    /// How many bytes of plaintext can be read without more ciphertext.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.held.len() + self.stream.ssl().pending()
    }

    /// The library's connection, its error queue empty: what the host program, or another
    /// connection of this thread, left there would be taken for an error of this call.
    fn library(&mut self) -> &mut SslStream<Wire> {
        drop(ErrorStack::get());
        &mut self.stream
    }

    fn report(&self) -> Option<&Arc<Report>> {
        match &self.state {
            State::Handshake => None,
            State::Open(report) | State::HalfClosed(report) => Some(report),
            State::Closed(report) | State::Failed(_, report) => report.as_ref(),
        }
    }

    /// The report on the caller, from the end of the handshake on.
    ///
    /// # Errors
    /// `state.handshake_pending`; after a failed handshake, its error, which has the report.
    pub fn clientcert(&self) -> Result<&Arc<Report>> {
        match (&self.state, self.report()) {
            (_, Some(report)) => Ok(report),
            (State::Failed(error, _), None) => Err(error.clone()),
            (State::Closed(_), None) => Err(closed()),
            _ => Err(pending()),
        }
    }

    /// The client's chain as sent, leaf first, each DER; `None` without a certificate and on a
    /// resumed connection.
    ///
    /// # Errors
    /// As [`Connection::clientcert`].
    pub fn chain(&self) -> Result<Option<&[Vec<u8>]>> {
        Ok(self.clientcert()?.chain())
    }

    /// The client's certificate as DER; `None` without one.
    ///
    /// # Errors
    /// As [`Connection::clientcert`].
    pub fn der(&self) -> Result<Option<&[u8]>> {
        Ok(self.clientcert()?.der())
    }

    /// Hands `details`, the dictionary of the connection, to a visitor.
    ///
    /// # Errors
    /// As [`Connection::clientcert`].
    pub fn details(&self, sink: &mut impl Sink) -> Result<()> {
        let report = self.clientcert()?;
        let ssl = self.stream.ssl();
        sink.begin_dict();
        sink.text_at(key::SSLVERSION, ssl.version_str());
        sink.text_at(
            key::CIPHER,
            ssl.current_cipher().map_or("", |cipher| cipher.name()),
        );
        sink.text_at(
            key::SERVERNAME,
            self.trace.seen().server_name.as_deref().unwrap_or(""),
        );
        sink.text_at(key::ALPN, &self.alpn());
        if let Some(group) = backend::group(ssl) {
            sink.text_at(key::GROUP, group);
        }
        let signed = report.present() && !report.resumed();
        let scheme = backend::signature_scheme(ssl).filter(|_| signed);
        if let Some(name) = scheme.and_then(names::scheme_name) {
            sink.text_at(key::SIGNATURESCHEME, name);
        }
        sink.flag_at(key::DETAILS_RESUMED, ssl.session_reused());
        sink.key(key::DETAILS_CLIENTCERT);
        report.summarise(sink);
        sink.end();
        Ok(())
    }

    /// The host that a request names (`Host`, `:authority`) admits the same clients as the one that
    /// this connection was made for. Where it does not, the request belongs on another connection: 421
    /// Misdirected Request (RFC 9110, 15.5.20). Where there are several hosts, so does one for a name that
    /// programs read in different ways: percent-encoded, with a user or a second port, with an empty label.
    #[must_use]
    pub fn serves(&self, authority: &str) -> bool {
        let host = self.trace.host();
        host.is_some_and(|host| host.serves(authority))
    }

    /// The negotiated application protocol; empty without.
    #[must_use]
    pub fn alpn(&self) -> String {
        let protocol = self
            .stream
            .ssl()
            .selected_alpn_protocol()
            .unwrap_or_default();
        String::from_utf8_lossy(protocol).into_owned()
    }

    pub(crate) fn ssl(&self) -> &SslRef {
        self.stream.ssl()
    }

    /// The name that the client asked for (SNI); empty without.
    pub(crate) fn server_name(&self) -> String {
        self.trace.seen().server_name.clone().unwrap_or_default()
    }

    /// Now, by the configuration's clock.
    pub(crate) fn now(&self) -> i64 {
        self.trace.clock.now()
    }

    /// The cipher suite: OpenSSL's name, the TLS version that it belongs to, its secret bits.
    #[must_use]
    pub fn cipher(&self) -> Option<(&'static str, &'static str, u32)> {
        let cipher = self.stream.ssl().current_cipher()?;
        let bits = u32::try_from(cipher.bits().secret).unwrap_or(0);
        Some((cipher.name(), cipher.version(), bits))
    }

    /// The session was resumed.
    #[must_use]
    pub fn resumed(&self) -> bool {
        self.stream.ssl().session_reused()
    }

    /// Keying material for channel bindings and the like (RFC 5705).
    ///
    /// # Errors
    /// `state.handshake_pending`, `internal.tls_library`.
    pub fn export_keying_material(&self, label: &str, out: &mut [u8]) -> Result<()> {
        self.clientcert()?;
        let exported = self.stream.ssl().export_keying_material(out, label, None);
        exported.map_err(|error| Error::new(Code::Library, error.to_string()))
    }
}

/// What is wrong when the handshake ends: what was wrong when the client's certificate came, or what
/// has ended meanwhile, because the client took its time.
fn errors_by_now(verdict: Option<Verdict>, now: i64) -> Vec<VerifyError> {
    match verdict {
        None => vec![VerifyError::UNSPECIFIED],
        Some(verdict) if verdict.errors.is_empty() => verdict.lapsed(now).into_iter().collect(),
        Some(verdict) => verdict.errors,
    }
}

fn pending() -> Error {
    Error::new(
        Code::HandshakePending,
        "the handshake has not ended; call handshake until it is done",
    )
}

fn closed() -> Error {
    Error::new(Code::Closed, "the connection is closed")
}

fn inconsistent(what: &str) -> Error {
    Error::new(
        Code::Library,
        format!("the TLS library holds {what}; the connection is refused"),
    )
}
