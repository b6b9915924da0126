//! What the fuzz targets run, and what must hold for any input. One module for each room that bytes of a bundle reach.

mod bundle;
mod container;
mod envelope;
mod fact;
mod matcher;
pub mod seeds;
mod signature;

pub use bundle::bundle;
pub use container::{inflate, walk};
pub use envelope::envelopes;
pub use fact::{documents, grammars, reader};
pub use matcher::anchors;
pub use signature::signatures;

/// The first line, and what follows it.
fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}
