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

// miniz_oxide, which decodes where zlib-rs is not there, says nothing of what it wrote in the call that meets damage.
#[cfg(all(test, feature = "fast"))]
mod tests {
    use flate2::Compression;
    use flate2::bufread::{DeflateDecoder, DeflateEncoder};

    use super::*;

    #[test]
    fn what_comes_before_damage_does_not_depend_on_the_pieces() {
        let lines = (0..2_000).map(|n| format!("Mar 10 10:17:41 n1 agentd[77]: synced {n}\n"));
        let text = lines.collect::<String>().into_bytes();
        let mut packed = Vec::new();
        DeflateEncoder::new(&text[..], Compression::default())
            .read_to_end(&mut packed)
            .expect("memory can be read");
        let mut broken = 0;
        for place in (0..packed.len()).step_by(packed.len() / 97) {
            let mut damaged = packed.clone();
            damaged[place] ^= 0x10;
            let decoded = |piece: usize| {
                let mut decoder = DeflateDecoder::new(&damaged[..]);
                let mut failure = Deferred::default();
                let (mut out, mut piece) = (Vec::new(), vec![0; piece]);
                loop {
                    match failure.read(&mut decoder, DeflateDecoder::total_out, &mut piece) {
                        Ok(0) => return (out, false),
                        Ok(count) => out.extend_from_slice(&piece[..count]),
                        Err(_) => return (out, true),
                    }
                }
            };
            let expected = decoded(1);
            broken += u32::from(expected.1);
            for piece in [7, 5_000, 1 << 20] {
                assert!(decoded(piece) == expected, "damage at {place}");
            }
        }
        assert!(broken > 10);
    }
}
