//! What this library is.

use crate::boundary::c_string;
use std::ffi::{c_char, CString};
use std::ptr::null;
use std::sync::OnceLock;

/// The versions of peercert and of the TLS library inside, such as
/// `peercert 0.1.0, OpenSSL 3.0.19 27 Jan 2026`.
///
/// Returns: a text, alive for ever.
/// Since: 0.1.0
#[no_mangle]
pub extern "C" fn peercert_version() -> *const c_char {
    static TEXT: OnceLock<CString> = OnceLock::new();
    entry!(else null(), {
        let (ours, library) = peercert::version();
        TEXT.get_or_init(|| c_string(&format!("peercert {ours}, {library}")))
            .as_ptr()
    })
}

/// The version of the library that is loaded, to be compared with `PEERCERT_VERSION_NUMBER`, that of
/// the header.
///
/// Returns: major version * 65536 + minor * 256 + patch.
/// Since: 0.1.0
#[no_mangle]
pub extern "C" fn peercert_version_number() -> u32 {
    entry!(else 0, {
        let (ours, _) = peercert::version();
        let parts = ours.split('.').filter_map(|part| part.parse::<u32>().ok());
        parts.fold(0, |number, part| number * 256 + part)
    })
}
