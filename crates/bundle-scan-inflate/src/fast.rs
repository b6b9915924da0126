//! The loop in which all time is spent: symbols of a block, while there is plenty of input and room.

use crate::Damage;
use crate::bits::Bits;
use crate::table::{DistanceTable, Entry, LengthTable};

/// Bytes copied at a time.
const CHUNK: usize = 32;
/// The longest match.
const MAX_LENGTH: usize = 258;
/// What one turn of the loop may write: three times two literals, a match, and what its last chunk has too much.
const ROOM: usize = 3 * 2 + MAX_LENGTH + CHUNK;

/// Input that one turn of the loop may load: three words, each at most seven bytes behind the one before.
const LOOKAHEAD: usize = 2 * 7 + size_of::<u64>();

/// The tables of a block.
#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) lengths: LengthTable,
    pub(crate) distances: DistanceTable,
}

/// Why the loop was left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// Input or room run short: the careful loop goes on.
    Short,
    /// The block has ended.
    EndOfBlock,
}

/// Decodes symbols into the window from `*end` on; matches may reach back to its beginning. What it writes beyond `*end` as it leaves it is scrap.
#[inline(always)]
pub(crate) fn run(
    codes: &Codes,
    input: &[u8],
    bits: &mut Bits,
    window: &mut [u8],
    end: &mut usize,
) -> Result<Left, Damage> {
    let mut local = *bits;
    let mut to = *end;
    let result = turns(codes, input, &mut local, window, &mut to);
    *bits = local;
    *end = to;
    result
}

#[inline(always)]
fn turns(
    codes: &Codes,
    input: &[u8],
    bits: &mut Bits,
    window: &mut [u8],
    end: &mut usize,
) -> Result<Left, Damage> {
    let (lengths, distances) = (&codes.lengths, &codes.distances);
    let Some(last) = window.len().checked_sub(ROOM) else {
        return Ok(Left::Short);
    };
    let Some(last_load) = input.len().checked_sub(LOOKAHEAD) else {
        return Ok(Left::Short);
    };
    if *end > last || bits.at > last_load {
        return Ok(Left::Short);
    }
    bits.refill(input);
    let mut entry = lengths.primary(bits.word);
    loop {
        // 56 bits and more: three times literals of 11 bits and a code of 15 with 5 extra bits fit.
        let mut taken = bits.word;
        bits.drop(entry.0);
        if entry.is_literal() {
            literals(window, end, entry);
            entry = lengths.primary(bits.word);
            taken = bits.word;
            bits.drop(entry.0);
            if entry.is_literal() {
                literals(window, end, entry);
                entry = lengths.primary(bits.word);
                taken = bits.word;
                bits.drop(entry.0);
                if entry.is_literal() {
                    literals(window, end, entry);
                    if *end > last || bits.at > last_load {
                        return Ok(Left::Short);
                    }
                    bits.refill(input);
                    entry = lengths.primary(bits.word);
                    continue;
                }
            }
        }
        if entry.is_other() {
            if entry.is_link() {
                entry = lengths.secondary(entry, bits.word);
                taken = bits.word;
                bits.drop(entry.0);
                if entry.is_literal() {
                    literals(window, end, entry);
                    if *end > last || bits.at > last_load {
                        return Ok(Left::Short);
                    }
                    bits.refill(input);
                    entry = lengths.primary(bits.word);
                    continue;
                }
            }
            if entry.is_other() {
                return match entry.is_invalid() {
                    true => Err(Damage::Code),
                    false => Ok(Left::EndOfBlock),
                };
            }
        }
        let length = entry.value(taken);
        // A distance takes 28 bits at the most.
        if bits.len() < 28 {
            bits.refill(input);
        }
        entry = distances.primary(bits.word);
        if entry.is_other() {
            if !entry.is_link() {
                return Err(Damage::Code);
            }
            bits.drop(entry.0);
            entry = distances.secondary(entry, bits.word);
            if entry.is_other() {
                return Err(Damage::Code);
            }
        }
        taken = bits.word;
        bits.drop(entry.0);
        let distance = entry.value(taken);
        let to = *end;
        if distance > to {
            return Err(Damage::Distance);
        }
        bits.refill(input);
        entry = lengths.primary(bits.word);
        copy(window, to, distance, length);
        *end = to + length;
        if *end > last || bits.at > last_load {
            return Ok(Left::Short);
        }
    }
}

/// Writes one or two literals.
#[inline(always)]
fn literals(window: &mut [u8], end: &mut usize, entry: Entry) {
    let (bytes, count) = entry.literals();
    window[*end..*end + 2].copy_from_slice(&bytes);
    *end += count;
}

/// Writes at `to` the `length` bytes that begin `distance` bytes before it, and up to a chunk of scrap behind them.
#[inline(always)]
fn copy(window: &mut [u8], to: usize, distance: usize, length: usize) {
    const WORD: usize = size_of::<u64>();
    let from = to - distance;
    if distance >= CHUNK {
        window.copy_within(from..from + CHUNK, to);
        let mut done = CHUNK;
        while done < length {
            window.copy_within(from + done..from + done + CHUNK, to + done);
            done += CHUNK;
        }
    } else if distance >= WORD {
        let mut done = 0;
        while done < length {
            window.copy_within(from + done..from + done + WORD, to + done);
            done += WORD;
        }
    } else if distance == 1 {
        let byte = window[from];
        window[to..to + length].fill(byte);
    } else {
        for place in to..to + length {
            window[place] = window[place - distance];
        }
    }
}
