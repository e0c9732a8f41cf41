//! Mutual TLS for applications: client-certificate modes, and the caller's identity as a dictionary.

#[cfg(not(any(feature = "aws-lc", feature = "openssl", feature = "openssl-vendored")))]
compile_error!(
    "peercert needs a TLS library: switch on one of the features `aws-lc`, `openssl` and \
     `openssl-vendored` (default-features = false switches off `aws-lc`)"
);
#[cfg(any(
    all(feature = "aws-lc", feature = "openssl"),
    all(feature = "aws-lc", feature = "openssl-vendored"),
    all(feature = "openssl", feature = "openssl-vendored"),
))]
compile_error!(
    "peercert takes one TLS library: switch on only one of the features `aws-lc`, `openssl` and \
     `openssl-vendored` (default-features = false switches off `aws-lc`)"
);

mod acceptor;
#[path = "backend/descriptor.rs"]
mod descriptor;
pub mod cert;
mod engine;
pub mod error;
pub mod json;
mod mode;
mod options;
mod peer;
pub mod schema;
mod socket;
pub mod value;

pub use acceptor::Acceptor;
pub use cert::Certificate;
pub use descriptor::Descriptor;
pub use engine::{Connection, Progress};
pub use error::{Code, Error, Kind, Result};
pub use mode::Mode;
pub use options::{OptionValue, Options};
pub use peer::Report;
pub use socket::{Socket, Wait};

/// The version of peercert and of the TLS library inside, for example
/// `("0.1.0", "OpenSSL 3.0.19 27 Jan 2026")`.
#[must_use]
pub fn version() -> (&'static str, &'static str) {
    (env!("CARGO_PKG_VERSION"), openssl::version::version())
}
