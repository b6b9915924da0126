//! Decodes zstd: any number of frames in a row, skippable ones included.
//!
//! Dictionaries are not supported; windows above 128 MiB are refused by the decoder, which bounds its memory.
//! Source: RFC 8878, sections 3.1.1 and 3.1.2.

use std::io::{self, BufRead, Read};

use super::codec::{Codec, Way};

/// The zstd format.
pub(super) struct Zstd;

impl Codec for Zstd {
    fn name(&self) -> &'static str {
        "zstd"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"\x28\xb5\x2f\xfd")
    }

    fn decode<'a>(&self, encoded: Box<dyn BufRead + 'a>, _: Way) -> io::Result<Box<dyn Read + 'a>> {
        Ok(Box::new(zstd::Decoder::with_buffer(encoded)?))
    }
}
