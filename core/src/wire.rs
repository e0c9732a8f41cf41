//! This file is about the two bounded buffers between an engine and its peer.
//!
//! In: ciphertext from the peer, fed or, over a socket, received where it is read; and from the TLS
//! library. Out: the same, at the other end. It also recognises a client that speaks plain HTTP. It
//! may not know of TLS.

use crate::backend::Descriptor;
use crate::error::{Code, Error, Result};
use rustix::io::Errno;
use rustix::net::{recv, RecvFlags};
use std::io::{self, ErrorKind, Read, Write};

/// How much ciphertext may wait to be read, in bytes.
const INPUT_LIMIT: usize = 256 * 1_024;

/// How much ciphertext may wait to be taken before no more is accepted, in bytes: what a peer makes the
/// TLS library answer and never reads must not fill the memory.
pub(crate) const OUTPUT_LIMIT: usize = 256 * 1_024;

/// The length of a record's header (RFC 8446, 5.1), which is what the first step needs.
const HEADER: usize = 5;

/// How many bytes [`Wire::tail`] has: a header and a body of two bytes, the smallest record.
pub(crate) const TAIL: usize = HEADER + 2;

/// The buffers of one connection. Empty ones hold no memory.
#[derive(Default)]
pub(crate) struct Wire {
    input: Vec<u8>,
    read: usize,
    output: Vec<u8>,
    sent: usize,
    ended: bool,
    missing: Option<usize>,
    started: bool,
    tail: [u8; TAIL],
    /// Where bytes come from that are not in `input`; none when they are fed.
    source: Option<Descriptor>,
    /// The source had nothing when it was last read.
    dry: bool,
    /// Why the source failed.
    broken: Option<Errno>,
}

impl Wire {
    /// Takes in ciphertext from the peer.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<()> {
        if self.available().len() + bytes.len() > INPUT_LIMIT {
            return Err(Error::new(
                Code::InputFull,
                format!("more than {INPUT_LIMIT} bytes wait to be read; read before feeding more"),
            ));
        }
        if self.read > 0 {
            self.input.drain(..self.read);
            self.read = 0;
        }
        self.input.extend_from_slice(bytes);
        Ok(())
    }

    /// Until it is told otherwise, bytes come from this socket: no more than the TLS library asks for
    /// and, as nothing here waits, no sooner than they are there.
    pub(crate) fn receive_from(&mut self, source: Option<Descriptor>) {
        self.source = source;
        self.dry = false;
    }

    /// After a step that wants more bytes than there were: whether it should be called again at once;
    /// if not, the source has none. An error is the source's.
    pub(crate) fn goes_on(&mut self) -> std::result::Result<bool, Errno> {
        if !self.started {
            self.receive_beginning();
        }
        match self.broken.take() {
            Some(error) => Err(error),
            None => Ok(!self.dry),
        }
    }

    /// Receives the beginning of the connection, in which plain HTTP is recognised before the TLS
    /// library reads it.
    fn receive_beginning(&mut self) {
        let mut room = [0; HEADER];
        let missing = HEADER.saturating_sub(self.available().len()).max(1);
        let count = self.receive(room.get_mut(..missing).unwrap_or_default());
        self.input
            .extend_from_slice(room.get(..count).unwrap_or_default());
    }

    /// Receives from the source, if there is one; gives how many bytes.
    fn receive(&mut self, room: &mut [u8]) -> usize {
        let Some(source) = self.source else { return 0 };
        let received = loop {
            match recv(source, &mut *room, RecvFlags::DONTWAIT) {
                Err(Errno::INTR) => {}
                received => break received,
            }
        };
        match received {
            Ok((count, _)) if count > 0 => return count,
            // A reset is an end like any other: what arrived before it still counts.
            Ok(_) | Err(Errno::CONNRESET) => self.ended = true,
            Err(Errno::AGAIN) => self.dry = true,
            Err(error) => self.broken = Some(error),
        }
        0
    }

    /// The peer sends no more.
    pub(crate) fn feed_eof(&mut self) {
        self.ended = true;
    }

    /// The peer sends no more, and all that it sent has been read.
    pub(crate) fn ended(&self) -> bool {
        self.ended && self.available().is_empty()
    }

    /// The last bytes of the peer that the TLS library has read; zeros where there were fewer.
    pub(crate) fn tail(&self) -> [u8; TAIL] {
        self.tail
    }

    /// How many bytes the next step needs.
    pub(crate) fn wants(&self) -> usize {
        self.missing
            .unwrap_or(HEADER)
            .saturating_sub(self.available().len())
            .max(1)
    }

    /// Ciphertext for the peer that has not been taken.
    pub(crate) fn output(&self) -> &[u8] {
        self.output.get(self.sent..).unwrap_or_default()
    }

    /// Takes all ciphertext for the peer.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let mut output = std::mem::take(&mut self.output);
        output.drain(..std::mem::take(&mut self.sent));
        output
    }

    /// Takes as much ciphertext for the peer as there is room for, and tells how much that was.
    pub(crate) fn take_into(&mut self, room: &mut [u8]) -> usize {
        let count = room.len().min(self.output().len());
        if let (Some(to), Some(from)) = (room.get_mut(..count), self.output().get(..count)) {
            to.copy_from_slice(from);
        }
        self.sent(count);
        count
    }

    /// Notes that so many bytes of [`Wire::output`] have gone out.
    pub(crate) fn sent(&mut self, count: usize) {
        self.sent += count;
        if self.sent >= self.output.len() {
            self.output = Vec::new();
            self.sent = 0;
        }
    }

    fn keep_tail(&mut self, read: &[u8]) {
        for &byte in read
            .get(read.len().saturating_sub(TAIL)..)
            .unwrap_or_default()
        {
            self.tail.rotate_left(1);
            if let Some(last) = self.tail.last_mut() {
                *last = byte;
            }
        }
    }

    fn available(&self) -> &[u8] {
        self.input.get(self.read..).unwrap_or_default()
    }

    /// So few bytes are there that they may become an HTTP request: the next ones tell.
    pub(crate) fn may_be_plain_http(&self) -> bool {
        let first = self.available();
        !self.started
            && !self.ended
            && !first.is_empty()
            && first.len() < HEADER
            && first.iter().all(u8::is_ascii_uppercase)
    }

    /// The first bytes of the connection are those of an HTTP request (RFC 9110, 9): a method of
    /// capital letters, then a space. No TLS record begins with a capital letter.
    pub(crate) fn is_plain_http(&self) -> bool {
        if self.started {
            return false;
        }
        let first = self.available();
        let method = first
            .iter()
            .take_while(|byte| byte.is_ascii_uppercase())
            .count();
        method >= 3
            && (method == first.len() && method >= HEADER || first.get(method) == Some(&b' '))
    }

    /// Answers in the language of a client that speaks plain HTTP.
    pub(crate) fn answer_plain_http(&mut self) {
        const BODY: &str = "This port speaks HTTPS; the request came in plain HTTP.\n";
        self.input = Vec::new();
        self.read = 0;
        self.output = format!(
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{BODY}",
            BODY.len()
        )
        .into_bytes();
    }
}

impl Read for Wire {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.available().is_empty() && self.started {
            let count = self.receive(out);
            if count > 0 {
                self.keep_tail(out.get(..count).unwrap_or_default());
                self.missing = None;
                return Ok(count);
            }
        }
        let count = out.len().min(self.available().len());
        if count == 0 {
            self.missing = Some(out.len());
            return if self.ended {
                Ok(0)
            } else {
                Err(ErrorKind::WouldBlock.into())
            };
        }
        self.started = true;
        if let (Some(to), Some(from)) = (out.get_mut(..count), self.available().get(..count)) {
            to.copy_from_slice(from);
        }
        self.keep_tail(out.get(..count).unwrap_or_default());
        self.read += count;
        self.missing = None;
        if self.available().is_empty() {
            self.input = Vec::new();
            self.read = 0;
        }
        Ok(count)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // One call of the library may answer thousands of records (RFC 8446, 4.6.3: KeyUpdate).
        if self.output().len() >= OUTPUT_LIMIT {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.output.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_recognised_by_any_method_and_tls_is_not_taken_for_it() {
        for (bytes, http) in [
            (&b"GET / HTTP/1.1\r\n"[..], true),
            (b"GET /", true),
            (b"DELET", true),
            (b"PRI * HTTP/2.0", true),
            (b"GE", false),
            (b"\x16\x03\x01\x02\x00\x01", false),
            (b"get / http/1.0", false),
            (b"\x80\x2e\x01\x00\x02", false),
            (b"", false),
        ] {
            let mut wire = Wire::default();
            wire.feed(bytes).unwrap();
            assert_eq!(wire.is_plain_http(), http, "{bytes:?}");
        }
    }

    #[test]
    fn it_never_wants_more_than_was_asked_for() {
        let mut wire = Wire::default();
        assert_eq!(wire.wants(), 5);
        wire.feed(&[1, 2]).unwrap();
        assert_eq!(wire.wants(), 3);
        let mut out = [0; 100];
        assert_eq!(wire.read(&mut out).unwrap(), 2);
        assert_eq!(
            wire.read(&mut out[..98]).unwrap_err().kind(),
            ErrorKind::WouldBlock
        );
        assert_eq!(wire.wants(), 98);
    }

    #[test]
    fn it_keeps_the_last_bytes_in_whatever_pieces_they_were_read() {
        for piece in [1, 5, 7, 30] {
            let mut wire = Wire::default();
            wire.feed(&(0..30).collect::<Vec<u8>>()).unwrap();
            let mut out = [0; 30];
            let mut left = 30;
            while left > 0 {
                left -= wire.read(&mut out[..piece]).unwrap();
            }
            assert_eq!(wire.tail(), [23, 24, 25, 26, 27, 28, 29], "{piece}");
        }
    }

    #[test]
    fn it_accepts_no_more_output_until_some_is_taken() {
        let mut wire = Wire::default();
        assert_eq!(wire.write(&vec![0; OUTPUT_LIMIT]).unwrap(), OUTPUT_LIMIT);
        let full = wire.write(&[0]).unwrap_err();
        assert_eq!(full.kind(), ErrorKind::WouldBlock);
        assert_eq!(wire.take_into(&mut [0; 10]), 10);
        assert_eq!(wire.write(&[0]).unwrap(), 1);
    }

    #[test]
    fn it_refuses_more_than_it_holds_and_takes_none_of_it() {
        let mut wire = Wire::default();
        wire.feed(&vec![0; INPUT_LIMIT]).unwrap();
        assert_eq!(wire.feed(&[0]).unwrap_err().code(), Code::InputFull);
    }
}
