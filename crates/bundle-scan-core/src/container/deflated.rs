//! The content of a deflated member of a zip, held against what the directory claims of it.

use std::io::{self, ErrorKind, Read};

use bundle_scan_inflate::DeflateReader;
use crc32fast::Hasher;

/// What a directory claims of a member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    /// Its size in bytes after decoding.
    pub(super) bytes: u64,
    /// Its checksum after decoding.
    pub(super) crc: u32,
}

/// Decodes a member. Invariant: gives no more bytes than claimed; at its end, size and checksum are right or there is an error.
pub(super) struct Deflated<R> {
    inner: DeflateReader<R>,
    claim: Claim,
    decoded: u64,
    crc: Hasher,
}

impl<R: Read> Deflated<R> {
    pub(super) fn new(encoded: R, claim: Claim) -> Self {
        Deflated {
            inner: DeflateReader::new(encoded),
            claim,
            decoded: 0,
            crc: Hasher::new(),
        }
    }

    fn end(&mut self) -> io::Result<()> {
        if self.inner.read(&mut [0])? > 0 {
            return Err(damage("more content than the directory says"));
        }
        match self.crc.clone().finalize() == self.claim.crc {
            true => Ok(()),
            false => Err(damage(
                "content of another checksum than the directory says",
            )),
        }
    }
}

impl<R: Read> Read for Deflated<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        let left = self.claim.bytes - self.decoded;
        if left == 0 {
            return self.end().map(|()| 0);
        }
        let room = usize::try_from(left).map_or(out.len(), |left| left.min(out.len()));
        let out = out.get_mut(..room).unwrap_or_default();
        let count = self.inner.read(out)?;
        if count == 0 {
            return Err(damage("less content than the directory says"));
        }
        self.decoded += count as u64;
        self.crc.update(out.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn damage(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::DeflateEncoder;

    #[test]
    fn what_was_claimed_is_given_and_the_rest_is_damage() {
        let content = b"Mar 10 10:17:41 n1 kernel: disk full\n";
        let mut encoded = Vec::new();
        DeflateEncoder::new(&content[..], Compression::best())
            .read_to_end(&mut encoded)
            .expect("memory can be read");
        let crc = crc32fast::hash(content);
        let length = content.len() as u64;
        for (bytes, crc, given, is_right) in [
            (length, crc, content.len(), true),
            (length, crc + 1, content.len(), false),
            (length + 1, crc, content.len(), false),
            (length - 3, crc, content.len() - 3, false),
            (0, 0, 0, false),
        ] {
            let mut decoded = Vec::new();
            let mut member = Deflated::new(&encoded[..], Claim { bytes, crc });
            let result = member.read_to_end(&mut decoded);
            assert_eq!(decoded, &content[..given], "claimed {bytes} bytes");
            assert_eq!(result.is_ok(), is_right, "claimed {bytes} bytes");
        }
    }
}
