//! This file is about the names of headers that say who a client is.
//!
//! In: a name. Out: whether it must come from nobody but a trusted proxy.

/// Headers that hold a certificate, whatever is configured.
const CERTIFICATES: &[&str] = &[
    "client-cert",
    "client-cert-chain",
    "x-forwarded-client-cert",
    "x-ssl-client-cert",
    "ssl-client-cert",
];

/// Other headers that applications believe.
const OTHERS: &[&str] = &[
    "remote-user",
    "auth-type",
    "x-client-cert",
    "x-arr-clientcert",
];

/// How the names of whole families start.
const FAMILIES: &[&str] = &[
    "ssl-client-",
    "x-ssl-client-",
    "x-forwarded-tls-client-cert",
    // With `-Subject`, `-Issuer`, `-Serial-Number`, `-Validity` and `-Leaf`.
    "x-amzn-mtls-clientcert",
    "peercert",
];

/// A name as it is compared. Servers make one variable of `Client-Cert`, `client_cert` and
/// `Client.Cert`, each in a way of its own: all but letters and digits is one character here, and
/// nothing at the start.
pub(super) fn folded(name: &str) -> String {
    let fold = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let start = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    start.trim_end().chars().map(fold).collect()
}

/// The header of a variable of CGI or WSGI, `HTTP_` and its name.
pub(super) fn of_variable(variable: &str) -> Option<&str> {
    let (start, name) = variable.split_at_checked(5)?;
    start.eq_ignore_ascii_case("HTTP_").then_some(name)
}

/// A (folded) name that says who a client is.
pub(super) fn says_who(folded: &str) -> bool {
    holds_certificate(folded)
        || OTHERS.contains(&folded)
        || FAMILIES.iter().any(|family| folded.starts_with(family))
}

/// A (folded) name of a form that is read here, by its usual name.
pub(super) fn holds_certificate(folded: &str) -> bool {
    CERTIFICATES.contains(&folded)
}
