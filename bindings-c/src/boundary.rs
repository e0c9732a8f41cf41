//! This file is about the boundary: everything that crosses it is checked here, and no panic does.
//!
//! In: pointers, lengths and NUL-terminated texts from C. Out: Rust references, or an error with a
//! code; and results in C's form. It may not know of TLS.
//!
//! What callers promise, in the header's words, and what every `unsafe` block here rests on: a
//! pointer is NULL or points to what the signature says, alive until the call returns; what is
//! passed as not `const` is used by no other thread meanwhile, unless the function says otherwise.

use crate::error::Error;
use peercert::{Code, Progress, Result};
use std::borrow::Cow;
use std::ffi::{c_char, c_int, c_void, CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;

/// The call is done.
pub const PEERCERT_OK: c_int = 0;
/// The call failed; the error, if one was asked for, says why.
pub const PEERCERT_ERROR: c_int = -1;
/// The call goes on when there are more bytes from the peer: feed them, or wait until the
/// descriptor can be read, and call again.
pub const PEERCERT_WANT_READ: c_int = 1;
/// The call goes on when bytes have gone out to the peer: take and send them, or wait until the
/// descriptor can be written, and call again.
pub const PEERCERT_WANT_WRITE: c_int = 2;

/// Wraps every entry. `entry!(error, { ... })` runs a body that gives a `Result` of what is done, and
/// turns an error, or a panic, into C's form. `entry!(else VALUE, { ... })` is for a call without an
/// error: a panic gives VALUE.
macro_rules! entry {
    (else $otherwise:expr, $body:block) => {
        $crate::boundary::guard(|| $body).unwrap_or($otherwise)
    };
    ($error:expr, $body:block) => {{
        let ended = $crate::boundary::guard(|| $body);
        // SAFETY: `error` is the caller's, as the signature says.
        unsafe { $crate::boundary::conclude($error, ended) }
    }};
}

/// Runs a body; `None` when it panicked.
pub(crate) fn guard<T>(body: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(body)).ok()
}

/// What a call that may have to be called again gives.
pub(crate) trait Outcome {
    /// The result in C's form.
    fn status(self) -> c_int;
}

impl Outcome for () {
    fn status(self) -> c_int {
        PEERCERT_OK
    }
}

impl Outcome for Progress<()> {
    fn status(self) -> c_int {
        match self {
            Self::Done(()) => PEERCERT_OK,
            Self::WantRead => PEERCERT_WANT_READ,
            Self::WantWrite => PEERCERT_WANT_WRITE,
        }
    }
}

/// The end of a call: its status, and its error for the caller to keep.
pub(crate) unsafe fn conclude(
    error: *mut *mut Error,
    ended: Option<Result<impl Outcome>>,
) -> c_int {
    let failure = match ended {
        Some(Ok(done)) => return done.status(),
        Some(Err(failure)) => failure,
        None => peercert::Error::new(
            Code::Panic,
            "a call of peercert panicked; what it worked on must only be freed",
        ),
    };
    if !error.is_null() {
        let kept = guard(|| Box::into_raw(Box::new(Error::new(&failure))));
        // SAFETY: not NULL, so the caller's variable for an error.
        unsafe { error.write(kept.unwrap_or(std::ptr::null_mut())) };
    }
    PEERCERT_ERROR
}

pub(crate) fn null(name: &str) -> peercert::Error {
    peercert::Error::new(Code::NullArgument, format!("{name} is NULL")).with("argument", name)
}

pub(crate) fn invalid(name: &str, what: &str) -> peercert::Error {
    peercert::Error::new(Code::InvalidArgument, format!("{name} {what}")).with("argument", name)
}

/// A pointer that is only handed on.
pub(crate) struct UserData(pub(crate) *mut c_void);

// SAFETY: nothing is read through it here; who sets a callback is told that all threads share it.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

/// An object that the call reads.
pub(crate) unsafe fn shared<'a, T>(object: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: NULL, or an object of ours that lives until the call returns.
    unsafe { object.as_ref() }.ok_or_else(|| null(name))
}

/// An object that the call changes.
pub(crate) unsafe fn exclusive<'a, T>(object: *mut T, name: &str) -> Result<&'a mut T> {
    // SAFETY: NULL, or an object of ours that no other thread uses until the call returns.
    unsafe { object.as_mut() }.ok_or_else(|| null(name))
}

/// Bytes; none may come as NULL.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize, name: &str) -> Result<&'a [u8]> {
    check_size(data, len, name)?;
    if len == 0 {
        return Ok(&[]);
    }
    // SAFETY: not NULL, so `len` bytes that live until the call returns; no more than an object
    // can have.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// A buffer that the call writes into. One without room is an error: reading nothing would look
/// like the end, and taking nothing would be repeated for ever.
pub(crate) unsafe fn room<'a>(buffer: *mut u8, size: usize, name: &str) -> Result<&'a mut [u8]> {
    check_size(buffer, size, name)?;
    if size == 0 {
        let message = format!("{name} has no room, its size is 0");
        return Err(peercert::Error::new(Code::BufferTooSmall, message).with("argument", name));
    }
    // SAFETY: not NULL, so `size` bytes of the caller's that nobody else uses until the call
    // returns. They may be uninitialised; they are written, never read.
    Ok(unsafe { std::slice::from_raw_parts_mut(buffer, size) })
}

fn check_size(data: *const u8, len: usize, name: &str) -> Result<()> {
    if data.is_null() && len > 0 {
        return Err(null(name));
    }
    if isize::try_from(len).is_err() {
        return Err(invalid(name, "is longer than any object can be"));
    }
    Ok(())
}

unsafe fn c_text<'a>(text: *const c_char, name: &str) -> Result<&'a CStr> {
    if text.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so NUL-terminated and alive until the call returns.
    Ok(unsafe { CStr::from_ptr(text) })
}

/// A text in UTF-8.
pub(crate) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: as the caller promises.
    let text = unsafe { c_text(text, name) }?;
    text.to_str().map_err(|_| invalid(name, "is not UTF-8"))
}

/// A text in UTF-8, or none when it is NULL.
pub(crate) unsafe fn optional_text<'a>(
    pointer: *const c_char,
    name: &str,
) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    unsafe { text(pointer, name) }.map(Some)
}

/// What a client has sent, in whatever bytes; those that are no UTF-8 are in nothing that counts.
pub(crate) unsafe fn lossy_text<'a>(pointer: *const c_char, name: &str) -> Result<Cow<'a, str>> {
    // SAFETY: as the caller promises.
    unsafe { c_text(pointer, name) }.map(CStr::to_string_lossy)
}

/// The same of an array.
pub(crate) unsafe fn lossy_texts<'a>(
    items: *const *const c_char,
    count: usize,
    name: &str,
) -> Result<Vec<Cow<'a, str>>> {
    // SAFETY: an array of `count` texts.
    unsafe { elements(items, count, name, |item| lossy_text(item, name)) }
}

/// A path, in whatever bytes the file system has.
pub(crate) unsafe fn path<'a>(path: *const c_char, name: &str) -> Result<&'a Path> {
    // SAFETY: as the caller promises.
    let path = unsafe { c_text(path, name) }?;
    Ok(Path::new(OsStr::from_bytes(path.to_bytes())))
}

/// The texts of an array.
pub(crate) unsafe fn texts<'a>(
    items: *const *const c_char,
    count: usize,
    name: &str,
) -> Result<Vec<&'a str>> {
    // SAFETY: an array of `count` texts.
    unsafe { elements(items, count, name, |item| text(item, name)) }
}

/// The objects of an array.
pub(crate) unsafe fn objects<'a, T>(
    items: *const *const T,
    count: usize,
    name: &str,
) -> Result<Vec<&'a T>> {
    // SAFETY: an array of `count` objects.
    unsafe { elements(items, count, name, |item| shared(item, name)) }
}

/// What the elements of an array point to.
unsafe fn elements<T, R>(
    items: *const *const T,
    count: usize,
    name: &str,
    element: impl Fn(*const T) -> Result<R>,
) -> Result<Vec<R>> {
    if items.is_null() && count > 0 {
        return Err(null(name));
    }
    (0..count)
        .map(|index| {
            // SAFETY: not NULL, so an array of `count` pointers.
            element(unsafe { items.add(index).read() })
        })
        .collect()
}

/// The byte strings of an array, each as long as another array says.
pub(crate) unsafe fn byte_strings<'a>(
    items: *const *const u8,
    lens: *const usize,
    count: usize,
    name: &str,
) -> Result<Vec<&'a [u8]>> {
    for (missing, name) in [(items.is_null(), name), (lens.is_null(), "lens")] {
        if missing && count > 0 {
            return Err(null(name));
        }
    }
    (0..count)
        .map(|index| {
            // SAFETY: not NULL, so arrays of `count` elements.
            unsafe { bytes(items.add(index).read(), lens.add(index).read(), name) }
        })
        .collect()
}

/// Where a result goes: checked before the call does anything, written when it has succeeded.
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// Writes the result.
    pub(crate) fn set(self, value: T) {
        // SAFETY: `output` and `optional_output` make this only of a variable of the caller's.
        unsafe { self.0.write(value) };
    }
}

/// A result that is needed.
pub(crate) unsafe fn output<T>(variable: *mut T, name: &str) -> Result<Out<T>> {
    if variable.is_null() {
        return Err(null(name));
    }
    Ok(Out(variable))
}

/// A result that the caller may not care for.
pub(crate) fn put<T>(variable: *mut T, value: T) {
    if !variable.is_null() {
        Out(variable).set(value);
    }
}

/// Gives an object to the caller, who frees it.
pub(crate) fn give<T>(object: T) -> *mut T {
    Box::into_raw(Box::new(object))
}

/// Takes an object back and frees it; NULL is none. A panic in a destructor stays here.
pub(crate) unsafe fn free<T>(object: *mut T) {
    if object.is_null() {
        return;
    }
    entry!(else (), {
        // SAFETY: it was given by `give`, and the caller does not use it any more.
        drop(unsafe { Box::from_raw(object) });
    });
}

/// A text for C. Ours hold no NUL: what comes from certificates is escaped.
pub(crate) fn c_string(text: &str) -> CString {
    CString::new(text)
        .or_else(|_| CString::new(text.replace('\0', "\\00")))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{free, give, guard, PEERCERT_ERROR, PEERCERT_OK};
    use crate::error::{peercert_error_code, peercert_error_free, peercert_error_kind, Error};
    use peercert::Result;
    use std::ffi::{c_int, CStr};
    use std::ptr::null_mut;

    /// A call of which a part panics, as none of ours should.
    fn call(panics: bool, error: *mut *mut Error) -> c_int {
        entry!(error, {
            assert!(!panics, "on purpose");
            Ok(()) as Result<()>
        })
    }

    #[test]
    fn a_panic_is_the_error_internal_panic() {
        let mut error = null_mut();
        assert_eq!(call(true, &mut error), PEERCERT_ERROR);
        assert!(!error.is_null());
        // SAFETY: the error that the call has just made; its texts live as long.
        unsafe {
            let text = |text| CStr::from_ptr(text).to_str().unwrap();
            assert_eq!(text(peercert_error_code(error)), "internal.panic");
            assert_eq!(text(peercert_error_kind(error)), "internal");
            peercert_error_free(error);
        }
    }

    #[test]
    fn a_panic_that_nobody_asks_about_is_a_failure_all_the_same() {
        assert_eq!(call(true, null_mut()), PEERCERT_ERROR);
    }

    #[test]
    fn a_call_that_is_done_leaves_the_place_of_the_error_alone() {
        let mut error = null_mut();
        assert_eq!(call(false, &mut error), PEERCERT_OK);
        assert!(error.is_null());
    }

    #[test]
    fn a_panic_where_no_error_can_be_given_is_the_value_of_nothing() {
        let value =
            |panics: bool| entry!(else 7, { if panics { panic!("on purpose") } else { 8 } });
        assert_eq!((value(true), value(false)), (7, 8));
    }

    #[test]
    fn a_panic_in_a_destructor_stays_inside() {
        struct Rude;
        impl Drop for Rude {
            fn drop(&mut self) {
                panic!("on purpose");
            }
        }
        // SAFETY: given just now, and not used afterwards.
        unsafe { free(give(Rude)) };
    }

    #[test]
    fn what_panicked_once_is_callable_again() {
        assert_eq!(guard(|| panic!("on purpose")), None::<()>);
        assert_eq!(guard(|| 1), Some(1));
    }
}
