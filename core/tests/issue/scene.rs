//! The scene of these tests: a folder that goes, the `openssl` command, specifications.

use peercert::issue::{Spec, Subject};
use peercert::Acceptor;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that goes when the test ends.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("peercert-issue-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Runs `openssl` without any configuration: whether it succeeded, and all it said.
pub(crate) fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .args(arguments)
        .env("OPENSSL_CONF", "/dev/null")
        .output()
        .expect("the openssl command is needed for these tests");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

pub(crate) fn says(arguments: &[&str]) -> String {
    let (good, text) = openssl(arguments);
    assert!(good, "openssl {arguments:?}: {text}");
    text
}

pub(crate) fn s(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn cn(name: &str) -> Option<Subject> {
    Some(Subject::from_attributes([("CN", name)]).unwrap())
}

pub(crate) fn named(name: &str) -> Spec {
    Spec {
        subject: cn(name),
        ..Spec::default()
    }
}

pub(crate) fn server() -> Spec {
    Spec {
        dns: vec!["localhost".into()],
        ip: vec!["127.0.0.1".into(), "::1".into()],
        ..Spec::default()
    }
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// What `openssl s_client` prints of a server.
pub(crate) fn shown(acceptor: &Acceptor, more: &[&str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::scope(|scope| {
        let socket = scope.spawn(|| acceptor.accept(listener.accept().unwrap().0).unwrap());
        let text = says(&[&["s_client", "-connect", &address][..], more].concat());
        socket.join().unwrap();
        text
    })
}
