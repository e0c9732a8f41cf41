//! This file is about what the header and the manual are made of: the nouns, one for each source
//! file, and their functions.
//!
//! In: `src/`, through cbindgen. Out: [`Nouns`]. It may not know how either is laid out.

use std::fs;
use std::path::Path;

/// All of the C interface.
pub(crate) struct Nouns {
    pub(crate) sections: Vec<Section>,
    /// Types and constants.
    pub(crate) types: Vec<Item>,
}

/// A type or a constant.
pub(crate) struct Item {
    pub(crate) code: String,
    pub(crate) lines: Vec<String>,
}

/// One noun.
pub(crate) struct Section {
    pub(crate) noun: &'static str,
    /// What the source file says of itself.
    pub(crate) about: String,
    /// The macro without which its functions are not declared.
    pub(crate) condition: Option<&'static str>,
    pub(crate) functions: Vec<Function>,
}

/// One function.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) prototype: String,
    /// Its documentation, a paragraph a line; those that name a parameter or a heading are `x: ...`.
    pub(crate) lines: Vec<String>,
}

/// The source files in the order of the header: noun, file, condition.
const ORDER: &[(&str, &str, Option<&str>)] = &[
    ("version", "version.rs", None),
    ("options", "options.rs", None),
    ("acceptor", "acceptor.rs", None),
    ("acceptor_reload", "reload.rs", None),
    ("connection", "connection.rs", None),
    ("connection_client", "client.rs", None),
    ("report", "report.rs", None),
    ("report_new_from_ssl", "host.rs", Some("PEERCERT_OPENSSL")),
    ("rules", "rules.rs", None),
    ("export", "export.rs", None),
    ("forwarded", "forwarded.rs", None),
    ("value", "value.rs", None),
    ("certinfo", "certinfo.rs", None),
    ("error", "error.rs", None),
];

pub(crate) fn read(root: &Path) -> Result<Nouns, String> {
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml"))?;
    let mut builder = cbindgen::Builder::new().with_config(config);
    for (_, file, _) in ORDER {
        builder = builder.with_src(root.join("src").join(file));
    }
    let bindings = builder
        .with_src(root.join("src/boundary.rs"))
        .generate()
        .map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    let (types, mut functions) = split(&text);
    let mut sections = Vec::new();
    for (noun, file, condition) in ORDER {
        let source = fs::read_to_string(root.join("src").join(file))
            .map_err(|error| format!("{file}: {error}"))?;
        let (own, others) = functions
            .into_iter()
            .partition(|f: &Function| source.contains(&format!("fn {}(", f.name)));
        functions = others;
        sections.push(Section {
            noun,
            about: source
                .lines()
                .map_while(|line| line.strip_prefix("//!"))
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(" "),
            condition: *condition,
            functions: own,
        });
    }
    match functions.first() {
        None => Ok(Nouns { sections, types }),
        Some(stray) => Err(format!(
            "{} is in no file of the header's order",
            stray.name
        )),
    }
}

/// Splits what cbindgen wrote into types and constants, and functions.
fn split(text: &str) -> (Vec<Item>, Vec<Function>) {
    let mut types = Vec::new();
    let mut functions = Vec::new();
    for block in text
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty())
    {
        let (comment, code): (Vec<&str>, Vec<&str>) =
            block.lines().partition(|line| line.starts_with("//"));
        let (lines, code) = (paragraphs(&comment), code.join("\n"));
        let called = code.split_once('(').and_then(|(head, _)| {
            let name = head.rsplit([' ', '*']).next()?;
            (!head.contains("typedef") && name.starts_with("peercert_")).then(|| name.to_owned())
        });
        match called {
            Some(name) => functions.push(Function {
                name,
                prototype: code,
                lines,
            }),
            None => types.push(Item { code, lines }),
        }
    }
    (types, functions)
}

/// The lines of a comment, each paragraph and each named line joined to one.
fn paragraphs(comment: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in comment {
        let line = line.trim_start_matches('/').trim();
        if line.is_empty() {
            open = false;
        } else if open && !is_named(line) {
            if let Some(last) = found.last_mut() {
                last.push(' ');
                last.push_str(line);
            }
        } else {
            found.push(line.to_owned());
            open = true;
        }
    }
    found
}

/// A line that begins with a parameter in back quotes or a heading of one word.
fn is_named(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(head, _)| {
        head.starts_with('`') && head.ends_with('`') && !head.contains(' ')
            || HEADINGS.contains(&head)
    })
}

/// The headings of a function's documentation.
pub(crate) const HEADINGS: [&str; 3] = ["Returns", "Errors", "Since"];
