//! This file is about a rule as somebody wrote it: its words, not yet understood.
//!
//! In: the dictionaries of a program; lines come from `file`. Out: [`Words`] with their [`Place`]. It
//! knows which words there are, and not what they mean.

use crate::error::{Code, Error};
use crate::options::{fold, OptionValue, Options};
use std::fmt;

/// What a rule says.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) preset: Option<String>,
    pub(super) source: Option<String>,
    pub(super) value: Option<String>,
    pub(super) user: Option<String>,
    pub(super) groups: Vec<String>,
    pub(super) groups_from: Vec<String>,
    pub(super) anchor: Vec<String>,
    pub(super) issuer: Option<String>,
    pub(super) allow_unverified: bool,
}

/// The words of a rule, as a file and as a dictionary have them.
pub(super) const NAMES: &[&str] = &[
    "preset",
    "source",
    "value",
    "user",
    "groups",
    "groups_from",
    "anchor",
    "issuer",
    "allow_unverified",
];

/// Where a rule stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a file, in this line.
    File(String, usize),
    /// In a text, in this line.
    Line(usize),
    /// In a list, at this position, counted from 1.
    Position(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, line) => write!(f, "{path}:{line}"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Position(number) => write!(f, "rule {number}"),
        }
    }
}

impl Place {
    /// A problem with the rule that stands here.
    pub(super) fn problem(&self, message: &str) -> Error {
        let error = Error::new(Code::BadRule, format!("{self}: {message}"));
        match self {
            Self::File(path, line) => error.with("path", path).with("line", line),
            Self::Line(line) => error.with("line", line),
            Self::Position(number) => error.with("rule", number),
        }
    }
}

/// The name of a word in any spelling; as an error, that there is none.
pub(super) fn name(word: &str) -> Result<&'static str, String> {
    let folded = fold(word);
    let known = NAMES.iter().find(|name| fold(name) == folded);
    known.copied().ok_or_else(|| {
        let shown: String = word.chars().take(80).collect();
        format!(
            "a rule has no word {shown:?}; there are {}",
            NAMES.join(", ")
        )
    })
}

/// The words of a rule that is data; as errors, every problem.
pub(super) fn of_data(data: OptionValue) -> Result<Words, Vec<String>> {
    let OptionValue::Options(Options { entries }) = data else {
        return Err(vec!["a rule is a dictionary of its words".to_owned()]);
    };
    let (mut words, mut seen, mut problems) = (Words::default(), Vec::new(), Vec::new());
    for (written, value) in entries {
        let done = name(&written).and_then(|name| {
            if seen.contains(&name) {
                return Err(format!("{name} is given twice"));
            }
            seen.push(name);
            words.set(name, value)
        });
        problems.extend(done.err());
    }
    if problems.is_empty() {
        Ok(words)
    } else {
        Err(problems)
    }
}

impl Words {
    fn set(&mut self, name: &str, value: OptionValue) -> Result<(), String> {
        match name {
            "groups" => self.groups = texts(name, value)?,
            "groups_from" => self.groups_from = texts(name, value)?,
            "anchor" => self.anchor = texts(name, value)?,
            "allow_unverified" => {
                let OptionValue::Flag(flag) = value else {
                    return Err(format!("{name} is true or false"));
                };
                self.allow_unverified = flag;
            }
            _ => {
                let OptionValue::Text(text) = value else {
                    return Err(format!("{name} is a text"));
                };
                let place = match name {
                    "preset" => &mut self.preset,
                    "source" => &mut self.source,
                    "value" => &mut self.value,
                    "user" => &mut self.user,
                    _ => &mut self.issuer,
                };
                *place = Some(text);
            }
        }
        Ok(())
    }
}

fn texts(name: &str, value: OptionValue) -> Result<Vec<String>, String> {
    let items = match value {
        OptionValue::List(items) => items,
        one => vec![one],
    };
    let texts = items.into_iter().map(|item| match item {
        OptionValue::Text(text) => Ok(text),
        _ => Err(format!("{name} is a text or a list of texts")),
    });
    texts.collect()
}
