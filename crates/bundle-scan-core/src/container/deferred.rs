//! What a decoder gave before it met damage.
//!
//! The decoders of libraries fail and do not say how much they wrote before, so that it would depend on the sizes of the pieces that are read.

use std::io::{self, Read};

/// A failure that is told after what came before it.
#[derive(Default)]
pub(super) struct Deferred(Option<io::Error>);

impl Deferred {
    /// Has `decoder` read, of which `total` tells how much it has written in all.
    ///
    /// # Errors
    /// When the decoder fails and has written nothing, or failed in the call before this.
    pub(super) fn read<D: Read>(
        &mut self,
        decoder: &mut D,
        total: impl Fn(&D) -> u64,
        out: &mut [u8],
    ) -> io::Result<usize> {
        if let Some(error) = self.0.take() {
            return Err(error);
        }
        let before = total(decoder);
        decoder.read(out).or_else(|error| {
            let written = total(decoder).saturating_sub(before);
            match usize::try_from(written) {
                Ok(count @ 1..) if count <= out.len() => {
                    self.0 = Some(error);
                    Ok(count)
                }
                _ => Err(error),
            }
        })
    }
}
