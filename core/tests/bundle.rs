//! Files of certificates: which are read, in which order, and with which code the others are refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use openssl::pkcs12::Pkcs12;
use openssl::pkey::PKey;
use openssl::stack::Stack;
use openssl::x509::X509;
use peercert::{certinfo, certinfo_file, certinfos, Certificate, Code};
use std::fs;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/pki")).join(name)
}

fn file(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap()
}

fn subjects(certificates: &[Certificate]) -> Vec<&str> {
    certificates.iter().map(Certificate::subject).collect()
}

fn code(data: &[u8]) -> Code {
    certinfo(data).unwrap_err().code()
}

#[test]
fn der_and_pem_are_told_apart_by_content() {
    let der = certinfo(&file("files/client-ca.der")).unwrap();
    let pem = certinfo(der.pem().as_bytes()).unwrap();
    assert_eq!(der.json(), pem.json());
    let mut noisy = b"Subject: somebody\n\n".to_vec();
    noisy.extend_from_slice(der.pem().replace('\n', "\r\n").as_bytes());
    assert_eq!(certinfo(&noisy).unwrap().der(), der.der());
}

#[test]
fn what_is_no_certificate_is_refused_with_its_code() {
    assert_eq!(code(b""), Code::CertificateEmpty);
    assert_eq!(code(&vec![b' '; (1 << 20) + 1]), Code::CertificateTooLarge);
    for name in [
        "garbage.pem",
        "text.pem",
        "truncated.pem",
        "bad-base64.pem",
        "damaged.pem",
        "only-key.pem",
    ] {
        assert_eq!(
            code(&file(&format!("files/{name}"))),
            Code::NotACertificate,
            "{name}"
        );
    }
}

#[test]
fn a_file_error_names_the_path() {
    let error = certinfo_file(path("files/absent.pem")).unwrap_err();
    assert_eq!(error.code(), Code::File);
    assert!(error.context_value("path").unwrap().ends_with("absent.pem"));
    let error = certinfo_file(path("files/garbage.pem")).unwrap_err();
    assert_eq!(error.code(), Code::NotACertificate);
    assert!(error
        .context_value("path")
        .unwrap()
        .ends_with("garbage.pem"));
}

#[test]
fn bytes_after_the_certificate_are_left_out_with_a_warning() {
    let mut data = file("files/client-ca.der");
    let plain = certinfo(&data).unwrap();
    data.extend(b"more");
    let found = certinfo(&data).unwrap();
    assert_eq!(found.der(), plain.der());
    assert_eq!(found.warnings().collect::<Vec<_>>(), ["trailing_bytes"]);
}

#[test]
fn a_pem_bundle_gives_its_certificates_in_order() {
    let both = certinfos(&file("files/leaf-and-ca.pem"), None).unwrap();
    let ca = certinfo(&file("files/client-ca.der")).unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(both[1].der(), ca.der());
    assert_eq!(
        certinfos(&file("files/only-key.pem"), None)
            .unwrap_err()
            .code(),
        Code::NotACertificate
    );
    assert_eq!(
        certinfos(&file("files/client-ca.der"), None).unwrap().len(),
        1
    );
}

#[test]
fn pkcs7_gives_its_certificates_as_der_and_as_pem() {
    let leaf = certinfo(&file("live/good.pem")).unwrap();
    let ca = certinfo(&file("files/client-ca.der")).unwrap();
    let signed_data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02".to_vec();
    let data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01".to_vec();
    let certificates = [leaf.der(), ca.der()].concat();
    let inner = [
        tlv(2, &[1]),
        tlv(0x31, &[]),
        tlv(0x30, &data),
        tlv(0xa0, &certificates),
        tlv(0x31, &[]),
    ];
    let content = tlv(0xa0, &tlv(0x30, &inner.concat()));
    let der = tlv(0x30, &[signed_data, content].concat());
    let expected = [leaf.subject(), ca.subject()];
    assert_eq!(subjects(&certinfos(&der, None).unwrap()), expected);
    let base64 = openssl::base64::encode_block(&der);
    let pem = format!("-----BEGIN PKCS7-----\n{base64}\n-----END PKCS7-----\n");
    assert_eq!(
        subjects(&certinfos(pem.as_bytes(), None).unwrap()),
        expected
    );
    let version = der.windows(5).position(|w| w == tlv(2, &[1])).unwrap();
    let mut damaged = der.clone();
    damaged[version] = 4;
    assert_eq!(
        certinfos(&damaged, None).unwrap_err().code(),
        Code::BadBundle
    );
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

#[test]
fn pkcs12_opens_with_its_password_alone() {
    let leaf = X509::from_pem(&file("live/good.pem")).unwrap();
    let key = PKey::private_key_from_pem(&file("live/good.key")).unwrap();
    let mut chain = Stack::new().unwrap();
    chain
        .push(X509::from_der(&file("files/client-ca.der")).unwrap())
        .unwrap();
    let mut builder = Pkcs12::builder();
    builder.name("good").pkey(&key).cert(&leaf).ca(chain);
    let der = builder.build2("secret").unwrap().to_der().unwrap();
    let found = certinfos(&der, Some("secret")).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].der(), leaf.to_der().unwrap());
    for wrong in [Some("Secret"), Some("")] {
        assert_eq!(
            certinfos(&der, wrong).unwrap_err().code(),
            Code::BundlePassword
        );
    }
    let error = certinfos(&der, None).unwrap_err();
    assert_eq!(error.code(), Code::BundleNeedsPassword);
    assert!(error.message().contains("give its password"));
    // One that is closed with the empty password opens without any.
    let mut builder = Pkcs12::builder();
    builder.name("good").pkey(&key).cert(&leaf);
    let open = builder.build2("").unwrap().to_der().unwrap();
    let found = certinfos(&open, None).unwrap();
    assert_eq!(found[0].der(), leaf.to_der().unwrap());
    // The type of the content, which follows the version.
    let mut damaged = der.clone();
    damaged[7] = 4;
    assert_eq!(
        certinfos(&damaged, Some("secret")).unwrap_err().code(),
        Code::BadBundle
    );
}

#[test]
fn no_damage_to_a_certificate_makes_it_panic() {
    let der = certinfo(&file("info/everything.pem"))
        .unwrap()
        .der()
        .to_vec();
    for at in 0..der.len() {
        // What is cut off is refused; what is changed may be read, and must then be described.
        assert!(certinfo(&der[..at]).is_err(), "cut at {at}");
        for value in [0x00, 0x80, 0xff, der[at] ^ 0x01, der[at] ^ 0x20] {
            let mut damaged = der.clone();
            damaged[at] = value;
            if let Ok(read) = Certificate::from_der(&damaged) {
                assert!(read.json().ends_with('}'));
            }
        }
    }
}
