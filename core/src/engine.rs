//! This file is about one connection as a machine: ciphertext and plaintext in, ciphertext and
//! plaintext out. It knows of no socket and reads no clock but its configuration's.

use crate::error::{Code, Error, Result};
use crate::peer::Report;
use crate::schema::Sink;
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

/// A TLS connection, server side, without a socket.
pub struct Connection {}

impl Connection {
    /// Takes in ciphertext from the peer.
    ///
    /// # Errors
    /// `state.input_full` when more than 256 kB are waiting to be read.
    pub fn feed(&mut self, ciphertext: &[u8]) -> Result<()> {
        let _ = ciphertext;
        Err(Error::new(Code::Library, "not yet"))
    }

    /// Says that the peer sends no more.
    pub fn feed_eof(&mut self) {}

    /// How many bytes of ciphertext the next step needs: never more than one TLS record, so that a
    /// caller who reads just these from a socket leaves what follows in the socket.
    #[must_use]
    pub fn wants(&self) -> usize {
        5
    }

    /// Takes the ciphertext that has to go to the peer; empty when there is none.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// Advances the handshake.
    ///
    /// # Errors
    /// Kind `peer`: whoever was refused, and why; the same again when called again.
    pub fn handshake(&mut self) -> Result<Progress<()>> {
        Err(Error::new(Code::Library, "not yet"))
    }

    /// Reads plaintext. `Done(0)`: the peer closed the connection properly (close_notify).
    ///
    /// # Errors
    /// `state.handshake_pending`, `state.closed`, kind `peer`.
    pub fn read(&mut self, plaintext: &mut [u8]) -> Result<Progress<usize>> {
        let _ = plaintext;
        Err(Error::new(Code::Library, "not yet"))
    }

    /// Writes plaintext; `Done` tells how much was taken.
    ///
    /// # Errors
    /// `state.handshake_pending`, `state.closed`, kind `peer`.
    pub fn write(&mut self, plaintext: &[u8]) -> Result<Progress<usize>> {
        let _ = plaintext;
        Err(Error::new(Code::Library, "not yet"))
    }

    /// Says goodbye (close_notify). `Done` when the peer has done so, too.
    ///
    /// # Errors
    /// Kind `peer`.
    pub fn close(&mut self) -> Result<Progress<()>> {
        Err(Error::new(Code::Library, "not yet"))
    }

    /// How many bytes of plaintext can be read without more ciphertext.
    #[must_use]
    pub fn pending(&self) -> usize {
        0
    }

    /// The report on the caller.
    ///
    /// # Errors
    /// `state.handshake_pending`.
    pub fn clientcert(&self) -> Result<&Arc<Report>> {
        Err(Error::new(Code::HandshakePending, "not yet"))
    }

    /// The connection as `details`, a dictionary handed to a visitor.
    ///
    /// # Errors
    /// `state.handshake_pending`.
    pub fn details(&self, sink: &mut impl Sink) -> Result<()> {
        let _ = sink;
        Err(Error::new(Code::HandshakePending, "not yet"))
    }
}
