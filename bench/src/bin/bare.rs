//! The limit: a blocking loop on the `openssl` crate with the same TLS library and nothing else.

use openssl::ssl::{SslAcceptor, SslFiletype, SslMethod, SslVerifyMode, SslVersion};
use peercert_bench::{account, announce, read_request, Arguments, Usage, ANSWER};
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments {
        folder,
        connections,
        hold,
        options,
    } = Arguments::read()?;
    if !options.is_empty() {
        return Err("this server has no options".into());
    }
    let mut builder = SslAcceptor::mozilla_intermediate(SslMethod::tls_server())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    builder.set_certificate_chain_file(format!("{folder}/server.pem"))?;
    builder.set_private_key_file(format!("{folder}/server.key"), SslFiletype::PEM)?;
    builder.set_ca_file(format!("{folder}/client-ca.pem"))?;
    builder.set_session_id_context(b"bench")?;
    builder.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    let acceptor = builder.build();
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
        let mut stream = acceptor.accept(stream).map_err(|error| error.to_string())?;
        if hold {
            held.push(stream);
            continue;
        }
        read_request(&mut stream)?;
        stream.write_all(ANSWER)?;
        stream.shutdown()?;
        let _ = stream.get_mut().read(&mut [0; 64]);
    }
    account(connections, start)?;
    Ok(())
}
