//! This file is about a socket that a host program owns and that the core only borrows.

use std::os::fd::{AsFd, BorrowedFd, RawFd};

/// A descriptor of a connected stream socket that belongs to a host program (a Python `socket`, a C
/// `int`): it is never closed here.
///
/// The host keeps it open for as long as it is used here. One that is closed nevertheless makes
/// calls fail, or reach whatever has taken its number: as in every program that closes a descriptor
/// in use, and no memory is at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor(RawFd);

impl Descriptor {
    /// A descriptor of the host; `None` for a negative number, which is none.
    #[must_use]
    pub fn of_host(number: RawFd) -> Option<Self> {
        (number >= 0).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> RawFd {
        self.0
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: the number is not negative, and the host keeps it open for as long as `self` is
        // used, as the type's documentation asks.
        unsafe { BorrowedFd::borrow_raw(self.0) }
    }
}
