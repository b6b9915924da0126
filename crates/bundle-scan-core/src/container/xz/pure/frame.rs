//! What stands around the blocks of a stream: its header, the headers of blocks, its index, its footer.
//!
//! Invariant: whatever the input says, memory is that of one block header.

use std::io::{self, BufRead, Read};

use crc32fast::Hasher;

use super::check::Check;
use super::{damaged, unsupported};

const MAGIC: [u8; 6] = *b"\xfd7zXZ\x00";
const END_MAGIC: [u8; 2] = *b"YZ";
/// The id of the LZMA2 filter.
const LZMA2: u64 = 0x21;
/// Bits of the flags of a block: filters but one, what is reserved, which sizes are told.
const FILTERS: u8 = 0x03;
const RESERVED: u8 = 0x3c;
const TELLS_ENCODED: u8 = 0x40;
const TELLS_DECODED: u8 = 0x80;

/// Reads the header of a stream: how its blocks are checked.
pub(super) fn read_header(encoded: &mut impl BufRead) -> io::Result<Check> {
    if bytes(encoded)? != MAGIC {
        return Err(damaged("no stream begins here"));
    }
    let flags: [u8; 2] = bytes(encoded)?;
    if bytes(encoded)? != crc32fast::hash(&flags).to_le_bytes() {
        return Err(damaged("the header of the stream is damaged"));
    }
    match flags {
        [0, check @ 0..16] => Ok(Check::new(check)),
        _ => Err(unsupported("the stream has flags of a later format")),
    }
}

/// Reads the index behind its first byte, and the footer; both repeat what was read before.
pub(super) fn read_end(
    encoded: &mut impl BufRead,
    check: u8,
    expected: &Records,
) -> io::Result<()> {
    let mut index = Hashed::new(encoded);
    index.note(&[0]);
    let mut records = Records::default();
    let count = varint(&mut index)?;
    if count == expected.count {
        for _ in 0..count {
            let unpadded = varint(&mut index)?;
            records.add(unpadded, varint(&mut index)?);
        }
    }
    if !records.are(expected) {
        return Err(damaged("the index tells other blocks than there are"));
    }
    let length = index.length;
    read_padding(&mut index, length)?;
    let (hash, length) = (index.hash.finalize(), index.length);
    if bytes(encoded)? != hash.to_le_bytes() {
        return Err(damaged("the index is damaged"));
    }
    let hash: [u8; 4] = bytes(encoded)?;
    let footer: [u8; 6] = bytes(encoded)?;
    let [size @ .., reserved, said] = footer;
    if hash != crc32fast::hash(&footer).to_le_bytes()
        || u64::from(u32::from_le_bytes(size)) != length / 4
        || [reserved, said] != [0, check]
        || bytes(encoded)? != END_MAGIC
    {
        return Err(damaged("the footer of the stream is damaged"));
    }
    Ok(())
}

/// Reads the zeros that make `length` a multiple of four.
pub(super) fn read_padding(encoded: &mut impl Read, length: u64) -> io::Result<()> {
    for _ in length..length.next_multiple_of(4) {
        if bytes(encoded)? != [0] {
            return Err(damaged("padding is not zero"));
        }
    }
    Ok(())
}

/// What a block says of itself.
pub(super) struct BlockHeader {
    /// Bytes of the header.
    pub(super) length: u64,
    /// Bytes of the block, before decoding and after.
    pub(super) encoded: Option<u64>,
    pub(super) decoded: Option<u64>,
    /// Bytes of the dictionary.
    pub(super) dictionary: u32,
}

impl BlockHeader {
    /// Reads the next one; `None` where the index begins.
    pub(super) fn read(encoded: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut header = Hashed::new(encoded);
        let [size] = bytes(&mut header)?;
        if size == 0 {
            return Ok(None);
        }
        let mut fields = vec![0; usize::from(size) * 4 - 1];
        header.read_exact(&mut fields)?;
        let hash = header.hash.finalize();
        if bytes(encoded)? != hash.to_le_bytes() {
            return Err(damaged("the header of a block is damaged"));
        }
        let length = (u64::from(size) + 1) * 4;
        // It is whole: where it ends early now, it contradicts itself.
        BlockHeader::parse(&fields, length)
            .map(Some)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => damaged("the header of a block is damaged"),
                _ => error,
            })
    }

    fn parse(mut fields: &[u8], length: u64) -> io::Result<Self> {
        let fields = &mut fields;
        let [flags] = bytes(fields)?;
        let told = |fields: &mut &[u8], bit| {
            let is_told = flags & bit != 0;
            is_told.then(|| varint(fields)).transpose()
        };
        let encoded = told(fields, TELLS_ENCODED)?;
        let decoded = told(fields, TELLS_DECODED)?;
        if flags & (FILTERS | RESERVED) != 0 || varint(fields)? != LZMA2 || varint(fields)? != 1 {
            return Err(unsupported("a block is packed with filters beside LZMA2"));
        }
        let dictionary = match bytes(fields)? {
            [40] => u32::MAX,
            [size @ 0..40] => (2 | u32::from(size & 1)) << (size / 2 + 11),
            _ => return Err(unsupported("a block is packed by a later LZMA2")),
        };
        if fields.iter().any(|byte| *byte != 0) {
            return Err(unsupported("a block has fields of a later format"));
        }
        Ok(BlockHeader {
            length,
            encoded,
            decoded,
            dictionary,
        })
    }
}

/// What an index repeats of blocks, in memory that does not grow with them.
#[derive(Default)]
pub(super) struct Records {
    count: u64,
    hash: Hasher,
}

impl Records {
    /// Adds a block: its bytes with header and check, and decoded.
    pub(super) fn add(&mut self, unpadded: u64, decoded: u64) {
        self.count += 1;
        self.hash.update(&unpadded.to_le_bytes());
        self.hash.update(&decoded.to_le_bytes());
    }

    fn are(&self, other: &Records) -> bool {
        let hash = |records: &Records| records.hash.clone().finalize();
        self.count == other.count && hash(self) == hash(other)
    }
}

/// Reads a number of up to 63 bits, seven in each byte, the low ones first.
fn varint(encoded: &mut impl Read) -> io::Result<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let [byte] = bytes(encoded)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(damaged("a number is too long"))
}

fn bytes<const N: usize>(encoded: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    encoded.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Hashes and counts the bytes that pass.
struct Hashed<'a, R> {
    encoded: &'a mut R,
    hash: Hasher,
    length: u64,
}

impl<'a, R: Read> Hashed<'a, R> {
    fn new(encoded: &'a mut R) -> Self {
        Hashed {
            encoded,
            hash: Hasher::new(),
            length: 0,
        }
    }

    /// Takes bytes that have passed already.
    fn note(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
    }
}

impl<R: Read> Read for Hashed<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.encoded.read(out)?;
        self.note(out.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_blocks_that_cannot_be_read_are_unsupported_or_damaged() {
        let read = |fields: &[u8]| {
            let size = (fields.len() as u8 + 1) / 4;
            let header = [&[size], fields].concat();
            let hash = crc32fast::hash(&header).to_le_bytes();
            let encoded = [&header[..], &hash].concat();
            let outcome = BlockHeader::read(&mut &*encoded);
            outcome.map(|header| header.map(|header| header.dictionary))
        };
        let dictionary = read(&[0, 0x21, 1, 22, 0, 0, 0]);
        assert_eq!(dictionary.expect("it can be read"), Some(8 << 20));
        let differences = [1, 3, 1, 0, 0x21, 1, 22];
        let later_flags = [4, 0x21, 1, 22, 0, 0, 0];
        let large = [0, 0x21, 1, 41, 0, 0, 0];
        let more = [0, 0x21, 1, 22, 0, 0, 1];
        for fields in [differences, later_flags, large, more] {
            let error = read(&fields).expect_err("it is not offered");
            assert_eq!(error.kind(), io::ErrorKind::Unsupported, "{fields:?}");
        }
        let endless = [0x40, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let error = read(&endless).expect_err("a number does not end");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
