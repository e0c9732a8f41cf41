//! This file is about files: created, never overwritten, private keys for their owner alone.
//!
//! In: paths and bytes. Out: files. It may not know what is in them.

use crate::error::{Code, Error, Result};
use rustix::fs::{flock, FlockOperation};
use rustix::io::Errno;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The most that is read.
const MOST: u64 = 1 << 24;

/// Who may read a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    Owner,
    All,
}

/// Files that belong together: created one by one, and removed again unless all were.
#[derive(Default)]
pub(super) struct Batch(Vec<PathBuf>);

impl Batch {
    /// Creates a file, which must not exist.
    pub(super) fn create(&mut self, path: &Path, readers: Readers, content: &[u8]) -> Result<()> {
        let mut file = open_new(path, readers)?;
        self.0.push(path.to_owned());
        file.write_all(content)
            .and_then(|()| file.sync_all())
            .map_err(|e| failed("write", path, &e))
    }

    /// All were created: they stay.
    pub(super) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        for path in &self.0 {
            // A file that cannot be removed again is in the way of the next attempt, which says so.
            drop(fs::remove_file(path));
        }
    }
}

fn open_new(path: &Path, readers: Readers) -> Result<File> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::All => 0o644,
    };
    // O_CREAT | O_EXCL: neither an existing file nor a link is followed.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|e| failed("create", path, &e))
}

/// Puts a file in the place of an older one at once, so that a reader sees either.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    let mut batch = Batch::default();
    batch.create(&new, Readers::All, content)?;
    fs::rename(&new, path).map_err(|e| failed("replace", path, &e))?;
    batch.keep();
    Ok(())
}

/// Adds a line at the end of a file; one write, so that two programs do not mix theirs.
pub(super) fn append(path: &Path, line: &str) -> Result<()> {
    let mut file = OpenOptions::new()
        .append(true)
        .open(path)
        .map_err(|e| failed("open", path, &e))?;
    file.write_all(format!("{line}\n").as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|e| failed("write", path, &e))
}

/// A file that nobody else has locked, in this process or another: what is read of the folder and
/// written to it meanwhile belongs together. Goes with the value, and with its process.
pub(super) struct Lock(#[expect(dead_code, reason = "held, for its descriptor has the lock")] File);

impl Lock {
    /// Locks a file, which must exist; waits while another has it.
    pub(super) fn wait_for(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| failed("open", path, &e))?;
        loop {
            match flock(&file, FlockOperation::LockExclusive) {
                Ok(()) => return Ok(Self(file)),
                // A signal: nothing is lost by waiting on.
                Err(Errno::INTR) => {}
                Err(errno) => return Err(failed("lock", path, &errno.into())),
            }
        }
    }
}

/// A text file.
pub(super) fn read(path: &Path) -> Result<String> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MOST + 1).read_to_string(&mut text))
        .map_err(|e| failed("read", path, &e))?;
    if text.len() as u64 > MOST {
        // A part of an index would be an index without its last revocations.
        let error = std::io::Error::other(format!("it is larger than {MOST} bytes"));
        return Err(failed("read", path, &error));
    }
    Ok(text)
}

/// A folder, for its owner alone; one that is there stays as it is.
pub(super) fn folder(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| failed("create the folder", path, &e))
}

fn failed(what: &str, path: &Path, cause: &std::io::Error) -> Error {
    let shown = path.display();
    let error = match cause.kind() {
        ErrorKind::AlreadyExists => Error::new(
            Code::FileExists,
            format!("{shown} exists already; nothing is overwritten"),
        ),
        _ => Error::new(Code::File, format!("cannot {what} {shown}: {cause}")),
    };
    error.with("path", shown)
}
