//! This module is about the PKCS files that keys come in: PKCS#12 (RFC 7292), encrypted PKCS#8
//! (RFC 5958) and the older forms.
//!
//! In: an operator's bytes and a password. Out: keys and certificates, or [`Fault`]. They are opened
//! here and not by the TLS library, because each library lacks other algorithms (OpenSSL 3 has no
//! RC2-40, AWS-LC no HMAC-SHA-512) and a file has to open with every one or with none. It may not know
//! of options.

mod derivation;
mod encryption;
mod key;
mod pkcs12;

pub(crate) use key::private_key;
pub(crate) use pkcs12::open as open_pkcs12;

use crate::cert::der::Malformed;
use openssl::error::ErrorStack;

/// The most rounds of key derivation that one file may ask for, all its derivations together: some
/// seconds. What is written today asks for 2,048 to 600,000 a derivation, and there are two to four.
const ROUNDS: u64 = 5_000_000;

/// Why a file does not open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not what the standard says.
    Malformed(&'static str),
    /// It is sealed with an algorithm that is not read here, by its name.
    Unsupported(String),
    /// It asks for more rounds of key derivation than [`ROUNDS`], or for more memory than is given.
    TooCostly,
    /// It is encrypted and there is no password.
    NeedsPassword,
    /// The password does not open it.
    WrongPassword,
}

impl From<Malformed> for Fault {
    fn from(fault: Malformed) -> Self {
        Self::Malformed(fault.0)
    }
}

impl From<ErrorStack> for Fault {
    fn from(_: ErrorStack) -> Self {
        Self::Malformed("its parameters are not possible")
    }
}

/// What a file may still cost.
pub(crate) struct Budget(u64);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(ROUNDS)
    }

    fn spend(&mut self, rounds: u64) -> Result<(), Fault> {
        self.0 = self.0.checked_sub(rounds).ok_or(Fault::TooCostly)?;
        Ok(())
    }
}
