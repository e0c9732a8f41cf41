//! This file is about the manual: one page of section 3 for each noun, in mdoc, and one about the
//! whole.

use crate::header::GRAMMAR;
use crate::nouns::{Function, Nouns, Section};
use std::fmt::Write;

/// The pages by file name.
pub(crate) fn write(nouns: &Nouns) -> Vec<(String, String)> {
    let mut pages = vec![("peercert.3".to_owned(), overview(nouns))];
    for section in &nouns.sections {
        let title = title(section);
        pages.push((format!("{title}.3"), page(section, &title, nouns)));
    }
    pages
}

fn title(section: &Section) -> String {
    format!("peercert_{}", section.noun)
}

fn head(title: &str) -> String {
    let title = title.to_uppercase();
    // The date stands for the version that the pages belong to.
    format!(".Dd November 21, 2026\n.Dt {title} 3\n.Os\n.Sh NAME\n")
}

fn overview(nouns: &Nouns) -> String {
    let mut out = head("peercert");
    out.push_str(".Nm peercert\n.Nd mutual TLS for applications\n.Sh SYNOPSIS\n.In peercert.h\n");
    out.push_str(".Pp\npkg-config --cflags --libs peercert\n.Sh DESCRIPTION\n");
    // The first paragraph is about the header as a file.
    let rules: Vec<&str> = GRAMMAR.split("\n\n").skip(1).collect();
    out.push_str(
        &rules
            .iter()
            .map(|rule| text(rule))
            .collect::<Vec<_>>()
            .join(".Pp\n"),
    );
    out.push_str(&see_also(nouns, "peercert"));
    out
}

fn page(section: &Section, title: &str, nouns: &Nouns) -> String {
    let mut out = head(title);
    let names: Vec<&str> = section.functions.iter().map(|f| f.name.as_str()).collect();
    let _ = writeln!(out, ".Nm {}", names.join(" ,\n.Nm "));
    let (brief, rest) = section
        .about
        .split_once(". ")
        .unwrap_or((section.about.trim_end_matches('.'), ""));
    let _ = write!(out, ".Nd {}", text(&lower(brief)));
    out.push_str(".Sh SYNOPSIS\n.In peercert.h\n");
    for function in &section.functions {
        out.push_str(&synopsis(function));
    }
    out.push_str(".Sh DESCRIPTION\n");
    out.push_str(&text(rest));
    for function in &section.functions {
        let _ = writeln!(out, ".Ss {}", function.name);
        out.push_str(&description(function));
    }
    out.push_str(&see_also(nouns, title));
    out
}

/// Names in a list do not begin with a capital; acronyms do.
fn lower(brief: &str) -> String {
    let mut letters = brief.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            format!(
                "{}{}",
                first.to_lowercase(),
                brief.split_at(first.len_utf8()).1
            )
        }
        _ => brief.to_owned(),
    }
}

fn synopsis(function: &Function) -> String {
    let (head, arguments) = function.prototype.split_once('(').unwrap_or_default();
    let mut out = format!(
        ".Ft \"{}\"\n.Fo {}\n",
        head.trim_end_matches(function.name.as_str()).trim(),
        function.name
    );
    let arguments = arguments.trim_end_matches([')', ';']);
    for argument in arguments.split(',').map(str::trim) {
        let argument = if argument.is_empty() {
            "void"
        } else {
            argument
        };
        let _ = writeln!(out, ".Fa \"{argument}\"");
    }
    out.push_str(".Fc\n");
    out
}

/// What a function's comment says: paragraphs, and a list of what has a name.
fn description(function: &Function) -> String {
    let mut out = String::new();
    let mut list = false;
    for line in &function.lines {
        let named = line
            .split_once(": ")
            .filter(|(head, _)| head.starts_with('`') || crate::nouns::HEADINGS.contains(head));
        match named {
            Some((head, rest)) => {
                if !std::mem::replace(&mut list, true) {
                    out.push_str(".Bl -tag -width Returns\n");
                }
                match head
                    .strip_prefix('`')
                    .and_then(|name| name.strip_suffix('`'))
                {
                    Some(name) => {
                        let _ = write!(out, ".It Fa {name}\n{}", text(rest));
                    }
                    None => {
                        let _ = write!(out, ".It {head}\n{}", text(rest));
                    }
                }
            }
            None => out.push_str(&text(line)),
        }
    }
    if list {
        out.push_str(".El\n");
    }
    out
}

/// A paragraph as mdoc takes it: a sentence a line, nothing taken for a macro.
fn text(paragraph: &str) -> String {
    let escaped = paragraph.replace('\\', "\\e");
    let mut quoted = String::new();
    for (index, part) in escaped.split('`').enumerate() {
        let font = match index {
            0 => "",
            odd if odd % 2 == 1 => "\\fB",
            _ => "\\fR",
        };
        quoted.push_str(font);
        quoted.push_str(part);
    }
    let mut out = String::new();
    for line in quoted
        .replace(". ", ".\n")
        .lines()
        .filter(|line| !line.is_empty())
    {
        let guard = if line.starts_with(['.', '\'']) {
            "\\&"
        } else {
            ""
        };
        let _ = writeln!(out, "{guard}{line}");
    }
    out
}

fn see_also(nouns: &Nouns, but: &str) -> String {
    let mut titles: Vec<String> = nouns.sections.iter().map(title).collect();
    titles.push("peercert".to_owned());
    titles.sort();
    titles.retain(|title| title != but);
    let references: Vec<String> = titles
        .iter()
        .map(|title| format!(".Xr {title} 3"))
        .collect();
    format!(".Sh SEE ALSO\n{}\n", references.join(" ,\n"))
}
