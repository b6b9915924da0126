//! The prefilter: finds anchors by looking at every fourth position only.
//!
//! Of each anchor one region of nine bytes is chosen, the one that is rarest in logs, and its four windows of six bytes go into a
//! table. Wherever the anchor occurs, one of the four windows begins at a multiple of four, so probing those positions
//! misses nothing. A window that is in the table is compared exactly, so nothing is reported that is not there. Of an anchor of
//! eight bytes the last window goes on for one byte behind it, which may be any.
//!
//! ASCII case is ignored by setting bit 0x20 of every byte: that maps more than letters together, which costs candidates and
//! no exactness. Invariant: reports exactly what an overlapping, case-ignoring Aho-Corasick automaton reports.
//! Source of the idea: sampled q-gram filters, as in Wu and Manber, "A fast algorithm for multi-pattern searching", 1994.

use std::collections::BTreeSet;

use foldhash::HashSet;

use super::commonness::{Commonness, WINDOW};

/// Only positions that are a multiple of it are probed.
const STRIDE: usize = 4;
/// The shortest anchor that this filter finds. Only those that are one byte longer have four windows of their own.
pub(super) const MIN_BYTES: usize = WINDOW + STRIDE - 2;
/// Positions probed together: one branch for all of them. A byte of two words each.
const PROBES: usize = 2 * size_of::<u64>();
/// Bytes in which they lie.
const GROUP_BYTES: usize = PROBES * STRIDE;
/// Logarithm of the number of slots in the table: a bit each, so that 256 KiB, which stay in the second-level cache, are so
/// sparse that few windows of other text fall on one that is taken.
const TABLE_BITS: u32 = 21;
/// Logarithm of the slots in a byte.
const BYTE_BITS: u32 = 3;
/// Bytes that are loaded for a probe.
const LOADED: usize = size_of::<u64>();
/// Logarithm of the number of slots in a bucket.
const BUCKET_BITS: u32 = 9;
/// Makes ASCII letters of either case equal.
const FOLD: u64 = 0x2020_2020_2020_2020;
/// The bytes of a loaded word that belong to the window.
const WINDOW_MASK: u64 = (1 << (8 * WINDOW)) - 1;
/// Factors of the hash: the fractions of the golden ratio and of the square roots of small primes.
const FACTORS: [u64; 8] = [
    0x9e37_79b9_7f4a_7c15,
    0x6a09_e667_f3bc_c909,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
];
/// What fills whole stretches of logs, tables and indented documents. If the slot of one of them were taken by chance, every
/// such stretch would be full of candidates.
const FILLERS: [&[u8; WINDOW]; 6] = [
    b"      ", b"\n     ", b"------", b"======", b"000000", b"******",
];

/// Anchors of at least [`MIN_BYTES`] bytes, searched together.
#[derive(Debug)]
pub(super) struct QGrams {
    /// A bit for each slot: whether the hash of some window falls there.
    table: Vec<u8>,
    /// The windows, sorted by slot and key.
    windows: Vec<Window>,
    /// Where in `windows` those of each bucket begin; a bucket is a run of slots. One more marks the end.
    buckets: Vec<u32>,
    anchors: Vec<Vec<u8>>,
    hash: Hash,
}

/// Multiplicative hashing.
#[derive(Clone, Copy, Debug)]
struct Hash {
    /// Shifted, so that what does not belong to the window drops out.
    factor: u64,
}

impl Hash {
    fn new(factor: u64) -> Self {
        Hash {
            factor: factor << (64 - 8 * WINDOW),
        }
    }

    /// The first that keeps the fillers apart from the windows; if none does, the first.
    fn apart(windows: &[Window]) -> Self {
        let byte_of = |hash: &Hash, key| hash.slot(key) >> BYTE_BITS;
        let fillers = FILLERS.map(|filler| load(filler, 0) & WINDOW_MASK);
        let is_apart = |hash: &Hash| {
            let taken: BTreeSet<usize> = fillers.iter().map(|key| byte_of(hash, *key)).collect();
            let mut others = windows.iter().map(|window| window.key);
            !others.any(|key| !fillers.contains(&key) && taken.contains(&byte_of(hash, key)))
        };
        let mut all = FACTORS.into_iter().map(Hash::new);
        all.find(is_apart).unwrap_or(Hash::new(FACTORS[0]))
    }

    #[inline]
    fn slot(self, word: u64) -> usize {
        (word.wrapping_mul(self.factor) >> (64 - TABLE_BITS)) as usize
    }

    fn bucket(self, key: u64) -> usize {
        self.slot(key) >> BUCKET_BITS
    }
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
        let commonness = Commonness::new();
        let mut known = HashSet::default();
        let mut windows = Vec::new();
        // The shortest have the least choice; what they take others may share.
        let mut order: Vec<(u32, &Vec<u8>)> = (0..).zip(&anchors).collect();
        order.sort_by_key(|(_, anchor)| anchor.len());
        for (number, anchor) in order {
            let start = rarest_region(anchor, &known, &commonness);
            for offset in start..start + STRIDE {
                for key in keys_at(anchor, offset) {
                    known.insert(key);
                    windows.push(Window {
                        key,
                        anchor: number,
                        offset: offset as u32,
                    });
                }
            }
        }
        let hash = Hash::apart(&windows);
        windows.sort_unstable_by_key(|window| (hash.slot(window.key), *window));
        let mut table = vec![0; 1 << (TABLE_BITS - BYTE_BITS)];
        for window in &windows {
            let slot = hash.slot(window.key);
            table[slot >> BYTE_BITS] |= 1 << (slot % (1 << BYTE_BITS));
        }
        let first_of = |bucket: usize| {
            windows.partition_point(|window| hash.bucket(window.key) < bucket) as u32
        };
        let buckets = (0..=1 << (TABLE_BITS - BUCKET_BITS))
            .map(first_of)
            .collect();
        QGrams {
            table,
            windows,
            buckets,
            anchors,
            hash,
        }
    }

    /// Calls `found` for each occurrence with the number of the anchor and the place of one of its bytes; places ascend.
    pub(super) fn scan(&self, bytes: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut base = 0;
        while let Some(group) = bytes.get(base..base + GROUP_BYTES + LOADED) {
            let (mut rest, high) = self.probed(group);
            if rest | high != 0 {
                for first in [0, PROBES / 2] {
                    while rest != 0 {
                        let number = first + rest.trailing_zeros() as usize / 8;
                        rest &= !(0xff << (number % (PROBES / 2) * 8));
                        if self.is_taken(group, number * STRIDE) {
                            self.compare(bytes, base + number * STRIDE, &mut found);
                        }
                    }
                    rest = high;
                }
            }
            base += GROUP_BYTES;
        }
        while base < bytes.len() {
            self.compare(bytes, base, &mut found);
            base += STRIDE;
        }
    }

    /// For each probed position of a group the byte of the table around its slot: what is not zero may begin a window. Branch-free,
    /// so that the loads overlap.
    #[inline]
    fn probed(&self, group: &[u8]) -> (u64, u64) {
        let (table, hash) = (self.table.as_slice(), self.hash);
        let at = |number: usize| u64::from(probe(table, hash, group, number * STRIDE));
        let (mut low, mut high) = (0, 0);
        for number in 0..PROBES / 2 {
            low |= at(number) << (8 * number);
            high |= at(number + PROBES / 2) << (8 * number);
        }
        (low, high)
    }

    /// Whether the slot of the window at `at` is taken.
    fn is_taken(&self, group: &[u8], at: usize) -> bool {
        let slot = self.hash.slot(word(group, at));
        table_byte(&self.table, slot) >> (slot % (1 << BYTE_BITS)) & 1 == 1
    }

    /// Reports the anchors that have a window at `place`.
    fn compare(&self, bytes: &[u8], place: usize, found: &mut impl FnMut(usize, usize)) {
        let key = load(bytes, place) & WINDOW_MASK;
        let bucket = self.hash.bucket(key);
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

/// The slots around that of the window at `at`.
#[inline]
fn probe(table: &[u8], hash: Hash, group: &[u8], at: usize) -> u8 {
    table_byte(table, hash.slot(word(group, at)))
}

#[inline]
fn table_byte(table: &[u8], slot: usize) -> u8 {
    table.get(slot >> BYTE_BITS).copied().unwrap_or(0)
}

/// The folded word at `at` of a group. The group has the length that its caller checked: the fallback is never taken.
#[inline]
fn word(group: &[u8], at: usize) -> u64 {
    let bytes = group.get(at..at + LOADED);
    let word = bytes.and_then(|bytes| bytes.try_into().ok());
    word.map_or(0, u64::from_le_bytes) | FOLD
}

/// The folded word at `at`; bytes beyond the end are zero.
fn load(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; LOADED];
    let there = bytes.get(at..).unwrap_or_default();
    let there = &there[..there.len().min(LOADED)];
    word[..there.len()].copy_from_slice(there);
    u64::from_le_bytes(word) | FOLD
}

/// The window of an anchor at `offset`: if it ends one byte behind the anchor, with every byte that may follow.
fn keys_at(anchor: &[u8], offset: usize) -> Vec<u64> {
    let own = load(anchor, offset) & WINDOW_MASK;
    let missing = (offset + WINDOW).saturating_sub(anchor.len());
    if missing == 0 {
        return vec![own];
    }
    let place = 8 * (WINDOW - 1);
    let known = own & !(0xff << place);
    let folded = (0..=u8::MAX).filter(|byte| byte & FOLD as u8 != 0);
    folded
        .map(|byte| known | u64::from(byte) << place)
        .collect()
}

/// Where the region begins whose windows are least often met in logs. A window that is in the table already costs nothing more.
fn rarest_region(anchor: &[u8], known: &HashSet<u64>, commonness: &Commonness) -> usize {
    let windows = anchor
        .windows(WINDOW)
        .filter_map(|window| window.first_chunk());
    let costs = windows.enumerate().map(|(offset, window)| {
        match known.contains(&(load(anchor, offset) & WINDOW_MASK)) {
            true => 0.0,
            false => commonness.per_million(*window),
        }
    });
    let costs: Vec<f64> = costs.collect();
    let regions = costs
        .windows(STRIDE)
        .map(|windows| windows.iter().sum::<f64>())
        .enumerate();
    regions
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0, |(start, _)| start)
}
