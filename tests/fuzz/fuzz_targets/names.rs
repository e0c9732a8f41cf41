//! Any names in a certificate: what the printer of RFC 4514 writes can be read again, and gives the
//! same attributes; nothing in a name gets out of its place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peercert::schema::Sink;
use peercert::value::{Builder, Value};

/// A DER element.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 128 => out.push(short),
        _ => {
            out.push(0x83);
            out.extend_from_slice(&u32::try_from(length).expect("short").to_be_bytes()[1..]);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A certificate with this subject: well-formed, and signed by nobody.
fn certificate(subject: &[u8]) -> Vec<u8> {
    let algorithm = element(0x30, &[0x06, 0x03, 0x2b, 0x65, 0x70]);
    let date = element(0x17, b"250101000000Z");
    let key = [&algorithm[..], &element(0x03, &[0; 33])].concat();
    let body = [
        element(0x02, &[1]),
        algorithm.clone(),
        element(0x30, &[]),
        element(0x30, &[&date[..], &date].concat()),
        element(0x30, subject),
        element(0x30, &key),
    ];
    element(0x30, &[element(0x30, &body.concat()), algorithm, element(0x03, &[0; 65])].concat())
}

/// How many attributes an RFC 4514 string has in each of its RDNs, last RDN first.
fn shape(text: &str) -> Vec<usize> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut rdns = vec![1];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            ',' => rdns.push(1),
            '+' => *rdns.last_mut().expect("one") += 1,
            _ => {}
        }
    }
    rdns.reverse();
    rdns
}

fuzz_target!(|data: &[u8]| {
    const OIDS: [&[u8]; 4] = [
        &[0x06, 0x03, 0x55, 0x04, 0x03],
        &[0x06, 0x03, 0x55, 0x04, 0x0a],
        &[0x06, 0x0a, 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01],
        &[0x06, 0x03, 0x2a, 0x03, 0x04],
    ];
    const TAGS: [u8; 8] = [0x0c, 0x13, 0x14, 0x16, 0x1e, 0x1c, 0x04, 0x12];
    let (mut rdns, mut rest) = (Vec::new(), data);
    let mut together = Vec::new();
    while let [how, length, tail @ ..] = rest {
        let (value, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        let oid = OIDS[usize::from(how & 3)];
        let text = element(TAGS[usize::from(how >> 2 & 7)], value);
        together.extend(element(0x30, &[oid, &text].concat()));
        if how & 0x80 == 0 {
            rdns.extend(element(0x31, &std::mem::take(&mut together)));
        }
        rest = tail;
    }
    let Ok(certificate) = peercert::certinfo(&certificate(&rdns)) else { return };
    let mut builder = Builder::<String>::default();
    builder.begin_dict();
    certificate.describe(&mut builder);
    builder.end();
    let dictionary = builder.finish().expect("a dictionary");
    let printed = dictionary.get("subjectdn").and_then(Value::as_text).expect("a name");
    let rdns = dictionary.get("subjectname").expect("a name").items();
    let counted: Vec<usize> = rdns.iter().map(|rdn| rdn.items().len()).collect();
    assert_eq!(shape(printed), counted, "{printed}");
    for text in [printed, dictionary.get("subject").and_then(Value::as_text).expect("a name")] {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
});
