//! This file is about counting: what has become of the handshakes of one acceptor.
//!
//! In: how each handshake ends. Out: the `counters` dictionary. It decides nothing, and keeps nothing of
//! a client but the words of the tables.

use crate::error::{Code, Error};
use crate::schema::{key, Sink};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The counters of an acceptor, kept over its reloads.
#[derive(Default)]
pub(crate) struct Counters {
    done: AtomicU64,
    resumed: AtomicU64,
    in_flight: AtomicU64,
    abandoned: AtomicU64,
    /// Of clients that the mode does not let in, by verifycode.
    refused: Words,
    /// Of handshakes that the client ended, by its alert.
    alerts: Words,
    /// Of all the others that failed, by error code.
    failed: Words,
    reloads: AtomicU64,
    reload_failures: AtomicU64,
}

/// How often each word was met; they come from tables, so that there are not many.
type Words = Mutex<BTreeMap<String, u64>>;

fn count(number: &AtomicU64) {
    number.fetch_add(1, Ordering::Relaxed);
}

fn count_word(words: &Words, word: &str) {
    let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
    match words.get_mut(word) {
        Some(number) => *number += 1,
        None => {
            words.insert(word.to_owned(), 1);
        }
    }
}

/// One handshake while it is going on. Dropped before its end was told, it counts as abandoned.
pub(crate) struct Handshake(Option<Arc<Counters>>);

impl Handshake {
    /// One begins.
    pub(crate) fn begin(counters: &Arc<Counters>) -> Self {
        count(&counters.in_flight);
        Self(Some(counters.clone()))
    }

    fn end(&mut self) -> Option<Arc<Counters>> {
        let counters = self.0.take()?;
        counters.in_flight.fetch_sub(1, Ordering::Relaxed);
        Some(counters)
    }

    /// The client is in.
    pub(crate) fn done(&mut self, resumed: bool) {
        let Some(counters) = self.end() else { return };
        count(&counters.done);
        if resumed {
            count(&counters.resumed);
        }
    }

    /// It has failed.
    pub(crate) fn failed(&mut self, error: &Error) {
        let Some(counters) = self.end() else { return };
        match (error.code(), error.clientcert()) {
            (Code::NoCertificate | Code::CertificateRefused, Some(report)) => {
                count_word(&counters.refused, report.verifycode());
            }
            (Code::PeerAlert, _) => {
                let alert = error.context_value("alert").unwrap_or("unknown");
                count_word(&counters.alerts, alert);
            }
            (code, _) => count_word(&counters.failed, code.name()),
        }
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        if let Some(counters) = self.end() {
            count(&counters.abandoned);
        }
    }
}

impl Counters {
    /// A reload has ended.
    pub(crate) fn reloaded(&self, well: bool) {
        count(if well {
            &self.reloads
        } else {
            &self.reload_failures
        });
    }

    /// Hands the dictionary to a visitor. Each number is right by itself; together they are of about
    /// the same moment.
    pub(crate) fn describe(&self, sink: &mut impl Sink) {
        sink.begin_dict();
        for (key, value) in [
            (key::COUNTERS_DONE, &self.done),
            (key::COUNTERS_RESUMED, &self.resumed),
            (key::COUNTERS_INFLIGHT, &self.in_flight),
            (key::COUNTERS_ABANDONED, &self.abandoned),
        ] {
            sink.integer_at(key, as_integer(value.load(Ordering::Relaxed)));
        }
        for (key, words) in [
            (key::COUNTERS_REFUSED, &self.refused),
            (key::COUNTERS_ALERTS, &self.alerts),
            (key::COUNTERS_FAILED, &self.failed),
        ] {
            sink.key(key);
            describe_words(words, sink);
        }
        for (key, value) in [
            (key::COUNTERS_RELOADS, &self.reloads),
            (key::COUNTERS_RELOADFAILURES, &self.reload_failures),
        ] {
            sink.integer_at(key, as_integer(value.load(Ordering::Relaxed)));
        }
        sink.end();
    }
}

fn as_integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn describe_words(words: &Words, sink: &mut impl Sink) {
    let words = words.lock().unwrap_or_else(PoisonError::into_inner).clone();
    sink.begin_list();
    for (word, number) in words {
        sink.begin_dict();
        sink.text_at(key::COUNT_WORD, &word);
        sink.integer_at(key::COUNT_NUMBER, as_integer(number));
        sink.end();
    }
    sink.end();
}
