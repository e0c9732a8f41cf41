//! What a server does with session tickets: its own under several keys, and those that are none.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a scene that cannot be set ends the test"
)]

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sha::Sha256;
use openssl::sign::Signer;
use openssl::ssl::{SslSession, SslVersion};
use openssl::symm::{encrypt, encrypt_aead, Cipher};
use peercert::{Acceptor, Clock, OptionValue, Options, Progress};
use peercert_tests::client::{Client, Outcome};
use peercert_tests::folder::Folder;
use peercert_tests::session::{ticket, with_ticket};
use peercert_tests::{noise, path, rounds};
use std::slice::from_ref;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

/// 2026-06-01.
const NOW: i64 = 1_780_272_000;

const VERSIONS: [SslVersion; 2] = [SslVersion::TLS1_2, SslVersion::TLS1_3];

fn options(mode: &str) -> Options {
    Options::new()
        .set("certificate", path("pki/live/server.pem"))
        .set("key", path("pki/live/server.key"))
        .set("client_cert_mode", mode)
        .set("client_ca_file", path("pki/live/client-cas.pem"))
}

/// A key of 80 or 48 bytes, another for each letter.
fn key(letter: u8, length: usize) -> Vec<u8> {
    noise(u64::from(letter), length)
}

fn with_keys(keys: &[Vec<u8>]) -> Acceptor {
    let keys = keys.iter().map(|key| OptionValue::Bytes(key.clone()));
    let keys = OptionValue::List(keys.collect());
    Acceptor::new(options("require").set("ticket_keys", keys)).unwrap()
}

fn connect(client: &Client, to: &Acceptor, offer: &SslSession) -> Outcome {
    let outcome = client.connect(to, Some(offer), usize::MAX);
    let error = outcome.error.as_ref().map(ToString::to_string);
    assert_eq!(error, None, "a ticket is never an error");
    assert!(outcome.server.clientcert().unwrap().verified());
    outcome
}

#[test]
fn a_rotation_of_keys_loses_no_session() {
    for version in VERSIONS {
        for (old, new) in [(80, 80), (48, 80), (80, 48), (48, 48)] {
            let (a, b, c) = (key(b'a', old), key(b'b', new), key(b'c', new));
            let client = Client::new(Some("good"), version);
            let first = client.connect(&with_keys(from_ref(&a)), None, usize::MAX);
            let session = first.session.unwrap();
            assert!(
                ticket(&session).starts_with(&a[..16]),
                "the name of the key"
            );
            // The next key is known before it encrypts, and the last one as long as a session lives.
            for keys in [[a.clone(), b.clone()], [b.clone(), a.clone()]] {
                assert!(connect(&client, &with_keys(&keys), &session)
                    .server
                    .resumed());
            }
            let rotated = with_keys(&[b.clone(), c, a.clone()]);
            let again = connect(&client, &rotated, &session);
            let report = again.server.clientcert().unwrap();
            assert_eq!(report.der(), first.server.clientcert().unwrap().der());
            // AWS-LC has no way to say that a ticket of TLS 1.2 should be replaced: such a session
            // lives as long as its key is known, and at most for session_timeout as every other.
            let renews = version == SslVersion::TLS1_3 || cfg!(not(feature = "aws-lc"));
            assert_eq!(again.session.is_some(), renews);
            let gone = with_keys(from_ref(&b));
            if let Some(renewed) = again.session {
                assert!(ticket(&renewed).starts_with(&b[..16]), "under the new key");
                assert!(connect(&client, &gone, &renewed).server.resumed());
            }
            assert!(!connect(&client, &gone, &session).server.resumed());
        }
    }
}

#[test]
fn a_ticket_under_the_key_that_encrypts_is_not_replaced_in_tls_1_2() {
    let server = with_keys(&[key(b'a', 80), key(b'b', 80)]);
    let client = Client::new(Some("good"), SslVersion::TLS1_2);
    let session = client.connect(&server, None, usize::MAX).session.unwrap();
    let again = connect(&client, &server, &session);
    assert!(again.server.resumed() && again.session.is_none());
}

#[test]
fn keys_come_from_files_that_a_reload_reads_anew() {
    let folder = Folder::new();
    let files = ["first", "second"].map(|name| folder.file(name));
    let (a, b) = (key(b'a', 80), key(b'b', 48));
    folder.put("first", &a);
    folder.put("second", &key(b'x', 80));
    let paths = OptionValue::List(files.map(OptionValue::Path).to_vec());
    let server = Acceptor::new(options("require").set("ticket_key_files", paths)).unwrap();
    for version in VERSIONS {
        folder.put("first", &a);
        folder.put("second", &key(b'x', 80));
        server.reload().unwrap();
        let client = Client::new(Some("good"), version);
        let session = client.connect(&server, None, usize::MAX).session.unwrap();
        folder.put("first", &b);
        folder.put("second", &a);
        server.reload().unwrap();
        assert!(connect(&client, &server, &session).server.resumed());
        let fresh = client.connect(&server, None, usize::MAX).session.unwrap();
        assert!(ticket(&fresh).starts_with(&b[..16]));
        // A key that is cut off in the middle of its copying: the old ones stay.
        folder.put("second", &a[..79]);
        let error = server.reload().unwrap_err();
        assert_eq!(error.problems()[0].code().name(), "config.bad_ticket_key");
        assert!(connect(&client, &server, &session).server.resumed());
        folder.put("second", &key(b'x', 80));
        server.reload().unwrap();
        assert!(!connect(&client, &server, &session).server.resumed());
    }
}

#[test]
fn a_session_ends_with_its_time_out_whatever_renewed_its_ticket() {
    for version in VERSIONS {
        let now = Arc::new(AtomicI64::new(NOW));
        let read = now.clone();
        let server = |first: u8, second: u8| {
            let keys = [key(first, 80), key(second, 80)].map(OptionValue::Bytes);
            let options = options("require")
                .set("ticket_keys", OptionValue::List(keys.to_vec()))
                .set("session_timeout", 100);
            let read = read.clone();
            Acceptor::with_clock(options, Clock::new(move || read.load(Ordering::Relaxed))).unwrap()
        };
        let servers = [server(b'a', b'b'), server(b'b', b'a')];
        let client = Client::new(Some("good"), version);
        let first = client.connect(&servers[0], None, usize::MAX);
        let mut session = first.session.unwrap();
        for step in 1..10 {
            now.store(NOW + 10 * step, Ordering::Relaxed);
            // Each time the other key encrypts, so that the ticket is renewed where that is possible.
            let at = usize::try_from(step).unwrap() % 2;
            let outcome = connect(&client, &servers[at], &session);
            assert!(
                outcome.server.resumed(),
                "after {} seconds {version:?}",
                10 * step
            );
            session = outcome.session.unwrap_or(session);
        }
        now.store(NOW + 100, Ordering::Relaxed);
        assert!(!connect(&client, &servers[0], &session).server.resumed());
    }
}

#[test]
fn without_session_tickets_an_old_one_is_not_used() {
    for version in VERSIONS {
        let keys = OptionValue::Bytes(key(b'a', 80));
        let with = Acceptor::new(options("require").set("ticket_keys", keys.clone())).unwrap();
        let off = options("require")
            .set("ticket_keys", keys)
            .set("session_tickets", false);
        let without = Acceptor::new(off).unwrap();
        let client = Client::new(Some("good"), version);
        let session = client.connect(&with, None, usize::MAX).session.unwrap();
        assert!(connect(&client, &with, &session).server.resumed());
        let outcome = connect(&client, &without, &session);
        assert!(!outcome.server.resumed() && outcome.session.is_none());
    }
}

/// nginx's tickets, which are OpenSSL's: name, IV, AES-CBC, HMAC-SHA-256 over all of that.
fn sealed_by_nginx(
    name: &[u8],
    cipher: Cipher,
    aes: &[u8],
    hmac: &[u8],
    session: &[u8],
) -> Vec<u8> {
    let iv = noise(7, 16);
    let body = encrypt(cipher, aes, Some(&iv), session).unwrap();
    let mut out = [name, &iv, &body].concat();
    let mac_key = PKey::hmac(hmac).unwrap();
    let mac = Signer::new(MessageDigest::sha256(), &mac_key)
        .unwrap()
        .sign_oneshot_to_vec(&out)
        .unwrap();
    out.extend(mac);
    out
}

/// AES-256-GCM as peercert seals with AWS-LC: name, nonce, body, tag.
fn sealed_with_gcm(name: &[u8], aes: &[u8], content: &[u8]) -> Vec<u8> {
    let (nonce, mut tag) = (noise(9, 12), [0; 16]);
    let cipher = Cipher::aes_256_gcm();
    let body = encrypt_aead(cipher, aes, Some(&nonce), name, content, &mut tag).unwrap();
    [name, &nonce, &body, &tag].concat()
}

/// What peercert makes of a key's secret.
fn derived(purpose: &str, secret: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [purpose.as_bytes(), &[0], secret] {
        hash.update(part);
    }
    hash.finish()
}

/// Tickets that the server has not made, each with the reason why it is tried.
fn foreign(key: &[u8], good: &[u8], session: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (name, secret) = key.split_at(16);
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |why: &str, bytes: Vec<u8>| found.push((why.to_owned(), bytes));
    for at in (0..good.len()).step_by(7).chain([good.len() - 1]) {
        let mut changed = good.to_vec();
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1;
        }
        add(&format!("octet {at} is another"), changed);
    }
    for length in (1..good.len())
        .step_by(5)
        .chain([15, 16, 17, 28, 32, 44, good.len() - 1])
    {
        add(&format!("cut after {length}"), good[..length].to_vec());
    }
    add("longer", [good, &[0]].concat());
    add("another name", [&noise(3, 16), &good[16..]].concat());
    add("a name alone", name.to_vec());
    let (hmac, aes) = secret.split_at(32);
    let cbc = Cipher::aes_256_cbc();
    add(
        "nginx's, of this very key file",
        sealed_by_nginx(name, cbc, aes, hmac, session),
    );
    let half = (&secret[..16], &secret[16..32]);
    let small = sealed_by_nginx(name, Cipher::aes_128_cbc(), half.0, half.1, session);
    add("nginx's, of 48 bytes", small);
    add(
        "GCM with the secret as it is",
        sealed_with_gcm(name, aes, session),
    );
    // Well sealed, as only a holder of the key can: with the other TLS library, or nonsense inside.
    let own = derived("peercert ticket encryption", secret);
    let mac = derived("peercert ticket authentication", secret);
    add(
        "OpenSSL's session",
        sealed_by_nginx(name, cbc, &own, &mac, session),
    );
    add("AWS-LC's session", sealed_with_gcm(name, &own, session));
    for content in [&b""[..], b"\0", b"\xff\xff", b"\0\x10short", &[0; 200]] {
        add(
            "nonsense under OpenSSL's seal",
            sealed_by_nginx(name, cbc, &own, &mac, content),
        );
        add(
            "nonsense under AWS-LC's seal",
            sealed_with_gcm(name, &own, content),
        );
    }
    found
}

#[test]
fn a_ticket_that_is_not_the_servers_leads_to_a_full_handshake() {
    for version in VERSIONS {
        let key = key(b'a', 80);
        let server = with_keys(from_ref(&key));
        let client = Client::new(Some("good"), version);
        let session = client.connect(&server, None, usize::MAX).session.unwrap();
        let good = ticket(&session);
        let unchanged = with_ticket(&session, &good);
        assert!(connect(&client, &server, &unchanged).server.resumed());
        let tried = foreign(&key, &good, &session.to_der().unwrap());
        assert!(tried.len() > 60);
        for (why, bytes) in tried {
            let outcome = connect(&client, &server, &with_ticket(&session, &bytes));
            assert!(!outcome.server.resumed(), "{why}");
        }
    }
}

#[test]
fn noise_in_a_tickets_place_is_answered_as_if_there_were_none() {
    for version in VERSIONS {
        let key = key(b'a', 80);
        let server = with_keys(from_ref(&key));
        let client = Client::new(Some("good"), version);
        let session = client.connect(&server, None, usize::MAX).session.unwrap();
        // About a million octets in 2,000 tickets.
        for seed in 0..rounds(2_000) {
            let length = 1 + usize::try_from(seed * 37 % 997).unwrap();
            let mut bytes = noise(seed, length);
            if seed % 2 == 0 {
                bytes.splice(..length.min(16), key[..16].iter().copied());
            }
            let offered = with_ticket(&session, &bytes);
            let hello = client.call(None, Some(&offered)).speak();
            let mut connection = server.connection().unwrap();
            connection.feed(&hello).unwrap();
            assert!(
                matches!(connection.handshake(), Ok(Progress::WantRead)),
                "seed {seed}"
            );
            assert!(connection.has_output(), "seed {seed}");
        }
    }
}

#[test]
fn a_client_hello_above_16_kb_reaches_a_host_that_asks_though_the_default_does_not() {
    let asks = Options::new()
        .set("client_cert_mode", "require")
        .set("client_ca_file", path("pki/live/client-cas.pem"));
    let server = Options::new()
        .set("certificate", path("pki/live/server.pem"))
        .set("key", path("pki/live/server.key"))
        .set("hosts", Options::new().set("one.example", asks));
    let server = Acceptor::new(server).unwrap();
    for version in VERSIONS {
        let client = Client::new(Some("good"), version);
        let host = Some("one.example");
        let first = client.connect_to(&server, host, None, usize::MAX);
        let session = first.session.unwrap();
        for length in [15_000, 16_384, 17_000, 40_000] {
            let offered = with_ticket(&session, &noise(1, length));
            for (host, verified) in [(host, true), (None, false)] {
                let hello = client.call(host, Some(&offered)).speak();
                assert!(hello.len() > length);
                let outcome = client.connect_to(&server, host, Some(&offered), usize::MAX);
                let error = outcome.error.map(|error| error.to_string());
                assert_eq!(error, None, "{length} octets, {version:?}");
                let report = outcome.server.clientcert().unwrap();
                assert_eq!((report.verified(), report.resumed()), (verified, false));
            }
        }
    }
}

#[test]
fn a_session_with_a_large_chain_is_resumed() {
    let server = with_keys(&[key(b'a', 80)]);
    for version in VERSIONS {
        // Just below what a ticket is made for.
        let client = Client::repeating(Some("good"), version, 20);
        let first = client.connect(&server, None, usize::MAX);
        let session = first.session.unwrap();
        let again = connect(&client, &server, &session);
        assert!(
            again.server.resumed(),
            "a ticket of {} octets",
            ticket(&session).len()
        );
    }
}
