//! Runs `tests/vectors/verdict.json`: what a host tells, and what the report says of it.

use peercert::Report;
use peercert_tests::{path, rows, vectors};
use serde_json::Value;

/// What a row tells as text.
fn words(verdict: &Value) -> String {
    verdict
        .as_str()
        .map_or_else(|| verdict.to_string(), str::to_owned)
}

#[test]
fn every_verdict_of_a_host_is_reported_as_its_row_says() {
    for row in rows(&vectors("verdict.json")) {
        // None is an empty text; else a host exposes PEM or DER.
        let forms = row["certificate"].as_str().map_or_else(
            || vec![Vec::new()],
            |name| {
                let pem = std::fs::read(path(&format!("pki/live/{name}.pem"))).unwrap();
                let der = peercert::certinfo(&pem).unwrap().der().to_vec();
                vec![pem, der]
            },
        );
        for certificate in forms {
            let report = Report::of_verdict(&certificate, &words(&row["verdict"])).unwrap();
            let found: Value = serde_json::from_str(&report.json()).unwrap();
            for key in ["present", "verified", "verifycode"] {
                assert_eq!(found[key], row[key], "{}: {key}", row["why"]);
            }
            assert_eq!(found["source"], "host", "{}", row["why"]);
        }
    }
}
