//! The client: so many full mutual handshakes one after the other, one request on each; the same with
//! the session of the connection before; so many requests on one connection; or so many connections that
//! are opened and kept idle until standard input ends.

use openssl::ssl::{SslSession, SslSessionCacheMode, SslStream, SslVersion};
use peercert_bench::{next_request, request};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, port, count, what, version] = arguments.as_slice() else {
        return Err(
            "usage: load FOLDER PORT CONNECTIONS requests|resumed|goes-on|idle 1.2|1.3".into(),
        );
    };
    let (port, count): (u16, usize) = (port.parse()?, count.parse()?);
    let version = match version.as_str() {
        "1.2" => SslVersion::TLS1_2,
        _ => SslVersion::TLS1_3,
    };
    let mut builder = peercert_bench::client(folder, version)?;
    let newest: Arc<Mutex<Option<SslSession>>> = Arc::default();
    if what == "resumed" {
        builder.set_session_cache_mode(SslSessionCacheMode::CLIENT);
        let newest = newest.clone();
        builder.set_new_session_callback(move |_, session| {
            *newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
        });
    }
    let connector = builder.build();
    let mut idle: Vec<SslStream<TcpStream>> = Vec::new();
    for number in 0..count {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        let configuration = connector.configure()?.verify_hostname(false);
        let mut ssl = configuration.into_ssl("localhost")?;
        let session = newest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(session) = &session {
            resume(&mut ssl, session)?;
        }
        let mut stream = ssl.connect(stream).map_err(|error| error.to_string())?;
        // The first has nothing to resume; it warms the server up and does not count.
        if what == "resumed" && number > 0 && !stream.ssl().session_reused() {
            return Err("a session was not resumed".into());
        }
        if what == "idle" {
            idle.push(stream);
            continue;
        }
        if what == "goes-on" {
            (0..count).try_for_each(|_| next_request(&mut stream))?;
            break;
        }
        request(&mut stream)?;
    }
    writeln!(io::stdout(), "done")?;
    io::stdout().flush()?;
    if what == "idle" {
        io::stdin().read_to_end(&mut Vec::new())?;
    }
    Ok(())
}

#[expect(unsafe_code, reason = "the openssl crate has no safe call for it")]
fn resume(ssl: &mut openssl::ssl::SslRef, session: &SslSession) -> Outcome<()> {
    // SAFETY: the session is of the one context that this program has.
    Ok(unsafe { ssl.set_session(session) }?)
}
