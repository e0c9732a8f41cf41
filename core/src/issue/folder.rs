//! This file is about an authority that lives in a folder: the issuer, its files and its index.
//!
//! In: a folder, specs. Out: files. It may not know how anything is signed.

use super::crl::{Reason, Revoked};
use super::files::{self, Batch, Lock, Readers};
use super::index::{self, Index};
use super::issuer::{hex, Issued, Issuer};
use super::pkcs12;
use super::request;
use super::spec::{refuse, Purpose, Spec};
use super::time;
use crate::error::{Code, Error, Result};
use std::path::{Path, PathBuf};

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca.key";
const CHAIN: &str = "chain.pem";
const INDEX: &str = "index.txt";
const CRL: &str = "crl.pem";

/// Names that leaves and intermediates may not have: their files would be the authority's own.
const RESERVED: &[&str] = &["ca", "chain", "index", "crl"];

/// An authority in a folder, for development and tests. The [module](super) draws the folder.
pub struct Authority {
    folder: PathBuf,
    issuer: Issuer,
}

/// What was written for a certificate or a request.
#[derive(Clone, Debug)]
pub struct Written {
    /// What the files are called, without their ends.
    pub name: String,
    /// NAME.pem, the certificate and its chain; or NAME.csr, the request.
    pub file: PathBuf,
    /// NAME.key; `None` for a signed request, whose key stays where it was made.
    pub key: Option<PathBuf>,
    /// The certificate's serial number, upper-case hex; empty for a request.
    pub serial: String,
}

impl Authority {
    /// A new root in a folder, which is made (for its owner alone) when it is not there. The spec's password encrypts its key.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: a field of the spec cannot be. `io.file_exists`: the folder has an
    /// authority. `io.file`: the folder cannot be written.
    pub fn create(folder: impl AsRef<Path>, spec: &Spec) -> Result<Self> {
        Self::write(folder.as_ref(), Issuer::root(spec)?, spec)
    }

    /// The authority of a folder. The password opens its key.
    ///
    /// # Errors
    /// `io.file`: a file is missing or cannot be read. `certificate.bad_key`: the key cannot be read, or the password
    /// is missing or wrong. `certificate.cannot_issue`: the files are no authority's.
    pub fn open(folder: impl AsRef<Path>, password: Option<&str>) -> Result<Self> {
        let folder = folder.as_ref();
        let read = |name: &str| files::read(&folder.join(name));
        let (certificate, key) = (read(CERTIFICATE)?, read(KEY)?);
        let above = if folder.join(CHAIN).exists() {
            read(CHAIN)?
        } else {
            String::new()
        };
        let issuer = Issuer::from_pem(&certificate, &key, password, &above)
            .map_err(|e| e.with("path", folder.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
            issuer,
        })
    }

    /// The issuer, for what should not become files.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The authority's certificate: what others trust it by.
    #[must_use]
    pub fn certificate_file(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    /// An intermediate in a folder of its own under this one: by default `intermediate`.
    ///
    /// # Errors
    /// As [`Authority::create`]; `certificate.cannot_issue` also when the path length does not allow it.
    pub fn intermediate(&self, spec: &Spec) -> Result<Self> {
        let name = file_name(spec.name.as_deref().or(Some("intermediate")), None)?;
        let made = Self::write(
            &self.folder.join(&name),
            self.issuer.intermediate(spec)?,
            spec,
        )?;
        self.record(&made.issuer.serial(), made.issuer.not_after(), &name)?;
        Ok(made)
    }

    /// A server certificate and its key: NAME.pem, NAME.key.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: a field of the spec cannot be. `io.file_exists`: the name is taken.
    /// `io.file`: a file cannot be written.
    pub fn server(&self, spec: &Spec) -> Result<Written> {
        self.keep(&self.issuer.issue(Purpose::Server, spec)?, spec, None)
    }

    /// A client certificate and its key: NAME.pem, NAME.key.
    ///
    /// # Errors
    /// As [`Authority::server`].
    pub fn client(&self, spec: &Spec) -> Result<Written> {
        self.keep(&self.issuer.issue(Purpose::Client, spec)?, spec, None)
    }

    /// A certificate for a request: NAME.pem. See [`Issuer::sign`] for what of the request counts.
    ///
    /// # Errors
    /// As [`Authority::server`], and `certificate.bad_request`.
    pub fn sign(&self, request: &[u8], purpose: Purpose, spec: &Spec) -> Result<Written> {
        let issued = self.issuer.sign(request, purpose, spec)?;
        let asked = request::read(request)?;
        self.keep(&issued, spec, asked.names.first())
    }

    /// Revokes a certificate of this authority. The next [`Authority::crl`] says so, no earlier one does.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: it is not this authority's, or revoked already.
    /// `certificate.unreadable`: no certificate. `io.file`: the index cannot be read or written.
    pub fn revoke(&self, certificate: &[u8], reason: Reason) -> Result<()> {
        self.revoke_bytes(self.issuer.serial_of(certificate)?, reason)
    }

    /// Revokes by serial number in hex, colons allowed.
    ///
    /// # Errors
    /// As [`Authority::revoke`].
    pub fn revoke_serial(&self, serial: &str, reason: Reason) -> Result<()> {
        let bytes = index::unhex(serial)
            .ok_or_else(|| refuse("serial", &format!("{serial:?} is no serial number in hex")))?;
        self.revoke_bytes(bytes, reason)
    }

    /// Makes crl.pem anew, good for `days`, with the next CRL number. Gives its path.
    ///
    /// # Errors
    /// `certificate.cannot_issue`: `days` is not 1 to 3,650, or the index cannot be understood.
    /// `io.file`: a file cannot be read or written.
    pub fn crl(&self, days: i64) -> Result<PathBuf> {
        let (_lock, index) = self.index()?;
        let number = index.crl_number.saturating_add(1);
        let pem = self.issuer.crl(&index.revoked, number, days)?;
        // Recorded first: a number that was never published does no harm, one used twice does.
        files::append(&self.folder.join(INDEX), &index::crl(time::now(), number))?;
        let path = self.folder.join(CRL);
        files::replace(&path, pem.as_bytes())?;
        Ok(path)
    }

    /// NAME.p12 from NAME.pem and NAME.key, for browsers and phones. `key_password` opens an encrypted key,
    /// `password` closes the bundle. Gives its path.
    ///
    /// # Errors
    /// As [`pkcs12()`](super::pkcs12()); `io.file_exists`: the bundle is there; `io.file`.
    pub fn pkcs12(
        &self,
        name: &str,
        key_password: Option<&str>,
        password: &str,
        legacy: bool,
    ) -> Result<PathBuf> {
        let name = file_name(Some(name), None)?;
        let chain = files::read(&self.folder.join(format!("{name}.pem")))?;
        let key = files::read(&self.folder.join(format!("{name}.key")))?;
        let bundle = pkcs12::pkcs12(&chain, &key, key_password, &name, password, legacy)?;
        let path = self.folder.join(format!("{name}.p12"));
        let mut batch = Batch::default();
        batch.create(&path, Readers::Owner, &bundle)?;
        batch.keep();
        Ok(path)
    }

    fn write(folder: &Path, issuer: Issuer, spec: &Spec) -> Result<Self> {
        files::folder(folder)?;
        let mut batch = Batch::default();
        let key = issuer.key_pem(spec.password.as_deref())?;
        batch.create(&folder.join(KEY), Readers::Owner, key.as_bytes())?;
        let certificate = issuer.certificate_pem();
        batch.create(
            &folder.join(CERTIFICATE),
            Readers::All,
            certificate.as_bytes(),
        )?;
        let chain = issuer.chain();
        if !chain.is_empty() {
            batch.create(&folder.join(CHAIN), Readers::All, chain.concat().as_bytes())?;
        }
        batch.create(&folder.join(INDEX), Readers::All, b"")?;
        batch.keep();
        Ok(Self {
            folder: folder.to_owned(),
            issuer,
        })
    }

    fn keep(&self, issued: &Issued, spec: &Spec, asked: Option<&str>) -> Result<Written> {
        let names = spec.names()?;
        let cn = spec.subject.as_ref().and_then(|s| s.value("CN"));
        let fallback = cn.or(names.first()).or(asked).unwrap_or(&issued.serial);
        let name = file_name(spec.name.as_deref(), Some(fallback))?;
        let file = self.folder.join(format!("{name}.pem"));
        let mut batch = Batch::default();
        let key = match &issued.key_pem {
            Some(pem) => {
                let path = self.folder.join(format!("{name}.key"));
                batch.create(&path, Readers::Owner, pem.as_bytes())?;
                Some(path)
            }
            None => None,
        };
        batch.create(&file, Readers::All, issued.chain_pem().as_bytes())?;
        self.record(&issued.serial, issued.not_after, &format!("{name}.pem"))?;
        batch.keep();
        Ok(Written {
            name,
            file,
            key,
            serial: issued.serial.clone(),
        })
    }

    fn record(&self, serial: &str, not_after: i64, file: &str) -> Result<()> {
        let line = index::issued(time::now(), serial, not_after, file);
        let path = self.folder.join(INDEX);
        let _lock = Lock::wait_for(&path)?;
        files::append(&path, &line)
    }

    /// The index, and the lock under which what follows from it has to be written: two who read the
    /// same last CRL number would give it to two lists.
    fn index(&self) -> Result<(Lock, Index)> {
        let path = self.folder.join(INDEX);
        let lock = Lock::wait_for(&path)?;
        let index =
            Index::parse(&files::read(&path)?).map_err(|e| e.with("path", path.display()))?;
        Ok((lock, index))
    }

    fn revoke_bytes(&self, serial: Vec<u8>, reason: Reason) -> Result<()> {
        let (_lock, index) = self.index()?;
        let shown = hex(&serial);
        if !index.issued.contains(&shown) {
            let message =
                format!("this authority has issued no certificate with the serial number {shown}");
            return Err(refuse("serial", &message));
        }
        if index.is_revoked(&serial) {
            return Err(refuse(
                "serial",
                &format!("the certificate {shown} is revoked already"),
            ));
        }
        let revoked = Revoked {
            serial,
            time: time::now(),
            reason,
        };
        files::append(&self.folder.join(INDEX), &index::revoked(&revoked))
    }
}

/// Makes a key and a request in a folder: NAME.csr, NAME.key.
///
/// # Errors
/// As [`request()`](super::request()); `io.file_exists`, `io.file`.
pub fn request_files(folder: impl AsRef<Path>, spec: &Spec) -> Result<Written> {
    let folder = folder.as_ref();
    let names = spec.names()?;
    let cn = spec.subject.as_ref().and_then(|s| s.value("CN"));
    let name = file_name(spec.name.as_deref(), cn.or(names.first()))?;
    let made = request::request(spec)?;
    files::folder(folder)?;
    let (file, key) = (
        folder.join(format!("{name}.csr")),
        folder.join(format!("{name}.key")),
    );
    let mut batch = Batch::default();
    batch.create(&key, Readers::Owner, made.key_pem.as_bytes())?;
    batch.create(&file, Readers::All, made.request_pem.as_bytes())?;
    batch.keep();
    Ok(Written {
        name,
        file,
        key: Some(key),
        serial: String::new(),
    })
}

/// A name for files: the given one, which must be fit, or one made from `fallback`.
fn file_name(given: Option<&str>, fallback: Option<&str>) -> Result<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    let name: String = match (given, fallback) {
        (Some(given), _) => given.to_owned(),
        (None, Some(text)) => text
            .chars()
            .take(64)
            .map(|c| if fits(c) { c } else { '_' })
            .collect(),
        (None, None) => {
            return Err(refuse(
                "name",
                "give a name for the files, or a subject with a CN",
            ))
        }
    };
    let good =
        (1..=64).contains(&name.len()) && name.chars().all(fits) && !name.starts_with(['.', '-']);
    if !good {
        let message = format!("{name:?} is no name for files: 1 to 64 of letters, digits, - _ . @, neither . nor - in front");
        return Err(refuse("name", &message));
    }
    if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        let message = format!("the name {name:?} is the authority's own: give another name");
        return Err(Error::new(Code::CannotIssue, message).with("option", "name"));
    }
    Ok(name)
}
