//! Runs `tests/vectors/clientcert.json`: mode, client, TLS version and session, each row as it is.
//!
//! The client's bytes arrive one by one, split, and joined; the answers have to be the same.

#![expect(clippy::unwrap_used, reason = "a row that is wrong ends the test")]

use openssl::ssl::{SslSession, SslVersion};
use peercert::{Acceptor, Options, Report};
use peercert_tests::client::{Client, Outcome};
use peercert_tests::{option, path, rows, vectors};
use serde_json::{json, Map, Value};

/// What the vectors say of a report: the keys up to `source`, the first error, the leaf.
fn shown(report: &Report, into: &mut Map<String, Value>) {
    let mut found: Map<String, Value> = serde_json::from_str(&report.json()).unwrap();
    let errors = found.shift_remove("verifyerrors").unwrap_or(json!([]));
    let fingerprint = found.get("fingerprint").cloned();
    let verdict = found.keys().position(|key| key == "source").unwrap() + 1;
    let verdict: Map<_, _> = found.into_iter().take(verdict).collect();
    into.insert("clientcert".into(), verdict.into());
    if let Some(first) = errors.get(0) {
        into.insert("firsterror".into(), first.clone());
    }
    if let Some(fingerprint) = fingerprint {
        into.insert("fingerprint".into(), fingerprint);
    }
}

fn seen(row: &Value, outcome: &Outcome) -> Value {
    let mut found = Map::new();
    for key in ["mode", "client", "tls", "library", "session"] {
        if let Some(value) = row.get(key) {
            found.insert(key.into(), value.clone());
        }
    }
    match &outcome.error {
        None => {
            found.insert("resumed".into(), outcome.server.resumed().into());
            found.insert("outcome".into(), "accepted".into());
            shown(outcome.server.clientcert().unwrap(), &mut found);
        }
        Some(error) => {
            found.insert("outcome".into(), "refused".into());
            found.insert("alert".into(), outcome.alert.into());
            found.insert("error".into(), error.code().name().into());
            if let Some(report) = error.clientcert() {
                shown(report, &mut found);
            }
        }
    }
    found.into()
}

#[test]
fn every_client_meets_what_its_row_says() {
    let vectors = vectors("clientcert.json");
    let needs_openssl = vectors["openssl_client"].as_array().unwrap();
    let (mut ran, mut skipped, mut wrong) = (0, 0, Vec::new());
    for row in rows(&vectors) {
        if cfg!(feature = "aws-lc") && needs_openssl.contains(&row["client"]) {
            skipped += 1; // AWS-LC's client has no such keys; the Python runner tries these rows.
            continue;
        }
        let mut options = Options::new()
            .set("certificate", path("pki/live/server.pem"))
            .set("key", path("pki/live/server.key"))
            .set("client_cert_mode", row["mode"].as_str().unwrap());
        if row["mode"] != "none" {
            options.push("client_ca_file", path("pki/live/client-cas.pem"));
        }
        let name = row["client"].as_str();
        for (key, value) in vectors["options"][name.unwrap_or("")]
            .as_object()
            .into_iter()
            .flatten()
        {
            options.push(key, option(value));
        }
        let acceptor = Acceptor::new(options).unwrap();
        let version = if row["tls"] == "1.2" {
            SslVersion::TLS1_2
        } else {
            SslVersion::TLS1_3
        };
        let client = Client::new(name, version);
        for piece in [1, 700, usize::MAX] {
            let connect = |offer: Option<&SslSession>| client.connect(&acceptor, offer, piece);
            let mut outcome = connect(None);
            if row["session"] == "offered" {
                let session = outcome.session.take();
                outcome = connect(session.as_ref());
            }
            let (expected, found) = (row.to_string(), seen(row, &outcome).to_string());
            if found != expected {
                wrong.push(format!(
                    "pieces of {piece}\n  expected {row}\n  found    {found}"
                ));
            }
            ran += 1;
        }
    }
    println!("{ran} connections, {skipped} rows need an OpenSSL client");
    let first: Vec<_> = wrong.iter().take(10).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {ran}:\n{}",
        wrong.len(),
        first.join("\n")
    );
}
