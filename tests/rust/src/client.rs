//! This file is about a TLS client in memory, to try a server with, honest and otherwise.
//!
//! In: an acceptor, what the client has, in which pieces its bytes arrive. Out: what each side saw.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a client that cannot be made ends the test"
)]

use openssl::pkey::PKey;
use openssl::ssl::{
    ErrorCode, ShutdownState, Ssl, SslContext, SslMethod, SslSession, SslSessionCacheMode,
    SslStream, SslVerifyMode, SslVersion,
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

#[derive(Default)]
pub(crate) struct Pipe {
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
        let mut builder = SslContext::builder(SslMethod::tls_client()).unwrap();
        #[cfg(not(feature = "aws-lc"))]
        builder.set_security_level(0);
        builder.set_min_proto_version(Some(version)).unwrap();
        builder.set_max_proto_version(Some(version)).unwrap();
        builder.set_verify(SslVerifyMode::NONE);
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
        let session = Arc::new(Mutex::new(None));
        let kept = session.clone();
        builder.set_session_cache_mode(SslSessionCacheMode::CLIENT);
        builder.set_new_session_callback(move |_, new| *kept.lock().unwrap() = Some(new));
        Self {
            context: builder.build(),
            session,
        }
    }

    /// The first flight of a client, its ClientHello.
    #[must_use]
    pub fn hello(&self) -> Vec<u8> {
        let ssl = Ssl::new(&self.context).unwrap();
        let mut client = SslStream::new(ssl, Pipe::default()).unwrap();
        assert!(client.connect().is_err());
        std::mem::take(&mut client.get_mut().outbound)
    }

    /// Connects, offering a session if there is one. Its bytes reach the server in pieces of at most
    /// `piece`; with `usize::MAX`, what it says right after the handshake comes joined to that.
    #[must_use]
    pub fn connect(&self, to: &Acceptor, offer: Option<&SslSession>, piece: usize) -> Outcome {
        let mut ssl = Ssl::new(&self.context).unwrap();
        if let Some(session) = offer {
            offer_session(&mut ssl, session);
        }
        let mut client = SslStream::new(ssl, Pipe::default()).unwrap();
        let mut server = to.connection().unwrap();
        let (mut error, mut alert, mut greeted, mut connected) = (None, None, false, false);
        loop {
            if !connected {
                match client.connect() {
                    Ok(()) => {
                        connected = true;
                        client.write_all(b"ping").unwrap();
                    }
                    Err(e) => alert = alert.or_else(|| received_alert(&e)),
                }
            }
            if connected {
                let mut buffer = [0; 64];
                while match client.ssl_read(&mut buffer) {
                    Ok(size) => size > 0,
                    Err(e) => {
                        alert = alert.or_else(|| received_alert(&e));
                        false
                    }
                } {}
            }
            let sent = std::mem::take(&mut client.get_mut().outbound);
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
            client.get_mut().inbound.extend(answer);
        }
        if error.is_none() {
            let mut buffer = [0; 64];
            assert!(matches!(server.read(&mut buffer), Ok(Progress::Done(4))));
            assert_eq!(&buffer[..4], b"ping");
        }
        // OpenSSL forgets the session of a connection that ends without a farewell.
        client.set_shutdown(ShutdownState::SENT | ShutdownState::RECEIVED);
        Outcome {
            server,
            error,
            alert,
            session: self.session.lock().unwrap().take(),
        }
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
    // SAFETY: the session was made by the same context.
    unsafe { ssl.set_session(session) }.unwrap();
}
