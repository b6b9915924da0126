//! The prefilter: finds anchors by looking at every fourth position only.
//!
//! Of each anchor one region of nine bytes is chosen, the one that is rarest in logs, and its four windows of six bytes go into a
//! table. Wherever the anchor occurs, one of the four windows begins at a multiple of four, so probing those positions
//! misses nothing. A window that is in the table, with a word around it that stands in an anchor, is compared exactly, so nothing is
//! reported that is not there. Of an anchor of eight bytes the last window goes on for one byte behind it, which may be any.
//!
//! ASCII case is ignored by setting bit 0x20 of every byte: that maps more than letters together, which costs candidates and
//! no exactness. Invariant: reports exactly what an overlapping, case-ignoring Aho-Corasick automaton reports.
//! Source of the idea: sampled q-gram filters, as in Wu and Manber, "A fast algorithm for multi-pattern searching", 1994.

use std::ops::Range;

use foldhash::HashSet;

use super::words::{FOLD_ALL, WORD, Words, each_at, load};
use crate::text::commonness::{FOLD, RUN, WINDOW, others_on_slot, per_million, slot_of};

/// Only positions that are a multiple of it are probed.
const STRIDE: usize = RUN;
/// Positions probed together: one branch for all of them.
const PROBES: usize = 16;
/// Bytes in which they lie.
const GROUP_BYTES: usize = PROBES * STRIDE;
/// Logarithm of the number of slots in the table: a bit each, so that 256 KiB, which stay in the second-level cache, are so
/// sparse that few windows of other text fall on one that is taken.
const TABLE_BITS: u32 = 21;
/// Slots in a cell of the table, which is loaded as a whole.
const CELL_SLOTS: usize = u32::BITS as usize;
const CELLS: usize = (1 << TABLE_BITS) / CELL_SLOTS;
/// Groups that are probed before any of their candidates is compared: what has to be loaded for one is not waited for before the next.
const BATCH: usize = 256;
/// Logarithm of the number of slots in a bucket: so many that the beginnings of all buckets stay in the first-level cache, so few
/// that hardly a bucket has more than two keys.
const BUCKET_BITS: u32 = 8;
const BUCKETS: usize = 1 << (TABLE_BITS - BUCKET_BITS);
/// The bytes of a loaded word that belong to the window.
const WINDOW_MASK: u64 = (1 << (8 * WINDOW)) - 1;
/// How often among a million positions a slot is met by chance, by stretches that are not known to be common.
const CHANCE: f32 = 1e6 / (1 << TABLE_BITS) as f32;
/// What a comparison costs at a window that is compared anyway, of one that is not.
const SHARED: f32 = 0.25;

/// Anchors of at least [`SHORTEST_BYTES`] bytes, searched together.
#[derive(Debug)]
pub(super) struct QGrams {
    /// A bit for each slot: whether the hash of some window falls there.
    table: Box<[u32; CELLS]>,
    /// What stands around the windows.
    words: Words,
    /// Where the keys of each bucket begin. One more marks the end.
    buckets: Box<[u32]>,
    /// The folded bytes of the windows, little endian, each once, sorted by bucket.
    keys: Vec<u64>,
    /// Where the windows of each key begin. One more marks the end.
    runs: Vec<u32>,
    /// The windows, sorted as their keys are.
    windows: Vec<Window>,
    anchors: Vec<Vec<u8>>,
}

/// A window of an anchor: all that tells whether the anchor may stand around it.
#[derive(Clone, Copy, Debug)]
struct Window {
    /// The folded word that ends the anchor, little endian: most anchors that share a window differ there.
    ending: u64,
    anchor: u32,
    /// Bytes of the anchor before the window.
    before: u32,
    /// Bytes from the beginning of the window to the end of the anchor.
    onward: u32,
}

/// A group with candidates.
#[derive(Clone, Copy, Debug, Default)]
struct Hot {
    /// Its number in the batch.
    group: u16,
    /// For each probed position a bit, whether a window may begin there.
    taken: u16,
}

impl QGrams {
    /// Prepares a search for `anchors`; each has at least [`SHORTEST_BYTES`] bytes.
    pub(super) fn new(anchors: Vec<Vec<u8>>) -> Self {
        let mut known = HashSet::default();
        let mut words = Words::new();
        let mut keyed = Vec::with_capacity(anchors.len() * STRIDE);
        // The shortest have the least choice; what they take others may share.
        let mut order: Vec<u32> = (0..anchors.len() as u32).collect();
        order.sort_by_key(|number| anchors[*number as usize].len());
        for number in order {
            let anchor = &anchors[number as usize];
            let start = rarest_region(anchor, &known);
            let ending = load(anchor, anchor.len() - WORD);
            for offset in start..start + STRIDE {
                let window = Window {
                    ending,
                    anchor: number,
                    before: offset as u32,
                    onward: (anchor.len() - offset) as u32,
                };
                each_at::<WINDOW>(anchor, offset, |key| {
                    known.insert(key);
                    keyed.push((key, window));
                });
                words.add(anchor, offset);
            }
        }
        keyed.sort_by_cached_key(|(key, _)| (bucket_of(*key) as u32, *key));
        let mut grams = QGrams {
            table: Box::new([0; CELLS]),
            words,
            buckets: vec![0; BUCKETS + 1].into(),
            keys: Vec::with_capacity(known.len()),
            runs: Vec::with_capacity(known.len() + 1),
            windows: Vec::with_capacity(keyed.len()),
            anchors,
        };
        for (key, window) in keyed {
            if grams.keys.last() != Some(&key) {
                grams.runs.push(grams.windows.len() as u32);
                grams.keys.push(key);
                let slot = slot_of(key, TABLE_BITS);
                grams.table[slot / CELL_SLOTS] |= 1 << (slot % CELL_SLOTS);
                grams.buckets[bucket_of(key) + 1] = grams.keys.len() as u32;
            }
            grams.windows.push(window);
        }
        grams.runs.push(grams.windows.len() as u32);
        // A bucket without keys begins and ends where the one before it ends.
        let mut end = 0;
        for begin in &mut grams.buckets {
            end = end.max(*begin);
            *begin = end;
        }
        grams
    }

    /// Calls `found` for each occurrence with the number of the anchor, the place of one of its bytes, and where all of it stands; places
    /// ascend. How many positions were compared.
    pub(super) fn scan(
        &self,
        bytes: &[u8],
        mut found: impl FnMut(usize, usize, Range<usize>),
    ) -> u64 {
        let (mut base, mut compared) = (0, 0);
        let mut batch = [Hot::default(); BATCH];
        let mut likely = [0; BATCH * PROBES];
        loop {
            let (groups, hot) = self.probed_batch(&bytes[base..], &mut batch);
            if groups == 0 {
                break;
            }
            let mut count = 0;
            for &Hot { group, mut taken } in hot {
                while taken != 0 {
                    let number = taken.trailing_zeros() as usize;
                    taken &= taken - 1;
                    compared += 1;
                    let place = base + usize::from(group) * GROUP_BYTES + number * STRIDE;
                    // Written in any case: this branch would be guessed wrong, too.
                    likely[count] = place;
                    count += usize::from(self.words.may_hold(bytes, place));
                }
            }
            for place in &likely[..count] {
                self.compare(bytes, *place, &mut found);
            }
            base += groups * GROUP_BYTES;
        }
        while base < bytes.len() {
            compared += 1;
            self.compare(bytes, base, &mut found);
            base += STRIDE;
        }
        compared
    }

    /// Probes the groups that `bytes` begin with, up to a batch: how many there are, and those with candidates.
    fn probed_batch<'h>(&self, bytes: &[u8], hot: &'h mut [Hot; BATCH]) -> (usize, &'h [Hot]) {
        let (mut groups, mut count) = (0, 0);
        while groups < BATCH
            && let Some(group) = bytes[groups * GROUP_BYTES..].first_chunk()
        {
            let taken = self.probed(group);
            // Written in any case: a branch would be guessed wrong too often.
            hot[count] = Hot {
                group: groups as u16,
                taken,
            };
            count += usize::from(taken != 0);
            groups += 1;
        }
        (groups, &hot[..count])
    }

    /// For each probed position of a group a bit, whether a window may begin there. Branch-free, so that the loads overlap.
    #[inline(always)]
    fn probed(&self, group: &[u8; GROUP_BYTES + WORD]) -> u16 {
        let mut taken = 0;
        for number in 0..PROBES {
            // The last one first, so that a bit stands where its position does.
            let at = (PROBES - 1 - number) * STRIDE;
            let slot = slot_of(word(group, at), TABLE_BITS);
            let around = self.table[slot / CELL_SLOTS];
            taken = taken << 1 | (around >> (slot % CELL_SLOTS)) & 1;
        }
        taken as u16
    }

    /// Reports the anchors that have a window at `place`.
    fn compare(
        &self,
        bytes: &[u8],
        place: usize,
        found: &mut impl FnMut(usize, usize, Range<usize>),
    ) {
        let key = load(bytes, place) & WINDOW_MASK;
        let bucket = bucket_of(key);
        let [first, end] = [bucket, bucket + 1].map(|bucket| self.buckets[bucket] as usize);
        let Some(number) = (first..end).find(|number| self.keys[*number] == key) else {
            return;
        };
        let [first, end] = [number, number + 1].map(|number| self.runs[number] as usize);
        for window in &self.windows[first..end] {
            let Some(start) = place.checked_sub(window.before as usize) else {
                continue;
            };
            let occurrence = start..place + window.onward as usize;
            let Some(text) = bytes.get(occurrence.clone()) else {
                continue;
            };
            if load(text, text.len() - WORD) != window.ending {
                continue;
            }
            if text.eq_ignore_ascii_case(&self.anchors[window.anchor as usize]) {
                found(window.anchor as usize, place, occurrence);
            }
        }
    }
}

fn bucket_of(key: u64) -> usize {
    slot_of(key, TABLE_BITS) >> BUCKET_BITS
}

/// The folded word at `at` of a group.
#[inline(always)]
fn word(group: &[u8; GROUP_BYTES + WORD], at: usize) -> u64 {
    let mut word = [0; WORD];
    word.copy_from_slice(&group[at..at + WORD]);
    u64::from_le_bytes(word) | FOLD_ALL
}

/// Where the region begins whose windows cost least: each the comparisons where it is met in logs, and one that is not in the
/// table yet those where anything else is met that falls on its slot.
fn rarest_region(anchor: &[u8], known: &HashSet<u64>) -> usize {
    let mut costs = [0.0; STRIDE];
    let mut key = 0;
    let mut best = (f32::INFINITY, 0);
    for (end, byte) in (1_usize..).zip(anchor) {
        key = key >> 8 | u64::from(byte | FOLD) << (8 * (WINDOW - 1));
        let Some(start) = end.checked_sub(WINDOW) else {
            continue;
        };
        costs[start % STRIDE] = match known.contains(&key) {
            true => per_million(key) * SHARED,
            false => per_million(key) + others_on_slot(key, TABLE_BITS) + CHANCE,
        };
        let Some(start) = (start + 1).checked_sub(STRIDE) else {
            continue;
        };
        let cost = costs.iter().sum();
        if cost < best.0 {
            best = (cost, start);
        }
    }
    best.1
}
