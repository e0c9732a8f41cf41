//! This module is about the configuration: options validated into an immutable value, or ALL that is
//! wrong with them.
//!
//! In: [`Options`]. Out: [`Config`]. It is the only place that validates. It may not know of
//! contexts or connections.

mod crls;
mod files;
mod folder;
mod host;
mod identity;
mod read;
mod stamp;
pub(crate) mod table;
mod tickets;
mod trust;

pub(crate) use host::HostConfig;
pub(crate) use stamp::Stamp;

use crate::backend::TicketKey;
use crate::error::{Code, Error, Result};
use crate::hostname;
use crate::names::Resolved;
use crate::options::Options;
use host::Found;
use read::{Notes, Reader};
use std::collections::HashSet;
use std::fs::File;
use std::time::Duration;

/// What the contexts of a server are made of.
pub(crate) struct Config {
    /// Of clients that ask for no name, or for one that is not among the hosts.
    pub(crate) default: HostConfig,
    /// By the name that clients ask for, or `*.name`.
    pub(crate) hosts: Vec<(String, HostConfig)>,
    /// Clients that ask for no name of a host are refused.
    pub(crate) strict_sni: bool,
    pub(crate) protocol: Protocol,
    pub(crate) session_tickets: bool,
    /// Seconds.
    pub(crate) session_timeout: u32,
    /// The first encrypts; `None`: keys that never leave the process.
    pub(crate) ticket_keys: Option<Vec<TicketKey>>,
    pub(crate) handshake_timeout: Duration,
    pub(crate) keylog: Option<File>,
    /// What is odd but does not prevent a server from running.
    pub(crate) warnings: Vec<String>,
    /// The files that were read, as they were then.
    pub(crate) files: Vec<Stamp>,
}

/// What the server speaks, to clients of every host.
pub(crate) struct Protocol {
    pub(crate) ciphers: Vec<Resolved>,
    pub(crate) ciphersuites: Vec<Resolved>,
    pub(crate) groups: Vec<Resolved>,
    pub(crate) signature_algorithms: Vec<Resolved>,
}

/// Options that cannot be used: all that is wrong, and the files that were looked at.
pub(crate) struct Refused {
    pub(crate) error: Error,
    pub(crate) files: Vec<Stamp>,
}

impl Config {
    /// Validates options.
    ///
    /// `now` is in seconds since 1970: what has expired already is a warning.
    pub(crate) fn new(options: Options, now: i64) -> std::result::Result<Self, Refused> {
        let mut notes = Notes::new(now);
        let read = Self::read(options, &mut notes);
        match notes.finish().and(read) {
            Ok(config) => Ok(Self {
                warnings: notes.warnings,
                files: notes.files,
                ..config
            }),
            Err(error) => Err(Refused {
                error,
                files: notes.files,
            }),
        }
    }

    /// The configuration; an error, should there be a value missing without a problem noted.
    fn read(options: Options, notes: &mut Notes) -> Result<Self> {
        let mut reader = Reader::new(options, notes, None);
        let default = Found::read(&mut reader, None);
        let sets = reader.sets("hosts");
        check_names(&mut reader, &sets);
        let strict_sni = reader.flag("strict_sni");
        if strict_sni == Some(true) && sets.is_empty() {
            let message = "strict_sni is on and hosts names none, so that every client would be refused; name the hosts";
            reader.problem(Code::MissingOption, "strict_sni", message);
        }
        let protocol = Protocol {
            ciphers: reader.names("ciphers"),
            ciphersuites: reader.names("ciphersuites"),
            groups: reader.names("groups"),
            signature_algorithms: reader.names("signature_algorithms"),
        };
        let session_tickets = reader.flag("session_tickets");
        let session_timeout = reader.integer("session_timeout", 1..=604_800);
        let ticket_keys = tickets::keys(&mut reader);
        let handshake_timeout = reader.seconds("handshake_timeout");
        let keylog = reader.path(files::KEYLOG);
        let mut hosts = Vec::with_capacity(sets.len());
        for (name, options) in sets {
            let mut reader = Reader::new(options, notes, Some(&name));
            let found = Found::read(&mut reader, Some(&default));
            hosts.push((name, found));
        }
        let keylog = keylog.and_then(|path| files::keylog(&mut Reader::of_server(notes), &path));
        let missing = || Error::new(Code::Library, "an option that was accepted has no value");
        let finished = |(name, found): (String, Found)| Some((name, found.finish()?));
        Ok(Self {
            default: default.finish().ok_or_else(missing)?,
            hosts: hosts
                .into_iter()
                .map(finished)
                .collect::<Option<_>>()
                .ok_or_else(missing)?,
            strict_sni: strict_sni.ok_or_else(missing)?,
            protocol,
            session_tickets: session_tickets.ok_or_else(missing)?,
            session_timeout: session_timeout
                .and_then(|n| u32::try_from(n).ok())
                .ok_or_else(missing)?,
            ticket_keys,
            handshake_timeout: handshake_timeout.ok_or_else(missing)?,
            keylog,
            warnings: Vec::new(),
            files: Vec::new(),
        })
    }
}

/// Checks the names of the virtual hosts.
fn check_names<T>(reader: &mut Reader<'_>, sets: &[(String, T)]) {
    let mut seen = HashSet::new();
    for (name, _) in sets {
        let shown: String = name.chars().take(300).collect();
        if let Err(why) = hostname::check(name) {
            let message = format!("hosts: the name {shown:?} {why}");
            reader.problem(Code::BadHostName, "hosts", message);
        } else if !seen.insert(hostname::normalised(name)) {
            let message = format!("hosts: two hosts have the name {shown:?} (case does not count)");
            reader.problem(Code::BadHostName, "hosts", message);
        }
    }
}
