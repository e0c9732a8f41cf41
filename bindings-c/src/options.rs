//! Options, by name. Nothing is judged while they are set: the acceptor that is made of them tells
//! every problem at once, each with a code and the option's name. In names and in the words of modes
//! case, `_` and `-` do not count; the README explains them all (`PEERCERT_OPTION_...`). One thread at a time uses an options object.

use crate::boundary::{byte_strings, bytes, exclusive, free, give, shared, text, texts};
use crate::error::Error;
use peercert::{OptionValue, Result};
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

/// Options by name, in the order in which they were set.
pub struct Options(pub(crate) peercert::Options);

unsafe fn push(
    options: *mut Options,
    name: *const c_char,
    value: Result<OptionValue>,
) -> Result<()> {
    // SAFETY: as the signatures of the callers say.
    let (options, name) = unsafe { (exclusive(options, "options")?, text(name, "name")?) };
    options.0.push(name, value?);
    Ok(())
}

/// Makes an empty set of options.
///
/// Returns: the options; free them with peercert_options_free().
/// Since: 0.1.0
#[no_mangle]
pub extern "C" fn peercert_options_new() -> *mut Options {
    entry!(else null_mut(), { give(Options(peercert::Options::new())) })
}

/// Sets an option to a text: a path, a word, or a list of names with colons between them.
///
/// `options`: what gets the option.
/// `name`: the option's name.
/// `value`: the text; it is copied.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_options_set(
    options: *mut Options,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says. A path may be in bytes that are no UTF-8.
        unsafe {
            let value = match text(value, "value") {
                Ok(text) => Ok(text.into()),
                Err(_) => crate::boundary::path(value, "value").map(OptionValue::from),
            };
            push(options, name, value)
        }
    })
}

/// Sets an option to bytes: a certificate, a key, CAs.
///
/// `options`: what gets the option.
/// `name`: the option's name.
/// `data`: the bytes; they are copied. NULL is allowed when there are none.
/// `len`: how many.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_options_set_bytes(
    options: *mut Options,
    name: *const c_char,
    data: *const u8,
    len: usize,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        unsafe {
            push(
                options,
                name,
                bytes(data, len, "data").map(OptionValue::from),
            )
        }
    })
}

/// Sets an option to a whole number.
///
/// `options`: what gets the option.
/// `name`: the option's name.
/// `value`: the number.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_options_set_integer(
    options: *mut Options,
    name: *const c_char,
    value: i64,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        unsafe { push(options, name, Ok(value.into())) }
    })
}

/// Sets an option to a number with a fraction, such as seconds.
///
/// `options`: what gets the option.
/// `name`: the option's name.
/// `value`: the number.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_options_set_number(
    options: *mut Options,
    name: *const c_char,
    value: f64,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        unsafe { push(options, name, Ok(value.into())) }
    })
}

/// Sets an option to true or false.
///
/// `options`: what gets the option.
/// `name`: the option's name.
/// `value`: 0 is false, everything else true.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_options_set_flag(
    options: *mut Options,
    name: *const c_char,
    value: c_int,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        unsafe { push(options, name, Ok((value != 0).into())) }
    })
}

/// Sets an option to a list of names, or of paths in UTF-8.
///
/// `options`: what gets the option.
/// `name`: the option's name.
/// `items`: an array of texts; they are copied. NULL is allowed when there are none.
/// `count`: how many.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_options_set_list(
    options: *mut Options,
    name: *const c_char,
    items: *const *const c_char,
    count: usize,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        unsafe {
            let items = texts(items, count, "items");
            push(options, name, items.map(|items| items.as_slice().into()))
        }
    })
}

/// Sets an option to a list of byte strings, such as keys.
///
/// `options`: what gets the option.
/// `name`: the option's name.
/// `items`: an array of byte strings; they are copied. NULL is allowed when there are none.
/// `lens`: an array of how many bytes each has.
/// `count`: how many byte strings.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_options_set_bytes_list(
    options: *mut Options,
    name: *const c_char,
    items: *const *const u8,
    lens: *const usize,
    count: usize,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        unsafe {
            let items = byte_strings(items, lens, count, "items");
            let list = |items: Vec<&[u8]>| items.into_iter().map(OptionValue::from).collect();
            push(
                options,
                name,
                items.map(|items| OptionValue::List(list(items))),
            )
        }
    })
}

/// Sets an option to options of its own, by name: what is nested in one option. The option `hosts`
/// takes options whose names are those of the hosts, each set to options in turn.
///
/// `options`: what gets the option.
/// `name`: the option's name.
/// `nested`: the options inside; they are copied and remain yours.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_options_set_options(
    options: *mut Options,
    name: *const c_char,
    nested: *const Options,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says; the copy is made before `options` is borrowed, so that both
        // may be the same.
        unsafe {
            let nested = shared(nested, "nested").map(|nested| nested.0.clone().into());
            push(options, name, nested)
        }
    })
}

/// Frees options; what was made of them does not need them.
///
/// `options`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_options_free(options: *mut Options) {
    // SAFETY: as the signature says.
    unsafe { free(options) }
}
