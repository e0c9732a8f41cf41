//! This file is about the names of CRL distribution points (RFC 5280, 4.2.1.13): certificates and CRLs
//! write them alike, and are matched by them.
//!
//! In: a DistributionPointName. Out: [`PointName`].

use super::canonical::canonical_name;
use super::der::{tag, Class, Read, Reader};

/// Where a CRL is found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PointName {
    /// By names in full, each as the octets to compare it by.
    Full(Vec<Vec<u8>>),
    /// By a piece that is to be added to the issuer's name; hardly anybody writes that.
    Relative,
}

/// Reads the `[0]` of a distribution point.
pub(crate) fn point_name(reader: &mut Reader<'_>) -> Read<PointName> {
    reader.within(Class::Context, 0, |choice| {
        if choice.next_is(Class::Context, 1)? {
            choice.any()?;
            return Ok(PointName::Relative);
        }
        choice.within(Class::Context, 0, |names| {
            let mut full = Vec::new();
            while !names.at_end() {
                full.push(general_name(names)?);
            }
            Ok(PointName::Full(full))
        })
    })
}

/// A GeneralName: its tag and its content; a directory name in its canonical form.
fn general_name(reader: &mut Reader<'_>) -> Read<Vec<u8>> {
    let name = reader.any()?;
    let mut key = name.tag.to_be_bytes().to_vec();
    if name.is(Class::Context, 4) {
        let inner = Reader::new(&name.content).value(tag::SEQUENCE)?;
        key.extend(canonical_name(inner.encoding));
    } else {
        key.extend_from_slice(&name.content);
    }
    Ok(key)
}

/// The names of every distribution point of a certificate whose CRL is its own issuer's.
pub(super) fn points(extension: &[u8]) -> Read<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    Reader::new(extension).within(Class::Universal, tag::SEQUENCE, |points| {
        while !points.at_end() {
            let (name, foreign) = points.within(Class::Universal, tag::SEQUENCE, |point| {
                let name = match point.next_is(Class::Context, 0)? {
                    true => Some(point_name(point)?),
                    false => None,
                };
                let mut foreign = false;
                while !point.at_end() {
                    foreign |= point.any()?.is(Class::Context, 2);
                }
                Ok((name, foreign))
            })?;
            // With a cRLIssuer it is an indirect CRL's, which is not offered.
            if let (Some(PointName::Full(names)), false) = (name, foreign) {
                all.extend(names);
            }
        }
        Ok(())
    })?;
    Ok(all)
}
