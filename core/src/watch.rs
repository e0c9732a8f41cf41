//! This file is about a thread that does something at intervals, until nobody wants it any more.
//!
//! In: an interval and what to do. Out: [`Watch`]; dropping it ends the thread.

use crate::error::{Code, Error, Result};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

/// The longest interval.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A thread that looks at intervals. It ends when this is dropped, after what it is doing then.
pub(crate) struct Watch {
    /// Nothing is ever sent: that it is gone tells the thread.
    _alive: Sender<()>,
}

impl Watch {
    /// Begins to `look` at every interval, first when one has passed, and ends when that gives
    /// nothing; an interval of zero begins nothing.
    pub(crate) fn begin(
        interval: Duration,
        look: impl Fn() -> Option<()> + Send + 'static,
    ) -> Result<Option<Self>> {
        if interval.is_zero() {
            return Ok(None);
        }
        if interval > LONGEST {
            let message = "watch: an interval is at most 86400 seconds";
            return Err(Error::new(Code::InvalidValue, message));
        }
        let (alive, ended) = mpsc::channel::<()>();
        let run = move || {
            while ended.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                if look().is_none() {
                    break;
                }
            }
        };
        std::thread::Builder::new()
            .name("peercert watch".to_owned())
            .spawn(run)
            .map(|_| Some(Self { _alive: alive }))
            .map_err(|error| Error::new(Code::Thread, format!("watch: no thread: {error}")))
    }
}
