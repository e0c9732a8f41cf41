//! This file is about the user and the groups as a rule writes them: text with captures.
//!
//! In: `\1@corp`, and what an expression has matched. Out: a name that is fit to be one, or why not.

use super::fit::{self, Unfit};
use regex::{Captures, Regex};

/// A user or a group of a rule.
#[derive(Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, PartialEq)]
enum Part {
    Literal(String),
    /// Of the expression; 0 is the value as a whole.
    Capture(usize),
}

/// What a rule's value has matched.
pub(super) enum Matched<'a> {
    /// The value as a whole, compared exactly.
    Whole(&'a str),
    /// By an expression.
    Parts(Captures<'a>),
}

impl Template {
    /// Reads a template: `\0` is the value as a whole, `\1` to `\9` a capture of the expression,
    /// `\g<name>` one by its name or number, `\\` a backslash. As an error, why it is none.
    pub(super) fn parse(text: &str, expression: Option<&Regex>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\\') {
            literal.push_str(before);
            let mut chars = after.chars();
            let (name, left) = match chars.next() {
                Some('\\') => {
                    literal.push('\\');
                    rest = chars.as_str();
                    continue;
                }
                Some(digit) if digit.is_ascii_digit() => (digit.to_string(), chars.as_str()),
                Some('g') => chars
                    .as_str()
                    .strip_prefix('<')
                    .and_then(|named| named.split_once('>'))
                    .map(|(name, left)| (name.to_owned(), left))
                    .ok_or_else(|| format!("{text:?}: \\g is written \\g<name>"))?,
                _ => {
                    return Err(format!(
                    "{text:?}: after a backslash comes a digit (a capture), g<name>, or a second \
                         backslash"
                ))
                }
            };
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            let number =
                capture(&name, expression).map_err(|problem| format!("{text:?}: {problem}"))?;
            parts.push(Part::Capture(number));
            rest = left;
        }
        literal.push_str(rest);
        if parts.is_empty() {
            fit::name(&literal).map_err(|unfit| format!("{literal:?} is no name: {unfit}"))?;
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self(parts))
    }

    /// The name for what was matched.
    pub(super) fn fill(&self, matched: &Matched<'_>) -> Result<String, Unfit> {
        let mut name = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => name.push_str(text),
                Part::Capture(number) => name.push_str(matched.part(*number)?),
            }
        }
        fit::name(&name)?;
        Ok(name)
    }
}

/// The number of a capture.
fn capture(name: &str, expression: Option<&Regex>) -> Result<usize, String> {
    let number = match (name.parse::<usize>(), expression) {
        (Ok(number), _) => Some(number),
        (Err(_), Some(expression)) => expression
            .capture_names()
            .position(|known| known == Some(name)),
        (Err(_), None) => None,
    };
    let there = expression.map_or(0, |expression| expression.captures_len() - 1);
    number.filter(|number| *number <= there).ok_or_else(|| {
        let has = match (expression, there) {
            (None, _) => "an exact value has none but \\0".to_owned(),
            (_, 0) => "the expression has none but \\0".to_owned(),
            (_, 1) => "the expression has 1".to_owned(),
            (_, several) => format!("the expression has {several}"),
        };
        format!("there is no capture {name:?}: {has}")
    })
}

impl Matched<'_> {
    fn part(&self, number: usize) -> Result<&str, Unfit> {
        let part = match self {
            Self::Whole(value) => (number == 0).then_some(*value),
            Self::Parts(captures) => captures.get(number).map(|part| part.as_str()),
        };
        part.ok_or(Unfit::NoCapture(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, expression: &str, value: &str) -> Result<String, String> {
        let expression = Regex::new(expression).unwrap();
        let template = Template::parse(template, Some(&expression))?;
        let matched = Matched::Parts(expression.captures(value).unwrap());
        template.fill(&matched).map_err(|unfit| unfit.to_string())
    }

    #[test]
    fn captures_are_by_number_and_by_name() {
        assert_eq!(filled(r"\2-\1", "(a)(b)", "ab").unwrap(), "b-a");
        assert_eq!(filled(r"x\g<who>", "(?<who>a)b", "ab").unwrap(), "xa");
        assert_eq!(filled(r"\0\\1", "a", "a").unwrap(), r"a\1");
        assert_eq!(filled(r"\10", "(a)", "a").unwrap(), "a0");
        assert_eq!(filled(r"\g<1>0", "(a)", "a").unwrap(), "a0");
    }

    #[test]
    fn a_capture_that_is_not_there_is_refused_and_one_without_a_part_makes_no_name() {
        for wrong in [r"\2", r"\g<who>", r"\g", r"\x", "\\", r"\g<2>", ""] {
            assert!(filled(wrong, "(a)", "a").is_err(), "{wrong}");
        }
        assert!(filled(r"x\2", "(a)|(b)", "a")
            .unwrap_err()
            .contains("capture 2"));
        assert!(Template::parse(r"\1", None).is_err());
    }
}
