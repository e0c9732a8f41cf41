//! This file is about the ClientHello: the server name is read and the host picked here, before a
//! session is resumed.

use super::{attached, guarded, library};
use crate::verify::alert::Alert;
use foreign_types::ForeignTypeRef;
use openssl::ssl::{SslContextBuilder, SslRef};
use openssl_sys as ffi;
use std::os::raw::{c_int, c_void};

const SERVER_NAME_EXTENSION: u32 = 0;
const SUCCESS: c_int = 1;
const FAILURE: c_int = 0;

pub(super) fn install(builder: &mut SslContextBuilder) {
    // SAFETY: the context is alive; the callback is a plain function that needs no argument.
    unsafe {
        ffi::SSL_CTX_set_client_hello_cb(builder.as_ptr(), Some(hello), std::ptr::null_mut());
    }
}

unsafe extern "C" fn hello(ssl: *mut ffi::SSL, alert: *mut c_int, _: *mut c_void) -> c_int {
    guarded(FAILURE, || {
        // SAFETY: the library passes a connection that lives as long as this call.
        let connection = unsafe { SslRef::from_ptr_mut(ssl) };
        let Some(trace) = attached(connection).map(|attached| attached.trace.clone()) else {
            return FAILURE;
        };
        let mut data = std::ptr::null();
        let mut length = 0;
        // SAFETY: the call writes a pointer into the ClientHello and its length, valid during this
        // callback, or answers 0 and writes nothing.
        let extension = unsafe {
            if ffi::SSL_client_hello_get0_ext(ssl, SERVER_NAME_EXTENSION, &mut data, &mut length)
                == 1
                && !data.is_null()
            {
                std::slice::from_raw_parts(data, length)
            } else {
                &[]
            }
        };
        let taken_over = trace.greet(host_name(extension)).and_then(|host| {
            let taken_over = host.take_over(connection);
            taken_over.map_err(|_| Alert::InternalError)
        });
        match taken_over {
            Ok(()) => {
                // Last, because taking over puts the host's own certificate in place.
                library::hello_staple(connection, &trace);
                SUCCESS
            }
            Err(reason) => {
                // SAFETY: the library passes where the number of the alert goes.
                unsafe { *alert = c_int::from(reason.number()) };
                FAILURE
            }
        }
    })
}

/// The host name of a server_name extension (RFC 6066, 3); `None` when it has none or is malformed,
/// which the library then refuses by itself.
fn host_name(extension: &[u8]) -> Option<String> {
    let (length, list) = extension.split_first_chunk::<2>()?;
    if usize::from(u16::from_be_bytes(*length)) != list.len() {
        return None;
    }
    let (kind, rest) = list.split_first()?;
    let (length, name) = rest.split_first_chunk::<2>()?;
    let name = name.get(..usize::from(u16::from_be_bytes(*length)))?;
    // A host name is ASCII (RFC 6066, 3); anything else would reach logs and dictionaries.
    (*kind == 0 && !name.is_empty() && name.iter().all(u8::is_ascii_graphic))
        .then(|| String::from_utf8(name.to_vec()).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::host_name;

    #[test]
    fn a_host_name_is_read_and_anything_malformed_is_not() {
        let good = [&[0, 6, 0, 0, 3][..], b"a.b"].concat();
        assert_eq!(host_name(&good).as_deref(), Some("a.b"));
        for cut in 0..good.len() {
            assert_eq!(host_name(&good[..cut]), None);
        }
        assert_eq!(host_name(&[0, 6, 1, 0, 3, b'a', b'.', b'b']), None);
        assert_eq!(host_name(&[0, 6, 0, 0, 3, b'a', 0, b'b']), None);
        assert_eq!(host_name(&[0, 6, 0, 0, 3, b'a', b'\n', b'b']), None);
    }
}
