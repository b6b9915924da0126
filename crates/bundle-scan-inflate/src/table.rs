//! Tables that tell from the next bits which symbol they begin with.
//!
//! A table has a **primary** part, indexed by as many bits as it has a logarithm of, and behind it **secondary** parts for the codes
//! that are longer. An entry tells everything that a symbol means, so that no second look is needed: how many bits it takes
//! with the extra bits behind it, and its literal, or the base of its length or distance. Where the codes of two literals fit into the
//! index of the primary part, its entry tells both.
//!
//! Source: RFC 1951, section 3.2; the layout follows the idea of libdeflate 1.14, `lib/deflate_decompress.c`, and two literals in
//! an entry that of ISA-L 2.30, `igzip/igzip_inflate.c`.

/// The longest code of the format, in bits.
const MAX_CODE_BITS: usize = 15;

/// What a symbol means, packed into a word:
///
/// | bits | meaning |
/// |---|---|
/// | 0..6 | bits that it takes, those behind its code included |
/// | 6 | two literals |
/// | 8..12 | bits of its code, of two that of the first, less those that led to a secondary part; of a link: bits that index the part |
/// | 13 | no code begins like this |
/// | 14 | a link to a secondary part |
/// | 15 | something else than a length or distance: one of the two above, or the end of the block |
/// | 16.. | the literal, the base, or where the secondary part begins |
/// | 24..31 | the second literal |
/// | 31 | a literal |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry(pub(crate) u32);

impl Entry {
    pub(crate) const LITERAL: u32 = 1 << 31;
    const PAIR_BIT: u32 = 6;
    const OTHER: u32 = 1 << 15;
    const LINK: u32 = 1 << 14;
    const INVALID: u32 = 1 << 13;
    const UNUSED: Entry = Entry(Entry::OTHER | Entry::INVALID);

    const fn literal(byte: u8) -> Self {
        Entry(Entry::LITERAL | (byte as u32) << 16)
    }

    const fn base(base: u16, extra_bits: u8) -> Self {
        Entry((base as u32) << 16 | extra_bits as u32)
    }

    const fn end_of_block() -> Self {
        Entry(Entry::OTHER)
    }

    fn link(to: usize, bits: u32, primary_bits: u32) -> Self {
        Entry(Entry::OTHER | Entry::LINK | (to as u32) << 16 | bits << 8 | primary_bits)
    }

    /// The same for a code of `bits` bits.
    fn coded(self, bits: u32) -> Self {
        Entry(self.0 + (bits << 8) + bits)
    }

    /// Two literals, of which the second is ASCII.
    fn followed_by(self, second: Self) -> Self {
        let bits = self.bits() + second.bits();
        let both = self.0 & !63 | u32::from(second.byte()) << 24 | bits;
        Entry(both | 1 << Entry::PAIR_BIT)
    }

    /// The first of two literals alone; any other entry as it is.
    pub(crate) fn single(self) -> Self {
        match self.is_literal() {
            true => Entry::literal(self.byte()).coded((self.0 >> 8) & 15),
            false => self,
        }
    }

    #[inline(always)]
    pub(crate) fn is_literal(self) -> bool {
        self.0 & Entry::LITERAL != 0
    }

    /// Whether it is neither literal nor length nor distance.
    #[inline(always)]
    pub(crate) fn is_other(self) -> bool {
        self.0 & Entry::OTHER != 0
    }

    #[inline(always)]
    pub(crate) fn is_link(self) -> bool {
        self.0 & Entry::LINK != 0
    }

    #[inline(always)]
    pub(crate) fn is_invalid(self) -> bool {
        self.0 & Entry::INVALID != 0
    }

    /// Bits that it takes, those behind the code included.
    #[inline(always)]
    pub(crate) fn bits(self) -> u32 {
        self.0 & 63
    }

    /// The literal and the one behind it, and how many of them there are.
    #[inline(always)]
    pub(crate) fn literals(self) -> ([u8; 2], usize) {
        let bytes = ((self.0 & !Entry::LITERAL) >> 16) as u16;
        let count = 1 + (self.0 >> Entry::PAIR_BIT & 1) as usize;
        (bytes.to_le_bytes(), count)
    }

    /// The literal, of two the first.
    #[inline(always)]
    pub(crate) fn byte(self) -> u8 {
        (self.0 >> 16) as u8
    }

    /// The symbol, if the table was built from [`SYMBOLS`].
    pub(crate) fn symbol(self) -> u8 {
        self.byte()
    }

    /// The length or distance: the base, and the extra bits that `bits` holds behind the code.
    #[inline(always)]
    pub(crate) fn value(self, bits: u64) -> usize {
        let base = (self.0 >> 16) & 0x7fff;
        let taken = bits & !(u64::MAX << (self.0 & 63));
        base as usize + (taken >> ((self.0 >> 8) & 15)) as usize
    }
}

/// What each symbol of literals and lengths means.
pub(crate) static LITERALS_AND_LENGTHS: [Entry; 288] = literals_and_lengths();
/// What each symbol of distances means.
pub(crate) static DISTANCES: [Entry; 32] = distances();
/// The symbols in which the lengths of codes are written.
pub(crate) static CODE_LENGTHS: [Entry; 19] = code_lengths();

const fn literals_and_lengths() -> [Entry; 288] {
    let mut entries = [Entry::UNUSED; 288];
    let mut byte = 0;
    while byte < 256 {
        entries[byte] = Entry::literal(byte as u8);
        byte += 1;
    }
    entries[256] = Entry::end_of_block();
    // Four lengths share a number of extra bits, from the ninth on.
    let (mut number, mut base) = (0, 3);
    while number < 28 {
        let extra_bits = if number < 8 { 0 } else { number / 4 - 1 };
        entries[257 + number] = Entry::base(base, extra_bits as u8);
        base += 1 << extra_bits;
        number += 1;
    }
    // The longest has a symbol of its own.
    entries[285] = Entry::base(258, 0);
    entries
}

const fn distances() -> [Entry; 32] {
    let mut entries = [Entry::UNUSED; 32];
    let (mut number, mut base) = (0, 1);
    while number < 30 {
        let extra_bits = if number < 4 { 0 } else { number / 2 - 1 };
        entries[number] = Entry::base(base, extra_bits as u8);
        base += 1 << extra_bits;
        number += 1;
    }
    entries
}

const fn code_lengths() -> [Entry; 19] {
    let mut entries = [Entry::UNUSED; 19];
    let mut symbol = 0;
    while symbol < 19 {
        entries[symbol] = Entry::base(symbol as u16, 0);
        symbol += 1;
    }
    entries
}

/// A table whose primary part is indexed by `BITS` bits, with room for `SIZE` entries, a power of two.
#[derive(Clone, Debug)]
pub(crate) struct Table<const BITS: u32, const SIZE: usize> {
    entries: Box<[Entry; SIZE]>,
}

/// Room for any set of 288 codes: such a set needs 2342 entries at the most.
pub(crate) type LengthTable = Table<11, 4096>;
/// Room for any set of 32 codes: such a set needs 402 entries at the most.
pub(crate) type DistanceTable = Table<8, 512>;
/// Codes of seven bits at the most.
pub(crate) type CodeLengthTable = Table<7, 128>;

impl<const BITS: u32, const SIZE: usize> Table<BITS, SIZE> {
    pub(crate) fn new() -> Self {
        Table {
            entries: Box::new([Entry::UNUSED; SIZE]),
        }
    }

    /// The entry for what `bits` begin with: of a code that is too long for the primary part a link.
    #[inline(always)]
    pub(crate) fn primary(&self, bits: u64) -> Entry {
        self.entries[(bits & ((1 << BITS) - 1)) as usize]
    }

    /// Where a link leads, with the bits behind those that led to it.
    #[inline(always)]
    pub(crate) fn secondary(&self, link: Entry, bits: u64) -> Entry {
        let within = bits & !(u64::MAX << ((link.0 >> 8) & 15));
        self.entries[(((link.0 >> 16) & 0x7fff) as usize + within as usize) & (SIZE - 1)]
    }

    /// Rebuilds the table for codes of these lengths in bits, 0 for a symbol without one. `false` if there is no such set of
    /// codes: more than fit, or fewer than there is room for, unless it is a single one of one bit, or none.
    pub(crate) fn build(&mut self, lengths: &[u8], meanings: &[Entry]) -> bool {
        let mut counts = [0_u16; MAX_CODE_BITS + 1];
        for length in lengths {
            counts[usize::from(*length) & MAX_CODE_BITS] += 1;
        }
        counts[0] = 0;
        // Room left in the space of all codes of the longest kind.
        let mut room = 1_i32 << MAX_CODE_BITS;
        for (length, count) in counts.iter().enumerate().skip(1) {
            room -= i32::from(*count) << (MAX_CODE_BITS - length);
        }
        let longest = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        if room < 0 || room > 0 && longest > 1 {
            return false;
        }
        if room > 0 {
            self.entries[..1 << BITS].fill(Entry::UNUSED);
        }
        let (sorted, count) = sort(lengths, &counts);
        self.fill(&sorted[..count], lengths, meanings, counts);
        true
    }

    /// Writes the entries of `symbols`, which are in the order of their codes.
    fn fill(
        &mut self,
        symbols: &[u16],
        lengths: &[u8],
        meanings: &[Entry],
        mut left: [u16; MAX_CODE_BITS + 1],
    ) {
        let mut code = 0_u32;
        let mut code_bits = 0;
        let mut end = 1_usize << BITS;
        // The secondary part that is being written: the bits that lead to it, where it begins, and the bits that index it.
        let mut part = (usize::MAX, 0, 0);
        // Entries of the primary part that are written: those for codes of as many bits as this has a logarithm of.
        let mut written = 1;
        let mut literals = [(0, Entry::UNUSED); 256];
        let mut count = 0;
        for symbol in symbols {
            let symbol = usize::from(*symbol);
            let bits = u32::from(lengths[symbol]);
            // Codes of one length follow one another; the next length begins where they end.
            code <<= bits - code_bits;
            code_bits = bits;
            let reversed = (code.reverse_bits() >> (32 - bits)) as usize;
            code += 1;
            self.repeat(&mut written, bits.min(BITS));
            if bits <= BITS {
                let entry = meanings[symbol].coded(bits);
                self.entries[reversed] = entry;
                if entry.is_literal() {
                    literals[count] = (reversed, entry);
                    count += 1;
                }
            } else {
                let leading = reversed & ((1 << BITS) - 1);
                if leading != part.0 {
                    let part_bits = part_bits(bits, BITS, &left);
                    part = (leading, end, part_bits);
                    self.entries[leading] = Entry::link(end, part_bits, BITS);
                    end += 1 << part_bits;
                }
                let (_, start, part_bits) = part;
                let entry = meanings[symbol].coded(bits - BITS);
                let places = &mut self.entries[start..start + (1 << part_bits)];
                let places = places[reversed >> BITS..].iter_mut();
                places
                    .step_by(1 << (bits - BITS))
                    .for_each(|place| *place = entry);
            }
            left[bits as usize] -= 1;
        }
        self.repeat(&mut written, BITS);
        self.pair(&literals[..count]);
    }

    /// Repeats what is written of the primary part until it is indexed by `bits` bits.
    fn repeat(&mut self, written: &mut usize, bits: u32) {
        while *written < 1 << bits {
            self.entries.copy_within(..*written, *written);
            *written *= 2;
        }
    }

    /// Joins two literals wherever both of their codes fit. Of each, the shortest first, the code as it indexes, and the entry.
    fn pair(&mut self, literals: &[(usize, Entry)]) {
        for (code, first) in literals {
            let room = BITS - first.bits();
            let fitting = literals.iter().take_while(|(_, next)| next.bits() <= room);
            for (behind, second) in fitting.filter(|(_, next)| next.byte().is_ascii()) {
                let both = first.followed_by(*second);
                let index = code | behind << first.bits();
                let places = self.entries[index..1 << BITS].iter_mut();
                places
                    .step_by(1 << both.bits())
                    .for_each(|place| *place = both);
            }
        }
    }
}

/// The symbols that have a code, in the order of their codes, and how many there are.
fn sort(lengths: &[u8], counts: &[u16; MAX_CODE_BITS + 1]) -> ([u16; 320], usize) {
    let mut next = [0_usize; MAX_CODE_BITS + 2];
    for (length, count) in counts.iter().enumerate() {
        next[length + 1] = next[length] + usize::from(*count);
    }
    let count = next[MAX_CODE_BITS + 1];
    let mut sorted = [0; 320];
    for (symbol, length) in (0..).zip(lengths) {
        if *length > 0 {
            let place = &mut next[usize::from(*length) & MAX_CODE_BITS];
            sorted[*place] = symbol;
            *place += 1;
        }
    }
    (sorted, count)
}

/// Bits that index the secondary part that begins with a code of `bits` bits: as many as its codes need. `left` are the codes of
/// each length that are not written yet; those of the part come first.
fn part_bits(bits: u32, primary_bits: u32, left: &[u16; MAX_CODE_BITS + 1]) -> u32 {
    let mut part_bits = bits - primary_bits;
    let mut taken = u32::from(left[bits as usize]);
    while taken < 1 << part_bits && part_bits + primary_bits < MAX_CODE_BITS as u32 {
        part_bits += 1;
        taken = 2 * taken + u32::from(left[(part_bits + primary_bits) as usize]);
    }
    part_bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::code_of;

    /// The least of the lengths of each symbol from 257 on, and its extra bits, by the table in section 3.2.5 of RFC 1951.
    const LENGTHS: [usize; 29] = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
        131, 163, 195, 227, 258,
    ];
    const LENGTH_BITS: [u32; 29] = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ];
    /// The same of distances.
    const LEAST_DISTANCES: [usize; 30] = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
        2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
    ];
    const DISTANCE_BITS: [u32; 30] = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12,
        13, 13,
    ];

    #[test]
    fn symbols_mean_what_the_format_says() {
        let meanings = |entries: &[Entry]| -> (Vec<usize>, Vec<u32>) {
            entries
                .iter()
                .map(|entry| (entry.value(0), entry.bits()))
                .unzip()
        };
        let lengths = meanings(&LITERALS_AND_LENGTHS[257..286]);
        assert_eq!(lengths, (LENGTHS.to_vec(), LENGTH_BITS.to_vec()));
        let distances = meanings(&DISTANCES[..30]);
        assert_eq!(
            distances,
            (LEAST_DISTANCES.to_vec(), DISTANCE_BITS.to_vec())
        );
        let farthest = DISTANCES[29].coded(5);
        assert_eq!(farthest.value(u64::MAX), 32768);
        assert_eq!(
            farthest.value(0x1f),
            24577,
            "the code itself does not count"
        );
        for (byte, entry) in (0..=255).zip(&LITERALS_AND_LENGTHS) {
            assert!(entry.is_literal() && !entry.is_other() && entry.byte() == byte);
        }
        let end = LITERALS_AND_LENGTHS[256];
        assert!(end.is_other() && !end.is_invalid() && !end.is_link());
        for unused in LITERALS_AND_LENGTHS[286..].iter().chain(&DISTANCES[30..]) {
            assert!(unused.is_other() && unused.is_invalid() && !unused.is_link());
        }
    }

    #[test]
    fn sets_that_cannot_be_are_refused() {
        let mut table = DistanceTable::new();
        let mut build = |lengths: &[u8]| table.build(lengths, &DISTANCES);
        for more_than_fit in [[1, 1, 1].as_slice(), &[1, 2, 2, 15], &[1; 32]] {
            assert!(!build(more_than_fit));
        }
        for fewer_than_fit in [[2].as_slice(), &[15; 32], &[1, 2], &[1, 3, 3, 15]] {
            assert!(!build(fewer_than_fit));
        }
        for fit in [[1, 1].as_slice(), &[2, 2, 2, 2], &[1, 2, 3, 3], &[5; 32]] {
            assert!(build(fit));
        }
        for one_or_none in [[1].as_slice(), &[0, 0, 1, 0], &[0], &[]] {
            assert!(build(one_or_none));
        }
    }

    /// Lengths of a set of codes that fills its space, made by cutting codes in two.
    fn full_set(symbols: usize, longest: usize) -> impl Strategy<Value = Vec<u8>> {
        let cuts = proptest::collection::vec(any::<prop::sample::Index>(), 1..symbols);
        // The fewer of the last codes are cut, the longer they get.
        let set = (cuts, 1..=symbols).prop_map(move |(cuts, spread)| {
            let mut lengths = vec![0_u8];
            for cut in cuts {
                let at = lengths.len() - 1 - cut.index(lengths.len().min(spread));
                if usize::from(lengths[at]) < longest {
                    lengths[at] += 1;
                    lengths.insert(at, lengths[at]);
                }
            }
            lengths.resize(symbols, 0);
            lengths
        });
        set.prop_shuffle()
    }

    /// Finds a symbol as the decoder does.
    fn find<const BITS: u32, const SIZE: usize>(table: &Table<BITS, SIZE>, bits: u64) -> Entry {
        let entry = table.primary(bits);
        match entry.is_link() {
            true => table.secondary(entry, bits >> entry.bits()),
            false => entry,
        }
    }

    fn check<const BITS: u32, const SIZE: usize>(
        table: &mut Table<BITS, SIZE>,
        lengths: &[u8],
        meanings: &[Entry],
        behind: u64,
    ) {
        assert!(table.build(lengths, meanings));
        for symbol in (0..lengths.len()).filter(|symbol| lengths[*symbol] > 0) {
            let (code, bits) = code_of(lengths, symbol);
            let reversed = u64::from(code.reverse_bits() >> (32 - bits));
            let word = reversed | behind << bits;
            let entry = find(table, word);
            let left = if bits > BITS { bits - BITS } else { bits };
            assert_eq!(entry.single(), meanings[symbol].coded(left));
            if entry.is_literal() {
                check_pair(table, bits, entry, word);
            }
        }
    }

    /// Checks that an entry tells the literal behind its own if, and only if, both codes fit.
    fn check_pair<const BITS: u32, const SIZE: usize>(
        table: &Table<BITS, SIZE>,
        bits: u32,
        entry: Entry,
        word: u64,
    ) {
        let first = entry.single();
        let second = table.primary(word >> bits).single();
        let is_pair =
            second.is_literal() && second.byte().is_ascii() && bits + second.bits() <= BITS;
        let expected = match is_pair {
            true => ([first.byte(), second.byte()], 2, bits + second.bits()),
            false => ([first.byte(), 0], 1, first.bits()),
        };
        let (bytes, count) = entry.literals();
        assert_eq!((bytes, count, entry.bits()), expected);
    }

    proptest! {
        #[test]
        fn every_code_is_found_whatever_follows(
            literals in full_set(286, MAX_CODE_BITS),
            distances in full_set(30, MAX_CODE_BITS),
            code_lengths in full_set(19, 7),
            behind in any::<u64>(),
        ) {
            // What another set has left in a table does not matter.
            let mut table = LengthTable::new();
            check(&mut table, &literals, &LITERALS_AND_LENGTHS, behind);
            let reversed: Vec<u8> = literals.into_iter().rev().collect();
            check(&mut table, &reversed, &LITERALS_AND_LENGTHS, behind);
            check(&mut DistanceTable::new(), &distances, &DISTANCES, behind);
            check(&mut CodeLengthTable::new(), &code_lengths, &CODE_LENGTHS, behind);
        }
    }
}
