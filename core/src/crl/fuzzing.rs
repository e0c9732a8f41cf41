//! This file is about what the fuzz target sees of this module; no other build has it.

use super::Crl;

/// How many entries the CRL has, and a function that tells whether a serial number, by its content
/// octets, is one of them; nothing for what is refused.
pub fn read(der: &[u8]) -> Option<(usize, impl Fn(&[u8]) -> bool)> {
    let crl = Crl::read(der.to_vec(), "fuzz").ok()?;
    Some((crl.len(), move |serial: &[u8]| crl.lists(serial)))
}
