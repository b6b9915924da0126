//! Decodes deflate streams (RFC 1951) and gzip files (RFC 1952).
//!
//! Made for data that is decoded once, front to back, on one core, while others look at what comes out: it stops at any byte of
//! input or output and goes on from there, holds 32 KiB of what it wrote last, and allocates nothing after it has begun.
//!
//! Any input ends in data or in an error. What was decoded before damage is delivered before the error is, and
//! behind the error is the end.

#![forbid(unsafe_code)]

mod bits;
mod block;
mod fast;
mod gzip;
mod reader;
mod source;
mod table;
#[cfg(test)]
mod testing;

pub use gzip::GzipReader;
pub use reader::DeflateReader;

/// The farthest that a match may reach back, in bytes.
const MAX_DISTANCE: usize = 32 << 10;

/// What is wrong with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A block says to be of the fourth kind, of three.
    #[error("a block of no known kind")]
    BlockKind,
    /// A block that is stored as it is says its size twice, in two ways.
    #[error("a stored block of a contradictory length")]
    StoredLength,
    /// The codes of a block cannot be.
    #[error("an impossible set of codes")]
    CodeSet,
    /// Bits that begin no code.
    #[error("a code that stands for nothing")]
    Code,
    /// A repetition of what was never there.
    #[error("a repetition of what lies before the beginning")]
    Distance,
}
