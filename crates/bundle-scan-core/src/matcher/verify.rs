//! From an anchor hit to a match: line, record, scope, exclusions, regex, captures.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::anchor::{AnchorIndex, Hit};
use super::costs::Watch;
use super::errors::{KlogErrors, MARK, MARKS};
use super::facts::FactIndex;
use super::found::{Capture, Match, Sighting, Sink};
use super::line_pass::{LineCount, LinePass, sort};
use super::verdicts::{CaptureAt, Case, Passed, Verdicts};
use crate::base::means::Means;
use crate::base::two::at_once;
use crate::record::Record;
use crate::record::clock::Clock;
use crate::signature::compile::Judged;
use crate::signature::{Signature, SignatureSet};
use crate::source::Source;
use crate::source::component::Component;
use crate::text::block::BlockView;

/// A set of signatures, ready to run over blocks. Immutable, shared by all workers.
#[derive(Debug)]
pub struct Matcher {
    set: SignatureSet,
    pub(super) anchors: AnchorIndex,
    pub(super) facts: FactIndex,
    /// Signature and leaf of each leaf number; ascending by signature.
    pub(super) leaves: Vec<(usize, usize)>,
    pub(super) signatures: Vec<Arc<Signature>>,
    pub(super) max_line_bytes: usize,
    /// Whether errors are looked for that no signature matches.
    looks_for_errors: bool,
}

impl Matcher {
    /// Prepares the search for the anchors of a set, and for errors that none of it matches if `looks_for_errors`.
    pub fn new(
        set: SignatureSet,
        max_line_bytes: usize,
        looks_for_errors: bool,
        means: Means,
    ) -> Self {
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
            let anchors = lines.flat_map(|(leaf_number, line)| {
                let anchors = line.anchors();
                anchors.map(move |anchor| (anchor, leaf_number))
            });
            let marks = MARKS.iter().filter(|_| looks_for_errors);
            let marks = marks.map(|mark| (mark.as_bytes(), MARK));
            AnchorIndex::new(anchors.chain(marks).chain([(BANNER, MARK)]), means)
        };
        let (facts, anchors) = at_once(|| FactIndex::new(&signatures), anchors);
        Matcher {
            set,
            anchors,
            facts,
            leaves,
            signatures,
            max_line_bytes,
            looks_for_errors,
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

    /// Runs over what the block owns, hands what it meets to `sink` in the order of lines, and returns how many line ends
    /// the block owns. A signature matches a line at most once.
    pub fn scan(
        &self,
        view: &BlockView<'_>,
        source: &Source,
        clock: &Clock,
        sink: &mut impl Sink,
    ) -> u64 {
        let own = &view.bytes[view.own.clone()];
        let mut errors = match self.looks_for_errors {
            true => KlogErrors::new(own, source),
            false => KlogErrors::none(),
        };
        let mut lines = LineCount::new(view);
        let mut candidates = Vec::new();
        let mut verdicts = Verdicts::default();
        let is_measured = sink.costs().is_some();
        let mut whole = Watch::new(is_measured);
        let mut pass = LinePass::new(view, self.max_line_bytes, |anchored| {
            let mut watch = Watch::new(is_measured);
            let line = anchored.line.clone();
            candidates.clear();
            let may_pass = |leaf: &u32| self.may_pass(*leaf, &view.bytes[line.clone()]);
            candidates.extend(anchored.candidates.iter().copied().filter(may_pass));
            if let Some(costs) = sink.costs() {
                costs.anchored += 1;
                costs.understood += u64::from(!candidates.is_empty());
                costs.first_look += watch.lap();
            }
            if candidates.is_empty() {
                return;
            }
            let record = Record::read(&view.bytes[line.clone()], source, clock);
            if let Some(costs) = sink.costs() {
                costs.understanding += watch.lap();
            }
            let told = Told {
                record: &record,
                place: anchored.first_anchor,
                line,
            };
            let lines_before = || lines.up_to(anchored.line.start);
            self.tell(&candidates, &told, &mut verdicts, lines_before, sink);
            if let Some(costs) = sink.costs() {
                costs.testing += watch.lap();
            }
        });
        let error = |place| Hit {
            place,
            range: place..place,
            leaves: &[MARK],
        };
        let compared = self.anchors.scan(own, |hit| {
            errors
                .up_to(hit.place)
                .for_each(|place| pass.anchor(error(place)));
            pass.anchor(hit);
        });
        errors
            .up_to(own.len())
            .for_each(|place| pass.anchor(error(place)));
        pass.finish();
        let lines = lines.up_to(view.own.end);
        if let Some(costs) = sink.costs() {
            costs.bytes += own.len() as u64;
            costs.candidates += compared;
            costs.all += whole.lap();
        }
        lines
    }

    /// Whether a leaf, or a mark, may have something to say of a line with its anchor.
    fn may_pass(&self, leaf: u32, line: &[u8]) -> bool {
        let Some(&(signature, leaf)) = self.leaves.get(leaf as usize) else {
            return true;
        };
        let leaf = self.signatures[signature].leaves[leaf].as_line();
        leaf.is_some_and(|leaf| leaf.may_pass(line))
    }

    /// The leaves that own an anchor in a text, ascending, each once.
    pub(super) fn candidates(&self, text: &[u8]) -> Vec<u32> {
        let mut candidates = Vec::new();
        self.anchors
            .scan(text, |hit| candidates.extend_from_slice(hit.leaves));
        sort(&mut candidates);
        candidates
    }

    /// What a leaf captures of a record; `None` if the record does not pass.
    fn captures(
        &self,
        signature: usize,
        leaf: usize,
        record: &Record<'_>,
    ) -> Option<Vec<CaptureAt<'_>>> {
        let signature = &self.signatures[signature];
        let leaf = signature.leaves[leaf].as_line()?;
        let captured = match leaf.judge(record.component, &record.text) {
            Judged::Passes(Some(captured)) => captured,
            Judged::Passes(None) => return Some(Vec::new()),
            _ => return None,
        };
        let named = signature.entities.iter().filter_map(|(name, entity)| {
            let range = captured.range(name)?;
            Some(CaptureAt {
                name,
                entity,
                range,
            })
        });
        Some(named.collect())
    }

    /// Hands what a record tells to `sink` that was not read from a line by the block scan: `line` is where it
    /// stands in the view, `place` the byte of its text, `lines_before` how many line ends stand before it.
    pub fn scan_record(
        &self,
        record: &Record<'_>,
        line: Range<usize>,
        place: usize,
        lines_before: u64,
        sink: &mut impl Sink,
    ) {
        let told = Told {
            record,
            line,
            place,
        };
        let candidates = self.candidates(&record.text);
        self.tell(
            &candidates,
            &told,
            &mut Verdicts::default(),
            || lines_before,
            sink,
        );
    }

    /// Tests candidate leaves on a record and hands what comes of it to `sink`.
    fn tell<'m>(
        &'m self,
        candidates: &[u32],
        told: &Told<'_>,
        verdicts: &mut Verdicts<'m>,
        mut lines_before: impl FnMut() -> u64,
        sink: &mut impl Sink,
    ) {
        let mut sighting = |captures| Sighting {
            line: told.line.clone(),
            place: told.place,
            lines_before: lines_before(),
            record: told.record,
            captures,
        };
        // Before what it matches itself, which is of the new boot.
        if begins_boot(told.record) {
            sink.booted(told.record);
        }
        let mut found = |passed: &[Passed<'m>], sink: &mut _| {
            for one in passed {
                let captures = one.captures.iter().map(|captured| Capture {
                    name: captured.name,
                    entity: Some(captured.entity),
                    value: Cow::Borrowed(&told.record.text[captured.range.clone()]),
                });
                let sighting = sighting(captures.collect());
                Sink::found(sink, &Match::of_line(one.signature, one.leaf, &sighting));
            }
            !passed.is_empty()
        };
        let case = Case::new(candidates, told.record);
        let is_explained = if let Some(passed) = verdicts.known(case) {
            found(passed, sink)
        } else {
            let passed = self.passed(candidates, told.record, sink);
            let is_explained = found(&passed, sink);
            verdicts.keep(case, passed);
            is_explained
        };
        if self.looks_for_errors && !is_explained && told.record.is_error() {
            sink.unexplained(&sighting(Vec::new()));
        }
    }

    /// The leaves that a record passes of its candidates, ascending. Of a signature for which any leaf is enough, the first that matches
    /// stands for it.
    fn passed(
        &self,
        candidates: &[u32],
        record: &Record<'_>,
        sink: &mut impl Sink,
    ) -> Vec<Passed<'_>> {
        let mut passed = Vec::new();
        let mut fired = None;
        let mut watch = Watch::new(sink.costs().is_some());
        for &number in candidates {
            let Some(&(signature, leaf)) = self.leaves.get(number as usize) else {
                // A mark.
                continue;
            };
            if fired == Some(signature) {
                continue;
            }
            watch.lap();
            let captures = self.captures(signature, leaf, record);
            if let Some(costs) = sink.costs() {
                costs.tested(signature, captures.is_some(), watch.lap());
            }
            if let Some(captures) = captures {
                if self.signatures[signature].plan.is_none() {
                    fired = Some(signature);
                }
                passed.push(Passed {
                    signature,
                    leaf,
                    captures,
                });
            }
        }
        passed
    }
}

/// The first words of a kernel. Source: `linux_banner` in Linux `init/version.c`.
const BANNER: &[u8] = b"Linux version ";

/// Whether a kernel says its first words.
pub fn begins_boot(record: &Record<'_>) -> bool {
    record.text.starts_with(BANNER) && record.component == Some(Component::Kernel)
}

/// A record with its place.
struct Told<'a> {
    record: &'a Record<'a>,
    /// The line in the view.
    line: Range<usize>,
    /// What of it proves that it was worth a look.
    place: usize,
}
