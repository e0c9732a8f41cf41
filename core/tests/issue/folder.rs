//! The authority's folder: who may read it, what is never overwritten, how it opens again.

use crate::scene::{mode, named, openssl, s, says, Folder};
use peercert::issue::{self, Authority, Issuer, Purpose, Reason, Spec};
use peercert::Code;
use std::fs;
use std::path::Path;

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
