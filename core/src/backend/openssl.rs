//! This file is about OpenSSL 3.

use super::keys::NAME_LENGTH;
use super::{attached, c_text, guarded, outcome};
use crate::names::Group;
use crate::trace::Trace;
use foreign_types::ForeignTypeRef;
use openssl::error::ErrorStack;
use openssl::pkey::Id;
use openssl::ssl::{SslContextBuilder, SslRef, SslVersion};
use openssl_sys as ffi;
use std::os::raw::{c_char, c_int, c_long, c_uchar, c_void};

/// The library's name in tables and vectors.
pub(crate) const NAME: &str = "openssl";

/// The half of the library that speaks TLS, in its error queue.
pub(crate) const ERR_LIB_SSL: c_int = 20;

/// OpenSSL can ask for a certificate after the handshake (TLS 1.3).
pub(crate) const ASKS_LATER: bool = true;

/// OpenSSL itself says that a chain is too long.
pub(super) const EXTRA_DEPTH: c_int = 0;

type VerifyCallback = unsafe extern "C" fn(*mut ffi::X509_STORE_CTX, *mut c_void) -> c_int;
type CollectCallback = unsafe extern "C" fn(c_int, *mut ffi::X509_STORE_CTX) -> c_int;
type GenerateCallback = unsafe extern "C" fn(*mut ffi::SSL, *mut c_void) -> c_int;
type DecryptCallback = unsafe extern "C" fn(
    *mut ffi::SSL,
    *mut ffi::SSL_SESSION,
    *const c_uchar,
    usize,
    c_int,
    *mut c_void,
) -> c_int;
type KeyCallback = unsafe extern "C" fn(
    *mut ffi::SSL,
    *mut c_uchar,
    *mut c_uchar,
    *mut ffi::EVP_CIPHER_CTX,
    *mut ffi::EVP_MAC_CTX,
    c_int,
) -> c_int;

// Declared in openssl/ssl.h and openssl/x509_vfy.h since 1.1.1 (the key callback since 3.0).
extern "C" {
    pub(super) fn SSL_CTX_set_cert_verify_callback(
        context: *mut ffi::SSL_CTX,
        callback: Option<VerifyCallback>,
        argument: *mut c_void,
    );
    pub(super) fn X509_STORE_CTX_get0_cert(context: *mut ffi::X509_STORE_CTX) -> *mut ffi::X509;
    pub(super) fn X509_STORE_CTX_get0_untrusted(
        context: *mut ffi::X509_STORE_CTX,
    ) -> *mut ffi::stack_st_X509;
    pub(super) fn X509_STORE_CTX_get0_param(
        context: *mut ffi::X509_STORE_CTX,
    ) -> *mut ffi::X509_VERIFY_PARAM;
    pub(super) fn X509_STORE_CTX_set_verify_cb(
        context: *mut ffi::X509_STORE_CTX,
        callback: Option<CollectCallback>,
    );
    pub(super) fn X509_STORE_CTX_set0_trusted_stack(
        context: *mut ffi::X509_STORE_CTX,
        certificates: *mut ffi::stack_st_X509,
    );
    fn SSL_CTX_set_session_ticket_cb(
        context: *mut ffi::SSL_CTX,
        generate: Option<GenerateCallback>,
        decrypt: Option<DecryptCallback>,
        argument: *mut c_void,
    ) -> c_int;
    fn SSL_CTX_set_tlsext_ticket_key_evp_cb(
        context: *mut ffi::SSL_CTX,
        callback: Option<KeyCallback>,
    ) -> c_int;
    fn SSL_SESSION_set1_ticket_appdata(
        session: *mut ffi::SSL_SESSION,
        data: *const c_void,
        length: usize,
    ) -> c_int;
    fn SSL_SESSION_get0_ticket_appdata(
        session: *mut ffi::SSL_SESSION,
        data: *mut *mut c_void,
        length: *mut usize,
    ) -> c_int;
    fn SSL_CTX_set_timeout(context: *mut ffi::SSL_CTX, seconds: c_long) -> c_long;
    fn SSL_get_peer_signature_type_nid(ssl: *const ffi::SSL, nid: *mut c_int) -> c_int;
    fn OSSL_PARAM_construct_utf8_string(
        key: *const c_char,
        text: *mut c_char,
        length: usize,
    ) -> ffi::OSSL_PARAM;
}

/// OpenSSL's number is the one that the table counts in.
pub(super) fn openssl_number(number: c_int) -> i32 {
    number
}

/// This library's number for one of OpenSSL's; a reason that only the core knows is "rejected".
pub(crate) fn library_number(number: i32) -> c_int {
    if number > 1_000 {
        crate::verify::VerifyCode::Rejected
    } else {
        number
    }
}

const NO_TX_CERTIFICATE_COMPRESSION: u64 = 1 << 32;
const NO_RX_CERTIFICATE_COMPRESSION: u64 = 1 << 33;
const MODE_NO_AUTO_CHAIN: c_long = 0x8;
const CTRL_MODE: c_int = 33;

/// What is set on every connection: nothing.
pub(super) fn prepare(_ssl: &SslRef) {}

/// What has to be set on every context besides what both libraries know: openssl.cnf may say
/// otherwise.
pub(crate) fn harden(builder: &mut SslContextBuilder) {
    builder.set_security_level(2);
    // SAFETY: the context is alive. Versions before 3.2 know no certificate compression and leave
    // the two bits unused. Without the mode, certificates of the client CAs would be sent as part of
    // the server's own chain.
    unsafe {
        ffi::SSL_CTX_set_options(
            builder.as_ptr(),
            NO_TX_CERTIFICATE_COMPRESSION | NO_RX_CERTIFICATE_COMPRESSION,
        );
        ffi::SSL_CTX_ctrl(
            builder.as_ptr(),
            CTRL_MODE,
            MODE_NO_AUTO_CHAIN,
            std::ptr::null_mut(),
        );
    }
}

/// How long sessions of the context live, in seconds.
pub(crate) fn set_session_timeout(builder: &mut SslContextBuilder, seconds: u32) {
    // SAFETY: the context is alive.
    unsafe { SSL_CTX_set_timeout(builder.as_ptr(), c_long::from(seconds)) };
}

const CTRL_SET_CLIENT_SIGALGS_LIST: c_int = 102;

/// The signature algorithms that are offered to clients and that the server signs with.
pub(crate) fn set_algorithms(
    builder: &mut SslContextBuilder,
    _schemes: &[u16],
    names: &str,
) -> Result<(), ErrorStack> {
    builder.set_sigalgs_list(names)?;
    let names = c_text(names)?;
    // SAFETY: the context is alive; the library parses the text before it returns.
    let answer = unsafe {
        let text: *mut c_char = names.as_ptr().cast_mut();
        ffi::SSL_CTX_ctrl(
            builder.as_ptr(),
            CTRL_SET_CLIENT_SIGALGS_LIST,
            0,
            text.cast(),
        )
    };
    outcome(c_int::try_from(answer).unwrap_or(0))
}

/// The TLS 1.3 cipher suites, names with colons between them.
pub(crate) fn set_ciphersuites(
    builder: &mut SslContextBuilder,
    names: &str,
) -> Result<(), ErrorStack> {
    builder.set_ciphersuites(names)
}

const CTRL_GET_PEER_SIGNATURE_NID: c_int = 108;
const CTRL_GET_NEGOTIATED_GROUP: c_int = 134;
const NID_UNKNOWN_GROUP: c_long = 0x0100_0000;

/// The key exchange group.
pub(crate) fn group(ssl: &SslRef) -> Option<&'static str> {
    // SAFETY: the connection is alive.
    let nid = unsafe {
        ffi::SSL_ctrl(
            ssl.as_ptr(),
            CTRL_GET_NEGOTIATED_GROUP,
            0,
            std::ptr::null_mut(),
        )
    };
    if nid & NID_UNKNOWN_GROUP != 0 {
        return Group::by_id(u16::try_from(nid & 0xffff).ok()?);
    }
    Group::by_nid(i32::try_from(nid).ok()?)
}

/// The number of the scheme that the peer signed with, put together from key and digest as RFC 8446,
/// 4.2.3, does.
pub(crate) fn signature_scheme(ssl: &SslRef) -> Option<u16> {
    let mut digest: c_int = 0;
    let mut kind: c_int = 0;
    // SAFETY: the connection is alive; both calls write one int, or nothing.
    unsafe {
        if SSL_get_peer_signature_type_nid(ssl.as_ptr(), &mut kind) != 1 {
            return None;
        }
        let out: *mut c_int = &mut digest;
        ffi::SSL_ctrl(ssl.as_ptr(), CTRL_GET_PEER_SIGNATURE_NID, 0, out.cast());
    }
    let strength: u16 = match digest {
        ffi::NID_sha256 => 0,
        ffi::NID_sha384 => 1,
        ffi::NID_sha512 => 2,
        _ => 3,
    };
    match Id::from_raw(kind) {
        Id::ED25519 => Some(0x0807),
        Id::ED448 => Some(0x0808),
        _ if strength == 3 => None,
        Id::EC => Some(0x0403 + 0x100 * strength),
        Id::RSA => Some(0x0401 + 0x100 * strength),
        Id::RSA_PSS => {
            let own = ssl.peer_certificate()?.public_key().ok()?.id() == Id::RSA_PSS;
            Some(if own { 0x0809 } else { 0x0804 } + strength)
        }
        _ => None,
    }
}

/// The OCSP response is given when the library asks for it, which it does when the client has.
pub(super) fn install_staple(builder: &mut SslContextBuilder) -> Result<(), ErrorStack> {
    builder.set_status_callback(|ssl| Ok(guarded(false, || staple(ssl))))
}

/// Gives the connection's OCSP response to the library; whether there is one.
fn staple(ssl: &mut SslRef) -> bool {
    let trace = attached(ssl).map(|attached| attached.trace.clone());
    let response = trace.as_ref().and_then(|trace| trace.staple());
    response.is_some_and(|response| ssl.set_ocsp_status(response).is_ok())
}

/// Nothing: [`install_staple`] has seen to it.
pub(super) fn hello_staple(_ssl: &SslRef, _trace: &Trace) {}

/// No ticket for this connection. In TLS 1.2 the ServerHello has promised one; [`ticket_key`] then
/// makes it an empty one (RFC 5077, 3.3).
pub(super) fn suppress_tickets(ssl: &SslRef) {
    // SAFETY: the connection is alive, and called back on this thread.
    unsafe { ffi::SSL_set_num_tickets(ssl.as_ptr(), 0) };
}

/// OpenSSL takes application data into its tickets; the keys are the core's own, because only the
/// key callback can make a ticket empty.
pub(super) fn install_tickets(builder: &mut SslContextBuilder) {
    // SAFETY: the context is alive; the callbacks are plain functions that find everything through
    // their connection.
    unsafe {
        SSL_CTX_set_session_ticket_cb(
            builder.as_ptr(),
            Some(generate),
            Some(decrypt),
            std::ptr::null_mut(),
        );
        SSL_CTX_set_tlsext_ticket_key_evp_cb(builder.as_ptr(), Some(ticket_key));
    }
}

/// Called before a ticket is written: puts in what it has to say of the caller. 0 ends the
/// handshake.
unsafe extern "C" fn generate(ssl: *mut ffi::SSL, _: *mut c_void) -> c_int {
    guarded(0, || {
        // SAFETY: the library passes a live connection.
        let connection = unsafe { SslRef::from_ptr(ssl) };
        let Some(attached) = attached(connection) else {
            return 0;
        };
        let part = attached
            .trace
            .ticket(connection.session_reused())
            .unwrap_or_default();
        // SAFETY: the session is the connection's own; the library copies the bytes.
        unsafe {
            let session = ffi::SSL_get_session(ssl);
            if session.is_null() {
                return 0;
            }
            SSL_SESSION_set1_ticket_appdata(session, part.as_ptr().cast(), part.len())
        }
    })
}

const TICKET_SUCCESS: c_int = 5;
const TICKET_SUCCESS_RENEW: c_int = 6;
const RETURN_IGNORE_RENEW: c_int = 2;
const RETURN_USE: c_int = 3;
const RETURN_USE_RENEW: c_int = 4;

/// Called when a ticket has been decrypted, or could not be: decides whether it is used. One that is
/// not leads to a full handshake.
unsafe extern "C" fn decrypt(
    ssl: *mut ffi::SSL,
    session: *mut ffi::SSL_SESSION,
    _name: *const c_uchar,
    _name_length: usize,
    status: c_int,
    _: *mut c_void,
) -> c_int {
    guarded(RETURN_IGNORE_RENEW, || {
        if !matches!(status, TICKET_SUCCESS | TICKET_SUCCESS_RENEW) || session.is_null() {
            return RETURN_IGNORE_RENEW;
        }
        let mut data = std::ptr::null_mut();
        let mut length = 0;
        // SAFETY: the connection and the session are alive; the bytes belong to the session.
        let (connection, part) = unsafe {
            if SSL_SESSION_get0_ticket_appdata(session, &mut data, &mut length) != 1
                || data.is_null()
            {
                return RETURN_IGNORE_RENEW;
            }
            let data: *const u8 = data.cast();
            (
                SslRef::from_ptr(ssl),
                std::slice::from_raw_parts(data, length),
            )
        };
        let usable = attached(connection).is_some_and(|attached| attached.trace.offered(part));
        match usable {
            true if status == TICKET_SUCCESS_RENEW => RETURN_USE_RENEW,
            true => RETURN_USE,
            false => RETURN_IGNORE_RENEW,
        }
    })
}

const KEY_ERROR: c_int = -1;
const KEY_NONE: c_int = 0;
const KEY_GOOD: c_int = 1;
const KEY_GOOD_RENEW: c_int = 2;

/// Called to encrypt or decrypt a ticket: sets key, nonce and MAC key. In TLS 1.3 a ticket that was
/// used is replaced, so that a client does not show the same one twice (RFC 8446, C.4).
unsafe extern "C" fn ticket_key(
    ssl: *mut ffi::SSL,
    name: *mut c_uchar,
    iv: *mut c_uchar,
    cipher: *mut ffi::EVP_CIPHER_CTX,
    mac: *mut ffi::EVP_MAC_CTX,
    encrypt: c_int,
) -> c_int {
    guarded(KEY_ERROR, || {
        // SAFETY: the library passes a live connection, 16 bytes of name, 16 bytes of IV, and
        // contexts that are its own; the parameters live until the calls return.
        unsafe {
            let connection = SslRef::from_ptr(ssl);
            let Some(attached) = attached(connection) else {
                return KEY_ERROR;
            };
            let keys = &attached.keys;
            let name = std::slice::from_raw_parts_mut(name, NAME_LENGTH);
            let key = if encrypt == 1 {
                keys.encrypting()
            } else {
                keys.named(name)
            };
            let Some(key) = key else { return KEY_NONE };
            if encrypt == 1 {
                if attached.trace.ticket(connection.session_reused()).is_none() {
                    return KEY_NONE;
                }
                name.copy_from_slice(&key.name);
                let iv = std::slice::from_raw_parts_mut(iv, 16);
                if openssl::rand::rand_bytes(iv).is_err() {
                    return KEY_ERROR;
                }
            }
            let init = if encrypt == 1 {
                ffi::EVP_EncryptInit_ex
            } else {
                ffi::EVP_DecryptInit_ex
            };
            let aes = ffi::EVP_aes_256_cbc();
            if init(
                cipher,
                aes,
                std::ptr::null_mut(),
                key.encryption.as_ptr(),
                iv,
            ) != 1
                || !set_mac_key(mac, &key.authentication)
            {
                return KEY_ERROR;
            }
            let replaced = connection.version2() == Some(SslVersion::TLS1_3) || keys.is_old(key);
            let renew = encrypt == 0 && replaced;
            if renew {
                KEY_GOOD_RENEW
            } else {
                KEY_GOOD
            }
        }
    })
}

/// # Safety
/// `mac` must be a live HMAC context.
unsafe fn set_mac_key(mac: *mut ffi::EVP_MAC_CTX, key: &[u8]) -> bool {
    // SAFETY: the caller's promise; key and digest name outlive the call, which copies them.
    unsafe {
        let parameters = [
            ffi::OSSL_PARAM_construct_octet_string(
                c"key".as_ptr(),
                key.as_ptr().cast_mut().cast(),
                key.len(),
            ),
            OSSL_PARAM_construct_utf8_string(c"digest".as_ptr(), c"SHA256".as_ptr().cast_mut(), 0),
            ffi::OSSL_PARAM_construct_end(),
        ];
        ffi::EVP_MAC_CTX_set_params(mac, parameters.as_ptr()) == 1
    }
}
