//! A certificate authority **for development and tests**: it keeps its key in a file, asks nobody who may have a
//! certificate, and writes no audit log. Do not run a production PKI on it.
//!
//! In: what to issue, as a [`Spec`] with named fields. Out: certificates, keys, requests, CRLs and PKCS#12 bundles.
//! It may not know of connections; what a certificate says is read back by [`crate::cert`].

mod certificate;
mod crl;
mod der;
mod issuer;
mod key;
mod pem;
mod request;
mod san;
mod spec;
mod subject;
mod time;

pub use crl::{Reason, Revoked};
pub use issuer::{Issued, Issuer};
pub use key::KeyKind;
pub use request::{request, Request};
pub use spec::{Purpose, Spec};
pub use subject::Subject;
pub use time::time;
