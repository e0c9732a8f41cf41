//! The limit: a blocking loop on the `openssl` crate with the same TLS library and nothing else.

use openssl::ssl::{SslAcceptor, SslFiletype, SslMethod, SslVerifyMode, SslVersion};
use peercert_bench::{account, announce, arguments, cpu_seconds, read_request, ANSWER};
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (folder, count) = arguments()?;
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
    let mut start = 0.0;
    for served in 0..=count {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        if served == 1 {
            start = cpu_seconds();
        }
        let mut stream = acceptor.accept(stream).map_err(|error| error.to_string())?;
        read_request(&mut stream)?;
        stream.write_all(ANSWER)?;
        stream.shutdown()?;
        let _ = stream.get_mut().read(&mut [0; 64]);
    }
    account(count, cpu_seconds() - start)?;
    Ok(())
}
