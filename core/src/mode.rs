//! This file is about the client-certificate modes: their names, and what each lets through.

use crate::error::{Code, Error, Result};

/// Whether a client certificate is asked for, needed, and has to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Not asked for.
    None,
    /// Asked for; none, and one that fails verification, are accepted and reported.
    Request,
    /// Needed; one that fails verification is accepted and reported.
    RequireAny,
    /// Asked for; none is accepted, one that fails verification is refused.
    Optional,
    /// Needed, and has to verify.
    Require,
}

impl Mode {
    /// Every mode, in the order of the contract.
    pub const ALL: [Mode; 5] = [
        Self::None,
        Self::Request,
        Self::RequireAny,
        Self::Optional,
        Self::Require,
    ];

    /// The mode's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Request => "request",
            Self::RequireAny => "require_any",
            Self::Optional => "optional",
            Self::Require => "require",
        }
    }

    /// The mode of a word; case, `_` and `-` do not count, `off` is `none` and `on` is `require`.
    ///
    /// # Errors
    /// `config.unknown_mode`.
    pub fn parse(word: &str) -> Result<Self> {
        let folded = crate::options::fold(word);
        match folded.as_str() {
            "off" => return Ok(Self::None),
            "on" => return Ok(Self::Require),
            "optionalnoca" => {
                return Err(Error::new(
                    Code::UnknownMode,
                    "the mode \"optional_no_ca\" (nginx, Apache) is not offered: it \
                     tolerates an unknown CA but refuses expired and revoked certificates; \
                     \"request\" accepts every failing certificate and tells why",
                ))
            }
            _ => {}
        }
        Self::ALL
            .into_iter()
            .find(|mode| crate::options::fold(mode.name()) == folded)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|m| m.name()).collect();
                Error::new(
                    Code::UnknownMode,
                    format!(
                        "the client-certificate mode {word:?} is unknown; it is one of {}",
                        names.join(", ")
                    ),
                )
            })
    }

    /// The client is asked for a certificate.
    #[must_use]
    pub fn asks(self) -> bool {
        self != Self::None
    }

    /// A client without a certificate is refused.
    #[must_use]
    pub fn needs_certificate(self) -> bool {
        matches!(self, Self::RequireAny | Self::Require)
    }

    /// A client whose certificate fails verification is refused.
    #[must_use]
    pub fn needs_verified(self) -> bool {
        matches!(self, Self::Optional | Self::Require)
    }
}
