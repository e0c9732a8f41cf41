//! The core without a binding: the same loop on peercert, which also reads who the caller is.

use peercert::{Acceptor, Wait};
use peercert_bench::{account, announce, read_request, Arguments, Plain, Usage, ANSWER};
use std::io::Read;
use std::net::TcpListener;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments {
        folder,
        connections,
        hold,
        options: more,
    } = Arguments::read()?;
    let mut options = peercert_bench::options(&folder);
    if !more.iter().any(|(name, _)| name == "client_ca_file") {
        options.push("client_ca_file", format!("{folder}/client-ca.pem"));
    }
    more.into_iter()
        .for_each(|(name, value)| options.push(&name, value));
    let acceptor = Acceptor::new(options)?;
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
