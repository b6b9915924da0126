//! By libzstd.

use std::io::{self, BufRead, Read};

/// What libzstd says of a frame that is not damaged, but needs more than is offered: of its window, of its dictionary.
const REFUSALS: [&str; 2] = [
    "Frame requires too much memory for decoding",
    "Dictionary mismatch",
];

/// Reads frames one after the other.
pub(super) struct Frames<R: BufRead>(zstd::Decoder<'static, R>);

impl<R: BufRead> Frames<R> {
    pub(super) fn new(encoded: R) -> io::Result<Self> {
        zstd::Decoder::with_buffer(encoded).map(Frames)
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out).map_err(|error| {
            let said = error.to_string();
            match REFUSALS.contains(&said.as_str()) {
                true => io::Error::new(io::ErrorKind::Unsupported, said),
                false => error,
            }
        })
    }
}
