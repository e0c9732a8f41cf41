//! This file is about which texts of a stranger may be compared, and which may become a name.
//!
//! In: text. Out: nothing, or why not. What is refused here never reaches a user or a group: it could
//! end a line of a log, turn round what is shown, or read like another name.

use std::fmt;

/// The longest value that is compared, in bytes: as long as a SPIFFE ID may be.
const LONGEST_VALUE: usize = 2048;

/// The longest user or group, in bytes.
const LONGEST_NAME: usize = 256;

/// Why a value, or the name made of it, is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// A value that is no text, or no UTF-8.
    NotText,
    Empty,
    /// It holds this character.
    Forbidden(char),
    /// It is longer than this.
    TooLong(usize),
    /// White space at an end, which some program on the way would drop.
    Edge,
    /// It needs a part of the expression that has matched nothing.
    NoCapture(usize),
}

/// Whether a value may be compared.
pub(super) fn value(text: &str) -> Result<(), Unfit> {
    within(text, LONGEST_VALUE)
}

/// Whether a text may be a user or a group.
pub(super) fn name(text: &str) -> Result<(), Unfit> {
    within(text, LONGEST_NAME)?;
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Err(Unfit::Edge);
    }
    Ok(())
}

fn within(text: &str, longest: usize) -> Result<(), Unfit> {
    if text.is_empty() {
        return Err(Unfit::Empty);
    }
    if text.len() > longest {
        return Err(Unfit::TooLong(longest));
    }
    text.chars()
        .find(|c| forbidden(*c))
        .map_or(Ok(()), |c| Err(Unfit::Forbidden(c)))
}

/// Control characters, line and paragraph separators, and what is not seen: bidirectional controls,
/// joiners, fillers, variation selectors, and the others of Unicode's Default_Ignorable_Code_Point.
fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => f.write_str("it is no text"),
            Self::Empty => f.write_str("it is empty"),
            Self::Forbidden(c) => write!(
                f,
                "it holds U+{:04X}, a control or an invisible character",
                u32::from(*c)
            ),
            Self::TooLong(longest) => write!(f, "it is longer than {longest} bytes"),
            Self::Edge => f.write_str("it begins or ends with white space"),
            Self::NoCapture(number) => {
                write!(f, "capture {number} of the expression has matched nothing")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_reads_as_it_is() {
        for good in ["jane", "Jane Doe", "z\u{fc}rich", "a,b", "\u{5d0}", "a@b"] {
            assert_eq!(name(good), Ok(()), "{good:?}");
        }
        for c in [
            '\0',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{2028}',
            '\u{34f}',
            '\u{115f}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{fe0f}',
            '\u{e0100}',
        ] {
            assert_eq!(name(&format!("a{c}b")), Err(Unfit::Forbidden(c)));
        }
        assert_eq!(name(""), Err(Unfit::Empty));
        assert_eq!(name(" admin"), Err(Unfit::Edge));
        assert_eq!(name("admin\u{a0}"), Err(Unfit::Edge));
        assert_eq!(name(&"a".repeat(256)), Ok(()));
        assert_eq!(name(&"a".repeat(257)), Err(Unfit::TooLong(256)));
        assert_eq!(value(" a"), Ok(()));
        assert_eq!(value(&"a".repeat(2049)), Err(Unfit::TooLong(2048)));
    }
}
