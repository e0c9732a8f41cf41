//! What a thousand reloads do to clients that connect meanwhile, and to the memory: nothing.
//!
//! In: `PEERCERT_ROUNDS`; `PEERCERT_MEMORY=off` where the resident memory is the tool's as well
//! (AddressSanitizer, valgrind), which see a leak themselves. A program of its own, because tests of
//! one process share its memory.

#![expect(
    clippy::unwrap_used,
    reason = "a scene that cannot be set ends the test"
)]

use openssl::ssl::SslVersion;
use peercert::{Acceptor, Progress};
use peercert_tests::client::Client;
use peercert_tests::folder::reloadable;
use peercert_tests::rounds;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const VERSIONS: [SslVersion; 2] = [SslVersion::TLS1_2, SslVersion::TLS1_3];

/// The memory that the last half of the reloads may add, in pages of 4 KiB: 512 KiB, what the allocator
/// needs to shuffle its blocks between threads. A context that is left behind takes more than
/// 20 kB, and 500 of them ten megabytes.
const PAGES: u64 = 128;

/// The pages of this process that are in memory (proc_pid_statm(5), second field).
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_thousand_reloads_fail_no_handshake_and_leave_no_memory_behind() {
    let (folder, options) = reloadable();
    let server = Acceptor::new(options).unwrap();
    let reloads = rounds(1_000);
    let (done, connected) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut kept = server.connection().unwrap();
    let mut keeper = Client::new(Some("good"), SslVersion::TLS1_3).call(None, None);
    keeper.talk(&mut kept);
    let (mut middle, mut last) = (0, 0);
    std::thread::scope(|threads| {
        for (version, name) in VERSIONS.into_iter().zip(["good", "good-other"]) {
            let (server, done, connected) = (&server, &done, &connected);
            threads.spawn(move || {
                let client = Client::new(Some(name), version);
                let mut session = None;
                while !done.load(Ordering::Relaxed) {
                    let outcome = client.connect(server, session.as_ref(), usize::MAX);
                    let error = outcome.error.map(|error| error.to_string());
                    assert_eq!(error, None);
                    assert!(outcome.server.clientcert().unwrap().verified());
                    session = outcome.session;
                    connected.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for round in 0..reloads {
            // Each reload has another policy than the last.
            let crl = ["empty.crl.pem", "released.crl.pem"];
            let at = usize::try_from(round).unwrap() % crl.len();
            folder.copy("crl.pem", crl.get(at).unwrap());
            server.reload().unwrap();
            match round {
                round if round == reloads / 2 => middle = resident(),
                round if round + 1 == reloads => last = resident(),
                _ => {}
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(
        connected.load(Ordering::Relaxed) > 100,
        "clients came meanwhile"
    );
    let grown = last.saturating_sub(middle);
    println!("{reloads} reloads, {connected:?} handshakes, {grown} pages more");
    if std::env::var("PEERCERT_MEMORY").as_deref() != Ok("off") {
        assert!(grown <= PAGES, "{grown} pages more");
    }
    assert!(matches!(kept.write(b"still"), Ok(Progress::Done(5))));
}
