//! Tells text from what is none by the first bytes of a member.
//!
//! Source of the magic numbers: file(1) magic database, and `LPKSHHRH` from systemd `journal-def.h`.

use super::utf16::ByteOrder;

/// What the bytes of a member are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// ASCII, UTF-8, or another charset that keeps ASCII in place.
    Text,
    /// UTF-16.
    Utf16(ByteOrder),
    /// Not text.
    Binary,
}

const BINARY_MAGICS: &[&[u8]] = &[
    b"\x7fELF",
    b"LPKSHHRH",
    b"SQLite format 3\0",
    b"\x89PNG",
    b"%PDF-",
    b"\xd4\xc3\xb2\xa1",
    b"\x0a\x0d\x0d\x0a",
];

/// One suspicious byte in so many makes a member binary.
const TEXT_BYTES_PER_CONTROL_BYTE: usize = 20;

/// Judges a member by its first bytes; an empty one is text.
pub fn sniff(head: &[u8]) -> Charset {
    if BINARY_MAGICS.iter().any(|magic| head.starts_with(magic)) {
        return Charset::Binary;
    }
    if let Some(order) = utf16(head) {
        return Charset::Utf16(order);
    }
    match control_bytes(head) * TEXT_BYTES_PER_CONTROL_BYTE > head.len() {
        true => Charset::Binary,
        false => Charset::Text,
    }
}

/// The byte order, if this is UTF-16: told by its mark, or by the zeros that every second byte of its ASCII is.
fn utf16(head: &[u8]) -> Option<ByteOrder> {
    if let Some(marked) = ByteOrder::marked(head) {
        return Some(marked);
    }
    if head.len() < 16 || memchr::memchr(0, head).is_none() {
        return None;
    }
    let nul_share = |from: usize| {
        let seconds = head.iter().skip(from).step_by(2);
        let count = seconds.filter(|byte| **byte == 0).count();
        count * 100 / (head.len() / 2)
    };
    match (nul_share(0), nul_share(1)) {
        (60.., ..5) => Some(ByteOrder::Big),
        (..5, 60..) => Some(ByteOrder::Little),
        _ => None,
    }
}

/// Bytes that text does not hold. A run of NULs counts once: a crash leaves such holes in logs.
fn control_bytes(head: &[u8]) -> usize {
    let is_layout = |byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x08);
    let is_control = |byte: u8| (byte < 0x20 || byte == 0x7f) && byte != 0 && !is_layout(byte);
    let controls = head.iter().filter(|byte| is_control(**byte)).count();
    let has_nuls = memchr::memchr(0, head).is_some();
    let nul_runs = || head.split(|byte| *byte != 0).filter(|run| !run.is_empty());
    controls + if has_nuls { nul_runs().count() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_the_rest() {
        let hole = [&[0; 5_000][..], b"Mar 10 10:17:41 n1 kernel: back again\n"].concat();
        for (head, expected) in [
            (&b""[..], Charset::Text),
            (b"plain\n", Charset::Text),
            ("磁盘空间不足\n".as_bytes(), Charset::Text),
            (b"\x1b[31mred\x1b[0m\n", Charset::Text),
            (&hole, Charset::Text),
            (b"\x7fELF\x02\x01\x01", Charset::Binary),
            (b"LPKSHHRH\0\0", Charset::Binary),
            (b"\x01\x02\x03\x04\x05\x06", Charset::Binary),
            (b"\xff\xfeh\0i\0", Charset::Utf16(ByteOrder::Little)),
            (b"\xfe\xff\0h\0i", Charset::Utf16(ByteOrder::Big)),
            (
                b"h\0e\0l\0l\0o\0 \0w\0o\0r\0l\0d\0",
                Charset::Utf16(ByteOrder::Little),
            ),
        ] {
            assert_eq!(sniff(head), expected, "{head:?}");
        }
    }
}
