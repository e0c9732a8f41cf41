//! This file is about the environment of Apache's mod_ssl (StdEnvVars, ExportCertData).
//!
//! In: a report and details. Out: `SSL_...`. Intended differences, with reasons, are in
//! docs/names.md.

use super::{days_left, details::Details, escape, intermediates, lacks_only_a_ca, verdict};
use super::{Exported, Visitor};
use crate::cert::{self, Certificate, Printed};
use crate::peer::Report;

/// The attributes of a name that have variables: OpenSSL's short name, mod_ssl's name.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("C", "C"),
    ("ST", "ST"),
    ("L", "L"),
    ("O", "O"),
    ("OU", "OU"),
    ("CN", "CN"),
    ("title", "T"),
    ("initials", "I"),
    ("GN", "G"),
    ("SN", "S"),
    ("description", "D"),
    ("UID", "UID"),
    ("emailAddress", "Email"),
    ("serialNumber", "SerialNumber"),
];

pub(super) fn export(report: &Report, details: &Details, visit: &mut Visitor<'_>) {
    let mut out = Environment(visit);
    out.set("HTTPS", "on");
    connection(details, &mut out);
    let generous = details.generous && lacks_only_a_ca(report.errors());
    if generous {
        out.set("SSL_CLIENT_VERIFY", "GENEROUS");
    } else {
        out.set("SSL_CLIENT_VERIFY", &verdict(report));
    }
    if let Some(leaf) = report.certificate() {
        certificate("SSL_CLIENT", &leaf, &mut out);
        let left = days_left(leaf.not_after(), details.now());
        out.set("SSL_CLIENT_V_REMAIN", &left.to_string());
        if let Some(serial) = leaf.serial_decimal() {
            let issuer = escape::ascii(&leaf.issuer_dn());
            let assertion = format!("{{ serialNumber {serial}, issuer rdnSequence:\"{issuer}\" }}");
            out.set("SSL_CLIENT_CERT_RFC4523_CEA", &assertion);
        }
        let names = leaf.alternative_names();
        out.numbered("SSL_CLIENT_SAN_OTHER_msUPN", &names.upn);
        out.numbered("SSL_CLIENT_SAN_URI", &names.uri);
        out.numbered("SSL_CLIENT_SAN_IP", &names.ip);
        out.set("SSL_CLIENT_CERT", &leaf.pem());
        for (at, der) in intermediates(report).iter().enumerate() {
            out.set(&format!("SSL_CLIENT_CERT_CHAIN_{at}"), &cert::pem_of(der));
        }
    }
    if let Some(server) = details.server() {
        certificate("SSL_SERVER", &server, &mut out);
        let services: Vec<String> = server.service_names().collect();
        out.numbered("SSL_SERVER_SAN_OTHER_dnsSRV", &services);
        out.set("SSL_SERVER_CERT", &server.pem());
    }
}

fn connection(details: &Details, out: &mut Environment<'_, '_>) {
    let (ours, library) = crate::version();
    out.set("SSL_VERSION_INTERFACE", &format!("peercert/{ours}"));
    out.set("SSL_VERSION_LIBRARY", &product(library));
    if let Some(protocol) = &details.protocol {
        out.set("SSL_PROTOCOL", protocol);
        // No TLS library that peercert is built with compresses.
        out.set("SSL_COMPRESS_METHOD", "NULL");
    }
    if let Some(secure) = details.secure_renegotiation {
        out.set("SSL_SECURE_RENEG", if secure { "true" } else { "false" });
    }
    if let Some(cipher) = &details.cipher {
        out.set("SSL_CIPHER", &cipher.name);
        if let Some((used, possible)) = cipher.bits {
            out.set(
                "SSL_CIPHER_EXPORT",
                if used < 56 { "true" } else { "false" },
            );
            out.set("SSL_CIPHER_USEKEYSIZE", &used.to_string());
            out.set("SSL_CIPHER_ALGKEYSIZE", &possible.to_string());
        }
    }
    if let Some(name) = &details.server_name {
        out.set("SSL_TLS_SNI", name);
    }
    out.set("SSL_SESSION_ID", &cert::hex(&details.session_id));
    if let Some(resumed) = details.resumed {
        let word = if resumed { "Resumed" } else { "Initial" };
        out.set("SSL_SESSION_RESUMED", word);
    }
}

/// What client and server have in common.
fn certificate(prefix: &str, certificate: &Certificate, out: &mut Environment<'_, '_>) {
    let mut set = |name: &str, value: &str| out.set(&format!("{prefix}_{name}"), value);
    set("M_VERSION", &certificate.version().to_string());
    set("M_SERIAL", certificate.serial_octets());
    set("V_START", &certificate.not_before_text());
    set("V_END", &certificate.not_after_text());
    set("S_DN", &certificate.subject_dn());
    set("I_DN", &certificate.issuer_dn());
    set("A_KEY", certificate.key_algorithm().unwrap_or("UNKNOWN"));
    set(
        "A_SIG",
        certificate.signature_algorithm().unwrap_or("UNKNOWN"),
    );
    out.attributes(&format!("{prefix}_S_DN"), certificate.subject_attributes());
    out.attributes(&format!("{prefix}_I_DN"), certificate.issuer_attributes());
    let names = certificate.alternative_names();
    out.numbered(&format!("{prefix}_SAN_Email"), &names.email);
    out.numbered(&format!("{prefix}_SAN_DNS"), &names.dns);
}

/// The first two words of a version, as a product: `OpenSSL/3.0.19`. AWS-LC names itself in brackets,
/// after the OpenSSL that it stands in for.
fn product(version: &str) -> String {
    let version = match version.split_once("AWS-LC") {
        Some((_, after)) => format!("AWS-LC{}", after.trim_end_matches([')', ' '])),
        None => version.to_owned(),
    };
    let words: Vec<&str> = version.split(' ').take(2).collect();
    words.join("/")
}

/// Variables; those without a value are not set.
struct Environment<'a, 'b>(&'a mut Visitor<'b>);

impl Environment<'_, '_> {
    fn set(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            (self.0)(name, Exported::Text(value));
        }
    }

    /// `PREFIX_0`, `PREFIX_1`, ...
    fn numbered(&mut self, prefix: &str, values: &[String]) {
        for (at, value) in values.iter().enumerate() {
            self.set(&format!("{prefix}_{at}"), &escape::doubled(value));
        }
    }

    /// `PREFIX_CN`, `PREFIX_CN_1`, ...
    fn attributes(&mut self, prefix: &str, attributes: impl Iterator<Item = Printed>) {
        let mut seen = [0_usize; ATTRIBUTES.len()];
        for (short, value) in attributes {
            let known = |(known, _): &(&str, &str)| short == Some(known);
            let Some(at) = ATTRIBUTES.iter().position(known) else {
                continue;
            };
            if let (Some((_, name)), Some(count)) = (ATTRIBUTES.get(at), seen.get_mut(at)) {
                let name = match *count {
                    0 => format!("{prefix}_{name}"),
                    n => format!("{prefix}_{name}_{n}"),
                };
                *count += 1;
                self.set(&name, &escape::doubled(&value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::product;

    #[test]
    fn a_library_is_named_as_a_product() {
        assert_eq!(product("OpenSSL 3.0.19 27 Jan 2026"), "OpenSSL/3.0.19");
        assert_eq!(
            product("OpenSSL 1.1.1 (compatible; AWS-LC 1.61.4)"),
            "AWS-LC/1.61.4"
        );
        assert_eq!(product("AWS-LC FIPS 3.0.0"), "AWS-LC/FIPS");
    }
}
