//! What the options on trust make of a client's chain, beside the CAs and the CRLs themselves.

#![expect(
    clippy::unwrap_used,
    reason = "a scene that cannot be set ends the test"
)]

use openssl::ssl::SslVersion;
use openssl::x509::X509;
use peercert::{Acceptor, Options, Report};
use peercert_tests::client::Client;
use peercert_tests::path;
use std::sync::Arc;

const VERSIONS: [SslVersion; 2] = [SslVersion::TLS1_2, SslVersion::TLS1_3];

/// What a server that asks, and trusts the CAs of this file, knows of a client.
fn report(client: &str, ca: &str, more: Options, version: SslVersion) -> Arc<Report> {
    let mut options = more
        .set("certificate", path("pki/live/server.pem"))
        .set("key", path("pki/live/server.key"))
        .set("client_cert_mode", "request");
    options.push("client_ca_file", path("pki/live").join(ca));
    let acceptor = Acceptor::new(options).unwrap();
    let client = Client::new(Some(client), version);
    let outcome = client.connect(&acceptor, None, usize::MAX);
    assert!(outcome.error.is_none());
    outcome.server.clientcert().unwrap().clone()
}

#[test]
fn an_intermediate_vouches_without_its_root_only_where_that_is_allowed() {
    let pem = std::fs::read(path("pki/live/intermediate.pem")).unwrap();
    let der = X509::from_pem(&pem).unwrap().to_der().unwrap();
    for version in VERSIONS {
        for client in ["good-chain", "incomplete"] {
            let without = report(client, "intermediate.pem", Options::new(), version);
            assert!(!without.verified(), "{client}");
            assert_eq!(
                without.verifycode(),
                "UNABLE_TO_GET_ISSUER_CERT",
                "{client}"
            );
            let partial = Options::new().set("client_partial_chain", true);
            let with = report(client, "intermediate.pem", partial.clone(), version);
            assert_eq!(with.verifycode(), "OK", "{client}");
            assert_eq!(with.anchor(), Some(&openssl::sha::sha256(&der)), "{client}");
            // Whoever else is trusted: not everybody that an intermediate has signed a CA for.
            let other = report("good", "intermediate.pem", partial, version);
            assert!(!other.verified());
        }
    }
}

#[test]
fn a_certificate_that_does_not_say_what_it_is_for_is_refused_only_strictly() {
    let strict = || Options::new().set("client_eku", "strict");
    for version in VERSIONS {
        for (client, by_default, strictly) in [
            ("good", "OK", "OK"),
            ("no-eku", "OK", "INVALID_PURPOSE"),
            ("server-only", "INVALID_PURPOSE", "INVALID_PURPOSE"),
        ] {
            let default = report(client, "client-cas.pem", Options::new(), version);
            assert_eq!(default.verifycode(), by_default, "{client}");
            let found = report(client, "client-cas.pem", strict(), version);
            assert_eq!(found.verifycode(), strictly, "{client}");
        }
    }
}
