//! This file is about folders of PEM or DER files: any folder, or one that `openssl rehash` has filled
//! with links.
//!
//! In: a path. Out: the files of it, in the order of their names; what cannot be read is a warning.

use super::files::{read_file, Source};
use super::read::Reader;
use super::stamp::Stamp;
use crate::error::{Code, Error};
use std::fmt::Display;
use std::path::PathBuf;

/// How many unusable files of one folder are named, one by one.
const NAMED: usize = 100;

/// What a file is that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Left out, with a warning: what is in it is not trusted.
    IsLeftOut,
    /// A problem: without what is in it somebody would be let in.
    IsAProblem,
}

/// The files of the folder that an option names; nothing when it is not given or cannot be read.
pub(super) fn files(
    reader: &mut Reader<'_>,
    option: &'static str,
    unreadable: Unreadable,
) -> Option<Vec<Source>> {
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
    let (mut files, mut unusable) = (Vec::new(), Vec::new());
    // Kubernetes keeps the versions of a volume in hidden folders beside the links to one of them.
    for path in paths.into_iter().filter(|path| !hidden(path)) {
        reader.saw(Stamp::of(&path));
        let cannot = |why: &dyn Display| {
            let message = format!("{option} {}: {why}", path.display());
            Error::new(Code::FileUnreadable, message)
        };
        let read = match std::fs::metadata(&path) {
            Ok(found) if found.is_file() => read_file(option, &path),
            Ok(found) if found.is_dir() => continue,
            // A pipe or a device would be read for ever.
            Ok(_) => Err(cannot(&"it is a pipe, a socket or a device")),
            Err(error) => Err(cannot(&error)),
        };
        match read {
            Ok(bytes) => files.push(Source {
                bytes,
                option,
                place: format!("{option} {}", path.display()),
            }),
            Err(error) if unreadable == Unreadable::IsAProblem => reader.error(option, error),
            Err(error) => unusable.push(format!("{}; it is left out", error.message())),
        }
    }
    warn_unusable(reader, &unusable);
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
