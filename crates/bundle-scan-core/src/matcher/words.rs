//! Folded words of eight bytes, and which of them stand in anchors.
//!
//! Of the windows that the prefilter meets most stand in no anchor: six bytes tell little. The word that begins with a window, or
//! the one that ends with it, tells so without a branch, before the anchors of the window are looked up one after the other.

use crate::text::commonness::{FOLD, WINDOW};

/// Bytes of a word.
pub(super) const WORD: usize = size_of::<u64>();
/// Folds a word.
pub(super) const FOLD_ALL: u64 = u64::from_ne_bytes([FOLD; WORD]);
/// Bytes of a word before the window that it ends with.
const LEAD: usize = WORD - WINDOW;
/// Logarithm of the number of bits: 32 KiB.
const BITS: u32 = 18;
const CELL_BITS: usize = u32::BITS as usize;
const CELLS: usize = (1 << BITS) / CELL_BITS;
/// Two to the power of 64, divided by the golden ratio: spreads what is hashed.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// A bit for the hash of each word of an anchor that begins with one of its windows, or ends with it.
#[derive(Debug)]
pub(super) struct Words(Box<[u32; CELLS]>);

impl Words {
    pub(super) fn new() -> Self {
        Words(Box::new([0; CELLS]))
    }

    /// Adds the word around the window of an anchor at `offset`, of eight bytes or more.
    pub(super) fn add(&mut self, anchor: &[u8], offset: usize) {
        let mut set = |slot: usize| self.0[slot / CELL_BITS] |= 1 << (slot % CELL_BITS);
        // Only in an anchor of eight bytes there may be room for neither.
        if offset < LEAD || offset + WORD <= anchor.len() {
            each_at::<WORD>(anchor, offset, |word| set(beginning(word)));
        } else {
            each_at::<WORD>(anchor, offset - LEAD, |word| set(ending(word)));
        }
    }

    /// Whether one of the words around a window at `place` may be that of an anchor; if not, none stands there.
    #[inline(always)]
    pub(super) fn may_hold(&self, bytes: &[u8], place: usize) -> bool {
        let holds = |slot: usize| self.0[slot / CELL_BITS] >> (slot % CELL_BITS) & 1 != 0;
        // Nothing that has something before the window stands at the beginning.
        let before = place.saturating_sub(LEAD);
        holds(beginning(load(bytes, place))) | holds(ending(load(bytes, before)))
    }
}

/// The slot of a word that begins with a window.
#[inline(always)]
fn beginning(word: u64) -> usize {
    (word.wrapping_mul(FACTOR) >> (u64::BITS - BITS)) as usize
}

/// The slot of a word that ends with a window.
#[inline(always)]
fn ending(word: u64) -> usize {
    beginning(word.swap_bytes())
}

/// The folded word at `at`, little endian; bytes beyond the end are zero.
#[inline(always)]
pub(super) fn load(bytes: &[u8], at: usize) -> u64 {
    let there = bytes.get(at..).unwrap_or_default();
    if let Some(word) = there.first_chunk() {
        return u64::from_le_bytes(*word) | FOLD_ALL;
    }
    let mut word = [0; WORD];
    let there = &there[..there.len().min(WORD)];
    word[..there.len()].copy_from_slice(there);
    u64::from_le_bytes(word) | FOLD_ALL
}

/// Hands over the `BYTES` folded bytes of an anchor at `offset`: if they end one byte behind it, with every byte that may follow.
pub(super) fn each_at<const BYTES: usize>(
    anchor: &[u8],
    offset: usize,
    mut found: impl FnMut(u64),
) {
    let own = load(anchor, offset) & (u64::MAX >> (8 * (WORD - BYTES)));
    if offset + BYTES <= anchor.len() {
        return found(own);
    }
    let place = 8 * (BYTES - 1);
    let known = own & !(0xff << place);
    let folded = (0..=u8::MAX).filter(|byte| byte & FOLD != 0);
    folded.for_each(|byte| found(known | u64::from(byte) << place));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn around_every_window_of_an_anchor_stands_a_word_of_it(
            anchor in proptest::collection::vec(any::<u8>(), WORD..24),
            before in proptest::collection::vec(any::<u8>(), 0..4),
            behind in proptest::collection::vec(any::<u8>(), 0..4),
        ) {
            // The last window may go on for one byte.
            for offset in 0..=anchor.len() + 1 - WINDOW {
                let mut words = Words::new();
                words.add(&anchor, offset);
                let text = [before.as_slice(), &anchor.to_ascii_uppercase(), &behind].concat();
                prop_assert!(words.may_hold(&text, before.len() + offset));
            }
        }
    }

    #[test]
    fn most_other_words_stand_in_no_anchor() {
        let mut words = Words::new();
        words.add(b"connection refused", 3);
        assert!(words.may_hold(b"a connection refused", 5));
        assert!(!words.may_hold(b"a connect: refused", 5));
        assert!(!words.may_hold(b"a connection", 0));
    }
}
