//! This file is about reading options one by one: the right type, the right words, every problem
//! noted.

use super::stamp::Stamp;
use super::table::{self, Row, Scope};
use crate::error::{escape_control, Code, Error, Result};
use crate::mode::Mode;
use crate::names::{self, List, Resolved};
use crate::options::{fold, OptionValue, Options};
use openssl::ssl::SslVersion;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// What reading a configuration has brought to light.
pub(super) struct Notes {
    /// When that was, in seconds since 1970.
    now: i64,
    problems: Vec<Error>,
    /// What is odd but does not prevent a server from running.
    pub(super) warnings: Vec<String>,
    /// The files that were read, as they were then.
    pub(super) files: Vec<Stamp>,
}

impl Notes {
    /// Nothing yet.
    pub(super) fn new(now: i64) -> Self {
        Self {
            now,
            problems: Vec::new(),
            warnings: Vec::new(),
            files: Vec::new(),
        }
    }

    /// All problems, if there are any.
    pub(super) fn finish(&mut self) -> Result<()> {
        Error::all(std::mem::take(&mut self.problems)).map_or(Ok(()), Err)
    }
}

/// Reads one set of options, the server's or a host's, and notes what is wrong with them.
pub(super) struct Reader<'n> {
    values: Vec<(&'static Row, OptionValue)>,
    notes: &'n mut Notes,
    /// The host whose options these are; none: the server's.
    host: Option<String>,
}

impl<'n> Reader<'n> {
    /// Sorts options by the table; unknown, doubled and misplaced ones are problems.
    pub(super) fn new(options: Options, notes: &'n mut Notes, host: Option<&str>) -> Self {
        let mut reader = Self {
            values: Vec::new(),
            notes,
            host: host.map(str::to_owned),
        };
        for (name, value) in options.entries {
            match table::find(&name) {
                None => reader.unknown(&name),
                Some(row) if reader.host.is_some() && row.scope == Scope::Server => reader.problem(
                    Code::ServerOption,
                    row.name,
                    format!(
                        "{} is of the whole server and cannot differ between hosts",
                        row.name
                    ),
                ),
                Some(row)
                    if reader
                        .values
                        .iter()
                        .any(|(known, _)| known.name == row.name) =>
                {
                    reader.problem(
                        Code::DuplicateOption,
                        row.name,
                        format!(
                            "{} is given twice (case, \"_\" and \"-\" do not count in names)",
                            row.name
                        ),
                    )
                }
                Some(row) => reader.values.push((row, value)),
            }
        }
        reader
    }

    /// Without options: to note something of the server's.
    pub(super) fn of_server(notes: &'n mut Notes) -> Self {
        Self {
            values: Vec::new(),
            notes,
            host: None,
        }
    }

    /// Notes a problem.
    pub(super) fn problem(&mut self, code: Code, option: &str, message: impl AsRef<str>) {
        self.error(option, Error::new(code, message));
    }

    /// Notes a problem that has its own context.
    pub(super) fn error(&mut self, option: &str, error: Error) {
        let error = match &self.host {
            Some(host) => error.prefixed(&format!("host {host}: ")).with("host", host),
            None => error,
        };
        self.notes.problems.push(error.with("option", option));
    }

    /// Notes what is odd but does not prevent a server from running.
    pub(super) fn warn(&mut self, text: impl AsRef<str>) {
        let host = self.host.as_ref();
        let place = host.map_or(String::new(), |host| format!("host {host}: "));
        let text = escape_control(text.as_ref());
        self.notes.warnings.push(format!("{place}{text}"));
    }

    /// Notes a file that was read.
    pub(super) fn saw(&mut self, file: Stamp) {
        self.notes.files.push(file);
    }

    /// When the configuration is read, in seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.notes.now
    }

    /// Nothing is wrong so far.
    pub(super) fn is_fine(&self) -> bool {
        self.notes.problems.is_empty()
    }

    fn unknown(&mut self, name: &str) {
        let folded = fold(name);
        let near = table::OPTIONS
            .iter()
            .map(|row| (distance(&folded, &fold(row.name)), row.name))
            .min()
            .filter(|(distance, _)| *distance <= 3)
            .map_or(String::new(), |(_, name)| format!("; did you mean {name}?"));
        let shown: String = name.chars().take(80).collect();
        self.problem(
            Code::UnknownOption,
            &shown,
            format!("there is no option {shown:?}{near}"),
        );
    }

    /// The option is given.
    pub(super) fn given(&self, name: &str) -> bool {
        self.values.iter().any(|(row, _)| row.name == name)
    }

    fn take(&mut self, name: &str) -> Option<OptionValue> {
        let position = self.values.iter().position(|(row, _)| row.name == name)?;
        Some(self.values.swap_remove(position).1)
    }

    fn wrong_type<T>(&mut self, name: &'static str, wanted: &str) -> Option<T> {
        self.problem(Code::WrongType, name, format!("{name} takes {wanted}"));
        None
    }

    /// A path.
    pub(super) fn path(&mut self, name: &'static str) -> Option<PathBuf> {
        let value = self.take(name)?;
        self.as_path(name, value, "a path")
    }

    fn as_path(&mut self, name: &'static str, value: OptionValue, wanted: &str) -> Option<PathBuf> {
        match value {
            OptionValue::Path(path) if !path.as_os_str().is_empty() => Some(path),
            OptionValue::Text(text) if !text.is_empty() => Some(PathBuf::from(text)),
            OptionValue::Path(_) | OptionValue::Text(_) => {
                self.problem(Code::InvalidValue, name, format!("{name} is empty"));
                None
            }
            _ => self.wrong_type(name, wanted),
        }
    }

    /// A list of paths, or one.
    pub(super) fn paths(&mut self, name: &'static str) -> Option<Vec<PathBuf>> {
        let items = match self.take(name)? {
            OptionValue::List(items) => items,
            one => vec![one],
        };
        let wanted = "a path or a list of paths";
        let path = |item| self.as_path(name, item, wanted);
        items.into_iter().map(path).collect()
    }

    /// A list of byte strings, or one.
    pub(super) fn secrets(&mut self, name: &'static str) -> Option<Vec<Vec<u8>>> {
        let items = match self.take(name)? {
            OptionValue::List(items) => items,
            one => vec![one],
        };
        let bytes = |item| match item {
            OptionValue::Bytes(bytes) => Some(bytes),
            OptionValue::Text(text) => Some(text.into_bytes()),
            _ => None,
        };
        let items: Option<Vec<_>> = items.into_iter().map(bytes).collect();
        items.or_else(|| self.wrong_type(name, "bytes or a list of bytes"))
    }

    /// Sets of options by name.
    pub(super) fn sets(&mut self, name: &'static str) -> Vec<(String, Options)> {
        let Some(value) = self.take(name) else {
            return Vec::new();
        };
        let set = |(name, value)| match value {
            OptionValue::Options(options) => Some((name, options)),
            _ => None,
        };
        let sets: Option<Vec<_>> = match value {
            OptionValue::Options(options) => options.entries.into_iter().map(set).collect(),
            _ => None,
        };
        let wanted = "sets of options by host name";
        sets.or_else(|| self.wrong_type(name, wanted))
            .unwrap_or_default()
    }

    /// One of a few words, or else a path.
    pub(super) fn word_or_path(
        &mut self,
        name: &'static str,
        words: &[&'static str],
    ) -> Option<std::result::Result<&'static str, PathBuf>> {
        if let Some((_, OptionValue::Path(_))) =
            self.values.iter().find(|(row, _)| row.name == name)
        {
            return self.path(name).map(Err);
        }
        let word = self.word_or_default(name)?;
        if word.is_empty() {
            self.problem(Code::InvalidValue, name, format!("{name} is empty"));
            return None;
        }
        let known = words.iter().find(|known| fold(known) == fold(&word));
        Some(known.map_or_else(|| Err(PathBuf::from(word)), |word| Ok(*word)))
    }

    /// Bytes; text counts as its UTF-8.
    pub(super) fn bytes(&mut self, name: &'static str) -> Option<Vec<u8>> {
        match self.take(name)? {
            OptionValue::Bytes(bytes) => Some(bytes),
            OptionValue::Text(text) => Some(text.into_bytes()),
            _ => self.wrong_type(name, "bytes"),
        }
    }

    /// Text; bytes count when they are UTF-8.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        match self.take(name)? {
            OptionValue::Text(text) => Some(text),
            OptionValue::Bytes(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Some(text),
                Err(_) => self.wrong_type(name, "text"),
            },
            _ => self.wrong_type(name, "text"),
        }
    }

    fn word_or_default(&mut self, name: &'static str) -> Option<String> {
        if self.given(name) {
            self.text(name)
        } else {
            table::find(name).map(|row| row.default.to_owned())
        }
    }

    /// One of a few words.
    pub(super) fn word(&mut self, name: &'static str, words: &[&str]) -> Option<String> {
        let word = self.word_or_default(name)?;
        let found = words.iter().find(|known| fold(known) == fold(&word));
        if found.is_none() {
            self.problem(
                Code::InvalidValue,
                name,
                format!(
                    "{name} {word:?} is unknown; it is one of {}",
                    words.join(", ")
                ),
            );
        }
        found.map(|word| (*word).to_owned())
    }

    /// A mode.
    pub(super) fn mode(&mut self, name: &'static str) -> Option<Mode> {
        let word = self.word_or_default(name)?;
        Mode::parse(&word)
            .map_err(|error| self.error(name, error))
            .ok()
    }

    /// A whole number in a range.
    pub(super) fn integer(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let number = match self.take(name) {
            None => table::find(name)?.default.parse().ok()?,
            Some(OptionValue::Integer(number)) => number,
            Some(_) => return self.wrong_type(name, "a whole number"),
        };
        if range.contains(&number) {
            return Some(number);
        }
        self.problem(
            Code::InvalidValue,
            name,
            format!(
                "{name} {number} is out of range; it is from {} to {}",
                range.start(),
                range.end()
            ),
        );
        None
    }

    /// Seconds, more than none.
    pub(super) fn seconds(&mut self, name: &'static str) -> Option<Duration> {
        let number = match self.take(name) {
            None => table::find(name)?.default.parse().ok()?,
            #[expect(
                clippy::cast_precision_loss,
                reason = "seconds beyond 2^53 are refused below"
            )]
            Some(OptionValue::Integer(number)) => number as f64,
            Some(OptionValue::Number(number)) => number,
            Some(_) => return self.wrong_type(name, "a number of seconds"),
        };
        if number > 0.0 && number <= 86_400.0 {
            return Some(Duration::from_secs_f64(number));
        }
        self.problem(
            Code::InvalidValue,
            name,
            format!("{name} {number} is out of range; it is more than 0 and at most 86400 seconds"),
        );
        None
    }

    /// True or false.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.take(name) {
            None => Some(table::find(name)?.default == "true"),
            Some(OptionValue::Flag(flag)) => Some(flag),
            Some(_) => self.wrong_type(name, "true or false"),
        }
    }

    /// A TLS version, and its number as written.
    pub(super) fn version(&mut self, name: &'static str) -> Option<(SslVersion, &'static str)> {
        let word = self.word_or_default(name)?;
        let number = fold(&word);
        match number
            .strip_prefix("tlsv")
            .or(number.strip_prefix("tls"))
            .unwrap_or(&number)
        {
            "1.2" | "12" => Some((SslVersion::TLS1_2, "1.2")),
            "1.3" | "13" => Some((SslVersion::TLS1_3, "1.3")),
            _ => {
                self.problem(
                    Code::UnsupportedVersion,
                    name,
                    format!("{name} {word:?} is not offered; it is one of 1.2, 1.3"),
                );
                None
            }
        }
    }

    /// The words of a list option; `None` when it is not given or of another type.
    fn words(&mut self, name: &'static str) -> Option<Vec<String>> {
        let wrong = "a list of names, or one text with colons between them";
        match self.take(name)? {
            OptionValue::Text(text) => Some(
                text.split([':', ','])
                    .map(|word| word.trim().to_owned())
                    .collect(),
            ),
            OptionValue::List(items) => {
                let words: Option<Vec<String>> = items
                    .into_iter()
                    .map(|item| match item {
                        OptionValue::Text(text) => Some(text),
                        OptionValue::Bytes(bytes) => String::from_utf8(bytes).ok(),
                        _ => None,
                    })
                    .collect();
                words.or_else(|| self.wrong_type(name, wrong))
            }
            _ => self.wrong_type(name, wrong),
        }
    }

    /// Names of ciphers, groups or signature algorithms, each checked.
    pub(super) fn names(&mut self, name: &'static str) -> Vec<Resolved> {
        let list = match name {
            "ciphers" => List::Ciphers,
            "ciphersuites" => List::Ciphersuites,
            "groups" => List::Groups,
            _ => List::SignatureAlgorithms,
        };
        if !self.given(name) {
            return names::default(list);
        }
        let Some(words) = self.words(name) else {
            return Vec::new();
        };
        let mut found: Vec<Resolved> = Vec::new();
        for word in &words {
            match names::resolve(list, word) {
                Ok(resolved) if found.contains(&resolved) => {}
                Ok(resolved) => found.push(resolved),
                Err(elsewhere) => {
                    let why = if elsewhere {
                        format!(
                            "is not known to this TLS library ({})",
                            openssl::version::version()
                        )
                    } else {
                        "is unknown".to_owned()
                    };
                    self.problem(
                        Code::UnknownName,
                        name,
                        format!(
                            "{name}: {word:?} {why}; it is one of {}",
                            names::known(list).join(", ")
                        ),
                    );
                }
            }
        }
        if words.is_empty() {
            self.problem(Code::InvalidValue, name, format!("{name} is empty"));
        }
        found
    }

    /// Application protocols.
    pub(super) fn alpn(&mut self) -> Vec<Vec<u8>> {
        let words = self.words("alpn").unwrap_or_default();
        if words.iter().any(|word| word.is_empty() || word.len() > 255) {
            self.problem(
                Code::InvalidValue,
                "alpn",
                "alpn: a protocol name has from 1 to 255 bytes",
            );
        }
        words.into_iter().map(String::into_bytes).collect()
    }
}

/// The edit distance of two words, for "did you mean".
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().take(64).enumerate() {
        let mut diagonal = std::mem::replace(row.first_mut().unwrap_or(&mut 0), i + 1);
        for (j, y) in b.bytes().enumerate() {
            let left = row.get(j).copied().unwrap_or(0);
            let Some(cell) = row.get_mut(j + 1) else {
                continue;
            };
            let best = (diagonal + usize::from(x != y))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = std::mem::replace(cell, best);
        }
    }
    row.last().copied().unwrap_or(0)
}
