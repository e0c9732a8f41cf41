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
mod backend;
pub mod cert;
mod clock;
mod config;
mod context;
mod counters;
mod crl;
mod engine;
pub mod error;
pub mod export;
mod failure;
pub mod forwarded;
mod host;
mod hostname;
pub mod identity;
pub mod issue;
pub mod json;
mod mode;
mod names;
mod options;
mod peer;
mod pkcs;
mod policy;
pub mod schema;
mod socket;
mod staple;
mod ticket;
mod trace;
pub mod value;
mod verdict;
mod verify;
mod watch;
mod wire;

pub use acceptor::Acceptor;
pub use backend::Descriptor;
pub use cert::{certinfo, certinfo_file, certinfos, AlternativeNames, Certificate};
pub use clock::Clock;
pub use config::table::{
    find as option, Kind as OptionKind, Row as OptionRow, Scope as OptionScope, OPTIONS,
};
#[cfg(fuzzing)]
pub use crl::fuzzing as crl_fuzzing;
pub use engine::{Connection, Progress, RefusalHook};
pub use error::{Code, Error, Kind, Result};
pub use identity::{Identity, Rules, Unmatched};
pub use mode::Mode;
pub use options::{OptionValue, Options};
pub use peer::Report;
pub use socket::{Socket, Wait};
pub use verify::{VerifyCode, VerifyError};

/// The TLS library's name in tables: `aws-lc` or `openssl`.
pub const TLS_LIBRARY: &str = backend::NAME;

/// The version of peercert and of the TLS library inside, for example
/// `("0.1.0", "OpenSSL 3.0.19 27 Jan 2026")`.
#[must_use]
pub fn version() -> (&'static str, &'static str) {
    (env!("CARGO_PKG_VERSION"), openssl::version::version())
}
