//! How common stretches of six bytes are in logs: what is searched for is the rarest part that will do.
//!
//! `common_windows.txt` holds all that make up more than eight in a million of the positions, in lines of nine bytes, sorted: the
//! stretch, case ignored as in `matcher::qgram`, a blank, and a letter for how often: `d` stands for 8 to 16 in a million, each
//! further one for twice as much. Source: counted in 38 MB of text, the kinds of text with about the same weight: journals, syslog, pod logs,
//! outputs of commands and objects of several clusters, and generated lines of syslog, kubelet and API server.

static COMMON: &[u8] = include_bytes!("common_windows.txt");

/// Bytes of a line.
const LINE: usize = 9;
/// Bytes of a stretch.
pub const WINDOW: usize = 6;
/// Set in every byte, it makes ASCII letters of either case equal.
pub const FOLD: u8 = 0x20;
/// Stretches that are searched for together: one begins at every fourth position.
pub const RUN: usize = 4;
/// Bytes in which they lie.
pub const RUN_BYTES: usize = WINDOW + RUN - 1;
/// Bytes of the shortest text that such a search finds: the last of its stretches goes on for one byte behind it, which may be any.
pub const SHORTEST_BYTES: usize = RUN_BYTES - 1;
/// What is assumed of a stretch that is not listed.
const RARE: f32 = 4.0;
/// The golden ratio, shifted so that what does not belong to a stretch drops out.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15 << (u64::BITS - 8 * WINDOW as u32);

/// The list as a hash table with linear probing, made by the compiler: every start asks it a hundred thousand times. An entry is
/// a stretch with its letter in the byte above; none is zero. The hash is that of all searches for stretches, so what falls on one
/// slot there stands close together here.
static TABLE: [u64; SLOTS] = table();
const SLOT_BITS: u32 = 15;
const SLOTS: usize = 1 << SLOT_BITS;
/// The part of an entry that is the stretch.
const KEY_MASK: u64 = (1 << (8 * WINDOW)) - 1;

const fn table() -> [u64; SLOTS] {
    let mut table = [0; SLOTS];
    let mut line = 0;
    while line < COMMON.len() {
        let mut key = 0;
        let mut place = WINDOW;
        while place > 0 {
            place -= 1;
            key = key << 8 | (COMMON[line + place] | FOLD) as u64;
        }
        let mut slot = slot_of(key, SLOT_BITS);
        while table[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = key | (COMMON[line + LINE - 2] as u64) << (8 * WINDOW);
        line += LINE;
    }
    table
}

/// The slot of a stretch among two to the power of `bits`: of its folded bytes, little endian; what is loaded above them does not matter.
#[inline(always)]
pub const fn slot_of(word: u64, bits: u32) -> usize {
    (word.wrapping_mul(FACTOR) >> (u64::BITS - bits)) as usize
}

/// About how often a stretch begins among a million positions: its folded bytes, little endian.
pub fn per_million(key: u64) -> f32 {
    let mut listed = listed_near(key);
    let found = listed.find(|(stretch, _)| *stretch == key);
    found.map_or(RARE, |(_, share)| share)
}

/// About how often any other stretch that falls on the slot of `key` among two to the power of `bits`, at least 15, begins among a million
/// positions, of those that are listed.
pub fn others_on_slot(key: u64, bits: u32) -> f32 {
    debug_assert!(bits >= SLOT_BITS);
    let slot = slot_of(key, bits);
    let falls_there = |stretch: u64| stretch != key && slot_of(stretch, bits) == slot;
    let listed = listed_near(key);
    let others = listed.filter(|(stretch, _)| falls_there(*stretch));
    others.map(|(_, share)| share).sum()
}

/// What is listed from the slot of `key` on, up to the first gap: each stretch and how often it begins among a million positions.
fn listed_near(key: u64) -> impl Iterator<Item = (u64, f32)> {
    let from = slot_of(key, SLOT_BITS);
    let entries = (from..from + SLOTS).map(|slot| TABLE[slot % SLOTS]);
    let entries = entries.take_while(|entry| *entry != 0);
    entries.map(|entry| {
        let letter = (entry >> (8 * WINDOW)) as u8;
        (entry & KEY_MASK, (1_u32 << (letter - b'a').min(31)) as f32)
    })
}

/// How often the rarest stretch of `text` begins among a million positions, of those that `counts` says yes to; infinity if there is none.
pub fn rarest(text: &[u8], counts: impl Fn(&[u8]) -> bool) -> f32 {
    let stretches = text.windows(WINDOW).filter(|stretch| counts(stretch));
    stretches.map(share).fold(f32::INFINITY, f32::min)
}

/// How often any of [`RUN`] stretches that follow each other begins among a million positions, where that is least in `text`;
/// infinity if it is shorter than [`RUN_BYTES`].
pub fn rarest_run(text: &[u8]) -> f32 {
    let runs = text.windows(RUN_BYTES);
    let shares = runs.map(|run| run.windows(WINDOW).map(share).sum());
    shares.fold(f32::INFINITY, f32::min)
}

fn share(stretch: &[u8]) -> f32 {
    let folded = stretch.iter().rev().map(|byte| u64::from(byte | FOLD));
    per_million(folded.fold(0, |key, byte| key << 8 | byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_whole() {
        let (lines, rest) = COMMON.as_chunks::<LINE>();
        assert!(rest.is_empty());
        assert!(lines.len() <= SLOTS / 4 * 3, "the table is too full");
        assert!(lines.is_sorted_by(|a, b| a[..WINDOW] < b[..WINDOW]));
        for line in lines {
            assert_eq!((line[6], line[8]), (b' ', b'\n'));
            assert!((b'd'..=b'z').contains(&line[7]));
        }
    }

    #[test]
    fn common_stretches_are_told_from_rare_ones() {
        let of = |stretch: &[u8; WINDOW]| rarest(stretch, |_| true);
        assert!(of(b" error") > RARE);
        assert_eq!(of(b" ERROR"), of(b" error"));
        assert_eq!(of(b"qzxjvw"), RARE);
        // An underscore is another character with the bit that letters ignore case by.
        assert!(of(b"_addit") > RARE);
    }

    #[test]
    fn what_shares_a_slot_is_counted_together() {
        let key = |line: &[u8]| {
            let bytes = line[..WINDOW].iter().rev();
            bytes.fold(0, |key, byte| key << 8 | u64::from(byte | FOLD))
        };
        let (lines, _) = COMMON.as_chunks::<LINE>();
        let keys: Vec<u64> = lines.iter().map(|line| key(line)).collect();
        let bits = SLOT_BITS + 2;
        for one in keys.iter().step_by(100) {
            let falls_there =
                |other: &&u64| *other != one && slot_of(**other, bits) == slot_of(*one, bits);
            let expected: f32 = keys
                .iter()
                .filter(falls_there)
                .map(|other| per_million(*other))
                .sum();
            assert_eq!(others_on_slot(*one, bits), expected);
        }
    }

    #[test]
    fn a_text_is_as_common_as_its_rarest_stretch() {
        assert_eq!(rarest(b"an error of qzxjvw", |_| true), RARE);
        assert!(rarest(b"an error", |stretch| stretch == b" error") > RARE);
        assert_eq!(rarest(b"error", |_| true), f32::INFINITY);
        assert_eq!(rarest_run(b"qzxjvwkq"), f32::INFINITY);
        assert_eq!(rarest_run(b"an error of qzxjvwkqz"), RARE * RUN as f32);
        assert!(rarest_run(b" error of") > RARE * RUN as f32);
    }
}
