//! This file is about a connection that a test drives step by step, its client in memory: what
//! happens after the handshake.
//!
//! In: a client, an acceptor. Out: both ends, and what the client saw.

#![expect(
    clippy::unwrap_used,
    reason = "a dialogue that cannot be held ends the test"
)]

use crate::client::{offer_session, received_alert, Client, Pipe};
use openssl::ssl::{Ssl, SslSession, SslStream};
use peercert::{Acceptor, Connection, Error, Progress};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

/// A client and a server that talk to each other.
pub struct Dialogue {
    client: SslStream<Pipe>,
    /// The server's end.
    pub server: Connection,
    /// What the client has read.
    pub received: Vec<u8>,
    /// The number of the alert that the client has received.
    pub alert: Option<i32>,
    session: Arc<Mutex<Option<SslSession>>>,
}

impl Dialogue {
    /// A dialogue whose handshake is done. The client offers to answer requests for its certificate
    /// after the handshake, if it `answers`, and a session, if there is one.
    #[must_use]
    pub fn begin(
        client: &Client,
        to: &Acceptor,
        answers: bool,
        offer: Option<&SslSession>,
    ) -> Self {
        let mut ssl = Ssl::new(&client.context).unwrap();
        ssl.set_connect_state();
        offer_answers(&ssl, answers);
        if let Some(session) = offer {
            offer_session(&mut ssl, session);
        }
        let mut begun = Self {
            client: SslStream::new(ssl, Pipe::default()).unwrap(),
            server: to.connection().unwrap(),
            received: Vec::new(),
            alert: None,
            session: client.session.clone(),
        };
        while !matches!(begun.server.handshake(), Ok(Progress::Done(()))) {
            begun.listen();
            begun.tell();
        }
        begun.listen();
        begun
    }

    /// The client reads all that the server has for it, and answers in its buffers.
    pub fn listen(&mut self) {
        let bytes = self.server.take();
        self.client.get_mut().inbound.extend(bytes);
        let mut buffer = [0; 1_024];
        loop {
            match self.client.ssl_read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => self
                    .received
                    .extend(buffer.get(..count).unwrap_or_default()),
                Err(error) => {
                    self.alert = self.alert.or_else(|| received_alert(&error));
                    break;
                }
            }
        }
    }

    /// What the client has for the server, taken from its buffers.
    pub fn spoken(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.client.get_mut().outbound)
    }

    /// The server is fed what the client has for it.
    pub fn tell(&mut self) {
        let bytes = self.spoken();
        self.server.feed(&bytes).unwrap();
    }

    /// The client says this, in its buffers.
    pub fn say(&mut self, plaintext: &[u8]) {
        self.client.write_all(plaintext).unwrap();
    }

    /// The client says goodbye, in its buffers.
    pub fn say_goodbye(&mut self) {
        self.client.shutdown().unwrap();
    }

    /// The server asks for the certificate and the client answers, to the end of it.
    ///
    /// # Errors
    /// Why the client was refused; it has read its alert then.
    pub fn ask(&mut self) -> Result<(), Error> {
        let begun = self.server.request_certificate()?;
        assert!(begun == Progress::WantRead && self.server.has_output());
        self.listen();
        self.tell();
        let outcome = self.server.handshake();
        self.listen();
        assert!(outcome? == Progress::Done(()), "the client has answered");
        Ok(())
    }

    /// A client over a socket that answers nothing after its handshake, until the server is gone: it
    /// sends data without end, or nothing.
    pub fn silent(client: &Client, socket: UnixStream, flood: bool) {
        let ssl = Ssl::new(&client.context).unwrap();
        offer_answers(&ssl, true);
        let mut stream = SslStream::new(ssl, socket).unwrap();
        stream.connect().unwrap();
        if flood {
            while stream.write_all(&[b'x'; 4_096]).is_ok() {}
        } else {
            let socket = stream.get_mut();
            let mut buffer = [0; 1_024];
            while matches!(socket.read(&mut buffer), Ok(1..)) {}
        }
    }

    /// The session that the client was given last.
    #[must_use]
    pub fn session(&self) -> Option<SslSession> {
        self.session.lock().unwrap().take()
    }

    /// The client has no certificate any more.
    #[cfg(not(feature = "aws-lc"))]
    #[expect(unsafe_code, reason = "the openssl crate does not wrap this call")]
    pub fn forget_certificate(&mut self) {
        use foreign_types::ForeignTypeRef;
        extern "C" {
            fn SSL_certs_clear(ssl: *mut openssl_sys::SSL);
        }
        // SAFETY: the connection is alive.
        unsafe { SSL_certs_clear(self.client.ssl().as_ptr()) };
    }
}

#[cfg(not(feature = "aws-lc"))]
#[expect(unsafe_code, reason = "the openssl crate does not wrap this call")]
fn offer_answers(ssl: &Ssl, answers: bool) {
    use foreign_types::ForeignTypeRef;
    extern "C" {
        fn SSL_set_post_handshake_auth(ssl: *mut openssl_sys::SSL, on: std::os::raw::c_int);
    }
    // SAFETY: the connection is alive.
    unsafe { SSL_set_post_handshake_auth(ssl.as_ptr(), answers.into()) };
}

/// AWS-LC's client never answers.
#[cfg(feature = "aws-lc")]
fn offer_answers(_ssl: &Ssl, _answers: bool) {}
