//! By liblzma. Blocks of a stream are decoded at the same time, as far as threads and memory allow.

use std::io::{self, BufRead, Read};

use liblzma::bufread::XzDecoder;
use liblzma::stream::{Error, MtStreamBuilder};

use super::{MAX_DECODER_BYTES, too_large};
use crate::container::deferred::Deferred;

/// Memory for each thread that may decode; blocks are decoded at the same time as long as all of it suffices. A block of `xz -6` needs 36 MiB, one of
/// `xz -2` 9 MiB.
const THREAD_BYTES: u64 = 16 << 20;

/// One stream.
pub(super) struct Stream<R: BufRead> {
    decoder: XzDecoder<R>,
    failure: Deferred,
}

impl<R: BufRead> Stream<R> {
    pub(super) fn new(encoded: R, threads: u32) -> io::Result<Self> {
        let stream = match threads {
            0 | 1 => liblzma::stream::Stream::new_stream_decoder(MAX_DECODER_BYTES, 0)?,
            _ => MtStreamBuilder::new()
                .threads(threads)
                .memlimit_threading(u64::from(threads) * THREAD_BYTES)
                .memlimit_stop(MAX_DECODER_BYTES)
                .decoder()?,
        };
        Ok(Stream {
            decoder: XzDecoder::new_stream(encoded, stream),
            failure: Deferred::default(),
        })
    }

    /// What follows the stream, once it was read to its end.
    pub(super) fn into_inner(self) -> R {
        self.decoder.into_inner()
    }
}

impl<R: BufRead> Read for Stream<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self
            .failure
            .read(&mut self.decoder, XzDecoder::total_out, out);
        read.map_err(explained)
    }
}

/// Tells a dictionary that is too large from damage.
fn explained(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(Error::MemLimit) => too_large(),
        _ => error,
    }
}
