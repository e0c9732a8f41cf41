//! This file is about which certificates a CRL speaks of (RFC 5280, 5.2.5).
//!
//! In: the extension issuingDistributionPoint. Out: [`Scope`], and what in it is not offered.

use crate::cert::der::{tag, Class, Read, Reader};
use crate::cert::{point_name, ChainMember, PointName};

/// The certificates that a CRL speaks of; by default all of its issuer's.
#[derive(Debug, Default)]
pub(super) struct Scope {
    only_users: bool,
    only_cas: bool,
    /// The names of the distribution point, if the CRL is one part of several.
    points: Option<Vec<Vec<u8>>>,
}

impl Scope {
    /// Reads the extension's value; `fault` gets what makes the CRL useless here.
    pub(super) fn read(value: &[u8], fault: &mut dyn FnMut(&'static str)) -> Read<Self> {
        let mut reader = Reader::new(value);
        let scope = reader.within(Class::Universal, tag::SEQUENCE, |fields| {
            let mut scope = Self::default();
            if fields.next_is(Class::Context, 0)? {
                match point_name(fields)? {
                    PointName::Full(names) => scope.points = Some(names),
                    PointName::Relative => fault(RELATIVE),
                }
            }
            scope.only_users = flag(fields, 1)?;
            scope.only_cas = flag(fields, 2)?;
            if fields.next_is(Class::Context, 3)? {
                fields.any()?;
                fault(SOME_REASONS);
            }
            if flag(fields, 4)? {
                fault(INDIRECT);
            }
            if flag(fields, 5)? {
                fault(ATTRIBUTES);
            }
            Ok(scope)
        })?;
        if scope.only_users && scope.only_cas {
            fault(NOTHING);
        }
        if !reader.rest().is_empty() {
            fault("its issuingDistributionPoint is followed by other bytes; have it issued anew");
        }
        Ok(scope)
    }

    /// The CRL speaks of this certificate of its issuer. One that names a distribution point speaks of
    /// those certificates that name it, too: it is one part of several.
    pub(super) fn covers(&self, member: &ChainMember) -> bool {
        let kind = if member.ca {
            !self.only_users
        } else {
            !self.only_cas
        };
        let named = |names: &Vec<Vec<u8>>| names.iter().any(|name| member.points.contains(name));
        kind && self.points.as_ref().is_none_or(named)
    }
}

fn flag(fields: &mut Reader<'_>, number: u32) -> Read<bool> {
    if !fields.next_is(Class::Context, number)? {
        return Ok(false);
    }
    let value = fields.tagged(Class::Context, number, tag::BOOLEAN)?;
    Ok(*value.content != [0])
}

const RELATIVE: &str = "its distribution point is named relative to its issuer \
    (nameRelativeToCRLIssuer), which is not supported; use one with a full name";
const SOME_REASONS: &str = "it lists only certificates that are revoked for some of the reasons \
    (onlySomeReasons); use one for all reasons";
pub(super) const INDIRECT: &str =
    "it is an indirect CRL, which lists certificates of other issuers; \
    use the CRL of each issuer";
const ATTRIBUTES: &str =
    "it lists attribute certificates only; use one for public-key certificates";
const NOTHING: &str = "it says that it lists only CAs and also none of them; have it issued anew";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &[u8]) -> (Scope, Vec<&'static str>) {
        let mut faults = Vec::new();
        let scope = Scope::read(value, &mut |fault| faults.push(fault)).unwrap();
        (scope, faults)
    }

    fn member(ca: bool, points: &[&[u8]]) -> ChainMember {
        ChainMember {
            serial: vec![1],
            issuer: vec![],
            subject: vec![],
            ca,
            points: points.iter().map(|point| point.to_vec()).collect(),
            key_id: None,
            signs_crls: true,
            spki: [0; 32],
        }
    }

    #[test]
    fn users_and_cas_are_told_apart() {
        let (users, faults) = read(&[0x30, 3, 0x81, 1, 0xff]);
        assert!(faults.is_empty());
        assert!(users.covers(&member(false, &[])) && !users.covers(&member(true, &[])));
        let (cas, _) = read(&[0x30, 3, 0x82, 1, 0xff]);
        assert!(cas.covers(&member(true, &[])) && !cas.covers(&member(false, &[])));
        let (all, _) = read(&[0x30, 0]);
        assert!(all.covers(&member(true, &[])) && all.covers(&member(false, &[])));
    }

    #[test]
    fn a_part_covers_the_certificates_that_name_it() {
        let (part, faults) = read(b"\x30\x09\xa0\x07\xa0\x05\x86\x03u:1");
        assert!(faults.is_empty());
        let name = |text: &[u8]| [&[0, 0, 0, 6], text].concat();
        let (own, other) = (name(b"u:1"), name(b"u:2"));
        assert!(part.covers(&member(false, &[&other, &own])));
        assert!(!part.covers(&member(false, &[&other])) && !part.covers(&member(false, &[])));
    }

    #[test]
    fn what_is_not_offered_is_told() {
        assert_eq!(read(&[0x30, 4, 0x83, 2, 0, 1]).1, [SOME_REASONS]);
        assert_eq!(read(&[0x30, 3, 0x84, 1, 0xff]).1, [INDIRECT]);
        assert_eq!(read(&[0x30, 3, 0x85, 1, 0xff]).1, [ATTRIBUTES]);
        assert_eq!(read(&[0x30, 4, 0xa0, 2, 0xa1, 0]).1, [RELATIVE]);
        assert_eq!(read(&[0x30, 6, 0x81, 1, 1, 0x82, 1, 1]).1, [NOTHING]);
        assert!(read(&[0x30, 3, 0x84, 1, 0]).1.is_empty());
    }
}
