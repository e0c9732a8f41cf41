//! This file is about the dates of a certificate.
//!
//! In: a UTCTime or GeneralizedTime as it was encoded. Out: seconds since 1970 and OpenSSL's text.

use super::der::tag;

/// A point in time, read as OpenSSL reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    /// Seconds since 1970-01-01 UTC.
    pub(crate) seconds: i64,
    /// The digits of a fraction that OpenSSL shows; mostly none.
    fraction: String,
    /// The form is the one that RFC 5280 demands: seconds, `Z`, no fraction.
    pub(super) strict: bool,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads the characters of a time; nothing when OpenSSL would call it a bad time value.
pub(crate) fn read(kind: u32, content: &[u8]) -> Option<Time> {
    let mut rest = content;
    let generalized = kind == tag::GENERALIZED_TIME;
    if content.len() < if generalized { 13 } else { 11 } {
        return None;
    }
    let two = pair(&mut rest)?;
    let year = if generalized {
        two * 100 + pair(&mut rest)?
    } else if two < 50 {
        2000 + two
    } else {
        1900 + two
    };
    let month = pair(&mut rest).filter(|month| (1..=12).contains(month))?;
    let day = pair(&mut rest).filter(|day| (1..=days_in(year, month)).contains(day))?;
    let hour = pair(&mut rest).filter(|hour| *hour <= 23)?;
    let minute = pair(&mut rest).filter(|minute| *minute <= 59)?;
    let has_seconds = !matches!(rest.first(), Some(b'Z' | b'+' | b'-'));
    let second = if has_seconds {
        pair(&mut rest).filter(|second| *second <= 59)?
    } else {
        0
    };
    let mut fraction: &[u8] = &[];
    if let (true, Some((b'.', after))) = (generalized, rest.split_first()) {
        let count = after.iter().take_while(|c| c.is_ascii_digit()).count();
        (fraction, rest) = after.split_at_checked(count)?;
        if fraction.is_empty() {
            return None;
        }
    }
    let (zone, after) = rest.split_first()?;
    rest = after;
    let offset = match zone {
        b'Z' => 0,
        b'+' | b'-' => {
            let hours = pair(&mut rest).filter(|hours| *hours <= 12)?;
            let minutes = pair(&mut rest).filter(|minutes| *minutes <= 59)?;
            let ahead = hours * 3600 + minutes * 60;
            if *zone == b'+' {
                ahead
            } else {
                -ahead
            }
        }
        _ => return None,
    };
    if !rest.is_empty() {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    // OpenSSL shows a fraction only where it stands when seconds are there.
    let shown = if has_seconds { fraction } else { &[] };
    Some(Time {
        seconds,
        fraction: shown.iter().copied().map(char::from).collect(),
        strict: *zone == b'Z' && has_seconds && fraction.is_empty(),
    })
}

fn pair(rest: &mut &[u8]) -> Option<i64> {
    let (tens, after) = rest.split_first()?;
    let (ones, after) = after.split_first()?;
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return None;
    }
    *rest = after;
    Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

impl Time {
    /// `Apr 30 08:12:20 2026 GMT`.
    pub(crate) fn text(&self) -> String {
        let (day, clock) = (
            self.seconds.div_euclid(86_400),
            self.seconds.rem_euclid(86_400),
        );
        let (year, month, day) = date(day);
        let month = usize::try_from(month - 1)
            .ok()
            .and_then(|at| MONTHS.get(at))
            .copied()
            .unwrap_or("???");
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        let fraction = &self.fraction;
        let dot = if fraction.is_empty() { "" } else { "." };
        format!("{month} {day:2} {hour:02}:{minute:02}:{second:02}{dot}{fraction} {year} GMT")
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that
/// the leap day is the last of a year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// The date that is so many days after 1970-01-01.
fn date(days_since: i64) -> (i64, i64, i64) {
    // Near enough from below; the two steps after it are exact.
    let mut year = 1970 + days_since.div_euclid(366);
    if days_since < 0 {
        year -= 1;
    }
    while days(year + 1, 1, 1) <= days_since {
        year += 1 + (days_since - days(year + 1, 1, 1)) / 366;
    }
    while days(year, 1, 1) > days_since {
        year -= 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= days_since {
        month += 1;
    }
    (year, month, days_since - days(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<Time> {
        read(tag::UTC_TIME, text.as_bytes())
    }

    fn generalized(text: &str) -> Option<Time> {
        read(tag::GENERALIZED_TIME, text.as_bytes())
    }

    #[test]
    fn both_forms_give_seconds_and_text() {
        let time = utc("260430081220Z").unwrap();
        assert_eq!((time.seconds, time.strict), (1_777_536_740, true));
        assert_eq!(time.text(), "Apr 30 08:12:20 2026 GMT");
        let time = generalized("20500101000000Z").unwrap();
        assert_eq!(time.text(), "Jan  1 00:00:00 2050 GMT");
        assert_eq!(time.seconds, 2_524_608_000);
        assert_eq!(utc("500101000000Z").unwrap().seconds, -631_152_000);
    }

    #[test]
    fn every_day_of_the_calendar_prints_as_itself() {
        for day in days(0, 1, 1)..=days(9999, 12, 31) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
            assert!(of_month >= 1 && of_month <= days_in(year, month));
        }
        assert_eq!(date(days(9999, 12, 31)), (9999, 12, 31));
    }

    #[test]
    fn zones_and_fractions_are_read_and_marked_as_not_strict() {
        let time = utc("260430081220+0100").unwrap();
        assert_eq!(time.text(), "Apr 30 07:12:20 2026 GMT");
        assert!(!time.strict);
        let time = utc("2604300812Z").unwrap();
        assert_eq!(time.text(), "Apr 30 08:12:00 2026 GMT");
        assert!(!time.strict);
        let time = generalized("20260430081220.5Z").unwrap();
        assert_eq!(time.text(), "Apr 30 08:12:20.5 2026 GMT");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "260230081220Z",
            "261330081220Z",
            "2604300812",
            "260430081220Zx",
            "26043008122\0Z",
        ] {
            assert_eq!(utc(text), None, "{text:?}");
        }
    }
}
