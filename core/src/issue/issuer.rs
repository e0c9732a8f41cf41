//! This file is about issuing in memory: an authority's key and certificate, and what they sign.
//!
//! In: specs, requests, PEM. Out: PEM. It may not know of files.

use super::certificate::{self, Parsed, Signer};
use super::crl::{self, Revoked};
use super::key::{self, Key, KeyKind};
use super::pem;
use super::request;
use super::spec::{refuse, Content, Purpose, Role, Spec};
use super::time;
use crate::error::{Code, Error, Result};

/// A certificate that was issued, and its key when that was made with it.
#[derive(Clone)]
pub struct Issued {
    /// The certificate (PEM).
    pub certificate_pem: String,
    /// The private key (PKCS#8 PEM), encrypted when the spec has a password; `None` for a signed request.
    pub key_pem: Option<String>,
    /// The intermediates between the certificate and the root (PEM), nearest first, without the root.
    pub chain: Vec<String>,
    /// The serial number: upper-case hex, whole bytes.
    pub serial: String,
    /// The end of validity, seconds since 1970-01-01 UTC.
    pub not_after: i64,
}

impl Issued {
    /// What a server or client presents: the certificate and its chain, as one PEM text.
    #[must_use]
    pub fn chain_pem(&self) -> String {
        std::iter::once(&self.certificate_pem)
            .chain(&self.chain)
            .map(String::as_str)
            .collect()
    }
}

// By hand, because the key must never reach a log.
impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued")
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

/// An authority in memory, for development and tests. [`Authority`](super::Authority) keeps one in a folder.
pub struct Issuer {
    key: Key,
    certificate: Parsed,
    /// DER of the authorities above, nearest first, without the root.
    above: Vec<Vec<u8>>,
}

impl Issuer {
    /// A new root.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: a field of the spec cannot be.
    pub fn root(spec: &Spec) -> Result<Self> {
        let content = spec.content(Role::Root, None, None, false)?;
        let key = Key::generate(spec.key)?;
        let spki = key.spki()?;
        let signer = Signer {
            key: &key,
            name: &content.subject,
            key_id: &certificate::key_id(&spki)?,
        };
        let der = certificate::write(&content, &serial()?, &spki, &signer)?;
        Ok(Self {
            certificate: parsed(&der)?,
            key,
            above: Vec::new(),
        })
    }

    /// An authority from PEM: its certificate, its key, the key's password, and the authorities above it
    /// (nearest first; a root and the authority itself among them are left out).
    ///
    /// # Errors
    /// `certificate.cannot_issue`: no certificate, none of an authority, a key that is not its own.
    /// `certificate.bad_key`: the key cannot be read, is too weak, or its password is missing or wrong.
    pub fn from_pem(
        certificate: &str,
        key: &str,
        password: Option<&str>,
        above: &str,
    ) -> Result<Self> {
        let read = |text: &str| {
            let list = pem::read(text, &[pem::CERTIFICATE])?;
            list.iter()
                .map(|der| Parsed::read(der))
                .collect::<Option<Vec<_>>>()
        };
        let unreadable = || {
            Error::new(
                Code::CannotIssue,
                "the authority's certificate cannot be read",
            )
        };
        let own = read(certificate)
            .and_then(|list| list.into_iter().next())
            .ok_or_else(unreadable)?;
        let above = read(above).ok_or_else(unreadable)?;
        if own.authority.is_none() {
            return Err(Error::new(
                Code::CannotIssue,
                "the certificate is not an authority's (CA:TRUE)",
            ));
        }
        let key = Key::from_pem(key.as_bytes(), password)?;
        if !key.belongs_to(&own.spki) {
            return Err(Error::new(
                Code::CannotIssue,
                "the authority's key does not belong to its certificate",
            ));
        }
        let own_der = own.der.clone();
        Ok(Self {
            key,
            certificate: own,
            above: above
                .into_iter()
                .filter(|c| !c.is_root() && c.der != own_der)
                .map(|c| c.der)
                .collect(),
        })
    }

    /// The authority's certificate (PEM).
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        pem::write(pem::CERTIFICATE, &self.certificate.der)
    }

    /// The authority's key (PKCS#8 PEM), encrypted when there is a password.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: the password is empty.
    pub fn key_pem(&self, password: Option<&str>) -> Result<String> {
        super::spec::check_password(password)?;
        self.key.to_pem(password)
    }

    /// What certificates of this authority need beside themselves (PEM), nearest first: this authority, when it is no root,
    /// and those above, without the root.
    #[must_use]
    pub fn chain(&self) -> Vec<String> {
        self.chain_der()
            .iter()
            .map(|der| pem::write(pem::CERTIFICATE, der))
            .collect()
    }

    /// The authority's serial number: upper-case hex.
    #[must_use]
    pub fn serial(&self) -> String {
        hex(&self.certificate.serial)
    }

    /// The end of the authority's validity, seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.certificate.not_after
    }

    /// An intermediate under this authority.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: a field of the spec cannot be, or the path length does not allow it.
    pub fn intermediate(&self, spec: &Spec) -> Result<Self> {
        let content = spec.content(
            Role::Intermediate,
            Some(&self.certificate.bounds()),
            None,
            false,
        )?;
        let key = Key::generate(spec.key)?;
        let der = self.certify(&content, &key.spki()?)?;
        Ok(Self {
            certificate: parsed(&der)?,
            key,
            above: self.chain_der(),
        })
    }

    /// A certificate and its key.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: a field of the spec cannot be, or a server has neither DNS name nor IP address.
    pub fn issue(&self, purpose: Purpose, spec: &Spec) -> Result<Issued> {
        if purpose == Purpose::Server && spec.dns.is_empty() && spec.ip.is_empty() {
            return Err(refuse("dns", "a server certificate needs a DNS name or an IP address: clients do not look at the CN"));
        }
        let rsa = matches!(
            spec.key,
            KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096
        );
        let content = spec.content(
            Role::Leaf(purpose),
            Some(&self.certificate.bounds()),
            None,
            rsa,
        )?;
        let key = Key::generate(spec.key)?;
        let der = self.certify(&content, &key.spki()?)?;
        self.issued(&der, Some(key.to_pem(spec.password.as_deref())?))
    }

    /// A certificate for a request (PKCS#10, PEM or DER). Its subject and names are those of the request where the spec gives
    /// none; usages and times are the spec's alone, and the certificate is never an authority's.
    ///
    /// # Errors
    /// `certificate.bad_request`: no request, a wrong signature, a weak key, a name that is not signed here.
    /// `certificate.cannot_issue`: a field of the spec cannot be.
    pub fn sign(&self, request: &[u8], purpose: Purpose, spec: &Spec) -> Result<Issued> {
        let requested = request::read(request)?;
        let content = spec.content(
            Role::Leaf(purpose),
            Some(&self.certificate.bounds()),
            Some((&requested.subject, &requested.names)),
            requested.is_rsa,
        )?;
        let der = self.certify(&content, &requested.spki)?;
        self.issued(&der, None)
    }

    /// A CRL (PEM) with this number, good for `days` from now.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: `days` is not 1 to 3,650.
    pub fn crl(&self, revoked: &[Revoked], number: u64, days: i64) -> Result<String> {
        if !(1..=3650).contains(&days) {
            return Err(refuse("days", "a CRL is good for 1 to 3,650 days"));
        }
        let now = time::now();
        let der = crl::write(
            revoked,
            number,
            now,
            now.saturating_add(days * time::DAY),
            &self.signer(),
        )?;
        Ok(pem::write(pem::CRL, &der))
    }

    /// The serial number (big-endian) of a certificate (PEM or DER) of this authority.
    ///
    /// # Errors
    /// `certificate.unreadable`: no certificate. `certificate.cannot_issue`: another authority's.
    pub fn serial_of(&self, certificate: &[u8]) -> Result<Vec<u8>> {
        let text = std::str::from_utf8(certificate).ok();
        let der = text
            .and_then(|text| pem::read(text, &[pem::CERTIFICATE])?.into_iter().next())
            .unwrap_or_else(|| certificate.to_vec());
        let unreadable = || Error::new(Code::NotACertificate, "the data is no certificate");
        let read = Parsed::read(&der).ok_or_else(unreadable)?;
        let public = self.key.public()?;
        let signed = openssl::x509::X509::from_der(&der)
            .map_err(|_| unreadable())?
            .verify(&public)
            .unwrap_or(false);
        if read.issuer != self.certificate.subject || !signed {
            return Err(Error::new(
                Code::CannotIssue,
                "the certificate was not issued by this authority",
            ));
        }
        Ok(read.serial)
    }

    fn certify(&self, content: &Content, spki: &[u8]) -> Result<Vec<u8>> {
        if content.subject == self.certificate.subject {
            // It would read as self-issued, and chains with it end in the wrong place.
            return Err(refuse(
                "subject",
                "it has the subject of its issuer: give another one",
            ));
        }
        certificate::write(content, &serial()?, spki, &self.signer())
    }

    fn signer(&self) -> Signer<'_> {
        Signer {
            key: &self.key,
            name: &self.certificate.subject,
            key_id: &self.certificate.key_id,
        }
    }

    fn chain_der(&self) -> Vec<Vec<u8>> {
        let own = Some(&self.certificate).filter(|c| !c.is_root());
        own.map(|c| c.der.clone())
            .into_iter()
            .chain(self.above.iter().cloned())
            .collect()
    }

    fn issued(&self, der: &[u8], key_pem: Option<String>) -> Result<Issued> {
        let read = parsed(der)?;
        Ok(Issued {
            certificate_pem: pem::write(pem::CERTIFICATE, der),
            key_pem,
            chain: self.chain(),
            serial: hex(&read.serial),
            not_after: read.not_after,
        })
    }
}

/// Upper-case hex, whole bytes.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

/// 20 random bytes, positive and always of that length (RFC 5280 section 4.1.2.2).
fn serial() -> Result<Vec<u8>> {
    let mut bytes = vec![0; 20];
    openssl::rand::rand_bytes(&mut bytes).map_err(|e| key::library("give random bytes", &e))?;
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    Ok(bytes)
}

fn parsed(der: &[u8]) -> Result<Parsed> {
    Parsed::read(der).ok_or_else(|| {
        Error::new(
            Code::Library,
            "a certificate that was just issued cannot be read",
        )
    })
}
