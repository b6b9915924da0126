//! A reader over one line, for the hand-written envelope parsers: each step takes bytes off the front, or fails.
//! Does not know any format. Invariants: never panics; what is left is always a suffix of the line. A failed step may
//! leave the reader anywhere, so a parser that wants to try something else copies it first.

use std::ops::RangeInclusive;

/// Most digits that a number may have: what still fits into 64 bits.
const MAX_DIGITS: usize = 18;

/// The part of a line that is not yet parsed. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// A reader at the start of `line`.
    pub(super) fn new(line: &'a [u8]) -> Self {
        Reader(line)
    }

    /// What is not yet parsed.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// The next byte, left in place.
    pub(super) fn peek(self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Takes exactly `text`.
    pub(super) fn literal(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Takes `text` if it is next; whether it was.
    pub(super) fn optional(&mut self, text: &[u8]) -> bool {
        self.literal(text).is_some()
    }

    /// Takes one byte out of `set`.
    pub(super) fn one_of(&mut self, set: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        if !set.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(*first)
    }

    /// Takes the bytes, perhaps none, that fulfil `wanted`.
    pub(super) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self
            .0
            .iter()
            .position(|byte| !wanted(*byte))
            .unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or((self.0, b""));
        self.0 = rest;
        taken
    }

    /// Takes one byte or more that fulfil `wanted`.
    pub(super) fn word(&mut self, wanted: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        Some(self.take_while(wanted)).filter(|word| !word.is_empty())
    }

    /// Takes spaces, perhaps none; how many.
    pub(super) fn spaces(&mut self) -> usize {
        self.take_while(|byte| byte == b' ').len()
    }

    /// Takes everything before `end`, and `end` itself, which is not returned.
    pub(super) fn until(&mut self, end: u8) -> Option<&'a [u8]> {
        let at = memchr::memchr(end, self.0)?;
        let taken = self.0.get(..at)?;
        self.0 = self.0.get(at + 1..)?;
        Some(taken)
    }

    /// Takes a decimal number with as many digits as `count` allows; all of a longer run of digits fails.
    pub(super) fn number(&mut self, count: RangeInclusive<usize>) -> Option<i64> {
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        if !count.contains(&digits.len()) {
            return None;
        }
        parse_number(digits)
    }

    /// Takes a decimal number of exactly `count` digits, whatever follows.
    pub(super) fn fixed_number(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        parse_number(digits)
    }
}

/// The value of a run of 1 to 18 decimal digits.
fn parse_number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > MAX_DIGITS {
        return None;
    }
    digits.iter().try_fold(0, |value: i64, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + i64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_take_from_the_front_or_fail() {
        let mut reader = Reader::new(b"ab  012:rest");
        assert_eq!(reader.literal(b"ab"), Some(()));
        assert_eq!(reader.spaces(), 2);
        assert_eq!(reader.number(1..=3), Some(12));
        assert_eq!(reader.until(b':'), Some(&b""[..]));
        assert_eq!(reader.rest(), b"rest");
        assert_eq!(reader.until(b':'), None);
    }

    #[test]
    fn numbers_keep_to_their_width() {
        assert_eq!(Reader::new(b"1234").number(1..=3), None);
        assert_eq!(Reader::new(b"1234").fixed_number(3), Some(123));
        assert_eq!(Reader::new(b"12x").fixed_number(3), None);
        assert_eq!(Reader::new(&[b'9'; 40]).number(1..=40), None);
    }
}
