//! Decodes gzip: one member or several in a row, as rotated logs that were appended to are.

use std::io::{self, BufRead, Read};

use bundle_scan_inflate::GzipReader;
use flate2::bufread::GzDecoder;

use super::codec::{Codec, Way};
use crate::base::means::Means;

const MAGIC: &[u8] = b"\x1f\x8b";

/// The gzip format.
pub(super) struct Gzip;

impl Codec for Gzip {
    fn name(&self) -> &'static str {
        "gzip"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"\x1f\x8b\x08")
    }

    fn decode<'a>(
        &self,
        encoded: Box<dyn BufRead + 'a>,
        way: Way,
    ) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match way.means {
            Means::Own => Box::new(GzipReader::new(encoded)),
            Means::Common => Box::new(Members {
                current: Some(GzDecoder::new(encoded)),
            }),
        })
    }
}

/// Reads gzip members one after the other; `None` after the last one.
struct Members<R> {
    current: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.current {
            let count = member.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            self.current = self
                .current
                .take()
                .map(GzDecoder::into_inner)
                .map_or(Ok(None), next)?;
        }
        Ok(0)
    }
}

/// Begins the member that follows in `rest`, if one does.
fn next<R: BufRead>(mut rest: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        let ahead = rest.fill_buf()?;
        if ahead.is_empty() {
            return Ok(None);
        }
        if MAGIC.starts_with(ahead.get(..MAGIC.len()).unwrap_or(ahead)) {
            return Ok(Some(GzDecoder::new(rest)));
        }
        if ahead.iter().any(|byte| *byte != 0) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "other data follows the end of the stream",
            ));
        }
        let zeros = ahead.len();
        rest.consume(zeros);
    }
}
