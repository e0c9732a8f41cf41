//! What the development authority issues, judged by the `openssl` command.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of a test fails the test by a panic"
)]

use peercert::issue::{self, Authority, Issuer, KeyKind, Purpose, Reason, Spec, Subject};
use peercert::Code;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("peercert-issue-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Runs `openssl` without any configuration: whether it succeeded, and all it said.
fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .args(arguments)
        .env("OPENSSL_CONF", "/dev/null")
        .output()
        .expect("the openssl command is needed for these tests");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn says(arguments: &[&str]) -> String {
    let (good, text) = openssl(arguments);
    assert!(good, "openssl {arguments:?}: {text}");
    text
}

fn s(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn cn(name: &str) -> Option<Subject> {
    Some(Subject::from_attributes([("CN", name)]).unwrap())
}

fn named(name: &str) -> Spec {
    Spec {
        subject: cn(name),
        ..Spec::default()
    }
}

fn server() -> Spec {
    Spec {
        dns: vec!["localhost".into()],
        ip: vec!["127.0.0.1".into(), "::1".into()],
        ..Spec::default()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn every_kind_of_key_makes_a_chain_that_openssl_verifies() {
    for (word, kind) in KeyKind::ALL {
        let folder = Folder::new();
        let with = |spec: Spec| Spec { key: *kind, ..spec };
        let root = Authority::create(folder.join("pki"), &with(named("root"))).unwrap();
        let middle = root.intermediate(&with(named("middle"))).unwrap();
        let server = middle.server(&with(server())).unwrap();
        let client = middle.client(&with(named("alice"))).unwrap();
        for (leaf, purpose, other) in [
            (&server, "sslserver", "sslclient"),
            (&client, "sslclient", "sslserver"),
        ] {
            let ca = root.certificate_file();
            let file = s(&leaf.file);
            let verify = |purpose: &str| {
                openssl(&[
                    "verify",
                    "-x509_strict",
                    "-purpose",
                    purpose,
                    "-CAfile",
                    s(&ca),
                    "-untrusted",
                    file,
                    file,
                ])
            };
            assert!(verify(purpose).0, "{word}: {}", verify(purpose).1);
            assert!(!verify(other).0, "{word}: {purpose} passes as {other}");
            let key = says(&["pkey", "-in", s(leaf.key.as_ref().unwrap()), "-pubout"]);
            assert_eq!(
                key,
                says(&["x509", "-in", file, "-noout", "-pubkey"]),
                "{word}"
            );
        }
    }
}

#[test]
fn an_authority_has_critical_constraints_key_ids_and_a_positive_serial_of_20_bytes() {
    let ca = Issuer::root(&Spec {
        path_length: Some(1),
        ..named("root")
    })
    .unwrap();
    let folder = Folder::new();
    let file = folder.write("ca.pem", ca.certificate_pem());
    let text = says(&["x509", "-in", s(&file), "-noout", "-text"]);
    for line in [
        "Version: 3 (0x2)",
        "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:1",
        "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let serial = ca.serial();
    assert_eq!(serial.len(), 40);
    assert!(u8::from_str_radix(&serial[..2], 16).unwrap() < 0x80);
    assert_ne!(serial, Issuer::root(&named("root")).unwrap().serial());
}

#[test]
fn every_kind_of_name_stands_in_the_certificate() {
    let folder = Folder::new();
    let ca = Issuer::root(&Spec::default()).unwrap();
    let spec = Spec {
        subject: Some(Subject::parse(r"C=DE,O=Ex\, Inc,CN=Jörg").unwrap()),
        dns: vec!["*.example.com".into()],
        email: vec!["a@example.com".into()],
        uri: vec!["spiffe://example.org/a".into()],
        ip: vec!["10.0.0.1".into(), "2001:db8::1".into()],
        upn: vec!["jörg@corp".into()],
        ..Spec::default()
    };
    let issued = ca.issue(Purpose::Client, &spec).unwrap();
    let file = folder.write("a.pem", &issued.certificate_pem);
    let subject = says(&[
        "x509",
        "-in",
        s(&file),
        "-noout",
        "-subject",
        "-nameopt",
        "oneline,-esc_msb,utf8",
    ]);
    assert_eq!(subject.trim(), "subject=C = DE, O = \"Ex, Inc\", CN = Jörg");
    let names = says(&["x509", "-in", s(&file), "-noout", "-ext", "subjectAltName"]);
    for name in [
        "DNS:*.example.com",
        "email:a@example.com",
        "URI:spiffe://example.org/a",
        "IP Address:10.0.0.1",
        "IP Address:2001:DB8:0:0:0:0:0:1",
        "othername: UPN::jörg@corp",
    ] {
        assert!(names.contains(name), "{name}\n{names}");
    }
}

#[test]
fn a_certificate_without_a_subject_has_its_names_marked_critical() {
    let folder = Folder::new();
    let ca = Issuer::root(&Spec::default()).unwrap();
    let spec = Spec {
        subject: Some(Subject::default()),
        email: vec!["a@example.com".into()],
        ..Spec::default()
    };
    let file = folder.write(
        "a.pem",
        ca.issue(Purpose::Client, &spec).unwrap().certificate_pem,
    );
    let text = says(&["x509", "-in", s(&file), "-noout", "-ext", "subjectAltName"]);
    assert!(text.contains("critical"), "{text}");
}

#[test]
fn usages_that_are_asked_for_take_the_place_of_the_defaults() {
    let folder = Folder::new();
    let ca = Issuer::root(&Spec::default()).unwrap();
    let spec = Spec {
        key_usage: vec!["digitalSignature".into(), "keyAgreement".into()],
        extended_key_usage: vec!["clientAuth".into(), "1.3.6.1.4.1.311.20.2.2".into()],
        ..named("a")
    };
    let file = folder.write(
        "a.pem",
        ca.issue(Purpose::Client, &spec).unwrap().certificate_pem,
    );
    let text = says(&[
        "x509",
        "-in",
        s(&file),
        "-noout",
        "-ext",
        "keyUsage,extendedKeyUsage",
    ]);
    assert!(
        text.contains("Digital Signature, Key Agreement\n"),
        "{text}"
    );
    assert!(
        text.contains("TLS Web Client Authentication, Microsoft Smartcard Login"),
        "{text}"
    );
}

#[test]
fn times_are_those_that_were_asked_for() {
    let folder = Folder::new();
    let ca = Issuer::root(&Spec {
        not_before: Some(issue::time("1949-01-01").unwrap()),
        not_after: Some(issue::time("2060-01-01").unwrap()),
        ..Spec::default()
    })
    .unwrap();
    let spec = Spec {
        not_before: Some(issue::time("2020-02-29T12:00:00Z").unwrap()),
        days: Some(1),
        ..named("old")
    };
    let root = folder.write("ca.pem", ca.certificate_pem());
    let dates = |path: &Path| says(&["x509", "-in", s(path), "-noout", "-dates"]);
    assert_eq!(
        dates(&root),
        "notBefore=Jan  1 00:00:00 1949 GMT\nnotAfter=Jan  1 00:00:00 2060 GMT\n"
    );
    let file = folder.write(
        "a.pem",
        ca.issue(Purpose::Client, &spec).unwrap().certificate_pem,
    );
    assert_eq!(
        dates(&file),
        "notBefore=Feb 29 12:00:00 2020 GMT\nnotAfter=Mar  1 12:00:00 2020 GMT\n"
    );
    let (good, text) = openssl(&["verify", "-CAfile", s(&root), s(&file)]);
    assert!(!good && text.contains("certificate has expired"), "{text}");
}

#[test]
fn a_default_end_gives_way_to_the_issuers_and_an_asked_one_is_refused() {
    let ca = Issuer::root(&Spec {
        days: Some(10),
        ..Spec::default()
    })
    .unwrap();
    assert_eq!(
        ca.issue(Purpose::Client, &named("a")).unwrap().not_after,
        ca.not_after()
    );
    let error = ca
        .issue(
            Purpose::Client,
            &Spec {
                days: Some(11),
                ..named("a")
            },
        )
        .unwrap_err();
    assert_eq!(
        (error.code(), error.context_value("option")),
        (Code::CannotIssue, Some("days"))
    );
}

#[test]
fn the_path_length_is_kept() {
    let none = Issuer::root(&Spec {
        path_length: Some(0),
        ..Spec::default()
    })
    .unwrap();
    assert_eq!(
        none.intermediate(&Spec::default()).err().unwrap().code(),
        Code::CannotIssue
    );
    let two = Issuer::root(&Spec {
        path_length: Some(2),
        ..Spec::default()
    })
    .unwrap();
    assert!(two
        .intermediate(&Spec {
            path_length: Some(2),
            ..Spec::default()
        })
        .is_err());
    let one = two.intermediate(&Spec::default()).unwrap();
    let zero = one.intermediate(&named("zero")).unwrap();
    // The default name is that of its issuer.
    let error = one.intermediate(&Spec::default()).err().unwrap();
    assert_eq!(error.context_value("option"), Some("subject"));
    let error = zero.intermediate(&named("below")).err().unwrap();
    assert_eq!(error.context_value("option"), Some("path_length"));
    assert_eq!(
        zero.issue(Purpose::Client, &named("a"))
            .unwrap()
            .chain
            .len(),
        2
    );
}

#[test]
fn a_request_of_a_cn_and_an_e_mail_keeps_its_e_mail() {
    let folder = Folder::new();
    let spec = Spec {
        email: vec!["alice@example.com".into()],
        ..named("alice")
    };
    let asked = issue::request_files(folder.join("asked"), &spec).unwrap();
    assert_eq!(mode(asked.key.as_ref().unwrap()), 0o600);
    says(&["req", "-verify", "-in", s(&asked.file), "-noout"]);
    let ca = Authority::create(folder.join("pki"), &Spec::default()).unwrap();
    let signed = ca
        .sign(
            &fs::read(&asked.file).unwrap(),
            Purpose::Client,
            &Spec::default(),
        )
        .unwrap();
    assert!(signed.key.is_none());
    says(&[
        "verify",
        "-purpose",
        "sslclient",
        "-CAfile",
        s(&ca.certificate_file()),
        s(&signed.file),
    ]);
    let text = says(&[
        "x509",
        "-in",
        s(&signed.file),
        "-noout",
        "-subject",
        "-ext",
        "subjectAltName",
    ]);
    assert!(
        text.contains("CN = alice") && text.contains("email:alice@example.com"),
        "{text}"
    );
}

#[test]
fn a_request_made_by_openssl_is_signed_and_gets_no_authority_of_its_own() {
    let folder = Folder::new();
    let (csr, key) = (folder.join("a.csr"), folder.join("a.key"));
    says(&[
        "req",
        "-new",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-384",
        "-nodes",
        "-keyout",
        s(&key),
        "-out",
        s(&csr),
        "-subj",
        "/O=Example/CN=eve",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=keyCertSign",
        "-addext",
        "subjectAltName=DNS:eve.example.com,IP:::1,otherName:msUPN;UTF8:eve@corp",
    ]);
    let ca = Issuer::root(&Spec::default()).unwrap();
    let issued = ca
        .sign(&fs::read(&csr).unwrap(), Purpose::Server, &Spec::default())
        .unwrap();
    let file = folder.write("a.pem", &issued.certificate_pem);
    let text = says(&["x509", "-in", s(&file), "-noout", "-text"]);
    for line in [
        "CA:FALSE",
        "Digital Signature\n",
        "Subject: O = Example, CN = eve",
        "DNS:eve.example.com",
        "UPN::eve@corp",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("Certificate Sign"), "{text}");
    // The authority's own words stand above those of the request.
    let spec = Spec {
        dns: vec!["other.example.com".into()],
        ..named("other")
    };
    let issued = ca
        .sign(&fs::read(&csr).unwrap(), Purpose::Server, &spec)
        .unwrap();
    let text = says(&[
        "x509",
        "-in",
        s(&folder.write("b.pem", &issued.certificate_pem)),
        "-noout",
        "-text",
    ]);
    assert!(
        text.contains("Subject: CN = other")
            && !text.contains("eve.example.com")
            && !text.contains("eve@"),
        "{text}"
    );
}

#[test]
fn a_bad_request_is_refused() {
    let folder = Folder::new();
    let ca = Issuer::root(&Spec::default()).unwrap();
    let code = |data: &[u8]| {
        ca.sign(data, Purpose::Client, &Spec::default())
            .unwrap_err()
            .code()
    };
    assert_eq!(code(b""), Code::BadRequest);
    assert_eq!(
        code(b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"),
        Code::BadRequest
    );
    assert_eq!(code(&vec![0x30; (1 << 20) + 1]), Code::BadRequest);
    let made = issue::request(&named("alice")).unwrap();
    let pem = folder.write("a.csr", made.request_pem);
    let der = folder.join("a.der");
    says(&["req", "-in", s(&pem), "-outform", "DER", "-out", s(&der)]);
    let good = fs::read(&der).unwrap();
    assert!(ca.sign(&good, Purpose::Client, &Spec::default()).is_ok());
    // Another subject under the same signature.
    let at = good.windows(5).position(|w| w == b"alice").unwrap();
    let mut forged = good.clone();
    forged[at..at + 5].copy_from_slice(b"admin");
    assert_eq!(code(&forged), Code::BadRequest);
    for cut in 0..good.len() {
        assert_eq!(code(&good[..cut]), Code::BadRequest, "cut at {cut}");
    }
    let (weak, key) = (folder.join("weak.csr"), folder.join("weak.key"));
    says(&[
        "req",
        "-new",
        "-newkey",
        "rsa:1024",
        "-nodes",
        "-keyout",
        s(&key),
        "-out",
        s(&weak),
        "-subj",
        "/CN=weak",
    ]);
    assert_eq!(code(&fs::read(&weak).unwrap()), Code::BadRequest);
    let odd = folder.join("odd.csr");
    says(&[
        "req",
        "-new",
        "-key",
        s(&folder.write("k", issue::request(&named("x")).unwrap().key_pem)),
        "-out",
        s(&odd),
        "-subj",
        "/CN=odd",
        "-addext",
        "subjectAltName=RID:1.2.3",
    ]);
    assert_eq!(code(&fs::read(&odd).unwrap()), Code::BadRequest);
}

#[test]
fn a_revoked_certificate_fails_with_the_new_crl_and_the_number_counts_up() {
    let folder = Folder::new();
    let ca = Authority::create(folder.join("pki"), &Spec::default()).unwrap();
    let (alice, bob) = (
        ca.client(&named("alice")).unwrap(),
        ca.client(&named("bob")).unwrap(),
    );
    let verify = |file: &Path| {
        let crl = ca.folder().join("crl.pem");
        openssl(&[
            "verify",
            "-crl_check",
            "-CAfile",
            s(&ca.certificate_file()),
            "-CRLfile",
            s(&crl),
            s(file),
        ])
    };
    let number = |path: &Path| {
        says(&["crl", "-in", s(path), "-noout", "-crlnumber"])
            .trim()
            .to_owned()
    };
    let crl = ca.crl(30).unwrap();
    let says_ok = says(&[
        "crl",
        "-in",
        s(&crl),
        "-noout",
        "-CAfile",
        s(&ca.certificate_file()),
    ]);
    assert!(says_ok.contains("verify OK"), "{says_ok}");
    assert!(
        number(&crl).ends_with("0x01") || number(&crl).ends_with("=01"),
        "{}",
        number(&crl)
    );
    assert!(verify(&alice.file).0 && verify(&bob.file).0);
    ca.revoke(&fs::read(&alice.file).unwrap(), Reason::KeyCompromise)
        .unwrap();
    // A new process finds what the old one wrote.
    let ca = Authority::open(folder.join("pki"), None).unwrap();
    ca.revoke_serial(&bob.serial.to_lowercase(), Reason::Unspecified)
        .unwrap();
    let crl = ca.crl(30).unwrap();
    assert!(number(&crl).ends_with('2'), "{}", number(&crl));
    for file in [&alice.file, &bob.file] {
        let (good, text) = verify(file);
        assert!(!good && text.contains("certificate revoked"), "{text}");
    }
    let text = says(&["crl", "-in", s(&crl), "-noout", "-text"]);
    assert!(
        text.contains("Key Compromise")
            && text.contains(&alice.serial)
            && text.contains(&bob.serial),
        "{text}"
    );
    assert!(
        text.contains("Version 2 (0x1)") && text.contains("Authority Key Identifier"),
        "{text}"
    );
}

#[test]
fn what_is_not_this_authoritys_cannot_be_revoked() {
    let folder = Folder::new();
    let ca = Authority::create(folder.join("a"), &Spec::default()).unwrap();
    let other = Authority::create(folder.join("b"), &Spec::default()).unwrap();
    let alice = other.client(&named("alice")).unwrap();
    let data = fs::read(&alice.file).unwrap();
    assert_eq!(
        ca.revoke(&data, Reason::Unspecified).unwrap_err().code(),
        Code::CannotIssue
    );
    assert_eq!(
        ca.revoke_serial(&alice.serial, Reason::Unspecified)
            .unwrap_err()
            .code(),
        Code::CannotIssue
    );
    assert_eq!(
        ca.revoke_serial("xyz", Reason::Unspecified)
            .unwrap_err()
            .code(),
        Code::CannotIssue
    );
    assert_eq!(
        ca.revoke(b"garbage", Reason::Unspecified)
            .unwrap_err()
            .code(),
        Code::NotACertificate
    );
    other.revoke(&data, Reason::Superseded).unwrap();
    assert_eq!(
        other.revoke(&data, Reason::Superseded).unwrap_err().code(),
        Code::CannotIssue
    );
}

#[test]
fn bundles_open_in_openssl_without_its_legacy_provider() {
    for kind in [KeyKind::EcP256, KeyKind::Rsa2048, KeyKind::Ed25519] {
        let folder = Folder::new();
        let root = Authority::create(folder.join("pki"), &Spec::default()).unwrap();
        let ca = root.intermediate(&named("middle")).unwrap();
        let modern = ca
            .client(&Spec {
                key: kind,
                ..named("modern")
            })
            .unwrap();
        ca.client(&Spec {
            key: kind,
            password: Some("of the key".into()),
            ..named("legacy")
        })
        .unwrap();
        let info = |path: &Path, password: &str| {
            openssl(&[
                "pkcs12",
                "-info",
                "-in",
                s(path),
                "-passin",
                &format!("pass:{password}"),
                "-nodes",
            ])
        };
        let path = ca.pkcs12("modern", None, "geheim ö", false).unwrap();
        assert_eq!(mode(&path), 0o600);
        let (good, text) = info(&path, "geheim ö");
        assert!(good, "{text}");
        for word in [
            "PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256",
            "MAC: sha256",
            "CN = middle",
            "friendlyName: modern",
        ] {
            assert!(text.contains(word), "{word}\n{text}");
        }
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 2, "{text}");
        let key = fs::read_to_string(modern.key.unwrap()).unwrap();
        assert!(
            text.contains(key.trim()),
            "the key in the bundle is another one"
        );
        assert!(!info(&path, "wrong").0);

        let path = ca
            .pkcs12("legacy", Some("of the key"), "geheim", true)
            .unwrap();
        let (good, text) = info(&path, "geheim");
        assert!(good, "{text}");
        assert_eq!(
            text.matches("pbeWithSHA1And3-KeyTripleDES-CBC").count(),
            2,
            "{text}"
        );
        assert!(
            text.contains("MAC: sha1") && !text.contains("RC2"),
            "{text}"
        );
    }
}

#[test]
fn the_tls_library_that_is_built_in_opens_both_forms_of_bundle() {
    let ca = Issuer::root(&Spec::default()).unwrap();
    let alice = ca.issue(Purpose::Client, &named("alice")).unwrap();
    let key = alice.key_pem.clone().unwrap();
    for legacy in [false, true] {
        let der = issue::pkcs12(&alice.chain_pem(), &key, None, "alice", "geheim", legacy).unwrap();
        let parsed = openssl::pkcs12::Pkcs12::from_der(&der)
            .unwrap()
            .parse2("geheim")
            .unwrap();
        assert_eq!(
            parsed.cert.unwrap().to_pem().unwrap(),
            alice.certificate_pem.as_bytes(),
            "legacy: {legacy}"
        );
        assert!(parsed.pkey.is_some());
    }
}

#[test]
fn a_bundle_needs_a_password_and_the_right_key() {
    let ca = Issuer::root(&Spec::default()).unwrap();
    let make = |spec: &Spec| ca.issue(Purpose::Client, spec).unwrap();
    let (alice, bob) = (
        make(&named("alice")),
        make(&Spec {
            password: Some("x".into()),
            ..named("bob")
        }),
    );
    let key = alice.key_pem.clone().unwrap();
    let code = |chain: &str, key: &str, key_password: Option<&str>, name: &str, password: &str| {
        issue::pkcs12(chain, key, key_password, name, password, false)
            .unwrap_err()
            .code()
    };
    let chain = alice.chain_pem();
    assert_eq!(code(&chain, &key, None, "a", ""), Code::CannotIssue);
    assert_eq!(code(&chain, &key, None, "a", "a\nb"), Code::CannotIssue);
    assert_eq!(code(&chain, &key, None, "", "p"), Code::CannotIssue);
    assert_eq!(code("", &key, None, "a", "p"), Code::NotACertificate);
    assert_eq!(code(&chain, "", None, "a", "p"), Code::KeyUnreadable);
    assert_eq!(
        code(&bob.chain_pem(), &key, None, "a", "p"),
        Code::CannotIssue
    );
    let locked = bob.key_pem.clone().unwrap();
    assert_eq!(
        code(&bob.chain_pem(), &locked, None, "a", "p"),
        Code::KeyUnreadable
    );
    assert_eq!(
        code(&bob.chain_pem(), &locked, Some("y"), "a", "p"),
        Code::KeyUnreadable
    );
}

#[test]
fn an_encrypted_authority_opens_with_its_password_only() {
    let folder = Folder::new();
    let spec = Spec {
        password: Some("geheim".into()),
        ..Spec::default()
    };
    Authority::create(folder.join("pki"), &spec).unwrap();
    assert!(fs::read_to_string(folder.join("pki/ca.key"))
        .unwrap()
        .contains("ENCRYPTED"));
    let form = says(&["asn1parse", "-in", s(&folder.join("pki/ca.key"))]);
    assert!(
        form.contains("PBES2") && form.contains("aes-256-cbc"),
        "{form}"
    );
    for wrong in [None, Some("x"), Some("")] {
        let error = Authority::open(folder.join("pki"), wrong).err().unwrap();
        assert_eq!(error.code(), Code::KeyUnreadable);
        assert!(!error.message().contains("geheim"));
    }
    let ca = Authority::open(folder.join("pki"), Some("geheim")).unwrap();
    ca.client(&named("alice")).unwrap();
    let empty = Spec {
        password: Some(String::new()),
        ..Spec::default()
    };
    assert_eq!(
        Authority::create(folder.join("b"), &empty)
            .err()
            .unwrap()
            .code(),
        Code::CannotIssue
    );
}

#[test]
fn keys_are_for_their_owner_and_nothing_is_overwritten() {
    let folder = Folder::new();
    let ca = Authority::create(folder.join("pki"), &Spec::default()).unwrap();
    let alice = ca.client(&named("alice")).unwrap();
    assert_eq!(mode(&folder.join("pki")), 0o700);
    assert_eq!(mode(&folder.join("pki/ca.key")), 0o600);
    assert_eq!(mode(alice.key.as_ref().unwrap()), 0o600);
    ca.pkcs12("alice", None, "p", false).unwrap();
    let snapshot = || {
        let mut files: Vec<_> = fs::read_dir(folder.join("pki"))
            .unwrap()
            .map(|e| e.unwrap().path())
            .map(|p| (p.clone(), fs::read(p).unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = snapshot();
    assert_eq!(
        Authority::create(folder.join("pki"), &Spec::default())
            .err()
            .unwrap()
            .code(),
        Code::FileExists
    );
    let error = ca.client(&named("alice")).unwrap_err();
    assert_eq!(error.code(), Code::FileExists);
    assert!(error.context_value("path").unwrap().ends_with("alice.key"));
    assert_eq!(
        ca.pkcs12("alice", None, "p", false).unwrap_err().code(),
        Code::FileExists
    );
    // A certificate in the way: the key that was made for it does not stay behind.
    fs::write(folder.join("pki/bob.pem"), "x").unwrap();
    assert_eq!(
        ca.client(&named("bob")).unwrap_err().code(),
        Code::FileExists
    );
    fs::remove_file(folder.join("pki/bob.pem")).unwrap();
    assert_eq!(snapshot(), before);
    assert_eq!(
        Authority::open(folder.join("none"), None)
            .err()
            .unwrap()
            .code(),
        Code::File
    );
}

#[test]
fn a_name_cannot_leave_the_folder_or_take_the_authoritys_files() {
    let folder = Folder::new();
    let ca = Authority::create(folder.join("pki"), &Spec::default()).unwrap();
    for bad in [
        "../x", "a/b", "", ".", "..", "-x", "ca", "CRL", "chain", "a\0b", "ä",
    ] {
        let spec = Spec {
            name: Some(bad.into()),
            ..named("a")
        };
        assert_eq!(
            ca.client(&spec).unwrap_err().code(),
            Code::CannotIssue,
            "{bad:?}"
        );
        assert_eq!(
            ca.pkcs12(bad, None, "p", false).unwrap_err().code(),
            Code::CannotIssue,
            "{bad:?}"
        );
    }
    let made = ca.client(&named("a/b c")).unwrap();
    assert_eq!(made.name, "a_b_c");
}

#[test]
fn every_field_that_cannot_be_is_named_by_its_error() {
    let ca = Issuer::root(&Spec::default()).unwrap();
    let list = |text: &str| vec![text.to_owned()];
    let bad: Vec<(&str, Spec)> = vec![
        ("subject", Spec::default()),
        (
            "days",
            Spec {
                days: Some(0),
                ..named("a")
            },
        ),
        (
            "days",
            Spec {
                days: Some(-1),
                ..named("a")
            },
        ),
        (
            "days",
            Spec {
                days: Some(i64::MAX),
                ..named("a")
            },
        ),
        (
            "days",
            Spec {
                days: Some(1),
                not_after: Some(1),
                ..named("a")
            },
        ),
        (
            "not_after",
            Spec {
                not_before: Some(10),
                not_after: Some(10),
                ..named("a")
            },
        ),
        (
            "not_after",
            Spec {
                not_before: Some(i64::MIN),
                not_after: Some(10),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list(""),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("a b"),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("a\0.b"),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("a.*.b"),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("127.0.0.1"),
                ..named("a")
            },
        ),
        (
            "dns",
            Spec {
                dns: list("münchen.de"),
                ..named("a")
            },
        ),
        (
            "email",
            Spec {
                email: list("alice"),
                ..named("a")
            },
        ),
        (
            "email",
            Spec {
                email: list("a@b@c"),
                ..named("a")
            },
        ),
        (
            "email",
            Spec {
                email: list("a@b\n"),
                ..named("a")
            },
        ),
        (
            "uri",
            Spec {
                uri: list("no-scheme"),
                ..named("a")
            },
        ),
        (
            "uri",
            Spec {
                uri: list("x:"),
                ..named("a")
            },
        ),
        (
            "uri",
            Spec {
                uri: list("http://a b"),
                ..named("a")
            },
        ),
        (
            "ip",
            Spec {
                ip: list("1.2.3"),
                ..named("a")
            },
        ),
        (
            "upn",
            Spec {
                upn: list("alice"),
                ..named("a")
            },
        ),
        (
            "key_usage",
            Spec {
                key_usage: list("flying"),
                ..named("a")
            },
        ),
        (
            "key_usage",
            Spec {
                key_usage: list("keyCertSign"),
                ..named("a")
            },
        ),
        (
            "extended_key_usage",
            Spec {
                extended_key_usage: list("flying"),
                ..named("a")
            },
        ),
        (
            "path_length",
            Spec {
                path_length: Some(0),
                ..named("a")
            },
        ),
        (
            "password",
            Spec {
                password: Some(String::new()),
                ..named("a")
            },
        ),
    ];
    for (option, spec) in bad {
        let error = ca.issue(Purpose::Client, &spec).unwrap_err();
        assert_eq!(
            (error.code(), error.context_value("option")),
            (Code::CannotIssue, Some(option)),
            "{error}"
        );
    }
    assert_eq!(
        ca.issue(Purpose::Server, &named("a"))
            .unwrap_err()
            .context_value("option"),
        Some("dns")
    );
    assert_eq!(
        KeyKind::parse("rsa512").unwrap_err().code(),
        Code::CannotIssue
    );
    assert_eq!(KeyKind::parse("RSA-4096").unwrap(), KeyKind::Rsa4096);
}

#[test]
fn an_authority_from_pem_must_be_one_and_own_its_key() {
    let (a, b) = (
        Issuer::root(&Spec::default()).unwrap(),
        Issuer::root(&Spec::default()).unwrap(),
    );
    let leaf = a.issue(Purpose::Client, &named("x")).unwrap();
    let key = a.key_pem(None).unwrap();
    let code = |certificate: &str, key: &str| {
        Issuer::from_pem(certificate, key, None, "")
            .err()
            .unwrap()
            .code()
    };
    assert_eq!(code(&b.certificate_pem(), &key), Code::CannotIssue);
    assert_eq!(
        code(&leaf.certificate_pem, leaf.key_pem.as_ref().unwrap()),
        Code::CannotIssue
    );
    assert_eq!(code("", &key), Code::CannotIssue);
    assert!(Issuer::from_pem(&a.certificate_pem(), &key, None, "").is_ok());
}

#[test]
fn an_intermediate_opens_again_and_sends_itself_once() {
    let folder = Folder::new();
    let root = Authority::create(folder.join("pki"), &Spec::default()).unwrap();
    let first = root.intermediate(&named("first")).unwrap();
    first.intermediate(&named("second")).unwrap();
    let second = Authority::open(folder.join("pki/intermediate/intermediate"), None).unwrap();
    let alice = second.client(&named("alice")).unwrap();
    let pem = fs::read_to_string(&alice.file).unwrap();
    assert_eq!(pem.matches("BEGIN CERTIFICATE").count(), 3);
    says(&[
        "verify",
        "-x509_strict",
        "-CAfile",
        s(&root.certificate_file()),
        "-untrusted",
        s(&alice.file),
        s(&alice.file),
    ]);
    // An intermediate can be revoked like a leaf.
    root.revoke_serial(&first.issuer().serial(), Reason::CaCompromise)
        .unwrap();
}

#[test]
fn the_development_pki_has_one_good_client_and_two_that_must_be_refused() {
    let folder = Folder::new();
    let pki = issue::development(folder.join("pki"), "geheim", false).unwrap();
    let verify = |ca: &Path, purpose: &str, file: &Path| {
        openssl(&[
            "verify",
            "-purpose",
            purpose,
            "-CAfile",
            s(ca),
            "-untrusted",
            s(file),
            s(file),
        ])
    };
    let host = ["-verify_hostname", "localhost"];
    says(&[
        "verify",
        "-purpose",
        "sslserver",
        host[0],
        host[1],
        "-CAfile",
        s(&pki.server_ca),
        s(&pki.server_certificate),
    ]);
    says(&[
        "verify",
        "-verify_ip",
        "::1",
        "-CAfile",
        s(&pki.server_ca),
        s(&pki.server_certificate),
    ]);
    assert!(verify(&pki.client_ca, "sslclient", &pki.client.0).0);
    assert!(!verify(&pki.server_ca, "sslclient", &pki.client.0).0);
    let (good, text) = verify(&pki.client_ca, "sslclient", &pki.expired.0);
    assert!(!good && text.contains("certificate has expired"), "{text}");
    assert!(!verify(&pki.client_ca, "sslclient", &pki.unknown.0).0);
    says(&[
        "pkcs12",
        "-in",
        s(&pki.client_pkcs12),
        "-passin",
        "pass:geheim",
        "-nodes",
    ]);
    for key in [
        &pki.server_key,
        &pki.client.1,
        &pki.expired.1,
        &pki.unknown.1,
    ] {
        assert_eq!(mode(key), 0o600);
    }
    let again = issue::development(folder.join("pki"), "geheim", false).unwrap_err();
    assert_eq!(again.code(), Code::FileExists);
    assert_eq!(
        issue::development(folder.join("b"), "", false)
            .unwrap_err()
            .code(),
        Code::CannotIssue
    );
    assert!(!folder.join("b").exists());
}
