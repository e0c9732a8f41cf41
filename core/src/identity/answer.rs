//! This file is about the answers: whom the rules make of a caller, or why nobody.
//!
//! In: what came of each rule. Out: [`Identity`], [`Unmatched`], [`Explanation`], and their
//! dictionaries. It decides nothing.

use super::rule::{Fate, Match, Outcome, Rule};
use super::source::Value;
use crate::error::escape_control;
use crate::schema::{key, Sink};
use std::fmt;

/// How much of a value a sentence shows, in bytes.
const SHOWN: usize = 256;

/// Who a caller is: the user and the groups of the first rule that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub(super) user: String,
    pub(super) groups: Vec<String>,
    pub(super) rule: usize,
    pub(super) place: String,
    pub(super) source: String,
    pub(super) value: String,
    pub(super) verified: bool,
}

impl Identity {
    /// The user: not empty, at most 256 bytes, without control and invisible characters, and without
    /// white space at its ends.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The groups, each once, in the form of the user.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// Which rule matched, counted from 1.
    #[must_use]
    pub fn rule(&self) -> usize {
        self.rule
    }

    /// Where that rule stands: `users.rules:3`, `line 3` of a text, or `rule 3` of a list.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What the rule looked at: `subject.CN`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The value of the certificate that matched, as it was compared.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The certificate was verified; false only when a rule with `allow_unverified` matched.
    #[must_use]
    pub fn verified(&self) -> bool {
        self.verified
    }
}

/// Why a caller is nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No certificate was sent.
    Absent,
    /// The certificate is not verified, and no rule that allows this has its key.
    Unverified,
    /// No rule matches.
    NoMatch,
}

impl Reason {
    /// The reason as a word: `absent`, `unverified`, `no_match`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Unverified => "unverified",
            Self::NoMatch => "no_match",
        }
    }
}

/// That a caller is nobody, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    pub(super) reason: Reason,
    pub(super) message: String,
}

impl Unmatched {
    /// Why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Why, as a sentence for a log.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unmatched {}

/// Hands the dictionary of an answer to a visitor.
pub fn describe(answer: &Result<Identity, Unmatched>, sink: &mut impl Sink) {
    sink.begin_dict();
    sink.flag_at(key::IDENTIFIED, answer.is_ok());
    match answer {
        Ok(identity) => {
            sink.text_at(key::USER, &identity.user);
            sink.texts_at(key::GROUPS, &identity.groups);
            sink.integer_at(key::IDENTITY_RULE, number(identity.rule));
            sink.text_at(key::IDENTITY_PLACE, &identity.place);
            sink.text_at(key::IDENTITY_SOURCE, &identity.source);
            sink.text_at(key::IDENTITY_VALUE, &identity.value);
            sink.flag_at(key::IDENTITY_VERIFIED, identity.verified);
        }
        Err(unmatched) => {
            sink.text_at(key::REASON, unmatched.reason.name());
            sink.text_at(key::IDENTITY_MESSAGE, &unmatched.message);
        }
    }
    sink.end();
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What came of every rule, for whoever writes them.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub(super) answer: Result<Identity, Unmatched>,
    pub(super) rules: Vec<Tried>,
}

/// What came of one rule.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    place: String,
    source: String,
    written: String,
    outcome: &'static str,
    message: String,
    values: Vec<Compared>,
}

/// What came of one value.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    value: String,
    outcome: &'static str,
    message: String,
}

impl Explanation {
    /// The answer, as [`Rules::identify`](super::Rules::identify) gives it.
    ///
    /// # Errors
    /// The caller is nobody.
    pub fn answer(&self) -> Result<&Identity, &Unmatched> {
        self.answer.as_ref()
    }

    /// Hands the dictionary to a visitor.
    pub fn describe(&self, sink: &mut impl Sink) {
        sink.begin_dict();
        sink.key(key::EXPLANATION_IDENTITY);
        describe(&self.answer, sink);
        sink.key(key::EXPLANATION_RULES);
        sink.begin_list();
        for (at, tried) in self.rules.iter().enumerate() {
            tried.describe(at + 1, sink);
        }
        sink.end();
        sink.end();
    }
}

impl Tried {
    /// A rule that stands behind the one that matched.
    pub(super) fn not(rule: &Rule, winner: usize) -> Self {
        let message = format!("not tried: rule {winner} matched first");
        Self::new(rule, "not_tried", message, Vec::new())
    }

    /// A rule that was held against nothing.
    pub(super) fn nothing(rule: &Rule) -> Self {
        let message = "the client sent no certificate".to_owned();
        Self::new(rule, "no_value", message, Vec::new())
    }

    pub(super) fn of(rule: &Rule, outcome: &Outcome, values: Vec<Compared>) -> Self {
        Self::new(rule, outcome.name(), outcome.sentence(), values)
    }

    fn new(rule: &Rule, outcome: &'static str, message: String, values: Vec<Compared>) -> Self {
        Self {
            place: escape_control(&rule.place.to_string()),
            source: rule.source.name(),
            written: escape_control(&rule.written),
            outcome,
            message,
            values,
        }
    }

    fn describe(&self, rule: usize, sink: &mut impl Sink) {
        sink.begin_dict();
        sink.integer_at(key::RULE_RULE, number(rule));
        sink.text_at(key::RULE_PLACE, &self.place);
        sink.text_at(key::RULE_SOURCE, &self.source);
        sink.text_at(key::RULE_PATTERN, &self.written);
        sink.text_at(key::RULE_OUTCOME, self.outcome);
        sink.text_at(key::RULE_MESSAGE, &self.message);
        sink.key(key::RULE_VALUES);
        sink.begin_list();
        for compared in &self.values {
            sink.begin_dict();
            sink.text_at(key::VALUE_TEXT, &compared.value);
            sink.text_at(key::VALUE_OUTCOME, compared.outcome);
            sink.text_at(key::VALUE_MESSAGE, &compared.message);
            sink.end();
        }
        sink.end();
        sink.end();
    }
}

impl Compared {
    pub(super) fn new(value: &Value, fate: &Fate) -> Self {
        let (outcome, message) = match fate {
            Fate::Fits => ("fits", "it fits".to_owned()),
            Fate::Differs => ("differs", "it differs".to_owned()),
            Fate::Unfit(unfit) => ("left_out", format!("left out: {unfit}")),
            Fate::NoName(unfit) => ("left_out", format!("it fits and makes no user: {unfit}")),
        };
        Self {
            value: shown(&value.text),
            outcome,
            message,
        }
    }
}

impl Outcome {
    /// The outcome as a word.
    fn name(&self) -> &'static str {
        match self {
            Self::Matched(_) => "matched",
            Self::Unverified => "unverified",
            Self::Anchor => "anchor",
            Self::NoValue => "no_value",
            Self::Differs => "differs",
            Self::Unfit => "left_out",
            Self::NoName(_) => "no_user",
        }
    }

    /// A value fits, and all the same the caller is nobody: what is worth telling.
    pub(super) fn is_near(&self) -> bool {
        matches!(self, Self::Unverified | Self::Anchor | Self::NoName(_))
    }

    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Matched(matched) => matched.sentence(),
            Self::Unverified => "a value fits, but the certificate is not verified".to_owned(),
            Self::Anchor => {
                "a value fits, but none of the rule's anchors is known to have vouched".to_owned()
            }
            Self::NoValue => "the certificate has no such value".to_owned(),
            Self::Differs => "no value fits".to_owned(),
            Self::Unfit => "no value fits, and some are left out".to_owned(),
            Self::NoName(unfit) => format!("a value fits, but makes no user: {unfit}"),
        }
    }
}

impl Match {
    fn sentence(&self) -> String {
        let groups = match self.groups.as_slice() {
            [] => String::new(),
            several => format!(", groups {}", several.join(", ")),
        };
        let left_out = match &self.left_out {
            None => String::new(),
            Some((count, unfit)) => {
                format!("; {count} of the values for groups left out, the first because {unfit}")
            }
        };
        format!("user {}{groups}{left_out}", self.user)
    }
}

/// A stranger's value in a sentence: short, and without anything that could steer a terminal.
pub(super) fn shown(text: &str) -> String {
    let end = (0..=SHOWN.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    let head = text.get(..end.unwrap_or(0)).unwrap_or_default();
    let more = if head.len() < text.len() { "..." } else { "" };
    format!("{}{more}", escape_control(head))
}
