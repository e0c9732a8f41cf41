//! This module is about the verdict on a chain.
//!
//! In: what the TLS library's verification said of the chain that it built, and that chain. Out:
//! [`Verdict`]: every error with its depth, in an order that does not depend on the library; the
//! trust anchor; until when it holds. It may not know of connections, modes or callbacks.

pub(crate) mod alert;
mod code;
mod strength;
mod trust;

pub use code::VerifyCode;
pub(crate) use strength::{key_is_weak, weak_signature};
pub(crate) use trust::{Anchors, Trust};

use crate::crl::{CrlSet, Findings};
use crate::policy::{CrlCheck, Rules};
use crate::{backend, cert};
use openssl::x509::X509Ref;

/// One thing that is wrong with a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// Position in the chain: 0 is the leaf.
    pub depth: u32,
    /// What is wrong.
    pub code: VerifyCode,
}

impl VerifyError {
    /// For a chain that does not verify and nobody said why.
    pub(crate) const UNSPECIFIED: Self = Self {
        depth: 0,
        code: VerifyCode::UNSPECIFIED,
    };

    /// What is wrong with a leaf, by OpenSSL's number.
    pub(crate) fn of_leaf(number: i32) -> Self {
        Self {
            depth: 0,
            code: VerifyCode::from_number(number),
        }
    }
}

/// Why a leaf does not hold at this time, for who verified it at another.
pub(crate) fn out_of_date(leaf: &cert::Certificate, now: i64) -> Option<VerifyError> {
    if leaf.not_after().is_none_or(|end| end < now) {
        return Some(VerifyError::of_leaf(VerifyCode::CertHasExpired));
    }
    let begun = leaf.not_before().is_some_and(|start| start <= now);
    (!begun).then(|| VerifyError::of_leaf(VerifyCode::CertNotYetValid))
}

/// What verification found.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// Every error, the one that counts first; empty when the chain verifies.
    pub(crate) errors: Vec<VerifyError>,
    /// SHA-256 of the trust anchor, only when the chain verifies.
    pub(crate) anchor: Option<[u8; 32]>,
    /// The earliest end of validity in the chain, seconds since 1970.
    expires: i64,
    /// The earliest nextUpdate of the CRLs that were looked into.
    lists_end: Option<i64>,
}

/// What a chain is judged by.
pub(crate) struct Terms<'a> {
    pub(crate) rules: &'a Rules,
    /// Those that the library may have ended the chain with.
    pub(crate) anchors: &'a Anchors,
    pub(crate) crls: &'a CrlSet,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

impl Verdict {
    /// Settles what the library reported (`reported`, in its order) about the chain that it built
    /// (`chain`, leaf first). `accepted` is the library's own conclusion.
    pub(crate) fn settle(
        mut reported: Vec<VerifyError>,
        chain: &[&X509Ref],
        accepted: bool,
        terms: &Terms<'_>,
    ) -> Self {
        let rules = terms.rules;
        let trusted = !reported
            .iter()
            .any(|error| matches!(stage(error.code), Stage::Length | Stage::Building));
        if !accepted && reported.is_empty() {
            reported.push(VerifyError::UNSPECIFIED);
        }
        // Only of a chain that ends with a CA and whose signatures hold: the issuers of any other are
        // the client's inventions.
        let genuine = trusted && accepted && !reported.iter().any(breaks_signatures);
        let revocation = match rules.crl_check {
            CrlCheck::Leaf | CrlCheck::Chain if genuine => {
                let all = rules.crl_check == CrlCheck::Chain;
                terms.crls.check(chain, all, terms.now)
            }
            _ => Findings::default(),
        };
        for error in strength::weaknesses(chain)
            .into_iter()
            .chain(length(chain, rules.depth, trusted))
            .chain(usage(chain, rules))
            .chain(revocation.errors)
        {
            if !reported.contains(&error) {
                reported.push(error);
            }
        }
        normalise_self_signed(&mut reported, chain);
        // Stable: within a stage the library's own order stays.
        reported.sort_by_key(|error| stage(error.code));
        if let Some(revoked) = reported
            .iter()
            .position(|e| e.code.number() == VerifyCode::Revoked)
        {
            let first = reported.remove(revoked);
            reported.insert(0, first);
        }
        let anchor = match chain.last() {
            Some(last) if reported.is_empty() => terms.anchors.digest(last),
            _ => None,
        };
        if reported.is_empty() && anchor.is_none() {
            reported.push(VerifyError::UNSPECIFIED);
        }
        Self {
            errors: reported,
            anchor,
            expires: earliest_end(chain),
            lists_end: revocation.expires,
        }
    }

    /// Until when the verdict holds, seconds since 1970: no certificate ends before, and no CRL.
    pub(crate) fn holds_until(&self) -> i64 {
        self.lists_end
            .map_or(self.expires, |end| self.expires.min(end))
    }

    /// Why the verdict no longer holds.
    pub(crate) fn lapsed(&self, now: i64) -> Option<VerifyError> {
        if self.expires < now {
            return Some(VerifyError::of_leaf(VerifyCode::CertHasExpired));
        }
        let stale = self.lists_end.is_some_and(|end| end <= now);
        stale.then(|| VerifyError::of_leaf(VerifyCode::CrlHasExpired))
    }

    /// The chain verifies.
    pub(crate) fn ok(&self) -> bool {
        self.errors.is_empty() && self.anchor.is_some()
    }
}

/// The steps of verification in the order in which OpenSSL 3 takes them; AWS-LC takes them in the
/// same order but leaves out the strength of keys and digests, which the core then adds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    LeafKey,
    Length,
    Building,
    Extensions,
    Strength,
    Revocation,
    Rest,
}

fn stage(code: VerifyCode) -> Stage {
    match code.number() {
        VerifyCode::EeKeyTooSmall => Stage::LeafKey,
        VerifyCode::ChainTooLong => Stage::Length,
        2 | 18..=20 | 27 | 28 | 55 => Stage::Building,
        24..=26 | 34 | 37..=41 | 76..=94 => Stage::Extensions,
        VerifyCode::CaKeyTooSmall | VerifyCode::CaMdTooWeak => Stage::Strength,
        3 | 8 | 11 | 12 | 23 | 33 | 35 | 44 => Stage::Revocation,
        _ => Stage::Rest,
    }
}

/// A signature in the chain does not hold, or cannot be checked.
fn breaks_signatures(error: &VerifyError) -> bool {
    matches!(
        error.code.number(),
        VerifyCode::CertSignatureFailure | 4 | 6
    )
}

/// CERT_CHAIN_TOO_LONG where the library is given room for one intermediate more than is allowed.
fn length(chain: &[&X509Ref], allowed: u32, trusted: bool) -> Option<VerifyError> {
    let above_leaf = chain.len().saturating_sub(1);
    let intermediates = u32::try_from(above_leaf.saturating_sub(usize::from(trusted))).ok()?;
    (intermediates > allowed).then(|| VerifyError {
        depth: allowed + 1,
        code: VerifyCode::from_number(VerifyCode::ChainTooLong),
    })
}

/// A leaf that does not say that it is for clients, where it has to. One that says that it is for
/// something else is the library's to refuse.
fn usage(chain: &[&X509Ref], rules: &Rules) -> Option<VerifyError> {
    let leaf = chain.first().filter(|_| rules.strict_usage)?;
    let says = leaf
        .to_der()
        .is_ok_and(|der| cert::has_extended_key_usage(&der));
    (!says).then(|| VerifyError::of_leaf(VerifyCode::InvalidPurpose))
}

/// A leaf that signed itself: AWS-LC says that its issuer is unknown when its key usage does not
/// allow signing certificates; OpenSSL says that it is self-signed, which tells more.
fn normalise_self_signed(errors: &mut Vec<VerifyError>, chain: &[&X509Ref]) {
    let [leaf] = chain else { return };
    let own_issuer = matches!(
        (leaf.subject_name().to_der(), leaf.issuer_name().to_der()),
        (Ok(subject), Ok(issuer)) if subject == issuer
    );
    let unknown = |e: &VerifyError| e.code.number() == VerifyCode::UnableToGetIssuerLocally;
    if !own_issuer || !errors.iter().any(unknown) {
        return;
    }
    errors.retain(|e| !unknown(e) && e.code.number() != VerifyCode::UnableToVerifyLeafSignature);
    errors.push(VerifyError {
        depth: 0,
        code: VerifyCode::from_number(VerifyCode::DepthZeroSelfSigned),
    });
}

fn earliest_end(chain: &[&X509Ref]) -> i64 {
    let ends = chain.iter().map(|cert| {
        let (kind, content) = backend::time(cert.not_after());
        cert::end_of_validity(kind, content).unwrap_or(i64::MIN)
    });
    ends.min().unwrap_or(i64::MIN)
}
