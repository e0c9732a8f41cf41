//! A certificate authority **for development and tests**: it keeps its key in a file, asks nobody who may have a
//! certificate, and writes no audit log. Do not run a production PKI on it.
//!
//! In: what to issue, as a [`Spec`] with named fields. Out: certificates, keys, requests, CRLs and PKCS#12 bundles.
//! It may not know of connections; what a certificate says is read back by [`crate::cert`].
//!
//! [`Issuer`] works in memory, [`Authority`] keeps one in a folder:
//!
//! ```text
//! FOLDER/ca.pem            the authority's certificate
//! FOLDER/ca.key            its key (PKCS#8, 0600 as every key)
//! FOLDER/chain.pem         only under an intermediate: itself and those above, without the root
//! FOLDER/index.txt         what was issued and revoked, and the CRL numbers; lines are only added
//! FOLDER/crl.pem           the newest CRL
//! FOLDER/NAME.pem          a leaf and its chain, without the root
//! FOLDER/NAME.key          its key
//! FOLDER/NAME.p12          both as PKCS#12 (0600)
//! FOLDER/NAME.csr          a request
//! FOLDER/intermediate/     an intermediate: an authority with the same files
//! ```
//!
//! No file is ever overwritten (`io.file_exists`), except that `index.txt` grows and a new `crl.pem` takes the old one's place.
//!
//! ```no_run
//! use peercert::issue::{Authority, Spec};
//! # fn main() -> peercert::Result<()> {
//! let ca = Authority::create("pki", &Spec::default())?;
//! let alice = ca.client(&Spec { email: vec!["alice@example.com".into()], ..Spec::default() })?;
//! ca.pkcs12(&alice.name, None, "a password", false)?;
//! ca.revoke_serial(&alice.serial, peercert::issue::Reason::Superseded)?;
//! ca.crl(30)?;
//! # Ok(())
//! # }
//! ```

mod certificate;
mod crl;
mod der;
mod development;
mod files;
mod folder;
mod index;
mod issuer;
mod key;
mod pem;
mod pkcs12;
mod request;
mod san;
mod spec;
mod subject;
mod time;

pub use crl::{Reason, Revoked};
pub use development::{development, Development};
pub use folder::{request_files, Authority, Written};
pub use issuer::{Issued, Issuer};
pub use key::KeyKind;
pub use pkcs12::pkcs12;
pub use request::{request, Request};
pub use spec::{Purpose, Spec};
pub use subject::Subject;
pub use time::time;
