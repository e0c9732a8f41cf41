//! The core without a binding: the same loop on peercert, which also reads who the caller is.

use peercert::{Acceptor, Options, Progress, Socket, Wait};
use peercert_bench::{account, announce, read_request, Arguments, Usage, ANSWER};
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
    let Arguments {
        folder,
        connections,
        hold,
    } = Arguments::read()?;
    let acceptor = Acceptor::new(
        Options::new()
            .set("certificate", format!("{folder}/server.pem"))
            .set("key", format!("{folder}/server.key"))
            .set("client_ca_file", format!("{folder}/client-ca.pem"))
            .set("client_cert_mode", "require"),
    )?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    announce(listener.local_addr()?.port())?;
    let mut start = Usage::default();
    let mut held = Vec::new();
    for number in 0..=connections {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        if number == 1 {
            start = Usage::now()?;
        }
        let socket = acceptor.accept(stream)?;
        if !socket.connection().clientcert()?.verified() {
            return Err("a client is not verified".into());
        }
        if hold {
            held.push(socket);
            continue;
        }
        read_request(&mut Plain(&socket))?;
        socket.write(ANSWER, Wait::Forever)?;
        socket.close(Wait::Never)?;
        let _ = socket.socket().read(&mut [0; 64]);
    }
    account(connections, start)?;
    Ok(())
}
