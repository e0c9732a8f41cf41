//! This file is about the files of the configuration: the server's certificate and key, the client
//! CAs, the key log.

use super::read::Reader;
use crate::error::{Code, Error};
use crate::verify::{key_is_weak, weak_signature};
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::sha::sha256;
use openssl::x509::X509;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Who the server is.
pub(crate) struct Identity {
    pub(crate) leaf: X509,
    /// The certificates above the leaf, as they are sent.
    pub(crate) chain: Vec<X509>,
    pub(crate) key: PKey<Private>,
}

/// The CAs that client certificates are verified with.
pub(super) struct TrustedCas {
    pub(super) cas: Vec<X509>,
}

/// The contents of `name` or `name_data`, and where they come from.
struct Source {
    bytes: Vec<u8>,
    option: &'static str,
    /// The option and its path, for messages.
    place: String,
}

/// No file of a configuration is larger than this; a directory or device must not be read for ever.
const FILE_LIMIT: u64 = 64 * 1_024 * 1_024;

fn source(reader: &mut Reader, file: &'static str, data: &'static str) -> Option<Source> {
    if reader.given(file) && reader.given(data) {
        reader.problem(
            Code::ConflictingOptions,
            data,
            format!("{file} and {data} are both given; give one of them"),
        );
    }
    if reader.given(file) {
        let path = reader.path(file)?;
        match read_file(file, &path) {
            Ok(bytes) => Some(Source {
                bytes,
                option: file,
                place: format!("{file} {}", path.display()),
            }),
            Err(error) => {
                reader.error(file, error);
                None
            }
        }
    } else {
        let bytes = reader.bytes(data)?;
        Some(Source {
            bytes,
            option: data,
            place: data.to_owned(),
        })
    }
}

fn read_file(option: &str, path: &Path) -> Result<Vec<u8>, Error> {
    use std::io::Read;
    let unreadable = |error: std::io::Error| {
        let code = match error.kind() {
            ErrorKind::NotFound => Code::FileNotFound,
            _ => Code::FileUnreadable,
        };
        Error::new(code, format!("{option} {}: {error}", path.display()))
            .with("path", path.display())
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(FILE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > FILE_LIMIT {
        let message = format!("{option} {}: the file is larger than 64 MB", path.display());
        return Err(Error::new(Code::FileUnreadable, message).with("path", path.display()));
    }
    Ok(bytes)
}

/// The server's certificate chain and its key.
pub(super) fn identity(reader: &mut Reader, password: Option<&str>) -> Option<Identity> {
    for (file, data) in [("certificate", "certificate_data"), ("key", "key_data")] {
        if !reader.given(file) && !reader.given(data) {
            reader.problem(
                Code::MissingOption,
                file,
                format!(
                    "{file} is needed (or {data}): the server's {}",
                    if file == "key" {
                        "private key"
                    } else {
                        "certificate chain"
                    }
                ),
            );
        }
    }
    let certificate = source(reader, "certificate", "certificate_data");
    let key = source(reader, "key", "key_data");
    let chain = certificate.and_then(|source| chain(reader, &source));
    let key = key.and_then(|source| {
        private_key(&source, password)
            .map_err(|error| reader.error(source.option, error))
            .ok()
    });
    let (mut chain, key) = (chain?, key?);
    let leaf = chain.remove(0);
    let public = leaf.public_key().ok()?;
    if !public.public_eq(&key) {
        reader.problem(
            Code::KeyMismatch,
            "key",
            "the private key does not belong to the certificate (the first one of the chain)",
        );
        return None;
    }
    Some(Identity { leaf, chain, key })
}

/// The certificates of PEM, or the one of DER.
fn certificates(bytes: &[u8]) -> Result<Vec<X509>, ErrorStack> {
    if bytes.windows(11).any(|window| window == b"-----BEGIN ") {
        X509::stack_from_pem(bytes)
    } else {
        X509::from_der(bytes).map(|cert| vec![cert])
    }
}

fn chain(reader: &mut Reader, source: &Source) -> Option<Vec<X509>> {
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
    match leaf.public_key() {
        Err(_) => reader.problem(
            Code::BadCertificate,
            source.option,
            format!("{}: the certificate's key cannot be read", source.place),
        ),
        Ok(key) if key_is_weak(&key) => reader.problem(
            Code::WeakKey,
            source.option,
            format!(
                "{}: the certificate's key has only {} bits (RSA needs 2048, EC 224)",
                source.place,
                key.bits()
            ),
        ),
        // A self-signed certificate's own signature convinces nobody, so that it does not count.
        Ok(key) if weak_signature(leaf) && !leaf.verify(&key).unwrap_or(false) => reader.problem(
            Code::WeakKey,
            source.option,
            format!(
                "{}: the certificate is signed with SHA-1 or MD5",
                source.place
            ),
        ),
        Ok(_) => return Some(chain),
    }
    None
}

fn private_key(source: &Source, password: Option<&str>) -> Result<PKey<Private>, Error> {
    let place = &source.place;
    let asked = std::cell::Cell::new(false);
    let answer = |buffer: &mut [u8]| {
        asked.set(true);
        let Some(password) = password.map(str::as_bytes) else {
            return Err(ErrorStack::get());
        };
        let Some(room) = buffer.get_mut(..password.len()) else {
            return Err(ErrorStack::get());
        };
        room.copy_from_slice(password);
        Ok(password.len())
    };
    let key = if source
        .bytes
        .windows(11)
        .any(|window| window == b"-----BEGIN ")
    {
        PKey::private_key_from_pem_callback(&source.bytes, answer)
    } else {
        PKey::private_key_from_der(&source.bytes)
            .or_else(|_| PKey::private_key_from_pkcs8_callback(&source.bytes, answer))
    };
    key.map_err(|_| match (asked.get(), password) {
        (true, None) => Error::new(
            Code::MissingPassword,
            format!("{place}: the private key is encrypted; give key_password"),
        ),
        (true, Some(_)) => Error::new(
            Code::WrongPassword,
            format!("{place}: key_password does not open the private key"),
        ),
        (false, _) => {
            let what = if source.bytes.is_empty() {
                "is empty"
            } else {
                "holds no readable private key"
            };
            Error::new(
                Code::BadKey,
                format!("{place}: {what}; PEM or DER is expected"),
            )
        }
    })
}

/// The client CAs; `None` when no option names any, or when they cannot be had.
pub(super) fn trusted_cas(reader: &mut Reader, warnings: &mut Vec<String>) -> Option<TrustedCas> {
    let given = reader.given("client_ca_file") || reader.given("client_ca_data");
    let Some(source) = source(reader, "client_ca_file", "client_ca_data") else {
        // A file that cannot be read is its own problem; the mode must not be called wrong as well.
        return given.then(|| TrustedCas { cas: Vec::new() });
    };
    let mut seen = std::collections::HashSet::new();
    let mut cas = Vec::new();
    for (position, cert) in certificates(&source.bytes)
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        let Ok(der) = cert.to_der() else { continue };
        if !seen.insert(sha256(&der)) {
            continue;
        }
        let is_ca = crate::cert::may_be_ca(&der);
        if is_ca {
            cas.push(cert);
        } else {
            warnings.push(format!(
                "{}: certificate {} is no CA and is not trusted",
                source.place,
                position + 1
            ));
        }
    }
    if cas.is_empty() {
        reader.problem(
            Code::NoCa,
            source.option,
            format!(
                "{}: there is no CA certificate in it; PEM is expected",
                source.place
            ),
        );
    }
    Some(TrustedCas { cas })
}

/// The key log, opened to append, readable by the owner alone.
pub(super) fn keylog(reader: &mut Reader, warnings: &mut Vec<String>) -> Option<File> {
    const OPTION: &str = "insecure_keylog_file";
    let path = reader.path(OPTION)?;
    // A configuration that will be refused leaves nothing behind.
    if !reader.is_fine() {
        return None;
    }
    let opened = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path);
    let checked = opened.and_then(|file| {
        let others = file.metadata()?.permissions().mode() & 0o077;
        match others {
            0 => Ok(file),
            _ => Err(std::io::Error::other(
                "others than its owner may read or write it",
            )),
        }
    });
    match checked {
        Ok(file) => {
            warnings.push(format!(
                "the keys of every connection are written to {}: whoever reads it reads the traffic",
                path.display()
            ));
            Some(file)
        }
        Err(error) => {
            let message = format!("{OPTION} {}: {error}", path.display());
            let error = Error::new(Code::FileUnreadable, message);
            reader.error(OPTION, error.with("path", path.display()));
            None
        }
    }
}
