//! Parses what stands before and behind a member of a zip: the local file header and the data descriptor.
//!
//! Does not read the member. Invariant: at most 128 KiB, two fields of 16-bit length, are held.
//!
//! Source: APPNOTE 6.3.10, sections 4.3.7 (local file header), 4.3.9 (data descriptor), 4.4.4 (flags), 4.5.3 (zip64);
//! Info-ZIP `extrafld.txt` (0x5455).

use std::io::{self, Read};

const FLAG_ENCRYPTED: u16 = 1;
const FLAG_DESCRIPTOR: u16 = 1 << 3;
const EXTRA_ZIP64: u16 = 0x0001;
const EXTRA_TIMESTAMP: u16 = 0x5455;
/// A size that stands in the zip64 field instead.
const IN_ZIP64: u32 = u32::MAX;

/// The magic before a member, and the ones that say that none follows.
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DIRECTORY: [[u8; 4]; 3] = [*b"PK\x01\x02", *b"PK\x05\x06", *b"PK\x06\x06"];
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// How a member is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Not at all.
    Stored,
    /// By deflate.
    Deflated,
    /// By a method that is not read here.
    Other(u16),
}

/// What stands before a member.
pub(super) struct LocalHeader {
    /// How the member is compressed.
    pub(super) method: Method,
    /// Whether it needs a password.
    pub(super) is_encrypted: bool,
    /// The checksum of its content; meaningless without `encoded_bytes`.
    pub(super) crc: u32,
    /// Its size in the archive, unless that stands behind it.
    pub(super) encoded_bytes: Option<u64>,
    /// Its name as stored.
    pub(super) name: Vec<u8>,
    /// When it was last changed, in seconds since 1970-01-01T00:00:00Z.
    pub(super) modified: Option<i64>,
}

impl LocalHeader {
    /// Size of a header without its names, its magic included.
    pub(super) const BYTES: u64 = 30;

    /// Reads the next header, or finds that the members are over.
    ///
    /// # Errors
    /// When the bytes end early, or hold something else.
    pub(super) fn read(source: &mut dyn Read) -> io::Result<Option<Self>> {
        match read_array(source)? {
            LOCAL => {}
            magic if DIRECTORY.contains(&magic) => return Ok(None),
            _ => return Err(io::Error::other("a member does not begin where one should")),
        }
        let _version = read_u16(source)?;
        let flags = read_u16(source)?;
        let method = method(read_u16(source)?);
        let _dos_time = read_u32(source)?;
        let crc = read_u32(source)?;
        let encoded = read_u32(source)?;
        let decoded = read_u32(source)?;
        let (name, extra) = (read_u16(source)?, read_u16(source)?);
        let name = read_bytes(source, name)?;
        let extra = read_bytes(source, extra)?;
        let known = flags & FLAG_DESCRIPTOR == 0;
        Ok(Some(LocalHeader {
            method,
            is_encrypted: flags & FLAG_ENCRYPTED != 0,
            crc,
            encoded_bytes: known.then(|| encoded_bytes(encoded, decoded, &extra)),
            name,
            modified: modified(&extra),
        }))
    }

    /// Whether the member is no directory.
    pub(super) fn is_file(&self) -> bool {
        !self.name.ends_with(b"/")
    }
}

/// Reads what stands behind a member of `decoded` bytes and gives its checksum. Its magic is optional; its two sizes
/// take eight bytes each if the member is larger than 4 GiB.
///
/// # Errors
/// When the bytes end early.
pub(super) fn read_descriptor(source: &mut dyn Read, decoded: u64) -> io::Result<u32> {
    let first = read_array(source)?;
    let crc = match first {
        DESCRIPTOR => read_u32(source)?,
        _ => u32::from_le_bytes(first),
    };
    let size_bytes = if decoded > u64::from(u32::MAX) { 8 } else { 4 };
    read_bytes(source, 2 * size_bytes)?;
    Ok(crc)
}

fn method(number: u16) -> Method {
    match number {
        0 => Method::Stored,
        8 => Method::Deflated,
        _ => Method::Other(number),
    }
}

/// The size in the archive; the zip64 field holds those of the two sizes that do not fit, the decoded one first.
fn encoded_bytes(encoded: u32, decoded: u32, extra: &[u8]) -> u64 {
    let skipped = if decoded == IN_ZIP64 { 8 } else { 0 };
    let large = extra_field(extra, EXTRA_ZIP64)
        .filter(|_| encoded == IN_ZIP64)
        .and_then(|field| field.get(skipped..)?.first_chunk())
        .map(|bytes| u64::from_le_bytes(*bytes));
    large.unwrap_or(u64::from(encoded))
}

/// The modification time of the extended timestamp, present if bit 0 of its flags is set.
fn modified(extra: &[u8]) -> Option<i64> {
    let (flags, times) = extra_field(extra, EXTRA_TIMESTAMP)?.split_first()?;
    let seconds = times.first_chunk().filter(|_| flags & 1 != 0)?;
    Some(i64::from(u32::from_le_bytes(*seconds)))
}

/// The content of the extra field with the given id: fields are an id, a length and as many bytes.
fn extra_field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let (id, rest) = extra.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (field, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        if u16::from_le_bytes(*id) == wanted {
            return Some(field);
        }
        extra = rest;
    }
}

fn read_array<const N: usize>(source: &mut dyn Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_u16(source: &mut dyn Read) -> io::Result<u16> {
    read_array(source).map(u16::from_le_bytes)
}

fn read_u32(source: &mut dyn Read) -> io::Result<u32> {
    read_array(source).map(u32::from_le_bytes)
}

fn read_bytes(source: &mut dyn Read, length: u16) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(length)];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}
