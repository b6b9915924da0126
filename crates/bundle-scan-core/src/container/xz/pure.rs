//! By lzma-rust2, block after block.
//!
//! It decodes LZMA2. The stream around that is read here, because its own readers give nothing of a piece that is cut, or keep a record of
//! each block. Filters for machine code and for differences are not supported: no log gains by them.
//! Source: the `.xz` file format 1.2.1, sections 2 to 4.

mod check;
mod frame;

use std::io::{self, BufRead, Read};

use lzma_rust2::{Action, Lzma2Stream, Status};

use self::check::Check;
use self::frame::{BlockHeader, Records};
use super::{MAX_DECODER_BYTES, too_large};

/// Encoded bytes that are decoded at a time: if they are damaged, nothing is had of them.
const PIECE_BYTES: usize = 256;

/// One stream.
pub(super) struct Stream<R> {
    encoded: R,
    /// How blocks are checked, once the header was read.
    check: Option<Check>,
    block: Option<Block>,
    /// The blocks so far.
    records: Records,
    /// What was met behind the bytes that were handed on last.
    failure: Option<io::Error>,
    is_over: bool,
}

/// The block that is being read.
struct Block {
    header: BlockHeader,
    decoder: Lzma2Stream,
    check: Check,
    is_over: bool,
}

impl<R: BufRead> Stream<R> {
    /// Begins a stream. More threads than one are of no use to it.
    pub(super) fn new(encoded: R, _threads: u32) -> io::Result<Self> {
        Ok(Stream {
            encoded,
            check: None,
            block: None,
            records: Records::default(),
            failure: None,
            is_over: false,
        })
    }

    /// What follows the stream, once it was read to its end.
    pub(super) fn into_inner(self) -> R {
        self.encoded
    }

    /// Begins the next block, or ends the stream.
    fn begin(&mut self) -> io::Result<()> {
        let check = match &self.check {
            Some(check) => check,
            None => self.check.insert(frame::read_header(&mut self.encoded)?),
        };
        let Some(header) = BlockHeader::read(&mut self.encoded)? else {
            self.is_over = true;
            return frame::read_end(&mut self.encoded, check.id(), &self.records);
        };
        let limit = u32::try_from(MAX_DECODER_BYTES >> 10).unwrap_or(u32::MAX - 1);
        self.block = Some(Block {
            decoder: Lzma2Stream::new_mem_limit(header.dictionary, limit),
            header,
            check: check.clone(),
            is_over: false,
        });
        Ok(())
    }

    /// Reads what stands behind a block, and holds the block against it.
    fn end(&mut self, block: Block) -> io::Result<()> {
        let (encoded, decoded) = (block.decoder.total_in(), block.decoder.total_out());
        let is_as_said = |said: Option<u64>, size| said.is_none_or(|said| said == size);
        if !is_as_said(block.header.encoded, encoded) || !is_as_said(block.header.decoded, decoded)
        {
            return Err(damaged("a block is not of the size that it says"));
        }
        frame::read_padding(&mut self.encoded, encoded)?;
        let unpadded = block.header.length + encoded + block.check.length();
        block.check.read(&mut self.encoded)?;
        self.records.add(unpadded, decoded);
        Ok(())
    }
}

impl Block {
    /// Decodes a piece of `ahead`, which is empty only at the end: how many bytes of it are used up, how many decoded, and what was met behind these.
    fn decode(&mut self, ahead: &[u8], out: &mut [u8]) -> (usize, usize, Option<io::Error>) {
        let piece = ahead.get(..PIECE_BYTES).unwrap_or(ahead);
        let action = match piece {
            [] => Action::Finish,
            _ => Action::Run,
        };
        let before = self.decoder.total_out();
        let outcome = self.decoder.process(piece, out, action);
        let count = usize::try_from(self.decoder.total_out() - before).unwrap_or(0);
        self.check.update(out.get(..count).unwrap_or_default());
        match outcome {
            Ok(step) => {
                self.is_over = step.status == Status::StreamEnd;
                let is_stuck = step.bytes_consumed == 0 && count == 0 && !self.is_over;
                let stuck = is_stuck.then(|| damaged("LZMA2 ends nowhere"));
                (step.bytes_consumed, count, stuck)
            }
            Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                (0, count, Some(too_large()))
            }
            Err(error) => (0, count, Some(error)),
        }
    }
}

impl<R: BufRead> Read for Stream<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        if let Some(error) = self.failure.take() {
            self.is_over = true;
            return Err(error);
        }
        while !self.is_over {
            let Some(block) = &mut self.block else {
                self.begin()?;
                continue;
            };
            if block.is_over {
                self.block.take().map_or(Ok(()), |block| self.end(block))?;
                continue;
            }
            let (used, count, failure) = block.decode(self.encoded.fill_buf()?, out);
            self.encoded.consume(used);
            match failure {
                Some(error) if count == 0 => return Err(error),
                failure => self.failure = failure,
            }
            if count > 0 {
                return Ok(count);
            }
        }
        Ok(0)
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn unsupported(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
