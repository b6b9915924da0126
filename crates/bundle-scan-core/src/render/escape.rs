//! Makes what a terminal would obey visible: control characters, escape sequences, and marks that reorder text.

use std::borrow::Cow;

/// The text with every character shown that would otherwise act: C0 as control pictures (U+241B for ESC), tabs as a space,
/// C1, bidirectional and invisible marks as `\u{...}`, and so the two that XML has no place for either.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' => shown.push(' '),
            '\u{7f}' => shown.push('\u{2421}'),
            c if (c as u32) < 0x20 => shown.extend(char::from_u32(0x2400 + c as u32)),
            c if acts(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Source of the ranges: Unicode 16, `Bidi_Control` and the default ignorable format characters.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffe}'..='\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_obeys_gets_through() {
        for (given, expected) in [
            ("plain 磁盘", "plain 磁盘"),
            ("a\tb", "a b"),
            ("\x1b[31mred\x07", "␛[31mred␇"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("line\r\nnext", "line␍␊next"),
            ("\u{fffe}", "\\u{fffe}"),
        ] {
            assert_eq!(visible(given), expected);
        }
    }
}
