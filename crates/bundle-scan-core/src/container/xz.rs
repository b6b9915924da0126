//! Decodes xz: any number of streams in a row, padding between them included. By liblzma, or by lzma-rust2 with the feature `pure-rust`.
//!
//! Does not read the older `.lzma` format. The decoder's memory is bounded; a stream that asks for more is unsupported.
//! Source: the `.xz` file format 1.2.1; the dictionary sizes of the presets in `xz(1)`.

#[cfg(not(feature = "pure-rust"))]
mod fast;
#[cfg(feature = "pure-rust")]
mod pure;

use std::io::{self, BufRead, Read};

use super::codec::{Codec, Way};

#[cfg(not(feature = "pure-rust"))]
use self::fast::Stream;
#[cfg(feature = "pure-rust")]
use self::pure::Stream;

/// Memory the decoder may use. `xz -9` needs 65 MiB.
const MAX_DECODER_BYTES: u64 = 96 << 20;
/// The padding between streams comes in units of so many bytes.
const PADDING_BYTES: usize = 4;

/// The xz format.
pub(super) struct Xz;

impl Codec for Xz {
    fn name(&self) -> &'static str {
        "xz"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"\xfd7zXZ\x00")
    }

    fn decode<'a>(
        &self,
        encoded: Box<dyn BufRead + 'a>,
        way: Way,
    ) -> io::Result<Box<dyn Read + 'a>> {
        Ok(Box::new(Streams {
            current: Some(Stream::new(encoded, way.threads)?),
            threads: way.threads,
        }))
    }
}

/// Reads streams one after the other.
struct Streams<R: BufRead> {
    /// `None` after the last one.
    current: Option<Stream<R>>,
    threads: u32,
}

impl<R: BufRead> Streams<R> {
    /// Begins the stream that follows in `rest`, if one does.
    fn next(&self, mut rest: R) -> io::Result<Option<Stream<R>>> {
        let mut padding = 0;
        loop {
            let ahead = rest.fill_buf()?;
            let is_end = ahead.is_empty();
            let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
            let is_padding = zeros == ahead.len() && !is_end;
            padding += zeros;
            rest.consume(zeros);
            if is_padding {
                continue;
            }
            if padding % PADDING_BYTES != 0 {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "padding of odd length follows the end of the stream",
                ));
            }
            return match is_end {
                true => Ok(None),
                false => Stream::new(rest, self.threads).map(Some),
            };
        }
    }
}

impl<R: BufRead> Read for Streams<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(stream) = &mut self.current {
            let count = stream.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let rest = self.current.take().map(Stream::into_inner);
            self.current = rest.map_or(Ok(None), |rest| self.next(rest))?;
        }
        Ok(0)
    }
}

/// A stream that needs more memory than is offered.
fn too_large() -> io::Error {
    let limit = MAX_DECODER_BYTES >> 20;
    io::Error::new(
        io::ErrorKind::Unsupported,
        format!("decoding needs more than {limit} MiB of memory"),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use liblzma::bufread::XzEncoder;
    use liblzma::stream::MtStreamBuilder;

    use super::*;

    /// Bytes that are decoded at a time.
    const PIECE_BYTES: usize = 5_000;

    /// A stream of several blocks.
    fn blocks(text: &[u8]) -> Vec<u8> {
        let stream = MtStreamBuilder::new()
            .threads(2)
            .preset(1)
            .block_size(20_000)
            .encoder()
            .expect("the encoder starts");
        let mut packed = Vec::new();
        XzEncoder::new_stream(text, stream)
            .read_to_end(&mut packed)
            .expect("memory can be read");
        packed
    }

    /// What is decoded, and how it ends.
    fn decoded(packed: &[u8], threads: u32) -> (Vec<u8>, Option<io::ErrorKind>) {
        decoded_in_pieces(packed, threads, PIECE_BYTES)
    }

    fn decoded_in_pieces(
        packed: &[u8],
        threads: u32,
        piece: usize,
    ) -> (Vec<u8>, Option<io::ErrorKind>) {
        let way = Way {
            threads,
            ..Way::default()
        };
        let mut out = Vec::new();
        let packed = Box::new(Cursor::new(packed));
        let mut decoder = Xz.decode(packed, way).expect("the decoder starts");
        let mut piece = vec![0; piece];
        loop {
            match decoder.read(&mut piece) {
                Ok(0) => return (out, None),
                Ok(count) => out.extend_from_slice(&piece[..count]),
                Err(error) => return (out, Some(error.kind())),
            }
        }
    }

    fn text() -> Vec<u8> {
        let lines = (0..6_000_u64).map(|n| {
            let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            format!("Mar 10 10:17:41 n1 agentd[77]: synced {id:x}\n")
        });
        lines.collect::<String>().into_bytes()
    }

    #[test]
    fn streams_follow_one_another_with_padding_between_them() {
        let text = text();
        let packed = blocks(&text);
        let twice = [&text[..], &text].concat();
        for (padding, is_right) in [(0, true), (4, true), (70_000, true), (3, false)] {
            let zeros = vec![0; padding];
            let between = [&packed[..], &zeros, &packed].concat();
            let behind = [&packed[..], &zeros].concat();
            for threads in [1, 2, 8] {
                let (found, end) = decoded(&between, threads);
                assert_eq!(end.is_none(), is_right, "{padding} zeros between");
                assert!(found == if is_right { &twice[..] } else { &text });
                let (found, end) = decoded(&behind, threads);
                assert_eq!(end.is_none(), is_right, "{padding} zeros behind");
                assert!(found == text);
            }
        }
    }

    #[test]
    fn pieces_do_not_change_what_comes_before_damage() {
        let packed = blocks(&text());
        for place in (0..packed.len()).step_by(packed.len() / 23) {
            let mut damaged = packed.clone();
            damaged[place] ^= 0x10;
            let expected = decoded_in_pieces(&damaged, 1, 1);
            for piece in [7, PIECE_BYTES, 1 << 20] {
                let found = decoded_in_pieces(&damaged, 1, piece);
                assert!(found == expected, "pieces of {piece}, damage at {place}");
            }
        }
    }

    #[test]
    fn threads_do_not_change_what_comes_before_damage() {
        let packed = blocks(&text());
        for place in (0..packed.len()).step_by(packed.len() / 97) {
            let mut flipped = packed.clone();
            flipped[place] ^= 0x10;
            for damaged in [&packed[..place], &flipped] {
                let (expected, end) = decoded(damaged, 1);
                for threads in [2, 8] {
                    let (found, other) = decoded(damaged, threads);
                    assert_eq!(other, end, "{threads} threads, damage at {place}");
                    assert_eq!(found.len(), expected.len(), "damage at {place}");
                    assert!(found == expected);
                }
            }
        }
    }

    #[test]
    fn cut_and_damaged_streams_are_told_apart() {
        let text = text();
        let packed = [blocks(&text), blocks(&text)].concat();
        let twice = [&text[..], &text].concat();
        let half = packed.len() / 2;
        // Here and there, and all about where the second stream begins.
        let places = (1..packed.len()).step_by(1_999).chain(half - 40..half + 40);
        for place in places.filter(|place| *place != half) {
            let (out, end) = decoded(&packed[..place], 1);
            assert_eq!(end, Some(io::ErrorKind::UnexpectedEof), "cut at {place}");
            assert!(twice.starts_with(&out), "cut at {place}");
            let mut flipped = packed.clone();
            flipped[place] ^= 0x10;
            let (_, end) = decoded(&flipped, 1);
            let is_told = end.is_some_and(|end| end != io::ErrorKind::UnexpectedEof);
            assert!(is_told, "damage at {place}: {end:?}");
        }
    }

    #[test]
    fn a_block_is_decoded_up_to_where_it_is_cut() {
        let text = text();
        let mut packed = Vec::new();
        XzEncoder::new(&text[..], 6)
            .read_to_end(&mut packed)
            .expect("memory can be read");
        let (out, _) = decoded(&packed[..packed.len() / 2], 1);
        let share = out.len() * 100 / text.len();
        assert!((45..55).contains(&share), "{share} of a hundred");
    }

    #[test]
    fn every_check_is_held_against_its_block() {
        use liblzma::stream::{Check, Stream};
        let text = text();
        for check in [Check::None, Check::Crc32, Check::Crc64, Check::Sha256] {
            let stream = Stream::new_easy_encoder(1, check).expect("the encoder starts");
            let mut packed = Vec::new();
            XzEncoder::new_stream(&text[..], stream)
                .read_to_end(&mut packed)
                .expect("memory can be read");
            assert!(decoded(&packed, 1) == (text.clone(), None));
            if check as u32 == Check::None as u32 {
                continue;
            }
            // The check stands before an index of 8 bytes or 12, its checksum and a footer of 12.
            let place = packed.len() - 12 - 4 - 12;
            packed[place - 1] ^= 1;
            let (out, end) = decoded(&packed, 1);
            assert!(text.starts_with(&out) && end.is_some());
            // liblzma gives nothing of the piece at whose end the check stands.
            assert!(text.len() - out.len() < PIECE_BYTES, "{}", out.len());
        }
    }

    #[test]
    fn a_dictionary_above_the_limit_is_unsupported() {
        // An empty block whose header asks for 64 MiB, 96 MiB or 4 GiB.
        for (size, is_read) in [(28, true), (29, false), (40, false)] {
            let header = [2, 0, 0x21, 1, size, 0, 0, 0];
            let flags = [0, 0];
            let mut index = vec![0, 1, 13, 0];
            let mut footer = [1, 0, 0, 0, 0, 0];
            let crc = |bytes: &[u8]| crc32fast::hash(bytes).to_le_bytes();
            index.extend(crc(&index.clone()));
            footer[0] = (index.len() / 4 - 1) as u8;
            let packed = [
                &b"\xfd7zXZ\0"[..],
                &flags,
                &crc(&flags),
                &header,
                &crc(&header),
                &[0; 4],
                &index,
                &crc(&footer),
                &footer,
                b"YZ",
            ]
            .concat();
            let (_, end) = decoded(&packed, 1);
            let expected = (!is_read).then_some(io::ErrorKind::Unsupported);
            assert_eq!(end, expected, "{size}");
        }
    }
}
