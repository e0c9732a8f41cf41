//! This file is about the variables of nginx's TLS modules, without their dollar.
//!
//! In: a report and details. Out: `ssl_...`. Line ends are in `ssl_client_raw_cert` and
//! `ssl_client_cert` as nginx has them: to forward, `ssl_client_escaped_cert` is meant.

use super::{days_left, details::Details, escape, verdict, Exported, Visitor};
use crate::cert;
use crate::peer::Report;

pub(super) fn export(report: &Report, details: &Details, visit: &mut Visitor<'_>) {
    let mut set = |name: &str, value: &str| {
        if !value.is_empty() {
            visit(name, Exported::Text(value));
        }
    };
    set("ssl_protocol", details.protocol.as_deref().unwrap_or(""));
    let cipher = details.cipher.as_ref();
    set("ssl_cipher", cipher.map_or("", |cipher| &cipher.name));
    set("ssl_session_id", &cert::hex(&details.session_id));
    if let Some(resumed) = details.resumed {
        set("ssl_session_reused", if resumed { "r" } else { "." });
    }
    set(
        "ssl_server_name",
        details.server_name.as_deref().unwrap_or(""),
    );
    set("ssl_alpn_protocol", details.alpn.as_deref().unwrap_or(""));
    set("ssl_client_verify", &verdict(report));
    let Some(leaf) = report.certificate() else {
        return;
    };
    let pem = leaf.pem();
    set("ssl_client_cert", &pem.trim_end().replace('\n', "\n\t"));
    set("ssl_client_raw_cert", &pem);
    set("ssl_client_escaped_cert", &escape::percent_encoded(&pem));
    set("ssl_client_s_dn", &escape::ascii(&leaf.subject_dn()));
    set("ssl_client_i_dn", &escape::ascii(&leaf.issuer_dn()));
    set("ssl_client_s_dn_legacy", &leaf.subject_legacy());
    set("ssl_client_i_dn_legacy", &leaf.issuer_legacy());
    set("ssl_client_serial", leaf.serial_octets());
    set("ssl_client_fingerprint", &leaf.sha1());
    set("ssl_client_v_start", &leaf.not_before_text());
    set("ssl_client_v_end", &leaf.not_after_text());
    let left = days_left(leaf.not_after(), details.now());
    set("ssl_client_v_remain", &left.to_string());
    set(
        "ssl_client_sigalg",
        details.signature_scheme.as_deref().unwrap_or(""),
    );
}
