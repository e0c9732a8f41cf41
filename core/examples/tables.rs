//! Prints a table of the documents, made of the code's own tables, as Markdown or as annotations of
//! LuaLS: `cargo run --example tables -- modes|options|keys|codes|forwarded|annotations`.

#![expect(clippy::print_stdout, reason = "the table is the program's output")]

use peercert::schema::{Row, Type, KEYS};
use peercert::{export, forwarded};
use peercert::{Code, Mode, OptionKind, OPTIONS};
use std::process::ExitCode;

fn main() -> ExitCode {
    let table = match std::env::args().nth(1).as_deref() {
        Some("modes") => modes(),
        Some("options") => options(),
        Some("keys") => keys(),
        Some("codes") => codes(),
        Some("forwarded") => proxies(),
        Some("annotations") => annotations(),
        _ => {
            println!("name a table: modes, options, keys, codes, forwarded or annotations");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", table.join("\n"));
    ExitCode::SUCCESS
}

fn modes() -> Vec<String> {
    let mut lines = vec![
        "| mode | asks for a certificate | none sent | sent and verified | sent, fails verification |"
            .to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(Mode::ALL.into_iter().map(|mode| {
        if !mode.asks() {
            return format!("| `{}` | no | - | - | - |", mode.name());
        }
        let none = if mode.needs_certificate() {
            "refused"
        } else {
            "accepted"
        };
        let failing = if mode.needs_verified() {
            "refused"
        } else {
            "**accepted**, `verified` is false and the reason is given"
        };
        format!(
            "| `{}` | yes | {none} | accepted | {failing} |",
            mode.name()
        )
    }));
    lines
}

fn options() -> Vec<String> {
    let mut lines = vec![
        "| option | type | default | meaning |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    lines.extend(OPTIONS.iter().map(|row| {
        let default = match row.default {
            "" => "-".to_owned(),
            given => format!("`{given}`"),
        };
        let kind = row.kind.name();
        format!("| `{}` | {kind} | {default} | {} |", row.name, row.meaning)
    }));
    lines
}

fn proxies() -> Vec<String> {
    let mut lines = vec!["| option | meaning |".to_owned(), "|---|---|".to_owned()];
    let options = forwarded::OPTIONS.iter();
    lines.extend(options.map(|(name, _, meaning)| format!("| `{name}` | {meaning} |")));
    lines
}

/// One table per dictionary, in the order in which the schema has them.
fn keys() -> Vec<String> {
    let mut lines = Vec::new();
    let mut group = "";
    for row in KEYS {
        if row.group != group {
            group = row.group;
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend([
                format!("**{group}**"),
                String::new(),
                "| key | type | there | meaning | example |".to_owned(),
                "|---|---|---|---|---|".to_owned(),
            ]);
        }
        lines.push(key(row));
    }
    lines
}

fn key(row: &Row) -> String {
    let example: String = if row.example.chars().count() > 40 {
        row.example.chars().take(37).chain("...".chars()).collect()
    } else {
        row.example.to_owned()
    };
    format!(
        "| `{}` | {} | {} | {} | `{}` |",
        row.name,
        row.kind.name(),
        row.presence,
        row.meaning.replace('|', "\\|"),
        example.replace('|', "\\|"),
    )
}

fn codes() -> Vec<String> {
    let mut lines = vec![
        "| code | who must act | meaning |".to_owned(),
        "|---|---|---|".to_owned(),
    ];
    lines.extend(Code::ALL.iter().map(|code| {
        let meaning = code.meaning().trim();
        format!("| `{}` | {} | {meaning} |", code.name(), code.kind().name())
    }));
    lines
}

/// A class for each dictionary, and those of the options.
fn annotations() -> Vec<String> {
    let mut lines = Vec::new();
    let mut group = "";
    for row in KEYS {
        if row.group != group {
            group = row.group;
            // A caller's dictionary goes on with the keys of its certificate.
            let above = if group == "clientcert" {
                ": peercert.certinfo"
            } else {
                ""
            };
            lines.extend([String::new(), format!("---@class peercert.{group}{above}")]);
        }
        let optional = if row.presence == "always" { "" } else { "?" };
        let kind = lua_type(row);
        lines.push(format!(
            "---@field {}{optional} {kind} {}",
            row.name, row.meaning
        ));
    }
    lines.extend([String::new(), "---@class peercert.options".to_owned()]);
    let acceptors = OPTIONS.iter();
    lines.extend(acceptors.map(|row| option(row.name, row.kind, row.meaning)));
    lines.extend([
        String::new(),
        "---@class peercert.forwarded_options".to_owned(),
    ]);
    let proxies = forwarded::OPTIONS.iter();
    lines.extend(proxies.map(|(name, kind, meaning)| option(name, *kind, meaning)));
    let (negotiated, known): (Vec<_>, Vec<_>) =
        export::DETAILS.iter().partition(|row| row.of_connection);
    for (class, rows) in [
        ("peercert.export_user", known),
        ("peercert.export_details: peercert.export_user", negotiated),
    ] {
        lines.extend([String::new(), format!("---@class {class}")]);
        let rows = rows.iter();
        lines.extend(rows.map(|row| option(row.name, row.kind, row.meaning)));
    }
    lines.push(String::new());
    lines
}

fn option(name: &str, kind: OptionKind, meaning: &str) -> String {
    let kind = match kind {
        OptionKind::Flag => "boolean",
        OptionKind::Integer => "integer",
        OptionKind::Seconds => "number",
        OptionKind::List | OptionKind::Paths | OptionKind::Secrets => "string|string[]",
        OptionKind::Hosts => "table<string, peercert.options>",
        _ => "string",
    };
    format!("---@field {name}? {kind} {meaning}")
}

fn lua_type(row: &Row) -> String {
    let is_group = |name: &str| KEYS.iter().any(|row| row.group == name);
    match row.kind {
        Type::Flag => "boolean".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Text => "string".to_owned(),
        Type::Texts => "string[]".to_owned(),
        Type::Dict => format!("peercert.{}", row.name),
        Type::List if row.group == "counters" => "peercert.count[]".to_owned(),
        Type::List => {
            let element = row.name.trim_end_matches('s');
            if is_group(element) {
                format!("peercert.{element}[]")
            } else {
                // The names: lists of attributes.
                "peercert.attribute[][]".to_owned()
            }
        }
    }
}
