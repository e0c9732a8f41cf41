//! This file is about a name in OpenSSL's oldest form, `/C=AT/O=Example/CN=jane`
//! (`X509_NAME_oneline`), which mod_ssl's FakeBasicAuth and nginx's `_legacy` variables have.
//!
//! In: a name. Out: ASCII text. The form loses the kind of a string (the octets are shown as they
//! were encoded), so that nothing is compared by it here.

use super::super::der::Reader;
use super::super::oid;
use super::{Attribute, Name};
use std::fmt::Write as _;

impl Name {
    /// `/` before each RDN, `+` between the attributes of one; `/` and `+` in a value have a
    /// backslash, an octet that is not printable ASCII is `\xXX`.
    pub(in super::super) fn legacy(&self) -> String {
        let mut out = String::with_capacity(64);
        for rdn in &self.rdns {
            for (at, attribute) in rdn.iter().enumerate() {
                out.push(if at == 0 { '/' } else { '+' });
                match attribute.short {
                    Some(short) => out.push_str(short),
                    // OpenSSL has room for 79 characters.
                    None => out.extend(oid::dotted(&attribute.oid).chars().take(79)),
                }
                out.push('=');
                push_octets(&mut out, &attribute.octets());
            }
        }
        out
    }
}

impl Attribute {
    /// The content octets as they were encoded.
    fn octets(&self) -> Vec<u8> {
        let value = Reader::new(&self.der).any();
        value.map_or_else(|_| Vec::new(), |value| value.content.into_owned())
    }
}

fn push_octets(out: &mut String, octets: &[u8]) {
    for octet in octets {
        match octet {
            b'/' | b'+' => {
                out.push('\\');
                out.push(char::from(*octet));
            }
            b' '..=b'~' => out.push(char::from(*octet)),
            // Writing to a String cannot fail.
            _ => drop(write!(out, "\\x{octet:02X}")),
        }
    }
}
