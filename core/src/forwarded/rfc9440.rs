//! This file is about the headers of RFC 9440: `Client-Cert`, a byte sequence, and
//! `Client-Cert-Chain`, a list of them, which may be on several lines.

use super::{encoded, Chain, Header, Headers};
use crate::cert::Certificate;
use crate::error::{Code, Result};

/// Their names; the leaf's is the first.
pub(super) const NAMES: &[&str] = &["client-cert", "client-cert-chain"];

pub(super) fn read(headers: &Headers<'_>) -> Result<Option<Chain>> {
    let chain: Vec<&Header<'_>> = headers.all("client-cert-chain").collect();
    let Some(header) = headers.one("client-cert")? else {
        return match chain.first() {
            None => Ok(None),
            // RFC 9440, 2.3.
            Some(header) => Err(header.unreadable("is there without Client-Cert")),
        };
    };
    let leaf = certificate(header, header.text()?)?;
    let mut rest = Vec::new();
    for header in chain {
        for item in header.text()?.split(',') {
            rest.push(certificate(header, item)?.der().to_vec());
        }
    }
    Ok(Some(Chain { leaf, rest }))
}

/// A byte sequence (RFC 8941, 3.3.5); RFC 9440 gives it no parameters.
fn certificate(header: &Header<'_>, item: &str) -> Result<Certificate> {
    let item = item.trim_matches([' ', '\t']);
    let sequence = item
        .strip_prefix(':')
        .and_then(|rest| rest.strip_suffix(':'));
    // What servers make of two headers of one name.
    if header.folded == "client-cert" && item.contains(',') {
        return Err(header.error(Code::ForwardedAmbiguous, "holds more than one certificate"));
    }
    let der = sequence
        .and_then(encoded::base64)
        .ok_or_else(|| header.unreadable("is no byte sequence of RFC 8941 (:base64:)"))?;
    Certificate::from_der(&der).map_err(|error| header.no_certificate(&error))
}
