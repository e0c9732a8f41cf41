//! PKCS#12, modern and legacy.

use crate::scene::{mode, named, openssl, s, Folder};
use peercert::issue::{self, Authority, Issuer, KeyKind, Purpose, Spec};
use peercert::Code;
use std::fs;
use std::path::Path;

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
            text.contains("MAC: sha1") && !text.contains("RC2-CBC"),
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
