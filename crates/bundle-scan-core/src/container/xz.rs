//! Decodes xz: any number of streams in a row, padding between them included. Blocks of a stream are decoded at the same time, as far as
//! threads and memory allow.
//!
//! Does not read the older `.lzma` format. The decoder's memory is bounded; a stream that asks for more is unsupported.
//! Source: the `.xz` file format 1.2.1; the dictionary sizes of the presets in `xz(1)`.

use std::io::{self, BufRead, Read};

use liblzma::bufread::XzDecoder;
use liblzma::stream::{Error, MtStreamBuilder, Stream};

use super::codec::{Codec, Way};

/// Memory the decoder may use. `xz -9` needs 65 MiB.
const MAX_DECODER_BYTES: u64 = 96 << 20;
/// Memory for each thread that may decode; blocks are decoded at the same time as long as all of it suffices. A block of `xz -6` needs 36 MiB, one of
/// `xz -2` 9 MiB.
const THREAD_BYTES: u64 = 16 << 20;
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
            current: Some(stream(encoded, way.threads)?),
            threads: way.threads,
        }))
    }
}

/// Begins a stream.
fn stream<R: BufRead>(encoded: R, threads: u32) -> io::Result<XzDecoder<R>> {
    let stream = match threads {
        0 | 1 => Stream::new_stream_decoder(MAX_DECODER_BYTES, 0)?,
        _ => MtStreamBuilder::new()
            .threads(threads)
            .memlimit_threading(u64::from(threads) * THREAD_BYTES)
            .memlimit_stop(MAX_DECODER_BYTES)
            .decoder()?,
    };
    Ok(XzDecoder::new_stream(encoded, stream))
}

/// Reads streams one after the other.
struct Streams<R: BufRead> {
    /// `None` after the last one.
    current: Option<XzDecoder<R>>,
    threads: u32,
}

impl<R: BufRead> Streams<R> {
    /// Begins the stream that follows in `rest`, if one does.
    fn next(&self, mut rest: R) -> io::Result<Option<XzDecoder<R>>> {
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
                false => stream(rest, self.threads).map(Some),
            };
        }
    }
}

impl<R: BufRead> Read for Streams<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(stream) = &mut self.current {
            let count = stream.read(out).map_err(explained)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let rest = self.current.take().map(XzDecoder::into_inner);
            self.current = rest.map_or(Ok(None), |rest| self.next(rest))?;
        }
        Ok(0)
    }
}

/// Tells a dictionary that is too large from damage.
fn explained(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    if !matches!(inner, Some(Error::MemLimit)) {
        return error;
    }
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

    use super::*;

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
        let way = Way {
            threads,
            ..Way::default()
        };
        let mut out = Vec::new();
        let packed = Box::new(Cursor::new(packed));
        let mut decoder = Xz.decode(packed, way).expect("the decoder starts");
        let mut piece = [0; 5_000];
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
}
