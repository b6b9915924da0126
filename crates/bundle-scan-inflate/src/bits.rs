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
