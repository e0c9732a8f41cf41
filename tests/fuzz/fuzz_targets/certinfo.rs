//! Any bytes: a dictionary or one error with a code, never a panic; and the same dictionary again
//! from the PEM that the dictionary holds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peercert::schema::Sink;
use peercert::value::Builder;

fuzz_target!(|data: &[u8]| {
    let Ok(certificate) = peercert::certinfo(data) else { return };
    let mut builder = Builder::<String>::default();
    builder.begin_dict();
    certificate.describe(&mut builder);
    builder.end();
    let dictionary = builder.finish().expect("a dictionary");
    let pem = dictionary.get("pem").and_then(|pem| pem.as_text()).expect("pem is always there");
    let again = peercert::certinfo(pem.as_bytes()).expect("our own PEM is read");
    assert_eq!(again.der(), certificate.der());
    for character in certificate.json().chars() {
        assert!(!character.is_control(), "JSON on one line");
    }
});
