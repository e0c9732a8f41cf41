//! This file is about a certificate as text in a header: PEM as nginx escapes it (percent-encoding)
//! or folds it, as Apache writes it (blanks for line ends), or the base64 of its DER alone.

use super::{Chain, Header, Headers};
use crate::cert::{self, Certificate};
use crate::error::{Code, Result};

const BEGIN: &str = "-----BEGIN ";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// The certificate of the header of this (folded) name. Apache says `(null)` where there is none.
pub(super) fn read(headers: &Headers<'_>, name: &str) -> Result<Option<Chain>> {
    let Some(header) = headers.one(name)? else {
        return Ok(None);
    };
    let text = header.text()?;
    if matches!(text, "" | "(null)") {
        return Ok(None);
    }
    let leaf = if text.contains('%') || text.starts_with(BEGIN) {
        let mut found = certificates(header, text)?;
        match (found.pop(), found.is_empty()) {
            (Some(leaf), true) => leaf,
            _ => {
                let what = "holds more than one certificate";
                return Err(header.error(Code::ForwardedAmbiguous, what));
            }
        }
    } else {
        let der = base64(text).ok_or_else(|| {
            header.unreadable("is neither PEM (percent-encoded, or with blanks) nor base64")
        })?;
        Certificate::from_der(&der).map_err(|error| header.no_certificate(&error))?
    };
    let rest = Vec::new();
    Ok(Some(Chain { leaf, rest }))
}

/// The certificates of PEM, percent-encoded or not; at least one. Nothing but certificates may be
/// in it: a peer's data is not searched for bundles.
pub(super) fn certificates(header: &Header<'_>, text: &str) -> Result<Vec<Certificate>> {
    let pem = percent_decoded(text)
        .and_then(|octets| String::from_utf8(octets).ok())
        .ok_or_else(|| header.unreadable("is not percent-encoded text"))?;
    let blocks = pem.matches(BEGIN).count();
    if !pem.trim_start().starts_with(CERTIFICATE) || pem.matches(CERTIFICATE).count() != blocks {
        return Err(header.unreadable("is no PEM of a certificate"));
    }
    cert::certinfos(pem.as_bytes(), None).map_err(|error| header.no_certificate(&error))
}

/// Undoes percent-encoding; nothing when an escape is broken.
fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut out = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        out.push(u8::from_str_radix(digits, 16).ok()?);
        out.extend_from_slice(rest.as_bytes());
    }
    Some(out)
}

/// Base64 with padding, in one piece (RFC 4648, 4).
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let digit = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/');
    let padded =
        text.len() - digits.len() <= 2 && text.len().is_multiple_of(4) && !digits.is_empty();
    if !padded || !digits.bytes().all(digit) {
        return None;
    }
    openssl::base64::decode_block(text).ok()
}
