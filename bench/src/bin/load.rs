//! The client: so many full mutual handshakes one after the other, one request on each; or so many
//! connections that are opened and kept idle until standard input ends.

use openssl::ssl::{
    SslConnector, SslFiletype, SslMethod, SslSessionCacheMode, SslStream, SslVerifyMode, SslVersion,
};
use peercert_bench::REQUEST;
use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, port, count, what] = arguments.as_slice() else {
        return Err("usage: load FOLDER PORT CONNECTIONS requests|idle".into());
    };
    let (port, count): (u16, usize) = (port.parse()?, count.parse()?);
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_3))?;
    builder.set_certificate_chain_file(format!("{folder}/client.pem"))?;
    builder.set_private_key_file(format!("{folder}/client.key"), SslFiletype::PEM)?;
    builder.set_verify(SslVerifyMode::NONE);
    builder.set_session_cache_mode(SslSessionCacheMode::OFF);
    let connector = builder.build();
    let mut idle: Vec<SslStream<TcpStream>> = Vec::new();
    for _ in 0..count {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        let configuration = connector.configure()?.verify_hostname(false);
        let mut stream = configuration
            .connect("localhost", stream)
            .map_err(|e| e.to_string())?;
        if what == "idle" {
            idle.push(stream);
            continue;
        }
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
            return Err("the server did not answer".into());
        }
    }
    writeln!(io::stdout(), "done")?;
    io::stdout().flush()?;
    if what == "idle" {
        io::stdin().read_to_end(&mut Vec::new())?;
    }
    Ok(())
}
