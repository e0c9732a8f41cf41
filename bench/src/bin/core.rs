//! The core without a binding: the same loop on peercert, which also reads who the caller is.

use peercert::{Acceptor, Options, Progress, Socket, Wait};
use peercert_bench::{account, announce, arguments, cpu_seconds, read_request, ANSWER};
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};

/// The socket as a reader, for the shared loop.
struct Plain<'a>(&'a Socket<TcpStream>);

impl Read for Plain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer, Wait::Forever) {
            Ok(Progress::Done(count)) => Ok(count),
            Ok(_) => Err(io::ErrorKind::WouldBlock.into()),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (folder, count) = arguments()?;
    let acceptor = Acceptor::new(
        Options::new()
            .set("certificate", format!("{folder}/server.pem"))
            .set("key", format!("{folder}/server.key"))
            .set("client_ca_file", format!("{folder}/client-ca.pem"))
            .set("client_cert_mode", "require"),
    )?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    announce(listener.local_addr()?.port())?;
    let mut start = 0.0;
    for served in 0..=count {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        if served == 1 {
            start = cpu_seconds();
        }
        let socket = acceptor.accept(stream)?;
        if !socket.connection().clientcert()?.verified() {
            return Err("a client is not verified".into());
        }
        read_request(&mut Plain(&socket))?;
        socket.write(ANSWER, Wait::Forever)?;
        socket.close(Wait::Never)?;
        let _ = socket.socket().read(&mut [0; 64]);
    }
    account(count, cpu_seconds() - start)?;
    Ok(())
}
