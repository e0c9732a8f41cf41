//! This file is about folders of files that are replaced while a server has them.
//!
//! In: names below `tests/pki/live` and contents. Out: a folder of a test's own, which goes with it.

#![expect(
    clippy::unwrap_used,
    reason = "a folder that cannot be written ends the test"
)]

use peercert::Options;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder of a test's own.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it writes to the file system")]
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("peercert-rust-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Puts a file there at once, in the place of what there was: whoever opens it has the one or
    /// the other.
    pub fn put(&self, name: &str, content: &[u8]) {
        let new = self.0.join(format!(".{name}.new"));
        fs::write(&new, content).unwrap();
        fs::rename(&new, self.0.join(name)).unwrap();
    }

    /// The same with the content of `tests/pki/live/FILE`.
    pub fn copy(&self, name: &str, file: &str) {
        self.put(name, &live(file));
    }

    /// Makes `name` a link to `target`, whatever it was.
    pub fn link(&self, name: &str, target: &Path) {
        let new = self.0.join(format!(".{name}.new"));
        std::os::unix::fs::symlink(target, &new).unwrap();
        fs::rename(&new, self.0.join(name)).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The content of a file of `tests/pki/live`.
#[must_use]
pub fn live(file: &str) -> Vec<u8> {
    fs::read(crate::path("pki/live").join(file)).unwrap()
}

/// A folder with the files of a server that requires certificates and has a CRL, and its options.
#[must_use]
pub fn reloadable() -> (Folder, Options) {
    let folder = Folder::new();
    for (name, file) in [
        ("server.pem", "server.pem"),
        ("server.key", "server.key"),
        ("ca.pem", "client-cas.pem"),
        ("crl.pem", "empty.crl.pem"),
    ] {
        folder.copy(name, file);
    }
    let options = Options::new()
        .set("certificate", folder.file("server.pem"))
        .set("key", folder.file("server.key"))
        .set("client_cert_mode", "require")
        .set("client_ca_file", folder.file("ca.pem"))
        .set("client_crl_file", folder.file("crl.pem"));
    (folder, options)
}
