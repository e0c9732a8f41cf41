//! This file is about a socket that a host program owns and that the core only borrows.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

/// A descriptor of a connected stream socket that belongs to a host program (a Python `socket`, a C
/// `int`): it is never closed here.
///
/// The host keeps it open for as long as it is used here. One that is closed nevertheless makes
/// calls fail, or reach whatever has taken its number: as in every program that closes a descriptor
/// in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor(RawFd);

impl Descriptor {
    /// A descriptor of the host; `None` for a negative number, which is none.
    ///
    /// # Safety
    /// The number is that of an open descriptor, which stays open for as long as the value or a copy
    /// of it is used (I/O safety, as [`BorrowedFd::borrow_raw`] asks). A binding hands this duty on
    /// to its host program, and says so in its documentation.
    #[must_use]
    pub unsafe fn of_host(number: RawFd) -> Option<Self> {
        (number >= 0).then_some(Self(number))
    }

    /// A descriptor that the core keeps no longer than it is lent: [`Socket`](crate::Socket) owns what
    /// it is of, and takes it back from the engine after every step.
    pub(crate) fn lent(socket: &impl AsFd) -> Self {
        Self(socket.as_fd().as_raw_fd())
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> RawFd {
        self.0
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: the number is not negative, and stays open for as long as `self` is used: whoever
        // called `of_host` has promised it, and `lent` is for who keeps it no longer.
        unsafe { BorrowedFd::borrow_raw(self.0) }
    }
}
