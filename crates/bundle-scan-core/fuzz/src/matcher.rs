//! The search for anchors, against the automaton that it stands for.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use bundle_scan_core::Means;
use bundle_scan_core::matcher::anchor::AnchorIndex;

use crate::first_line;

/// Searches any text for any anchors, as one block and as two: what is found is what an automaton finds. The first line of the data
/// holds the anchors, with a zero byte between them.
pub fn anchors(data: &[u8]) {
    let (anchors, text) = first_line(data);
    let mut anchors: Vec<Vec<u8>> = anchors
        .split(|byte| *byte == 0)
        .filter(|anchor| !anchor.is_empty())
        .map(<[u8]>::to_ascii_lowercase)
        .collect();
    anchors.sort();
    anchors.dedup();
    if anchors.is_empty() {
        return;
    }
    let owners = anchors.iter().map(Vec::as_slice).zip(0..);
    let index = AnchorIndex::new(owners, Means::Own);
    let oracle = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(&anchors)
        .expect("few anchors make a small automaton");
    let cut = text.len() / 2;
    for block in [text, &text[..cut], &text[cut..]] {
        let mut found: Vec<(usize, Range<usize>)> = Vec::new();
        let mut last = 0;
        index.scan(block, |hit| {
            assert!(hit.place >= last, "places ascend");
            last = hit.place;
            assert!(hit.range.contains(&hit.place));
            found.extend(
                hit.leaves
                    .iter()
                    .map(|leaf| (*leaf as usize, hit.range.clone())),
            );
        });
        let expected = oracle.find_overlapping_iter(block);
        let mut expected: Vec<(usize, Range<usize>)> = expected
            .map(|hit| (hit.pattern().as_usize(), hit.range()))
            .collect();
        let key = |hit: &(usize, Range<usize>)| (hit.0, hit.1.start);
        found.sort_unstable_by_key(key);
        expected.sort_unstable_by_key(key);
        assert_eq!(found, expected, "the same occurrences");
    }
}
