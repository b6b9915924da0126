//! What the search spends its time on, where somebody asks: nothing is measured otherwise.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What was spent on some blocks, by all workers together.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    /// Bytes searched.
    pub bytes: u64,
    /// Positions that the prefilter handed to a comparison; 0 without one.
    pub candidates: u64,
    /// Lines with an anchor.
    pub anchored: u64,
    /// Lines that were understood.
    pub understood: u64,
    /// The whole search, what follows included.
    pub all: Duration,
    /// Looking whether a line with an anchor may pass.
    pub first_look: Duration,
    /// Understanding lines.
    pub understanding: Duration,
    /// Testing leaves, and counting those that match.
    pub testing: Duration,
    /// Reading facts and holding them against leaves.
    pub facts: Duration,
    /// What tests of line leaves cost, by the place of the signature.
    pub signatures: BTreeMap<usize, SignatureCosts>,
}

/// What the tests of one signature cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignatureCosts {
    /// Lines that its leaves were held against: not those whose verdict was remembered.
    pub tests: u64,
    /// Of these, lines that matched.
    pub matches: u64,
    /// The time.
    pub time: Duration,
}

impl Costs {
    /// Looking for anchors: what is left of the search.
    pub fn searching(&self) -> Duration {
        let later = self.first_look + self.understanding + self.testing;
        self.all.saturating_sub(later)
    }

    /// Adds the costs of others.
    pub fn merge(&mut self, other: &Costs) {
        self.bytes += other.bytes;
        self.candidates += other.candidates;
        self.anchored += other.anchored;
        self.understood += other.understood;
        self.all += other.all;
        self.first_look += other.first_look;
        self.understanding += other.understanding;
        self.testing += other.testing;
        self.facts += other.facts;
        for (signature, theirs) in &other.signatures {
            self.signatures.entry(*signature).or_default().add(*theirs);
        }
    }

    pub(super) fn tested(&mut self, signature: usize, matches: bool, time: Duration) {
        self.signatures
            .entry(signature)
            .or_default()
            .add(SignatureCosts {
                tests: 1,
                matches: matches.into(),
                time,
            });
    }
}

impl SignatureCosts {
    fn add(&mut self, other: SignatureCosts) {
        self.tests += other.tests;
        self.matches += other.matches;
        self.time += other.time;
    }
}

/// Measures one thing after the other, or nothing at all.
#[derive(Clone, Copy, Debug)]
pub struct Watch(Option<Instant>);

impl Watch {
    /// Begins to measure, if that is wanted.
    pub fn new(is_wanted: bool) -> Self {
        Watch(is_wanted.then(Instant::now))
    }

    /// The time since the last lap or the beginning; 0 if nothing is measured.
    pub fn lap(&mut self) -> Duration {
        self.0.as_mut().map_or(Duration::ZERO, |last| {
            let now = Instant::now();
            now - std::mem::replace(last, now)
        })
    }
}
