//! This file is about a whole PKI for development, made at once: what a server with client certificates
//! needs to be tried, and two clients that it must refuse.
//!
//! In: a folder and a password. Out: files. It may not know who uses them.

use super::folder::Authority;
use super::spec::Spec;
use super::subject::Subject;
use super::time;
use crate::error::Result;
use std::path::{Path, PathBuf};

/// Where everything of a development PKI is.
#[derive(Clone, Debug)]
pub struct Development {
    /// The CA that a client trusts the server by.
    pub server_ca: PathBuf,
    /// The server's chain, for localhost, 127.0.0.1 and ::1.
    pub server_certificate: PathBuf,
    /// Its key.
    pub server_key: PathBuf,
    /// The CA that the server trusts clients by; another one, so that no server certificate passes as a client's.
    pub client_ca: PathBuf,
    /// A client that is good: certificate and key.
    pub client: (PathBuf, PathBuf),
    /// The same as PKCS#12, for browsers.
    pub client_pkcs12: PathBuf,
    /// A client of the same CA whose certificate has expired: certificate and key.
    pub expired: (PathBuf, PathBuf),
    /// A client of a CA that nobody trusts: certificate and key.
    pub unknown: (PathBuf, PathBuf),
}

/// Makes a development PKI in a folder: three authorities in `server-ca`, `client-ca` and `unknown-ca`, with what
/// [`Development`] lists. The password closes the PKCS#12 bundle; `legacy` makes that in the old form.
///
/// # Errors
/// `certificate.cannot_issue`: the password is empty. `io.file_exists`: the folder has one already;
/// `io.file`: it cannot be written.
pub fn development(folder: impl AsRef<Path>, password: &str, legacy: bool) -> Result<Development> {
    super::spec::check_password(Some(password))?;
    let folder = folder.as_ref();
    let server_ca = authority(folder, "server-ca", "peercert development server CA")?;
    let client_ca = authority(folder, "client-ca", "peercert development client CA")?;
    let unknown_ca = authority(folder, "unknown-ca", "peercert development unknown CA")?;
    server_ca.server(&Spec {
        dns: vec!["localhost".into()],
        ip: vec!["127.0.0.1".into(), "::1".into()],
        name: Some("server".into()),
        ..Spec::default()
    })?;
    client_ca.client(&client("alice")?)?;
    let now = time::now();
    client_ca.client(&Spec {
        not_before: Some(now - 31 * time::DAY),
        not_after: Some(now - time::DAY),
        ..client("expired")?
    })?;
    unknown_ca.client(&client("unknown")?)?;
    client_ca.pkcs12("alice", None, password, legacy)?;
    Ok(Development::find(folder))
}

impl Development {
    /// Where everything is in a folder that [`development`] has filled; looks at no file.
    #[must_use]
    pub fn find(folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref();
        let pair = |ca: &str, name: &str| {
            (
                folder.join(ca).join(format!("{name}.pem")),
                folder.join(ca).join(format!("{name}.key")),
            )
        };
        let (server_certificate, server_key) = pair("server-ca", "server");
        Self {
            server_ca: folder.join("server-ca").join("ca.pem"),
            server_certificate,
            server_key,
            client_ca: folder.join("client-ca").join("ca.pem"),
            client: pair("client-ca", "alice"),
            client_pkcs12: folder.join("client-ca").join("alice.p12"),
            expired: pair("client-ca", "expired"),
            unknown: pair("unknown-ca", "unknown"),
        }
    }
}

fn authority(folder: &Path, name: &str, cn: &str) -> Result<Authority> {
    let spec = Spec {
        subject: Some(Subject::from_attributes([("CN", cn)])?),
        path_length: Some(0),
        ..Spec::default()
    };
    Authority::create(folder.join(name), &spec)
}

fn client(name: &str) -> Result<Spec> {
    Ok(Spec {
        subject: Some(Subject::from_attributes([
            ("CN", name),
            ("O", "peercert development"),
        ])?),
        email: vec![format!("{name}@example.com")],
        name: Some(name.to_owned()),
        ..Spec::default()
    })
}
