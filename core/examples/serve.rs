//! A small HTTPS server that tells every caller who it is:
//!
//! `cargo run --example serve -- 127.0.0.1:8443 server.pem server.key clients-ca.pem request`
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to a person"
)]

use peercert::{json, Acceptor, Options, Progress, Socket, Wait};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bind, certificate, key, client_ca_file, mode] = arguments.as_slice() else {
        return Err("usage: serve ADDRESS:PORT CERTIFICATE KEY CLIENT_CA_FILE MODE".into());
    };
    let acceptor = Acceptor::new(
        Options::new()
            .set("certificate", certificate.as_str())
            .set("key", key.as_str())
            .set("client_ca_file", client_ca_file.as_str())
            .set("client_cert_mode", mode.as_str()),
    )?;
    let listener = TcpListener::bind(bind)?;
    println!("https://{}/", listener.local_addr()?);
    for stream in listener.incoming() {
        let (acceptor, stream) = (acceptor.clone(), stream?);
        std::thread::spawn(move || {
            if let Err(error) = serve(&acceptor, stream) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn serve(acceptor: &Acceptor, stream: TcpStream) -> Result<(), peercert::Error> {
    let socket = acceptor.accept(stream)?;
    let wait = Wait::Until(Instant::now() + Duration::from_secs(10));
    let mut request: Vec<u8> = Vec::new();
    let mut buffer = [0; 4_096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") && request.len() < 65_536 {
        match socket.read(&mut buffer, wait)? {
            Progress::Done(0) => return Ok(()),
            Progress::Done(count) => request.extend(buffer.iter().take(count)),
            _ => {}
        }
    }
    let mut details = json::Writer::default();
    socket.connection().details(&mut details)?;
    let report = socket.connection().clientcert()?.clone();
    let body = format!(
        "{{\"clientcert\": {}, \"details\": {}}}\n",
        report.json(),
        details.finish()
    );
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    write_all(&socket, (head + &body).as_bytes(), wait)?;
    socket.close(Wait::Never)?;
    Ok(())
}

fn write_all(
    socket: &Socket<TcpStream>,
    mut bytes: &[u8],
    wait: Wait,
) -> Result<(), peercert::Error> {
    while !bytes.is_empty() {
        if let Progress::Done(count) = socket.write(bytes, wait)? {
            bytes = bytes.get(count..).unwrap_or_default();
        }
    }
    Ok(())
}
