//! Requests: made, signed, and refused.

use crate::scene::{mode, named, s, says, Folder};
use peercert::issue::{self, Authority, Issuer, Purpose, Spec};
use peercert::Code;
use std::fs;

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
