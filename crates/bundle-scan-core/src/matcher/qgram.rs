//! The prefilter: finds anchors by looking at every fourth position only.
//!
//! Of each anchor one region of eight bytes is chosen, the one that is rarest in logs, and its four windows of five bytes go into a
//! table. Wherever the anchor occurs, one of the four windows begins at a multiple of four, so probing those positions
//! misses nothing. A window that is in the table is compared exactly, so nothing is reported that is not there.
//!
//! ASCII case is ignored by setting bit 0x20 of every byte: that maps more than letters together, which costs candidates and
//! no exactness. Invariant: reports exactly what an overlapping, case-ignoring Aho-Corasick automaton reports.
//! Source of the idea: sampled q-gram filters, as in Wu and Manber, "A fast algorithm for multi-pattern searching", 1994.

use std::collections::BTreeSet;

use super::bigram::rarity;

/// Bytes of a window.
const WINDOW: usize = 5;
/// Only positions that are a multiple of it are probed.
const STRIDE: usize = 4;
/// The shortest anchor that this filter finds.
pub(super) const MIN_BYTES: usize = WINDOW + STRIDE - 1;
/// Positions probed together: one branch for all of them.
const GROUP_BYTES: usize = 64;
/// Logarithm of the size of the table. 256 KiB stay in the second-level cache.
const TABLE_BITS: u32 = 18;
/// Bytes that are loaded for a probe.
const LOADED: usize = size_of::<u64>();
/// Logarithm of the number of slots in a bucket.
const BUCKET_BITS: u32 = 6;
/// Makes ASCII letters of either case equal.
const FOLD: u64 = 0x2020_2020_2020_2020;
/// The bytes of a loaded word that belong to the window.
const WINDOW_MASK: u64 = (1 << (8 * WINDOW)) - 1;
/// Fibonacci hashing; the shift drops what does not belong to the window.
const HASH: u64 = 0x9e37_79b9_7f4a_7c15 << (64 - 8 * WINDOW);

/// Anchors of at least [`MIN_BYTES`] bytes, searched together.
#[derive(Debug)]
pub(super) struct QGrams {
    /// 1 where the hash of some window falls.
    table: Vec<u8>,
    /// The windows, sorted by slot and key.
    windows: Vec<Window>,
    /// Where in `windows` those of each bucket begin; a bucket is a run of slots. One more marks the end.
    buckets: Vec<u32>,
    anchors: Vec<Vec<u8>>,
}

/// A window of an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Window {
    /// Its folded bytes, little endian.
    key: u64,
    anchor: u32,
    /// Where it begins in the anchor.
    offset: u32,
}

impl QGrams {
    /// Prepares a search for `anchors`; each has at least [`MIN_BYTES`] bytes.
    pub(super) fn new(anchors: Vec<Vec<u8>>) -> Self {
        let mut known = BTreeSet::new();
        let mut windows = Vec::new();
        for (number, anchor) in (0..).zip(&anchors) {
            let start = rarest_region(anchor, &known);
            for offset in start..start + STRIDE {
                let key = load(anchor, offset) & WINDOW_MASK;
                known.insert(key);
                windows.push(Window {
                    key,
                    anchor: number,
                    offset: offset as u32,
                });
            }
        }
        windows.sort_unstable_by_key(|window| (slot(window.key), *window));
        let mut table = vec![0; 1 << TABLE_BITS];
        for window in &windows {
            table[slot(window.key)] = 1;
        }
        let first_of =
            |bucket: usize| windows.partition_point(|window| bucket_of(window.key) < bucket) as u32;
        let buckets = (0..=1 << (TABLE_BITS - BUCKET_BITS))
            .map(first_of)
            .collect();
        QGrams {
            table,
            windows,
            buckets,
            anchors,
        }
    }

    /// Calls `found` for each occurrence with the number of the anchor and the place of one of its bytes; places ascend.
    pub(super) fn scan(&self, bytes: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut base = 0;
        while let Some(group) = bytes.get(base..base + GROUP_BYTES + LOADED) {
            if self.any_candidate(group) {
                let mut candidates = self.candidates(group);
                while candidates != 0 {
                    let place = base + candidates.trailing_zeros() as usize * STRIDE;
                    candidates &= candidates - 1;
                    self.compare(bytes, place, &mut found);
                }
            }
            base += GROUP_BYTES;
        }
        while base < bytes.len() {
            self.compare(bytes, base, &mut found);
            base += STRIDE;
        }
    }

    /// Whether any probed position of a group may begin a window. Branch-free, so that the loads overlap.
    #[inline]
    fn any_candidate(&self, group: &[u8]) -> bool {
        let table = self.table.as_slice();
        let (mut even, mut odd) = (0, 0);
        for pair in 0..GROUP_BYTES / (2 * STRIDE) {
            even |= probe(table, group, 2 * pair * STRIDE);
            odd |= probe(table, group, (2 * pair + 1) * STRIDE);
        }
        even | odd != 0
    }

    /// The probed positions of a group that may begin a window, a bit for each.
    fn candidates(&self, group: &[u8]) -> u32 {
        let probes = 0..GROUP_BYTES / STRIDE;
        probes.fold(0, |mask, number| {
            mask | u32::from(probe(&self.table, group, number * STRIDE)) << number
        })
    }

    /// Reports the anchors that have a window at `place`.
    fn compare(&self, bytes: &[u8], place: usize, found: &mut impl FnMut(usize, usize)) {
        let key = load(bytes, place) & WINDOW_MASK;
        let bucket = bucket_of(key);
        let (first, end) = (
            self.buckets[bucket] as usize,
            self.buckets[bucket + 1] as usize,
        );
        for window in self.windows[first..end]
            .iter()
            .filter(|window| window.key == key)
        {
            let anchor = &self.anchors[window.anchor as usize];
            let occurrence = place
                .checked_sub(window.offset as usize)
                .and_then(|start| bytes.get(start..start + anchor.len()));
            if occurrence.is_some_and(|text| text.eq_ignore_ascii_case(anchor)) {
                found(window.anchor as usize, place);
            }
        }
    }
}

#[inline]
fn probe(table: &[u8], group: &[u8], at: usize) -> u8 {
    // Both slices have the length that their callers checked; the fallbacks are never taken.
    let word = group
        .get(at..at + LOADED)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u64::from_le_bytes);
    table.get(slot(word | FOLD)).copied().unwrap_or(0)
}

#[inline]
fn slot(word: u64) -> usize {
    (word.wrapping_mul(HASH) >> (64 - TABLE_BITS)) as usize
}

fn bucket_of(key: u64) -> usize {
    slot(key) >> BUCKET_BITS
}

/// The folded word at `at`; bytes beyond the end are zero.
fn load(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; LOADED];
    let there = bytes.get(at..).unwrap_or_default();
    let there = &there[..there.len().min(LOADED)];
    word[..there.len()].copy_from_slice(there);
    u64::from_le_bytes(word) | FOLD
}

/// Where the region begins whose windows are least often met in logs. A window that is in the table already costs nothing more.
fn rarest_region(anchor: &[u8], known: &BTreeSet<u64>) -> usize {
    let costs: Vec<f64> = (0..=anchor.len() - WINDOW)
        .map(
            |offset| match known.contains(&(load(anchor, offset) & WINDOW_MASK)) {
                true => 0.0,
                false => frequency(anchor, offset),
            },
        )
        .collect();
    let regions = costs
        .windows(STRIDE)
        .map(|windows| windows.iter().sum::<f64>())
        .enumerate();
    regions
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0, |(start, _)| start)
}

/// About how often the window at `offset` is met, from the pairs in it.
fn frequency(anchor: &[u8], offset: usize) -> f64 {
    let window = &anchor[offset..offset + WINDOW];
    let bits: u32 = window.windows(2).map(|pair| rarity(pair[0], pair[1])).sum();
    (-f64::from(bits) / 2.0).exp2()
}
