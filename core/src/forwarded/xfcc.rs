//! This file is about Envoy's header `X-Forwarded-Client-Cert`: elements with commas between them,
//! one for each proxy on the way, of pairs with semicolons between them, whose values may be quoted.
//!
//! One element is read, and only with a certificate: of several, the last is about a proxy's own
//! client, which may be another proxy and not the caller.

use super::{encoded, Chain, Header, Headers};
use crate::cert::{self, Certificate};
use crate::error::{Code, Result};

const NAME: &str = "x-forwarded-client-cert";

/// All of its names.
pub(super) const NAMES: &[&str] = &[NAME];

pub(super) fn read(headers: &Headers<'_>) -> Result<Option<Chain>> {
    let Some(header) = headers.one(NAME)? else {
        return Ok(None);
    };
    let text = header.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let element = Element::parse(header, text)?;
    let mut chain = match &element.chain {
        Some(chain) => encoded::certificates(header, chain)?,
        None => Vec::new(),
    };
    if let Some(pem) = &element.cert {
        let mut certs = encoded::certificates(header, pem)?;
        let leaf = match (certs.pop(), certs.is_empty()) {
            (Some(leaf), true) => leaf,
            _ => return Err(header.unreadable("has more than one certificate in Cert")),
        };
        if chain.is_empty() {
            chain.push(leaf);
        } else if chain.first().is_none_or(|first| first.der() != leaf.der()) {
            return Err(header.unreadable("has a Chain that does not begin with its Cert"));
        }
    }
    let mut certificates = chain.into_iter();
    let leaf = certificates.next().ok_or_else(|| {
        header.unreadable(
            "has no Cert; let Envoy send it (set_current_client_cert_details: {cert: true})",
        )
    })?;
    check_hash(header, &leaf, element.hash.as_deref())?;
    let rest = certificates.map(|next| next.der().to_vec()).collect();
    Ok(Some(Chain { leaf, rest }))
}

fn check_hash(header: &Header<'_>, leaf: &Certificate, hash: Option<&str>) -> Result<()> {
    let own = cert::hex(leaf.sha256());
    match hash {
        Some(hash) if !hash.eq_ignore_ascii_case(&own) => {
            Err(header.unreadable("has a Hash that is not its certificate's"))
        }
        _ => Ok(()),
    }
}

/// What is read of an element.
#[derive(Default)]
struct Element {
    hash: Option<String>,
    cert: Option<String>,
    chain: Option<String>,
}

impl Element {
    fn parse(header: &Header<'_>, text: &str) -> Result<Self> {
        let mut element = Self::default();
        let mut rest = text;
        loop {
            let (key, after) = rest
                .split_once('=')
                .ok_or_else(|| header.unreadable("has a pair without ="))?;
            let (value, after) =
                value(after).ok_or_else(|| header.unreadable("has a quote in the wrong place"))?;
            let known = match key.trim().to_ascii_lowercase().as_str() {
                "hash" => Some(&mut element.hash),
                "cert" => Some(&mut element.cert),
                "chain" => Some(&mut element.chain),
                "by" | "subject" | "uri" | "dns" => None,
                _ => return Err(header.unreadable("has a key that is unknown")),
            };
            if known.is_some_and(|known| known.replace(value).is_some()) {
                let what = "says one thing twice";
                return Err(header.error(Code::ForwardedAmbiguous, what));
            }
            let mut after = after.chars();
            match after.next() {
                None => return Ok(element),
                Some(';') => rest = after.as_str(),
                Some(_) => {
                    return Err(header.error(
                        Code::ForwardedAmbiguous,
                        "has more than one element; let the proxy replace what the client sends \
                         (forward_client_cert_details: SANITIZE_SET)",
                    ));
                }
            }
        }
    }
}

/// A value, quoted or not, and what follows it: nothing, `;` or `,`.
fn value(text: &str) -> Option<(String, &str)> {
    let ends = |c: char| matches!(c, ';' | ',');
    let Some(mut rest) = text.strip_prefix('"') else {
        let (value, rest) = text.split_at_checked(text.find(ends).unwrap_or(text.len()))?;
        return (!value.contains('"')).then(|| (value.trim().to_owned(), rest));
    };
    let mut value = String::new();
    loop {
        let (before, after) = rest.split_once('"')?;
        rest = after;
        match before.strip_suffix('\\') {
            Some(before) => {
                value.push_str(before);
                value.push('"');
            }
            None => {
                value.push_str(before);
                break;
            }
        }
    }
    let rest = rest.trim_start();
    (rest.is_empty() || rest.starts_with(ends)).then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn a_value_ends_where_it_ends() {
        for (text, expected) in [
            ("a;b", Some(("a", ";b"))),
            ("", Some(("", ""))),
            (r#""a;b,c=d";e"#, Some(("a;b,c=d", ";e"))),
            (r#""a\"b",c"#, Some((r#"a"b"#, ",c"))),
            (r#""a"b"#, None),
            (r#""a"#, None),
            (r#"a"b"#, None),
            (r#""a\""#, None),
        ] {
            let expected = expected.map(|(value, rest)| (value.to_owned(), rest));
            assert_eq!(value(text), expected, "{text}");
        }
    }
}
