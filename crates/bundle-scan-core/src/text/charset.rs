//! Tells text from what is none by the first bytes of a member.

use encoding_rs::GB18030;

use super::binary::by_beginning;
use super::recode::{ByteOrder, Coding};
use crate::base::legible::is_gb2312;

/// What the bytes of a member are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// ASCII, UTF-8, or another charset that keeps ASCII in place.
    Text,
    /// Text that is scanned as the UTF-8 it is made.
    Coded(Coding),
    /// Not text.
    Binary,
}

/// One suspicious byte in so many makes a member binary.
const TEXT_BYTES_PER_CONTROL_BYTE: usize = 20;
/// So much of what is not ASCII must look like Chinese for one that does not.
const GB2312_BYTES_PER_OTHER_BYTE: usize = 9;
/// So much of what is not ASCII must be UTF-8 for one that is not; of GB18030 about half happens to be.
const UTF8_BYTES_PER_OTHER_BYTE: usize = 4;
/// So many characters must be common ones where others are not.
const LEAST_COMMON: usize = 2;

/// Judges a member by its first bytes; an empty one is text.
pub fn sniff(head: &[u8]) -> Charset {
    if by_beginning(head).is_some() {
        return Charset::Binary;
    }
    if let Some(order) = utf16(head) {
        return Charset::Coded(Coding::Utf16(order));
    }
    if control_bytes(head) * TEXT_BYTES_PER_CONTROL_BYTE > head.len() {
        return Charset::Binary;
    }
    match !head.is_ascii() && is_gb18030(head) {
        true => Charset::Coded(Coding::Gb18030),
        false => Charset::Text,
    }
}

/// Whether this is Chinese in GB18030: hardly any UTF-8, and nearly all that is not ASCII in pairs that GB2312 has.
///
/// The few others are names with rare characters, or damage. Of Chinese in UTF-8 a third looks like such pairs, of Latin letters those
/// that stand beside another.
fn is_gb18030(head: &[u8]) -> bool {
    if is_mostly_utf8(head) {
        return false;
    }
    let (mut paired, mut other) = (0, 0);
    for run in head.split(u8::is_ascii) {
        let (pairs, odd) = run.as_chunks();
        let chinese = pairs.iter().filter(|pair| is_gb2312(pair)).count();
        paired += 2 * chinese;
        other += 2 * (pairs.len() - chinese) + odd.len();
    }
    paired > GB2312_BYTES_PER_OTHER_BYTE * other || is_rare_chinese(head, paired / 2)
}

/// Whether nearly all that is not ASCII is UTF-8: a character may be cut, at the end or in any line.
fn is_mostly_utf8(head: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0, 0);
    for chunk in head.utf8_chunks() {
        let bytes = chunk.valid().bytes();
        valid += bytes.filter(|byte| !byte.is_ascii()).count();
        invalid += chunk.invalid().len();
    }
    valid >= UTF8_BYTES_PER_OTHER_BYTE * invalid
}

/// Whether this is Chinese with many characters that GB2312 does not have, such as names and the long forms: no byte of it is out of place, and
/// of what is not ASCII, of which `common` characters are in GB2312, nearly all is Chinese.
fn is_rare_chinese(head: &[u8], common: usize) -> bool {
    let whole = GB18030
        .decode_without_bom_handling_and_without_replacement(head)
        .or_else(|| {
            // The last character may be cut.
            let (_, cut) = head.split_last()?;
            GB18030.decode_without_bom_handling_and_without_replacement(cut)
        });
    let Some(text) = whole else { return false };
    let others = text.chars().filter(|character| !character.is_ascii());
    let is_chinese = |character: &char| matches!(character, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let (all, chinese) = (others.clone().count(), others.filter(is_chinese).count());
    common >= LEAST_COMMON && common * 3 >= all && chinese * 10 >= all * 9
}

/// The mark that UTF-8 may begin with, and that is none of its text; empty if there is none.
pub fn utf8_mark(head: &[u8]) -> &[u8] {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let marked = head.starts_with(MARK);
    &head[..if marked { MARK.len() } else { 0 }]
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
    // Counted in bytes, stretch by stretch, and without a branch, so that many are judged at once.
    let of_stretch = |stretch: &[u8]| -> u8 { stretch.iter().map(|byte| control(*byte)).sum() };
    let controls = head.chunks(usize::from(u8::MAX)).map(of_stretch);
    let has_nuls = memchr::memchr(0, head).is_some();
    let nul_runs = || head.split(|byte| *byte != 0).filter(|run| !run.is_empty());
    controls.map(usize::from).sum::<usize>() + if has_nuls { nul_runs().count() } else { 0 }
}

/// 1 for a control character, NUL not among them, that lays out no text.
fn control(byte: u8) -> u8 {
    let is_low = (byte < 0x20) & (byte != 0);
    // Backspace, tab, line end, form feed, carriage return, but not the vertical tab between them; escape.
    let is_layout = ((8..=13).contains(&byte) & (byte != 0x0b)) | (byte == 0x1b);
    u8::from((is_low & !is_layout) | (byte == 0x7f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_the_rest() {
        let utf16 = |order| Charset::Coded(Coding::Utf16(order));
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
            (b"\xff\xfeh\0i\0", utf16(ByteOrder::Little)),
            (b"\xfe\xff\0h\0i", utf16(ByteOrder::Big)),
            (
                b"h\0e\0l\0l\0o\0 \0w\0o\0r\0l\0d\0",
                utf16(ByteOrder::Little),
            ),
            (
                b"n1 df: \xb4\xc5\xc5\xcc\xbf\xd5\xbc\xe4\xb2\xbb\xd7\xe3\n",
                Charset::Coded(Coding::Gb18030),
            ),
            // Cut within a character.
            (
                b"\xb4\xc5\xc5\xcc\xbf\xd5\xbc\xe4\xb2\xbb\xd7",
                Charset::Coded(Coding::Gb18030),
            ),
            (b"caf\xe9, d\xe9j\xe0 vu\n", Charset::Text),
            (b"gr\xf6\xdfer f\xfcr\n", Charset::Text),
            (
                &GB18030.encode("朱镕基\n").0,
                Charset::Coded(Coding::Gb18030),
            ),
            (
                &GB18030.encode("磁碟錯誤：目錄檔案無法讀取\n").0,
                Charset::Coded(Coding::Gb18030),
            ),
            (
                &[&"磁盘空间不足".repeat(9).into_bytes()[..], b"\xff\n"].concat(),
                Charset::Text,
            ),
        ] {
            assert_eq!(sniff(head), expected, "{head:?}");
        }
    }

    #[test]
    fn a_cut_character_makes_no_gb18030_of_utf8() {
        // Words of two characters are six bytes each, and may as well be three pairs.
        let text = ["磁盘 失败: 超".as_bytes(), b"\xe6x\n"].concat();
        assert_eq!(sniff(&text), Charset::Text);
        assert_eq!(sniff(&text.repeat(100)), Charset::Text);
    }
}
