//! Runs `tests/vectors/revocation.json`: clients and CRLs, in the mode that tells everything and in
//! the mode that refuses.

#![expect(clippy::unwrap_used, reason = "a row that is wrong ends the test")]

use openssl::ssl::SslVersion;
use peercert::{Acceptor, Code, Options, Report};
use peercert_tests::client::{Client, Outcome};
use peercert_tests::{path, rows, vectors};
use serde_json::{json, Value};
use std::path::PathBuf;

/// A file that goes when the test is done with it.
struct File(PathBuf);

impl File {
    /// The files of the names, `live/NAME.END`, one after the other.
    fn joined(names: &Value, end: &str) -> Self {
        static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("peercert-{end}-{}-{number}", std::process::id());
        let file = Self(std::env::temp_dir().join(name));
        let part = |name: &Value| {
            let name = format!("pki/live/{}.{end}", name.as_str().unwrap());
            std::fs::read(path(&name)).unwrap()
        };
        let parts: Vec<_> = names.as_array().unwrap().iter().map(part).collect();
        std::fs::write(&file.0, parts.concat()).unwrap();
        file
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn options(cas: &File, crls: &File, mode: &str) -> Options {
    Options::new()
        .set("certificate", path("pki/live/server.pem"))
        .set("key", path("pki/live/server.key"))
        .set("client_cert_mode", mode)
        .set("client_ca_file", cas.0.clone())
        .set("client_crl_file", crls.0.clone())
}

fn connect(row: &Value, mode: &str, version: SslVersion) -> Outcome {
    let cas = File::joined(&row["cas"], "pem");
    let crls = File::joined(&row["crls"], "crl.pem");
    let options =
        options(&cas, &crls, mode).set("client_crl_check", row["check"].as_str().unwrap());
    let acceptor = Acceptor::new(options).unwrap();
    Client::new(row["client"].as_str(), version).connect(&acceptor, None, usize::MAX)
}

/// The errors in the form of the vectors.
fn errors(report: &Report) -> Value {
    let errors = report.errors().iter();
    errors
        .map(|error| json!({"depth": error.depth, "code": error.code.name()}))
        .collect()
}

#[test]
fn every_client_meets_what_its_row_says_of_its_crls() {
    let vectors = vectors("revocation.json");
    let mut ran = 0;
    for row in rows(&vectors) {
        let fine = row["errors"] == json!([]);
        for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
            let told = connect(row, "request", version);
            assert!(told.error.is_none(), "{row}: {:?}", told.error);
            let report = told.server.clientcert().unwrap();
            assert_eq!(errors(report), row["errors"], "{row}");
            assert_eq!(report.verified(), fine, "{row}");
            let refused = connect(row, "require", version);
            assert_eq!(json!(refused.alert), row["alert"], "{row}");
            match refused.error {
                None => assert!(
                    fine && refused.server.clientcert().unwrap().verified(),
                    "{row}"
                ),
                Some(error) => {
                    assert_eq!(error.code(), Code::CertificateRefused, "{row}");
                    let report = error.clientcert().unwrap();
                    assert_eq!(errors(report), row["errors"], "{row}");
                }
            }
            ran += 1;
        }
    }
    assert!(ran >= 80, "{ran}");
}

#[test]
fn a_crl_that_would_be_misunderstood_stops_the_server_and_says_why() {
    let vectors = vectors("revocation.json");
    let cas = File::joined(&json!(["client-ca", "rsa-ca"]), "pem");
    for (crl, word) in vectors["refused"].as_object().unwrap() {
        let crls = File::joined(&json!([crl]), "crl.pem");
        let error = Acceptor::new(options(&cas, &crls, "require"))
            .err()
            .unwrap();
        assert_eq!(error.code(), Code::BadCrl, "{crl}: {error}");
        let place = crls.0.display().to_string();
        for part in [word.as_str().unwrap(), &place] {
            assert!(error.message().contains(part), "{crl}: {error}");
        }
    }
}
