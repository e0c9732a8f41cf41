//! Runs `tests/vectors/certinfo`: every certificate's dictionary, exactly, its keys in order.

#![expect(clippy::unwrap_used, reason = "a row that is wrong ends the test")]

use peercert::schema::Sink;
use peercert_tests::{path, vectors};
use serde_json::Value;

/// Warnings are compared by their codes, each once: the sentences are for people.
fn codes(warnings: &Value) -> Value {
    let codes = warnings.as_array().unwrap().iter();
    let mut codes: Vec<_> = codes.map(|warning| warning["code"].clone()).collect();
    codes.sort_by_key(ToString::to_string);
    codes.dedup();
    Value::Array(codes)
}

fn read(bytes: &[u8]) -> Value {
    let mut writer = peercert::json::Writer::default();
    writer.begin_dict();
    peercert::certinfo(bytes).unwrap().describe(&mut writer);
    writer.end();
    serde_json::from_str(&writer.finish()).unwrap()
}

fn der(pem: &str) -> Vec<u8> {
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    openssl::base64::decode_block(&base64).unwrap()
}

#[test]
fn every_certificate_has_the_dictionary_of_its_vector() {
    let (mut ran, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(path("vectors/certinfo")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let mut expected = vectors(&format!("certinfo/{name}"))["certinfo"].take();
        let pem = std::fs::read_to_string(path(expected["pem"].as_str().unwrap())).unwrap();
        expected["pem"] = Value::from(pem.as_str());
        let mut found = read(pem.as_bytes());
        assert_eq!(found, read(&der(&pem)), "{name}: PEM and DER differ");
        found["warnings"] = codes(&found["warnings"]);
        ran += 1;
        // As texts, because the order of the keys counts, too.
        let (one, other) = (expected.to_string(), found.to_string());
        if one != other {
            wrong.push(difference(&name, &expected, &found));
        }
    }
    assert!(ran >= 60, "only {ran} vectors were found");
    let first: Vec<_> = wrong.iter().take(10).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {ran}:\n{}",
        wrong.len(),
        first.join("\n")
    );
}

fn difference(name: &str, expected: &Value, found: &Value) -> String {
    let (expected, found) = (expected.as_object().unwrap(), found.as_object().unwrap());
    let keys = expected
        .keys()
        .chain(found.keys().filter(|key| !expected.contains_key(*key)));
    let mut lines = vec![format!("{name}:")];
    for key in keys.filter(|key| expected.get(*key) != found.get(*key)) {
        let show = |value: Option<&Value>| value.map_or("-".to_owned(), ToString::to_string);
        let (expected, found) = (show(expected.get(key)), show(found.get(key)));
        lines.push(format!(
            "  {key}\n    expected {expected:.400}\n    found    {found:.400}"
        ));
    }
    if lines.len() == 1 {
        lines.push("  the keys are in another order".to_owned());
    }
    lines.join("\n")
}
