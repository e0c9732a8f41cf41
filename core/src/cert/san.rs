//! This file is about subject alternative names (RFC 5280, 4.2.1.6).
//!
//! In: the body of the extension. Out: lists by kind, in certificate order. Entry by entry: one
//! that cannot be read becomes a warning and hides none of the others.

use super::der::{tag, Class, Malformed, Read, Reader, Value};
use super::name::{self, Name};
use super::warning::{Odd, Warnings};
use super::{oid, text};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Subject alternative names by kind.
#[derive(Clone, Debug, Default)]
pub struct AlternativeNames {
    /// DNS names.
    pub dns: Vec<String>,
    /// E-mail addresses.
    pub email: Vec<String>,
    /// URIs.
    pub uri: Vec<String>,
    /// IP addresses; one of a wrong length as `#` and hex.
    pub ip: Vec<String>,
    /// Microsoft user principal names.
    pub upn: Vec<String>,
    /// Directory names as RFC 4514 strings.
    pub dirname: Vec<String>,
    /// Registered IDs, OIDs.
    pub rid: Vec<String>,
    /// Other names: OID, and the DER of the value in hex.
    pub othername: Vec<(String, String)>,
}

/// Adds the names of one extension.
pub(super) fn read(
    reader: &mut Reader<'_>,
    names: &mut AlternativeNames,
    warnings: &mut Warnings,
) -> Read<()> {
    reader.within(Class::Universal, tag::SEQUENCE, |entries| {
        while !entries.at_end() {
            let entry = entries.any()?;
            if let Err(fault) = add(&entry, names, warnings) {
                let shown = text::hash_hex(entry.encoding);
                warnings.warn(Odd::BadName, format!("{}: {shown}", fault.0));
            }
        }
        Ok(())
    })
}

fn add(entry: &Value<'_>, names: &mut AlternativeNames, warnings: &mut Warnings) -> Read<()> {
    if entry.class != Class::Context {
        return Err(Malformed("a name of an unknown kind"));
    }
    // An implicitly tagged string may be in segments.
    let string = || Reader::new(entry.encoding).tagged(Class::Context, entry.tag, tag::IA5_STRING);
    match entry.tag {
        0 => other(entry, names, warnings)?,
        1 => names.email.push(warnings.text(&string()?.content)),
        2 => names.dns.push(warnings.text(&string()?.content)),
        6 => names.uri.push(warnings.text(&string()?.content)),
        4 => {
            let name = Reader::new(entry.encoding).within(Class::Context, 4, name::read)?;
            let name = Name::from(name);
            name.check(warnings);
            names.dirname.push(name.rfc4514());
        }
        7 => {
            let octets = string()?.content;
            match ip(&octets) {
                Some(address) => names.ip.push(address),
                None => warnings.warn(Odd::BadIp, text::hash_hex(&octets)),
            }
        }
        8 => {
            let id = Reader::new(entry.encoding).tagged(Class::Context, 8, tag::OID)?;
            names.rid.push(oid::dotted(&id.content));
        }
        _ => warnings.warn(Odd::UnsupportedName, text::hash_hex(entry.encoding)),
    }
    Ok(())
}

fn ip(octets: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return Some(Ipv4Addr::from(four).to_string());
    }
    let sixteen = <[u8; 16]>::try_from(octets).ok()?;
    Some(Ipv6Addr::from(sixteen).to_string())
}

fn other(entry: &Value<'_>, names: &mut AlternativeNames, warnings: &mut Warnings) -> Read<()> {
    const UPN: &[u8] = b"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03";
    const SMTP_UTF8_MAILBOX: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x08\x09";
    let (kind, value) = Reader::new(entry.encoding).within(Class::Context, 0, |other| {
        let kind = other.value(tag::OID)?;
        let value = other.within(Class::Context, 0, Reader::any)?;
        Ok((kind, value))
    })?;
    let list = match &*kind.content {
        UPN => &mut names.upn,
        SMTP_UTF8_MAILBOX => &mut names.email,
        _ => {
            names
                .othername
                .push((oid::dotted(&kind.content), text::hex(value.encoding)));
            return Ok(());
        }
    };
    if value.class == Class::Universal
        && matches!(
            value.tag,
            tag::UTF8_STRING | tag::IA5_STRING | tag::PRINTABLE_STRING
        )
    {
        list.push(warnings.text(&value.content));
    } else {
        names
            .othername
            .push((oid::dotted(&kind.content), text::hex(value.encoding)));
    }
    Ok(())
}
