//! This file is about noticing that a file was replaced.
//!
//! In: a path. Out: [`Stamp`], what the file system said of it then. It reads no file.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file or folder as it was when it was read. Links are followed, so that one that points elsewhere
/// now counts as a replaced file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    path: PathBuf,
    /// Device, inode, size, and when content and node were changed, each in seconds and nanoseconds;
    /// nothing when there is no such file.
    state: Option<[i128; 5]>,
}

impl Stamp {
    /// As it is now. Taken before the file is read, so that what changes meanwhile is noticed later.
    pub(crate) fn of(path: &Path) -> Self {
        let time = |seconds: i64, nanoseconds: i64| {
            i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds)
        };
        let state = std::fs::metadata(path).ok().map(|file| {
            [
                i128::from(file.dev()),
                i128::from(file.ino()),
                i128::from(file.size()),
                time(file.mtime(), file.mtime_nsec()),
                time(file.ctime(), file.ctime_nsec()),
            ]
        });
        Self {
            path: path.to_owned(),
            state,
        }
    }

    /// The same file as it is now.
    pub(crate) fn renewed(&self) -> Self {
        Self::of(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_that_is_written_renamed_over_or_linked_anew_is_noticed() {
        let folder = std::env::temp_dir().join(format!("peercert-stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, other, link) = (folder.join("a"), folder.join("b"), folder.join("link"));
        fs::write(&file, "one").unwrap();
        let stamp = Stamp::of(&file);
        assert_eq!(stamp.renewed(), stamp);
        fs::write(&file, "longer").unwrap();
        assert_ne!(stamp.renewed(), stamp, "written");
        let stamp = Stamp::of(&file);
        fs::write(&other, "longer").unwrap();
        fs::rename(&other, &file).unwrap();
        assert_ne!(stamp.renewed(), stamp, "renamed over");
        fs::write(&other, "longer").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let stamp = Stamp::of(&link);
        fs::remove_file(&link).unwrap();
        assert_ne!(stamp.renewed(), stamp, "gone");
        std::os::unix::fs::symlink(&other, &link).unwrap();
        assert_ne!(stamp.renewed(), stamp, "linked anew");
        fs::remove_dir_all(&folder).unwrap();
    }
}
