//! This file is about the server's identity: its certificate, the chain above it and its key.
//!
//! In: the options that name them. Out: [`Identity`], checked to belong together, or every problem.

use super::files::{certificates, read_file, source, Source};
use super::read::Reader;
use super::stamp::Stamp;
use crate::error::{Code, Error};
use crate::pkcs::{self, Fault};
use crate::staple::{has_issued, Staple};
use crate::verify::{key_is_weak, weak_signature};
use openssl::pkey::{PKey, Private};
use openssl::x509::{X509Ref, X509};
use std::path::Path;
use std::sync::Arc;

/// Who the server is.
pub(crate) struct Identity {
    pub(crate) leaf: X509,
    /// The certificates above the leaf, as they are sent.
    pub(crate) chain: Vec<X509>,
    pub(crate) key: PKey<Private>,
    /// The OCSP response that goes with the certificate.
    pub(crate) staple: Option<Arc<Staple>>,
}

const OCSP_RESPONSE: &str = "ocsp_response";

/// The options that say who the server is.
pub(super) const OPTIONS: [&str; 8] = [
    "certificate",
    "certificate_data",
    "key",
    "key_data",
    "pkcs12",
    "pkcs12_data",
    "key_password",
    OCSP_RESPONSE,
];

/// The server's certificate chain and its key, and the OCSP response that goes with them.
pub(super) fn identity(reader: &mut Reader<'_>, password: Option<&str>) -> Option<Identity> {
    let found = certificate_and_key(reader, password);
    let path = reader.path(OCSP_RESPONSE);
    let mut found = found?;
    if let Some(path) = path {
        reader.saw(Stamp::of(&path));
        found.staple = staple(reader, &path, &found).map(Arc::new);
    }
    Some(found)
}

/// The OCSP response of a file, unless it does not fit: then a warning says why. A file that is
/// fetched again and again may be missing once, and that must not stop a server.
fn staple(reader: &mut Reader<'_>, path: &Path, identity: &Identity) -> Option<Staple> {
    let place = format!("{OCSP_RESPONSE} {}", path.display());
    let mut chain = identity.chain.iter().map(|cert| &**cert);
    let issuer = chain.find(|cert| has_issued(cert, &identity.leaf));
    let read = read_file(OCSP_RESPONSE, path).map_err(|error| error.message().to_owned());
    let read = read.and_then(|bytes| {
        Staple::read(&bytes, &identity.leaf, issuer, reader.now())
            .map_err(|why| format!("{place}: {why}"))
    });
    match read {
        Ok(staple) => {
            for why in &staple.warnings {
                reader.warn(format!("{place}: {why}"));
            }
            Some(staple)
        }
        Err(why) => {
            reader.warn(format!("{why}; no OCSP response is sent to clients"));
            None
        }
    }
}

fn certificate_and_key(reader: &mut Reader<'_>, password: Option<&str>) -> Option<Identity> {
    if reader.given("pkcs12") || reader.given("pkcs12_data") {
        return from_pkcs12(reader, password);
    }
    for (file, data, what) in [
        ("certificate", "certificate_data", "certificate chain"),
        ("key", "key_data", "private key"),
    ] {
        if !reader.given(file) && !reader.given(data) {
            reader.problem(
                Code::MissingOption,
                file,
                format!("{file} is needed (or {data}, or pkcs12 for both): the server's {what}"),
            );
        }
    }
    let certificate = source(reader, "certificate", "certificate_data");
    let key = source(reader, "key", "key_data");
    let chain = certificate.and_then(|source| chain(reader, &source));
    let key = key.and_then(|source| {
        pkcs::private_key(&source.bytes, password)
            .map_err(|fault| refuse(reader, &source, "the private key", fault))
            .ok()
    });
    let (mut chain, key) = (chain?, key?);
    let leaf = chain.remove(0);
    if !leaf.public_key().ok()?.public_eq(&key) {
        reader.problem(
            Code::KeyMismatch,
            "key",
            "the private key does not belong to the certificate (the first one of the chain)",
        );
        return None;
    }
    Some(Identity {
        leaf,
        chain,
        key,
        staple: None,
    })
}

/// The same from one PKCS#12 file.
fn from_pkcs12(reader: &mut Reader<'_>, password: Option<&str>) -> Option<Identity> {
    let own = ["pkcs12", "pkcs12_data"];
    let own = own.into_iter().find(|name| reader.given(name))?;
    for other in ["certificate", "certificate_data", "key", "key_data"] {
        if reader.given(other) {
            reader.problem(
                Code::ConflictingOptions,
                other,
                format!("{other} and {own} are both given; {own} has certificate and key in it, so leave {other} out"),
            );
        }
    }
    let source = source(reader, "pkcs12", "pkcs12_data")?;
    let contents = pkcs::open_pkcs12(&source.bytes, password)
        .map_err(|fault| refuse(reader, &source, "the PKCS#12 file", fault))
        .ok()?;
    let mut bad = |code, what: &str| {
        let message = format!("{}: {what}", source.place);
        reader.problem(code, source.option, message);
    };
    let key = match contents.keys.as_slice() {
        [key] => PKey::private_key_from_der(key),
        [] => {
            bad(Code::BadKey, "there is no private key in it; export it with its key (openssl pkcs12 -export -inkey KEY -in CERTIFICATES)");
            return None;
        }
        several => {
            let count = several.len();
            bad(
                Code::BadKey,
                &format!("there are {count} private keys in it, and the server needs one"),
            );
            return None;
        }
    };
    let Ok(key) = key else {
        bad(Code::BadKey, "its private key cannot be read");
        return None;
    };
    let read = contents.certificates.iter().map(|der| X509::from_der(der));
    let Ok(mut others) = read.collect::<Result<Vec<X509>, _>>() else {
        bad(
            Code::BadCertificate,
            "one of its certificates cannot be read",
        );
        return None;
    };
    if others.is_empty() {
        bad(Code::BadCertificate, "there is no certificate in it");
        return None;
    }
    let belongs = |cert: &X509| cert.public_key().is_ok_and(|public| public.public_eq(&key));
    let Some(at) = others.iter().position(belongs) else {
        bad(
            Code::KeyMismatch,
            "its private key belongs to none of its certificates",
        );
        return None;
    };
    let leaf = others.remove(at);
    let chain = above(&leaf, &mut others);
    for cert in &others {
        let subject = cert.to_der().ok();
        let subject = subject.and_then(|der| crate::cert::Certificate::from_der(&der).ok());
        let subject = subject.map_or(String::new(), |cert| format!(" {}", cert.subject()));
        reader.warn(format!(
            "{}: the certificate{subject} is no issuer of the server's and is not sent",
            source.place
        ));
    }
    leaf_is_fit(reader, &source, &leaf).then_some(Identity {
        leaf,
        chain,
        key,
        staple: None,
    })
}

/// Takes the issuers of `leaf` out of `others`, each after the one that it issued.
fn above(leaf: &X509Ref, others: &mut Vec<X509>) -> Vec<X509> {
    let mut chain: Vec<X509> = Vec::new();
    while let Some(at) = {
        let last = chain.last().map_or(leaf, |cert| cert);
        others.iter().position(|issuer| has_issued(issuer, last))
    } {
        chain.push(others.remove(at));
    }
    chain
}

fn chain(reader: &mut Reader<'_>, source: &Source) -> Option<Vec<X509>> {
    let chain = certificates(&source.bytes).unwrap_or_default();
    let Some(leaf) = chain.first() else {
        let what = if source.bytes.is_empty() {
            "is empty"
        } else {
            "holds no readable certificate"
        };
        reader.problem(
            Code::BadCertificate,
            source.option,
            format!(
                "{}: {what}; PEM, leaf first, or one certificate in DER is expected",
                source.place
            ),
        );
        return None;
    };
    leaf_is_fit(reader, source, leaf).then_some(chain)
}

/// The server's own certificate is one that clients would take.
fn leaf_is_fit(reader: &mut Reader<'_>, source: &Source, leaf: &X509Ref) -> bool {
    let place = &source.place;
    let (code, message) = match leaf.public_key() {
        Err(_) => (
            Code::BadCertificate,
            format!("{place}: the certificate's key cannot be read"),
        ),
        Ok(key) if key_is_weak(&key) => (
            Code::WeakKey,
            format!(
                "{place}: the certificate's key has only {} bits (RSA needs 2048, EC 224)",
                key.bits()
            ),
        ),
        // A self-signed certificate's own signature convinces nobody, so that it does not count.
        Ok(key) if weak_signature(leaf) && !leaf.verify(&key).unwrap_or(false) => (
            Code::WeakKey,
            format!("{place}: the certificate is signed with SHA-1 or MD5"),
        ),
        Ok(_) => return true,
    };
    reader.problem(code, source.option, message);
    false
}

/// Notes why a file does not open.
fn refuse(reader: &mut Reader<'_>, source: &Source, what: &str, fault: Fault) {
    let place = &source.place;
    let (code, message) = match fault {
        Fault::NeedsPassword => (
            Code::MissingPassword,
            format!("{place}: {what} is encrypted; give key_password"),
        ),
        Fault::WrongPassword => (
            Code::WrongPassword,
            format!("{place}: key_password does not open {what}"),
        ),
        Fault::Unsupported(name) => (
            Code::BadKey,
            format!("{place}: {what} is sealed with {name}, which is not read; write it anew with AES-256 (openssl pkcs8 -topk8 -v2 aes-256-cbc, or openssl pkcs12 -export)"),
        ),
        Fault::TooCostly => (
            Code::BadKey,
            format!("{place}: {what} asks for more work than is done to open a file (5,000,000 rounds of key derivation, or 64 MB of memory); write it anew with less"),
        ),
        Fault::Malformed(_) if source.bytes.is_empty() => (
            Code::BadKey,
            format!("{place}: it is empty; {what} is expected"),
        ),
        Fault::Malformed(why) => (
            Code::BadKey,
            format!("{place}: {what} cannot be read: {why}"),
        ),
    };
    reader.error(source.option, Error::new(code, message));
}
