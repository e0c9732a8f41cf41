//! This file is about mod_ssl's FakeBasicAuth: the subject as the user of HTTP's Basic scheme, whose
//! password is the word `password`.
//!
//! In: a report. Out: the header `Authorization`, of a verified caller only. Whoever hands it to an
//! application must drop the header that came with the request: anybody can write the same
//! ([`is_fake_basic_auth`]). For applications that cannot be changed; `cgi` needs no such trick.

use super::{Exported, Visitor};
use crate::error::{Code, Error, Result};
use crate::peer::Report;
use openssl::base64;

const PASSWORD: &str = ":password";

pub(super) fn export(report: &Report, visit: &mut Visitor<'_>) -> Result<()> {
    let Some(leaf) = report.certificate().filter(|_| report.verified()) else {
        return Ok(());
    };
    let user = leaf.subject_legacy();
    if user.contains(':') {
        // The first colon ends the user name (RFC 7617, 2): the application would see another one.
        return Err(Error::new(
            Code::NotExpressible,
            "the subject holds a colon, which no user of HTTP's Basic scheme can; \
             use REMOTE_USER (cgi) instead",
        ));
    }
    if user.is_empty() {
        return Ok(());
    }
    let credentials = base64::encode_block(format!("{user}{PASSWORD}").as_bytes());
    visit(
        "Authorization",
        Exported::Text(&format!("Basic {credentials}")),
    );
    Ok(())
}

/// The value of a request's `Authorization` passes for one of FakeBasicAuth: a user that starts with
/// `/` and the password `password`. From a client it is an attempt to be somebody else.
#[must_use]
pub fn is_fake_basic_auth(authorization: &str) -> bool {
    let Some((scheme, credentials)) = authorization.trim().split_once([' ', '\t']) else {
        return false;
    };
    if !scheme.eq_ignore_ascii_case("basic") {
        return false;
    }
    // What is not plain base64 is read by servers in ways of their own: it counts as one, too.
    let Ok(plain) = base64::decode_block(credentials.trim()) else {
        return true;
    };
    plain.first() == Some(&b'/') && plain.ends_with(PASSWORD.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::is_fake_basic_auth as is_fake;

    #[test]
    fn a_header_that_passes_for_ours_is_known() {
        // "/CN=jane:password", "/CN=jane:other", "jane:password".
        assert!(is_fake("Basic L0NOPWphbmU6cGFzc3dvcmQ="));
        assert!(is_fake(" bAsIc \tL0NOPWphbmU6cGFzc3dvcmQ= "));
        assert!(is_fake("Basic ***"));
        for other in [
            "Basic L0NOPWphbmU6b3RoZXI=",
            "Basic amFuZTpwYXNzd29yZA==",
            "Bearer L0NOPWphbmU6cGFzc3dvcmQ=",
            "Basic",
            "",
        ] {
            assert!(!is_fake(other), "{other}");
        }
    }
}
