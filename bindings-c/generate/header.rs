//! This file is about the header: the grammar at its top, the macros of the core's tables, the nouns.

use crate::nouns::{Item, Nouns};
use peercert::export::{Format, DETAILS};
use peercert::forwarded;
use peercert::schema::KEYS;
use peercert::{Code, Mode, OptionKind, OPTIONS};
use std::collections::BTreeSet;
use std::fmt::Write;

const WIDTH: usize = 100;

/// What holds for every call.
pub(crate) const GRAMMAR: &str = "\
peercert: mutual TLS for applications. Generated from the sources of the library; do not edit.

Names are peercert_<noun>_<verb>. peercert_<noun>_new() makes an object and peercert_<noun>_free() frees \
it; free takes NULL. All types are opaque.

Arguments: a first argument that is const is only read. Inputs come before outputs, and an optional \
peercert_error ** is last: NULL says that you do not care; otherwise it is written when the call fails, \
and only then, and the error is yours to free. What stood there before is overwritten, not freed. \
Outputs are written only when the result is PEERCERT_OK.

Results: PEERCERT_OK (0) is success and PEERCERT_ERROR (-1) failure; calls that move bytes also give \
PEERCERT_WANT_READ and PEERCERT_WANT_WRITE, which are no failures. Calls that cannot fail give their \
answer; for NULL that is NULL or 0. Whatever a program does wrong that can be told (NULL, a wrong \
order, an unknown name, a buffer without room, a use after an error or after closing) is an error with \
a code, of kind state.

Texts are NUL-terminated UTF-8 without NUL inside. What is borrowed belongs to the object that it came \
from and is freed with that; each function says so.

Threads: no state belongs to a thread, so that an object may move between them. Calls whose first \
argument is const may be made on one object by several threads at once, as long as no thread makes \
another call on it, but for those that say that others may go on. Acceptors, reports, rules, what is \
known of proxies, values and errors are meant to be shared so. Of a connection \
over a descriptor, one thread may read while another writes; both have one deadline, and nobody \
closes or frees meanwhile.

After fork() both processes may go on with objects that no other thread was in a call with. Of a \
connection only one of them should: the two would encrypt with the same keys.

In the build that shares the system's libssl, calls empty the thread's error queue of OpenSSL: a \
program reads its own errors there before it calls.

The library never raises SIGPIPE, installs no handlers of signals or of exit, and reads no environment \
variables of its own. A panic inside is the error internal.panic, and Rust's message about it on standard error. \
Running out of memory ends the process.";

pub(crate) fn write(nouns: &Nouns) -> String {
    let mut out = String::new();
    out.push_str(&comment(GRAMMAR));
    out.push_str(
        "\n#ifndef PEERCERT_H\n#define PEERCERT_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n",
    );
    version(&mut out);
    let (constants, types) = types(&nouns.types);
    out.push_str(&constants);
    out.push_str(&tables());
    out.push_str("#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    out.push_str(&types);
    for section in &nouns.sections {
        if let Some(condition) = section.condition {
            let _ = write!(out, "#ifdef {condition}\n\n");
        }
        out.push_str(&comment(&section.about));
        out.push('\n');
        for function in &section.functions {
            out.push_str(&comment(&function.lines.join("\n")));
            let _ = write!(out, "{}\n\n", prototype(&function.prototype));
        }
        if section.condition.is_some() {
            out.push_str("#endif\n\n");
        }
    }
    out.push_str("#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    out
}

fn prototype(text: &str) -> String {
    // What takes nothing is `(void)` in C.
    text.replace("()", "(void)")
}

fn version(out: &mut String) {
    let number: u32 = env!("CARGO_PKG_VERSION")
        .split('.')
        .filter_map(|part| part.parse::<u32>().ok())
        .fold(0, |number, part| number * 256 + part);
    out.push_str(&comment(
        "The version of this header: peercert_version_number() is the library's.",
    ));
    for (name, value) in [
        ("", format!("\"{}\"", env!("CARGO_PKG_VERSION"))),
        ("_MAJOR", env!("CARGO_PKG_VERSION_MAJOR").to_owned()),
        ("_MINOR", env!("CARGO_PKG_VERSION_MINOR").to_owned()),
        ("_PATCH", env!("CARGO_PKG_VERSION_PATCH").to_owned()),
        ("_NUMBER", number.to_string()),
    ] {
        let _ = writeln!(out, "#define PEERCERT_VERSION{name} {value}");
    }
    out.push('\n');
}

/// The constants, and the types.
fn types(items: &[Item]) -> (String, String) {
    let (mut constants, mut types) = (String::new(), String::new());
    types.push_str(&comment("A dictionary, or a part of one."));
    types.push_str("typedef struct peercert_value peercert_value;\n\n");
    for item in items {
        let constant = item.code.starts_with("#define");
        let place = if constant { &mut constants } else { &mut types };
        place.push_str(&comment(&item.lines.join("\n")));
        let _ = write!(place, "{}\n\n", item.code.replace(" -1", " (-1)"));
    }
    (constants, types)
}

/// The macros of the core's tables, so that a compiler finds a wrong word.
fn tables() -> String {
    let names = |words: &[&'static str]| words.iter().map(|word| (*word, String::new())).collect();
    let modes: Vec<_> = Mode::ALL.iter().map(|mode| mode.name()).collect();
    let formats: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
    let kinds: Vec<_> = Code::ALL.iter().map(|code| code.kind().name()).collect();
    let acceptors = OPTIONS.iter();
    let acceptors = acceptors.map(|row| (row.name, option(row.kind, row.default, row.meaning)));
    let proxies = forwarded::OPTIONS.iter();
    let proxies = proxies.map(|(name, kind, meaning)| (*name, option(*kind, "", meaning)));
    let details = DETAILS.iter();
    let details = details.map(|row| (row.name, option(row.kind, "", row.meaning)));
    let keys = KEYS.iter();
    let codes = Code::ALL.iter();
    [
        table(
            "Client-certificate modes, values of the option client_cert_mode.",
            "MODE",
            names(&modes),
        ),
        table(
            "Options. Each may be set once.",
            "OPTION",
            acceptors.collect(),
        ),
        table(
            "Options of a trusted proxy, for peercert_forwarded_new().",
            "OPTION",
            proxies.collect(),
        ),
        table("Whose names an export gives.", "FORMAT", names(&formats)),
        table(
            "Details of an export, set as options are. peercert_connection_export() takes the first \
             three; what was negotiated the connection knows.",
            "DETAIL",
            details.collect(),
        ),
        table(
            "Keys of the dictionaries clientcert, certinfo, details and counters, and of those in them. \
             A key that several of them have is here once.",
            "KEY",
            keys.map(|row| (row.name, row.meaning.to_owned())).collect(),
        ),
        table(
            "Kinds of errors: who must act.",
            "ERROR_KIND",
            names(&kinds),
        ),
        table(
            "Codes of errors.",
            "CODE",
            codes
                .map(|code| (code.name(), code.meaning().to_owned()))
                .collect(),
        ),
    ]
    .concat()
}

/// The macros of one table, of words and what they mean.
fn table(about: &str, prefix: &str, words: Vec<(&str, String)>) -> String {
    let mut out = comment(about);
    let mut known = BTreeSet::new();
    for (word, meaning) in words {
        if known.insert(word) {
            if !meaning.is_empty() {
                out.push_str(&comment(&meaning));
            }
            let name = word.to_uppercase().replace('.', "_");
            let _ = writeln!(out, "#define PEERCERT_{prefix}_{name} \"{word}\"");
        }
    }
    out.push('\n');
    out
}

/// What an option is for, the call that sets it, and its default.
fn option(kind: OptionKind, default: &str, meaning: &str) -> String {
    let setter = match kind {
        OptionKind::Bytes => "peercert_options_set_bytes()",
        OptionKind::Integer => "peercert_options_set_integer()",
        OptionKind::Seconds => "peercert_options_set_number()",
        OptionKind::Flag => "peercert_options_set_flag()",
        OptionKind::List | OptionKind::Paths => {
            "peercert_options_set() or peercert_options_set_list()"
        }
        OptionKind::Secrets => "peercert_options_set_bytes() or peercert_options_set_bytes_list()",
        OptionKind::Hosts => "peercert_options_set_options()",
        OptionKind::Path | OptionKind::Folder | OptionKind::Text | OptionKind::Word => {
            "peercert_options_set()"
        }
    };
    let default = match default {
        "" => String::new(),
        given => format!("; default {given}"),
    };
    format!("{meaning} ({setter}{default})")
}

/// A comment of paragraphs, each a line of `text`.
fn comment(text: &str) -> String {
    let text = text.replace("*/", "* /");
    if !text.contains('\n') && text.len() + 6 <= WIDTH {
        return format!("/* {text} */\n");
    }
    let mut out = String::from("/*\n");
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.len() + word.len() + 4 > WIDTH {
                let _ = writeln!(out, " * {line}");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(out, " * {line}");
    }
    out.push_str(" */\n");
    out.replace(" * \n", " *\n")
}
