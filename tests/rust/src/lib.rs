//! This crate is about the vectors: where they are, and a client to try a server with.
//!
//! In: `tests/vectors` and `tests/pki`, and how many [`rounds`] are wanted. Out: rows for the runners
//! in `tests/`, [`client`], [`dialogue`], [`folder`] and [`session`]. What is expected stands in the
//! vectors alone.

#![expect(
    clippy::unwrap_used,
    reason = "a vector that cannot be read ends the test"
)]

pub mod client;
pub mod dialogue;
pub mod folder;
pub mod session;

use peercert::{OptionValue, Options};
use serde_json::Value;
use std::path::PathBuf;

/// The path of a file below `tests/`.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(name)
}

/// How often a test repeats what it does: the environment variable `PEERCERT_ROUNDS`, or this.
#[must_use]
pub fn rounds(default: u64) -> u64 {
    std::env::var("PEERCERT_ROUNDS").map_or(default, |rounds| rounds.parse().unwrap())
}

/// Bytes that look random and are the same at every run (xorshift, Marsaglia 2003).
#[must_use]
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

/// A file of vectors.
#[must_use]
pub fn vectors(name: &str) -> Value {
    let text = std::fs::read_to_string(path("vectors").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The rows of a file of vectors that hold for this TLS library.
pub fn rows(vectors: &Value) -> impl Iterator<Item = &Value> {
    let rows = vectors["rows"].as_array().unwrap();
    rows.iter()
        .filter(|row| row["library"].is_null() || row["library"] == peercert::TLS_LIBRARY)
}

/// The value of an option as the vectors write it.
#[must_use]
pub fn option(value: &Value) -> OptionValue {
    let file = |name: &Value| path("pki").join(name.as_str().unwrap());
    match value {
        Value::Bool(flag) => OptionValue::Flag(*flag),
        Value::Number(number) => number.as_i64().map_or_else(
            || OptionValue::Number(number.as_f64().unwrap()),
            OptionValue::Integer,
        ),
        Value::String(text) => OptionValue::Text(text.clone()),
        Value::Array(items) => OptionValue::List(items.iter().map(option).collect()),
        Value::Object(source) if source.contains_key("file") => {
            OptionValue::Path(file(&value["file"]))
        }
        Value::Object(source) if source.contains_key("options") => {
            OptionValue::Options(options(&value["options"]))
        }
        _ => OptionValue::Bytes(std::fs::read(file(&value["bytes"])).unwrap()),
    }
}

/// Options as the vectors write them: pairs in order.
#[must_use]
pub fn options(pairs: &Value) -> Options {
    let mut options = Options::new();
    for pair in pairs.as_array().unwrap() {
        options.push(pair[0].as_str().unwrap(), option(&pair[1]));
    }
    options
}
