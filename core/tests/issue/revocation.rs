//! Revocation and CRLs.

use crate::scene::{named, openssl, s, says, Folder};
use peercert::issue::{Authority, Reason, Spec};
use peercert::Code;
use std::fs;
use std::path::Path;

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
