//! What the measured servers and the client share: one request, one answer, and the processor time
//! and memory that the operating system accounts to this process.

use std::io::{self, Read, Write};

/// The request that the client sends.
pub const REQUEST: &[u8] = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";

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
}

impl Arguments {
    /// Those of the program.
    ///
    /// # Errors
    /// When they are others.
    pub fn read() -> io::Result<Self> {
        let given: Vec<String> = std::env::args().skip(1).collect();
        let words: Vec<&str> = given.iter().map(String::as_str).collect();
        let (folder, connections, hold) = match *words {
            [folder, connections] => (folder, connections, false),
            [folder, connections, "--hold"] => (folder, connections, true),
            _ => return Err(io::Error::other(USAGE)),
        };
        Ok(Self {
            folder: folder.to_owned(),
            connections: connections.parse().map_err(|_| io::Error::other(USAGE))?,
            hold,
        })
    }
}

const USAGE: &str = "usage: PROGRAM FOLDER CONNECTIONS [--hold]";
