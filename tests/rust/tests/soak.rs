//! What stays behind when the same things happen many times: nothing that grows.
//!
//! In: `PEERCERT_ROUNDS`; `PEERCERT_MEMORY=off` where the resident memory is the tool's as well
//! (AddressSanitizer, valgrind), which see a leak themselves.

#![expect(
    clippy::unwrap_used,
    reason = "a scene that cannot be set ends the test"
)]

use openssl::ssl::SslVersion;
use peercert::{Acceptor, Code, Options, Progress};
use peercert_tests::client::Client;
use peercert_tests::{path, rounds};

/// Pages that the last third of the rounds may add (256 KiB, where a page has 4 KiB): what the
/// allocator needs to shuffle its blocks. Rounds that leave their connections behind take more.
const PAGES: usize = 64;

const VERSIONS: [SslVersion; 2] = [SslVersion::TLS1_2, SslVersion::TLS1_3];

fn acceptor(mode: &str) -> Acceptor {
    let options = Options::new()
        .set("certificate", path("pki/live/server.pem"))
        .set("key", path("pki/live/server.key"))
        .set("client_cert_mode", mode)
        .set("client_ca_file", path("pki/live/client-cas.pem"));
    Acceptor::new(options).unwrap()
}

/// The pages of this process that are in memory (proc_pid_statm(5), second field).
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Does it in three thirds, and compares the memory after the second with that after the last; the
/// first is there to fill caches.
#[expect(clippy::print_stdout, reason = "says why the memory is not compared")]
fn repeat(name: &str, mut round: impl FnMut(u64)) {
    let third = rounds(50).div_ceil(3);
    (0..third).for_each(&mut round);
    (third..2 * third).for_each(&mut round);
    let before = resident();
    (2 * third..3 * third).for_each(&mut round);
    let grown = resident().saturating_sub(before);
    if std::env::var("PEERCERT_MEMORY").as_deref() == Ok("off") {
        println!("{name}: not compared, the memory is not ours alone (PEERCERT_MEMORY=off)");
    } else {
        assert!(grown <= PAGES, "{name}: {grown} pages more");
    }
}

/// One test, because tests of one process share its memory.
#[test]
fn no_kind_of_connection_leaves_memory_behind() {
    for version in VERSIONS {
        accepted(version);
        refused(version);
        resumed(version);
        cut(version);
    }
    garbage();
}

fn accepted(version: SslVersion) {
    let acceptor = acceptor("request");
    for (name, certificate) in [("good", Some("good-chain")), ("none", None)] {
        let client = Client::new(certificate, version);
        repeat(name, |_| {
            let outcome = client.connect(&acceptor, None, usize::MAX);
            let report = outcome.server.clientcert().unwrap();
            assert!(outcome.error.is_none());
            assert_eq!(report.verified(), certificate.is_some());
        });
    }
}

fn refused(version: SslVersion) {
    let acceptor = acceptor("require");
    let faults = [
        Some("expired"),
        Some("unknown-chain"),
        Some("self-signed"),
        Some("server-only"),
        Some("bad-signature"),
        Some("name-constraint"),
        None,
    ];
    let clients = faults.map(|name| Client::new(name, version));
    repeat("refused", |_| {
        for client in &clients {
            let outcome = client.connect(&acceptor, None, usize::MAX);
            assert!(outcome.error.is_some() && outcome.session.is_none());
        }
    });
}

fn resumed(version: SslVersion) {
    let acceptor = acceptor("require");
    let client = Client::new(Some("good"), version);
    let first = client.connect(&acceptor, None, usize::MAX);
    let mut session = first.session.unwrap();
    repeat("resumed", |_| {
        let outcome = client.connect(&acceptor, Some(&session), usize::MAX);
        assert!(outcome.error.is_none() && outcome.server.resumed());
        if let Some(renewed) = outcome.session {
            session = renewed;
        }
    });
}

/// The end comes within the ClientHello, or when the server has answered it.
fn cut(version: SslVersion) {
    let acceptor = acceptor("require");
    let hello = Client::new(Some("good"), version).hello();
    repeat("cut", |round| {
        let inside = usize::try_from(round).unwrap() % hello.len();
        for end in [inside, hello.len()] {
            let mut server = acceptor.connection().unwrap();
            server.feed(hello.get(..end).unwrap()).unwrap();
            assert!(matches!(server.handshake(), Ok(Progress::WantRead)));
            assert_eq!(server.has_output(), end == hello.len());
            server.feed_eof();
            let error = server.handshake().unwrap_err();
            assert_eq!(error.code(), Code::PeerClosed, "after {end} bytes");
        }
    });
}

fn garbage() {
    let acceptor = acceptor("require");
    repeat("garbage", |round| {
        let seed = round.to_le_bytes();
        // A record of the handshake, and what is no record at all.
        for head in [&[0x16, 3, 1, 1, 0][..], &[0xff; 5]] {
            let noise = seed.iter().cycle().take(300).map(|byte| byte ^ 0xa5);
            let bytes: Vec<u8> = head.iter().copied().chain(noise).collect();
            let mut server = acceptor.connection().unwrap();
            server.feed(&bytes).unwrap();
            server.feed_eof();
            assert_eq!(server.handshake().unwrap_err().kind(), peercert::Kind::Peer);
        }
    });
}
