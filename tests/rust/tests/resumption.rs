//! Runs `tests/vectors/resumption.json`: who meets what with the session of an earlier connection.
//!
//! Files that change are links that are pointed elsewhere and reloaded, where the options stay the
//! same; other options are another acceptor, in this process as in another with the same keys.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a row that is wrong ends the test"
)]

use openssl::ssl::SslVersion;
use peercert::{Acceptor, Clock, Options};
use peercert_tests::client::{Client, Outcome};
use peercert_tests::folder::Folder;
use peercert_tests::{path, rows, vectors};
use serde_json::{json, Map, Value};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

/// The key that processes share.
const KEY: [u8; 80] =
    *b"a key of eighty bytes, of which sixteen are its name; and this one is for tests.";

/// An acceptor and the clock that it reads.
struct Server {
    acceptor: Acceptor,
    now: Arc<AtomicI64>,
}

/// A row, and the tables that its words are of.
struct Scene<'a> {
    vectors: &'a Value,
    row: &'a Value,
}

impl<'a> Scene<'a> {
    fn word(&self, key: &str) -> &'a str {
        self.row[key].as_str().unwrap()
    }

    fn certificate(&self) -> &'a Value {
        &self.vectors["certificates"][self.word("certificate")]
    }

    fn host(&self) -> &'a Value {
        &self.vectors["hosts"][self.word("host")]
    }

    fn clock(&self, when: usize) -> i64 {
        self.certificate()["clock"][when].as_i64().unwrap()
    }

    /// The options on clients in a mode; the files are those of a folder.
    fn clients(&self, options: Options, mode: &str, folder: &Path) -> Options {
        let mut options = options.set("client_cert_mode", mode);
        if mode != "none" {
            options.push("client_ca_file", folder.join("ca.pem"));
            if !self.certificate()["crl"][0].is_null() {
                options.push("client_crl_file", folder.join("crl.pem"));
            }
        }
        options
    }

    /// The options of the server before (0) or after (1).
    fn options(&self, when: usize, folder: &Path) -> Options {
        let modes = [self.word("before"), self.word("after")];
        let options = Options::new()
            .set("certificate", path("pki/live/server.pem"))
            .set("key", path("pki/live/server.key"));
        let host = self.host();
        if host["hosts"][when].is_null() {
            return self.clients(options, modes[when], folder);
        }
        let mut hosts = Options::new();
        let beside = host["beside"] == true;
        for at in if beside { vec![0, 1] } else { vec![when] } {
            let name = host["hosts"][at].as_str().unwrap();
            hosts.push(name, self.clients(Options::new(), modes[at], folder));
        }
        options.set("hosts", hosts)
    }

    fn server(&self, options: Options, when: usize) -> Server {
        let now = Arc::new(AtomicI64::new(self.clock(when)));
        let read = now.clone();
        let clock = Clock::new(move || read.load(Ordering::Relaxed));
        let acceptor = Acceptor::with_clock(options, clock).unwrap();
        Server { acceptor, now }
    }

    /// The same options hold before and after.
    fn same_options(&self) -> bool {
        self.host()["beside"] == true || self.row["before"] == self.row["after"]
    }

    fn seen(&self, had_session: bool, outcome: &Outcome) -> Value {
        let mut found = Map::new();
        for key in ["tls", "before", "after", "certificate", "host"] {
            found.insert(key.into(), self.row[key].clone());
        }
        found.insert("session".into(), had_session.into());
        let report = match &outcome.error {
            None => {
                found.insert("resumed".into(), outcome.server.resumed().into());
                Some(outcome.server.clientcert().unwrap().json())
            }
            Some(error) => {
                found.insert("alert".into(), outcome.alert.into());
                found.insert("error".into(), error.code().name().into());
                error.clientcert().map(|report| report.json())
            }
        };
        let report = report.map(|text| self.name_of(&text));
        found.insert("report".into(), report.into());
        found.insert("process".into(), self.row["process"].clone());
        found.into()
    }

    /// The report's name in the vectors; the report itself when it has none.
    fn name_of(&self, text: &str) -> Value {
        let told: Value = serde_json::from_str(text).unwrap();
        let reports = self.vectors["reports"].as_object().unwrap();
        let same = |report: &Value| {
            let keys = [
                "present",
                "verified",
                "verifyresult",
                "verifycode",
                "anchor",
                "fingerprint",
            ];
            keys.iter().all(|key| report.get(key) == told.get(key))
        };
        let found = reports.iter().find(|(_, report)| same(report));
        found.map_or(told.clone(), |(name, _)| json!(name))
    }
}

/// The files of each certificate, before and after, in a folder each.
fn files(vectors: &Value) -> Folder {
    let folder = Folder::new();
    for (name, certificate) in vectors["certificates"].as_object().unwrap() {
        for (when, phase) in ["before", "after"].iter().enumerate() {
            let place = folder.file(&format!("{name}-{phase}"));
            std::fs::create_dir(&place).unwrap();
            for (key, file) in [("ca", "ca.pem"), ("crl", "crl.pem")] {
                if let Some(source) = certificate[key][when].as_str() {
                    std::fs::copy(path("pki/live").join(source), place.join(file)).unwrap();
                }
            }
        }
    }
    folder
}

#[test]
fn in_tls_1_2_a_session_is_resumed_where_its_row_says_so_and_with_the_same_identity() {
    run("1.2", SslVersion::TLS1_2);
}

#[test]
fn in_tls_1_3_a_session_is_resumed_where_its_row_says_so_and_with_the_same_identity() {
    run("1.3", SslVersion::TLS1_3);
}

fn run(tls: &str, version: SslVersion) {
    let vectors = vectors("resumption.json");
    let files = files(&vectors);
    let mut clients: HashMap<Option<&str>, Client> = HashMap::new();
    let mut others: HashMap<String, Server> = HashMap::new();
    let (mut ran, mut wrong) = (0, Vec::new());
    for row in rows(&vectors).filter(|row| row["tls"] == tls) {
        let scene = Scene {
            vectors: &vectors,
            row,
        };
        let name = scene.certificate()["client"].as_str();
        let client = clients
            .entry(name)
            .or_insert_with(|| Client::new(name, version));
        let asked = |when: usize| scene.host()["asked"][when].as_str();
        let state = |phase: &str| files.file(&format!("{}-{phase}", scene.word("certificate")));
        let [before, after] = ["before", "after"].map(state);
        let (had_session, outcome) = if scene.word("process") == "other" || !scene.same_options() {
            // Other options are another acceptor: the keys are all that the two have in common.
            let mut server = |when: usize, folder: &Path| {
                let options = scene.options(when, folder).set("ticket_keys", &KEY[..]);
                let key = format!("{when} {options:?}");
                let server = others
                    .entry(key)
                    .or_insert_with(|| scene.server(options, when));
                server.acceptor.clone()
            };
            let first = client.connect_to(&server(0, &before), asked(0), None, usize::MAX);
            let offer = first.session.as_ref();
            let second = client.connect_to(&server(1, &after), asked(1), offer, usize::MAX);
            (offer.is_some(), second)
        } else {
            files.link("live", &before);
            let server = scene.server(scene.options(0, &files.file("live")), 0);
            let first = client.connect_to(&server.acceptor, asked(0), None, usize::MAX);
            let offer = first.session.as_ref();
            files.link("live", &after);
            server.now.store(scene.clock(1), Ordering::Relaxed);
            server.acceptor.reload().unwrap();
            let second = client.connect_to(&server.acceptor, asked(1), offer, usize::MAX);
            (offer.is_some(), second)
        };
        ran += 1;
        let found = scene.seen(had_session, &outcome);
        if found != *row {
            wrong.push(format!("expected {row}\n  found    {found}"));
        }
    }
    assert!(ran > 0);
    let first: Vec<_> = wrong.iter().take(10).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {ran}:\n{}",
        wrong.len(),
        first.join("\n")
    );
}
