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

/// The serial or CRL number of every line of an event, which its letter names.
fn recorded(folder: &Path, letter: &str) -> Vec<String> {
    let index = fs::read_to_string(folder.join("index.txt")).unwrap();
    index
        .lines()
        .map(|line| line.split('\t'))
        .filter_map(|mut fields| (fields.next()? == letter).then(|| fields.nth(1))?)
        .map(str::to_owned)
        .collect()
}

#[test]
fn who_works_on_one_folder_at_once_uses_no_number_twice_and_revokes_once() {
    const EACH: usize = 5;
    let folder = Folder::new();
    let pki = folder.join("pki");
    let ca = Authority::create(&pki, &Spec::default()).unwrap();
    let alice = ca.client(&named("alice")).unwrap();
    let revocations = std::thread::scope(|scope| {
        let work = |number: usize| {
            let (pki, serial) = (&pki, &alice.serial);
            move || {
                let ca = Authority::open(pki, None).unwrap();
                let revoked = ca.revoke_serial(serial, Reason::Superseded).is_ok();
                for round in 0..EACH {
                    ca.crl(30).unwrap();
                    ca.client(&named(&format!("client-{number}-{round}")))
                        .unwrap();
                }
                usize::from(revoked)
            }
        };
        let threads: Vec<_> = (0..4).map(|number| scope.spawn(work(number))).collect();
        let each = threads.into_iter().map(|thread| thread.join().unwrap());
        each.sum::<usize>()
    });
    assert_eq!(revocations, 1);
    assert_eq!(recorded(&pki, "R"), [alice.serial]);
    let numbers: Vec<String> = (1..=4 * EACH).map(|number| number.to_string()).collect();
    assert_eq!(recorded(&pki, "C"), numbers);
    assert_eq!(recorded(&pki, "V").len(), 1 + 4 * EACH);
    let last = says(&[
        "crl",
        "-in",
        s(&pki.join("crl.pem")),
        "-noout",
        "-crlnumber",
    ]);
    assert!(last.trim().ends_with("14"), "hexadecimal, of 20: {last}");
}
