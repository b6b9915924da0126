//! Bytes of a bundle as people read them.

use std::borrow::Cow;

use encoding_rs::GBK;

/// The text: UTF-8, or else GBK where all that is not ASCII looks like Chinese, or else with U+FFFD for what is not UTF-8.
/// Far faster than [`String::from_utf8_lossy`] for text that is in order.
pub fn legible(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if is_all_gb2312(bytes) => GBK.decode_without_bom_handling(bytes).0,
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Whether all that is not ASCII is in pairs that GB2312 has.
fn is_all_gb2312(bytes: &[u8]) -> bool {
    let runs = bytes.split(u8::is_ascii).filter(|run| !run.is_empty());
    runs.into_iter().all(|run| {
        let (pairs, odd) = run.as_chunks();
        odd.is_empty() && pairs.iter().all(is_gb2312)
    })
}

/// Whether two bytes are in the rows and cells of GB2312. GBK adds characters that logs hardly hold, and of which every second byte may be
/// ASCII: a letter of Latin-1 and the one behind it would be one of those.
/// Source: GB/T 2312-1980: rows 16 to 87 are Han characters, 1 to 9 punctuation, digits and letters.
pub fn is_gb2312([row, cell]: &[u8; 2]) -> bool {
    matches!(row, 0xa1..=0xa9 | 0xb0..=0xf7) && matches!(cell, 0xa1..=0xfe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_read_in_either_charset_and_nothing_else_is_taken_for_it() {
        for (bytes, expected) in [
            (&b"disk full"[..], "disk full"),
            ("磁盘空间不足 /dev/sda".as_bytes(), "磁盘空间不足 /dev/sda"),
            (
                b"\xb4\xc5\xc5\xcc\xbf\xd5\xbc\xe4\xb2\xbb\xd7\xe3 /dev/sda",
                "磁盘空间不足 /dev/sda",
            ),
            (b"\xb4\xc5\xc5: cut", "\u{fffd}\u{fffd}\u{fffd}: cut"),
            (b"f\xfcr", "f\u{fffd}r"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(legible(bytes), expected);
        }
    }
}
