//! Masks what is nobody else's business, so that a report can be shown to others.
//!
//! Works on the report and not on what is written of it, so that all renderings say the same. Knows shapes and nothing of the
//! product that wrote a line: names of machines, pods and people are left. Invariant: the same value has the same pseudonym wherever it stands.

mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::trace::Trace;
use super::unrecognised::Template;
use super::{Finding, Report, Suppression};
use crate::base::member_path::MemberPath;
use crate::finding::Evidence;
use secrets::{Class, is_pseudonym, mask_all, pseudonym};

/// Gives pseudonyms: numbers in the order in which the values are met. Clones share them, so that reports of several bundles can be compared.
#[derive(Clone, Debug, Default)]
pub struct Redactor(Arc<Mutex<Pseudonyms>>);

/// Pseudonyms by class and value.
#[derive(Debug, Default)]
struct Pseudonyms {
    given: BTreeMap<(Class, String), String>,
    counts: BTreeMap<Class, usize>,
}

/// Whether there is anything in `text` that [`Redactor::redact`] masks, as far as it tells by itself.
pub(crate) fn is_masked(text: &str) -> bool {
    mask_all(text, |class, _| pseudonym(class, 0)).is_some()
}

impl Redactor {
    /// Masks passwords, tokens, keys, blocks of PEM, addresses of mail, and those of the network, in all that the report says.
    pub fn redact(&self, report: &mut Report) {
        let mut pseudonyms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pseudonyms.report(report);
    }
}

impl Pseudonyms {
    fn of(&mut self, class: Class, value: &str) -> String {
        if is_pseudonym(value) {
            return value.to_owned();
        }
        if let Some(known) = self.given.get(&(class, value.to_owned())) {
            return known.clone();
        }
        let count = self.counts.entry(class).or_default();
        *count += 1;
        let pseudonym = pseudonym(class, *count);
        self.given
            .insert((class, value.to_owned()), pseudonym.clone());
        pseudonym
    }

    fn report(&mut self, report: &mut Report) {
        let bundle = &mut report.bundle;
        self.text(&mut bundle.path);
        // Lines come first: they tell what is a secret, and what was captured of them does not.
        let found = [&mut report.findings, &mut report.benign, &mut report.lost];
        let suppressed = report.suppressed.iter_mut();
        let suppressed = suppressed.map(|suppressed| &mut suppressed.finding);
        for finding in found.into_iter().flatten().chain(suppressed) {
            self.finding(finding);
        }
        for suppressed in &mut report.suppressed {
            match &mut suppressed.by {
                Suppression::Baseline { path } => self.text(path),
                Suppression::Rule { reason, place, .. } => {
                    self.text(reason);
                    self.text(place);
                }
            }
        }
        for template in &mut report.unrecognised.templates {
            self.template(template);
        }
        self.texts(&mut bundle.hosts);
        for member in &mut report.coverage.members {
            self.member(&mut member.member);
        }
        for gap in &mut report.coverage.gaps {
            self.member(&mut gap.log);
        }
        self.set(&mut report.census.nodes);
        for values in report.census.properties.values_mut() {
            self.set(values);
        }
        for problem in &mut report.problems {
            self.member(&mut problem.member);
            self.text(&mut problem.detail);
        }
        if let Some(trace) = &mut report.trace {
            self.trace(trace);
        }
    }

    fn finding(&mut self, finding: &mut Finding) {
        for evidence in &mut finding.evidence {
            self.evidence(evidence);
        }
        self.counted(&mut finding.hosts);
        for entity in &mut finding.entities {
            self.counted(&mut entity.values);
        }
        for factor in &mut finding.factors {
            self.text(&mut factor.why);
        }
    }

    fn template(&mut self, template: &mut Template) {
        self.evidence(&mut template.example);
        self.text(&mut template.text);
        self.text(&mut template.said);
        self.counted(&mut template.hosts);
        for factor in &mut template.factors {
            self.text(&mut factor.why);
        }
    }

    fn evidence(&mut self, evidence: &mut Evidence) {
        self.member(&mut evidence.member);
        for address in &mut evidence.also_in {
            self.member(&mut address.member);
        }
        self.texts(&mut evidence.before);
        self.text(&mut evidence.text);
        self.texts(&mut evidence.after);
        for value in evidence.captures.values_mut() {
            self.text(value);
        }
    }

    fn trace(&mut self, trace: &mut Trace) {
        let ends = trace.leaves.iter_mut().flat_map(|leaf| &mut leaf.ends);
        for example in ends.flat_map(|(_, tried)| &mut tried.examples) {
            self.member(&mut example.member);
            self.text(&mut example.text);
            if let Some(value) = &mut example.value {
                self.text(value);
            }
        }
        for required in &mut trace.requires {
            self.texts(&mut required.values);
        }
    }

    fn counted(&mut self, values: &mut [(String, u64)]) {
        for (value, _) in values {
            self.text(value);
        }
    }

    fn texts(&mut self, texts: &mut [String]) {
        for text in texts {
            self.text(text);
        }
    }

    fn set(&mut self, texts: &mut BTreeSet<String>) {
        let redacted = std::mem::take(texts).into_iter().map(|mut text| {
            self.text(&mut text);
            text
        });
        *texts = redacted.collect();
    }

    fn member(&mut self, member: &mut MemberPath) {
        let mut path = member.as_str().to_owned();
        self.text(&mut path);
        if path != member.as_str() {
            *member = MemberPath::parse(&path);
        }
    }

    fn text(&mut self, text: &mut String) {
        // What was captured of a line stands without the words that tell what it is.
        let known = self.given.get(&(Class::Secret, text.clone()));
        let masked = match known {
            Some(pseudonym) => Some(pseudonym.clone()),
            None => mask_all(text, |class, value| self.of(class, value)),
        };
        if let Some(masked) = masked {
            *text = masked;
        }
    }
}
