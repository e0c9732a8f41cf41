//! This file is about folders of PEM or DER files: any folder, or one that `openssl rehash` has filled
//! with links.
//!
//! In: a path. Out: the files of it, in the order of their names; what cannot be read is a warning.

use super::files::{read_file, Source};
use super::read::Reader;
use super::stamp::Stamp;
use crate::error::{Code, Error};
use std::path::PathBuf;

/// How many unusable files of one folder are named, one by one.
const NAMED: usize = 100;

/// The files of the folder that an option names; nothing when it is not given or cannot be read.
pub(super) fn files(reader: &mut Reader<'_>, option: &'static str) -> Option<Vec<Source>> {
    let path = reader.path(option)?;
    reader.saw(Stamp::of(&path));
    let entries = std::fs::read_dir(&path).and_then(|entries| {
        entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<PathBuf>, _>>()
    });
    let mut paths = match entries {
        Ok(paths) => paths,
        Err(error) => {
            let code = match error.kind() {
                std::io::ErrorKind::NotFound => Code::FileNotFound,
                _ => Code::FileUnreadable,
            };
            let message = format!("{option} {}: {error}", path.display());
            reader.error(
                option,
                Error::new(code, message).with("path", path.display()),
            );
            return None;
        }
    };
    paths.sort();
    let hidden = |path: &PathBuf| {
        let name = path.file_name();
        name.is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
    };
    let mut files = Vec::new();
    // Kubernetes keeps the versions of a volume in hidden folders beside the links to one of them.
    for path in paths.into_iter().filter(|path| !hidden(path)) {
        reader.saw(Stamp::of(&path));
        // A pipe or a device would be read for ever.
        let is_file = std::fs::metadata(&path).map(|found| found.is_file());
        let read = match is_file {
            Ok(true) => read_file(option, &path),
            Ok(false) => continue,
            Err(error) => Err(Error::new(
                Code::FileUnreadable,
                format!("{option} {}: {error}", path.display()),
            )),
        };
        match read {
            Ok(bytes) => files.push(Source {
                bytes,
                option,
                place: format!("{option} {}", path.display()),
            }),
            Err(error) => reader.warn(format!("{}; it is left out", error.message())),
        }
    }
    Some(files)
}

/// Warns of files that are of no use, naming as many of them as a person would read.
pub(super) fn warn_unusable(reader: &mut Reader<'_>, unusable: &[String]) {
    for text in unusable.iter().take(NAMED) {
        reader.warn(text);
    }
    let more = unusable.len().saturating_sub(NAMED);
    if more > 0 {
        reader.warn(format!("and {more} more like these"));
    }
}
