//! This file is about AWS-LC.

use super::keys::{TicketKey, NAME_LENGTH};
use super::{attached, c_text, guarded, outcome, Attached};
use crate::names::Group;
use crate::trace::Trace;
use foreign_types::ForeignTypeRef;
use openssl::cipher::Cipher;
use openssl::cipher_ctx::CipherCtx;
use openssl::error::ErrorStack;
use openssl::ssl::{SslContextBuilder, SslRef, SslVersion};
use openssl::symm::decrypt_aead;
use openssl_sys as ffi;
use std::os::raw::c_int;

pub(super) use ffi::{
    SSL_CTX_set_cert_verify_callback, X509_STORE_CTX_get0_cert, X509_STORE_CTX_get0_param,
    X509_STORE_CTX_get0_untrusted, X509_STORE_CTX_set0_trusted_stack, X509_STORE_CTX_set_verify_cb,
};

/// The library's name in tables and vectors.
pub(crate) const NAME: &str = "aws-lc";

/// The half of the library that speaks TLS, in its error queue.
pub(crate) use ffi::ERR_LIB_SSL;

/// AWS-LC cannot ask for a certificate after the handshake: its function of that name does nothing.
pub(crate) const ASKS_LATER: bool = false;

/// AWS-LC does not say that a chain is too long: it gets room for one intermediate more than is
/// allowed, and the core counts.
pub(super) const EXTRA_DEPTH: c_int = 1;

/// Where AWS-LC's numbers differ from OpenSSL's: (AWS-LC, OpenSSL).
const NUMBERS: &[(c_int, c_int)] = &[
    (ffi::X509_V_ERR_INVALID_CA, 79),
    (ffi::X509_V_ERR_INVALID_CALL, 69),
    (ffi::X509_V_ERR_STORE_LOOKUP, 70),
    (ffi::X509_V_ERR_NAME_CONSTRAINTS_WITHOUT_SANS, 1001),
    (ffi::X509_V_ERR_EE_KEY_TOO_SMALL, 66),
    (ffi::X509_V_ERR_CA_KEY_TOO_SMALL, 67),
    (ffi::X509_V_ERR_CA_MD_TOO_WEAK, 68),
    (ffi::X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, 94),
];

/// OpenSSL's number for one of this library's.
pub(super) fn openssl_number(number: c_int) -> i32 {
    NUMBERS
        .iter()
        .find(|(own, _)| *own == number)
        .map_or(number, |(_, openssl)| *openssl)
}

/// This library's number for one of OpenSSL's.
pub(crate) fn library_number(number: i32) -> c_int {
    NUMBERS
        .iter()
        .find(|(_, openssl)| *openssl == number)
        .map_or(number, |(own, _)| *own)
}

/// What is set on every connection: the memory that only a handshake needs is given back after it.
pub(super) fn prepare(ssl: &SslRef) {
    // SAFETY: the connection is alive and has not begun.
    unsafe { ffi::SSL_set_shed_handshake_config(ssl.as_ptr(), 1) };
}

/// What has to be set on every context besides what both libraries know.
pub(crate) fn harden(_builder: &mut SslContextBuilder) {}

/// How long sessions of the context live, in seconds.
pub(crate) fn set_session_timeout(builder: &mut SslContextBuilder, seconds: u32) {
    // SAFETY: the context is alive.
    unsafe {
        ffi::SSL_CTX_set_timeout(builder.as_ptr(), seconds);
        ffi::SSL_CTX_set_session_psk_dhe_timeout(builder.as_ptr(), seconds);
    }
}

/// The signature algorithms that are offered to clients and that the server signs with.
pub(crate) fn set_algorithms(
    builder: &mut SslContextBuilder,
    schemes: &[u16],
    _names: &str,
) -> Result<(), ErrorStack> {
    let (context, list, length) = (builder.as_ptr(), schemes.as_ptr(), schemes.len());
    // SAFETY: the context is alive; the library copies the list.
    unsafe {
        outcome(ffi::SSL_CTX_set_verify_algorithm_prefs(
            context, list, length,
        ))?;
        outcome(ffi::SSL_CTX_set_signing_algorithm_prefs(
            context, list, length,
        ))
    }
}

/// The TLS 1.3 cipher suites, names with colons between them.
pub(crate) fn set_ciphersuites(
    builder: &mut SslContextBuilder,
    names: &str,
) -> Result<(), ErrorStack> {
    let names = c_text(names)?;
    // SAFETY: the context is alive; the library parses the text before it returns.
    outcome(unsafe { ffi::SSL_CTX_set_ciphersuites(builder.as_ptr(), names.as_ptr()) })
}

/// The key exchange group.
pub(crate) fn group(ssl: &SslRef) -> Option<&'static str> {
    // SAFETY: the connection is alive.
    Group::by_id(unsafe { ffi::SSL_get_group_id(ssl.as_ptr()) })
}

/// The number of the scheme that the peer signed with.
pub(crate) fn signature_scheme(ssl: &SslRef) -> Option<u16> {
    // SAFETY: the connection is alive.
    let scheme = unsafe { ffi::SSL_get_peer_signature_algorithm(ssl.as_ptr()) };
    (scheme != 0).then_some(scheme)
}

/// Nothing: [`hello_staple`] sees to it.
pub(super) fn install_staple(_builder: &mut SslContextBuilder) -> Result<(), ErrorStack> {
    Ok(())
}

/// Gives the connection's OCSP response to the library, which sends it if the client has asked.
/// Changing the connection's context takes it away again.
pub(super) fn hello_staple(ssl: &SslRef, trace: &Trace) {
    let Some(response) = trace.staple() else {
        return;
    };
    // SAFETY: the connection is alive, and called back on this thread; the library copies the bytes.
    // Without memory for the copy the handshake goes on without a staple.
    unsafe { ffi::SSL_set_ocsp_response(ssl.as_ptr(), response.as_ptr(), response.len()) };
}

/// No ticket for this connection. In TLS 1.2 the ServerHello has promised one; [`seal`] then sends
/// an empty one (RFC 5077, 3.3).
pub(super) fn suppress_tickets(ssl: &SslRef) {
    if ssl.version2() == Some(SslVersion::TLS1_3) {
        // SAFETY: the connection is alive, and called back on this thread.
        unsafe { ffi::SSL_set_options(ssl.as_ptr(), ffi::SSL_OP_NO_TICKET as u32) };
    }
}

/// AWS-LC lets the server encrypt tickets as a whole, so that what has to be remembered beside the
/// session is put in front of it: a length (2 bytes), the core's part, the library's session.
pub(super) fn install_tickets(builder: &mut SslContextBuilder) {
    // SAFETY: the context is alive; the method table is static.
    unsafe { ffi::SSL_CTX_set_ticket_aead_method(builder.as_ptr(), &METHOD) };
}

static METHOD: ffi::SSL_TICKET_AEAD_METHOD = ffi::SSL_TICKET_AEAD_METHOD {
    max_overhead: Some(max_overhead),
    seal: Some(seal),
    open: Some(open),
};

const NONCE_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;
const PART_LIMIT: usize = 256;

unsafe extern "C" fn max_overhead(_ssl: *mut ffi::SSL) -> usize {
    NAME_LENGTH + NONCE_LENGTH + TAG_LENGTH + 2 + PART_LIMIT
}

unsafe extern "C" fn seal(
    ssl: *mut ffi::SSL,
    out: *mut u8,
    out_len: *mut usize,
    max_out_len: usize,
    input: *const u8,
    in_len: usize,
) -> c_int {
    guarded(0, || {
        // SAFETY: the library passes a live connection and as many bytes as it says.
        let (connection, session) = unsafe { received(ssl, input, in_len) };
        let Some(attached) = attached(connection) else {
            return 0;
        };
        // SAFETY: `out` has room for `max_out_len` bytes that are the library's own and are written
        // here before it reads them.
        let room = unsafe { std::slice::from_raw_parts_mut(out, max_out_len) };
        let part = attached.trace.ticket(connection.session_reused());
        let sealed = match (part, attached.keys.encrypting()) {
            (Some(part), Some(key)) => encrypt(key, &part, &session, room),
            _ => no_ticket(connection, room),
        };
        let Some(length) = sealed else { return 0 };
        // SAFETY: the library passes where the length goes.
        unsafe { *out_len = length };
        1
    })
}

/// What the library passes to the functions that seal and open: the connection, and the bytes. These
/// are copied, because the buffer that the answer goes to may be the same.
///
/// # Safety
/// The connection is alive for as long as it is used, and `input` has `length` bytes.
unsafe fn received<'a>(
    ssl: *mut ffi::SSL,
    input: *const u8,
    length: usize,
) -> (&'a SslRef, Vec<u8>) {
    // SAFETY: as the caller says.
    unsafe {
        (
            SslRef::from_ptr(ssl),
            std::slice::from_raw_parts(input, length).to_vec(),
        )
    }
}

/// Writes the answer of such a function, unless there is no room for it; whether there was.
///
/// # Safety
/// `out` has room for `room` bytes, and `out_len` for its number.
unsafe fn handed_over(answer: &[u8], out: *mut u8, out_len: *mut usize, room: usize) -> bool {
    let fits = answer.len() <= room;
    if fits {
        // SAFETY: as the caller says; `answer` is a buffer of our own.
        unsafe {
            std::ptr::copy_nonoverlapping(answer.as_ptr(), out, answer.len());
            *out_len = answer.len();
        }
    }
    fits
}

/// What is sent where the protocol wants a ticket and there must be none: in TLS 1.2 an empty one;
/// TLS 1.3 knows no empty ticket, and one byte is never opened.
fn no_ticket(ssl: &SslRef, room: &mut [u8]) -> Option<usize> {
    if ssl.version2() != Some(SslVersion::TLS1_3) {
        return Some(0);
    }
    *room.first_mut()? = 0;
    Some(1)
}

/// Writes a ticket; tells its length.
fn encrypt(key: &TicketKey, part: &[u8], session: &[u8], room: &mut [u8]) -> Option<usize> {
    if part.len() > PART_LIMIT {
        return None;
    }
    let length = u16::try_from(part.len()).ok()?.to_be_bytes();
    let (name, rest) = room.split_first_chunk_mut::<NAME_LENGTH>()?;
    let (nonce, rest) = rest.split_first_chunk_mut::<NONCE_LENGTH>()?;
    *name = key.name;
    openssl::rand::rand_bytes(nonce).ok()?;
    let mut cipher = CipherCtx::new().ok()?;
    let aes = Cipher::aes_256_gcm();
    let begun = cipher.encrypt_init(Some(aes), Some(&key.encryption), Some(nonce));
    begun.ok()?;
    cipher.cipher_update(name, None).ok()?;
    let mut body = rest;
    for piece in [&length, part, session] {
        let (sealed, after) = body.split_at_mut_checked(piece.len())?;
        cipher.cipher_update(piece, Some(sealed)).ok()?;
        body = after;
    }
    cipher.cipher_final(&mut []).ok()?;
    let (tag, _) = body.split_first_chunk_mut::<TAG_LENGTH>()?;
    cipher.tag(tag).ok()?;
    Some(NAME_LENGTH + NONCE_LENGTH + length.len() + part.len() + session.len() + TAG_LENGTH)
}

unsafe extern "C" fn open(
    ssl: *mut ffi::SSL,
    out: *mut u8,
    out_len: *mut usize,
    max_out_len: usize,
    input: *const u8,
    in_len: usize,
) -> ffi::ssl_ticket_aead_result_t {
    guarded(
        ffi::ssl_ticket_aead_result_t_ssl_ticket_aead_ignore_ticket,
        || {
            // SAFETY: as in `seal`.
            let (connection, sealed) = unsafe { received(ssl, input, in_len) };
            let session = attached(connection).and_then(|attached| usable(attached, &sealed));
            // SAFETY: as in `seal`.
            let give =
                |session: Vec<u8>| unsafe { handed_over(&session, out, out_len, max_out_len) };
            if session.is_some_and(give) {
                ffi::ssl_ticket_aead_result_t_ssl_ticket_aead_success
            } else {
                ffi::ssl_ticket_aead_result_t_ssl_ticket_aead_ignore_ticket
            }
        },
    )
}

/// The session inside a ticket that is ours and may be used.
fn usable(attached: &Attached, sealed: &[u8]) -> Option<Vec<u8>> {
    let (name, rest) = sealed.split_first_chunk::<NAME_LENGTH>()?;
    let key = attached.keys.named(name)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_LENGTH>()?;
    let (body, tag) = rest.split_last_chunk::<TAG_LENGTH>()?;
    let cipher = openssl::symm::Cipher::aes_256_gcm();
    let plain = decrypt_aead(cipher, &key.encryption, Some(nonce), name, body, tag).ok()?;
    let (length, rest) = plain.split_first_chunk::<2>()?;
    let (part, session) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    attached.trace.offered(part).then(|| session.to_vec())
}
