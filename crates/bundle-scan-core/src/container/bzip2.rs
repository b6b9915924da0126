//! Decodes bzip2: any number of streams in a row, as `pbzip2` writes them.
//!
//! Source: bzip2 1.0.8, `decompress.c`: `BZh`, the block size `1`-`9`, then the magic of a block or of the stream's end.

use std::io::{self, BufRead, Read};

use ::bzip2::bufread::MultiBzDecoder;

use super::codec::{Codec, Way};

const BLOCK: &[u8] = b"\x31\x41\x59\x26\x53\x59";
const END: &[u8] = b"\x17\x72\x45\x38\x50\x90";

/// The bzip2 format.
pub(super) struct Bzip2;

impl Codec for Bzip2 {
    fn name(&self) -> &'static str {
        "bzip2"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        match head {
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] => {
                rest.starts_with(BLOCK) || rest.starts_with(END)
            }
            _ => false,
        }
    }

    fn decode<'a>(&self, encoded: Box<dyn BufRead + 'a>, _: Way) -> io::Result<Box<dyn Read + 'a>> {
        Ok(Box::new(MultiBzDecoder::new(encoded)))
    }
}
