//! This file is about X.509-SVIDs: when a URI may be called a SPIFFE ID.
//!
//! In: names and usages of a leaf. Out: the ID, or nothing (SPIFFE X509-SVID and SPIFFE-ID
//! standards). A certificate that breaks one rule has no SPIFFE ID.

use super::extensions::Known;

/// The SPIFFE ID of a valid X.509-SVID leaf.
pub(super) fn id(known: &Known, subject_is_empty: bool) -> Option<&str> {
    let [uri] = known.san.uri.as_slice() else {
        return None;
    };
    let says = |usages: &Option<Vec<String>>, wanted: &str| {
        usages
            .as_ref()
            .is_some_and(|usages| usages.iter().any(|usage| usage == wanted))
    };
    let signs = says(&known.key_usage, "keyCertSign") || says(&known.key_usage, "cRLSign");
    let usable = known.extended_key_usage.is_none()
        || (says(&known.extended_key_usage, "serverAuth")
            && says(&known.extended_key_usage, "clientAuth"));
    (!known.ca
        && !known.doubtful
        && !signs
        && usable
        && says(&known.key_usage, "digitalSignature")
        && known.key_usage_critical
        && (known.san_critical || !subject_is_empty)
        && is_id(uri))
    .then_some(uri)
}

/// `spiffe://domain/path` by the SPIFFE-ID standard, with a path.
fn is_id(uri: &str) -> bool {
    const SCHEME: usize = "spiffe://".len();
    let Some((scheme, rest)) = uri.split_at_checked(SCHEME) else {
        return false;
    };
    let Some((domain, path)) = rest.split_once('/') else {
        return false;
    };
    let lower = |octet: u8| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
    uri.len() <= 2048
        && scheme == "spiffe://"
        && (1..=255).contains(&domain.len())
        && domain.bytes().all(lower)
        && path.split('/').all(|segment| {
            !matches!(segment, "" | "." | "..")
                && segment
                    .bytes()
                    .all(|octet| lower(octet) || octet.is_ascii_uppercase())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_a_lower_case_domain_and_a_plain_path() {
        assert!(is_id("spiffe://example.org/user/Test_1.client"));
        for wrong in [
            "spiffe://example.org",
            "spiffe://example.org/",
            "spiffe://example.org/a/",
            "spiffe://example.org/a//b",
            "spiffe://example.org/../a",
            "spiffe://Example.org/a",
            "spiffe://example.org:80/a",
            "spiffe://u@example.org/a",
            "spiffe://example.org/a%20b",
            "spiffe://example.org/a?b",
            "https://example.org/a",
            "spiffe:///a",
        ] {
            assert!(!is_id(wrong), "{wrong}");
        }
    }
}
