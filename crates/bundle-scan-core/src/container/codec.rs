//! What every compressed stream format has in common.
//!
//! A codec turns encoded bytes into decoded ones and says how its stream begins. It keeps no count and enforces no
//! limit: [`super::guard`] does both. Invariant: a stream that ends early gives `UnexpectedEof`, a damaged one any other
//! error, and data that needs more than a codec offers gives `Unsupported`.

use std::io::{self, BufRead, Read};

use crate::base::means::Means;

/// How a bundle is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way {
    /// With what it is decoded.
    pub means: Means,
    /// Threads that may decode one stream; none is as good as one.
    pub threads: u32,
    /// Whether plain files are mapped rather than read. If another process cuts one short meanwhile, this one ends with SIGBUS.
    pub maps_files: bool,
}

/// One compression format.
pub(super) trait Codec: Sync {
    /// The word used in reports: `gzip`.
    fn name(&self) -> &'static str;

    /// Whether a stream of this format begins with `head`.
    fn recognises(&self, head: &[u8]) -> bool;

    /// Decodes all streams that follow one another in `encoded`, front to back.
    ///
    /// # Errors
    /// When the decoder cannot be set up; damage shows while reading.
    fn decode<'a>(
        &self,
        encoded: Box<dyn BufRead + 'a>,
        way: Way,
    ) -> io::Result<Box<dyn Read + 'a>>;
}
