//! Runs `tests/vectors/forwarded.json`: what proxies forward, which names are stripped, which
//! options are wrong; and that what is exported for an upstream is read back as it was.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a row that is wrong ends the test"
)]

use peercert::export::{Details, Exported, Format};
use peercert::forwarded::Forwarded;
use peercert::{Options, Report};
use peercert_tests::{option, path, rows, vectors};
use serde_json::{json, Value};

fn options(given: &Value) -> Options {
    let mut options = Options::new();
    for (name, value) in given.as_object().unwrap() {
        options.push(name, option(value));
    }
    options
}

fn forwarded(vectors: &Value, names: &Value) -> Forwarded {
    let names = names.as_array().unwrap().iter();
    Forwarded::new(names.map(|name| options(&vectors["proxies"][name.as_str().unwrap()]))).unwrap()
}

fn headers(row: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::Array(parts) => {
            let times = usize::try_from(parts[1].as_u64().unwrap()).unwrap();
            parts[0].as_str().unwrap().repeat(times)
        }
        text => text.as_str().unwrap().to_owned(),
    };
    let pairs = row["headers"].as_array().unwrap().iter();
    pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

fn read(
    forwarded: &Forwarded,
    sender: &str,
    headers: &[(String, String)],
) -> peercert::Result<Option<Report>> {
    let headers = headers.iter();
    forwarded.read(
        sender,
        headers.map(|(name, value)| (name.as_str(), value.as_bytes())),
    )
}

/// What the vectors say of a report.
fn shown(report: &Report) -> Value {
    let found: Value = serde_json::from_str(&report.json()).unwrap();
    assert_eq!(found["source"], "forwarded");
    let chain = report.chain().unwrap_or_default();
    let mut shown = json!({
        "present": found["present"],
        "verified": found["verified"],
        "verifycode": found["verifycode"],
        "chain": chain.len(),
    });
    if report.present() {
        shown["fingerprint"] = found["fingerprint"].clone();
        // Which CA vouched, a proxy does not tell.
        assert!(found.get("anchor").is_none());
    }
    shown
}

#[test]
fn every_request_is_answered_as_its_row_says() {
    let vectors = vectors("forwarded.json");
    for row in rows(&vectors) {
        let forwarded = forwarded(&vectors, &row["proxies"]);
        let mut headers = headers(row);
        let found = match read(&forwarded, row["sender"].as_str().unwrap(), &headers) {
            Ok(report) => json!({ "report": report.as_ref().map(shown) }),
            Err(error) => {
                assert!(error.message().len() < 400, "{}: {error}", row["why"]);
                json!({ "error": error.code().name() })
            }
        };
        let expected = match row.get("error") {
            Some(code) => json!({ "error": code }),
            None => json!({ "report": row["report"] }),
        };
        assert_eq!(found, expected, "{}", row["why"]);
        // Whatever was read, an application sees none of it.
        forwarded.strip(&mut headers);
        assert!(
            headers.iter().all(|(name, _)| name == "Host"),
            "{}",
            row["why"]
        );
    }
}

#[test]
fn variables_are_read_whatever_their_server_has_made_of_the_spelling() {
    let vectors = vectors("forwarded.json");
    let forwarded = forwarded(&vectors, &json!(["rfc9440-verified"]));
    let known = rows(&vectors)
        .find(|row| row["why"] == "RFC 9440 has no verdict")
        .unwrap();
    let value = headers(known).remove(0).1;
    let told = |name| forwarded.read_variables("10.0.0.1", [(name, value.as_bytes())]);
    assert!(told("HTTP_CLIENT_CERT").unwrap().unwrap().verified());
    for other in [
        "CLIENT_CERT",
        "HTTP_",
        "HTT\u{e9}_CLIENT_CERT",
        "Client-Cert",
    ] {
        assert!(!told(other).unwrap().unwrap().present(), "{other}");
    }
}

#[test]
fn a_name_is_stripped_in_every_spelling() {
    let vectors = vectors("forwarded.json");
    let forwarded = forwarded(&vectors, &json!(["renamed"]));
    for row in vectors["names"].as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        assert_eq!(forwarded.claims(name), row["claims"], "{name:?}");
        // As a variable of CGI, in the way of servers that keep the most of a name and the least.
        for variable in [
            name.to_owned(),
            name.to_uppercase().replace(['-', '.'], "_"),
        ] {
            assert_eq!(
                forwarded.claims_variable(&format!("HTTP_{variable}")),
                row["claims"]
            );
            assert!(
                !forwarded.claims_variable(&variable),
                "a client cannot set {variable}"
            );
        }
    }
}

#[test]
fn every_wrong_option_is_told_at_once() {
    for row in vectors("forwarded.json")["options"].as_array().unwrap() {
        let error = Forwarded::new([options(&row["options"])]).unwrap_err();
        let problems = error.problems().iter();
        let mut found: Vec<Value> = problems
            .map(|problem| json!([problem.code().name(), problem.context_value("option")]))
            .collect();
        let mut expected = row["problems"].as_array().unwrap().clone();
        found.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(found, expected, "{}: {error}", row["why"]);
        assert!(
            !error.to_string().contains("horse"),
            "a secret is in no message"
        );
    }
}

#[test]
fn what_is_exported_for_an_upstream_is_read_back() {
    for format in [Format::Rfc9440, Format::Xfcc] {
        let proxy = Options::new()
            .set("forwarded_format", format.name())
            .set("forwarded_from", "unix")
            .set("forwarded_verified", true);
        let forwarded = Forwarded::new([proxy]).unwrap();
        for entry in std::fs::read_dir(path("pki/info")).unwrap() {
            let pem = std::fs::read(entry.unwrap().path()).unwrap();
            let report = Report::of_verdict(&pem, "SUCCESS").unwrap();
            let mut headers = Vec::new();
            let visit = |name: &str, value: Exported<'_>| {
                let Exported::Text(text) = value else { return };
                headers.push((name.to_owned(), text.to_owned()));
            };
            report.export(format, &Details::default(), visit).unwrap();
            let size: usize = headers.iter().map(|(_, value)| value.len()).sum();
            if size > 64 * 1_024 {
                assert!(read(&forwarded, "unix", &headers).is_err());
                continue;
            }
            let told = read(&forwarded, "unix", &headers).unwrap().unwrap();
            assert_eq!(told.verified(), report.verified());
            assert_eq!(told.der(), report.der().filter(|_| report.verified()));
        }
    }
}
