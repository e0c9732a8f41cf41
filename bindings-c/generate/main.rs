//! Writes what is generated of the C library: `include/peercert.h`, `exports` and the pages of the
//! manual. With `--check` it writes nothing and fails when a file is not what it would write.

#![expect(clippy::print_stderr, reason = "a program that says what it found")]

mod header;
mod nouns;
mod pages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let check = std::env::args().any(|argument| argument == "--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match generated(root).and_then(|files| settle(&files, check)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn generated(root: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let nouns = nouns::read(root)?;
    let mut files = vec![
        (root.join("include/peercert.h"), header::write(&nouns)),
        (root.join("exports"), exports(&nouns)),
    ];
    for (name, page) in pages::write(&nouns) {
        files.push((root.join("man").join(name), page));
    }
    Ok(files)
}

/// The names that the shared library exports, one a line.
fn exports(nouns: &nouns::Nouns) -> String {
    let mut names: Vec<String> = nouns
        .sections
        .iter()
        .flat_map(|section| {
            let mark = if section.condition.is_some() {
                " openssl"
            } else {
                ""
            };
            section
                .functions
                .iter()
                .map(move |f| format!("{}{mark}\n", f.name))
        })
        .collect();
    names.sort();
    names.concat()
}

fn settle(files: &[(PathBuf, String)], check: bool) -> Result<(), String> {
    for (path, text) in files {
        let there = fs::read_to_string(path).ok();
        if there.as_ref() == Some(text) {
            continue;
        }
        if check {
            return Err(format!(
                "{} is not what its sources say: make tables",
                path.display()
            ));
        }
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(path, text))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
