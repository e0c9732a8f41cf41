//! This file is about the files of the configuration: how an option's bytes are had, and the key log.

use super::read::Reader;
use super::stamp::Stamp;
use crate::error::{Code, Error};
use openssl::error::ErrorStack;
use openssl::x509::X509;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The contents of `name` or `name_data`, and where they come from.
pub(super) struct Source {
    pub(super) bytes: Vec<u8>,
    pub(super) option: &'static str,
    /// The option and its path, for messages.
    pub(super) place: String,
}

/// No file of a configuration is larger than this; a directory or device must not be read for ever.
const FILE_LIMIT: u64 = 256 * 1_024 * 1_024;

/// What one of two options gives, the path of a file or the data; both is a problem.
pub(super) fn source(
    reader: &mut Reader<'_>,
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
        source_of(reader, file)
    } else {
        let bytes = reader.bytes(data)?;
        Some(Source {
            bytes,
            option: data,
            place: data.to_owned(),
        })
    }
}

/// What the file of an option holds.
pub(super) fn source_of(reader: &mut Reader<'_>, option: &'static str) -> Option<Source> {
    let path = reader.path(option)?;
    reader.saw(Stamp::of(&path));
    match read_file(option, &path) {
        Ok(bytes) => Some(Source {
            bytes,
            option,
            place: format!("{option} {}", path.display()),
        }),
        Err(error) => {
            reader.error(option, error);
            None
        }
    }
}

/// The contents of a file, as much as a configuration may have.
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
        let message = format!(
            "{option} {}: the file is larger than 256 MB",
            path.display()
        );
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

/// The option that names the key log.
pub(super) const KEYLOG: &str = "insecure_keylog_file";

/// The key log, opened to append, readable by the owner alone.
pub(super) fn keylog(reader: &mut Reader<'_>, path: &Path) -> Option<File> {
    // A configuration that will be refused leaves nothing behind.
    if !reader.is_fine() {
        return None;
    }
    let opened = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path);
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
            reader.warn(format!(
                "the keys of every connection are written to {}: whoever reads it reads the traffic",
                path.display()
            ));
            Some(file)
        }
        Err(error) => {
            let message = format!("{KEYLOG} {}: {error}", path.display());
            let error = Error::new(Code::FileUnreadable, message);
            reader.error(KEYLOG, error.with("path", path.display()));
            None
        }
    }
}
