//! This file is about the headers `Client-Cert` and `Client-Cert-Chain` (RFC 9440) for an upstream.
//!
//! In: a report. Out: structured fields (RFC 8941): a byte sequence, and a list of them. They carry
//! no verdict, so that only a verified caller has them.

use super::{intermediates, Exported, Visitor};
use crate::peer::Report;
use openssl::base64;

/// The most octets of DER for which the chain goes along; servers read headers of a few kilobytes.
pub(super) const LARGEST_CHAIN: usize = 16 * 1_024;

pub(super) fn export(report: &Report, visit: &mut Visitor<'_>) {
    let Some(leaf) = report.der().filter(|_| report.verified()) else {
        return;
    };
    visit("Client-Cert", Exported::Text(&sequence(leaf)));
    let chain = intermediates(report);
    if !chain.is_empty() && chain.iter().map(Vec::len).sum::<usize>() <= LARGEST_CHAIN {
        let items: Vec<String> = chain.iter().map(|der| sequence(der)).collect();
        visit("Client-Cert-Chain", Exported::Text(&items.join(", ")));
    }
}

/// A byte sequence (RFC 8941, 3.3.5).
fn sequence(der: &[u8]) -> String {
    format!(":{}:", base64::encode_block(der))
}
