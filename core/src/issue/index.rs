//! This file is about `index.txt`: what an authority has issued and revoked, and its CRL numbers.
//!
//! In: the file's text; events. Out: lines; the state that they add up to. It may not know of keys.
//!
//! Lines are only ever added, by whoever has locked the file, each with four or more fields between tabs, the first saying what happened:
//!
//! ```text
//! V  time  serial  notAfter  file       issued
//! R  time  serial  reason               revoked
//! C  time  number                       a CRL was made
//! ```
//!
//! Times are `20260131080000Z` (UTC), serials upper-case hex, reasons RFC 5280 names.

use super::crl::{Reason, Revoked};
use super::issuer::hex;
use super::time;
use crate::error::{Code, Error, Result};
use std::collections::BTreeSet;

/// What the lines add up to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) issued: BTreeSet<String>,
    pub(super) revoked: Vec<Revoked>,
    pub(super) crl_number: u64,
}

impl Index {
    /// The state; an error for a line that is none, because a revocation that is not understood must not
    /// be lost.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut index = Self::default();
        for (number, line) in text.lines().enumerate() {
            index.line(line).ok_or_else(|| {
                let message = format!("line {} of index.txt cannot be read: {line:?}", number + 1);
                Error::new(Code::CannotIssue, message)
            })?;
        }
        Ok(index)
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let fields: Vec<&str> = line.split('\t').collect();
        match *fields.as_slice() {
            ["V", _, serial, _, _] => {
                unhex(serial)?;
                self.issued.insert(serial.to_owned());
            }
            ["R", at, serial, reason] => {
                let revoked = Revoked {
                    serial: unhex(serial)?,
                    time: time::parse_compact(at)?,
                    reason: Reason::parse(reason).ok()?,
                };
                if !self.is_revoked(&revoked.serial) {
                    self.revoked.push(revoked);
                }
            }
            ["C", _, number] => self.crl_number = self.crl_number.max(number.parse().ok()?),
            _ => return None,
        }
        Some(())
    }

    pub(super) fn is_revoked(&self, serial: &[u8]) -> bool {
        self.revoked.iter().any(|r| r.serial == serial)
    }
}

/// The line of an issued certificate.
pub(super) fn issued(now: i64, serial: &str, not_after: i64, file: &str) -> String {
    format!(
        "V\t{}\t{serial}\t{}\t{file}",
        time::compact(now),
        time::compact(not_after)
    )
}

/// The line of a revocation.
pub(super) fn revoked(revoked: &Revoked) -> String {
    format!(
        "R\t{}\t{}\t{}",
        time::compact(revoked.time),
        hex(&revoked.serial),
        revoked.reason.name()
    )
}

/// The line of a CRL.
pub(super) fn crl(now: i64, number: u64) -> String {
    format!("C\t{}\t{number}", time::compact(now))
}

/// A serial number from hex, colons allowed, without leading zeros.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let mut digits: String = text.chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || digits.len() > 80 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    if digits.len() % 2 == 1 {
        digits.insert(0, '0');
    }
    let pairs = (0..digits.len()).step_by(2);
    let bytes: Option<Vec<u8>> = pairs
        .map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
        .collect();
    Some(bytes?.into_iter().skip_while(|b| *b == 0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back_and_the_first_revocation_counts() {
        let first = Revoked {
            serial: vec![0x4a, 1],
            time: 60,
            reason: Reason::KeyCompromise,
        };
        let second = Revoked {
            reason: Reason::Superseded,
            ..first.clone()
        };
        let lines = [
            issued(0, "4A01", 99, "alice.pem"),
            revoked(&first),
            revoked(&second),
            crl(0, 7),
        ];
        let index = Index::parse(&lines.join("\n")).unwrap();
        assert_eq!((index.revoked, index.crl_number), (vec![first], 7));
        assert!(index.issued.contains("4A01"));
    }

    #[test]
    fn a_line_that_is_not_understood_is_an_error() {
        for bad in [
            "R\t20260131080000Z\tzz\tsuperseded",
            "R\tx\t01\tsuperseded",
            "X",
            "",
            "C\t\tmany",
        ] {
            assert!(Index::parse(&format!("{bad}\n")).is_err(), "{bad:?}");
        }
    }
}
