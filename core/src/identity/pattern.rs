//! This file is about the value of a rule: exact, or an expression that fits a whole value.
//!
//! In: the value as a rule writes it. Out: [`Pattern`]. Expressions are matched in time that is linear
//! in the value, and cost memory within bounds.

use super::source::Source;
use super::template::Matched;
use crate::cert::{Certificate, Written};
use regex::{Regex, RegexBuilder};

/// The longest expression, in bytes.
const LONGEST: usize = 1024;

/// The most memory of a compiled expression, in bytes.
const COMPILED: usize = 1 << 22;

/// The most memory that a search keeps, in bytes, for each thread that searches at once.
const KEPT: usize = 1 << 18;

/// How deep groups may be nested.
const DEEPEST: u32 = 50;

/// The value of a rule.
pub(super) enum Pattern {
    /// In the form of [`Source::canonical`].
    Exact(String),
    /// The subject as a whole.
    Name(Written),
    /// A serial number and the issuer that has given it out.
    Serial(String, Written),
    /// An expression for a whole value.
    Expression(Regex),
}

/// The expression between the slashes; nothing for an exact value. As an error, what is missing.
pub(super) fn expression(value: &str) -> Result<Option<&str>, String> {
    let Some(inner) = value.strip_prefix('/') else {
        return Ok(None);
    };
    inner
        .strip_suffix('/')
        .map(Some)
        .ok_or_else(|| format!("{value:?} begins as an expression, which ends with a slash, too"))
}

/// An expression that fits a whole value or nothing.
pub(super) fn compile(expression: &str) -> Result<Regex, String> {
    if expression.len() > LONGEST {
        return Err(format!("the expression is longer than {LONGEST} bytes"));
    }
    // By itself first: what is one only between the anchors could take them apart.
    build(expression)?;
    build(&anchored(expression))
}

/// The text of an expression that fits a whole value.
pub(super) fn anchored(expression: &str) -> String {
    format!(r"\A(?:{expression})\z")
}

fn build(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text)
        .size_limit(COMPILED)
        .dfa_size_limit(KEPT)
        .nest_limit(DEEPEST)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => format!(
                "the expression is too big: compiled it would take more than {COMPILED} bytes; \
                 (?-u) makes \\w and \\d those of ASCII, which takes less, and so does + for {{1,64}}"
            ),
            other => {
                // The last line says what is wrong; those above draw where.
                let text = other.to_string();
                let last = text.lines().last().unwrap_or_default();
                format!(
                    "the expression is wrong: {}",
                    last.trim_start_matches("error: ")
                )
            }
        })
}

impl Pattern {
    /// Whether a value of the certificate is the one, and its parts.
    pub(super) fn matches<'a>(
        &self,
        value: &'a str,
        certificate: &Certificate,
    ) -> Option<Matched<'a>> {
        let whole = |fits: bool| fits.then_some(Matched::Whole(value));
        match self {
            Self::Exact(wanted) => whole(value == wanted),
            Self::Name(wanted) => whole(certificate.subject_is(wanted)),
            Self::Serial(wanted, issuer) => whole(value == wanted && certificate.issuer_is(issuer)),
            Self::Expression(expression) => {
                let captures = expression.captures(value)?;
                // The anchors say so already.
                (captures.get(0)?.len() == value.len()).then_some(Matched::Parts(captures))
            }
        }
    }

    /// The text by which a rule can be found without comparing; nothing when it has to be tried.
    pub(super) fn key(&self, source: &Source) -> Option<&str> {
        match self {
            Self::Exact(value) | Self::Serial(value, _) if *source != Source::SubjectDn => {
                Some(value)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_fits_a_whole_value_or_nothing() {
        for (text, value, fits) in [
            ("a|b", "ab", false),
            ("a|b", "b", true),
            ("(?m)^a$", "x\na", false),
            (".*", "anything", true),
            ("(?i)JANE", "jane", true),
            ("a", "xa", false),
            ("a$", "a", true),
        ] {
            let found = compile(text).unwrap().captures(value).is_some();
            assert_eq!(found, fits, "{text} {value}");
        }
    }

    #[test]
    fn what_would_take_the_anchors_apart_is_refused() {
        for text in ["a)|(?:b", "(?x)a # ", "(", "a{2,1}", "(?=a)", r"(a)\1", "["] {
            assert!(compile(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_huge_expression_is_refused() {
        for text in [
            "a".repeat(1025),
            "(((a{99}){99}){99})".to_owned(),
            "(".repeat(60) + &")".repeat(60),
        ] {
            assert!(compile(&text).is_err(), "{text}");
        }
        assert!(compile(r"[\w.+-]{1,64}@example\.org").is_ok());
    }
}
