//! The native module of the Python package: it converts, and decides nothing.
//!
//! In: Python calls. Out: Python objects. It may not know what a key means, which option exists or
//! when a certificate is good: all that is the core's.

mod acceptor;
mod bio;
mod buffer;
mod ca;
mod certinfo;
mod connection;
mod dict;
mod engine;
mod errors;
mod export;
mod fd;
mod forwarded;
mod kept;
mod options;
mod report;
mod rules;
mod tables;
mod watch;

use pyo3::prelude::*;

/// The native part of peercert; import `peercert` instead.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::acceptor::Acceptor;
    #[pymodule_export]
    use crate::ca::{development, development_files, request, Authority, Written};
    #[pymodule_export]
    use crate::certinfo::{certinfo, certinfo_file, certinfos};
    #[pymodule_export]
    use crate::connection::Connection;
    #[pymodule_export]
    use crate::engine::{ChainCertificate, Engine};
    #[pymodule_export]
    use crate::export::is_fake_basic_auth;
    #[pymodule_export]
    use crate::forwarded::Forwarded;
    #[pymodule_export]
    use crate::report::{report, Report};
    #[pymodule_export]
    use crate::rules::Rules;
    #[pymodule_export]
    use crate::tables::{codes, mode_name, modes, option_name, option_table, schema, version};
}
