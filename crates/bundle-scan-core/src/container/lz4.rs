//! Decodes lz4 frames: any number of them in a row.
//!
//! Does not read the legacy format of the Linux kernel, raw blocks, or frames with a dictionary.
//! Source: the LZ4 frame format 1.6.4.

use std::io::{self, BufRead, Read};

use lz4_flex::frame::FrameDecoder;

use super::codec::{Codec, Way};

/// The lz4 frame format.
pub(super) struct Lz4;

impl Codec for Lz4 {
    fn name(&self) -> &'static str {
        "lz4"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"\x04\x22\x4d\x18")
    }

    fn decode<'a>(&self, encoded: Box<dyn BufRead + 'a>, _: Way) -> io::Result<Box<dyn Read + 'a>> {
        Ok(Box::new(Frames {
            decoder: FrameDecoder::new(Input {
                encoded,
                exhausted: false,
            }),
            inside: false,
        }))
    }
}

/// Reads frames one after the other. The decoder ends a frame that was cut between two blocks like a whole one, so the
/// cut is seen here: the end of a whole frame is found without asking the input for more than it holds.
struct Frames<R: BufRead> {
    decoder: FrameDecoder<Input<R>>,
    inside: bool,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside && self.decoder.get_mut().encoded.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.inside = true;
            let count = self.decoder.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            if self.decoder.get_ref().exhausted {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.inside = false;
        }
    }
}

/// The encoded bytes, and whether more of them were asked for than there are.
struct Input<R> {
    encoded: R,
    exhausted: bool,
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.encoded.read(out)?;
        self.exhausted |= count == 0 && !out.is_empty();
        Ok(count)
    }
}
