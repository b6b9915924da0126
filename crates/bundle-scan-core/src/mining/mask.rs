//! Takes out of a message what differs from one occurrence to the next: numbers, names with digits, addresses, paths, quoted words.

/// What stands for a part that changes.
pub const VARIABLE: &str = "<*>";

/// Bytes of a message that are looked at: what follows is mostly a dump of objects.
const MAX_BYTES: usize = 400;

/// The message with all that changes masked, on one line. No longer than 1,200 bytes.
pub fn masked(text: &[u8]) -> Vec<u8> {
    let mut rest = text.get(..MAX_BYTES).unwrap_or(text);
    let mut masked = Vec::with_capacity(rest.len());
    while let Some(&first) = rest.first() {
        let taken = if let Some(length) = quoted_word(rest) {
            masked.push(first);
            masked.extend_from_slice(VARIABLE.as_bytes());
            masked.push(first);
            length
        } else if is_part_of_word(first) {
            let length = length_while(rest, is_part_of_word);
            word(&rest[..length], &mut masked);
            length
        } else if first.is_ascii_whitespace() || first.is_ascii_control() {
            if !masked.ends_with(b" ") {
                masked.push(b' ');
            }
            1
        } else {
            masked.push(first);
            1
        };
        rest = &rest[taken..];
    }
    masked.truncate(masked.trim_ascii_end().len());
    masked
}

/// Adds a word, or what stands for it; the point or colon that ends a clause stays.
fn word(word: &[u8], masked: &mut Vec<u8>) {
    let ends_clause = |byte: &u8| matches!(byte, b'.' | b':');
    let tail = word.iter().rev().take_while(|byte| ends_clause(byte));
    let (name, tail) = word.split_at(word.len() - tail.count());
    let changes = |byte: &u8| byte.is_ascii_digit() || *byte == b'/';
    match name.iter().any(changes) {
        true => masked.extend_from_slice(VARIABLE.as_bytes()),
        false => masked.extend_from_slice(name),
    }
    masked.extend_from_slice(tail);
}

/// The length of a quoted name: a quoted sentence is a message.
fn quoted_word(text: &[u8]) -> Option<usize> {
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let inside = text.get(1..)?;
    let length = length_while(inside, |byte| byte != quote && !byte.is_ascii_whitespace());
    (inside.get(length) == Some(&quote)).then_some(length + 2)
}

/// For each byte whether it is part of a word.
static PART_OF_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        let is_mark = matches!(
            byte as u8,
            b'_' | b'-' | b'.' | b'/' | b':' | b'@' | b'%' | b'+'
        );
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte >= 0x80 || is_mark;
        byte += 1;
    }
    table
};

fn is_part_of_word(byte: u8) -> bool {
    PART_OF_WORD[usize::from(byte)]
}

fn length_while(text: &[u8], wanted: impl Fn(u8) -> bool) -> usize {
    let end = text.iter().position(|byte| !wanted(*byte));
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_changes_is_masked() {
        for (text, expected) in [
            (
                r#""Widget refuses" err="spin budget of 12s is exhausted" pod="shop/web-5c7d""#,
                r#""Widget refuses" err="spin budget of <*> is exhausted" pod="<*>""#,
            ),
            (
                "dial tcp 10.0.0.7:8080: connect: refused",
                "dial tcp <*>: connect: refused",
            ),
            ("cannot read /var/lib/x.db.", "cannot read <*>."),
            ("it's stuck\t at\n 7", "it's stuck at <*>"),
            ("磁盘 sda1 已满", "磁盘 <*> 已满"),
            ("", ""),
        ] {
            let found = masked(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), expected);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_one_short_line(text in proptest::collection::vec(any::<u8>(), 0..600)) {
            let found = masked(&text);
            prop_assert!(found.len() <= 3 * MAX_BYTES);
            prop_assert!(!found.contains(&b'\n'));
        }

        #[test]
        fn numbers_make_no_difference(a in 0u32.., b in 0u32..) {
            let of = |number: u32| masked(format!("job {number} of n{number} failed").as_bytes());
            prop_assert_eq!(of(a), of(b));
        }
    }
}
