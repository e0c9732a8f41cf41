//! Reloading: an acceptor reads its files anew, when it is told to or by itself. Connections that are
//! made afterwards are of the new contents; those that are there go on as they are, and sessions are
//! resumed where the policy of their host is the same. A file that cannot be used changes nothing:
//! what was there before is still used, and the error tells every problem. Any thread may make these
//! calls while others use the acceptor, but only one at a time peercert_acceptor_watch(). A watch is a
//! thread, which fork() does not copy: a server that forks calls it in each process, and not before.

use crate::acceptor::Acceptor;
use crate::boundary::{give, invalid, shared, UserData};
use crate::error::Error;
use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// What is told of each reload that a watch has made, in its thread. `error` is NULL when the new
/// contents are used, or says why they are not; it is alive until the callback returns. `user_data`
/// is what was given along with the callback. It may call the acceptor, and peercert_acceptor_watch()
/// and peercert_acceptor_free(), too; it must not leave by longjmp() or a C++ exception.
#[expect(non_camel_case_types, reason = "the name in the header")]
pub type peercert_reload_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, error: *const Error)>;

/// Reads every file anew, and uses them from now on. Several calls at once are carried out one after
/// the other.
///
/// `acceptor`: what reads its files; other threads may use it meanwhile.
/// `error`: receives the error, or NULL. Several problems come at once: peercert_error_problem_at().
/// Returns: PEERCERT_OK, or PEERCERT_ERROR; then what was there before is still used.
/// Errors: kind config; state.null_argument, internal.tls_library.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_reload(
    acceptor: *mut Acceptor,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says; nothing but the inside of its locks changes.
        unsafe { shared(acceptor, "acceptor") }?.inner.reload()
    })
}

/// Reloads by itself when a file has been replaced: written, renamed over, or a link pointed
/// elsewhere. A thread of its own looks at intervals, until this is called again or the acceptor is
/// freed. A call ends what the one before has begun, also when it fails, but for errors of kind state.
///
/// `acceptor`: what watches its files; other threads may use it meanwhile, but not for this call.
/// `seconds`: the interval, up to a day (86,400); 0 for no watch any more.
/// `callback`: what is told of each reload, in the thread that watches; NULL for nothing.
/// `user_data`: handed to the callback as it is. It has to live until this is called again or the
/// acceptor is freed: either waits for a call of the callback that is going on in another thread, and
/// no further one begins.
/// `error`: receives the error, or NULL.
/// Returns: PEERCERT_OK, or PEERCERT_ERROR.
/// Errors: config.invalid_value, io.thread, state.null_argument, state.invalid_argument.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_watch(
    acceptor: *mut Acceptor,
    seconds: f64,
    callback: peercert_reload_callback,
    user_data: *mut c_void,
    error: *mut *mut Error,
) -> c_int {
    entry!(error, {
        // SAFETY: as the signature says; nothing but the inside of its locks changes.
        let acceptor = unsafe { shared(acceptor, "acceptor") }?;
        let interval = Duration::try_from_secs_f64(seconds)
            .map_err(|_| invalid("seconds", "is no time; it should be 0 or more"))?;
        let teller = Arc::new(Teller::new(callback, UserData(user_data)));
        acceptor.retire(Some(teller.clone()));
        acceptor
            .inner
            .watch(interval, move |failure| teller.tell(failure))
    })
}

/// Why the last reload failed, whoever made it. While one is going on it waits for that.
///
/// `acceptor`: NULL gives NULL.
/// Returns: an error; free it with peercert_error_free(). NULL when the last reload did not fail, or
/// there was none.
/// Since: 0.1.0
#[no_mangle]
pub unsafe extern "C" fn peercert_acceptor_reload_error(acceptor: *const Acceptor) -> *mut Error {
    entry!(else null_mut(), {
        // SAFETY: as the signature says.
        let acceptor = unsafe { shared(acceptor, "acceptor") }.ok();
        let failure = acceptor.and_then(|acceptor| acceptor.inner.reload_error());
        failure.map_or(null_mut(), |failure| give(Error::new(&failure)))
    })
}

/// The callback of a watch, for as long as it may be called.
pub(crate) struct Teller {
    callback: peercert_reload_callback,
    user_data: UserData,
    telling: Mutex<Telling>,
    told: Condvar,
}

struct Telling {
    ended: bool,
    /// The thread that the callback is running in.
    thread: Option<ThreadId>,
}

impl Teller {
    fn new(callback: peercert_reload_callback, user_data: UserData) -> Self {
        Self {
            callback,
            user_data,
            telling: Mutex::new(Telling {
                ended: false,
                thread: None,
            }),
            told: Condvar::new(),
        }
    }

    fn telling(&self) -> MutexGuard<'_, Telling> {
        self.telling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the callback, unless it has ended. The lock is not held meanwhile: the callback may end it.
    fn tell(&self, failure: Option<&peercert::Error>) {
        let Some(callback) = self.callback else {
            return;
        };
        let error = failure.map(Error::new);
        let mut telling = self.telling();
        if telling.ended {
            return;
        }
        telling.thread = Some(thread::current().id());
        drop(telling);
        // SAFETY: a function of the caller's, which keeps what the documentation of its type says.
        unsafe {
            callback(
                self.user_data.0,
                error.as_ref().map_or(null(), std::ptr::from_ref),
            )
        };
        self.telling().thread = None;
        self.told.notify_all();
    }

    /// Lets no call begin, and waits for the end of one in another thread.
    pub(crate) fn end(&self) {
        let own = thread::current().id();
        let mut telling = self.telling();
        telling.ended = true;
        while telling.thread.is_some_and(|thread| thread != own) {
            telling = self
                .told
                .wait(telling)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}
