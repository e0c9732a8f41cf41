//! This file is about finding the rules that may match without trying each.
//!
//! In: rules; a certificate. Out: positions of rules, in their order, that include every rule that
//! matches. It decides nothing: each of them is tried.

use super::pattern;
use super::rule::Rule;
use super::source::{Source, Value};
use crate::cert::Certificate;
use regex::{RegexSet, RegexSetBuilder};
use std::collections::HashMap;

/// The most memory of all the expressions of one source together, in bytes; past that each is tried.
const COMPILED: usize = 1 << 25;

/// The most memory that a search of them keeps, in bytes, for each thread that searches at once.
const KEPT: usize = 1 << 21;

/// The rules of each source.
pub(super) struct Index(Vec<Entry>);

struct Entry {
    source: Source,
    /// Rules by their exact value.
    exact: HashMap<String, Vec<usize>>,
    /// Rules with expressions, and all of those as one.
    expressions: Vec<usize>,
    together: Option<RegexSet>,
    /// Rules that are tried whatever the values are.
    others: Vec<usize>,
}

/// The values of a certificate that rules look at, and the rules that may match.
pub(super) struct Found {
    values: Vec<Vec<Value>>,
    /// Positions of rules and of their source's values.
    pub(super) candidates: Vec<(usize, usize)>,
}

impl Index {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for (position, rule) in rules.iter().enumerate() {
            let at = match entries.iter().position(|entry| entry.source == rule.source) {
                Some(at) => at,
                None => {
                    entries.push(Entry::new(rule.source.clone()));
                    entries.len() - 1
                }
            };
            let Some(entry) = entries.get_mut(at) else {
                continue;
            };
            match (rule.pattern.key(&rule.source), rule.expression()) {
                (Some(key), _) => entry
                    .exact
                    .entry(key.to_owned())
                    .or_default()
                    .push(position),
                (None, Some(_)) => entry.expressions.push(position),
                (None, None) => entry.others.push(position),
            }
        }
        for entry in &mut entries {
            entry.join(rules);
        }
        Self(entries)
    }

    /// The rules that may match this certificate; with `expressions` or without these. They take time in
    /// proportion to what a stranger sends.
    pub(super) fn find(&self, certificate: &Certificate, expressions: bool) -> Found {
        let (mut values, mut candidates) = (Vec::with_capacity(self.0.len()), Vec::new());
        for (at, entry) in self.0.iter().enumerate() {
            let theirs = entry.source.values(certificate);
            entry.candidates(&theirs, expressions, |position| {
                candidates.push((position, at));
            });
            values.push(theirs);
        }
        candidates.sort_unstable();
        candidates.dedup();
        Found { values, candidates }
    }

    /// Every rule, and the values of its source.
    pub(super) fn every(&self, rules: &[Rule], certificate: &Certificate) -> Found {
        let at = |rule: &Rule| self.0.iter().position(|entry| entry.source == rule.source);
        Found {
            values: self
                .0
                .iter()
                .map(|entry| entry.source.values(certificate))
                .collect(),
            candidates: rules
                .iter()
                .enumerate()
                .filter_map(|(position, rule)| Some((position, at(rule)?)))
                .collect(),
        }
    }
}

impl Found {
    /// The values at a position that a candidate gives.
    pub(super) fn values(&self, at: usize) -> &[Value] {
        self.values.get(at).map_or(&[], Vec::as_slice)
    }

    /// Every value that was looked at.
    pub(super) fn all_values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().flatten()
    }
}

impl Entry {
    fn new(source: Source) -> Self {
        Self {
            source,
            exact: HashMap::new(),
            expressions: Vec::new(),
            together: None,
            others: Vec::new(),
        }
    }

    /// Makes one search of several expressions.
    fn join(&mut self, rules: &[Rule]) {
        let texts = self
            .expressions
            .iter()
            .filter_map(|at| rules.get(*at)?.expression());
        let texts: Vec<String> = texts.map(pattern::anchored).collect();
        if texts.len() > 1 && texts.len() == self.expressions.len() {
            let mut builder = RegexSetBuilder::new(texts);
            self.together = builder
                .size_limit(COMPILED)
                .dfa_size_limit(KEPT)
                .build()
                .ok();
        }
    }

    fn candidates(&self, values: &[Value], expressions: bool, mut candidate: impl FnMut(usize)) {
        if values.is_empty() {
            return;
        }
        self.others.iter().copied().for_each(&mut candidate);
        if expressions && self.together.is_none() {
            self.expressions.iter().copied().for_each(&mut candidate);
        }
        for value in values.iter().filter(|value| value.unfit.is_none()) {
            let same = self.exact.get(&value.text);
            same.into_iter().flatten().copied().for_each(&mut candidate);
            if let Some(together) = self.together.as_ref().filter(|_| expressions) {
                let fitting = together.matches(&value.text);
                let fitting = fitting.iter().filter_map(|at| self.expressions.get(at));
                fitting.copied().for_each(&mut candidate);
            }
        }
    }
}
