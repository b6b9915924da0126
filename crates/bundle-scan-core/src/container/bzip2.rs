//! Decodes bzip2: any number of streams in a row, as `pbzip2` writes them.
//!
//! Source: bzip2 1.0.8, `decompress.c`: `BZh`, the block size `1`-`9`, then the magic of a block or of the stream's end.

use std::io::{self, BufRead, Read};

use ::bzip2::bufread::BzDecoder;

use super::codec::{Codec, Way};
use super::deferred::Deferred;

const BLOCK: &[u8] = b"\x31\x41\x59\x26\x53\x59";
const END: &[u8] = b"\x17\x72\x45\x38\x50\x90";
/// Bytes decoded at a time.
const PIECE_BYTES: usize = 4 << 10;

/// The bzip2 format.
pub(super) struct Bzip2;

impl Codec for Bzip2 {
    fn name(&self) -> &'static str {
        "bzip2"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        match head {
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] => {
                rest.starts_with(BLOCK) || rest.starts_with(END)
            }
            _ => false,
        }
    }

    fn decode<'a>(&self, encoded: Box<dyn BufRead + 'a>, _: Way) -> io::Result<Box<dyn Read + 'a>> {
        Ok(Box::new(Pieces {
            streams: Streams {
                current: Some(BzDecoder::new(encoded)),
                failure: Deferred::default(),
            },
            failure: None,
            piece: Vec::with_capacity(PIECE_BYTES),
            taken: 0,
        }))
    }
}

/// Gives what is decoded in pieces of one size: what the decoder writes into a piece before it finds that a block is damaged is lost.
struct Pieces<R: BufRead> {
    streams: Streams<R>,
    /// How it ends, told after the piece before it.
    failure: Option<io::Error>,
    piece: Vec<u8>,
    taken: usize,
}

impl<R: BufRead> Pieces<R> {
    fn fill(&mut self) -> io::Result<()> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        self.taken = 0;
        self.piece.clear();
        let whole = (&mut self.streams).take(PIECE_BYTES as u64);
        self.failure = { whole }.read_to_end(&mut self.piece).err();
        match self.failure.take_if(|_| self.piece.is_empty()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

impl<R: BufRead> Read for Pieces<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.piece.len() {
            self.fill()?;
        }
        let mut rest = self.piece.get(self.taken..).unwrap_or_default();
        let count = rest.read(out)?;
        self.taken += count;
        Ok(count)
    }
}

/// Reads streams one after the other.
struct Streams<R: BufRead> {
    /// `None` after the last one.
    current: Option<BzDecoder<R>>,
    failure: Deferred,
}

impl<R: BufRead> Read for Streams<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(stream) = &mut self.current {
            let count = self.failure.read(stream, BzDecoder::total_out, out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let rest = self.current.take().map(BzDecoder::into_inner);
            if let Some(mut rest) = rest
                && !rest.fill_buf()?.is_empty()
            {
                self.current = Some(BzDecoder::new(rest));
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use ::bzip2::Compression;
    use ::bzip2::bufread::BzEncoder;

    use super::*;

    /// What is decoded in pieces of that size, and how it ends.
    fn decoded(packed: &[u8], piece: usize) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut out = Vec::new();
        let packed = Box::new(Cursor::new(packed));
        let decoder = Bzip2.decode(packed, Way::default());
        let mut decoder = decoder.expect("the decoder starts");
        let mut piece = vec![0; piece];
        loop {
            match decoder.read(&mut piece) {
                Ok(0) => return (out, None),
                Ok(count) => out.extend_from_slice(&piece[..count]),
                Err(error) => return (out, Some(error.kind())),
            }
        }
    }

    #[test]
    fn what_comes_before_damage_does_not_depend_on_the_pieces() {
        let lines = (0..8_000).map(|n| format!("Mar 10 10:17:41 n1 agentd[77]: synced {n}\n"));
        let text = lines.collect::<String>().into_bytes();
        let mut packed = Vec::new();
        BzEncoder::new(&text[..], Compression::new(1))
            .read_to_end(&mut packed)
            .expect("memory can be read");
        let twice = [&packed[..], &packed].concat();
        assert!(decoded(&twice, 5_000) == ([&text[..], &text].concat(), None));
        for place in (20..packed.len()).step_by(packed.len() / 23) {
            let mut damaged = packed.clone();
            damaged[place] ^= 0x10;
            let (expected, end) = decoded(&damaged, 1);
            // Of a damaged block all is wrong, which its checksum tells at its end.
            assert!(end.is_some(), "{place}");
            for piece in [7, 5_000, 1 << 20] {
                let (found, other) = decoded(&damaged, piece);
                assert_eq!((found.len(), other), (expected.len(), end), "{place}");
                assert!(found == expected);
            }
        }
    }
}
