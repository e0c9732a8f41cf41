//! This file is about the variables of CGI (RFC 3875) that tell who the user is, and Werkzeug's
//! `SSL_CLIENT_CERT`.
//!
//! In: a report, and the user of the details. Out: `REMOTE_USER`, `AUTH_TYPE`, `SSL_CLIENT_CERT`: of
//! a verified caller, because who reads them looks no further than whether they are there.

use super::{details::Details, Exported, Visitor};
use crate::error::{Code, Error, Result};
use crate::peer::Report;

pub(super) fn export(report: &Report, details: &Details, visit: &mut Visitor<'_>) -> Result<()> {
    let user = details.user.as_deref();
    // A NUL, a line end or nothing at all is not somebody's name.
    if user.is_some_and(|user| user.is_empty() || user.chars().any(char::is_control)) {
        return Err(Error::new(
            Code::InvalidArgument,
            "the user name is empty or holds a control character; no user is told",
        ));
    }
    let counts = report.verified() || (details.pinned && report.present());
    if let Some(user) = user.filter(|_| counts) {
        visit("REMOTE_USER", Exported::Text(user));
        visit("AUTH_TYPE", Exported::Text("ClientCert"));
    }
    if let Some(leaf) = report.certificate().filter(|_| report.verified()) {
        visit("SSL_CLIENT_CERT", Exported::Text(&leaf.pem()));
    }
    Ok(())
}
