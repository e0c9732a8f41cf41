//! This file is about the files of the configuration: how an option's bytes are had, the client CAs,
//! the key log.

use super::read::Reader;
use crate::error::{Code, Error};
use openssl::error::ErrorStack;
use openssl::sha::sha256;
use openssl::x509::X509;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The CAs that client certificates are verified with.
pub(super) struct TrustedCas {
    pub(super) cas: Vec<X509>,
}

/// The contents of `name` or `name_data`, and where they come from.
pub(super) struct Source {
    pub(super) bytes: Vec<u8>,
    pub(super) option: &'static str,
    /// The option and its path, for messages.
    pub(super) place: String,
}

/// No file of a configuration is larger than this; a directory or device must not be read for ever.
const FILE_LIMIT: u64 = 64 * 1_024 * 1_024;

pub(super) fn source(
    reader: &mut Reader,
    file: &'static str,
    data: &'static str,
) -> Option<Source> {
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

pub(super) fn read_file(option: &str, path: &Path) -> Result<Vec<u8>, Error> {
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

/// The certificates of PEM, or the one of DER.
pub(super) fn certificates(bytes: &[u8]) -> Result<Vec<X509>, ErrorStack> {
    if bytes.windows(11).any(|window| window == b"-----BEGIN ") {
        X509::stack_from_pem(bytes)
    } else {
        X509::from_der(bytes).map(|cert| vec![cert])
    }
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
