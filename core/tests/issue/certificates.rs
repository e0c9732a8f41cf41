//! What stands in issued certificates: keys, constraints, names, usages, times.

use crate::scene::{named, openssl, s, says, server, Folder};
use peercert::issue::{self, Authority, Issuer, KeyKind, Purpose, Spec, Subject};
use peercert::Code;
use std::path::Path;

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
