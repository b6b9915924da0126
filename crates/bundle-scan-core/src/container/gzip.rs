//! Decodes gzip: one member or several in a row, as rotated logs that were appended to are.

use std::io::{self, BufRead, Read};

use bundle_scan_inflate::GzipReader;

use super::codec::Codec;

/// The gzip format.
pub(super) struct Gzip;

impl Codec for Gzip {
    fn name(&self) -> &'static str {
        "gzip"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"\x1f\x8b\x08")
    }

    fn decode<'a>(&self, encoded: Box<dyn BufRead + 'a>) -> io::Result<Box<dyn Read + 'a>> {
        Ok(Box::new(GzipReader::new(encoded)))
    }
}
