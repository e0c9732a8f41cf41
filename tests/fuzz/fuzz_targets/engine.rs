//! A real client's bytes, cut, doubled, changed and followed by any others: the engine goes on
//! answering, ends with one error that it repeats, and never calls a caller verified who is not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openssl::ssl::{Ssl, SslContext, SslContextBuilder, SslFiletype, SslMethod, SslStream};
use peercert::{Acceptor, Connection, Mode, Options, Progress};
use std::io::{self, Read, Write};
use std::sync::OnceLock;

const LIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pki/live");

/// The client's end: what it has sent, and what it may read.
#[derive(Default)]
struct Pipe {
    sent: Vec<u8>,
    received: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.received.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = buffer.len().min(self.received.len());
        buffer[..count].copy_from_slice(&self.received[..count]);
        self.received.drain(..count);
        Ok(count)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sent.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn acceptors() -> &'static [Acceptor] {
    static ACCEPTORS: OnceLock<Vec<Acceptor>> = OnceLock::new();
    ACCEPTORS.get_or_init(|| {
        let acceptor = |mode: Mode| {
            let mut options = Options::new()
                .set("certificate", format!("{LIVE}/server.pem"))
                .set("key", format!("{LIVE}/server.key"))
                .set("client_cert_mode", mode.name());
            if mode.asks() {
                options.push("client_ca_file", format!("{LIVE}/client-cas.pem"));
            }
            Acceptor::new(options).expect("the options are right")
        };
        Mode::ALL.into_iter().map(acceptor).collect()
    })
}

/// Who calls: nobody, somebody good, somebody unknown.
fn clients() -> &'static [SslContext] {
    static CLIENTS: OnceLock<Vec<SslContext>> = OnceLock::new();
    CLIENTS.get_or_init(|| {
        let client = |name: &str| {
            let mut builder = SslContextBuilder::new(SslMethod::tls_client()).expect("a context");
            if !name.is_empty() {
                builder.set_certificate_chain_file(format!("{LIVE}/{name}.pem")).expect("PEM");
                builder
                    .set_private_key_file(format!("{LIVE}/{name}.key"), SslFiletype::PEM)
                    .expect("PEM");
            }
            builder.build()
        };
        ["", "good", "unknown-leaf"].map(client).into()
    })
}

fn step(connection: &mut Connection, open: &mut bool) -> bool {
    let mut buffer = [0; 4_096];
    let result = if *open {
        connection.read(&mut buffer).map(|_| ())
    } else {
        connection.handshake().map(|progress| *open = progress == Progress::Done(()))
    };
    match result {
        Ok(()) => true,
        Err(error) => {
            let again = if *open {
                connection.read(&mut buffer).map(|_| ())
            } else {
                connection.handshake().map(|_| ())
            };
            assert_eq!(again.map_err(|e| e.code()), Err(error.code()), "the same error again");
            false
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let [who, rest @ ..] = data else { return };
    let acceptor = &acceptors()[usize::from(who & 7) % acceptors().len()];
    let context = &clients()[usize::from(who >> 3) % clients().len()];
    let mut connection = acceptor.connection().expect("a connection");
    let ssl = Ssl::new(context).expect("a client");
    let mut client = SslStream::new(ssl, Pipe::default()).expect("a client");
    let mut open = false;
    for order in rest.chunks(3) {
        let _ = client.connect();
        let mut bytes = std::mem::take(&mut client.get_mut().sent);
        match order {
            [0..=127, ..] => {}
            [128..=159, at, value] if !bytes.is_empty() => {
                let at = usize::from(*at) % bytes.len();
                bytes[at] ^= value;
            }
            [160..=191, at, _] => bytes.truncate(usize::from(*at)),
            [192..=223, ..] => bytes = bytes.repeat(2),
            [_, rest @ ..] => bytes.extend_from_slice(rest),
            [] => {}
        }
        if connection.feed(&bytes).is_err() || !step(&mut connection, &mut open) {
            break;
        }
        client.get_mut().received.extend(connection.take());
    }
    if let Ok(report) = connection.clientcert() {
        assert!(!report.verified() || (report.present() && report.error().is_none()));
        assert!(!(acceptor.mode().needs_verified() && report.present() && !report.verified()));
    }
    let _ = connection.close();
    let _ = connection.take();
});
