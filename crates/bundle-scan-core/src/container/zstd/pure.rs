//! By ruzstd, which decodes a frame block by block. What it leaves to its caller is here: frames that follow one another or are to be
//! skipped, checksums, sizes, and what was decoded before damage.

use std::error::Error;
use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The largest window: that of libzstd.
const MAX_WINDOW_BYTES: u64 = 128 << 20;
/// An empty last block, and room for a checksum. A decoder that has read it holds nothing back as a window.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// Reads frames one after the other.
pub(super) struct Frames<R> {
    encoded: R,
    decoder: FrameDecoder,
    /// Decoded bytes of the frame.
    decoded: u64,
    next: Next,
}

/// What comes after all that is decoded was handed on.
enum Next {
    Frame,
    Block,
    Failure(io::Error),
    Nothing,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(encoded: R) -> io::Result<Self> {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_WINDOW_BYTES);
        Ok(Frames {
            encoded,
            decoder,
            decoded: 0,
            next: Next::Frame,
        })
    }

    /// Begins the frame that follows, or skips it.
    fn begin(&mut self) -> io::Result<Next> {
        match self.encoded.fill_buf()?.first() {
            None => return Ok(Next::Nothing),
            // The magic of a frame and of one to be skipped.
            Some(0x28 | 0x50..=0x5f) => {}
            Some(_) => return Err(damaged("other data follows the end of the frame")),
        }
        self.decoded = 0;
        match self.decoder.reset(&mut self.encoded) {
            Ok(()) => Ok(Next::Block),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let length = u64::from(length);
                let mut skipped = (&mut self.encoded).take(length);
                match io::copy(&mut skipped, &mut io::sink())? < length {
                    true => Err(io::ErrorKind::UnexpectedEof.into()),
                    false => Ok(Next::Frame),
                }
            }
            Err(error) => Err(explained(&error)),
        }
    }

    /// Decodes the block that follows, or ends the frame.
    fn go_on(&mut self) -> io::Result<Next> {
        if self.decoder.is_finished() {
            return self.end();
        }
        let one = BlockDecodingStrategy::UptoBlocks(1);
        let outcome = self.decoder.decode_blocks(&mut self.encoded, one);
        outcome.map(|_| Next::Block).map_err(|error| {
            let one = BlockDecodingStrategy::UptoBlocks(1);
            // Whatever it says of this block: the error of the one before is what counts.
            let _ = self.decoder.decode_blocks(&LAST_BLOCK[..], one);
            explained(&error)
        })
    }

    /// Holds the whole frame against what it says of itself.
    fn end(&self) -> io::Result<Next> {
        let expected = self.decoder.get_checksum_from_data();
        if expected.is_some() && expected != self.decoder.get_calculated_checksum() {
            return Err(damaged(
                "the content does not have the checksum of the frame",
            ));
        }
        // A frame that does not say its size says 0.
        match self.decoder.content_size() {
            size if size == 0 || size == self.decoded => Ok(Next::Frame),
            _ => Err(damaged("the content does not have the size of the frame")),
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.decoder.read(out)?;
            self.decoded += count as u64;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let next = match std::mem::replace(&mut self.next, Next::Nothing) {
                Next::Frame => self.begin(),
                Next::Block => self.go_on(),
                Next::Failure(error) => return Err(error),
                Next::Nothing => return Ok(0),
            };
            self.next = next.unwrap_or_else(Next::Failure);
        }
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Tells a stream that ends early, and a frame that needs more than is offered, from damage.
fn explained(error: &FrameDecoderError) -> io::Error {
    let mut root: &(dyn Error + 'static) = error;
    while let Some(source) = root.source() {
        root = source;
    }
    if let Some(read) = root.downcast_ref::<io::Error>() {
        return read.kind().into();
    }
    let kind = match error {
        FrameDecoderError::WindowSizeTooBig { .. }
        | FrameDecoderError::FrameHeaderError(FrameHeaderError::WindowTooBig { .. })
        | FrameDecoderError::DictNotProvided { .. } => io::ErrorKind::Unsupported,
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, root.to_string())
}
