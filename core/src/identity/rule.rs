//! This file is about one rule: what it demands of a caller, and whom it makes of it.
//!
//! In: the words of a rule; a caller. Out: a user and groups, or why not. The ONE place that decides
//! whether a rule may speak for an unverified certificate.

use super::caller::{self, Standing};
use super::fit::Unfit;
use super::pattern::{self, Pattern};
use super::preset;
use super::source::{Source, Value};
use super::template::{Matched, Template};
use super::words::{Place, Words};
use crate::cert::{Certificate, Written};

/// One rule.
pub(super) struct Rule {
    pub(super) place: Place,
    pub(super) source: Source,
    /// The value as it was written.
    pub(super) written: String,
    pub(super) pattern: Pattern,
    user: Template,
    groups: Vec<Template>,
    groups_from: Vec<Source>,
    anchors: Vec<[u8; 32]>,
    allow_unverified: bool,
}

/// What came of holding a rule against a caller.
pub(super) enum Outcome {
    /// The caller is this user.
    Matched(Match),
    /// A value fits, and the certificate is not verified.
    Unverified,
    /// A value fits, and another CA vouched, or one that is not told.
    Anchor,
    /// The certificate has no such value.
    NoValue,
    /// It has values, and none fits.
    Differs,
    /// It has values, and some are left out.
    Unfit,
    /// A value fits, and makes no user.
    NoName(Unfit),
}

/// Whom a rule makes of a caller.
pub(super) struct Match {
    pub(super) user: String,
    pub(super) groups: Vec<String>,
    /// The value that fits.
    pub(super) value: String,
    /// How many values are no groups, and why the first of them is none.
    pub(super) left_out: Option<(usize, Unfit)>,
}

/// What came of one value.
pub(super) enum Fate {
    /// It fits.
    Fits,
    /// It is another.
    Differs,
    /// It is left out.
    Unfit(Unfit),
    /// It fits, and would make a user that is none.
    NoName(Unfit),
}

impl Rule {
    /// The rule that words say; as errors, every problem.
    pub(super) fn compile(words: Words, place: Place) -> Result<Self, Vec<String>> {
        let words = match words.preset.clone() {
            Some(name) => preset::expand(&name, words)?,
            None => words,
        };
        let mut problems = Vec::new();
        let mut note = |problem: String| problems.push(problem);
        let source = needed("source", words.source.as_deref())
            .and_then(Source::parse)
            .map_err(&mut note)
            .ok();
        let written = needed("value", words.value.as_deref())
            .map_err(&mut note)
            .ok();
        let pattern = source.as_ref().zip(written).and_then(|(source, written)| {
            pattern(source, written, words.issuer.as_deref())
                .map_err(&mut note)
                .ok()
        });
        let expression = match &pattern {
            Some(Pattern::Expression(expression)) => Some(expression),
            _ => None,
        };
        let mut template = |text: &str, what: &str| {
            // Captures of an expression that is wrong cannot be told apart.
            pattern.as_ref()?;
            let read = Template::parse(text, expression);
            read.map_err(|problem| note(format!("{what} {problem}")))
                .ok()
        };
        let user = words.user.as_deref().map(|text| template(text, "the user"));
        let groups = words.groups.iter().map(|text| template(text, "the group"));
        let groups: Vec<Template> = groups.collect::<Vec<_>>().into_iter().flatten().collect();
        if user.is_none() {
            note("the user is missing".to_owned());
        }
        let groups_from = all(&words.groups_from, group_source, &mut note);
        let anchors = all(
            &words.anchor,
            |anchor| caller::read_anchor(anchor).map_err(|problem| format!("the anchor {problem}")),
            &mut note,
        );
        if words.allow_unverified {
            if source.as_ref().is_some_and(|source| !source.pins()) {
                note(
                    "allow_unverified is for fingerprint and spki: everything else in a certificate \
                     that nobody vouches for can be made up"
                        .to_owned(),
                );
            }
            if !words.anchor.is_empty() {
                note("allow_unverified and anchor exclude each other".to_owned());
            }
        }
        let (Some(source), Some(pattern), Some(Some(user)), true) =
            (source, pattern, user, problems.is_empty())
        else {
            return Err(problems);
        };
        Ok(Self {
            place,
            source,
            written: words.value.unwrap_or_default(),
            pattern,
            user,
            groups,
            groups_from,
            anchors,
            allow_unverified: words.allow_unverified,
        })
    }

    /// The expression, if the value is one, without anchors.
    pub(super) fn expression(&self) -> Option<&str> {
        match self.pattern {
            Pattern::Expression(_) => pattern::expression(&self.written).ok().flatten(),
            _ => None,
        }
    }

    /// Holds the rule against a caller whose values are these, and tells what comes of each value
    /// that was looked at.
    pub(super) fn attempt(
        &self,
        standing: &Standing,
        certificate: &Certificate,
        values: &[Value],
        mut tell: impl FnMut(&Value, Fate),
    ) -> Outcome {
        let mut outcome = if values.is_empty() {
            Outcome::NoValue
        } else {
            Outcome::Differs
        };
        for value in values {
            if let Some(unfit) = value.unfit {
                tell(value, Fate::Unfit(unfit));
                if matches!(outcome, Outcome::Differs) {
                    outcome = Outcome::Unfit;
                }
                continue;
            }
            let Some(matched) = self.pattern.matches(&value.text, certificate) else {
                tell(value, Fate::Differs);
                continue;
            };
            // Whatever the value is: these do not depend on it.
            if let Some(refused) = self.refuses(standing) {
                tell(value, Fate::Fits);
                return refused;
            }
            match self.user.fill(&matched) {
                Err(unfit) => {
                    tell(value, Fate::NoName(unfit));
                    outcome = Outcome::NoName(unfit);
                }
                Ok(user) => {
                    tell(value, Fate::Fits);
                    let (groups, left_out) = self.fill_groups(&matched, certificate);
                    return Outcome::Matched(Match {
                        user,
                        groups,
                        value: value.text.clone(),
                        left_out,
                    });
                }
            }
        }
        outcome
    }

    /// Why the rule does not speak for a caller of this standing, whatever the certificate holds.
    fn refuses(&self, standing: &Standing) -> Option<Outcome> {
        match standing {
            Standing::Unverified { proven, .. } => {
                let pinned = self.allow_unverified && *proven && self.source.pins();
                (!pinned).then_some(Outcome::Unverified)
            }
            Standing::Verified(anchor) => {
                let vouched = self.anchors.is_empty()
                    || anchor.is_some_and(|anchor| self.anchors.contains(&anchor));
                (!vouched).then_some(Outcome::Anchor)
            }
        }
    }

    fn fill_groups(
        &self,
        matched: &Matched<'_>,
        certificate: &Certificate,
    ) -> (Vec<String>, Option<(usize, Unfit)>) {
        let written = self.groups.iter().map(|group| group.fill(matched));
        let theirs = self
            .groups_from
            .iter()
            .flat_map(|source| source.values(certificate));
        let theirs = theirs.map(|value| match value.unfit {
            Some(unfit) => Err(unfit),
            None => super::fit::name(&value.text).map(|()| value.text),
        });
        let (mut groups, mut left_out) = (Vec::new(), None);
        for group in written.chain(theirs) {
            match group {
                Ok(group) if groups.contains(&group) => {}
                Ok(group) => groups.push(group),
                Err(unfit) => left_out.get_or_insert((0, unfit)).0 += 1,
            }
        }
        (groups, left_out)
    }
}

fn needed<'a>(word: &str, given: Option<&'a str>) -> Result<&'a str, String> {
    given.ok_or_else(|| format!("the {word} is missing"))
}

fn all<T>(
    words: &[String],
    read: impl Fn(&str) -> Result<T, String>,
    note: &mut impl FnMut(String),
) -> Vec<T> {
    let read = words
        .iter()
        .filter_map(|word| read(word).map_err(&mut *note).ok());
    read.collect()
}

fn pattern(source: &Source, written: &str, issuer: Option<&str>) -> Result<Pattern, String> {
    let name = source.name();
    let expression = pattern::expression(written)?;
    match (source, expression) {
        (Source::Serial, _) if issuer.is_none() => return Err(
            "a serial number says something only beside who gave it out: add issuer=\"CN=...\", \
                 the issuerdn of the certificate"
                .to_owned(),
        ),
        (Source::Serial, _) => {}
        _ if issuer.is_some() => {
            return Err(format!(
                "issuer goes with serial, not with {name}; anchor names a CA"
            ))
        }
        _ => {}
    }
    match expression {
        Some(_) if !source.takes_expression() => {
            let instead = if *source == Source::SubjectDn {
                "a value in a printed name may look like several; match an attribute, as subject.CN"
            } else {
                "it is either the one or not"
            };
            Err(format!(
                "{name} takes an exact value, no expression: {instead}"
            ))
        }
        Some(expression) => pattern::compile(expression).map(Pattern::Expression),
        None if *source == Source::SubjectDn => Written::parse(written)
            .map(Pattern::Name)
            .map_err(|problem| format!("{written:?} is no subject: {problem}")),
        None => {
            let value = source.canonical(written)?;
            let Some(issuer) = issuer else {
                return Ok(Pattern::Exact(value));
            };
            Written::parse(issuer)
                .map(|issuer| Pattern::Serial(value, issuer))
                .map_err(|problem| format!("{issuer:?} is no issuer: {problem}"))
        }
    }
}

fn group_source(word: &str) -> Result<Source, String> {
    Source::parse(word).map_err(|problem| format!("groups_from: {problem}"))
}
