//! This file is about reading a CRL (RFC 5280, 5.1): one pass, and nothing of its entries is copied.
//!
//! In: an operator's bytes. Out: [`Crl`], or why it cannot be used: what would be misunderstood is
//! refused when it is loaded, and not when a client comes.

use super::entries::Entries;
use super::scope::{Scope, INDIRECT};
use super::signature::{self, Algorithm, Signature};
use crate::cert::der::{tag, Class, Malformed, Read, Reader};
use crate::cert::time::{self, Time};
use crate::cert::{canonical_name, dotted_oid, pem_blocks, ChainMember};
use crate::error::{Code, Error, Result};
use openssl::x509::X509Ref;
use std::ops::Range;
use std::sync::Arc;

/// The most that is read: 1 GiB, about 30 million entries.
const LARGEST: usize = 1 << 30;

/// A complete CRL, read and not yet verified.
#[derive(Debug)]
pub(crate) struct Crl {
    /// Where it comes from, for messages.
    pub(super) place: String,
    /// SHA-256 of the DER.
    pub(super) digest: [u8; 32],
    /// The issuer's canonical name.
    pub(super) issuer: Vec<u8>,
    /// The issuer's key, by authorityKeyIdentifier.
    key_id: Option<Vec<u8>>,
    /// cRLNumber without leading zeroes.
    number: Vec<u8>,
    pub(super) this_update: Time,
    pub(super) next_update: Option<Time>,
    pub(super) scope: Scope,
    signature: Signature,
    /// What is signed, in the DER.
    signed: Range<usize>,
    entries: Entries,
}

impl Crl {
    /// Reads one CRL in DER. `place` is where it comes from, for messages.
    ///
    /// # Errors
    /// `config.bad_crl`, with every reason why it cannot be used.
    pub(crate) fn read(der: Vec<u8>, place: &str) -> Result<Self> {
        let refuse = |reasons: &[String]| {
            let reasons = reasons.join("; ");
            Error::new(
                Code::BadCrl,
                format!("{place}: the CRL cannot be used: {reasons}"),
            )
        };
        if der.len() > LARGEST {
            return Err(refuse(&["it is larger than 1 GiB".to_owned()]));
        }
        let mut fields = Fields::default();
        if let Err(fault) = list(&der, &mut fields) {
            return Err(Error::new(
                Code::BadCrl,
                format!(
                    "{place}: this is no CRL that can be read: {}; a CRL in PEM (X509 CRL) or DER is \
                     expected",
                    fault.0
                ),
            ));
        }
        let Fields { faults, .. } = &mut fields;
        let faults = std::mem::take(faults);
        let (Some(algorithm), Some(this_update), []) =
            (fields.algorithm, fields.this_update, &*faults)
        else {
            return Err(refuse(&faults));
        };
        let signed = der.get(fields.signed.clone()).unwrap_or_default();
        let signature = Signature::new(algorithm, fields.signature, signed).map_err(|error| {
            Error::new(Code::Library, format!("{place}: the CRL's digest: {error}"))
        })?;
        Ok(Self {
            place: place.to_owned(),
            digest: openssl::sha::sha256(&der),
            issuer: fields.issuer,
            key_id: fields.key_id,
            number: fields.number,
            this_update,
            next_update: fields.next_update,
            scope: fields.scope,
            signature,
            signed: fields.signed,
            entries: Entries::new(der, fields.places),
        })
    }

    /// Reads every CRL of PEM, or the one of DER, told by content.
    pub(crate) fn read_all(bytes: Vec<u8>, place: &str) -> Vec<Result<Arc<Self>>> {
        if bytes.first() == Some(&0x30) {
            return vec![Self::read(bytes, place).map(Arc::new)];
        }
        let mut found = Vec::new();
        for block in pem_blocks(&bytes).filter(|block| block.label == "X509 CRL") {
            found.push(match block.der {
                Some(der) => Self::read(der, place).map(Arc::new),
                None => Err(Error::new(
                    Code::BadCrl,
                    format!(
                        "{place}: a PEM block is cut off or not valid base64; copy the file again"
                    ),
                )),
            });
        }
        if found.is_empty() {
            let what = if bytes.is_empty() {
                "it is empty"
            } else {
                "it holds no CRL"
            };
            found.push(Err(Error::new(
                Code::BadCrl,
                format!("{place}: {what}; a CRL in PEM (X509 CRL) or DER is expected"),
            )));
        }
        found
    }

    /// What orders the CRLs of one issuer: the greater is the newer.
    pub(super) fn age(&self) -> impl Ord + '_ {
        (
            self.this_update.seconds,
            self.number.len(),
            &self.number,
            self.digest,
        )
    }

    /// How many entries there are.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The certificate with this serial number, by its content octets, is revoked.
    pub(super) fn lists(&self, serial: &[u8]) -> bool {
        self.entries.contains(serial)
    }

    /// It may be this CA's: nothing says that another key of the same name has signed it.
    pub(super) fn may_be_of(&self, issuer: &ChainMember) -> bool {
        match (&self.key_id, &issuer.key_id) {
            (Some(own), Some(its)) => own == its,
            _ => true,
        }
    }

    /// The CA has signed it.
    pub(super) fn is_by(&self, issuer: &ChainMember, cert: &X509Ref) -> bool {
        let signed = self.entries.der().get(self.signed.clone());
        let signed = signed.unwrap_or_default();
        self.signature
            .is_by(issuer.spki, || cert.public_key(), signed)
    }
}

/// What one pass finds.
#[derive(Default)]
struct Fields {
    issuer: Vec<u8>,
    key_id: Option<Vec<u8>>,
    number: Vec<u8>,
    this_update: Option<Time>,
    next_update: Option<Time>,
    scope: Scope,
    algorithm: Option<Algorithm>,
    signature: Vec<u8>,
    signed: Range<usize>,
    places: Vec<u32>,
    /// Why it cannot be used though it can be read.
    faults: Vec<String>,
}

impl Fields {
    /// Takes a reason down, once.
    fn fault(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        // A hostile list must not make the message grow without end.
        if self.faults.len() < 8 && !self.faults.contains(&reason) {
            self.faults.push(reason);
        }
    }
}

/// CertificateList.
fn list(der: &[u8], fields: &mut Fields) -> Read<()> {
    let mut reader = Reader::new(der);
    // The reader borrows from `der`, so that addresses tell where it is.
    let place = |rest: &[u8]| rest.as_ptr().addr().saturating_sub(der.as_ptr().addr());
    reader.within(Class::Universal, tag::SEQUENCE, |list| {
        let start = place(list.rest());
        let inner = list.within(Class::Universal, tag::SEQUENCE, |body| {
            signed(body, fields, &place)
        })?;
        fields.signed = start..place(list.rest());
        let outer = list.rest();
        let algorithm = list.within(Class::Universal, tag::SEQUENCE, algorithm)?;
        let outer = outer.get(..outer.len().saturating_sub(list.rest().len()));
        if outer != Some(inner) {
            fields.fault(
                "the signature algorithm inside differs from the one outside; fetch it again from \
                 its issuer",
            );
        }
        match algorithm {
            Ok(algorithm) => fields.algorithm = Some(algorithm),
            Err(reason) => fields.fault(reason),
        }
        let value = list.value(tag::BIT_STRING)?;
        fields.signature = signature::octets(&value).ok_or(Malformed("half an octet is signed"))?;
        Ok(())
    })?;
    if !reader.rest().is_empty() {
        fields.fault("other bytes follow it; give each CRL a file of its own, or use PEM");
    }
    Ok(())
}

fn algorithm(reader: &mut Reader<'_>) -> Read<std::result::Result<Algorithm, String>> {
    let oid = reader.value(tag::OID)?.content;
    let parameters = match reader.at_end() {
        true => None,
        false => Some(reader.any()?),
    };
    Ok(Algorithm::read(&oid, parameters.as_ref()))
}

/// TBSCertList; gives the encoded algorithm in it.
fn signed<'a>(
    body: &mut Reader<'a>,
    fields: &mut Fields,
    place: &impl Fn(&[u8]) -> usize,
) -> Read<&'a [u8]> {
    if body.next_is(Class::Universal, tag::INTEGER)? && *body.value(tag::INTEGER)?.content != [1] {
        fields.fault("its version is unknown; a CRL of version 1 or 2 is expected");
    }
    let algorithm = body.value(tag::SEQUENCE)?.encoding;
    fields.issuer = canonical_name(body.value(tag::SEQUENCE)?.encoding);
    fields.this_update = date(body, "thisUpdate", fields)?;
    if is_date(body)? {
        fields.next_update = date(body, "nextUpdate", fields)?;
    }
    if body.next_is(Class::Universal, tag::SEQUENCE)? {
        body.within(Class::Universal, tag::SEQUENCE, |entries| {
            while !entries.at_end() {
                entries.within(Class::Universal, tag::SEQUENCE, |one| {
                    let at = u32::try_from(place(one.rest()));
                    fields
                        .places
                        .push(at.map_err(|_| Malformed("it is too large"))?);
                    entry(one, fields)
                })?;
            }
            Ok(())
        })?;
    }
    if body.next_is(Class::Context, 0)? {
        let mut seen = Vec::new();
        body.within(Class::Context, 0, |explicit| {
            extensions(explicit, |oid, critical, value| {
                if seen.iter().any(|other| other == oid) {
                    fields.fault(format!(
                        "its extension {} is there twice; have it issued anew",
                        dotted_oid(oid)
                    ));
                }
                seen.push(oid.to_vec());
                extension(oid, critical, value, fields)
            })
        })?;
    }
    Ok(algorithm)
}

fn is_date(reader: &Reader<'_>) -> Read<bool> {
    Ok(reader.next_is(Class::Universal, tag::UTC_TIME)?
        || reader.next_is(Class::Universal, tag::GENERALIZED_TIME)?)
}

fn date(reader: &mut Reader<'_>, what: &str, fields: &mut Fields) -> Read<Option<Time>> {
    if !is_date(reader)? {
        return Err(Malformed("a date is missing where one is expected"));
    }
    let value = reader.any()?;
    let time = time::read(value.tag, &value.content);
    if time.is_none() {
        fields.fault(format!("its {what} is no date; have it issued anew"));
    }
    Ok(time)
}

/// An entry. Whatever its reason, it counts as revoked: removeFromCRL, too, which belongs into a delta
/// CRL and here says nothing that could be believed.
fn entry(one: &mut Reader<'_>, fields: &mut Fields) -> Read<()> {
    one.value(tag::INTEGER)?;
    if !is_date(one)? {
        return Err(Malformed("an entry has no date"));
    }
    one.any()?;
    if one.at_end() {
        return Ok(());
    }
    extensions(one, |oid, critical, _| {
        match oid {
            // reasonCode, holdInstructionCode, invalidityDate.
            b"\x55\x1d\x15" | b"\x55\x1d\x17" | b"\x55\x1d\x18" => {}
            b"\x55\x1d\x1d" => fields.fault(INDIRECT),
            _ if critical => fields.fault(unknown("one of its entries", oid)),
            _ => {}
        }
        Ok(())
    })
}

/// Calls with each extension's OID, criticality and value.
fn extensions(
    reader: &mut Reader<'_>,
    mut each: impl FnMut(&[u8], bool, &[u8]) -> Read<()>,
) -> Read<()> {
    reader.within(Class::Universal, tag::SEQUENCE, |list| {
        while !list.at_end() {
            list.within(Class::Universal, tag::SEQUENCE, |one| {
                let oid = one.value(tag::OID)?.content;
                let critical = one.next_is(Class::Universal, tag::BOOLEAN)?
                    && *one.value(tag::BOOLEAN)?.content != [0];
                let value = one.value(tag::OCTET_STRING)?.content;
                each(&oid, critical, &value)
            })?;
        }
        Ok(())
    })
}

fn extension(oid: &[u8], critical: bool, value: &[u8], fields: &mut Fields) -> Read<()> {
    match oid {
        b"\x55\x1d\x23" => {
            fields.key_id = Reader::new(value).within(Class::Universal, tag::SEQUENCE, |ids| {
                let mut key = None;
                if ids.next_is(Class::Context, 0)? {
                    let id = ids.tagged(Class::Context, 0, tag::OCTET_STRING)?;
                    key = Some(id.content.into_owned());
                }
                while !ids.at_end() {
                    ids.any()?;
                }
                Ok(key)
            })?;
        }
        b"\x55\x1d\x14" => {
            let number = Reader::new(value).value(tag::INTEGER)?.content;
            fields.number = number
                .iter()
                .copied()
                .skip_while(|octet| *octet == 0)
                .collect();
        }
        b"\x55\x1d\x1b" => fields
            .fault("it is a delta CRL, which lists only what has changed; use the complete CRL"),
        b"\x55\x1d\x1c" => {
            let mut faults = Vec::new();
            fields.scope = Scope::read(value, &mut |fault| faults.push(fault))?;
            faults.into_iter().for_each(|fault| fields.fault(fault));
        }
        // issuerAltName, freshestCRL, authorityInfoAccess, expiredCertsOnCRL: none changes what the
        // list means.
        b"\x55\x1d\x12"
        | b"\x55\x1d\x2e"
        | b"\x2b\x06\x01\x05\x05\x07\x01\x01"
        | b"\x55\x1d\x3c" => {}
        _ if critical => fields.fault(unknown("it", oid)),
        _ => {}
    }
    Ok(())
}

fn unknown(what: &str, oid: &[u8]) -> String {
    format!(
        "{what} has a critical extension that is unknown here ({}), so that the list may mean something \
         else; use one without it",
        dotted_oid(oid)
    )
}
