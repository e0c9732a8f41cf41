//! This file is about rules as a person writes them: one in a line.
//!
//! In: text. Out: the words of each rule, by line. It judges how they are written, and not what they
//! say. The form is documented with [`Rules`](super::Rules).

use super::words::{self, Words};

/// A line with a rule: its number, and its words or every problem with them.
pub(super) type Line = (usize, Result<Words, Vec<String>>);

/// The rules of a text; empty lines and comments are none.
pub(super) fn read(text: &str) -> Vec<Line> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.split('\n').enumerate().filter_map(|(at, line)| {
        let words = match split(line) {
            Ok(words) if words.is_empty() => return None,
            Ok(words) => rule(words),
            Err(problem) => Err(vec![problem]),
        };
        Some((at + 1, words))
    });
    lines.collect()
}

/// The words of a line: separated by blanks, which do not count inside of double quotes; `""` inside
/// of them is a quote. A word that begins with `#` begins a comment.
fn split(line: &str) -> Result<Vec<String>, String> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if let Some(c) = line.chars().find(|c| c.is_control() && *c != '\t') {
        return Err(format!(
            "the line holds U+{:04X}, a control character",
            u32::from(c)
        ));
    }
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => {
                word.get_or_insert_default().push('"');
            }
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !quoted => words.extend(word.take()),
            '#' if !quoted && word.is_none() => break,
            c => word.get_or_insert_default().push(c),
        }
    }
    if quoted {
        return Err("a quote (\") is not closed".to_owned());
    }
    words.extend(word);
    Ok(words)
}

/// `SOURCE VALUE USER` or `preset NAME`, and then what is named.
fn rule(line: Vec<String>) -> Result<Words, Vec<String>> {
    let mut given = line.into_iter();
    let mut words = Words::default();
    let first = given.next().unwrap_or_default();
    if first.eq_ignore_ascii_case("preset") {
        words.preset = given.next();
        if words.preset.is_none() {
            return Err(vec!["after preset comes its name".to_owned()]);
        }
    } else {
        words.source = Some(first);
        (words.value, words.user) = (given.next(), given.next());
        if words.user.is_none() {
            let form = "a rule is SOURCE VALUE USER, as subject.CN jane jane".to_owned();
            return Err(vec![match (words.source, words.value) {
                (Some(alone), None) => format!("{form}; {alone:?} alone is none"),
                _ => form,
            }]);
        }
    }
    let (mut seen, mut problems) = (Vec::new(), Vec::new());
    for word in given {
        problems.extend(named(&mut words, &word, &mut seen).err());
    }
    if problems.is_empty() {
        Ok(words)
    } else {
        Err(problems)
    }
}

fn named(words: &mut Words, word: &str, seen: &mut Vec<&'static str>) -> Result<(), String> {
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    };
    let name = words::name(name)?;
    if seen.contains(&name) {
        return Err(format!(
            "{name} is given twice; several values are separated by commas"
        ));
    }
    seen.push(name);
    let list = |value: &str| value.split(',').map(str::to_owned).collect();
    match (name, value) {
        ("groups", Some(value)) => words.groups = list(value),
        ("groups_from", Some(value)) => words.groups_from = list(value),
        ("anchor", Some(value)) => words.anchor = list(value),
        ("issuer", Some(value)) if !value.is_empty() => words.issuer = Some(value.to_owned()),
        ("allow_unverified", None) => words.allow_unverified = true,
        ("allow_unverified", Some(_)) => {
            return Err("allow_unverified stands alone, without a value".to_owned())
        }
        ("preset" | "source" | "value" | "user", _) => {
            return Err(format!(
                "{name} is told by its place in the line, not by its name"
            ))
        }
        (name, _) => return Err(format!("{name} needs a value: {name}=...")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_words_with_quotes_and_comments() {
        for (line, words) in [
            ("", vec![]),
            ("  # all of it", vec![]),
            ("a\tb  c#d # e", vec!["a", "b", "c#d"]),
            ("\"a b\" c=\"d e\"\r", vec!["a b", "c=d e"]),
            ("\"a \"\"b\"\"\" \"\" \"#c\"", vec!["a \"b\"", "", "#c"]),
            (r"/a\.b\\/ \1", vec![r"/a\.b\\/", r"\1"]),
        ] {
            assert_eq!(split(line).unwrap(), words, "{line}");
        }
        assert!(split("a \"b").is_err() && split("a\0").is_err() && split("a\rb").is_err());
    }

    #[test]
    fn every_problem_of_a_line_is_told() {
        let (line, rule) = read("# c\n\ndns a b colour=1 groups issuer= issuer=x").remove(0);
        assert_eq!(line, 3);
        assert_eq!(rule.unwrap_err().len(), 4);
    }
}
