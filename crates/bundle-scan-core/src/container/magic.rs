//! Recognises containers by their first bytes.
//!
//! Looks at bytes alone, never at names. Does not open or validate anything: what is recognised may still be damaged.
//! Invariant: any input is answered, however short, and text is [`Format::Plain`].
//!
//! Sources: RFC 1952 (gzip), RFC 8878 (zstd), the `.xz` file format 1.2.1, the bzip2 1.0.8 sources, the LZ4 frame
//! format 1.6.4, APPNOTE 6.3.10 (zip), POSIX.1-2024 `pax` (ustar), `7zFormat.txt` of the LZMA SDK, the RAR 5.0 technical
//! note, RFC 9580 (OpenPGP), openssl `apps/enc.c` (`Salted__`).

use super::CODECS;
use super::codec::Codec;

/// Bytes that suffice to recognise every format: one tar block.
pub(super) const HEAD_BYTES: usize = TAR_BLOCK_BYTES;

/// The unit of a tar archive.
pub(super) const TAR_BLOCK_BYTES: usize = 512;

/// What some bytes turn out to be.
pub(super) enum Format {
    /// One compressed stream.
    Codec(&'static dyn Codec),
    /// A tar archive.
    Tar,
    /// A zip archive.
    Zip,
    /// An archive that cannot be read; its name.
    Unsupported(&'static str),
    /// Encrypted data; what encrypted it.
    Encrypted(&'static str),
    /// No container.
    Plain,
}

/// Tells what begins with `head`, the first [`HEAD_BYTES`] bytes or all there is.
pub(super) fn recognise(head: &[u8]) -> Format {
    if let Some(codec) = CODECS.iter().find(|codec| codec.recognises(head)) {
        return Format::Codec(*codec);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Format::Zip;
    }
    if head.starts_with(b"7z\xbc\xaf\x27\x1c") {
        return Format::Unsupported("7z");
    }
    if head.starts_with(b"Rar!\x1a\x07") {
        return Format::Unsupported("rar");
    }
    if let Some(cipher) = cipher(head) {
        return Format::Encrypted(cipher);
    }
    if head.get(257..262) == Some(b"ustar") || is_tar_header(head) {
        return Format::Tar;
    }
    Format::Plain
}

/// Names what encrypted the data: an OpenPGP message, binary or armoured, or `openssl enc`.
///
/// A binary message begins with a session key packet, public key (tag 1, version 3) or symmetric (tag 3, version 4):
/// the control byte of the version keeps text in any charset from being taken for one.
fn cipher(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"-----BEGIN PGP MESSAGE-----") {
        return Some("gpg");
    }
    if head.starts_with(b"Salted__") {
        return Some("openssl");
    }
    match head {
        [0x84, _, 3, ..] | [0x85, _, _, 3, ..] | [0xc1, _, 3, ..] => Some("gpg"),
        [0x8c, _, 4, ..] | [0xc3, _, 4, ..] => Some("gpg"),
        _ => None,
    }
}

/// Whether `block` is a tar header of any age: named, with the right checksum.
///
/// The checksum is the sum of the block's bytes, its own field (148..156) counted as spaces.
pub(super) fn is_tar_header(block: &[u8]) -> bool {
    let Some(block) = block.get(..TAR_BLOCK_BYTES) else {
        return false;
    };
    let (Some(field), Some(first)) = (block.get(148..156), block.first()) else {
        return false;
    };
    let whole: u64 = block.iter().copied().map(u64::from).sum();
    let own: u64 = field.iter().copied().map(u64::from).sum();
    *first != 0 && octal(field) == Some(whole - own + 8 * u64::from(b' '))
}

/// Reads an octal number padded with spaces or NULs, as tar headers hold them.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok()
}
