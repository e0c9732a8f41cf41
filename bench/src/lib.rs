//! What the measured servers and the client share: one request, one answer, and the processor time
//! that the operating system accounts to this process.

use std::io::{self, Read, Write};

/// The request that the client sends.
pub const REQUEST: &[u8] = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";

/// The answer that every server gives.
pub const ANSWER: &[u8] = b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n";

/// Processor time of this process so far, user and system, in seconds.
#[must_use]
pub fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds and nanoseconds of a short run"
    )]
    let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
    seconds
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
/// Those of standard output.
pub fn account(connections: usize, cpu: f64) -> io::Result<()> {
    writeln!(
        io::stdout(),
        "{{\"connections\": {connections}, \"cpu\": {cpu:.6}}}"
    )
}

/// The program's arguments: a folder with `server.pem`, `server.key` and `client-ca.pem`, and how
/// many connections to serve.
///
/// # Errors
/// When they are others.
pub fn arguments() -> io::Result<(String, usize)> {
    let mut arguments = std::env::args().skip(1);
    match (
        arguments.next(),
        arguments.next().and_then(|count| count.parse().ok()),
    ) {
        (Some(folder), Some(count)) => Ok((folder, count)),
        _ => Err(io::Error::other("usage: PROGRAM FOLDER CONNECTIONS")),
    }
}
