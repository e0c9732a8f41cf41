//! This file is about options as plain data: names and values from any language.
//!
//! In: what a program wrote. Out: the same, in order, for `config` to validate. It judges nothing.

use std::path::PathBuf;

/// The value of an option, as the caller's language has it.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionValue {
    /// Text, or a path as text.
    Text(String),
    /// A path.
    Path(PathBuf),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A list.
    List(Vec<OptionValue>),
    /// Options by name, inside an option.
    Options(Options),
}

macro_rules! from {
    ($($from:ty => $variant:ident),+) => {
        $(impl From<$from> for OptionValue {
            fn from(value: $from) -> Self { Self::$variant(value.into()) }
        })+
    };
}
from!(&str => Text, String => Text, PathBuf => Path, &std::path::Path => Path, Vec<u8> => Bytes,
      &[u8] => Bytes, i64 => Integer, f64 => Number, bool => Flag, Options => Options);

impl From<&[&str]> for OptionValue {
    fn from(words: &[&str]) -> Self {
        Self::List(words.iter().map(|word| Self::from(*word)).collect())
    }
}

/// Options by name, in the order in which they were given. Nothing is checked here: the acceptor
/// that is made of them tells every problem at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    pub(crate) entries: Vec<(String, OptionValue)>,
}

impl Options {
    /// No options yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same options and one more.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<OptionValue>) -> Self {
        self.push(name, value);
        self
    }

    /// Adds an option.
    pub fn push(&mut self, name: &str, value: impl Into<OptionValue>) {
        self.entries.push((name.to_owned(), value.into()));
    }
}

/// An option's name or a mode's word without what does not count in it: case, `_` and `-`.
pub(crate) fn fold(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}
