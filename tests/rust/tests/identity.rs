//! Runs `tests/vectors/identity.json`: rules, certificates, and who the caller is; and tries what no
//! row says: whatever the rules and the certificate, an unverified caller is nobody without a pin.

#![expect(clippy::unwrap_used, reason = "a row that is wrong ends the test")]

use openssl::ssl::SslVersion;
use peercert::identity::{describe, Caller};
use peercert::value::Builder;
use peercert::{json, Acceptor, Identity, OptionValue, Options, Report, Rules, Unmatched};
use peercert_tests::client::Client;
use peercert_tests::{path, rounds, rows, vectors};
use serde_json::{json, Value};
use std::sync::Arc;

/// The rules of a row as plain data.
fn data(rules: &Value) -> OptionValue {
    match rules {
        Value::Bool(flag) => OptionValue::Flag(*flag),
        Value::Number(number) => OptionValue::Integer(number.as_i64().unwrap()),
        Value::Array(items) => OptionValue::List(items.iter().map(data).collect()),
        Value::Object(words) => {
            let set =
                |options: Options, (name, value): (&String, &Value)| options.set(name, data(value));
            OptionValue::Options(words.iter().fold(Options::new(), set))
        }
        text => OptionValue::Text(text.as_str().unwrap().to_owned()),
    }
}

fn certificate(name: &str) -> Vec<u8> {
    std::fs::read(path(&format!("pki/{name}.pem"))).unwrap()
}

/// The report on the caller of a row.
fn report(row: &Value) -> Arc<Report> {
    let name = row["certificate"].as_str();
    if row["by"] == "host" {
        let pem = name.map(certificate).unwrap_or_default();
        return Arc::new(Report::of_verdict(&pem, row["verdict"].as_str().unwrap()).unwrap());
    }
    let options = Options::new()
        .set("certificate", path("pki/live/server.pem"))
        .set("key", path("pki/live/server.key"))
        .set("client_cert_mode", "request")
        .set("client_ca_file", path("pki/live/client-cas.pem"));
    let name = name.map(|name| name.strip_prefix("live/").unwrap());
    let client = Client::new(name, SslVersion::TLS1_3);
    let met = client.connect(&Acceptor::new(options).unwrap(), None, usize::MAX);
    let report = met.server.clientcert().unwrap().clone();
    assert!(met
        .server
        .identity(&Rules::new("preset cn").unwrap())
        .is_ok());
    report
}

/// An answer as the vectors have it: without the sentence, which is there all the same.
fn seen(answer: &Result<Identity, Unmatched>) -> Value {
    let mut writer = json::Writer::default();
    describe(answer, &mut writer);
    let mut found: Value = serde_json::from_str(&writer.finish()).unwrap();
    let message = found.as_object_mut().unwrap().shift_remove("message");
    assert_eq!(answer.is_err(), message.is_some_and(|text| text != ""));
    found
}

fn problems(rules: &Result<Rules, peercert::Error>, place: &str) -> Value {
    let problems = rules
        .as_ref()
        .err()
        .map_or(&[][..], |error| error.problems());
    let rows = problems
        .iter()
        .map(|problem| json!([problem.code().name(), problem.context_value(place)]));
    rows.collect()
}

#[test]
fn every_row_of_rules_says_who_the_caller_is_or_what_is_wrong() {
    let file = std::env::temp_dir().join(format!("peercert-{}.rules", std::process::id()));
    let mut wrong = Vec::new();
    for row in rows(&vectors("identity.json")) {
        let place = if row["rules"].is_string() {
            "line"
        } else {
            "rule"
        };
        let mut all = vec![(Rules::new(data(&row["rules"])), String::new())];
        if let Some(text) = row["rules"].as_str() {
            std::fs::write(&file, text).unwrap();
            all.push((Rules::from_file(&file), format!("{}:", file.display())));
            all.push((Rules::new(file.as_path()), format!("{}:", file.display())));
        }
        for (rules, prefix) in all {
            let expected = row.get("problems").cloned().unwrap_or(json!([]));
            let found = problems(&rules, place);
            if found != expected {
                wrong.push(format!(
                    "{}: {expected}, found {found}: {rules:?}",
                    row["why"]
                ));
            }
            let (Ok(rules), Some(expected)) = (rules, row.get("identity")) else {
                continue;
            };
            let report = report(row);
            let answer = rules.identify(&report);
            let mut found = seen(&answer);
            if let (Some(at), false) = (found.get_mut("place"), prefix.is_empty()) {
                let line = at.as_str().unwrap().strip_prefix(&prefix).unwrap();
                *at = json!(format!("line {line}"));
            }
            // As texts, because the order of the keys counts, too.
            let (found, expected) = (found.to_string(), expected.to_string());
            if found != expected {
                wrong.push(format!("{}: {expected}, found {found}", row["why"]));
            }
            let explained = rules.explain(&report);
            assert_eq!(explained.answer(), answer.as_ref(), "{}", row["why"]);
        }
    }
    let _ = std::fs::remove_file(file);
    assert!(
        wrong.is_empty(),
        "{} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn rules_that_cannot_be_read_say_so() {
    let code = |rules: Result<Rules, peercert::Error>| rules.unwrap_err().code().name();
    assert_eq!(
        code(Rules::from_file("/nonexistent/rules")),
        "config.file_not_found"
    );
    assert_eq!(code(Rules::from_file("/")), "config.file_unreadable");
    assert_eq!(
        code(Rules::from_file(path("pki/files/server.der"))),
        "config.bad_rule"
    );
    assert_eq!(code(Rules::from_file("/dev/zero")), "config.bad_rule");
    assert_eq!(code(Rules::new(1_i64)), "config.wrong_type");
    let named = Rules::new("users.rules").unwrap_err().to_string();
    assert!(named.contains("\"users.rules\" alone"), "{named}");
    let lacking = Rules::new("email /(.+)@/ \\2").unwrap_err().to_string();
    assert!(
        lacking.contains("the user \"\\\\2\": there is no capture"),
        "{lacking}"
    );
    let many = "preset cn\n".repeat(10_001);
    assert_eq!(code(Rules::new(many.as_str())), "config.bad_rule");
}

#[test]
fn a_file_that_is_no_utf_8_is_refused_with_its_line() {
    let file = std::env::temp_dir().join(format!("peercert-{}.latin", std::process::id()));
    std::fs::write(&file, b"preset cn\nsubject.CN J\xf6rg joerg\n").unwrap();
    let error = Rules::from_file(&file).unwrap_err();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(error.context_value("line"), Some("2"));
}

/// A generator of numbers (xorshift64), so that a failure can be had again.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn of<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from.get(self.below(from.len())).unwrap()
    }
}

const SOURCES: &[&str] = &[
    "subject.CN",
    "subject.O",
    "subject.UID",
    "issuer.CN",
    "email",
    "dns",
    "uri",
    "ip",
    "upn",
    "spiffeid",
    "subjectdn",
    "serial",
    "fingerprint",
    "spki",
    "subject.1.2.3",
    "preset",
    "nonsense",
];
const PRESETS: &[&str] = &["cn", "uid", "email", "upn", "spiffe", "kubernetes", "none"];
const VALUES: &[&str] = &[
    "test-client",
    "/.+/",
    "/(.)(.*)/",
    "/(?<a>.+)@.*/",
    "/[/",
    "CN=a",
    "0A",
    "\"\"",
    "cn",
    "a@b",
    "kubernetes",
    "192.0.2.7",
    "/(a)|(.*)/",
    "/\\W*/",
];
const USERS: &[&str] = &[
    "jane", r"\0", r"\1", r"\1\2", r"\g<a>", r"\\", r"\9", "\"a b\"", "groups=a",
];
const WORDS: &[&str] = &[
    "",
    "groups=a,b",
    r"groups=\1",
    "groups_from=subject.O,email",
    "allow_unverified",
    "issuer=\"CN=Info CA\"",
    "colour",
    "#",
    "anchor=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
];

#[test]
fn whatever_the_rules_and_the_certificate_an_unverified_caller_is_nobody_without_a_pin() {
    let certificates: Vec<Vec<u8>> = ["info", "live"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(path("pki").join(folder)).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pem"))
        .map(|path| std::fs::read(path).unwrap())
        // There are CRLs beside them.
        .filter(|pem| peercert::certinfo(pem).is_ok())
        .collect();
    assert!(certificates.len() > 150);
    let mut numbers = Numbers(0x5eed_1234_5678_9abc);
    let (mut compiled, mut identified, mut pinned) = (0, 0, 0);
    for _ in 0..rounds(4_000) {
        let pem = certificates.get(numbers.below(certificates.len())).unwrap();
        let leaf = peercert::certinfo(pem).unwrap();
        let hex = |digest: &[u8]| {
            digest
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect::<String>()
        };
        let pins = [hex(leaf.sha256()), hex(leaf.spki_sha256())];
        let line = |numbers: &mut Numbers| {
            let pin = |numbers: &mut Numbers| match numbers.below(2) {
                0 => format!("fingerprint {}", pins[0]),
                _ => format!("spki {}", pins[1]),
            };
            let head = match numbers.below(4) {
                0 => format!("{} {}", pin(numbers), numbers.of(USERS)),
                1 => format!("preset {}", numbers.of(PRESETS)),
                _ => [numbers.of(SOURCES), numbers.of(VALUES), numbers.of(USERS)].join(" "),
            };
            let words = numbers.of(WORDS);
            format!("{head} {words}\n")
        };
        // Lines that are no rules were tried, too.
        let text: String = (0..1 + numbers.below(4))
            .map(|_| line(&mut numbers))
            .filter(|line| Rules::new(line.as_str()).is_ok())
            .collect();
        let Ok(rules) = Rules::new(text.as_str()) else {
            continue;
        };
        compiled += 1;
        let supposed = |verified| {
            let leaf = peercert::certinfo(pem).unwrap();
            if verified {
                Caller::as_if_verified(leaf, None)
            } else {
                Caller::as_if_unverified(leaf)
            }
        };
        for verified in [true, false] {
            let answer = rules.identify(supposed(verified));
            assert_eq!(
                rules.explain(supposed(verified)).answer(),
                answer.as_ref(),
                "{text}"
            );
            let Ok(identity) = answer else { continue };
            identified += 1;
            for name in [identity.user()]
                .into_iter()
                .chain(identity.groups().iter().map(String::as_str))
            {
                assert!(
                    !name.is_empty() && name.len() <= 256 && name.trim() == name,
                    "{text}: {name:?}"
                );
                assert!(
                    !name.contains(char::is_control) && !name.contains('\u{202e}'),
                    "{text}: {name:?}"
                );
            }
            assert_eq!(identity.verified(), verified);
            if !verified {
                let line = text.lines().nth(identity.rule() - 1).unwrap();
                assert!(line.contains("allow_unverified"), "{text}");
                assert!(pins.iter().any(|pin| line.contains(pin.as_str())), "{text}");
                pinned += 1;
            }
        }
    }
    // Else the loop has tried nothing.
    assert!(
        compiled > 1000 && identified > 500 && pinned > 50,
        "{compiled} {identified} {pinned}"
    );
}

#[test]
fn whatever_is_written_is_rules_or_problems_with_lines() {
    let mut numbers = Numbers(0x0dd_ba11);
    let signs: Vec<char> = "\"\"  \t\n\n#/\\()[]{}?*+|.,=:@aCNs\u{0}\u{fc}0"
        .chars()
        .collect();
    let texts: Vec<&str> = [SOURCES, PRESETS, VALUES, USERS, WORDS].concat();
    for _ in 0..rounds(4_000) {
        let mut text = String::new();
        for _ in 0..numbers.below(24) {
            match numbers.below(3) {
                0 => text.push(*signs.get(numbers.below(signs.len())).unwrap()),
                1 => text.push(' '),
                _ => text.push_str(numbers.of(&texts)),
            }
        }
        if let Err(error) = Rules::new(text.as_str()) {
            for problem in error.problems() {
                assert_eq!(problem.code().name(), "config.bad_rule", "{text:?}");
            }
        }
    }
}

#[test]
fn an_explanation_is_told_rule_by_rule() {
    let rules = Rules::new("subject.UID a a\nsubject.CN /.+/ \\0\nemail a b").unwrap();
    let report = Report::of_verdict(&certificate("live/nul"), "SUCCESS").unwrap();
    let mut builder = Builder::<String>::default();
    rules.explain(&report).describe(&mut builder);
    let told = builder.finish().unwrap();
    let outcomes: Vec<_> = told
        .get("rules")
        .unwrap()
        .items()
        .iter()
        .map(|rule| rule.get("outcome").unwrap().as_text().unwrap().to_owned())
        .collect();
    assert_eq!(outcomes, ["no_value", "left_out", "no_value"]);
    let values = told.get("rules").unwrap().items()[1].get("values").unwrap();
    let value = values.items()[0].get("value").unwrap();
    assert_eq!(value.as_text(), Some("admin\\00.attacker.example"));
}
