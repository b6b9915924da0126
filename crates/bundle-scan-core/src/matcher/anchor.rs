//! The one pass over raw bytes: where do the anchors of all signatures occur?
//!
//! Anchors of eight bytes or more go to the prefilter `matcher::qgram`, shorter ones to an Aho-Corasick automaton, which costs
//! a pass of its own. Either way anchors overlap without hiding each other, and ASCII case is ignored: the leaf that owns
//! the anchor decides about case later.

use std::ops::Range;

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, Input, MatchKind, StartKind};

use super::qgram::QGrams;
use crate::base::means::Means;
use crate::text::commonness::SHORTEST_BYTES;

/// Anchors up to which an automaton is fastest with a table of all states and bytes; that of more fits into no cache.
const MAX_IN_DFA: usize = 500;

/// All anchors of a set, searched together.
#[derive(Debug)]
pub struct AnchorIndex {
    long: QGrams,
    long_owners: Owners,
    /// The automaton for anchors that are too short, if there are any.
    short: Option<AhoCorasick>,
    short_owners: Owners,
}

/// An occurrence of an anchor.
#[derive(Clone, Debug)]
pub struct Hit<'i> {
    /// One of its bytes: which one depends on where the search began.
    pub place: usize,
    /// Where it stands.
    pub range: Range<usize>,
    /// The leaves that own the anchor.
    pub leaves: &'i [u32],
}

/// For each anchor the leaves that own it, ascending.
#[derive(Debug, Default)]
struct Owners {
    leaves: Vec<u32>,
    /// Where in `leaves` those of each anchor end.
    ends: Vec<u32>,
}

impl Owners {
    /// Takes the owners of sorted pairs of anchor and leaf; what is left are the anchors, each once.
    fn take(pairs: Vec<(Vec<u8>, u32)>) -> (Vec<Vec<u8>>, Self) {
        let mut owners = Owners::default();
        let mut anchors: Vec<Vec<u8>> = Vec::with_capacity(pairs.len());
        for (anchor, leaf) in pairs {
            if anchors.last() != Some(&anchor) {
                anchors.push(anchor);
                owners.ends.push(0);
            }
            owners.leaves.push(leaf);
            if let Some(end) = owners.ends.last_mut() {
                *end = owners.leaves.len() as u32;
            }
        }
        (anchors, owners)
    }

    fn of(&self, anchor: usize) -> &[u32] {
        let start = anchor.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.leaves[start as usize..self.ends[anchor] as usize]
    }
}

impl AnchorIndex {
    /// Builds the index from pairs of anchor and owning leaf. By common means all anchors go to the automaton.
    pub fn new<'a>(anchors: impl Iterator<Item = (&'a [u8], u32)>, means: Means) -> Self {
        let anchors = anchors.filter(|(anchor, _)| !anchor.is_empty());
        let mut pairs: Vec<(Vec<u8>, u32)> = anchors
            .map(|(anchor, leaf)| (anchor.to_ascii_lowercase(), leaf))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let is_short = |text: &[u8]| text.len() < SHORTEST_BYTES || means == Means::Common;
        let short = pairs.extract_if(.., |(text, _)| is_short(text));
        let (short_texts, short_owners) = Owners::take(short.collect());
        let (long_texts, long_owners) = Owners::take(pairs);
        AnchorIndex {
            long: QGrams::new(long_texts),
            long_owners,
            short: (!short_texts.is_empty()).then(|| automaton(&short_texts)),
            short_owners,
        }
    }

    /// Calls `found` for each occurrence; their places ascend. How many positions the prefilter has compared.
    pub fn scan(&self, bytes: &[u8], mut found: impl FnMut(Hit<'_>)) -> u64 {
        let long = |anchor, place, range| Hit {
            place,
            range,
            leaves: self.long_owners.of(anchor),
        };
        let Some(short) = &self.short else {
            return self.long.scan(bytes, |anchor, place, range| {
                found(long(anchor, place, range));
            });
        };
        let mut hits: Vec<Hit<'_>> = Vec::new();
        let compared = self.long.scan(bytes, |anchor, place, range| {
            hits.push(long(anchor, place, range));
        });
        let mut state = OverlappingState::start();
        loop {
            short.find_overlapping(Input::new(bytes), &mut state);
            let Some(hit) = state.get_match() else { break };
            hits.push(Hit {
                place: hit.start(),
                range: hit.range(),
                leaves: self.short_owners.of(hit.pattern().as_usize()),
            });
        }
        hits.sort_unstable_by_key(|hit| hit.place);
        hits.into_iter().for_each(found);
        compared
    }
}

fn automaton(texts: &[Vec<u8>]) -> AhoCorasick {
    let kind = (texts.len() <= MAX_IN_DFA).then_some(AhoCorasickKind::DFA);
    AhoCorasickBuilder::new()
        .kind(kind)
        .match_kind(MatchKind::Standard)
        .start_kind(StartKind::Unanchored)
        .ascii_case_insensitive(true)
        .build(texts)
        .expect("anchors in files of at most 1 MiB stay far below the limit of 2^31 states")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::Matcher;
    use crate::signature::SignatureSet;
    use proptest::prelude::*;

    /// Every occurrence, as the line-like piece between separators that it lies in, with the leaf.
    fn hits(anchors: &[&[u8]], text: &[u8], means: Means) -> Vec<(usize, u32)> {
        let index = AnchorIndex::new(
            anchors
                .iter()
                .zip(0..)
                .map(|(anchor, leaf)| (*anchor, leaf)),
            means,
        );
        let mut hits = Vec::new();
        let mut last = 0;
        index.scan(text, |hit| {
            let Hit { place, leaves, .. } = hit;
            assert!(place >= last, "places ascend");
            last = place;
            assert!(hit.range.contains(&place));
            hits.extend(leaves.iter().map(|leaf| (line_of(text, place), *leaf)));
        });
        hits.sort_unstable();
        hits
    }

    fn line_of(text: &[u8], place: usize) -> usize {
        text[..place].iter().filter(|byte| **byte == b'\n').count()
    }

    #[test]
    fn overlapping_anchors_never_hide_each_other() {
        let found = hits(
            &[
                b"pull image",
                b"failed to pull",
                b"image",
                b"FAILED TO PULL",
            ],
            b"Failed to pull image",
            Means::Own,
        );
        assert_eq!(found, [(0, 0), (0, 1), (0, 2), (0, 3)]);
    }

    /// If one of them shared a slot with a window, whole stretches of logs, tables and indented documents would be compared. Dashes are:
    /// a signature looks for `-rw-------`.
    #[test]
    fn what_fills_stretches_of_logs_is_not_compared() {
        let set = SignatureSet::builtin().expect("it is embedded");
        let matcher = Matcher::new(set, 1 << 10, true, Means::Own);
        for filler in [
            "      ",
            "\n     ",
            "======",
            "000000",
            "******",
            "\t\t\t\t\t\t",
        ] {
            let text = filler.repeat(1 << 10);
            let compared = matcher.anchors.scan(text.as_bytes(), |_| {});
            assert!(compared <= 32, "{filler:?}: {compared}");
        }
    }

    proptest! {
        #[test]
        fn every_occurrence_is_found_once(
            anchors in proptest::collection::vec("[ab]{1,12}", 1..8),
            text in "[abAB\n]{0,300}",
        ) {
            let bytes: Vec<&[u8]> = anchors.iter().map(|anchor| anchor.as_bytes()).collect();
            let text = text.as_bytes();
            let mut expected = Vec::new();
            for (leaf, anchor) in (0..).zip(&bytes) {
                for (start, window) in text.windows(anchor.len()).enumerate() {
                    if window.eq_ignore_ascii_case(anchor) {
                        expected.push((line_of(text, start), leaf));
                    }
                }
            }
            expected.sort_unstable();
            for means in [Means::Own, Means::Common] {
                prop_assert_eq!(hits(&bytes, text, means), expected.clone());
            }
        }

        #[test]
        fn the_prefilter_reports_what_the_automaton_reports(
            anchors in proptest::collection::vec("[a-d@` ]{8,20}", 1..20),
            noise in proptest::collection::vec("[a-dA-D@` \n]{0,40}", 0..20),
            picks in proptest::collection::vec(0usize..20, 0..20),
        ) {
            let mut text = String::new();
            for (number, noise) in noise.iter().enumerate() {
                text += noise;
                if let Some(pick) = picks.get(number) {
                    text += &anchors[pick % anchors.len()].to_uppercase();
                }
            }
            let mut lowered: Vec<Vec<u8>> = anchors.iter().map(|a| a.clone().into_bytes()).collect();
            lowered.sort();
            lowered.dedup();
            let mut found = Vec::new();
            QGrams::new(lowered.clone()).scan(text.as_bytes(), |anchor, place, _| found.push((line_of(text.as_bytes(), place), anchor)));
            found.sort_unstable();
            let oracle = automaton(&lowered);
            let mut expected: Vec<_> = oracle
                .find_overlapping_iter(text.as_bytes())
                .map(|hit| (line_of(text.as_bytes(), hit.start()), hit.pattern().as_usize()))
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
