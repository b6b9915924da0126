//! The blocks of a stream: what each begins with, and its content as far as input and room reach.

#[cfg(test)]
mod tests;

use crate::Damage;
use crate::bits::Bits;
use crate::fast::{self, Codes, Left};
use crate::table::{
    CODE_LENGTHS, CodeLengthTable, DISTANCES, DistanceTable, LITERALS_AND_LENGTHS, LengthTable,
};

/// Input from which on the beginning of a block is there as a whole: 17 bits, 19 lengths of three bits, and 316 codes of seven bits
/// with seven more, in bytes; and for a symbol in the midst of a block.
pub(crate) const LOOKAHEAD: usize = 600;

/// Symbols of literals and lengths, and of distances, at the most.
const MAX_SYMBOLS: (usize, usize) = (286, 30);
/// The order in which the lengths of the codes of lengths are written.
const CODE_LENGTH_ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// A decoder that stops wherever input or room end, and goes on from there.
#[derive(Debug)]
pub(crate) struct Inflate {
    bits: Bits,
    codes: Codes,
    code_lengths: CodeLengthTable,
    state: State,
    is_last: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before a block.
    Between,
    /// In a stored block of which as many bytes are to come.
    Stored(usize),
    /// In a block of codes.
    Coded,
    /// In a block of codes, in a match of which as many bytes are to come, from so far back.
    Match { length: usize, distance: usize },
    /// Behind the last block.
    Ended,
}

/// How far a call came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// It needs more input: [`LOOKAHEAD`] bytes, or all there are.
    Input,
    /// The room is full.
    Room,
    /// The stream has ended.
    End,
}

/// Where a call reads and writes.
#[derive(Debug)]
pub(crate) struct Span<'a> {
    pub(crate) input: &'a [u8],
    /// Whether no more input follows.
    pub(crate) is_last: bool,
    /// What was written last, from the beginning of the stream or as far back as matches may reach, and room.
    pub(crate) window: &'a mut [u8],
    /// Where it is written on.
    pub(crate) end: usize,
}

impl Inflate {
    pub(crate) fn new() -> Self {
        Inflate {
            bits: Bits::default(),
            codes: Codes {
                lengths: LengthTable::new(),
                distances: DistanceTable::new(),
            },
            code_lengths: CodeLengthTable::new(),
            state: State::Between,
            is_last: false,
        }
    }

    /// Begins another stream.
    pub(crate) fn reset(&mut self) {
        self.bits = Bits::default();
        self.state = State::Between;
        self.is_last = false;
    }

    /// Decodes what it can, moving `span.end` and, by what was read, the beginning of `span.input`.
    pub(crate) fn run(&mut self, span: &mut Span<'_>) -> Result<Pause, Damage> {
        self.bits.at = 0;
        let result = self.blocks(span);
        self.bits.unread();
        span.input = span.input.get(self.bits.at..).unwrap_or_default();
        result
    }

    fn blocks(&mut self, span: &mut Span<'_>) -> Result<Pause, Damage> {
        loop {
            let pause = match self.state {
                State::Between if self.is_last => {
                    self.state = State::Ended;
                    None
                }
                State::Between => self.begin(span)?,
                State::Stored(left) => self.stored(span, left),
                State::Match { length, distance } => self.rest_of_match(span, length, distance),
                State::Coded => self.coded(span)?,
                State::Ended => Some(Pause::End),
            };
            if let Some(pause) = pause {
                return Ok(pause);
            }
        }
    }

    /// Reads what a block begins with, if all of it is there.
    fn begin(&mut self, span: &Span<'_>) -> Result<Option<Pause>, Damage> {
        let before = self.bits;
        if !span.is_last && span.input.len() - before.at < LOOKAHEAD {
            return Ok(Some(Pause::Input));
        }
        match self.header(span.input) {
            Some(header) => header.map(|()| None),
            None => {
                self.bits = before;
                Ok(Some(Pause::Input))
            }
        }
    }

    /// `None` where the input ends first.
    fn header(&mut self, input: &[u8]) -> Option<Result<(), Damage>> {
        let is_last = self.bits.take(1, input)? == 1;
        let kind = self.bits.take(2, input)?;
        self.state = match kind {
            0 => match self.stored_length(input)? {
                Some(length) => State::Stored(length),
                None => return Some(Err(Damage::StoredLength)),
            },
            1 => {
                self.fixed_codes();
                State::Coded
            }
            2 => {
                if !self.own_codes(input)? {
                    return Some(Err(Damage::CodeSet));
                }
                State::Coded
            }
            _ => return Some(Err(Damage::BlockKind)),
        };
        self.is_last = is_last;
        Some(Ok(()))
    }

    fn stored_length(&mut self, input: &[u8]) -> Option<Option<usize>> {
        // It begins at a byte.
        self.bits.drop(self.bits.len() % 8);
        let length = self.bits.take(16, input)?;
        let complement = self.bits.take(16, input)?;
        self.bits.unread();
        Some((length == !complement & 0xffff).then_some(length as usize))
    }

    fn fixed_codes(&mut self) {
        let mut lengths = [8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        self.codes.lengths.build(&lengths, &LITERALS_AND_LENGTHS);
        self.codes.distances.build(&[5; 32], &DISTANCES);
    }

    /// Reads the codes of a block; `false` if they cannot be.
    fn own_codes(&mut self, input: &[u8]) -> Option<bool> {
        let bits = &mut self.bits;
        let literals = bits.take(5, input)? as usize + 257;
        let distances = bits.take(5, input)? as usize + 1;
        let count = bits.take(4, input)? as usize + 4;
        if literals > MAX_SYMBOLS.0 || distances > MAX_SYMBOLS.1 {
            return Some(false);
        }
        let mut of_lengths = [0; 19];
        for symbol in &CODE_LENGTH_ORDER[..count] {
            of_lengths[*symbol] = bits.take(3, input)? as u8;
        }
        if of_lengths.iter().filter(|bits| **bits > 0).count() == 1
            || !self.code_lengths.build(&of_lengths, &CODE_LENGTHS)
        {
            return Some(false);
        }
        let mut lengths = [0; MAX_SYMBOLS.0 + MAX_SYMBOLS.1];
        let lengths = &mut lengths[..literals + distances];
        let mut at = 0;
        while at < lengths.len() {
            bits.refill_to_end(input);
            let entry = self.code_lengths.primary(bits.word);
            if entry.is_other() {
                // It may be so only because the input has ended.
                return (bits.len() >= 7).then_some(false);
            }
            bits.take(entry.bits(), input)?;
            let (value, times) = match entry.symbol() {
                16 => (
                    at.checked_sub(1).map(|before| lengths[before]),
                    3 + bits.take(2, input)?,
                ),
                17 => (Some(0), 3 + bits.take(3, input)?),
                18 => (Some(0), 11 + bits.take(7, input)?),
                length => (Some(length), 1),
            };
            let Some((value, run)) = value.zip(lengths.get_mut(at..at + times as usize)) else {
                return Some(false);
            };
            run.fill(value);
            at += times as usize;
        }
        let (literals, distances) = lengths.split_at(literals);
        // A block without an end cannot be.
        let can_end = literals.get(256).is_some_and(|length| *length > 0);
        Some(
            can_end
                && self.codes.lengths.build(literals, &LITERALS_AND_LENGTHS)
                && self.codes.distances.build(distances, &DISTANCES),
        )
    }

    fn stored(&mut self, span: &mut Span<'_>, left: usize) -> Option<Pause> {
        let there = &span.input[self.bits.at..];
        let room = &mut span.window[span.end..];
        let count = left.min(there.len()).min(room.len());
        room[..count].copy_from_slice(&there[..count]);
        span.end += count;
        self.bits.at += count;
        self.state = match left - count {
            0 => State::Between,
            left => State::Stored(left),
        };
        match (left - count, span.end < span.window.len()) {
            (0, _) => None,
            (_, true) => Some(Pause::Input),
            (_, false) => Some(Pause::Room),
        }
    }

    fn rest_of_match(
        &mut self,
        span: &mut Span<'_>,
        length: usize,
        distance: usize,
    ) -> Option<Pause> {
        let count = length.min(span.window.len() - span.end);
        for place in span.end..span.end + count {
            span.window[place] = span.window[place - distance];
        }
        span.end += count;
        if count < length {
            let length = length - count;
            self.state = State::Match { length, distance };
            return Some(Pause::Room);
        }
        self.state = State::Coded;
        None
    }

    fn coded(&mut self, span: &mut Span<'_>) -> Result<Option<Pause>, Damage> {
        let left = fast::run(
            &self.codes,
            span.input,
            &mut self.bits,
            span.window,
            &mut span.end,
        )?;
        if left == Left::EndOfBlock {
            self.state = State::Between;
            return Ok(None);
        }
        self.careful(span)
    }

    /// Decodes symbol by symbol, up to the last bit and the last byte.
    fn careful(&mut self, span: &mut Span<'_>) -> Result<Option<Pause>, Damage> {
        loop {
            if span.end == span.window.len() {
                return Ok(Some(Pause::Room));
            }
            let before = self.bits;
            let symbol = self.symbol(span.input)?;
            match symbol {
                None => {
                    self.bits = before;
                    return Ok(Some(Pause::Input));
                }
                Some(Symbol::Literal(byte)) => {
                    span.window[span.end] = byte;
                    span.end += 1;
                }
                Some(Symbol::EndOfBlock) => {
                    self.state = State::Between;
                    return Ok(None);
                }
                Some(Symbol::Match { length, distance }) => {
                    if distance > span.end {
                        return Err(Damage::Distance);
                    }
                    if let Some(pause) = self.rest_of_match(span, length, distance) {
                        return Ok(Some(pause));
                    }
                }
            }
        }
    }

    /// The next symbol; `None` where the input ends first.
    fn symbol(&mut self, input: &[u8]) -> Result<Option<Symbol>, Damage> {
        let bits = &mut self.bits;
        bits.refill_to_end(input);
        let mut entry = self.codes.lengths.primary(bits.word).single();
        if entry.is_link() && bits.len() >= entry.bits() {
            bits.drop(entry.bits());
            entry = self.codes.lengths.secondary(entry, bits.word);
        }
        // What is taken for a symbol may be one only because the input has ended.
        if bits.len() < entry.bits().max(1) || entry.is_link() {
            return Ok(None);
        }
        if entry.is_invalid() {
            return Err(Damage::Code);
        }
        let taken = bits.word;
        bits.drop(entry.bits());
        if entry.is_literal() {
            return Ok(Some(Symbol::Literal(entry.byte())));
        }
        if entry.is_other() {
            return Ok(Some(Symbol::EndOfBlock));
        }
        let length = entry.value(taken);
        bits.refill_to_end(input);
        entry = self.codes.distances.primary(bits.word);
        if entry.is_link() && bits.len() >= entry.bits() {
            bits.drop(entry.bits());
            entry = self.codes.distances.secondary(entry, bits.word);
        }
        if bits.len() < entry.bits().max(1) || entry.is_link() {
            return Ok(None);
        }
        if entry.is_other() {
            return Err(Damage::Code);
        }
        let distance = entry.value(bits.word);
        bits.drop(entry.bits());
        Ok(Some(Symbol::Match { length, distance }))
    }
}

enum Symbol {
    Literal(u8),
    EndOfBlock,
    Match { length: usize, distance: usize },
}
