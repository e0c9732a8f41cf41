//! What a server does while its files are replaced: it goes on, with the old ones or the new.

#![expect(
    clippy::unwrap_used,
    reason = "a scene that cannot be set ends the test"
)]

use openssl::ssl::SslVersion;
use peercert::{Acceptor, Options, Progress};
use peercert_tests::client::Client;
use peercert_tests::folder::{live, reloadable, Folder};
use peercert_tests::path;
use std::os::unix::fs::PermissionsExt;

const VERSIONS: [SslVersion; 2] = [SslVersion::TLS1_2, SslVersion::TLS1_3];

#[test]
fn a_changed_policy_ends_old_sessions_and_an_unchanged_one_does_not() {
    for version in VERSIONS {
        let (folder, options) = reloadable();
        let server = Acceptor::new(options).unwrap();
        let client = Client::new(Some("good"), version);
        let connect = |offer| client.connect(&server, offer, usize::MAX);
        let session = connect(None).session.unwrap();
        let resumed = || {
            let outcome = connect(Some(&session));
            assert!(outcome.error.is_none(), "a full handshake follows");
            assert!(outcome.server.clientcert().unwrap().verified());
            outcome.server.resumed()
        };
        for change in [
            None,
            // Another certificate and key of the server, the same CAs in another order and with text between.
            Some(("server.pem", "server-only.pem")),
            Some(("crl.pem", "client-ca.crl.pem")),
            Some(("ca.pem", "client-ca.pem")),
        ] {
            if let Some((name, file)) = change {
                folder.copy(name, file);
            }
            if change.is_some_and(|(name, _)| name == "server.pem") {
                folder.copy("server.key", "server-only.key");
                let cas = ["rsa-ca.pem", "client-ca.pem"].map(live);
                folder.put("ca.pem", &cas.join(&b"\nthe other one:\n"[..]));
            }
            server.reload().unwrap();
            let policy = change.is_some_and(|(name, _)| name != "server.pem");
            assert_eq!(resumed(), !policy, "{change:?}");
            if policy {
                folder.copy("crl.pem", "empty.crl.pem");
                folder.copy("ca.pem", "client-cas.pem");
                server.reload().unwrap();
                assert!(resumed(), "the old policy, the old session");
            }
        }
    }
}

#[test]
fn a_file_that_disappears_before_the_reload_leaves_everything_as_it_was() {
    for version in VERSIONS {
        let (folder, options) = reloadable();
        let server = Acceptor::new(options).unwrap();
        let client = Client::new(Some("good"), version);
        let session = client.connect(&server, None, usize::MAX).session.unwrap();
        for (name, code) in [
            ("server.pem", "config.file_not_found"),
            ("server.key", "config.file_not_found"),
            ("ca.pem", "config.file_not_found"),
            ("crl.pem", "config.file_not_found"),
        ] {
            let there = std::fs::read(folder.file(name)).unwrap();
            std::fs::remove_file(folder.file(name)).unwrap();
            let error = server.reload().unwrap_err();
            let codes: Vec<_> = error.problems().iter().map(|p| p.code().name()).collect();
            assert_eq!(codes, [code], "{name}");
            let path = error.problems()[0].context_value("path").unwrap();
            assert!(path.ends_with(name), "{path}");
            assert_eq!(
                server.reload_error().unwrap().to_string(),
                error.to_string()
            );
            let outcome = client.connect(&server, Some(&session), usize::MAX);
            assert!(
                outcome.error.is_none() && outcome.server.resumed(),
                "{name}"
            );
            let full = client.connect(&server, None, usize::MAX);
            assert!(full.server.clientcert().unwrap().verified(), "{name}");
            folder.put(name, &there);
            server.reload().unwrap();
            assert!(server.reload_error().is_none());
        }
    }
}

#[test]
fn every_problem_of_a_reload_is_told_at_once() {
    let (folder, options) = reloadable();
    let server = Acceptor::new(options).unwrap();
    folder.put("ca.pem", b"");
    folder.put("server.key", b"no key");
    std::fs::remove_file(folder.file("crl.pem")).unwrap();
    let error = server.reload().unwrap_err();
    let mut options: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| problem.context_value("option").unwrap())
        .collect();
    options.sort_unstable();
    assert_eq!(options, ["client_ca_file", "client_crl_file", "key"]);
}

#[test]
fn a_connection_in_flight_ends_under_the_policy_that_it_began_with() {
    for version in VERSIONS {
        let (folder, options) = reloadable();
        let server = Acceptor::new(options).unwrap();
        let client = Client::new(Some("good"), version);
        let mut caller = client.call(None, None);
        let mut before = server.connection().unwrap();
        let mut open = server.connection().unwrap();
        let mut opened = client.call(None, None);
        opened.talk(&mut open);
        before.feed(&caller.speak()).unwrap();
        assert_eq!(before.handshake().unwrap(), Progress::WantRead);
        folder.copy("ca.pem", "unknown-root.pem");
        folder.copy("crl.pem", "unknown-root.crl.pem");
        server.reload().unwrap();
        caller.hear(&before.take());
        caller.talk(&mut before);
        assert!(before.clientcert().unwrap().verified());
        // What was open still is, and carries data.
        assert!(matches!(open.write(b"still"), Ok(Progress::Done(5))));
        opened.hear(&open.take());
        let mut heard = [0; 4];
        assert_eq!(open.read(&mut heard).unwrap(), Progress::Done(4));
        assert_eq!(&heard, b"ping");
        let refused = client.connect(&server, None, usize::MAX).error.unwrap();
        let code = refused.clientcert().unwrap().verifycode();
        assert_eq!(code, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
    }
}

#[test]
fn a_folder_with_ten_thousand_junk_files_gives_the_ca_that_is_in_it() {
    let folder = Folder::new();
    for number in 0..10_000 {
        let content = format!("no certificate, but a note with the number {number}\n");
        std::fs::write(folder.file(&format!("{number:05}.txt")), content).unwrap();
    }
    folder.copy("05000.pem", "client-ca.pem");
    let options = server_with_folder(&folder);
    let begun = std::time::Instant::now();
    let server = Acceptor::new(options).unwrap();
    let took = begun.elapsed();
    println!("10,000 files: {took:?}");
    assert!(took.as_secs() < 30, "{took:?}");
    let warnings = server.warnings();
    assert!(warnings.len() <= 101, "{} warnings", warnings.len());
    assert!(
        warnings.last().unwrap().contains("9900 more"),
        "{:?}",
        warnings.last()
    );
    assert!(warnings[0].contains("00000.txt"));
    assert_verifies(&server);
}

fn server_with_folder(folder: &Folder) -> Options {
    let live = path("pki/live");
    Options::new()
        .set("certificate", live.join("server.pem"))
        .set("key", live.join("server.key"))
        .set("client_cert_mode", "require")
        .set("client_ca_path", folder.path())
}

fn assert_verifies(server: &Acceptor) {
    let outcome = Client::new(Some("good"), SslVersion::TLS1_3).connect(server, None, usize::MAX);
    assert!(outcome.server.clientcert().unwrap().verified());
}

#[test]
fn what_is_no_readable_file_in_a_folder_is_left_out_with_a_warning() {
    let folder = Folder::new();
    folder.copy("ca.pem", "client-ca.pem");
    folder.link("dangling.pem", &folder.file("nowhere.pem"));
    folder.link("loop.pem", &folder.file("loop.pem"));
    std::fs::create_dir(folder.file("folder.pem")).unwrap();
    std::fs::write(folder.file("folder.pem").join("other.pem"), b"").unwrap();
    let pipe = folder.file("pipe.pem");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    folder.link("zero.pem", "/dev/zero".as_ref());
    folder.copy("secret.pem", "rsa-ca.pem");
    let nobody = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(folder.file("secret.pem"), nobody).unwrap();
    // Whoever may read every file (root) reads that one, too.
    let readable = std::fs::read(folder.file("secret.pem")).is_ok();
    let server = Acceptor::new(server_with_folder(&folder)).unwrap();
    let warnings = server.warnings().join("\n");
    for (name, named) in [
        ("dangling.pem", true),
        ("loop.pem", true),
        ("secret.pem", !readable),
        ("pipe.pem", true),
        ("zero.pem", true),
        ("folder.pem", false),
        ("ca.pem: ", false),
    ] {
        assert_eq!(warnings.contains(name), named, "{name}: {warnings}");
    }
    assert_verifies(&server);
    server.reload().unwrap();
}

#[test]
fn a_folder_of_kubernetes_has_each_file_once_and_is_swapped_as_a_whole() {
    let folder = Folder::new();
    for (version, ca) in [
        ("..2026_1", "unknown-root.pem"),
        ("..2026_2", "client-ca.pem"),
    ] {
        std::fs::create_dir(folder.file(version)).unwrap();
        let content = live(ca);
        std::fs::write(folder.file(version).join("ca.crt"), content).unwrap();
    }
    folder.link("..data", "..2026_1".as_ref());
    folder.link("ca.crt", "..data/ca.crt".as_ref());
    let server = Acceptor::new(server_with_folder(&folder)).unwrap();
    assert_eq!(server.warnings(), Vec::<String>::new());
    let client = Client::new(Some("good"), SslVersion::TLS1_3);
    assert!(client.connect(&server, None, usize::MAX).error.is_some());
    folder.link("..data", "..2026_2".as_ref());
    server.reload().unwrap();
    assert_eq!(server.warnings(), Vec::<String>::new());
    assert_verifies(&server);
}

#[test]
fn a_folder_of_hashed_links_has_each_ca_once() {
    let folder = Folder::new();
    folder.copy("one.pem", "client-ca.pem");
    folder.copy("two.pem", "rsa-ca.pem");
    folder.copy("list.pem", "client-ca.crl.pem");
    for (ca, kind, target) in [
        ("client-ca.pem", "", "one.pem"),
        ("rsa-ca.pem", "", "two.pem"),
        ("client-ca.pem", "r", "list.pem"),
    ] {
        // As `openssl rehash` names them: the hash of the subject (or issuer), r for a CRL, a number.
        let pem = live(ca);
        let hash = openssl::x509::X509::from_pem(&pem)
            .unwrap()
            .subject_name_hash();
        folder.link(&format!("{hash:08x}.{kind}0"), target.as_ref());
    }
    let server = Acceptor::new(server_with_folder(&folder)).unwrap();
    assert_eq!(server.warnings(), Vec::<String>::new());
    assert_verifies(&server);
    // In TLS 1.2 the names of the CAs go over the wire as they are: each of them once.
    let mut connection = server.connection().unwrap();
    connection
        .feed(&Client::new(None, SslVersion::TLS1_2).hello())
        .unwrap();
    connection.handshake().unwrap();
    let sent = connection.take();
    for name in [&b"NaviServer Test Client CA"[..], b"NaviServer Test RSA CA"] {
        let times = sent
            .windows(name.len())
            .filter(|bytes| *bytes == name)
            .count();
        assert_eq!(times, 1);
    }
    let with_lists = server_with_folder(&folder).set("client_crl_path", folder.path());
    let server = Acceptor::new(with_lists).unwrap();
    let revoked = Client::new(Some("revoked"), SslVersion::TLS1_3);
    let error = revoked.connect(&server, None, usize::MAX).error.unwrap();
    assert_eq!(error.clientcert().unwrap().verifycode(), "CERT_REVOKED");
}
