//! Streams written bit by bit, as no compressor writes them.

use std::io::{self, ErrorKind, Read};

use crate::{Damage, DeflateReader};

/// The kinds of blocks.
pub(crate) const STORED: u32 = 0;
pub(crate) const FIXED: u32 = 1;
pub(crate) const OWN: u32 = 2;

/// The symbol that ends a block.
pub(crate) const END: usize = 256;

/// A code and its length in bits.
pub(crate) type Code = (u32, u32);

/// A deflate stream in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream {
    bytes: Vec<u8>,
    bits: usize,
}

impl Stream {
    pub(crate) fn new() -> Self {
        Stream::default()
    }

    /// A number, its lowest bit first.
    pub(crate) fn number(mut self, value: u32, bits: u32) -> Self {
        for place in 0..bits {
            if self.bits.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = (value >> place & 1) as u8;
            self.bytes[self.bits / 8] |= bit << (self.bits % 8);
            self.bits += 1;
        }
        self
    }

    /// A code, its highest bit first.
    pub(crate) fn code(self, (code, bits): Code) -> Self {
        self.number(code.reverse_bits() >> (32 - bits), bits)
    }

    pub(crate) fn codes(self, codes: impl IntoIterator<Item = Code>) -> Self {
        codes.into_iter().fold(self, Stream::code)
    }

    /// What every block begins with.
    pub(crate) fn block(self, is_last: bool, kind: u32) -> Self {
        self.number(is_last.into(), 1).number(kind, 2)
    }

    /// A stored block, which says `complement` for the complement of its length.
    pub(crate) fn stored(self, is_last: bool, content: &[u8], complement: u16) -> Self {
        let mut stream = self.block(is_last, STORED);
        let length = content.len() as u16;
        stream.bytes.extend(length.to_le_bytes());
        stream.bytes.extend(complement.to_le_bytes());
        stream.bytes.extend(content);
        stream.bits = 8 * stream.bytes.len();
        stream
    }

    /// Stored blocks of these bytes, none of them the last.
    pub(crate) fn content(self, content: &[u8]) -> Self {
        content.chunks(0xffff).fold(self, |stream, chunk| {
            stream.stored(false, chunk, !(chunk.len() as u16))
        })
    }

    /// How many codes follow, and how long the codes are in which their lengths are written: those of 0 to 15 have four bits.
    pub(crate) fn counts(self, literals: usize, distances: usize) -> Self {
        let stream = self
            .number(literals as u32 - 257, 5)
            .number(distances as u32 - 1, 5)
            .number(15, 4);
        // The first three are those that stand for repetitions.
        (0..19).fold(stream, |stream, place| {
            stream.number(if place < 3 { 0 } else { 4 }, 3)
        })
    }

    /// The codes of a block, by their lengths.
    pub(crate) fn own_codes(self, literals: &[u8], distances: &[u8]) -> Self {
        let lengths = literals.iter().chain(distances);
        self.counts(literals.len(), distances.len())
            .codes(lengths.map(|length| (u32::from(*length), 4)))
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// The code of a symbol in a set of codes of these lengths, by section 3.2.2 of RFC 1951.
pub(crate) fn code_of(lengths: &[u8], symbol: usize) -> Code {
    let of_bits = |bits: u8| {
        lengths
            .iter()
            .filter(move |length| **length == bits)
            .count()
    };
    let bits = lengths[symbol];
    let first = (1..bits).fold(0, |code, shorter| (code + of_bits(shorter)) << 1);
    let before = lengths[..symbol].iter().filter(|length| **length == bits);
    ((first + before.count()) as u32, bits.into())
}

/// The lengths of the fixed codes of literals and lengths.
pub(crate) fn fixed_lengths() -> Vec<u8> {
    [[8; 144].as_slice(), &[9; 112], &[7; 24], &[8; 8]].concat()
}

pub(crate) fn fixed(symbol: usize) -> Code {
    code_of(&fixed_lengths(), symbol)
}

pub(crate) fn fixed_distance(symbol: u32) -> Code {
    (symbol, 5)
}

/// How decoding ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Whole,
    Cut,
    Damaged(Damage),
}

/// What is decoded of a stream that nothing follows.
pub(crate) fn decode(stream: &[u8]) -> (Vec<u8>, Ended) {
    let mut content = Vec::new();
    let result = DeflateReader::new(stream).read_to_end(&mut content);
    let ended = match result {
        Ok(_) => Ended::Whole,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ended::Cut,
        Err(error) => {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
            Ended::Damaged(*inner.expect("damage"))
        }
    };
    (content, ended)
}

/// What is decoded of a stream that is not cut: by the careful loop, as little follows, and by the fast one, as much does.
pub(crate) fn decode_in_both_loops(stream: &[u8]) -> (Vec<u8>, Ended) {
    let careful = decode(stream);
    for filler in [0, 0xff] {
        let followed = [stream, &[filler; 1000]].concat();
        assert!(decode(&followed) == careful, "both loops decode alike");
    }
    careful
}

/// Gives what it holds, a byte at a time, with an interruption before each, and an error in the place of its end.
#[derive(Debug)]
pub(crate) struct Failing<'a> {
    rest: &'a [u8],
    is_interrupted: bool,
}

impl<'a> Failing<'a> {
    pub(crate) fn behind(rest: &'a [u8]) -> Self {
        Failing {
            rest,
            is_interrupted: false,
        }
    }
}

impl Read for Failing<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.is_interrupted = !self.is_interrupted;
        if self.is_interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        let size = out.len().min(1);
        match self.rest.read(&mut out[..size])? {
            0 => Err(ErrorKind::ConnectionReset.into()),
            count => Ok(count),
        }
    }
}
