//! What the measured servers and the clients share: one request, one answer, and the processor time
//! and memory that the operating system accounts to this process.

use openssl::error::ErrorStack;
use openssl::ssl::{
    SslConnector, SslConnectorBuilder, SslFiletype, SslMethod, SslSessionCacheMode, SslVerifyMode,
    SslVersion,
};
use peercert::{Options, Progress, Socket, Wait};
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// The request that the client sends.
pub const REQUEST: &[u8] = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";

/// The same on a connection that goes on.
pub const NEXT_REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The answer that every server gives.
pub const ANSWER: &[u8] = b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n";

/// What this process has used so far.
#[derive(Clone, Copy, Default)]
pub struct Usage {
    /// Processor time, user and system, in seconds.
    pub cpu: f64,
    /// Resident memory in kilobytes.
    pub kilobytes: f64,
}

impl Usage {
    /// Until now.
    ///
    /// # Errors
    /// When /proc cannot be read.
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds and pages of a short run"
    )]
    pub fn now() -> io::Result<Self> {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let pages: Option<usize> = std::fs::read_to_string("/proc/self/statm")?
            .split(' ')
            .nth(1)
            .and_then(|pages| pages.parse().ok());
        let pages = pages.ok_or_else(|| io::Error::other("statm does not tell the memory"))?;
        Ok(Self {
            cpu: time.tv_sec as f64 + time.tv_nsec as f64 / 1e9,
            kilobytes: pages as f64 * rustix::param::page_size() as f64 / 1e3,
        })
    }
}

/// A client with the certificate of a folder, which keeps no session.
///
/// # Errors
/// When the certificate cannot be had.
pub fn client(folder: &str, version: SslVersion) -> Result<SslConnectorBuilder, ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    builder.set_min_proto_version(Some(version))?;
    builder.set_max_proto_version(Some(version))?;
    builder.set_certificate_chain_file(format!("{folder}/client.pem"))?;
    builder.set_private_key_file(format!("{folder}/client.key"), SslFiletype::PEM)?;
    builder.set_verify(SslVerifyMode::NONE);
    builder.set_session_cache_mode(SslSessionCacheMode::OFF);
    Ok(builder)
}

/// Sends the request and reads until the end of the answer.
///
/// # Errors
/// Those of the stream; another answer than the servers give.
pub fn request(stream: &mut (impl Read + Write)) -> io::Result<()> {
    stream.write_all(REQUEST)?;
    let mut answer = Vec::new();
    let mut buffer = [0; 1_024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => answer.extend(buffer.iter().take(read)),
        }
    }
    if !answer.starts_with(b"HTTP/1.") {
        return Err(io::Error::other("the server did not answer"));
    }
    Ok(())
}

/// Sends a request on a connection that goes on, and reads its answer.
///
/// # Errors
/// Those of the stream; another answer than the servers give.
pub fn next_request(stream: &mut (impl Read + Write)) -> io::Result<()> {
    stream.write_all(NEXT_REQUEST)?;
    let mut answer = Vec::new();
    let mut buffer = [0; 1_024];
    while !answer.ends_with(b"\r\n\r\nok\n") {
        match stream.read(&mut buffer)? {
            0 => return Err(io::Error::other("the server ended the connection")),
            read => answer.extend(buffer.iter().take(read)),
        }
    }
    if !answer.starts_with(b"HTTP/1.1 200") {
        return Err(io::Error::other("the server did not answer"));
    }
    Ok(())
}

/// Our socket as a reader.
pub struct Plain<'a>(pub &'a Socket<TcpStream>);

impl Read for Plain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer, Wait::Forever) {
            Ok(Progress::Done(count)) => Ok(count),
            Ok(_) => Err(io::ErrorKind::WouldBlock.into()),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

/// The options of our servers, apart from the client CAs.
#[must_use]
pub fn options(folder: &str) -> Options {
    Options::new()
        .set("certificate", format!("{folder}/server.pem"))
        .set("key", format!("{folder}/server.key"))
        .set("client_cert_mode", "require")
}

/// Reads one request.
///
/// # Errors
/// Those of the stream; an end before the request is complete.
pub fn read_request(stream: &mut impl Read) -> io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 1_024];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => request.extend(buffer.iter().take(count)),
        }
    }
    Ok(())
}

/// Says where the server listens, in the form that the runner reads.
///
/// # Errors
/// Those of standard output.
pub fn announce(port: u16) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening {port}")?;
    out.flush()
}

/// Says what the connections cost, in the form that the runner reads.
///
/// # Errors
/// Those of standard output and of [`Usage::now`].
pub fn account(connections: usize, start: Usage) -> io::Result<()> {
    let end = Usage::now()?;
    writeln!(
        io::stdout(),
        "{{\"connections\": {connections}, \"cpu\": {:.6}, \"kilobytes\": {:.1}}}",
        end.cpu - start.cpu,
        end.kilobytes - start.kilobytes
    )
}

/// What a server is told to do.
pub struct Arguments {
    /// A folder with `server.pem`, `server.key` and `client-ca.pem`.
    pub folder: String,
    /// How many connections count; one before them warms up.
    pub connections: usize,
    /// The connections are kept open instead of served.
    pub hold: bool,
    /// Options beyond those that every server has, by name.
    pub options: Vec<(String, String)>,
}

impl Arguments {
    /// Those of the program.
    ///
    /// # Errors
    /// When they are others.
    pub fn read() -> io::Result<Self> {
        let mut given = std::env::args().skip(1);
        let (Some(folder), Some(connections)) = (given.next(), given.next()) else {
            return Err(io::Error::other(USAGE));
        };
        let mut arguments = Self {
            folder,
            connections: connections.parse().map_err(|_| io::Error::other(USAGE))?,
            hold: false,
            options: Vec::new(),
        };
        for word in given {
            match word.split_once('=') {
                Some((name, value)) => arguments.options.push((name.into(), value.into())),
                None if word == "--hold" => arguments.hold = true,
                None => return Err(io::Error::other(USAGE)),
            }
        }
        Ok(arguments)
    }
}

const USAGE: &str = "usage: PROGRAM FOLDER CONNECTIONS [--hold] [OPTION=VALUE...]";
