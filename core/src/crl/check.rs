//! This file is about the revocation of one chain (RFC 5280, 6.3.3).
//!
//! In: the chain that the library built and whose signatures hold, the CRLs, the time. Out:
//! [`Findings`]. Of several CRLs that speak of a certificate the newest that is genuine and current
//! decides, even if an older one lists the certificate: a suspended certificate is released by the next
//! CRL, and an old file that was left in a folder must not revoke for ever.

use super::{Crl, CrlSet};
use crate::cert::ChainMember;
use crate::verify::{VerifyCode, VerifyError};
use openssl::x509::X509Ref;

/// What the CRLs say of a chain.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// What is wrong, leaf first.
    pub(crate) errors: Vec<VerifyError>,
    /// The earliest end of a CRL that was used, seconds since 1970; nothing when none of them ends.
    pub(crate) expires: Option<i64>,
}

/// A certificate and what revocation asks of it.
struct Link<'a> {
    cert: &'a X509Ref,
    member: ChainMember,
}

impl CrlSet {
    /// Checks the leaf, or with `all` every certificate below the trust anchor. `chain` is leaf first
    /// and ends with the anchor; one that is its own anchor is checked with its own CRL.
    ///
    /// To be called only when every signature in the chain holds: otherwise the issuers are the
    /// client's own inventions, and each costs the server a signature to verify.
    pub(crate) fn check(&self, chain: &[&X509Ref], all: bool, now: i64) -> Findings {
        let mut findings = Findings::default();
        let count = match all {
            true => chain.len().saturating_sub(1).max(1),
            false => 1,
        };
        let mut links = chain.iter().copied().map(Link::read);
        let mut lower = links.next().flatten();
        for depth in 0..count.min(chain.len()) {
            let upper = links.next();
            let mut codes = Vec::new();
            let issuer = match (&lower, &upper) {
                (None, _) | (_, Some(None)) => None,
                // Who is neither a CA nor the anchor has no CRL; and no client makes the server verify
                // one with a key of its own choice.
                (Some(_), Some(Some(upper))) => {
                    Some(Some(upper).filter(|upper| upper.member.ca || depth + 2 == chain.len()))
                }
                (Some(last), None) => {
                    Some(Some(last).filter(|last| last.member.subject == last.member.issuer))
                }
            };
            let fault = |code| codes.push(code);
            match (&lower, issuer) {
                (Some(cert), Some(issuer)) => {
                    self.one(&cert.member, issuer, now, fault, &mut findings.expires);
                }
                _ => codes.push(VerifyCode::UNSPECIFIED.number()),
            }
            findings
                .errors
                .extend(codes.into_iter().map(|code| VerifyError {
                    depth: u32::try_from(depth).unwrap_or(u32::MAX),
                    code: VerifyCode::from_number(code),
                }));
            lower = upper.flatten();
        }
        findings
    }

    /// Checks one certificate. Without an issuer nobody can have signed a CRL on it.
    fn one(
        &self,
        cert: &ChainMember,
        issuer: Option<&Link<'_>>,
        now: i64,
        mut fault: impl FnMut(i32),
        expires: &mut Option<i64>,
    ) {
        let named = self.by_issuer.get(&cert.issuer);
        let may_be = |crl: &&Crl| issuer.is_none_or(|issuer| crl.may_be_of(&issuer.member));
        let of_key = || named.into_iter().flatten().map(|crl| &**crl).filter(may_be);
        if of_key().next().is_none() {
            return fault(VerifyCode::UnableToGetCrl);
        }
        let Some(issuer) = issuer else {
            return fault(VerifyCode::UnableToGetCrlIssuer);
        };
        if !issuer.member.signs_crls {
            fault(VerifyCode::KeyUsageNoCrlSign);
        }
        let covering = || of_key().filter(|crl| crl.scope.covers(cert));
        if covering().next().is_none() {
            return fault(VerifyCode::DifferentCrlScope);
        }
        // The CRLs of an issuer lie newest first.
        let genuine = || covering().filter(|crl| crl.is_by(&issuer.member, issuer.cert));
        let at = |wanted: Age| genuine().find(|crl| crl.at(now) == wanted);
        let used = if let Some(crl) = at(Age::Current) {
            crl
        } else if let Some(crl) = at(Age::Expired) {
            fault(VerifyCode::CrlHasExpired);
            crl
        } else if let Some(crl) = at(Age::NotYetValid) {
            fault(VerifyCode::CrlNotYetValid);
            crl
        } else {
            return fault(VerifyCode::CrlSignatureFailure);
        };
        if used.lists(&cert.serial) {
            fault(VerifyCode::Revoked);
        }
        if let Some(end) = &used.next_update {
            let earlier = expires.map_or(end.seconds, |known| known.min(end.seconds));
            *expires = Some(earlier);
        }
    }
}

/// What the time makes of a CRL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    NotYetValid,
    Current,
    Expired,
}

impl Crl {
    /// What the time makes of it. At the very second of nextUpdate it has expired, as for OpenSSL.
    pub(super) fn at(&self, now: i64) -> Age {
        if self.this_update.seconds > now {
            Age::NotYetValid
        } else if self
            .next_update
            .as_ref()
            .is_some_and(|end| end.seconds <= now)
        {
            Age::Expired
        } else {
            Age::Current
        }
    }
}

impl<'a> Link<'a> {
    fn read(cert: &'a X509Ref) -> Option<Self> {
        let member = ChainMember::read(&cert.to_der().ok()?).ok()?;
        Some(Self { cert, member })
    }
}
