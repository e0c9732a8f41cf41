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
    let server = server_ca.server(&Spec {
        dns: vec!["localhost".into()],
        ip: vec!["127.0.0.1".into(), "::1".into()],
        name: Some("server".into()),
        ..Spec::default()
    })?;
    let good = client("alice")?;
    let alice = client_ca.client(&good)?;
    let now = time::now();
    let expired = client_ca.client(&Spec {
        not_before: Some(now - 31 * time::DAY),
        not_after: Some(now - time::DAY),
        ..client("expired")?
    })?;
    let unknown = unknown_ca.client(&client("unknown")?)?;
    let files = |ca: &Authority, name: &str| {
        (
            ca.folder().join(format!("{name}.pem")),
            ca.folder().join(format!("{name}.key")),
        )
    };
    let (server_certificate, server_key) = files(&server_ca, &server.name);
    Ok(Development {
        server_ca: server_ca.certificate_file(),
        server_certificate,
        server_key,
        client_ca: client_ca.certificate_file(),
        client: files(&client_ca, &alice.name),
        client_pkcs12: client_ca.pkcs12(&alice.name, None, password, legacy)?,
        expired: files(&client_ca, &expired.name),
        unknown: files(&unknown_ca, &unknown.name),
    })
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
