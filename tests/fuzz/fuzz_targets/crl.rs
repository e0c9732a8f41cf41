//! Any bytes as a CRL: read or refused, never a panic; and of what is read, the TLS library lists the
//! same serial numbers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openssl::x509::X509Crl;

/// The content octets of a serial number that is not negative.
fn octets(mut magnitude: Vec<u8>) -> Vec<u8> {
    if magnitude.first().is_none_or(|first| first & 0x80 != 0) {
        magnitude.insert(0, 0);
    }
    magnitude
}

fuzz_target!(|data: &[u8]| {
    let Some((count, lists)) = peercert::crl_fuzzing::read(data) else { return };
    let Ok(crl) = X509Crl::from_der(data) else { return };
    let entries = crl.get_revoked();
    assert_eq!(entries.map_or(0, |entries| entries.len()), count);
    for entry in entries.into_iter().flatten() {
        let serial = entry.serial_number().to_bn().expect("a number");
        if !serial.is_negative() {
            assert!(lists(&octets(serial.to_vec())), "{serial:?}");
        }
    }
});
