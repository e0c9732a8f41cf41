//! What the engine does with callers in the wrong order and with peers that break the rules.

#![expect(
    clippy::unwrap_used,
    reason = "a scene that cannot be set ends the test"
)]

use openssl::ssl::SslVersion;
use peercert::{Acceptor, Clock, Code, Error, Options, Progress};
use peercert_tests::client::Client;
use peercert_tests::{noise, path, rounds};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

/// 2026-06-01, when every good certificate of the tests is valid.
const NOW: i64 = 1_780_272_000;

fn options(mode: &str) -> Options {
    let options = Options::new()
        .set("certificate", path("pki/live/server.pem"))
        .set("key", path("pki/live/server.key"))
        .set("client_cert_mode", mode);
    match mode {
        "none" => options,
        _ => options.set("client_ca_file", path("pki/live/client-cas.pem")),
    }
}

fn acceptor(mode: &str) -> Acceptor {
    Acceptor::new(options(mode)).unwrap()
}

const VERSIONS: [SslVersion; 2] = [SslVersion::TLS1_2, SslVersion::TLS1_3];

fn code<T>(result: Result<T, Error>) -> Option<Code> {
    result.err().map(|error| error.code())
}

#[test]
fn after_a_refusal_the_same_error_comes_back_from_every_call() {
    for version in VERSIONS {
        let client = Client::new(Some("expired"), version);
        let mut outcome = client.connect(&acceptor("require"), None, usize::MAX);
        let first = outcome.error.take().unwrap();
        assert_eq!(first.code(), Code::CertificateRefused);
        assert_eq!(first.clientcert().unwrap().verifycode(), "CERT_HAS_EXPIRED");
        let server = &mut outcome.server;
        let again = [
            code(server.handshake()),
            code(server.read(&mut [0; 10])),
            code(server.write(b"x")),
            code(server.close()),
            code(server.clientcert()),
        ];
        assert_eq!(again, [Some(Code::CertificateRefused); 5]);
    }
}

#[test]
fn calls_in_the_wrong_order_are_errors_of_state() {
    let mut fresh = acceptor("none").connection().unwrap();
    assert_eq!(code(fresh.read(&mut [0; 10])), Some(Code::HandshakePending));
    assert_eq!(code(fresh.write(b"x")), Some(Code::HandshakePending));
    assert_eq!(code(fresh.clientcert()), Some(Code::HandshakePending));
    assert!(matches!(fresh.close(), Ok(Progress::Done(()))));
    assert_eq!(code(fresh.handshake()), Some(Code::Closed));
    for version in VERSIONS {
        let mut open = Client::new(None, version)
            .connect(&acceptor("none"), None, 100)
            .server;
        assert!(open.close().is_ok());
        assert!(open.has_output(), "close_notify");
        assert_eq!(code(open.write(b"x")), Some(Code::Closed));
        assert_eq!(code(open.read(&mut [0; 10])), Some(Code::Closed));
        assert!(open.clientcert().is_ok(), "who it was is still known");
    }
}

#[test]
fn plain_http_is_answered_in_plain_http() {
    for request in [
        &b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..],
        b"OPTIONS * HTTP/1.1\r\n\r\n",
    ] {
        let mut server = acceptor("require").connection().unwrap();
        server.feed(request).unwrap();
        assert_eq!(code(server.handshake()), Some(Code::PlainHttp));
        assert!(server.take().starts_with(b"HTTP/1.1 400 Bad Request\r\n"));
        assert_eq!(code(server.handshake()), Some(Code::PlainHttp));
    }
}

#[test]
fn plain_http_is_recognised_however_its_first_bytes_are_split() {
    let request = b"DELETE /x HTTP/1.1\r\n\r\n";
    for cut in 1..request.len() {
        let mut server = acceptor("request").connection().unwrap();
        server.feed(&request[..cut]).unwrap();
        let first = server.handshake();
        assert!(matches!(first, Ok(Progress::WantRead)) || code(first) == Some(Code::PlainHttp));
        server.feed(&request[cut..]).unwrap();
        assert_eq!(
            code(server.handshake()),
            Some(Code::PlainHttp),
            "cut at {cut}"
        );
        assert!(server.take().starts_with(b"HTTP/1.1 400"));
    }
}

#[test]
fn a_large_message_that_is_no_certificate_is_not_called_one() {
    for mode in ["none", "require"] {
        let mut server = acceptor(mode).connection().unwrap();
        server.feed(&[0x16, 3, 1, 0, 5, 1, 3, 0, 0, 0]).unwrap();
        let error = server.handshake().unwrap_err();
        assert_ne!(error.code(), Code::PeerCertificateTooLarge, "{error}");
    }
}

#[test]
fn noise_ends_in_one_error_of_the_peer() {
    let acceptor = acceptor("request");
    for seed in 0..rounds(2_000) {
        let mut server = acceptor.connection().unwrap();
        let mut bytes = noise(seed, 600);
        if seed % 2 == 0 {
            // The beginning of a handshake record, so that the noise gets past the first look.
            bytes.splice(..5, [0x16, 3, 1, 1, 0]);
        }
        server.feed(&bytes).unwrap();
        server.feed_eof();
        let error = server.handshake().unwrap_err();
        assert_eq!(error.kind(), peercert::Kind::Peer, "seed {seed}: {error}");
        assert_eq!(code(server.handshake()), Some(error.code()));
    }
}

#[test]
fn an_end_at_any_place_of_the_handshake_is_a_closed_connection() {
    for version in VERSIONS {
        let client = Client::new(Some("good"), version);
        let hello = client.hello();
        for end in 0..hello.len() {
            let mut server = acceptor("request").connection().unwrap();
            server.feed(&hello[..end]).unwrap();
            server.feed_eof();
            assert_eq!(
                code(server.handshake()),
                Some(Code::PeerClosed),
                "after {end} bytes"
            );
        }
    }
}

#[test]
fn a_certificate_message_of_a_megabyte_is_refused_by_name() {
    for version in VERSIONS {
        let client = Client::repeating(Some("large"), version, 21);
        let outcome = client.connect(&acceptor("request"), None, 10_000);
        assert_eq!(
            outcome.error.map(|e| e.code()),
            Some(Code::PeerCertificateTooLarge)
        );
        assert_eq!(outcome.alert, Some(47), "illegal_parameter");
    }
}

#[test]
fn an_rsa_key_of_17_000_bits_anywhere_in_the_chain_is_refused() {
    for version in VERSIONS {
        let client = Client::new(Some("large-key"), version);
        let outcome = client.connect(&acceptor("request"), None, usize::MAX);
        let refused = outcome.error.map(|error| error.code());
        assert_eq!(refused, Some(Code::PeerKeyTooLarge));
    }
}

#[test]
fn more_than_the_buffer_holds_is_refused_and_the_rest_stays_readable() {
    let mut server = acceptor("none").connection().unwrap();
    assert!(server.feed(&vec![0x16; 256 * 1_024]).is_ok());
    assert_eq!(code(server.feed(b"x")), Some(Code::InputFull));
}

#[test]
fn the_engine_wants_no_more_than_the_record_it_is_at() {
    for version in VERSIONS {
        let client = Client::new(Some("good"), version);
        let mut hello = client.hello();
        let length = hello.len();
        hello.extend(noise(1, 100));
        let mut server = acceptor("require").connection().unwrap();
        let mut fed = 0;
        while !server.has_output() {
            let wanted = server.wants();
            assert!(fed + wanted <= length, "{fed} + {wanted} of {length}");
            server.feed(&hello[fed..fed + wanted]).unwrap();
            fed += wanted;
            assert!(matches!(server.handshake(), Ok(Progress::WantRead)));
        }
        assert_eq!(fed, length);
    }
}

/// An acceptor whose clock the test sets.
fn timed(mode: &str, timeout: i64) -> (Acceptor, Arc<AtomicI64>) {
    let now = Arc::new(AtomicI64::new(NOW));
    let read = now.clone();
    let clock = Clock::new(move || read.load(Ordering::Relaxed));
    let options = options(mode).set("session_timeout", timeout);
    (Acceptor::with_clock(options, clock).unwrap(), now)
}

#[test]
fn a_session_is_resumed_until_its_time_out_and_renewals_do_not_extend_it() {
    for version in VERSIONS {
        let (acceptor, now) = timed("require", 100);
        let client = Client::new(Some("good"), version);
        let first = client.connect(&acceptor, None, usize::MAX);
        let session = first.session.unwrap();
        now.store(NOW + 60, Ordering::Relaxed);
        let second = client.connect(&acceptor, Some(&session), usize::MAX);
        assert!(second.server.resumed());
        let renewed = second.session.unwrap_or(session);
        now.store(NOW + 99, Ordering::Relaxed);
        assert!(client
            .connect(&acceptor, Some(&renewed), usize::MAX)
            .server
            .resumed());
        now.store(NOW + 100, Ordering::Relaxed);
        let late = client.connect(&acceptor, Some(&renewed), usize::MAX);
        assert!(
            late.error.is_none() && !late.server.resumed(),
            "a full handshake follows"
        );
        assert!(late.server.clientcert().unwrap().verified());
    }
}

#[test]
fn a_session_ends_with_the_certificate_that_made_it() {
    // 2045-01-01, when the good certificates end.
    const END: i64 = 2_366_841_600;
    for version in VERSIONS {
        let (acceptor, now) = timed("request", 86_400);
        now.store(END - 10, Ordering::Relaxed);
        let client = Client::new(Some("good"), version);
        let session = client.connect(&acceptor, None, usize::MAX).session.unwrap();
        now.store(END + 10, Ordering::Relaxed);
        let outcome = client.connect(&acceptor, Some(&session), usize::MAX);
        let report = outcome.server.clientcert().unwrap();
        assert_eq!((report.resumed(), report.verified()), (false, false));
        assert_eq!(report.verifycode(), "CERT_HAS_EXPIRED");
    }
}

#[test]
fn a_resumed_session_keeps_identity_and_anchor_and_has_no_chain() {
    for version in VERSIONS {
        let acceptor = acceptor("require");
        let client = Client::new(Some("good-chain"), version);
        let first = client.connect(&acceptor, None, usize::MAX);
        let session = first.session.unwrap();
        let second = client.connect(&acceptor, Some(&session), usize::MAX).server;
        let (before, after) = (
            first.server.clientcert().unwrap(),
            second.clientcert().unwrap(),
        );
        assert!(after.resumed() && after.verified() && !before.resumed());
        assert_eq!(after.anchor(), before.anchor());
        assert_eq!(after.der(), before.der());
        assert_eq!(
            (before.chain().map(<[_]>::len), after.chain()),
            (Some(2), None)
        );
    }
}

#[test]
fn a_certificate_that_fails_leaves_no_session_behind() {
    for version in VERSIONS {
        for name in ["expired", "unknown-leaf", "self-signed", "server-only"] {
            let client = Client::new(Some(name), version);
            let outcome = client.connect(&acceptor("request"), None, usize::MAX);
            assert!(
                outcome.error.is_none() && outcome.session.is_none(),
                "{name}"
            );
        }
    }
}

#[test]
fn without_tickets_nothing_is_resumed() {
    for version in VERSIONS {
        let acceptor = Acceptor::new(options("require").set("session_tickets", false)).unwrap();
        let client = Client::new(Some("good"), version);
        let session = client.connect(&acceptor, None, usize::MAX).session;
        let again = client.connect(&acceptor, session.as_ref(), usize::MAX);
        assert!(again.error.is_none() && !again.server.resumed());
    }
}

#[test]
fn a_ticket_of_another_acceptor_or_a_damaged_one_leads_to_a_full_handshake() {
    for version in VERSIONS {
        let client = Client::new(Some("good"), version);
        let session = client
            .connect(&acceptor("request"), None, usize::MAX)
            .session
            .unwrap();
        let other = client.connect(&acceptor("require"), Some(&session), usize::MAX);
        assert!(other.error.is_none() && !other.server.resumed());
        assert!(other.server.clientcert().unwrap().verified());
    }
}

#[test]
fn a_certificate_that_expires_during_the_handshake_does_not_verify() {
    /// 2046, when no certificate of the tests is valid any more.
    const LATE: i64 = 2_400_000_000;
    for version in VERSIONS {
        let client = Client::new(Some("good"), version);
        let mut refused_late = 0;
        for in_time in 0..8 {
            // The clock jumps after it has been read so often.
            let reads = Arc::new(AtomicI64::new(0));
            let counted = reads.clone();
            let clock = Clock::new(move || {
                let now = counted.fetch_add(1, Ordering::Relaxed) < in_time;
                if now {
                    NOW
                } else {
                    LATE
                }
            });
            let options = options("require").set("session_tickets", false);
            let acceptor = Acceptor::with_clock(options, clock).unwrap();
            reads.store(0, Ordering::Relaxed);
            let outcome = client.connect(&acceptor, None, usize::MAX);
            let late = reads.load(Ordering::Relaxed) > in_time;
            let error = outcome.error.as_ref();
            assert_eq!(
                error.is_some(),
                late,
                "{version:?}, {in_time} reads in time"
            );
            if let Some(report) = error.and_then(Error::clientcert) {
                assert_eq!(report.verifycode(), "CERT_HAS_EXPIRED");
                refused_late += usize::from(in_time > 0);
            }
        }
        assert!(
            refused_late > 0,
            "the clock is read when the handshake ends"
        );
    }
}
