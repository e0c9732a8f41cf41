//! This file is about what a connection has negotiated and the `openssl` crate does not tell.

use foreign_types::ForeignTypeRef;
use openssl::ssl::SslRef;
use openssl::x509::X509Ref;
use openssl_sys as ffi;

/// The number of the cipher suite in IANA's registry; `None` before there is one.
pub(crate) fn cipher_number(ssl: &SslRef) -> Option<u16> {
    // SAFETY: the connection is alive, and its suite is a constant of the library.
    unsafe {
        let cipher = ffi::SSL_get_current_cipher(ssl.as_ptr());
        (!cipher.is_null()).then(|| ffi::SSL_CIPHER_get_protocol_id(cipher))
    }
}

/// The certificate that the server has shown, as DER. It is the context's: AWS-LC lets go of the
/// connection's own after the handshake, and aborts when it is asked for it.
pub(crate) fn own_certificate(ssl: &SslRef) -> Option<Vec<u8>> {
    // SAFETY: the connection is alive and holds its context, which holds its certificate.
    let certificate = unsafe {
        let held = ffi::SSL_CTX_get0_certificate(ssl.ssl_context().as_ptr());
        (!held.is_null()).then(|| X509Ref::from_ptr(held))
    };
    certificate?.to_der().ok()
}

/// The client knows secure renegotiation (RFC 5746).
pub(crate) fn secure_renegotiation(ssl: &SslRef) -> bool {
    // SAFETY: the connection is alive; the call only reads.
    #[cfg(awslc)]
    let answer = unsafe { ffi::SSL_get_secure_renegotiation_support(ssl.as_ptr()) };
    #[cfg(not(awslc))]
    // SAFETY: as above; the command takes no argument.
    let answer = unsafe {
        const GET_RI_SUPPORT: std::os::raw::c_int = 76;
        ffi::SSL_ctrl(ssl.as_ptr(), GET_RI_SUPPORT, 0, std::ptr::null_mut())
    };
    answer == 1
}
