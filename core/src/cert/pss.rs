//! This file is about the parameters of RSA-PSS signatures (RFC 4055, 3.1).
//!
//! In: RSASSA-PSS-params. Out: [`Parameters`], with what absent fields mean.

use super::der::{tag, Class, Malformed, Read, Reader};
use super::extensions::number;

/// The digest where none is named: content octets of its OID.
pub(crate) const SHA1: &[u8] = b"\x2b\x0e\x03\x02\x1a";

/// How an RSA-PSS signature was made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parameters {
    /// The digest of the data, content octets of its OID.
    pub(crate) digest: Vec<u8>,
    /// The digest inside the mask generation function MGF1.
    pub(crate) mask_digest: Vec<u8>,
    /// Octets of salt.
    pub(crate) salt: i64,
}

impl Parameters {
    /// Reads the SEQUENCE.
    pub(crate) fn read(encoded: &[u8]) -> Read<Self> {
        const MGF1: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";
        Reader::new(encoded).within(Class::Universal, tag::SEQUENCE, |fields| {
            let mut read = Self {
                digest: SHA1.to_vec(),
                mask_digest: SHA1.to_vec(),
                salt: 20,
            };
            if fields.next_is(Class::Context, 0)? {
                read.digest = fields.within(Class::Context, 0, |field| algorithm(field, None))?;
            }
            if fields.next_is(Class::Context, 1)? {
                let mask = |field: &mut Reader<'_>| algorithm(field, Some(MGF1));
                read.mask_digest = fields.within(Class::Context, 1, mask)?;
            }
            if fields.next_is(Class::Context, 2)? {
                let salt = fields.within(Class::Context, 2, |field| field.value(tag::INTEGER))?;
                read.salt = number(&salt.content).ok_or(Malformed("a salt is too long"))?;
            }
            if fields.next_is(Class::Context, 3)? {
                let trailer =
                    fields.within(Class::Context, 3, |field| field.value(tag::INTEGER))?;
                if *trailer.content != [1] {
                    return Err(Malformed("RSA-PSS with an unknown trailer"));
                }
            }
            Ok(read)
        })
    }
}

/// The OID of an AlgorithmIdentifier; of one that must be `outer`, the OID of its parameters.
fn algorithm(reader: &mut Reader<'_>, outer: Option<&[u8]>) -> Read<Vec<u8>> {
    reader.within(Class::Universal, tag::SEQUENCE, |fields| {
        let oid = fields.value(tag::OID)?.content;
        let Some(outer) = outer else {
            while !fields.at_end() {
                fields.any()?;
            }
            return Ok(oid.into_owned());
        };
        if *oid != *outer {
            return Err(Malformed("RSA-PSS with an unknown mask"));
        }
        algorithm(fields, None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_fields_mean_sha1_and_twenty_octets() {
        let read = Parameters::read(&[0x30, 0]).unwrap();
        assert_eq!((&*read.digest, &*read.mask_digest), (SHA1, SHA1));
        assert_eq!(read.salt, 20);
    }

    #[test]
    fn a_salt_is_read_and_another_trailer_refused() {
        let salt = [0x30, 5, 0xa2, 3, 2, 1, 32];
        assert_eq!(Parameters::read(&salt).unwrap().salt, 32);
        assert!(Parameters::read(&[0x30, 5, 0xa3, 3, 2, 1, 2]).is_err());
    }
}
