//! Decodes zstd: any number of frames in a row, skippable ones included. By libzstd, or by ruzstd with the feature `pure-rust`.
//!
//! Dictionaries are not supported; windows above 128 MiB are refused by the decoder, which bounds its memory.
//! Source: RFC 8878, sections 3.1.1 and 3.1.2.

#[cfg(not(feature = "pure-rust"))]
mod fast;
#[cfg(feature = "pure-rust")]
mod pure;

use std::io::{self, BufRead, Read};

use super::codec::{Codec, Way};

#[cfg(not(feature = "pure-rust"))]
use self::fast::Frames;
#[cfg(feature = "pure-rust")]
use self::pure::Frames;

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
        Ok(Box::new(Frames::new(encoded)?))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zstd::Encoder;

    use super::*;

    /// Lines that make several blocks.
    fn text() -> Vec<u8> {
        let lines = (0..9_000_u64).map(|n| {
            let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            format!("Mar 10 10:17:41 n1 agentd[77]: synced {id:x}\n")
        });
        lines.collect::<String>().into_bytes()
    }

    /// A frame with a checksum and, if `is_sized`, the size of its content.
    fn frame(text: &[u8], is_sized: bool) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new(), 3).expect("the encoder starts");
        encoder.include_checksum(true).expect("a known setting");
        if is_sized {
            let size = Some(text.len() as u64);
            encoder.set_pledged_src_size(size).expect("a known setting");
        }
        encoder.write_all(text).expect("memory can be written");
        encoder.finish().expect("memory can be written")
    }

    /// What is decoded in odd pieces, and how it ends.
    fn decoded(packed: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
        let packed = io::BufReader::with_capacity(1_000, packed);
        let decoder = Zstd.decode(Box::new(packed), Way::default());
        let mut decoder = decoder.expect("the decoder starts");
        let (mut out, mut piece) = (Vec::new(), [0; 5_000]);
        loop {
            match decoder.read(&mut piece) {
                Ok(0) => return (out, None),
                Ok(count) => out.extend_from_slice(&piece[..count]),
                Err(error) => return (out, Some(error.kind())),
            }
        }
    }

    #[test]
    fn frames_follow_one_another_with_others_to_skip_between_them() {
        let text = text();
        let skip = [&b"\x5e\x2a\x4d\x18\x05\0\0\0"[..], b"hello"].concat();
        let empty = frame(b"", true);
        let frames = [frame(&text, true), skip, frame(&text, false), empty];
        let packed = frames.concat();
        assert!(decoded(&packed) == ([&text[..], &text].concat(), None));
        let behind = |garbage: &[u8]| decoded(&[&packed[..], garbage].concat());
        for garbage in [&b"x"[..], b"\0\0\0\0", b"garbage behind it"] {
            let (out, end) = behind(garbage);
            assert_eq!(out.len(), text.len() * 2);
            assert!(end.is_some_and(|end| end != io::ErrorKind::UnexpectedEof));
        }
    }

    #[test]
    fn a_cut_gives_the_blocks_before_it() {
        let text = text();
        let packed = frame(&text, true);
        let (mut longest, places) = (0, (1..packed.len()).step_by(packed.len() / 97));
        for place in places {
            let (out, end) = decoded(&packed[..place]);
            assert_eq!(end, Some(io::ErrorKind::UnexpectedEof), "cut at {place}");
            assert!(text.starts_with(&out), "cut at {place}");
            assert!(out.len() >= longest, "cut at {place}");
            longest = out.len();
        }
        // Blocks are of 128 KiB: all but the last one, cut or not.
        assert_eq!(longest, text.len() / (128 << 10) * (128 << 10));
    }

    #[test]
    fn damage_is_told_and_gives_the_blocks_before_it() {
        let text = text();
        let packed = frame(&text, true);
        for place in (0..packed.len()).step_by(packed.len() / 977) {
            let mut flipped = packed.clone();
            flipped[place] ^= 0x10;
            let (out, end) = decoded(&flipped);
            assert!(end.is_some() || out == text, "damage at {place}");
            let (before, _) = decoded(&packed[..place]);
            assert!(out.starts_with(&before), "damage at {place}");
        }
        let mut flipped = packed.clone();
        *flipped.last_mut().expect("a frame has bytes") ^= 1;
        let (out, end) = decoded(&flipped);
        assert!(out == text && end.is_some(), "a wrong checksum");
    }

    #[test]
    fn what_needs_more_than_is_offered_is_unsupported() {
        // A frame of one empty block with a window of 2^10 * 2^exponent bytes, or with a dictionary.
        let windowed =
            |exponent: u8| [&b"\x28\xb5\x2f\xfd\0"[..], &[exponent << 3, 1, 0, 0]].concat();
        assert_eq!(decoded(&windowed(17)), (Vec::new(), None));
        for exponent in [18, 31] {
            let (_, end) = decoded(&windowed(exponent));
            assert_eq!(end, Some(io::ErrorKind::Unsupported), "{exponent}");
        }
        let (_, end) = decoded(b"\x28\xb5\x2f\xfd\x01\x50\x07\x01\0\0");
        assert_eq!(end, Some(io::ErrorKind::Unsupported));
    }
}
