//! Cuts out the lines of a block that hold anchors, one after the other.

use std::ops::Range;

use super::anchor::Hit;
use crate::text::block::BlockView;
use crate::text::lines::{count_lines, line_around};

/// A line that holds anchors.
pub(super) struct AnchoredLine<'c> {
    /// The line in the view.
    pub(super) line: Range<usize>,
    /// Where the first anchor of it begins.
    pub(super) first_anchor: usize,
    /// Leaves that own an anchor in it, ascending, each once.
    pub(super) candidates: &'c [u32],
}

/// The state of one pass over one block.
pub(super) struct LinePass<'v, F> {
    view: &'v BlockView<'v>,
    max_line_bytes: usize,
    found: F,
    /// The line of the last anchor.
    line: Range<usize>,
    first_anchor: usize,
    candidates: Vec<u32>,
}

impl<'v, F: FnMut(&AnchoredLine<'_>)> LinePass<'v, F> {
    /// Begins a pass that hands each line to `found` when all its anchors are known.
    pub(super) fn new(view: &'v BlockView<'v>, max_line_bytes: usize, found: F) -> Self {
        LinePass {
            view,
            max_line_bytes,
            found,
            line: 0..0,
            first_anchor: 0,
            candidates: Vec::new(),
        }
    }

    /// Takes an anchor that was found in what the block owns. Places ascend, so all anchors of a line come together.
    pub(super) fn anchor(&mut self, hit: Hit<'_>) {
        let own = self.view.own.start;
        if own + hit.place >= self.line.end {
            self.end_line();
            self.line = line_around(self.view, own + hit.place, self.max_line_bytes);
            self.first_anchor = self.line.end;
        }
        let anchor = own + hit.range.start..own + hit.range.end;
        // Of a line that is taken in pieces one may stand in two.
        if self.line.start <= anchor.start && anchor.end <= self.line.end {
            self.first_anchor = self.first_anchor.min(anchor.start);
            self.candidates.extend_from_slice(hit.leaves);
        }
    }

    /// Ends the pass.
    pub(super) fn finish(mut self) {
        self.end_line();
    }

    fn end_line(&mut self) {
        if self.candidates.is_empty() {
            return;
        }
        sort(&mut self.candidates);
        (self.found)(&AnchoredLine {
            line: self.line.clone(),
            first_anchor: self.first_anchor,
            candidates: &self.candidates,
        });
        self.candidates.clear();
    }
}

/// Sorts candidates and keeps each once.
pub(super) fn sort(candidates: &mut Vec<u32>) {
    candidates.sort_unstable();
    candidates.dedup();
}

/// Counts line ends, each byte once.
pub(super) struct LineCount<'v> {
    bytes: &'v [u8],
    counted_up_to: usize,
    lines: u64,
}

impl<'v> LineCount<'v> {
    /// Begins at the first byte that the block owns.
    pub(super) fn new(view: &'v BlockView<'v>) -> Self {
        LineCount {
            bytes: view.bytes,
            counted_up_to: view.own.start,
            lines: 0,
        }
    }

    /// Line ends between the start of the block and `end`, which never goes back.
    pub(super) fn up_to(&mut self, end: usize) -> u64 {
        self.lines += count_lines(&self.bytes[self.counted_up_to..end]);
        self.counted_up_to = end;
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::means::Means;
    use crate::matcher::anchor::AnchorIndex;

    const ANCHOR: &str = "neighbour table overflow";

    /// Where the first anchor of each line begins in it.
    fn places(text: &str, max_line_bytes: usize, means: Means) -> Vec<usize> {
        let index = AnchorIndex::new([(ANCHOR.as_bytes(), 0)].into_iter(), means);
        let view = BlockView::whole(text.as_bytes());
        let mut places = Vec::new();
        let mut pass = LinePass::new(&view, max_line_bytes, |found| {
            places.push(found.first_anchor - found.line.start);
        });
        index.scan(text.as_bytes(), |hit| pass.anchor(hit));
        pass.finish();
        places
    }

    #[test]
    fn the_first_anchor_stands_where_it_begins_wherever_the_search_does() {
        for before in 0..9 {
            let text = format!("{}\nxx {ANCHOR}, {ANCHOR}\n{ANCHOR}", "-".repeat(before));
            for means in [Means::Own, Means::Common] {
                assert_eq!(places(&text, 1_000, means), [3, 0], "{before} {means:?}");
            }
        }
    }

    #[test]
    fn an_anchor_in_two_pieces_of_a_long_line_is_in_none() {
        for before in 0..9 {
            let text = format!("{}{ANCHOR}", "-".repeat(before));
            for means in [Means::Own, Means::Common] {
                let expected = if before == 0 { vec![0] } else { vec![] };
                assert_eq!(places(&text, ANCHOR.len(), means), expected, "{before}");
            }
        }
    }
}
