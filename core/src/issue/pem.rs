//! This file is about PEM (RFC 7468): blocks of base64 between two lines.
//!
//! In: DER and a label; text. Out: the other. It may not know what the DER says.

use openssl::base64;

/// One PEM block.
pub(super) fn write(label: &str, der: &[u8]) -> String {
    let encoded = base64::encode_block(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at_checked(64).unwrap_or((rest, ""));
        out.push_str(line);
        out.push('\n');
        rest = next;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// The DER of every block whose label is one of `labels`, in order; what stands around them is passed over.
/// `None` when a block does not end or is no base64.
pub(super) fn read(text: &str, labels: &[&str]) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let label = line
            .strip_prefix("-----BEGIN ")
            .and_then(|l| l.strip_suffix("-----"));
        let Some(label) = label.filter(|l| labels.contains(l)) else {
            continue;
        };
        let end = format!("-----END {label}-----");
        let mut body = String::new();
        loop {
            match lines.next()? {
                line if line == end => break,
                line => body.push_str(line),
            }
        }
        found.push(base64::decode_block(&body).ok()?);
    }
    Some(found)
}

/// What [`write`] calls a certificate.
pub(super) const CERTIFICATE: &str = "CERTIFICATE";
/// What [`write`] calls a certificate request (RFC 2986).
pub(super) const REQUEST: &str = "CERTIFICATE REQUEST";
/// What [`write`] calls a certificate revocation list.
pub(super) const CRL: &str = "X509 CRL";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_back_and_others_passed_over() {
        let der = vec![7u8; 100];
        let text = format!("hello\n{}{}", write("X", &[1]), write(CERTIFICATE, &der));
        assert_eq!(read(&text, &[CERTIFICATE]), Some(vec![der]));
        assert_eq!(read("-----BEGIN X-----\nAA==", &["X"]), None);
        assert_eq!(read("-----BEGIN X-----\n!\n-----END X-----", &["X"]), None);
    }
}
