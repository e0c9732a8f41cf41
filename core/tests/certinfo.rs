//! Every certificate of tests/pki/info gives the dictionary that tests/vectors/certinfo expects.
//!
//! The vectors are compared as text, so that the order of keys counts, too. In them `warnings` are
//! codes in alphabetical order, and `pem` is the path of the certificate.

use peercert::schema::{key, Key, Sink};
use peercert::value::{Builder, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests");

#[test]
fn every_vector_is_answered_key_by_key() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(Path::new(TESTS).join("vectors/certinfo")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let vector = fs::read_to_string(&path).unwrap();
        let start = vector.find(" \"certinfo\": {").unwrap();
        let pem = format!("pki/info/{name}.pem");
        let read = peercert::certinfo_file(Path::new(TESTS).join(&pem)).unwrap();
        let mut builder = Builder::default();
        builder.begin_dict();
        read.describe(&mut builder);
        builder.end();
        let mut ours = String::from(" \"certinfo\": ");
        print(&builder.finish().unwrap(), None, &pem, 1, &mut ours);
        ours.push_str("\n}\n");
        let expected = &vector[start..];
        if ours != expected {
            let differs = ours.lines().zip(expected.lines()).find(|(a, b)| a != b);
            wrong.push(format!("{name}: ours, expected: {differs:#?}"));
        }
        seen += 1;
    }
    assert!(seen > 50, "{seen} vectors");
    assert!(
        wrong.is_empty(),
        "{} of {seen}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Prints as the vectors are printed: one space for each level, one item a line.
fn print(value: &Value, at: Option<Key>, pem: &str, level: usize, out: &mut String) {
    let lines: Vec<String> = match value {
        Value::List(items) if at == Some(key::WARNINGS) => {
            let codes = items.iter().filter_map(|item| item.get("code")?.as_text());
            let codes: BTreeSet<_> = codes.map(quoted).collect();
            codes.into_iter().collect()
        }
        Value::List(items) => items
            .iter()
            .map(|item| {
                let mut line = String::new();
                print(item, None, pem, level + 1, &mut line);
                line
            })
            .collect(),
        Value::Dict(entries) => entries
            .iter()
            .map(|(key, value)| {
                let mut line = format!("{}: ", quoted(key.name()));
                print(value, Some(*key), pem, level + 1, &mut line);
                line
            })
            .collect(),
        Value::Flag(flag) => return out.push_str(&flag.to_string()),
        Value::Integer(number) => return out.push_str(&number.to_string()),
        Value::Text(_) if at == Some(key::PEM) => return out.push_str(&quoted(pem)),
        Value::Text(text) => return out.push_str(&quoted(text)),
    };
    let (open, close) = if matches!(value, Value::Dict(_)) {
        ("{", "}")
    } else {
        ("[", "]")
    };
    out.push_str(open);
    for (at, line) in lines.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        out.push_str(&" ".repeat(level + 1));
        out.push_str(line);
    }
    if !lines.is_empty() {
        out.push('\n');
        out.push_str(&" ".repeat(level));
    }
    out.push_str(close);
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
