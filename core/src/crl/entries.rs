//! This file is about the entries of a CRL: finding a serial number among a million.
//!
//! In: the encoded CRL and where in it each entry's serial lies. Out: whether a serial is there. Four
//! octets of index per entry; nothing is copied.

use crate::cert::der::{tag, Reader};

/// The encoded CRL and its entries, sorted by serial number.
#[derive(Debug)]
pub(super) struct Entries {
    der: Vec<u8>,
    /// Where the INTEGER of each entry begins.
    places: Vec<u32>,
}

impl Entries {
    /// Sorts the entries.
    pub(super) fn new(mut der: Vec<u8>, mut places: Vec<u32>) -> Self {
        der.shrink_to_fit();
        let serial = |place: &u32| serial(&der, *place);
        places.shrink_to_fit();
        places.sort_unstable_by(|one, other| serial(one).cmp(serial(other)));
        Self { der, places }
    }

    /// The encoded CRL.
    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    /// The serial number, by its content octets, is listed. Those are compared as they are: the reader
    /// of CRLs and the one of certificates both refuse an INTEGER that is not minimal.
    pub(super) fn contains(&self, wanted: &[u8]) -> bool {
        let found = self
            .places
            .binary_search_by(|place| serial(&self.der, *place).cmp(wanted));
        found.is_ok()
    }

    /// How many there are.
    #[cfg(any(test, fuzzing))]
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }
}

/// The content octets of the INTEGER at a place.
fn serial(der: &[u8], place: u32) -> &[u8] {
    let at = usize::try_from(place).unwrap_or(usize::MAX);
    let rest = der.get(at..).unwrap_or_default();
    // Nearly all are short; the reader made sure that they are there.
    if let [_, length @ 0..0x80, content @ ..] = rest {
        return content.get(..usize::from(*length)).unwrap_or_default();
    }
    match Reader::new(rest).value(tag::INTEGER).map(|v| v.content) {
        Ok(std::borrow::Cow::Borrowed(content)) => content,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_serial_that_is_there_is_found_and_no_other() {
        let long = [0x02, 0x81, 0x82]
            .into_iter()
            .chain(std::iter::repeat_n(7, 0x82));
        let mut der = vec![];
        let mut places = vec![];
        let mut numbers = vec![];
        // 7919 is prime, so that they come in no order and never twice.
        for count in 0..2_000_u32 {
            let number = count * 7_919 % 16_001;
            places.push(u32::try_from(der.len()).unwrap());
            der.extend([2, 2]);
            der.extend(u16::try_from(number).unwrap().to_be_bytes());
            numbers.push(number);
        }
        places.push(u32::try_from(der.len()).unwrap());
        der.extend(long);
        let entries = Entries::new(der, places);
        for number in 0..16_001_u32 {
            let wanted = u16::try_from(number).unwrap().to_be_bytes();
            assert_eq!(
                entries.contains(&wanted),
                numbers.contains(&number),
                "{number}"
            );
        }
        assert!(entries.contains(&[7; 0x82]) && !entries.contains(&[7; 0x81]));
        assert!(!entries.contains(&[]));
        assert_eq!(entries.len(), 2_001);
    }
}
