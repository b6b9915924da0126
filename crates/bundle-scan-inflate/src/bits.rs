//! The bits of the input, lowest first.

/// Bytes that a word holds.
const WORD_BYTES: usize = size_of::<u64>();

/// Bits that are read from the input and not yet used.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bits {
    /// The next bits, the first one lowest. Above those that count lie bits of the input too, or zeros.
    pub(crate) word: u64,
    /// How many of them count, in the lowest byte; what lies above it means nothing.
    pub(crate) count: u32,
    /// Where the input goes on.
    pub(crate) at: usize,
}

impl Bits {
    /// Loads bits until at least 56 count, from an input that has eight bytes more.
    #[inline(always)]
    pub(crate) fn refill(&mut self, input: &[u8]) {
        let rest = input.get(self.at..).and_then(<[u8]>::first_chunk);
        let loaded = rest.map_or(0, |bytes| u64::from_le_bytes(*bytes));
        self.word |= loaded.wrapping_shl(self.count);
        // The bytes that fit as a whole; the bits of the next one that fit too are loaded again, as they are.
        self.at += WORD_BYTES - 1 - ((self.count >> 3) & 7) as usize;
        self.count |= 56;
    }

    /// Loads byte by byte what fits and is there.
    pub(crate) fn refill_to_end(&mut self, input: &[u8]) {
        self.count &= 63;
        self.word &= !(u64::MAX << self.count);
        while self.count < 56
            && let Some(byte) = input.get(self.at)
        {
            self.word |= u64::from(*byte) << self.count;
            self.count += 8;
            self.at += 1;
        }
    }

    /// Drops bits; only the lowest six bits of `count` count.
    #[inline(always)]
    pub(crate) fn drop(&mut self, count: u32) {
        self.word = self.word.wrapping_shr(count);
        self.count = self.count.wrapping_sub(count);
    }

    /// How many bits count.
    #[inline(always)]
    pub(crate) fn len(self) -> u32 {
        self.count & 63
    }

    /// Takes up to 32 bits; `None`, and nothing taken, if there are fewer. Loads what it needs.
    pub(crate) fn take(&mut self, count: u32, input: &[u8]) -> Option<u32> {
        if self.len() < count {
            self.refill_to_end(input);
            if self.len() < count {
                return None;
            }
        }
        let taken = self.word & !(u64::MAX << count);
        self.drop(count);
        Some(taken as u32)
    }

    /// Gives whole bytes back to the input, so that fewer than eight bits are held.
    pub(crate) fn unread(&mut self) {
        self.at -= (self.len() / 8) as usize;
        self.count &= 7;
        self.word &= !(u64::MAX << self.count);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_there_is_not_taken() {
        let input = [0b1010_1100, 0xff];
        let mut bits = Bits::default();
        assert_eq!(bits.take(3, &input), Some(0b100));
        assert_eq!(bits.take(14, &input), None);
        assert_eq!(bits.take(13, &input), Some(0b1_1111_1111_0101));
        assert_eq!(bits.take(1, &input), None);
        assert_eq!(bits.take(0, &input), Some(0));
        assert_eq!(bits.take(0, &[]), Some(0));
    }

    #[test]
    fn a_byte_that_was_begun_is_not_given_back() {
        let input = [0xff; 9];
        let mut bits = Bits::default();
        bits.unread();
        assert_eq!((bits.at, bits.len()), (0, 0));
        bits.refill(&input);
        bits.drop(1);
        bits.unread();
        assert_eq!((bits.at, bits.len(), bits.word), (1, 7, 0x7f));
    }

    /// One thing that is done to bits.
    #[derive(Clone, Debug)]
    enum Step {
        Take(u32),
        Refill,
        RefillToEnd,
        /// A call ends and another begins, with what is left of the input.
        Unread,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0_u32..=32).prop_map(Step::Take),
            1 => Just(Step::Refill),
            1 => Just(Step::RefillToEnd),
            1 => Just(Step::Unread),
        ]
    }

    proptest! {
        #[test]
        fn bits_come_in_order_however_they_are_loaded(
            input in proptest::collection::vec(any::<u8>(), 0..64),
            steps in proptest::collection::vec(step(), 0..64),
        ) {
            let bit = |place: usize| u32::from(input[place / 8] >> (place % 8) & 1);
            let mut rest = input.as_slice();
            let mut bits = Bits::default();
            let mut place = 0;
            for step in steps {
                match step {
                    Step::Take(count) => {
                        let there = 8 * input.len() - place;
                        let taken = (count as usize <= there).then(|| {
                            (0..count).map(|bits| bit(place + bits as usize) << bits).sum()
                        });
                        prop_assert_eq!(bits.take(count, rest), taken);
                        place += taken.map_or(0, |_: u32| count as usize);
                    }
                    Step::Refill if rest.len() - bits.at >= WORD_BYTES => {
                        bits.refill(rest);
                        prop_assert!(bits.len() >= 56);
                    }
                    Step::Refill => {}
                    Step::RefillToEnd => bits.refill_to_end(rest),
                    Step::Unread => {
                        bits.unread();
                        prop_assert!(bits.len() < 8);
                        rest = &rest[bits.at..];
                        bits.at = 0;
                    }
                }
                let used = 8 * (input.len() - rest.len() + bits.at) - bits.len() as usize;
                prop_assert_eq!(used, place, "what counts is what was loaded and not used");
            }
        }
    }
}
