//! This file is about the certificate that is asked for after the handshake (RFC 8446, 4.6.2): when a
//! location needs it, and not of everybody.
//!
//! In: the application's request, then what the client sends. Out: the report that replaces the
//! old one, or the client's refusal. Data of the client that comes before its answer is held, within
//! bounds, for whoever reads.

use super::{closed, inconsistent, pending, Connection, Progress, State};
use crate::backend::{self, Unasked};
use crate::error::{Code, Error, Result};
use crate::host::verify_mode;
use openssl::ssl::{ErrorCode, SslVersion};

/// How much plaintext may wait while the answer has not come, in bytes: the body of a request that
/// the client sent before it was asked.
const HELD_LIMIT: usize = 128 * 1_024;

/// The plaintext of one record.
const RECORD: usize = 16 * 1_024;

/// Plaintext that has not been read.
#[derive(Default)]
pub(super) struct Held {
    bytes: Vec<u8>,
    read: usize,
}

impl Held {
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.read
    }

    fn push(&mut self, plaintext: &[u8]) {
        self.bytes.drain(..std::mem::take(&mut self.read));
        self.bytes.extend_from_slice(plaintext);
    }

    /// Takes as much as there is room for, and tells how much that was.
    pub(super) fn take(&mut self, room: &mut [u8]) -> usize {
        let count = room.len().min(self.len());
        let from = self.bytes.get(self.read..self.read + count);
        if let (Some(to), Some(from)) = (room.get_mut(..count), from) {
            to.copy_from_slice(from);
        }
        self.read += count;
        if self.len() == 0 {
            *self = Self::default();
        }
        count
    }
}

impl Connection {
    /// Asks the client for its certificate, though the handshake has ended: TLS 1.3 on OpenSSL, under
    /// the mode `client_cert_later`. Send what [`Connection::take`] gives and call
    /// [`Connection::handshake`] until it is done: it is when the answer is in, and a new report has
    /// replaced the old one. [`Connection::read`] takes the answer, too; plaintext that comes before it
    /// stays readable. Whoever the mode does not let in is refused as in a handshake. No session of
    /// the connection is resumed from now on as what the answer has shown.
    ///
    /// # Errors
    /// `state.unsupported`: on AWS-LC, on TLS 1.2, and when the client has not offered to answer (the
    /// extension post_handshake_auth); the connection goes on. `config.missing_option` without
    /// `client_cert_later`. `state.request_pending`, `state.handshake_pending`, `state.closed`; the
    /// error of a connection that has failed.
    pub fn request_certificate(&mut self) -> Result<Progress<()>> {
        match &self.state {
            State::Open(_) => {}
            State::Handshake => return Err(pending()),
            State::Failed(error, _) => return Err(error.clone()),
            State::HalfClosed(_) => {
                let message = "the client has said goodbye; it answers no more";
                return Err(Error::new(Code::Closed, message));
            }
            State::Closed(_) => return Err(closed()),
        }
        if self.awaiting {
            let message = "the client has been asked for its certificate; call handshake until it has answered";
            return Err(Error::new(Code::RequestPending, message));
        }
        let host = self.trace.host().cloned();
        let host = host.ok_or_else(|| inconsistent("a connection that is for no host"))?;
        let later = host.policy.rules.later;
        if backend::ASKS_LATER {
            if !later.asks() {
                let message = "no mode is set for a certificate that is asked for after the handshake; say client_cert_later";
                let error = Error::new(Code::MissingOption, message);
                return Err(error.with("option", "client_cert_later"));
            }
            if self.stream.ssl().version2() != Some(SslVersion::TLS1_3) {
                return Err(Error::new(
                    Code::Unsupported,
                    "in TLS 1.2 no certificate can be asked for after the handshake; the client needs TLS 1.3, or ask in the handshake (client_cert_mode)",
                ));
            }
        }
        drop(openssl::error::ErrorStack::get());
        let asked = backend::ask_for_certificate(self.stream.ssl(), verify_mode(later));
        asked.map_err(unable)?;
        self.trace.ask_later();
        self.awaiting = true;
        match self.library().do_handshake() {
            Ok(()) => Ok(Progress::WantRead),
            // What was written before has not been taken; the request goes out when it has.
            Err(error) if error.code() == ErrorCode::WANT_WRITE => Ok(Progress::WantWrite),
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// Reads on until the answer is in; plaintext on the way is held.
    pub(super) fn answer(&mut self) -> Result<Progress<()>> {
        while self.awaiting {
            if matches!(self.state, State::HalfClosed(_)) {
                let message =
                    "the client said goodbye instead of answering the request for its certificate";
                return Err(Error::new(Code::PeerClosed, message));
            }
            let room = HELD_LIMIT.saturating_sub(self.held.len()).min(RECORD);
            if room == 0 {
                let message = format!("the client sends more than {HELD_LIMIT} bytes before it answers the request for its certificate; read them first");
                return Err(Error::new(Code::InputFull, message));
            }
            let mut plaintext = vec![0; room];
            match self.receive(&mut plaintext)? {
                Progress::Done(count) => self.held.push(plaintext.get(..count).unwrap_or_default()),
                Progress::WantRead if self.awaiting => return Ok(Progress::WantRead),
                Progress::WantWrite if self.awaiting => return Ok(Progress::WantWrite),
                _ => {}
            }
        }
        Ok(Progress::Done(()))
    }

    /// Replaces the report when the answer has come to its end, or refuses the client. To be called
    /// after a call of the library that has not failed: only then does the answer hold.
    pub(super) fn settle(&mut self) -> Result<()> {
        if !self.awaiting || !self.trace.take_answer() {
            return Ok(());
        }
        match self.conclude() {
            Ok(report) => {
                self.awaiting = false;
                self.state = State::Open(report);
                Ok(())
            }
            Err(error) => Err(self.refuse(error)),
        }
    }
}

fn unable(why: Unasked) -> Error {
    match why {
        #[cfg(awslc)]
        Unasked::Library => Error::new(
            Code::Unsupported,
            "asking for a certificate after the handshake is not supported by this TLS library (AWS-LC); build peercert with the feature openssl, or ask in the handshake (client_cert_mode)",
        ),
        #[cfg(not(awslc))]
        Unasked::Client => Error::new(
            Code::Unsupported,
            "the client does not answer requests for its certificate after the handshake (it sent no post_handshake_auth extension); browsers never do; ask in the handshake (client_cert_mode)",
        ),
        #[cfg(not(awslc))]
        Unasked::Failed(error) => Error::new(
            Code::Library,
            format!("the TLS library does not ask for a certificate: {error}"),
        ),
    }
}
