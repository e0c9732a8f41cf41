//! This file is about the keys of session tickets in a configuration.

use super::files::read_file;
use super::read::Reader;
use super::stamp::Stamp;
use crate::backend::TicketKey;
use crate::error::Code;

const DATA: &str = "ticket_keys";
const FILES: &str = "ticket_key_files";

/// The most keys: the one that encrypts, and those that older tickets are opened with.
const MOST: usize = 4;

/// The keys, the one that encrypts first; `None` when no option gives any.
pub(super) fn keys(reader: &mut Reader<'_>) -> Option<Vec<TicketKey>> {
    if reader.given(DATA) && reader.given(FILES) {
        let message = format!("{DATA} and {FILES} are both given; give one of them");
        reader.problem(Code::ConflictingOptions, DATA, message);
        return None;
    }
    let (option, secrets) = if reader.given(FILES) {
        let mut secrets = Vec::new();
        for path in reader.paths(FILES)? {
            reader.saw(Stamp::of(&path));
            match read_file(FILES, &path) {
                Ok(bytes) => secrets.push((format!("{FILES} {}", path.display()), bytes)),
                Err(error) => reader.error(FILES, error),
            }
        }
        (FILES, secrets)
    } else {
        let secrets = reader.secrets(DATA)?;
        let place = |at| format!("{DATA}, key {}", at + 1);
        let placed = secrets.into_iter().enumerate();
        (DATA, placed.map(|(at, key)| (place(at), key)).collect())
    };
    if !(1..=MOST).contains(&secrets.len()) && reader.is_fine() {
        let message = format!("{option} has {} keys; it takes from 1 to 4", secrets.len());
        reader.problem(Code::BadTicketKey, option, message);
    }
    let mut keys: Vec<TicketKey> = Vec::new();
    for (place, secret) in secrets {
        let Some(key) = TicketKey::new(&secret) else {
            let message = format!(
                "{place}: it has {} bytes, and a key has 48 or 80; make one with `openssl rand 80`",
                secret.len()
            );
            reader.problem(Code::BadTicketKey, option, message);
            continue;
        };
        if keys.iter().any(|other| other.shares_name(&key)) {
            let message = format!(
                "{place}: another key has the same name (the first 16 bytes); give each key once"
            );
            reader.problem(Code::BadTicketKey, option, message);
        }
        keys.push(key);
    }
    Some(keys)
}
