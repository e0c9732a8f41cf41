//! This file is about the extensions of a certificate that have keys of their own.
//!
//! In: extensions as read, undecoded. Out: [`Known`]. One that cannot be read becomes a warning; its
//! bytes stay in the list of extensions.

use super::der::{tag, Class, Malformed, Read, Reader};
use super::san::{self, AlternativeNames};
use super::usage::{EXTENDED_KEY_USAGES, KEY_USAGES};
use super::warning::{Odd, Warnings};
use super::{oid, text};
use std::borrow::Cow;

/// An extension, undecoded.
#[derive(Clone, Debug)]
pub(super) struct Extension<'a> {
    pub(super) oid: Cow<'a, [u8]>,
    pub(super) critical: bool,
    pub(super) value: Cow<'a, [u8]>,
}

impl Extension<'_> {
    /// The extension with its bytes.
    pub(super) fn into_owned(self) -> Extension<'static> {
        Extension {
            oid: Cow::Owned(self.oid.into_owned()),
            critical: self.critical,
            value: Cow::Owned(self.value.into_owned()),
        }
    }
}

/// What the extensions say.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) san: AlternativeNames,
    pub(super) ca: bool,
    pub(super) path_length: Option<i64>,
    pub(super) key_usage: Option<Vec<String>>,
    pub(super) key_usage_critical: bool,
    pub(super) san_critical: bool,
    /// An extension that decides about identity or use could not be read or is there twice.
    pub(super) doubtful: bool,
    pub(super) extended_key_usage: Option<Vec<String>>,
    pub(super) subject_key_id: Option<String>,
    pub(super) authority_key_id: Option<String>,
    pub(super) policies: Vec<String>,
    pub(super) ocsp: Vec<String>,
    pub(super) ca_issuers: Vec<String>,
    pub(super) crl: Vec<String>,
    pub(super) provisioner: Option<Provisioner>,
}

/// Who signed, by step-ca's extension.
#[derive(Clone, Debug)]
pub(super) struct Provisioner {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) credential: String,
}

/// Decodes what is known. An extension that is there more than once says nothing: OpenSSL gives none
/// of them, either, and which one another program believes cannot be known.
pub(super) fn read(extensions: &[Extension<'_>], warnings: &mut Warnings) -> Known {
    let mut known = Known::default();
    let mut sorted: Vec<&[u8]> = extensions.iter().map(|e| &*e.oid).collect();
    sorted.sort_unstable();
    let repeated: Vec<&[u8]> = sorted
        .windows(2)
        .filter_map(|pair| match pair {
            [one, other] if one == other => Some(*one),
            _ => None,
        })
        .collect();
    for extension in extensions {
        let id = &*extension.oid;
        let fault = if repeated.binary_search(&id).is_ok() {
            Odd::DuplicateExtension
        } else {
            Odd::BadExtension
        };
        let result = if fault == Odd::DuplicateExtension {
            Err(Malformed("more than once"))
        } else {
            decode(extension, &mut known, warnings)
        };
        if let Err(reason) = result {
            known.doubtful = true;
            warnings.warn(fault, format!("{}: {}", oid::dotted(id), reason.0));
        }
    }
    known
}

fn decode(extension: &Extension<'_>, known: &mut Known, warnings: &mut Warnings) -> Read<()> {
    let mut reader = Reader::new(&extension.value);
    match &*extension.oid {
        b"\x55\x1d\x11" => {
            known.san_critical = extension.critical;
            san::read(&mut reader, &mut known.san, warnings)?;
        }
        b"\x55\x1d\x13" => {
            (known.ca, known.path_length) = sequence(&mut reader, basic_constraints)?;
        }
        b"\x55\x1d\x0f" => {
            known.key_usage_critical = extension.critical;
            let bits = reader.value(tag::BIT_STRING)?;
            let (names, unknown) = key_usages(&bits.content);
            if unknown {
                warnings.warn(Odd::UnknownKeyUsage, text::hash_hex(&bits.content));
            }
            known.key_usage = Some(names);
        }
        b"\x55\x1d\x25" => {
            known.extended_key_usage = Some(each(&mut reader, |usages| {
                Ok(purpose(&usages.value(tag::OID)?.content))
            })?);
        }
        b"\x55\x1d\x0e" => {
            known.subject_key_id = Some(text::hex(&reader.value(tag::OCTET_STRING)?.content));
        }
        b"\x55\x1d\x23" => {
            known.authority_key_id = sequence(&mut reader, |ids| {
                let mut key = None;
                while !ids.at_end() {
                    if ids.next_is(Class::Context, 0)? {
                        let id = ids.tagged(Class::Context, 0, tag::OCTET_STRING)?;
                        key = Some(text::hex(&id.content));
                    } else {
                        ids.any()?;
                    }
                }
                Ok(key)
            })?;
        }
        b"\x55\x1d\x20" => {
            known.policies = each(&mut reader, |policies| {
                sequence(policies, |policy| {
                    let id = policy.value(tag::OID)?;
                    skip(policy)?;
                    Ok(oid::dotted(&id.content))
                })
            })?;
        }
        b"\x2b\x06\x01\x05\x05\x07\x01\x01" => access(&mut reader, known, warnings)?,
        b"\x55\x1d\x1f" => {
            let points = each(&mut reader, |points| {
                sequence(points, |point| distribution_point(point, warnings))
            })?;
            known.crl = points.into_iter().flatten().collect();
        }
        b"\x2b\x06\x01\x04\x01\x82\xa4\x64\xc6\x28\x40\x01" => {
            known.provisioner = Some(sequence(&mut reader, |inner| provisioner(inner, warnings))?);
        }
        _ => return Ok(()),
    }
    if reader.rest().is_empty() {
        Ok(())
    } else {
        Err(Malformed("bytes follow the value"))
    }
}

fn sequence<'a, T>(
    reader: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Read<T>,
) -> Read<T> {
    reader.within(Class::Universal, tag::SEQUENCE, read)
}

fn each<'a, T>(
    reader: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Read<T>,
) -> Read<Vec<T>> {
    sequence(reader, |list| {
        let mut all = Vec::new();
        while !list.at_end() {
            all.push(read(list)?);
        }
        Ok(all)
    })
}

fn skip(reader: &mut Reader<'_>) -> Read<()> {
    while !reader.at_end() {
        reader.any()?;
    }
    Ok(())
}

pub(crate) fn number(content: &[u8]) -> Option<i64> {
    if content.len() > 8 {
        return None;
    }
    let sign = if content.first().is_some_and(|octet| octet & 0x80 != 0) {
        -1
    } else {
        0
    };
    Some(
        content
            .iter()
            .fold(sign, |sum, octet| sum << 8 | i64::from(*octet)),
    )
}

fn basic_constraints(reader: &mut Reader<'_>) -> Read<(bool, Option<i64>)> {
    let mut ca = false;
    if reader.next_is(Class::Universal, tag::BOOLEAN)? {
        ca = *reader.value(tag::BOOLEAN)?.content != *b"\0";
    }
    let mut path = None;
    if !reader.at_end() {
        let length = reader.value(tag::INTEGER)?;
        path = Some(number(&length.content).ok_or(Malformed("the path length is too large"))?);
    }
    Ok((ca, path))
}

/// The value of basicConstraints says that the certificate is a CA's.
pub(super) fn is_ca(value: &[u8]) -> bool {
    sequence(&mut Reader::new(value), basic_constraints).is_ok_and(|(ca, _)| ca)
}

/// The value of keyUsage has the bit cRLSign.
pub(super) fn allows_crls(value: &[u8]) -> bool {
    let bits = Reader::new(value).value(tag::BIT_STRING);
    bits.is_ok_and(|bits| {
        key_usages(&bits.content)
            .0
            .iter()
            .any(|name| name == "cRLSign")
    })
}

/// The names of the bits that are set, and whether one has no name.
fn key_usages(content: &[u8]) -> (Vec<String>, bool) {
    let (unused, octets) = content.split_first().map_or((0, content), |(u, o)| (*u, o));
    let valid = (octets.len() * 8).saturating_sub(usize::from(unused));
    let set = |bit: usize| {
        bit < valid
            && octets
                .get(bit / 8)
                .is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0)
    };
    let names = KEY_USAGES
        .iter()
        .enumerate()
        .filter(|(bit, _)| set(*bit))
        .map(|(_, name)| (*name).to_owned())
        .collect();
    (names, (KEY_USAGES.len()..valid).any(set))
}

/// The name of an extended key usage, or its OID.
fn purpose(id: &[u8]) -> String {
    let id = oid::dotted(id);
    let known = EXTENDED_KEY_USAGES.iter().find(|(_, oid)| *oid == id);
    known.map_or(id, |(name, _)| (*name).to_owned())
}

fn access(reader: &mut Reader<'_>, known: &mut Known, warnings: &mut Warnings) -> Read<()> {
    each(reader, |list| {
        sequence(list, |description| {
            let method = description.value(tag::OID)?;
            let location = description.any()?;
            if location.is(Class::Context, 6) {
                let url = warnings.text(&location.content);
                match &*method.content {
                    b"\x2b\x06\x01\x05\x05\x07\x30\x01" => known.ocsp.push(url),
                    b"\x2b\x06\x01\x05\x05\x07\x30\x02" => known.ca_issuers.push(url),
                    _ => {}
                }
            }
            Ok(())
        })
    })?;
    Ok(())
}

fn distribution_point(point: &mut Reader<'_>, warnings: &mut Warnings) -> Read<Vec<String>> {
    let mut urls = Vec::new();
    if point.next_is(Class::Context, 0)? {
        point.within(Class::Context, 0, |name| {
            if name.next_is(Class::Context, 0)? {
                name.within(Class::Context, 0, |names| {
                    while !names.at_end() {
                        let entry = names.any()?;
                        if entry.is(Class::Context, 6) {
                            urls.push(warnings.text(&entry.content));
                        }
                    }
                    Ok(())
                })
            } else {
                skip(name)
            }
        })?;
    }
    skip(point)?;
    Ok(urls)
}

fn provisioner(reader: &mut Reader<'_>, warnings: &mut Warnings) -> Read<Provisioner> {
    const KINDS: [&str; 11] = [
        "JWK", "OIDC", "GCP", "AWS", "Azure", "ACME", "X5C", "K8sSA", "SSHPOP", "SCEP", "Nebula",
    ];
    let kind = number(&reader.value(tag::INTEGER)?.content)
        .ok_or(Malformed("the kind of provisioner is too large"))?;
    let name = reader.value(tag::OCTET_STRING)?;
    let credential = reader.value(tag::OCTET_STRING)?;
    skip(reader)?;
    Ok(Provisioner {
        kind: usize::try_from(kind - 1)
            .ok()
            .and_then(|at| KINDS.get(at))
            .map_or_else(|| kind.to_string(), |name| (*name).to_owned()),
        name: warnings.text(&name.content),
        credential: warnings.text(&credential.content),
    })
}
