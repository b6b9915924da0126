//! Bytes that are in memory as a whole and may leave it piece by piece.

use std::ops::Range;
use std::sync::Arc;

/// Bytes in memory.
pub trait Releasable: AsRef<[u8]> + Send + Sync {
    /// Says that a range is about to be read as a whole.
    fn expect(&self, _range: Range<usize>) {}

    /// Says that a range was read and will hardly be read again, so that it need not stay in memory.
    fn release(&self, _range: Range<usize>) {}
}

/// Bytes that several threads may read.
pub type SharedBytes = Arc<dyn Releasable>;
