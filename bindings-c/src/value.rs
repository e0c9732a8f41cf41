//! Values: a dictionary as a tree. What peercert_value_free() takes is a whole tree; the values that
//! peercert_value_get() and peercert_value_at() lend belong to it and are freed with it. A value never changes, and several
//! threads may read it at once. All calls take NULL for a value that is not there, so that they can
//! be chained. Keys are `PEERCERT_KEY_...`.

use crate::boundary::{c_string, free, output, put, shared, text};
use crate::error::Error;
use peercert::schema::{Key, KEYS};
use peercert::{json, value, Code, Result};
use std::ffi::{c_char, c_int, CStr, CString};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

/// True or false: peercert_value_flag().
pub const PEERCERT_FLAG: c_int = 1;
/// A whole number: peercert_value_integer().
pub const PEERCERT_INTEGER: c_int = 2;
/// A text: peercert_value_text().
pub const PEERCERT_TEXT: c_int = 3;
/// A list: peercert_value_len(), peercert_value_at().
pub const PEERCERT_LIST: c_int = 4;
/// A dictionary: peercert_value_get(), or peercert_value_len(), peercert_value_key_at() and
/// peercert_value_at() in the order of the keys.
pub const PEERCERT_DICT: c_int = 5;

/// A dictionary's tree, its texts as C wants them.
///
/// cbindgen:ignore
pub type Value = value::Value<Text>;

/// A text for C.
///
/// cbindgen:ignore
#[derive(Debug)]
pub struct Text(CString);

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(c_string(text))
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        // It was made of a text.
        self.0.to_str().unwrap_or_default()
    }
}

/// The tree of a dictionary.
pub(crate) fn build(
    describe: impl FnOnce(&mut value::Builder<Text>) -> Result<()>,
) -> Result<Value> {
    let mut builder = value::Builder::default();
    describe(&mut builder)?;
    let nothing = || peercert::Error::new(Code::Library, "a dictionary came out empty");
    builder.finish().ok_or_else(nothing)
}

/// A key as C wants it.
fn key_text(key: Key) -> &'static CStr {
    static NAMES: OnceLock<Vec<CString>> = OnceLock::new();
    let names = NAMES.get_or_init(|| KEYS.iter().map(|row| c_string(row.name)).collect());
    names.get(key.index()).map_or(c"", CString::as_c_str)
}

/// The kind of a value: PEERCERT_FLAG, PEERCERT_INTEGER, PEERCERT_TEXT, PEERCERT_LIST or
/// PEERCERT_DICT.
///
/// `value`: NULL gives 0.
/// Returns: the kind.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_kind(value: *const Value) -> c_int {
    entry!(else 0, {
        // SAFETY: as the signature says.
        match unsafe { shared(value, "value") } {
            Err(_) => 0,
            Ok(Value::Flag(_)) => PEERCERT_FLAG,
            Ok(Value::Integer(_)) => PEERCERT_INTEGER,
            Ok(Value::Text(_)) => PEERCERT_TEXT,
            Ok(Value::List(_)) => PEERCERT_LIST,
            Ok(Value::Dict(_)) => PEERCERT_DICT,
        }
    })
}

/// The value under a key of a dictionary.
///
/// `value`: the dictionary; NULL gives NULL.
/// `key`: the key (`PEERCERT_KEY_...`).
/// `error`: receives the error, or NULL.
/// Returns: a value that belongs to the tree; NULL, and no error, when this dictionary does not have
/// the key, as many have only some; NULL with an error when no dictionary can.
/// Errors: state.unknown_key, state.wrong_kind, state.null_argument, state.invalid_argument (the key).
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_get(
    value: *const Value,
    key: *const c_char,
    error: *mut *mut Error,
) -> *const Value {
    let mut found = null();
    entry!(error, {
        // SAFETY: as the signature says.
        let key = unsafe { text(key, "key") }?;
        // SAFETY: as the signature says.
        let Ok(value) = (unsafe { shared(value, "value") }) else {
            return Ok(());
        };
        if !matches!(value, Value::Dict(_)) {
            return Err(wrong_kind(value, "a dictionary"));
        }
        match value.get(key) {
            Some(value) => found = value,
            None if KEYS.iter().any(|row| row.name == key) => {}
            None => {
                let message = format!("no dictionary has a key {key:?}");
                return Err(peercert::Error::new(Code::UnknownKey, message).with("key", key));
            }
        }
        Ok(())
    });
    found
}

fn wrong_kind(value: &Value, wanted: &str) -> peercert::Error {
    let kind = match value {
        Value::Flag(_) => "a flag",
        Value::Integer(_) => "a whole number",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Dict(_) => "a dictionary",
    };
    peercert::Error::new(
        Code::WrongKind,
        format!("the value is {kind}, not {wanted}"),
    )
}

/// How many elements a list has, keys a dictionary, bytes a text.
///
/// `value`: NULL gives 0, as do flags and numbers.
/// Returns: the length.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_len(value: *const Value) -> usize {
    entry!(else 0, {
        // SAFETY: as the signature says.
        match unsafe { shared(value, "value") } {
            Ok(Value::Text(text)) => text.0.count_bytes(),
            Ok(Value::List(items)) => items.len(),
            Ok(Value::Dict(entries)) => entries.len(),
            _ => 0,
        }
    })
}

/// An element of a list, or the value at a place of a dictionary.
///
/// `value`: the list or dictionary; NULL gives NULL.
/// `index`: from 0.
/// Returns: a value that belongs to the tree; NULL past the last, and for what has no elements.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_at(value: *const Value, index: usize) -> *const Value {
    entry!(else null(), {
        // SAFETY: as the signature says.
        let found = match unsafe { shared(value, "value") } {
            Ok(Value::List(items)) => items.get(index),
            Ok(Value::Dict(entries)) => entries.get(index).map(|(_, value)| value),
            _ => None,
        };
        found.map_or(null(), std::ptr::from_ref)
    })
}

/// The key at a place of a dictionary.
///
/// `value`: the dictionary; NULL gives NULL.
/// `index`: from 0.
/// Returns: a text, alive for ever; NULL past the last, and for what is no dictionary.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_key_at(value: *const Value, index: usize) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        match unsafe { shared(value, "value") } {
            Ok(Value::Dict(entries)) => entries
                .get(index)
                .map_or(null(), |(key, _)| key_text(*key).as_ptr()),
            _ => null(),
        }
    })
}

/// The text, in UTF-8. It has no NUL inside: such a byte in a certificate is shown as `\00`.
/// peercert_value_len() is its length.
///
/// `value`: NULL gives NULL.
/// Returns: a text that belongs to the tree; NULL when the value is of another kind.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_text(value: *const Value) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        match unsafe { shared(value, "value") } {
            Ok(Value::Text(text)) => text.0.as_ptr(),
            _ => null(),
        }
    })
}

/// The whole number.
///
/// `value`: the value; NULL is state.null_argument.
/// `integer`: receives the number.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.wrong_kind, state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_integer(
    value: *const Value,
    integer: *mut i64,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (value, out) = unsafe { (shared(value, "value")?, output(integer, "integer")?) };
        let Value::Integer(number) = value else {
            return Err(wrong_kind(value, "a whole number"));
        };
        out.set(*number);
        Ok(())
    })
}

/// Tells whether the value is the flag true: what is absent or of another kind is not.
///
/// `value`: NULL gives 0.
/// Returns: 1 or 0.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_flag(value: *const Value) -> c_int {
    entry!(else 0, {
        // SAFETY: as the signature says.
        c_int::from(matches!(unsafe { shared(value, "value") }, Ok(Value::Flag(true))))
    })
}

/// The value, with all that is in it, as JSON text (RFC 8259), keys in order.
///
/// `value`: NULL gives NULL.
/// `len`: receives the number of bytes without the NUL, or NULL.
/// Returns: a text in UTF-8; free it with peercert_string_free().
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_json(value: *const Value, len: *mut usize) -> *mut c_char {
    entry!(else null_mut(), {
        // SAFETY: as the signature says.
        let Ok(value) = (unsafe { shared(value, "value") }) else {
            put(len, 0);
            return null_mut();
        };
        let mut writer = json::Writer::default();
        value.visit(&mut writer);
        let text = c_string(&writer.finish());
        put(len, text.count_bytes());
        text.into_raw()
    })
}

/// Frees a text of peercert_value_json().
///
/// `string`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_string_free(string: *mut c_char) {
    if string.is_null() {
        return;
    }
    entry!(else (), {
        // SAFETY: it came from `CString::into_raw`, and the caller does not use it any more.
        drop(unsafe { CString::from_raw(string) });
    });
}

/// Frees a value with all that is in it. What peercert_value_get() and peercert_value_at() lend is
/// not for this.
///
/// `value`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_value_free(value: *mut Value) {
    // SAFETY: as the signature says.
    unsafe { free(value) }
}
