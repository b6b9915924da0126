//! Text in UTF-16, read as UTF-8, and where it stood before.

use std::cell::Cell;
use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};

/// Bytes read at a time.
const READ_BYTES: usize = 64 << 10;
/// Bytes of UTF-8 that one byte of UTF-16 may become, and room for what was begun before.
const MOST_DECODED_BYTES: usize = READ_BYTES * 2 + 16;

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The higher one.
    Big,
    /// The lower one.
    Little,
}

impl ByteOrder {
    /// Bytes of the mark.
    pub const MARK_BYTES: usize = 2;

    /// What the mark at the start says, if there is one.
    pub fn marked(head: &[u8]) -> Option<Self> {
        match head {
            [0xff, 0xfe, ..] => Some(ByteOrder::Little),
            [0xfe, 0xff, ..] => Some(ByteOrder::Big),
            _ => None,
        }
    }
}

/// Gives UTF-8 for UTF-16; U+FFFD for each unit that is none. Fails as what it reads does.
pub struct Utf16Reader<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    decoded: Vec<u8>,
    given: usize,
    at_end: bool,
}

impl<R: Read> Utf16Reader<R> {
    /// Reads `inner`, of which the mark was taken.
    pub fn new(inner: R, order: ByteOrder) -> Self {
        let charset = match order {
            ByteOrder::Big => UTF_16BE,
            ByteOrder::Little => UTF_16LE,
        };
        Utf16Reader {
            inner,
            decoder: charset.new_decoder_without_bom_handling(),
            raw: vec![0; READ_BYTES],
            decoded: Vec::with_capacity(MOST_DECODED_BYTES),
            given: 0,
            at_end: false,
        }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let count = self.inner.read(&mut self.raw)?;
        self.at_end = count == 0;
        self.decoded.resize(MOST_DECODED_BYTES, 0);
        let raw = &self.raw[..count];
        let (result, _, written, _) =
            self.decoder
                .decode_to_utf8(raw, &mut self.decoded, self.at_end);
        debug_assert_eq!(result, CoderResult::InputEmpty, "there is room for all");
        self.decoded.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded.len() && !self.at_end {
            self.decode_more()?;
        }
        let count = (&self.decoded[self.given..]).read(out)?;
        self.given += count;
        Ok(count)
    }
}

/// How bytes that are scanned lie in their member.
#[derive(Debug, Default)]
pub enum Origin {
    /// As they are.
    #[default]
    Same,
    /// They were UTF-16: units of two bytes. The place that was asked for last, with the bytes before it in the member, saves counting them
    /// again.
    Utf16(Cell<(usize, u64)>),
}

impl Clone for Origin {
    /// The same for other bytes: without the place that was asked for.
    fn clone(&self) -> Self {
        match self {
            Origin::Same => Origin::Same,
            Origin::Utf16(_) => Origin::utf16(),
        }
    }
}

impl Origin {
    /// That of text that was UTF-16.
    pub fn utf16() -> Self {
        Origin::Utf16(Cell::default())
    }

    /// How many bytes of the member `bytes` were.
    pub fn length_of(&self, bytes: &[u8]) -> u64 {
        match self {
            Origin::Same => bytes.len() as u64,
            Origin::Utf16(_) => 2 * units(bytes),
        }
    }

    /// How many bytes of the member those of `bytes` before `at` were. Cheap if `at` goes forward from call to call for the same `bytes`.
    pub fn length_up_to(&self, bytes: &[u8], at: usize) -> u64 {
        let at = at.min(bytes.len());
        let Origin::Utf16(last) = self else {
            return at as u64;
        };
        let (from, before) = match last.get() {
            known if known.0 <= at => known,
            _ => (0, 0),
        };
        let length = before + 2 * units(&bytes[from..at]);
        last.set((at, length));
        length
    }
}

/// Units of UTF-16 that this UTF-8 is made of: one for each character, two for those of four bytes.
fn units(bytes: &[u8]) -> u64 {
    let of = |byte: &u8| u64::from(byte & 0xc0 != 0x80) + u64::from(*byte >= 0xf0);
    bytes.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packed(text: &str, order: ByteOrder) -> Vec<u8> {
        let units = text.encode_utf16();
        let bytes = |unit: u16| match order {
            ByteOrder::Big => unit.to_be_bytes(),
            ByteOrder::Little => unit.to_le_bytes(),
        };
        units.flat_map(bytes).collect()
    }

    proptest! {
        #[test]
        fn text_comes_out_as_it_went_in_and_every_place_is_known(
            text in "\\PC{0,200}",
            times in 1usize..700,
            places in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let text = text.repeat(times);
            for order in [ByteOrder::Big, ByteOrder::Little] {
                let packed = packed(&text, order);
                let mut read = Vec::new();
                Utf16Reader::new(&packed[..], order).read_to_end(&mut read).expect("memory can be read");
                prop_assert!(read == text.as_bytes());
            }
            let origin = Origin::utf16();
            for place in &places {
                let at = (0..=place.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                let expected = 2 * text[..at].encode_utf16().count() as u64;
                prop_assert_eq!(origin.length_up_to(text.as_bytes(), at), expected);
                prop_assert_eq!(Origin::utf16().length_of(&text.as_bytes()[..at]), expected);
            }
        }
    }

    #[test]
    fn what_is_no_text_is_marked_and_does_not_move_what_follows() {
        let lone = [0x00, 0xd8, b'a', 0, 0x00, 0xdc, b'b', 0, b'c'];
        let mut read = String::new();
        Utf16Reader::new(&lone[..], ByteOrder::Little)
            .read_to_string(&mut read)
            .expect("memory can be read");
        assert_eq!(read, "\u{fffd}a\u{fffd}b\u{fffd}");
        assert_eq!(Origin::utf16().length_up_to(read.as_bytes(), 7), 6);
    }
}
