//! Errors. A call that takes a `peercert_error **` stores one there when it fails, for you to read
//! and to free; NULL says that you do not care. An error does not depend on what it came from: it
//! may be kept and read after that is freed, from several threads at once.

use crate::boundary::{c_string, free, shared, text};
use crate::report::Report;
use std::ffi::{c_char, CString};
use std::ptr::null;

/// What went wrong: who must act, a stable code, a sentence, context, and whoever was refused.
pub struct Error {
    kind: CString,
    code: CString,
    message: CString,
    context: Vec<(CString, CString)>,
    problems: Vec<Error>,
    report: Option<Report>,
}

impl Error {
    pub(crate) fn new(error: &peercert::Error) -> Self {
        // An error without problems of its own gives itself, once.
        let problems = match error.problems() {
            [first] if std::ptr::eq(first, error) => Vec::new(),
            problems => problems.iter().map(Self::new).collect(),
        };
        Self {
            kind: c_string(error.kind().name()),
            code: c_string(error.code().name()),
            message: c_string(error.message()),
            context: error
                .context()
                .iter()
                .map(|(name, value)| (c_string(name), c_string(value)))
                .collect(),
            problems,
            report: error.clientcert().cloned().map(Report::new),
        }
    }
}

/// Who must act: `config`, `certificate`, `peer`, `io`, `state` or `internal`
/// (`PEERCERT_ERROR_KIND_...`).
///
/// `error`: NULL gives NULL.
/// Returns: a text, alive as long as the error.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_error_kind(error: *const Error) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        unsafe { shared(error, "error") }.map_or(null(), |error| error.kind.as_ptr())
    })
}

/// The stable code, of the form `area.problem` (`PEERCERT_CODE_...`).
///
/// `error`: NULL gives NULL.
/// Returns: a text, alive as long as the error.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_error_code(error: *const Error) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        unsafe { shared(error, "error") }.map_or(null(), |error| error.code.as_ptr())
    })
}

/// The sentence: what is wrong, where, what to do. Control characters in it are escaped, so that it
/// can be written to a log as it is; it never holds key material.
///
/// `error`: NULL gives NULL.
/// Returns: a text, alive as long as the error.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_error_message(error: *const Error) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        unsafe { shared(error, "error") }.map_or(null(), |error| error.message.as_ptr())
    })
}

/// A piece of context by its name: `option`, `path`, `alert`, `depth`, `verifycode`, `argument` and
/// the like.
///
/// `error`: NULL gives NULL.
/// `name`: the piece's name.
/// Returns: a text, alive as long as the error; NULL when it has no such context.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_error_context(
    error: *const Error,
    name: *const c_char,
) -> *const c_char {
    entry!(else null(), {
        // SAFETY: as the signature says.
        let (Ok(error), Ok(name)) = (unsafe { shared(error, "error") }, unsafe { text(name, "name") })
        else {
            return null();
        };
        let mut pieces = error.context.iter();
        pieces
            .find(|(known, _)| known.to_bytes() == name.as_bytes())
            .map_or(null(), |(_, value)| value.as_ptr())
    })
}

/// How many problems of a configuration the error holds: 0 when it is one by itself.
///
/// `error`: NULL gives 0.
/// Returns: the number of problems.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_error_problem_len(error: *const Error) -> usize {
    entry!(else 0, {
        // SAFETY: as the signature says.
        unsafe { shared(error, "error") }.map_or(0, |error| error.problems.len())
    })
}

/// One problem of a configuration, an error of its own.
///
/// `error`: NULL gives NULL.
/// `index`: from 0.
/// Returns: an error that belongs to `error` and is freed with it; NULL past the last.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_error_problem_at(
    error: *const Error,
    index: usize,
) -> *const Error {
    entry!(else null(), {
        // SAFETY: as the signature says.
        let error = unsafe { shared(error, "error") }.ok();
        error
            .and_then(|error| error.problems.get(index))
            .map_or(null(), std::ptr::from_ref)
    })
}

/// The report on the client that was refused, so that it can be logged whom and why.
///
/// `error`: NULL gives NULL.
/// Returns: a report that belongs to the error and is freed with it; NULL when the error is about
/// no client.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_error_report(error: *const Error) -> *const Report {
    entry!(else null(), {
        // SAFETY: as the signature says.
        let error = unsafe { shared(error, "error") }.ok();
        error
            .and_then(|error| error.report.as_ref())
            .map_or(null(), std::ptr::from_ref)
    })
}

/// Frees an error, with its problems and its report.
///
/// `error`: NULL is allowed.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_error_free(error: *mut Error) {
    // SAFETY: as the signature says.
    unsafe { free(error) }
}
