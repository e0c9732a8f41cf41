//! This file is about times: seconds since 1970-01-01 00:00:00 UTC to and from text and DER.
//!
//! In: seconds, or a date as text. Out: the other. It may not know of certificates.

use super::der::{tag, tlv};
use crate::error::{Code, Error, Result};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// 0001-01-01 00:00:00 and 9999-12-31 23:59:59 UTC: what a certificate can say (RFC 5280 section 4.1.2.5).
pub(super) const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// Seconds since 1970-01-01 UTC of a date as text: `2026-01-31` (midnight UTC) or `2026-01-31T08:00:00Z`, with a
/// space for the `T` too.
///
/// # Errors
/// `certificate.cannot_issue` when the text is no such date.
pub fn time(text: &str) -> Result<i64> {
    parse(text).ok_or_else(|| {
        Error::new(
            Code::CannotIssue,
            format!("{text:?} is no date: write 2026-01-31 or 2026-01-31T08:00:00Z (UTC)"),
        )
    })
}

fn parse(text: &str) -> Option<i64> {
    let (date, clock) = match text.split_once(['T', ' ']) {
        Some((date, clock)) => (date, clock.strip_suffix('Z')?),
        None => (text, "00:00:00"),
    };
    let [year, month, day] = fields(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = fields(clock, ':', [2, 2, 2])?;
    let seconds = days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    // Reading back what was understood refuses February 30th and minute 61 alike.
    (year > 0 && civil(seconds) == (year, month, day, hour, minute, second)).then_some(seconds)
}

fn fields(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let parts: Vec<&str> = text.split(separator).collect();
    let parts: [&str; 3] = parts.try_into().ok()?;
    let mut out = [0; 3];
    for ((part, width), slot) in parts.iter().zip(widths).zip(&mut out) {
        if part.len() != width || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *slot = part.parse().ok()?;
    }
    Some(out)
}

/// Now, by the system's clock.
pub(super) fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or(0)
}

/// `20260131080000Z`: the form of the index file.
pub(super) fn compact(seconds: i64) -> String {
    let (year, month, day, hour, minute, second) = civil(seconds);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
}

/// `2026-01-31T08:00:00Z`: what [`time`] reads.
pub(super) fn readable(seconds: i64) -> String {
    let (year, month, day, hour, minute, second) = civil(seconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// What [`compact`] wrote.
pub(super) fn parse_compact(text: &str) -> Option<i64> {
    let digits = text
        .strip_suffix('Z')
        .filter(|d| d.len() == 14 && d.is_ascii())?;
    let cut = |from: usize, to: usize| digits.get(from..to);
    parse(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        cut(0, 4)?,
        cut(4, 6)?,
        cut(6, 8)?,
        cut(8, 10)?,
        cut(10, 12)?,
        cut(12, 14)?
    ))
}

/// UTCTime for 1950 to 2049, GeneralizedTime otherwise (RFC 5280 section 4.1.2.5).
pub(super) fn der(seconds: i64) -> Vec<u8> {
    let text = compact(seconds);
    match civil(seconds).0 {
        1950..=2049 => tlv(tag::UTC_TIME, text.as_bytes().get(2..).unwrap_or_default()),
        _ => tlv(tag::GENERALIZED_TIME, text.as_bytes()),
    }
}

/// A UTCTime or GeneralizedTime in the forms that RFC 5280 allows.
pub(super) fn from_der(tag: u8, content: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(content).ok()?;
    match tag {
        tag::UTC_TIME => {
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 {
                "20"
            } else {
                "19"
            };
            parse_compact(&format!("{century}{text}"))
        }
        tag::GENERALIZED_TIME => parse_compact(text),
        _ => None,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil(seconds: i64) -> (i64, i64, i64, i64, i64, i64) {
    let (days, clock) = (seconds.div_euclid(DAY) + 719_468, seconds.rem_euclid(DAY));
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (
        year,
        month,
        day,
        clock / 3600,
        clock % 3600 / 60,
        clock % 60,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_written_back() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("0001-01-01T00:00:00Z", -62_135_596_800),
        ] {
            assert_eq!(time(text).unwrap(), seconds);
            assert_eq!(readable(seconds), text);
            assert_eq!(parse_compact(&compact(seconds)), Some(seconds));
            let der = der(seconds);
            assert_eq!(from_der(der[0], &der[2..]), Some(seconds));
        }
        assert_eq!(
            time("2026-01-31").unwrap(),
            time("2026-01-31 00:00:00Z").unwrap()
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for bad in [
            "",
            "2026",
            "2026-02-30",
            "2026-13-01",
            "0000-01-01",
            "2026-01-01T25:00:00Z",
            "2026-01-01T00:00:00",
            "26-1-1",
            "+026-01-01",
        ] {
            assert_eq!(time(bad).unwrap_err().code(), Code::CannotIssue, "{bad}");
        }
    }

    #[test]
    fn the_year_chooses_the_kind_of_time() {
        assert_eq!(der(time("2049-12-31T23:59:59Z").unwrap())[0], tag::UTC_TIME);
        assert_eq!(der(time("2050-01-01").unwrap())[0], tag::GENERALIZED_TIME);
        assert_eq!(der(time("1949-12-31").unwrap())[0], tag::GENERALIZED_TIME);
    }
}
