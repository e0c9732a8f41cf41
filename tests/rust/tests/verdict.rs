//! Runs `tests/vectors/verdict.json`: what a host tells, and what the report says of it.

use peercert::Report;
use peercert_tests::{path, rows, vectors};
use serde_json::Value;

/// The forms in which a host may expose a certificate.
fn forms(name: &Value) -> Vec<Vec<u8>> {
    let Some(name) = name.as_str() else {
        return vec![Vec::new()];
    };
    let pem = std::fs::read(path("pki/live").join(format!("{name}.pem"))).unwrap();
    let der = peercert::certinfo(&pem).unwrap().der().to_vec();
    vec![pem, der]
}

/// What a row tells as text.
fn words(verdict: &Value) -> String {
    verdict
        .as_str()
        .map_or_else(|| verdict.to_string(), str::to_owned)
}

#[test]
fn every_verdict_of_a_host_is_reported_as_its_row_says() {
    for row in rows(&vectors("verdict.json")) {
        for certificate in forms(&row["certificate"]) {
            let report = Report::of_verdict(&certificate, &words(&row["verdict"])).unwrap();
            let found: Value = serde_json::from_str(&report.json()).unwrap();
            for key in ["present", "verified", "verifycode"] {
                assert_eq!(found[key], row[key], "{}: {key}", row["why"]);
            }
            assert_eq!(found["source"], "host", "{}", row["why"]);
        }
    }
}
