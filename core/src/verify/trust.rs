//! This file is about the client CAs: an index by subject, and of each what was read so far.
//!
//! In: the CAs of a configuration. Out: for a chain, those that it could end with, which the TLS
//! library takes as its trusted certificates. It may not know of connections or modes.
//!
//! The library's own store sorts itself again at every addition and holds 5 kB for each CA. Here a
//! CA is its DER until a chain needs it.

use crate::cert::{canonical_name, Ca};
use openssl::error::ErrorStack;
use openssl::sha::Sha256;
use openssl::stack::Stack;
use openssl::x509::{X509NameRef, X509Ref, X509};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The most names that are looked up for one chain: more than a chain that verifies can have, so that
/// a client that sends thousands of certificates does not keep the index busy.
const MOST_NAMES: usize = 128;

/// The CAs that chains may end with.
#[derive(Default)]
pub(crate) struct Trust {
    cas: Vec<Trusted>,
    by_subject: HashMap<Vec<u8>, Vec<usize>>,
    digest: [u8; 32],
}

struct Trusted {
    ca: Ca,
    /// The library's form of it, from the first chain on that needs it; nothing for one that the
    /// library cannot read.
    read: OnceLock<Option<X509>>,
}

impl Trusted {
    fn certificate(&self) -> Option<&X509> {
        self.read
            .get_or_init(|| {
                let certificate = X509::from_der(&self.ca.der).ok();
                drop(ErrorStack::get());
                certificate
            })
            .as_ref()
    }
}

/// The CAs that one chain could end with.
pub(crate) struct Candidates {
    /// As the library takes them.
    pub(crate) stack: Stack<X509>,
    pub(crate) anchors: Anchors,
}

/// The same with the SHA-256 of each one's DER.
#[derive(Default)]
pub(crate) struct Anchors(Vec<(X509, [u8; 32])>);

impl Anchors {
    /// The digest of a certificate that is one of these; `None` when it is not.
    pub(crate) fn digest(&self, cert: &X509Ref) -> Option<[u8; 32]> {
        let found = self.0.iter().find(|(ca, _)| {
            // While they are held here, nothing else lies where they do; the library may also have
            // ended the chain with the copy that the client sent.
            std::ptr::eq::<X509Ref>(&**ca, cert) || ca.to_der().ok() == cert.to_der().ok()
        });
        found.map(|(_, digest)| *digest)
    }
}

impl Trust {
    /// These CAs, each of them once.
    pub(crate) fn new(cas: Vec<Ca>) -> Self {
        let mut trust = Self::default();
        let mut digests: Vec<[u8; 32]> = cas.iter().map(|ca| ca.digest).collect();
        for (at, ca) in cas.into_iter().enumerate() {
            let of_name = trust.by_subject.entry(canonical_name(&ca.subject));
            of_name.or_default().push(at);
            trust.cas.push(Trusted {
                ca,
                read: OnceLock::new(),
            });
        }
        digests.sort_unstable();
        let mut hash = Sha256::new();
        digests.iter().for_each(|digest| hash.update(digest));
        trust.digest = hash.finish();
        trust
    }

    /// SHA-256 over all of them, whatever their order.
    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The subject of each, DER, in the order of the configuration.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &[u8]> {
        self.cas.iter().map(|trusted| trusted.ca.subject.as_slice())
    }

    /// Every CA with this canonical subject.
    pub(crate) fn named(&self, subject: &[u8]) -> Vec<X509> {
        let places = self.by_subject.get(subject);
        let certificate = |at: &usize| self.cas.get(*at)?.certificate().cloned();
        places
            .into_iter()
            .flatten()
            .filter_map(certificate)
            .collect()
    }

    /// The CAs that a chain of these certificates could end with: whoever is named as the issuer of
    /// one of them, and of those in turn.
    pub(crate) fn candidates<'a>(
        &self,
        sent: impl Iterator<Item = &'a X509Ref>,
    ) -> Result<Candidates, ErrorStack> {
        let mut stack = Stack::new()?;
        let mut anchors = Vec::new();
        let issuer = |name: &X509NameRef| name.to_der().map(|der| canonical_name(&der));
        let mut names = Vec::new();
        for cert in sent.take(MOST_NAMES) {
            let name = issuer(cert.issuer_name())?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut next = 0;
        while let Some(name) = names.get(next).cloned() {
            next += 1;
            for at in self.by_subject.get(&name).into_iter().flatten() {
                let Some(trusted) = self.cas.get(*at) else {
                    continue;
                };
                let Some(certificate) = trusted.certificate() else {
                    continue;
                };
                stack.push(certificate.clone())?;
                anchors.push((certificate.clone(), trusted.ca.digest));
                let above = issuer(certificate.issuer_name())?;
                if names.len() < MOST_NAMES && !names.contains(&above) {
                    names.push(above);
                }
            }
        }
        Ok(Candidates {
            stack,
            anchors: Anchors(anchors),
        })
    }
}
