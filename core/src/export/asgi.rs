//! This file is about the TLS extension of ASGI, version 0.2: `scope["extensions"]["tls"]`.
//!
//! In: a report and details. Out: all six keys, always, as the extension wants them.

use super::{details::Details, intermediates, Exported, Visitor};
use crate::cert;
use crate::peer::Report;

pub(super) fn export(report: &Report, details: &Details, visit: &mut Visitor<'_>) {
    let server = details.server_certificate.as_deref().map(cert::pem_of);
    visit("server_cert", text(server.as_deref()));
    let leaf = report.certificate();
    // On a resumed connection the leaf is known and the rest is not.
    let sent = report.der().into_iter();
    let chain: Vec<String> = sent
        .chain(intermediates(report).iter().map(Vec::as_slice))
        .map(cert::pem_of)
        .collect();
    visit("client_cert_chain", Exported::Texts(&chain));
    let name = leaf.map(|leaf| leaf.subject_dn());
    visit("client_cert_name", text(name.as_deref()));
    let error = report.error().map(|error| error.name());
    visit("client_cert_error", text(error));
    visit("tls_version", number(version(details)));
    let cipher = details.cipher.as_ref().and_then(|cipher| cipher.number);
    visit("cipher_suite", number(cipher));
}

fn text(value: Option<&str>) -> Exported<'_> {
    value.map_or(Exported::Nothing, Exported::Text)
}

fn number(value: Option<u16>) -> Exported<'static> {
    value.map_or(Exported::Nothing, |number| Exported::Integer(number.into()))
}

/// The version as the protocol numbers it.
fn version(details: &Details) -> Option<u16> {
    match details.protocol.as_deref()? {
        "TLSv1.2" => Some(0x0303),
        "TLSv1.3" => Some(0x0304),
        _ => None,
    }
}
