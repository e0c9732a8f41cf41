//! This file is about a TLS client in memory, to try a server with, honest and otherwise.
//!
//! In: an acceptor, what the client has, in which pieces its bytes arrive. Out: what each side saw.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a client that cannot be made ends the test"
)]

use crate::session::ticket;
use foreign_types::ForeignTypeRef;
use openssl::pkey::PKey;
use openssl::ssl::{
    ErrorCode, ShutdownState, Ssl, SslContext, SslContextBuilder, SslMethod, SslRef, SslSession,
    SslSessionCacheMode, SslStream, SslVerifyMode, SslVersion,
};
use openssl::x509::X509;
use peercert::{Acceptor, Connection, Error, Progress};
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};

/// What both sides saw of one connection.
pub struct Outcome {
    /// The server's side.
    pub server: Connection,
    /// Why the server refused.
    pub error: Option<Error>,
    /// The number of the alert that the client received.
    pub alert: Option<i32>,
    /// The session that the client may offer next.
    pub session: Option<SslSession>,
}

/// A client: its TLS version and what it sends.
pub struct Client {
    pub(crate) context: SslContext,
    pub(crate) session: Arc<Mutex<Option<SslSession>>>,
}

/// What the two sides have said and not yet heard.
#[derive(Default)]
pub struct Pipe {
    pub(crate) inbound: Vec<u8>,
    pub(crate) outbound: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.inbound.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let size = buffer.len().min(self.inbound.len());
        buffer[..size].copy_from_slice(&self.inbound[..size]);
        self.inbound.drain(..size);
        Ok(size)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outbound.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Client {
    /// A client of one TLS version with the certificates and the key of `live/NAME`, or with none.
    #[must_use]
    pub fn new(name: Option<&str>, version: SslVersion) -> Self {
        Self::repeating(name, version, 1)
    }

    /// The same client, which sends its whole chain this many times.
    #[must_use]
    pub fn repeating(name: Option<&str>, version: SslVersion, times: usize) -> Self {
        let mut builder = Self::builder(version);
        if let Some(name) = name {
            let read =
                |end: &str| std::fs::read(crate::path(&format!("pki/live/{name}.{end}"))).unwrap();
            let once = X509::stack_from_pem(&read("pem")).unwrap();
            let mut chain = once.iter().cycle().take(once.len() * times).cloned();
            builder.set_certificate(&chain.next().unwrap()).unwrap();
            chain.for_each(|above| builder.add_extra_chain_cert(above).unwrap());
            let key = PKey::private_key_from_pem(&read("key")).unwrap();
            builder.set_private_key(&key).unwrap();
        }
        Self::of(builder)
    }

    fn builder(version: SslVersion) -> SslContextBuilder {
        let mut builder = SslContext::builder(SslMethod::tls_client()).unwrap();
        #[cfg(not(feature = "aws-lc"))]
        builder.set_security_level(0);
        builder.set_min_proto_version(Some(version)).unwrap();
        builder.set_max_proto_version(Some(version)).unwrap();
        builder.set_verify(SslVerifyMode::NONE);
        builder
    }

    fn of(mut builder: SslContextBuilder) -> Self {
        let session = Arc::new(Mutex::new(None));
        let kept = session.clone();
        // Whatever is kept in the library's own cache would look like memory left behind.
        let kept_by_us = SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL;
        builder.set_session_cache_mode(kept_by_us);
        builder.set_new_session_callback(move |_, new| *kept.lock().unwrap() = Some(new));
        Self {
            context: builder.build(),
            session,
        }
    }

    /// The first flight of a client, its ClientHello.
    #[must_use]
    pub fn hello(&self) -> Vec<u8> {
        self.call(None, None).speak()
    }

    /// A client without a certificate that asks for these groups, with a key share for the first of them alone.
    #[must_use]
    pub fn with_groups(groups: &str, version: SslVersion) -> Self {
        let mut builder = Self::builder(version);
        builder.set_groups_list(groups).unwrap();
        Self::of(builder)
    }

    /// A client without a certificate that speaks these protocols (RFC 7301): each a length octet and a name.
    #[must_use]
    pub fn with_protocols(protocols: &[u8], version: SslVersion) -> Self {
        let mut builder = Self::builder(version);
        builder.set_alpn_protos(protocols).unwrap();
        Self::of(builder)
    }

    /// A connection step by step, for the host of this name, offering this session.
    #[must_use]
    pub fn call(&self, host: Option<&str>, offer: Option<&SslSession>) -> Caller {
        let mut ssl = Ssl::new(&self.context).unwrap();
        if let Some(host) = host {
            ssl.set_hostname(host).unwrap();
        }
        if let Some(session) = offer {
            offer_session(&mut ssl, session);
        }
        Caller {
            stream: SslStream::new(ssl, Pipe::default()).unwrap(),
            connected: false,
            alert: None,
        }
    }

    /// Connects, offering a session if there is one. Its bytes reach the server in pieces of at most
    /// `piece`; with `usize::MAX`, what it says right after the handshake comes joined to that.
    #[must_use]
    pub fn connect(&self, to: &Acceptor, offer: Option<&SslSession>, piece: usize) -> Outcome {
        self.connect_to(to, None, offer, piece)
    }

    /// The same, asking for the host of this name.
    #[must_use]
    pub fn connect_to(
        &self,
        to: &Acceptor,
        host: Option<&str>,
        offer: Option<&SslSession>,
        piece: usize,
    ) -> Outcome {
        let mut client = self.call(host, offer);
        let mut server = to.connection().unwrap();
        let (mut error, mut greeted) = (None, false);
        loop {
            let sent = client.speak();
            for part in sent.chunks(piece) {
                server.feed(part).unwrap();
                match server.handshake() {
                    Ok(Progress::Done(())) if !greeted => {
                        // AWS-LC sends its tickets along with what the server says first.
                        greeted = true;
                        assert!(matches!(server.write(b"pong"), Ok(Progress::Done(4))));
                    }
                    Ok(_) => {}
                    Err(e) => error = Some(e),
                }
            }
            let answer = server.take();
            if answer.is_empty() && sent.is_empty() {
                break;
            }
            client.hear(&answer);
        }
        if error.is_none() {
            let mut buffer = [0; 64];
            assert!(matches!(server.read(&mut buffer), Ok(Progress::Done(4))));
            assert_eq!(&buffer[..4], b"ping");
        }
        let renewed = offer.and_then(|offer| client.renewed(offer));
        let alert = client.end();
        let session = self.session.lock().unwrap().take().or(renewed);
        Outcome {
            server,
            error,
            alert,
            session,
        }
    }
}

/// One connection of a client: it says "ping" as soon as it may.
pub struct Caller {
    stream: SslStream<Pipe>,
    connected: bool,
    alert: Option<i32>,
}

impl Caller {
    /// Goes as far as it can with what it has heard; what it has to say.
    #[must_use]
    pub fn speak(&mut self) -> Vec<u8> {
        if !self.connected {
            match self.stream.connect() {
                Ok(()) => {
                    self.connected = true;
                    self.stream.write_all(b"ping").unwrap();
                }
                Err(e) => self.alert = self.alert.or_else(|| received_alert(&e)),
            }
        }
        if self.connected {
            let mut buffer = [0; 64];
            while match self.stream.ssl_read(&mut buffer) {
                Ok(size) => size > 0,
                Err(e) => {
                    self.alert = self.alert.or_else(|| received_alert(&e));
                    false
                }
            } {}
        }
        std::mem::take(&mut self.stream.get_mut().outbound)
    }

    /// Lets both sides talk until neither has anything to say.
    pub fn talk(&mut self, server: &mut Connection) {
        loop {
            let said = self.speak();
            server.feed(&said).unwrap();
            server.handshake().unwrap();
            let answer = server.take();
            if said.is_empty() && answer.is_empty() {
                break;
            }
            self.hear(&answer);
        }
    }

    /// Hears this of the server.
    pub fn hear(&mut self, bytes: &[u8]) {
        self.stream.get_mut().inbound.extend(bytes);
    }

    /// The session that it has now, where the server has given it another ticket than `offered`:
    /// OpenSSL does not say so in TLS 1.2.
    fn renewed(&self, offered: &SslSession) -> Option<SslSession> {
        let ssl = self.stream.ssl();
        let is_1_2 = ssl.version2() == Some(SslVersion::TLS1_2);
        let now = ssl.session().filter(|_| is_1_2 && ssl.session_reused())?;
        (ticket(now) != ticket(offered)).then(|| now.to_owned())
    }

    /// Its handshake has ended well.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.connected
    }

    /// Asks for new keys of both sides, and says something with its own new ones (RFC 8446, 4.6.3);
    /// with nothing to say, OpenSSL asks alone.
    #[must_use]
    pub fn update_keys(&mut self, words: &[u8]) -> Vec<u8> {
        request_key_update(self.stream.ssl());
        if words.is_empty() {
            // What waits goes out with the next step of a handshake that has ended.
            let _ = self.stream.do_handshake();
        }
        self.say(words)
    }

    /// Says this, and hears what there is.
    #[must_use]
    pub fn say(&mut self, words: &[u8]) -> Vec<u8> {
        if !words.is_empty() {
            self.stream.write_all(words).unwrap();
        }
        self.speak()
    }

    /// The library's connection.
    #[must_use]
    pub fn ssl(&self) -> &SslRef {
        self.stream.ssl()
    }

    /// Ends the connection; the number of the alert that it has received.
    #[must_use]
    pub fn end(mut self) -> Option<i32> {
        // OpenSSL forgets the session of a connection that ends without a farewell.
        self.stream
            .set_shutdown(ShutdownState::SENT | ShutdownState::RECEIVED);
        self.alert
    }
}

pub(crate) fn received_alert(error: &openssl::ssl::Error) -> Option<i32> {
    if error.code() != ErrorCode::SSL {
        return None;
    }
    // A received alert is the reason 1000 and its number, in every TLS library.
    let errors = error.ssl_error()?.errors();
    errors
        .iter()
        .map(|error| error.reason_code() - 1_000)
        .find(|number| (0..256).contains(number))
}

#[expect(
    unsafe_code,
    reason = "the crate marks this unsafe: a session must go with its context, as it does here"
)]
pub(crate) fn offer_session(ssl: &mut Ssl, session: &SslSession) {
    // A copy: OpenSSL never offers a session again for which there is a newer ticket.
    let copy = SslSession::from_der(&session.to_der().unwrap()).unwrap();
    // SAFETY: the session was made by the same context.
    unsafe { ssl.set_session(&copy) }.unwrap();
}

#[expect(unsafe_code, reason = "the crate does not wrap it")]
fn request_key_update(ssl: &SslRef) {
    const REQUESTED: std::ffi::c_int = 1;
    // SAFETY: the connection is alive.
    let answer = unsafe { ffi::SSL_key_update(ssl.as_ptr(), REQUESTED) };
    assert_eq!(answer, 1);
}

/// Declared in openssl/ssl.h since 1.1.1; the crate has it for AWS-LC alone.
#[cfg(not(feature = "aws-lc"))]
mod ffi {
    extern "C" {
        pub(super) fn SSL_key_update(
            ssl: *mut openssl_sys::SSL,
            kind: std::ffi::c_int,
        ) -> std::ffi::c_int;
    }
}
#[cfg(feature = "aws-lc")]
use openssl_sys as ffi;
