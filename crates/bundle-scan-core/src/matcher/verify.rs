//! From an anchor hit to a match: line, record, scope, exclusions, regex, captures.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::anchor::AnchorIndex;
use super::facts::FactIndex;
use super::found::{Capture, Match, Sighting};
use crate::base::two::at_once;
use crate::record::Record;
use crate::record::clock::Clock;
use crate::signature::{Signature, SignatureSet};
use crate::source::Source;
use crate::text::block::BlockView;
use crate::text::lines::{count_lines, line_around};

/// A set of signatures, ready to run over blocks. Immutable, shared by all workers.
#[derive(Debug)]
pub struct Matcher {
    set: SignatureSet,
    anchors: AnchorIndex,
    pub(super) facts: FactIndex,
    /// Signature and leaf of each leaf number; ascending by signature.
    leaves: Vec<(usize, usize)>,
    pub(super) signatures: Vec<Arc<Signature>>,
    max_line_bytes: usize,
}

impl Matcher {
    /// Prepares the search for the anchors of a set.
    pub fn new(set: SignatureSet, max_line_bytes: usize) -> Self {
        let signatures: Vec<_> = set.iter().cloned().collect();
        let leaves: Vec<(usize, usize)> = signatures
            .iter()
            .enumerate()
            .flat_map(|(number, signature)| {
                (0..signature.leaves.len()).map(move |leaf| (number, leaf))
            })
            .collect();
        let anchors = || {
            let lines = (0..)
                .zip(&leaves)
                .filter_map(|(leaf_number, &(number, leaf))| {
                    let line = signatures[number].leaves[leaf].as_line()?;
                    Some((leaf_number, line))
                });
            AnchorIndex::new(lines.flat_map(|(leaf_number, line)| {
                let anchors = line.anchors();
                anchors.map(move |anchor| (anchor, leaf_number))
            }))
        };
        let (facts, anchors) = at_once(|| FactIndex::new(&signatures), anchors);
        Matcher {
            set,
            anchors,
            facts,
            leaves,
            signatures,
            max_line_bytes,
        }
    }

    /// The signatures, sorted by id.
    pub fn signatures(&self) -> &[Arc<Signature>] {
        &self.signatures
    }

    /// The set it was built from.
    pub fn set(&self) -> &SignatureSet {
        &self.set
    }

    /// Runs over what the block owns, hands each match to `found` in the order of lines, and returns how many line ends
    /// the block owns. A signature matches a line at most once.
    pub fn scan(
        &self,
        view: &BlockView<'_>,
        source: &Source,
        clock: &Clock,
        found: impl FnMut(&Match<'_>),
    ) -> u64 {
        let mut pass = Pass {
            matcher: self,
            view,
            source,
            clock,
            found,
            line: 0..0,
            first_anchor: 0,
            candidates: Vec::new(),
            counted_up_to: view.own.start,
            lines: 0,
        };
        let own = &view.bytes[view.own.clone()];
        self.anchors
            .scan(own, |at, leaves| pass.anchor(view.own.start + at, leaves));
        pass.finish()
    }

    fn captures<'a>(
        &'a self,
        signature: usize,
        leaf: usize,
        record: &'a Record<'_>,
    ) -> Option<Vec<Capture<'a>>> {
        let signature = &self.signatures[signature];
        let leaf = signature.leaves[leaf].as_line()?;
        if record
            .component
            .is_some_and(|speaker| !leaf.scope.admits(speaker))
        {
            return None;
        }
        let Some(captured) = leaf.find(&record.text)? else {
            return Some(Vec::new());
        };
        let named = signature.entities.iter().filter_map(|(name, entity)| {
            let value = captured.name(name)?.range();
            Some(Capture {
                name,
                entity: Some(entity),
                value: Cow::Borrowed(&record.text[value]),
            })
        });
        Some(named.collect())
    }

    /// Hands the matches of a record to `found` that was not read from a line by the block scan: `line` is where it
    /// stands in the view, `place` the byte of its text, `lines_before` how many line ends stand before it.
    pub fn scan_record(
        &self,
        record: &Record<'_>,
        line: Range<usize>,
        place: usize,
        lines_before: u64,
        mut found: impl FnMut(&Match<'_>),
    ) {
        let mut candidates: Vec<u32> = Vec::new();
        self.anchors.scan(&record.text, |_, leaves| {
            candidates.extend_from_slice(leaves)
        });
        candidates.sort_unstable();
        candidates.dedup();
        self.test(&candidates, record, |signature, leaf, captures| {
            let sighting = Sighting {
                line: line.clone(),
                place,
                lines_before,
                record,
                captures,
            };
            found(&Match::of_line(signature, leaf, &sighting));
        });
    }

    /// Tests candidate leaves, ascending, on a record. Of a signature for which any leaf is enough, the first that matches
    /// stands for it.
    fn test<'a>(
        &'a self,
        candidates: &[u32],
        record: &'a Record<'_>,
        mut found: impl FnMut(usize, usize, Vec<Capture<'a>>),
    ) {
        let mut fired = None;
        for &number in candidates {
            let (signature, leaf) = self.leaves[number as usize];
            if fired == Some(signature) {
                continue;
            }
            if let Some(captures) = self.captures(signature, leaf, record) {
                if self.signatures[signature].plan.is_none() {
                    fired = Some(signature);
                }
                found(signature, leaf, captures);
            }
        }
    }
}

/// The state of one pass over one block.
struct Pass<'p, F> {
    matcher: &'p Matcher,
    view: &'p BlockView<'p>,
    source: &'p Source,
    clock: &'p Clock,
    found: F,
    /// The line of the last anchor.
    line: Range<usize>,
    /// Where the first anchor of that line was found.
    first_anchor: usize,
    /// Leaves that have an anchor in that line.
    candidates: Vec<u32>,
    counted_up_to: usize,
    lines: u64,
}

impl<F: FnMut(&Match<'_>)> Pass<'_, F> {
    /// Takes an anchor that was found at `at`. Places ascend, so all anchors of a line come together.
    fn anchor(&mut self, at: usize, leaves: &[u32]) {
        if at >= self.line.end {
            self.test_candidates();
            self.line = line_around(self.view, at, self.matcher.max_line_bytes);
            self.first_anchor = at;
        }
        self.candidates.extend_from_slice(leaves);
    }

    /// Tests the last line and counts the rest of the block.
    fn finish(mut self) -> u64 {
        self.test_candidates();
        self.lines_up_to(self.view.own.end)
    }

    /// Tests the candidate leaves of the line.
    fn test_candidates(&mut self) {
        if self.candidates.is_empty() {
            return;
        }
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.sort_unstable();
        candidates.dedup();
        let line = self.line.clone();
        let record = Record::read(&self.view.bytes[line.clone()], self.source, self.clock);
        let matcher = self.matcher;
        matcher.test(&candidates, &record, |signature, leaf, captures| {
            let lines_before = self.lines_up_to(line.start);
            let sighting = Sighting {
                line: line.clone(),
                place: self.first_anchor,
                lines_before,
                record: &record,
                captures,
            };
            (self.found)(&Match::of_line(signature, leaf, &sighting));
        });
        candidates.clear();
        self.candidates = candidates;
    }

    /// Line ends between the start of the block and `end`, which never goes back.
    fn lines_up_to(&mut self, end: usize) -> u64 {
        self.lines += count_lines(&self.view.bytes[self.counted_up_to..end]);
        self.counted_up_to = end;
        self.lines
    }
}
