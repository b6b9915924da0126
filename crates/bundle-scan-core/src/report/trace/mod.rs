//! Why one signature fired, or did not: where every attempt to match its leaves ended, how far the parts of its plan got, and the
//! first thing that was missing.

mod reason;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::coverage::Spoken;
use super::requires::is_met;
use super::{Finding, Report};
use crate::finding::attempts::Tried;
use crate::finding::clocks::Clocks;
use crate::finding::group::Groups;
use crate::finding::parts::{Together, together};
use crate::finding::resolve::most_of;
use crate::finding::{End, Tally};
use crate::signature::Signature;
use crate::signature::compile::Leaf;
use crate::signature::where_clause::Condition;
use crate::signature::written;
use crate::source::component::Component;

pub use reason::{Missing, Why};

/// Why a signature fired, or did not.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trace {
    /// The signature.
    pub signature: Arc<Signature>,
    /// Whether it fired.
    pub verdict: Verdict,
    /// What became of each leaf, in the order of the file.
    pub leaves: Vec<LeafTrace>,
    /// How far the plan got, if there is one.
    pub together: Option<Together>,
    /// The most matches, or distinct values, within the window of the threshold, if there is one.
    pub most: Option<u64>,
    /// What the signature requires of the machine, and what the bundle says.
    pub requires: Vec<Required>,
}

/// Whether a signature fired.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It did, and stands there in the report.
    Fired(Standing),
    /// It did not: this was missing first.
    Silent(Missing),
}

/// Where the finding of a signature stands in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// Among the findings.
    Finding,
    /// Among what is harmless.
    Benign,
    /// Among what tells that logs are incomplete.
    Lost,
}

/// What became of one leaf.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LeafTrace {
    /// What it is for.
    pub role: Role,
    /// What there was for it to look at.
    pub seen: Seen,
    /// Lines with an anchor, or facts of the kind, by where the test ended, in the order of the tests.
    pub ends: Vec<(End, Tried)>,
}

/// What a leaf is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Its matches prove the problem.
    Proves,
    /// It is asked for, but its matches are not shown: it is given, or must be absent, or is what a share is taken of.
    Asked,
    /// It tells of a recovery.
    Clears,
}

/// What there was for a leaf to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// Members in which somebody speaks whom it listens to; those in which each line tells who speaks, or nobody knows; and
    /// events, if it listens to these.
    Lines {
        /// The first.
        own: Spoken,
        /// The second.
        open: Spoken,
        /// The third.
        events: u64,
    },
    /// Facts of its kind.
    Facts(u64),
}

/// What a signature requires of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Required {
    /// `kernel`, `os`, ...
    pub property: String,
    /// Versions or values that are right.
    pub wanted: Vec<String>,
    /// What the bundle says.
    pub values: Vec<String>,
    /// Whether one of these is right; `None` if the bundle says nothing.
    pub is_met: Option<bool>,
}

impl LeafTrace {
    /// Lines or facts that were tested.
    pub fn tried(&self) -> u64 {
        self.ends.iter().map(|(_, tried)| tried.count).sum()
    }

    /// Lines or facts that match.
    pub fn holds(&self) -> u64 {
        let holds = self.ends.iter().filter(|(end, _)| *end == End::Holds);
        holds.map(|(_, tried)| tried.count).sum()
    }
}

impl Trace {
    /// Adds up what a scan noted about the signature that has this number among all: `tally` is its part of the tally of the bundle
    /// with the attempts, `report` what the scan came to.
    pub(crate) fn new(
        (number, signature): (usize, &Arc<Signature>),
        mut tally: Tally,
        clocks: &Clocks,
        report: &Report,
    ) -> Self {
        tally.settle(clocks);
        tally.groups.values_mut().for_each(Groups::bound);
        tally.presence.bound();
        let captured_at = report.bundle.captured_at.map(|time| time.unix_nanos);
        let plan = signature.plan.as_ref();
        let together = plan.map(|plan| together((number, signature), plan, &tally, captured_at));
        let threshold = signature.threshold.as_ref();
        let most = threshold.and_then(|threshold| match &together {
            Some(together) => together.most,
            None => most_of(threshold, &tally.signatures.get(&number)?.counter),
        });
        let leaves = 0..signature.leaves.len();
        let mut trace = Trace {
            signature: Arc::clone(signature),
            verdict: Verdict::Silent(Missing::Proof),
            leaves: leaves
                .map(|leaf| leaf_trace(signature, leaf, &tally, report))
                .collect(),
            together,
            most,
            requires: required(signature, report),
        };
        trace.verdict = match standing(&signature.id, report) {
            Some(standing) => Verdict::Fired(standing),
            None => Verdict::Silent(trace.missing()),
        };
        trace
    }

    /// What a leaf wants of captures or fields.
    pub fn conditions(&self, leaf: usize) -> Option<&BTreeMap<String, Condition>> {
        match self.signature.leaves.get(leaf)? {
            Leaf::Line(line) => Some(&line.written().conditions),
            Leaf::Fact(_) => {
                let before = self.signature.leaves.iter().take(leaf);
                let before = before.filter(|leaf| leaf.as_fact().is_some()).count();
                let written = written::facts(self.signature.spec());
                written.get(before).map(|fact| &fact.conditions)
            }
        }
    }

    /// The finding, if it fired.
    pub fn finding<'r>(&self, report: &'r Report) -> Option<&'r Finding> {
        let id = &self.signature.id;
        let all = report.findings.iter();
        let mut all = all.chain(&report.benign).chain(&report.lost);
        all.find(|finding| finding.id() == id)
    }
}

fn standing(id: &str, report: &Report) -> Option<Standing> {
    let places = [
        (&report.findings, Standing::Finding),
        (&report.benign, Standing::Benign),
        (&report.lost, Standing::Lost),
    ];
    let place = places
        .into_iter()
        .find(|(findings, _)| findings.iter().any(|finding| finding.id() == id));
    place.map(|(_, standing)| standing)
}

fn leaf_trace(signature: &Signature, number: usize, tally: &Tally, report: &Report) -> LeafTrace {
    let ends = tally.attempts.of_leaf(number);
    let mut ends: Vec<(End, Tried)> = ends
        .map(|(end, tried)| (end.clone(), tried.clone()))
        .collect();
    let role = match &signature.plan {
        Some(plan) if plan.clears.contains(&number) => Role::Clears,
        Some(plan) if plan.keeps[number].is_silent => Role::Asked,
        _ => Role::Proves,
    };
    let seen = match &signature.leaves[number] {
        Leaf::Line(line) => {
            let mut own = Spoken::default();
            for (speaker, spoken) in &report.coverage.speakers {
                if speaker.is_some_and(|speaker| line.scope.admits(speaker)) {
                    own.members += spoken.members;
                    own.lines += spoken.lines;
                }
            }
            let events = report.census.facts.get("event").copied();
            Seen::Lines {
                own,
                open: report
                    .coverage
                    .speakers
                    .get(&None)
                    .copied()
                    .unwrap_or_default(),
                events: events
                    .filter(|_| line.scope.admits(Component::Event))
                    .unwrap_or(0),
            }
        }
        Leaf::Fact(fact) => {
            let order = |end: &End| match end {
                End::Condition(field) => {
                    let mut tested = fact.tested();
                    tested.position(|at| fact.kind.fields[at].name == field)
                }
                _ => Some(usize::MAX),
            };
            ends.sort_by_key(|(end, _)| order(end));
            Seen::Facts(ends.iter().map(|(_, tried)| tried.count).sum())
        }
    };
    LeafTrace { role, seen, ends }
}

fn required(signature: &Signature, report: &Report) -> Vec<Required> {
    let requires = signature.spec().requires.iter();
    let required = requires.map(|(property, requirement)| Required {
        property: property.clone(),
        wanted: requirement.wanted().to_vec(),
        values: report.census.values(property).map(str::to_owned).collect(),
        is_met: is_met(property, requirement, &report.census),
    });
    required.collect()
}
