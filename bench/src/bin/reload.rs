//! Handshakes while a thread reloads a thousand hosts, one reload after the other, beside handshakes
//! while nobody does; and what the memory is like after many reloads.

use openssl::ssl::{SslConnector, SslVersion};
use peercert::{Acceptor, Options, Wait};
use peercert_bench::{client, options, read_request, request, Plain, Usage, ANSWER};
use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How many handshakes follow each other before the other kind has its turn: several reloads come to
/// their end meanwhile.
const TURN: usize = 500;
/// How many reloads the memory is measured before, and after.
const RELOADS: u32 = 20;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, count] = arguments.as_slice() else {
        return Err("usage: reload FOLDER CONNECTIONS".into());
    };
    let turns = count.parse::<usize>()?.div_ceil(TURN);
    let names = names(&Path::new(folder).join("hosts"))?;
    let acceptor = Acceptor::new(with_hosts(folder, &names))?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut visitor = Visitor {
        connector: client(folder, SslVersion::TLS1_3)?.build(),
        port: listener.local_addr()?.port(),
        names: names.iter().cycle(),
    };
    let (mut quiet, mut busy, mut reloads) = (Vec::new(), Vec::new(), 0);
    let connections = (2 * turns + 1) * TURN;
    thread::scope(|scope| {
        let server = scope.spawn(|| serve(&acceptor, &listener, connections));
        visitor.turn()?;
        for _ in 0..turns {
            quiet.extend(visitor.turn()?);
            let (times, count) = while_reloading(&acceptor, || visitor.turn())?;
            busy.extend(times?);
            reloads += count;
        }
        joined(server.join())
    })?;
    let kilobytes = after_reloads(&acceptor)?;
    let start = Usage::now()?.cpu;
    let more = after_reloads(&acceptor)?;
    writeln!(
        io::stdout(),
        "{{\"quiet\": {}, \"reloading\": {}, \"reloads\": {reloads}, \"cpu\": {:.6}, \
         \"kilobytes\": [{kilobytes:.1}, {more:.1}]}}",
        Times::of(quiet),
        Times::of(busy),
        (Usage::now()?.cpu - start) / f64::from(RELOADS),
    )?;
    Ok(())
}

/// The hosts that there are files for.
fn names(folder: &Path) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?.file_name();
        names.extend(
            file.to_str()
                .and_then(|name| name.strip_suffix(".pem"))
                .map(str::to_owned),
        );
    }
    names.sort();
    Ok(names)
}

/// Options with each of the hosts, which have a certificate of their own.
fn with_hosts(folder: &str, names: &[String]) -> Options {
    let mut hosts = Options::new();
    for name in names {
        let file = |end| format!("{folder}/hosts/{name}.{end}");
        let own = Options::new()
            .set("certificate", file("pem"))
            .set("key", file("key"));
        hosts.push(name, own);
    }
    options(folder)
        .set("client_ca_file", format!("{folder}/client-ca.pem"))
        .set("hosts", hosts)
}

fn serve(acceptor: &Acceptor, listener: &TcpListener, connections: usize) -> Outcome<()> {
    for _ in 0..connections {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let socket = acceptor.accept(stream)?;
        read_request(&mut Plain(&socket))?;
        socket.write(ANSWER, Wait::Forever)?;
        socket.close(Wait::Never)?;
        let _ = socket.socket().read(&mut [0; 64]);
    }
    Ok(())
}

/// Who connects, to one host after the other.
struct Visitor<'a, I: Iterator<Item = &'a String>> {
    connector: SslConnector,
    port: u16,
    names: I,
}

impl<'a, I: Iterator<Item = &'a String>> Visitor<'a, I> {
    /// So many connections, and how long each took from its first packet to the end of the answer: in
    /// TLS 1.3 a client is done before the server has verified it.
    fn turn(&mut self) -> Outcome<Vec<Duration>> {
        let mut times = Vec::with_capacity(TURN);
        for name in self.names.by_ref().take(TURN) {
            let configuration = self.connector.configure()?.verify_hostname(false);
            let start = Instant::now();
            let stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_nodelay(true)?;
            let mut stream = configuration
                .connect(name, stream)
                .map_err(|error| error.to_string())?;
            request(&mut stream)?;
            times.push(start.elapsed());
        }
        Ok(times)
    }
}

/// Does the work while another thread reloads; how often it has.
fn while_reloading<T>(acceptor: &Acceptor, work: impl FnOnce() -> T) -> Outcome<(T, u32)> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reloading = scope.spawn(|| {
            let mut count = 0;
            while !over.load(Ordering::Relaxed) {
                acceptor.reload()?;
                count += 1;
            }
            Ok(count)
        });
        let done = work();
        over.store(true, Ordering::Relaxed);
        Ok((done, joined(reloading.join())?))
    })
}

fn joined<T>(ended: thread::Result<Outcome<T>>) -> Outcome<T> {
    ended.map_err(|_| "a thread panicked")?
}

/// The memory after many reloads.
fn after_reloads(acceptor: &Acceptor) -> Outcome<f64> {
    for _ in 0..RELOADS {
        acceptor.reload()?;
    }
    Ok(Usage::now()?.kilobytes)
}

/// Microseconds.
struct Times {
    median: u128,
    slowest: u128,
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let micros = |time: Option<&Duration>| time.map_or(0, Duration::as_micros);
        Self {
            median: micros(times.get(times.len() / 2)),
            slowest: micros(times.last()),
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, slowest } = self;
        write!(out, "{{\"median\": {median}, \"slowest\": {slowest}}}")
    }
}
