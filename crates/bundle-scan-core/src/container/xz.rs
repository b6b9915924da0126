//! Decodes xz: any number of streams in a row, padding between them included.
//!
//! Does not read the older `.lzma` format. The decoder's memory is bounded; a stream that asks for more is unsupported.
//! Source: the `.xz` file format 1.2.1; the dictionary sizes of the presets in `xz(1)`.

use std::io::{self, BufRead, Read};

use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Error, Stream};

use super::codec::Codec;
use crate::base::means::Means;

/// Memory the decoder may use. `xz -9` needs 65 MiB.
const MAX_DECODER_BYTES: u64 = 96 << 20;

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
        _: Means,
    ) -> io::Result<Box<dyn Read + 'a>> {
        let stream = Stream::new_stream_decoder(MAX_DECODER_BYTES, CONCATENATED)?;
        Ok(Box::new(Streams(XzDecoder::new_stream(encoded, stream))))
    }
}

/// Tells a dictionary that is too large from damage.
struct Streams<R: BufRead>(XzDecoder<R>);

impl<R: BufRead> Read for Streams<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out).map_err(|error| {
            if !asks_for_too_much(&error) {
                return error;
            }
            let limit = MAX_DECODER_BYTES >> 20;
            io::Error::new(
                io::ErrorKind::Unsupported,
                format!("decoding needs more than {limit} MiB of memory"),
            )
        })
    }
}

fn asks_for_too_much(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(inner, Some(Error::MemLimit))
}
