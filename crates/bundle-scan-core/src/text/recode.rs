//! Text in UTF-16 or GB18030, read as UTF-8, and where it stood before.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::LazyLock;

use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_16BE, UTF_16LE};

/// Bytes read at a time.
const READ_BYTES: usize = 64 << 10;
/// Bytes of UTF-8 that one byte may become (U+FFFD for one that is none), and room for what was begun before.
const MOST_DECODED_BYTES: usize = READ_BYTES * 3 + 16;
/// Stands for what is no text.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// How text is written that is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// In units of two bytes.
    Utf16(ByteOrder),
    /// GB 18030, and so GBK and GB 2312 too: ASCII stays, Chinese characters are two bytes each.
    Gb18030,
}

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

impl Coding {
    fn decoder(self) -> Decoder {
        let charset = match self {
            Coding::Utf16(ByteOrder::Big) => UTF_16BE,
            Coding::Utf16(ByteOrder::Little) => UTF_16LE,
            Coding::Gb18030 => GB18030,
        };
        charset.new_decoder_without_bom_handling()
    }

    /// How many bytes of the member these bytes of UTF-8 were. Adds up for pieces that end where a character does.
    ///
    /// Of GB18030 two things cannot be told any more: a lone 0x80 is read as the euro sign and counts as two bytes, and U+FFFD, if it is
    /// written, as one.
    fn length_of(self, bytes: &[u8]) -> u64 {
        match self {
            Coding::Utf16(_) => {
                // One unit for each character, two for those of four bytes.
                let units = |byte: &u8| u64::from(byte & 0xc0 != 0x80) + u64::from(*byte >= 0xf0);
                2 * bytes.iter().map(units).sum::<u64>()
            }
            Coding::Gb18030 => {
                let chunks = bytes.utf8_chunks();
                let characters = chunks.flat_map(|chunk| chunk.valid().chars());
                characters.map(gb18030_bytes).sum()
            }
        }
    }
}

/// Bytes of a character in GB18030. What is no text has become one U+FFFD for each byte.
fn gb18030_bytes(character: char) -> u64 {
    let is_pair = || {
        let (word, bit) = (character as usize / 64, character as usize % 64);
        PAIRS.get(word).is_some_and(|bits| bits >> bit & 1 == 1)
    };
    match character {
        '\0'..='\x7f' | char::REPLACEMENT_CHARACTER => 1,
        _ if is_pair() => 2,
        _ => 4,
    }
}

/// One bit for each code point of the basic plane: whether GB18030 writes it with two bytes. Encoding a Chinese character to see that takes a search
/// through a table of all.
static PAIRS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0u64; 0x1_0000 / 64];
    for lead in 0x81..=0xfe {
        for trail in 0x40..=0xfe {
            let pair = [lead, trail];
            let (decoded, _) = GB18030.decode_without_bom_handling(&pair);
            let mut characters = decoded.chars();
            if let (Some(one), None) = (characters.next(), characters.next())
                && let Some(word) = bits.get_mut(one as usize / 64)
            {
                *word |= 1 << (one as usize % 64);
            }
        }
    }
    bits
});

/// Gives UTF-8 for text in another coding; U+FFFD for each unit of UTF-16 and each byte of GB18030 that is none. Fails as what it reads does.
pub struct Recoder<R> {
    inner: R,
    decoder: Decoder,
    /// Whether each byte that is no text becomes a U+FFFD of its own.
    by_byte: bool,
    raw: Vec<u8>,
    decoded: Vec<u8>,
    /// Which part of `decoded` is still to be given.
    pending: Range<usize>,
    at_end: bool,
}

impl<R: Read> Recoder<R> {
    /// Reads `inner`, of which the mark was taken.
    pub fn new(inner: R, coding: Coding) -> Self {
        Recoder {
            inner,
            decoder: coding.decoder(),
            by_byte: coding == Coding::Gb18030,
            raw: vec![0; READ_BYTES],
            decoded: vec![0; MOST_DECODED_BYTES],
            pending: 0..0,
            at_end: false,
        }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let count = self.inner.read(&mut self.raw)?;
        self.at_end = count == 0;
        let mut raw = &self.raw[..count];
        let mut filled = 0;
        loop {
            let room = &mut self.decoded[filled..];
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(raw, room, self.at_end);
            raw = &raw[read..];
            filled += written;
            let DecoderResult::Malformed(bytes, _) = result else {
                debug_assert_eq!(result, DecoderResult::InputEmpty, "there is room for all");
                self.pending = 0..filled;
                return Ok(());
            };
            for _ in 0..if self.by_byte { bytes } else { 1 } {
                let end = filled + REPLACEMENT.len();
                self.decoded[filled..end].copy_from_slice(REPLACEMENT);
                filled = end;
            }
        }
    }
}

impl<R: Read> Read for Recoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.pending.is_empty() && !self.at_end {
            self.decode_more()?;
        }
        let count = (&self.decoded[self.pending.clone()]).read(out)?;
        self.pending.start += count;
        Ok(count)
    }
}

/// How bytes that are scanned lie in their member.
#[derive(Debug, Default)]
pub enum Origin {
    /// As they are.
    #[default]
    Same,
    /// They were written in another coding. The place that was asked for last, with the bytes before it in the member, saves counting them
    /// again.
    Recoded(Coding, Cell<(usize, u64)>),
}

impl Clone for Origin {
    /// The same for other bytes: without the place that was asked for.
    fn clone(&self) -> Self {
        match self {
            Origin::Same => Origin::Same,
            Origin::Recoded(coding, _) => Origin::recoded(*coding),
        }
    }
}

impl Origin {
    /// That of text that was written so.
    pub fn recoded(coding: Coding) -> Self {
        Origin::Recoded(coding, Cell::default())
    }

    /// How many bytes of the member `bytes` were.
    pub fn length_of(&self, bytes: &[u8]) -> u64 {
        match self {
            Origin::Same => bytes.len() as u64,
            Origin::Recoded(coding, _) => coding.length_of(bytes),
        }
    }

    /// How many bytes of the member those of `bytes` before `at` were. Cheap if `at` goes forward from call to call for the same `bytes`.
    pub fn length_up_to(&self, bytes: &[u8], at: usize) -> u64 {
        let at = at.min(bytes.len());
        let Origin::Recoded(coding, last) = self else {
            return at as u64;
        };
        let (from, before) = match last.get() {
            known if known.0 <= at => known,
            _ => (0, 0),
        };
        let length = before + coding.length_of(&bytes[from..at]);
        last.set((at, length));
        length
    }
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
                Recoder::new(&packed[..], Coding::Utf16(order)).read_to_end(&mut read).expect("memory can be read");
                prop_assert!(read == text.as_bytes());
            }
            let origin = Origin::recoded(Coding::Utf16(ByteOrder::Little));
            for place in &places {
                let at = (0..=place.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                let expected = 2 * text[..at].encode_utf16().count() as u64;
                prop_assert_eq!(origin.length_up_to(text.as_bytes(), at), expected);
                prop_assert_eq!(Origin::recoded(Coding::Utf16(ByteOrder::Little)).length_of(&text.as_bytes()[..at]), expected);
            }
        }
    }

    #[test]
    fn what_is_no_text_is_marked_and_does_not_move_what_follows() {
        let lone = [0x00, 0xd8, b'a', 0, 0x00, 0xdc, b'b', 0, b'c'];
        let mut read = String::new();
        Recoder::new(&lone[..], Coding::Utf16(ByteOrder::Little))
            .read_to_string(&mut read)
            .expect("memory can be read");
        assert_eq!(read, "\u{fffd}a\u{fffd}b\u{fffd}");
        assert_eq!(
            Origin::recoded(Coding::Utf16(ByteOrder::Little)).length_up_to(read.as_bytes(), 7),
            6
        );
    }

    proptest! {
        #[test]
        fn what_is_gb18030_or_nearly_is_read_and_every_place_is_known(
            pieces in proptest::collection::vec(prop_oneof![
                // Any character but the two that cannot be told any more.
                "\\PC{1,8}".prop_map(|text| GB18030.encode(&text.replace(['\u{20ac}', '\u{fffd}'], "")).0.into_owned()),
                "[一-龥]{1,8}".prop_map(|text| GB18030.encode(&text).0.into_owned()),
                proptest::collection::vec(0x81u8..0xff, 1..4),
            ], 0..40),
        ) {
            // A line end keeps a piece that breaks off from taking the start of the next one with it.
            let raw = pieces.join(&b'\n');
            let mut read = String::new();
            Recoder::new(&raw[..], Coding::Gb18030).read_to_string(&mut read).expect("memory can be read");
            let origin = Origin::recoded(Coding::Gb18030);
            let (mut at, mut raw_at) = (0, 0);
            for (line, raw_line) in read.split('\n').zip(raw.split(|byte| *byte == b'\n')) {
                prop_assert_eq!(origin.length_up_to(read.as_bytes(), at), raw_at);
                prop_assert_eq!(Coding::Gb18030.length_of(line.as_bytes()), raw_line.len() as u64);
                at += line.len() + 1;
                raw_at += raw_line.len() as u64 + 1;
            }
        }
    }

    #[test]
    fn each_byte_that_is_no_gb18030_is_marked() {
        let raw = b"\xb4\xc5\xff\n\x81\x30\x81\n\xc5\xcc";
        let mut read = String::new();
        Recoder::new(&raw[..], Coding::Gb18030)
            .read_to_string(&mut read)
            .expect("memory can be read");
        assert_eq!(read, "磁\u{fffd}\n\u{fffd}0\u{fffd}\n盘");
        assert_eq!(Coding::Gb18030.length_of(read.as_bytes()), raw.len() as u64);
    }
}
