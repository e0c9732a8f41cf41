//! This file is about subject alternative names (RFC 5280, 4.2.1.6).
//!
//! In: the body of the extension. Out: lists by kind, in certificate order. Entry by entry: one
//! that cannot be read becomes a warning and hides none of the others.

use super::der::{tag, Class, Malformed, Read, Reader, Value};
use super::warning::Odd;
use super::{name, oid, text};
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
    body: &[u8],
    names: &mut AlternativeNames,
    mut warn: impl FnMut(Odd, String),
) {
    let mut reader = Reader::new(body);
    let whole = reader.within(Class::Universal, tag::SEQUENCE, |entries| {
        if entries.at_end() {
            warn(Odd::EmptySan, String::new());
        }
        while !entries.at_end() {
            let entry = entries.any()?;
            if let Err(fault) = add(&entry, names, &mut warn) {
                warn(
                    Odd::BadSan,
                    format!("{}: {}", fault.0, text::hash_hex(entry.encoding)),
                );
            }
        }
        Ok(())
    });
    match whole {
        Err(fault) => warn(Odd::BadExtension, format!("subjectAltName: {}", fault.0)),
        Ok(()) if !reader.rest().is_empty() => warn(
            Odd::BadExtension,
            "subjectAltName: bytes follow the value".to_owned(),
        ),
        Ok(()) => {}
    }
}

fn add(
    entry: &Value<'_>,
    names: &mut AlternativeNames,
    warn: &mut impl FnMut(Odd, String),
) -> Read<()> {
    if entry.class != Class::Context {
        return Err(Malformed("a name of an unknown kind"));
    }
    // An implicitly tagged string may be in segments.
    let string = || Reader::new(entry.encoding).tagged(Class::Context, entry.tag, tag::IA5_STRING);
    let mut ia5 = |list: &mut Vec<String>| {
        let value = string()?;
        let shown = text::escaped(&value.content);
        if text::is_odd(&value.content) || !value.content.is_ascii() {
            warn(Odd::OddSan, shown.clone());
        }
        list.push(shown);
        Ok(())
    };
    match entry.tag {
        0 => other(entry, names),
        1 => ia5(&mut names.email),
        2 => ia5(&mut names.dns),
        6 => ia5(&mut names.uri),
        4 => {
            let name = Reader::new(entry.encoding).within(Class::Context, 4, name::read)?;
            if name.odd {
                warn(Odd::OddSan, name.rfc4514());
            }
            names.dirname.push(name.rfc4514());
            Ok(())
        }
        7 => {
            let address = string()?;
            names.ip.push(ip(&address.content).unwrap_or_else(|| {
                let shown = text::hash_hex(&address.content);
                warn(Odd::BadIp, shown.clone());
                shown
            }));
            Ok(())
        }
        8 => {
            let id = Reader::new(entry.encoding).tagged(Class::Context, 8, tag::OID)?;
            names.rid.push(oid::dotted(&id.content));
            Ok(())
        }
        _ => {
            warn(Odd::UnlistedSan, text::hash_hex(entry.encoding));
            Ok(())
        }
    }
}

fn ip(octets: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return Some(Ipv4Addr::from(four).to_string());
    }
    let sixteen = <[u8; 16]>::try_from(octets).ok()?;
    Some(Ipv6Addr::from(sixteen).to_string())
}

fn other(entry: &Value<'_>, names: &mut AlternativeNames) -> Read<()> {
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
        && matches!(value.tag, tag::UTF8_STRING | tag::IA5_STRING | tag::PRINTABLE_STRING)
    {
        list.push(text::escaped(&value.content));
    } else {
        names
            .othername
            .push((oid::dotted(&kind.content), text::hex(value.encoding)));
    }
    Ok(())
}
