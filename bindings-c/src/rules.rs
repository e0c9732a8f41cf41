//! Rules that map certificates to users, in order: the first that matches counts. They never change,
//! and several threads may use them at once. The README explains how they are written.

use crate::boundary::{bytes, free, give, output, path, shared};
use crate::error::Error;
use crate::report::Report;
use crate::value::{self, Value};
use peercert::identity::{describe, Caller};
use peercert::{OptionValue, Result};
use std::ffi::{c_char, c_int};

/// Rules, compiled.
pub struct Rules(peercert::Rules);

impl Rules {
    /// The dictionary of who a caller is.
    pub(crate) fn identity(&self, caller: impl Into<Caller>) -> Result<Value> {
        let answer = self.0.identify(caller);
        value::build(|sink| {
            describe(&answer, sink);
            Ok(())
        })
    }
}

/// Makes rules of a text as a file has it: one rule in a line. Every problem is told at once.
///
/// `text`: the rules, UTF-8; data, never a path.
/// `len`: how many bytes.
/// `rules`: receives the rules; free them with peercert_rules_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: config.bad_rule, each problem with the context `line`; state.null_argument,
/// state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_rules_new(
    text: *const u8,
    len: usize,
    rules: *mut *mut Rules,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (text, out) = unsafe { (bytes(text, len, "text")?, output(rules, "rules")?) };
        out.set(give(Rules(peercert::Rules::new(OptionValue::from(text))?)));
        Ok(())
    })
}

/// Makes rules of a file.
///
/// `file`: the file's name.
/// `rules`: receives the rules; free them with peercert_rules_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: config.bad_rule, each problem with the context `path` and `line`; config.file_not_found,
/// config.file_unreadable; state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_rules_file(
    file: *const c_char,
    rules: *mut *mut Rules,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (file, out) = unsafe { (path(file, "file")?, output(rules, "rules")?) };
        out.set(give(Rules(peercert::Rules::from_file(file)?)));
        Ok(())
    })
}

/// How many rules there are.
///
/// `rules`: NULL gives 0.
/// Returns: the number, at least 1.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_rules_len(rules: *const Rules) -> usize {
    entry!(else 0, {
        // SAFETY: as the signature says.
        unsafe { shared(rules, "rules") }.map_or(0, |rules| rules.0.len())
    })
}

/// Who a caller is: the dictionary `identity`.
///
/// `rules`: the rules.
/// `report`: the report on the caller.
/// `identity`: receives the dictionary; free it with peercert_value_free(). That the caller is nobody
/// is no error: `identified` is false then, and `reason` says why.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_rules_identify(
    rules: *const Rules,
    report: *const Report,
    identity: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (rules, report) = unsafe { (shared(rules, "rules")?, shared(report, "report")?) };
        // SAFETY: as the signature says.
        let out = unsafe { output(identity, "identity") }?;
        out.set(give(rules.identity(report.inner())?));
        Ok(())
    })
}

/// What comes of every rule for a caller: the dictionary `explanation`, for whoever writes rules.
///
/// `rules`: the rules.
/// `report`: the report on the caller.
/// `explanation`: receives the dictionary; free it with peercert_value_free().
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: state.null_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_rules_explain(
    rules: *const Rules,
    report: *const Report,
    explanation: *mut *mut Value,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says.
        let (rules, report) = unsafe { (shared(rules, "rules")?, shared(report, "report")?) };
        // SAFETY: as the signature says.
        let out = unsafe { output(explanation, "explanation") }?;
        let explained = rules.0.explain(report.inner());
        out.set(give(value::build(|sink| {
            explained.describe(sink);
            Ok(())
        })?));
        Ok(())
    })
}

/// Frees rules.
///
/// `rules`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_rules_free(rules: *mut Rules) {
    // SAFETY: as the signature says.
    unsafe { free(rules) }
}
