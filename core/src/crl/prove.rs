//! This file is about CRLs and client CAs when they are loaded: which CRL is whose.
//!
//! In: the CRLs, the client CAs. Out: [`Proof`]: what will refuse every client, and what an operator
//! should know. The signatures that are verified here need not be verified in a handshake.

use super::check::Age;
use super::{Crl, CrlSet};
use crate::cert::ChainMember;
use crate::error::{Code, Error};
use openssl::x509::X509;

/// What is wrong with the CRLs beside the client CAs.
#[derive(Debug, Default)]
pub(crate) struct Proof {
    /// Why the configuration is refused.
    pub(crate) problems: Vec<Error>,
    /// What an operator should know.
    pub(crate) warnings: Vec<String>,
}

impl CrlSet {
    /// Verifies every CRL of a client CA. `cas_of` gives the client CAs with a canonical subject
    /// ([`crate::cert::canonical_name`]).
    pub(crate) fn prove(&self, now: i64, mut cas_of: impl FnMut(&[u8]) -> Vec<X509>) -> Proof {
        let mut proof = Proof::default();
        for (issuer, crls) in &self.by_issuer {
            let cas: Vec<_> = cas_of(issuer)
                .into_iter()
                .filter_map(|ca| {
                    let member = ChainMember::read(&ca.to_der().ok()?).ok()?;
                    Some((member, ca))
                })
                .collect();
            for crl in crls {
                crl.prove(now, &cas, &mut proof);
            }
        }
        // The order of a HashMap is another each time.
        proof
            .problems
            .sort_by(|one, other| one.message().cmp(other.message()));
        proof.warnings.sort();
        proof
    }
}

impl Crl {
    fn prove(&self, now: i64, cas: &[(ChainMember, X509)], proof: &mut Proof) {
        let place = &self.place;
        let mut warn = |text: String| proof.warnings.push(format!("{place}: {text}"));
        let signer = cas
            .iter()
            .find(|(member, ca)| self.may_be_of(member) && self.is_by(member, ca));
        match signer {
            Some((member, _)) if !member.signs_crls => warn(
                "the CA that has signed the CRL may not sign CRLs (its keyUsage lacks cRLSign); its \
                 clients do not verify"
                    .to_owned(),
            ),
            None if cas.is_empty() => warn(
                "the CRL's issuer is none of the client CAs; it serves only for intermediates that \
                 clients send"
                    .to_owned(),
            ),
            None => proof.problems.push(Error::new(
                Code::BadCrl,
                format!(
                    "{place}: the CRL has the name of a client CA and is signed by someone else; use \
                     the CRL that the CA's present key has signed, or add the CA that belongs to it"
                ),
            )),
            Some(_) => {}
        }
        let mut warn = |text: String| proof.warnings.push(format!("{place}: {text}"));
        match (self.at(now), &self.next_update) {
            (Age::Expired, Some(end)) => warn(format!(
                "the CRL has expired at {}; until there is a new one, clients of its issuer do not \
                 verify",
                end.text()
            )),
            (Age::NotYetValid, _) => warn(format!(
                "the CRL is valid only from {}; until then, clients of its issuer do not verify",
                self.this_update.text()
            )),
            (_, None) => warn(
                "the CRL has no nextUpdate: nobody will notice when it is out of date".to_owned(),
            ),
            _ => {}
        }
    }
}
