//! This module is about identity: from a verified certificate to a user and groups.
//!
//! In: rules, from a file or as data; a report. Out: [`Identity`], or [`Unmatched`], which says why.
//! It may not know how a certificate was verified, and decides nothing about access.

mod answer;
mod caller;
mod file;
mod fit;
mod index;
mod pattern;
mod preset;
mod rule;
mod source;
mod template;
mod words;

pub use answer::{describe, Explanation, Identity, Reason, Unmatched};
pub use caller::Caller;

use crate::engine::Connection;
use crate::error::{Code, Error, Result};
use crate::options::OptionValue;
use answer::{shown, Compared, Tried};
use caller::Standing;
use index::{Found, Index};
use rule::{Outcome, Rule};
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use words::{Place, Words};

/// The largest file of rules, in bytes.
const LARGEST: u64 = 1 << 20;

/// The most rules.
const MOST: usize = 10_000;

/// How many problems are told of one set of rules.
const TOLD: usize = 100;

/// Rules that map certificates to users, in the manner of PostgreSQL's `pg_ident`: in order, the
/// first that matches counts. They never change, and may be shared between threads.
///
/// A file (UTF-8, at most 1 MB and 10,000 rules) has one rule in a line:
///
/// ```text
/// # source      value                                user        and, in any order
/// subject.CN    "Jane Doe"                           jane
/// email         /(.+)@example\.org/                  \1          groups=staff,mail
/// uri           /spiffe://example\.org/(?<app>\w+)/  \g<app>     anchor=9f86d081...
/// subject.CN    /.+/                                 \0          groups_from=subject.O
/// serial        0A1B2C                               printer     issuer="CN=Office CA,O=Example"
/// spki          2c26b46b...                          gate        allow_unverified
/// preset        kubernetes                                       anchor=9f86d081...
/// ```
///
/// Words are separated by blanks. Inside of double quotes blanks do not count, and `""` is a quote; a
/// backslash has no meaning there. A word that begins with `#` begins a comment.
///
/// - The **source**: `subject.TYPE` and `issuer.TYPE`, TYPE by OpenSSL's short or long name or as a
///   dotted OID; the subject alternative names `email`, `dns`, `uri`, `ip`, `upn`; `spiffeid`;
///   `subjectdn`; `serial`, with `issuer=`; `fingerprint` and `spki`, the hex of a SHA-256. Several
///   values are tried in certificate order.
/// - The **value** is exact, or an expression between slashes (of the crate `regex`: no look-around, no
///   back-references; slashes inside need no backslash), which has to fit the value as a whole. DNS
///   names, and what follows the `@` in `email` and `upn`, are compared in lower case; all else as it
///   is. `subjectdn`, and `issuer=`, are written as in RFC 4514 (the keys `subjectdn`, `issuerdn`) and
///   compared by structure. They, `serial`, `fingerprint` and `spki` take no expression.
/// - The **user** may have captures: `\1` to `\9`, `\g<name>`, `\0` for the value as a whole; `\\` is a
///   backslash.
/// - `groups=` lists groups, with captures; `groups_from=` sources each of whose values is a group.
/// - `anchor=` lists the CAs that may vouch, as `clientcert` has it: the SHA-256 of the trust anchor's
///   DER. Where the anchor is not known (a host that ends TLS and does not tell) such a rule does not
///   match.
/// - An unverified certificate (expired and revoked ones too) matches only a rule for `fingerprint` or
///   `spki` that says `allow_unverified`, and only when its owner is known to have the key.
/// - **Presets** are `cn`, `uid`, `email`, `upn`, `spiffe`, and `kubernetes` (CN the user, each O a
///   group).
///
/// A value that is no text, is empty, longer than 2,048 bytes, or holds a control or an invisible
/// character is left out. A user or a group is at most 256 bytes and has no white space at its ends.
///
/// ```
/// use peercert::{Report, Rules};
///
/// # fn main() -> Result<(), peercert::Error> {
/// let rules = Rules::new(r"subject.CN /test-(.+)/ \1 groups=testers")?;
/// # let pem = include_bytes!("../../../tests/pki/live/good.pem");
/// let report = Report::of_verdict(pem, "SUCCESS")?;
/// match rules.identify(&report) {
///     Ok(identity) => println!("{} {:?}", identity.user(), identity.groups()),
///     Err(unmatched) => println!("nobody: {unmatched}"),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Rules {
    rules: Vec<Rule>,
    index: Index,
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("len", &self.rules.len())
            .finish()
    }
}

impl Rules {
    /// Rules of data: a text, or its bytes, is the content of a file, never its path; a path is the file; a list has
    /// a dictionary for each rule, of the same words: `source`, `value`, `user`, `preset`, `issuer`
    /// (texts), `groups`, `groups_from`, `anchor` (a text, or a list of texts), `allow_unverified`
    /// (true or false).
    ///
    /// # Errors
    /// `config.bad_rule` with every problem, each with its `path` and `line`, or the number of its
    /// `rule`; `config.wrong_type`; for a path as [`Rules::from_file`].
    pub fn new(rules: impl Into<OptionValue>) -> Result<Self> {
        match rules.into() {
            OptionValue::Text(text) => of_text(text.as_bytes(), Place::Line),
            OptionValue::Bytes(text) => of_text(&text, Place::Line),
            OptionValue::Path(path) => Self::from_file(path),
            OptionValue::List(list) => {
                let rules = list.into_iter().enumerate();
                compile(rules.map(|(at, rule)| (Place::Position(at + 1), words::of_data(rule))))
            }
            _ => Err(Error::new(
                Code::WrongType,
                "rules are a list of dictionaries, a text as a file has it, or the path of a file",
            )),
        }
    }

    /// Rules of a file.
    ///
    /// # Errors
    /// `config.file_not_found`, `config.file_unreadable`, `config.bad_rule` as [`Rules::new`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let shown = path.display().to_string();
        of_text(&read(path, &shown)?, |line| {
            Place::File(shown.clone(), line)
        })
    }

    /// How many rules there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is always a rule")]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Who a caller is: of a report, the user and the groups of the first rule that matches.
    ///
    /// # Errors
    /// [`Unmatched`]: nobody, and why.
    pub fn identify(&self, caller: impl Into<Caller>) -> std::result::Result<Identity, Unmatched> {
        let caller = caller.into();
        let Some(certificate) = &caller.certificate else {
            return Err(absent());
        };
        // No rule with an expression is for the unverified.
        let verified = matches!(caller.standing, Standing::Verified(_));
        let found = self.index.find(certificate, verified);
        let mut near = Vec::new();
        for (position, at) in &found.candidates {
            let Some(rule) = self.rules.get(*position) else {
                continue;
            };
            let values = found.values(*at);
            match rule.attempt(&caller.standing, certificate, values, |_, _| {}) {
                Outcome::Matched(matched) => {
                    return Ok(identity(rule, *position, matched, &caller.standing))
                }
                outcome if outcome.is_near() => {
                    near.push(format!("{}: {}", rule.place, outcome.sentence()))
                }
                _ => {}
            }
        }
        Err(self.nobody(&caller.standing, &found, &near))
    }

    /// What came of every rule, and the answer that [`Rules::identify`] gives.
    #[must_use]
    pub fn explain(&self, caller: impl Into<Caller>) -> Explanation {
        let caller = caller.into();
        let Some(certificate) = &caller.certificate else {
            return Explanation {
                answer: Err(absent()),
                rules: self.rules.iter().map(Tried::nothing).collect(),
            };
        };
        let verified = matches!(caller.standing, Standing::Verified(_));
        let found = self.index.every(&self.rules, certificate);
        let (mut answer, mut tried, mut near) = (None, Vec::new(), Vec::new());
        for (position, at) in &found.candidates {
            let Some(rule) = self.rules.get(*position) else {
                continue;
            };
            if let Some(Identity { rule: winner, .. }) = &answer {
                tried.push(Tried::not(rule, *winner));
                continue;
            }
            let mut compared = Vec::new();
            let outcome = rule.attempt(
                &caller.standing,
                certificate,
                found.values(*at),
                |value, fate| {
                    compared.push(Compared::new(value, &fate));
                },
            );
            tried.push(Tried::of(rule, &outcome, compared));
            if !verified && rule.expression().is_some() {
                continue;
            }
            match outcome {
                Outcome::Matched(matched) => {
                    answer = Some(identity(rule, *position, matched, &caller.standing));
                }
                outcome if outcome.is_near() => {
                    near.push(format!("{}: {}", rule.place, outcome.sentence()))
                }
                _ => {}
            }
        }
        Explanation {
            answer: answer.ok_or_else(|| self.nobody(&caller.standing, &found, &near)),
            rules: tried,
        }
    }

    fn nobody(&self, standing: &Standing, found: &Found, near: &[String]) -> Unmatched {
        let (reason, mut message) = match standing {
            Standing::Unverified { code, .. } => (
                Reason::Unverified,
                format!("the certificate is not verified ({})", shown(code)),
            ),
            Standing::Verified(_) => {
                let rules = match self.rules.len() {
                    1 => "the rule does not match".to_owned(),
                    several => format!("none of the {several} rules matches"),
                };
                (Reason::NoMatch, rules)
            }
        };
        if let Some(first) = near.first() {
            message.push_str(&format!("; {}", shown(first)));
        } else if let Some((value, unfit)) = found
            .all_values()
            .find_map(|value| Some((value, value.unfit?)))
        {
            message.push_str(&format!("; {:?} is left out: {unfit}", shown(&value.text)));
        }
        Unmatched { reason, message }
    }
}

impl Connection {
    /// Who the client is by these rules.
    ///
    /// # Errors
    /// `state.handshake_pending`; inside, [`Unmatched`]: nobody, and why.
    pub fn identity(&self, rules: &Rules) -> Result<std::result::Result<Identity, Unmatched>> {
        Ok(rules.identify(self.clientcert()?))
    }
}

fn absent() -> Unmatched {
    Unmatched {
        reason: Reason::Absent,
        message: "the client sent no certificate".to_owned(),
    }
}

fn identity(rule: &Rule, position: usize, matched: rule::Match, standing: &Standing) -> Identity {
    Identity {
        user: matched.user,
        groups: matched.groups,
        rule: position + 1,
        place: crate::error::escape_control(&rule.place.to_string()),
        source: rule.source.name(),
        value: matched.value,
        verified: matches!(standing, Standing::Verified(_)),
    }
}

fn of_text(text: &[u8], place: impl Fn(usize) -> Place) -> Result<Rules> {
    match std::str::from_utf8(text) {
        Ok(text) => {
            let lines = file::read(text).into_iter();
            compile(lines.map(|(line, words)| (place(line), words)))
        }
        Err(error) => {
            let before = text.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.split(|octet| *octet == b'\n').count();
            let problem = Err(vec!["this is not UTF-8".to_owned()]);
            compile(std::iter::once((place(line), problem)))
        }
    }
}

/// Rules of words; as one error, every problem.
fn compile(
    written: impl Iterator<Item = (Place, std::result::Result<Words, Vec<String>>)>,
) -> Result<Rules> {
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for (at, (place, words)) in written.enumerate() {
        if at == MOST {
            problems.push(place.problem(&format!("there are more than {MOST} rules")));
            break;
        }
        match words.and_then(|words| Rule::compile(words, place.clone())) {
            Ok(rule) => rules.push(rule),
            Err(several) => problems.extend(several.iter().map(|problem| place.problem(problem))),
        }
        if problems.len() >= TOLD {
            break;
        }
    }
    if rules.is_empty() && problems.is_empty() {
        let message = "there is no rule: nobody would be anybody";
        problems.push(Error::new(Code::BadRule, message));
    }
    if let Some(error) = Error::all(problems) {
        return Err(error);
    }
    Ok(Rules {
        index: Index::new(&rules),
        rules,
    })
}

fn read(path: &Path, shown: &str) -> Result<Vec<u8>> {
    let refuse = |code: Code, problem: String| {
        Error::new(code, format!("{shown}: {problem}")).with("path", shown)
    };
    let unreadable = |error: std::io::Error| {
        let code = match error.kind() {
            std::io::ErrorKind::NotFound => Code::FileNotFound,
            _ => Code::FileUnreadable,
        };
        refuse(code, format!("the rules cannot be read: {error}"))
    };
    let mut data = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut data))
        .map_err(unreadable)?;
    if data.len() as u64 > LARGEST {
        return Err(refuse(
            Code::BadRule,
            format!("rules have at most {LARGEST} bytes"),
        ));
    }
    Ok(data)
}
