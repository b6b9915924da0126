//! Lines inside a block: the one around a hit, its neighbours, and how many there are.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use super::block::{BlockView, CONTEXT_BYTES};

/// Bytes of the longest character of UTF-8.
const MAX_UTF8_BYTES: usize = 4;
/// Neighbours for which room is made at once.
const MOST_AT_ONCE: usize = 8;

/// Where the piece of a long line ends that begins at `start`: `max_line_bytes` on, or up to three bytes before if a character of UTF-8
/// stands there.
pub(super) fn piece_end(line: &[u8], start: usize, max_line_bytes: usize) -> usize {
    let end = start.saturating_add(max_line_bytes);
    if end >= line.len() {
        return line.len();
    }
    let mut ends = (start + 1..=end).rev().take(MAX_UTF8_BYTES);
    let begins_character = |end: &usize| line[*end] & 0xc0 != 0x80;
    ends.find(begins_character).unwrap_or(end)
}

/// The line around the byte `at` of the view, without its line end. A line longer than `max_line_bytes` is taken in
/// pieces of about that length; the piece around `at` is returned. Of a line that was written over again and again, as a bar of progress is, it is
/// what one of these times was written, between carriage returns.
pub fn line_around(view: &BlockView<'_>, at: usize, max_line_bytes: usize) -> Range<usize> {
    let own = &view.bytes[view.own.clone()];
    let at = at - view.own.start;
    let mut start = memrchr(b'\n', &own[..at]).map_or(0, |newline| newline + 1);
    let mut end = memchr(b'\n', &own[at..]).map_or(own.len(), |newline| at + newline);
    let mut next = piece_end(&own[..end], start, max_line_bytes);
    while next <= at && next < end {
        start = next;
        next = piece_end(&own[..end], start, max_line_bytes);
    }
    end = next;
    if let Some(written_over) = memrchr(b'\r', &own[start..at]) {
        start += written_over + 1;
    }
    if let Some(written_over) = memchr(b'\r', &own[at..end]) {
        end = at + written_over;
    }
    view.own.start + start..view.own.start + end
}

/// How many line ends there are in `bytes`.
pub fn count_lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// Up to `count` whole lines before `line`, in order, as far as they lie within [`CONTEXT_BYTES`] of it.
pub fn lines_before<'a>(view: &BlockView<'a>, line: &Range<usize>, count: usize) -> Vec<&'a [u8]> {
    let window_start = line.start.saturating_sub(CONTEXT_BYTES);
    let reaches_start = window_start == 0 && view.at_start;
    let before = &view.bytes[window_start..line.start];
    // The line may not be the first that was written there.
    let Some(mut rest) = memrchr(b'\n', before).map(|newline| &before[..newline]) else {
        return Vec::new();
    };
    let mut lines = Vec::with_capacity(count.min(MOST_AT_ONCE));
    while lines.len() < count {
        let Some(newline) = memrchr(b'\n', rest) else {
            // The first line of the window may have lost its beginning.
            lines.extend(reaches_start.then_some(rest));
            break;
        };
        lines.push(&rest[newline + 1..]);
        rest = &rest[..newline];
    }
    lines.reverse();
    lines.into_iter().map(left_standing).collect()
}

/// Up to `count` whole lines after `line`, as far as they lie within [`CONTEXT_BYTES`] of it.
pub fn lines_after<'a>(view: &BlockView<'a>, line: &Range<usize>, count: usize) -> Vec<&'a [u8]> {
    let window_end = view.bytes.len().min(line.end + CONTEXT_BYTES);
    let reaches_end = view.at_end && window_end == view.bytes.len();
    let window = &view.bytes[line.end..window_end];
    let Some(newline) = memchr(b'\n', window) else {
        return Vec::new();
    };
    let mut rest = &window[newline + 1..];
    let mut lines = Vec::with_capacity(count.min(MOST_AT_ONCE));
    while lines.len() < count {
        let Some(newline) = memchr(b'\n', rest) else {
            // The last line of the window may lack its end, or is nothing but the end of the text.
            lines.extend((reaches_end && !rest.is_empty()).then_some(rest));
            break;
        };
        lines.push(&rest[..newline]);
        rest = &rest[newline + 1..];
    }
    lines.into_iter().map(left_standing).collect()
}

/// What of a line was not written over.
fn left_standing(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    memrchr(b'\r', line).map_or(line, |written_over| &line[written_over + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> BlockView<'_> {
        BlockView::whole(bytes)
    }

    #[test]
    fn the_line_around_a_hit_has_no_line_end() {
        let view = whole(b"one\r\ntwo\nthree");
        for (at, expected) in [(1, "one"), (6, "two"), (13, "three")] {
            let line = line_around(&view, at, 100);
            assert_eq!(&view.bytes[line], expected.as_bytes());
        }
    }

    #[test]
    fn a_line_that_is_written_over_is_many() {
        let view = whole(b"a\r\n10%\r20%\r30%\r\nb\n");
        for (at, expected) in [(3, "10%"), (8, "20%"), (12, "30%")] {
            let line = line_around(&view, at, 100);
            assert_eq!(lines_before(&view, &line, 1), [b"a"]);
            assert_eq!(lines_after(&view, &line, 1), [b"b"]);
            assert_eq!(&view.bytes[line], expected.as_bytes());
        }
        let last = line_around(&view, 17, 100);
        assert_eq!(lines_before(&view, &last, 1), [b"30%"]);
    }

    #[test]
    fn a_long_line_is_taken_in_pieces() {
        let view = whole(b"x\nabcdefghij\ny");
        assert_eq!(&view.bytes[line_around(&view, 2, 4)], b"abcd");
        assert_eq!(&view.bytes[line_around(&view, 7, 4)], b"efgh");
        assert_eq!(&view.bytes[line_around(&view, 11, 4)], b"ij");
        let chinese = whole("磁盘空间".as_bytes());
        for (max, expected) in [(7, "磁盘"), (5, "磁"), (3, "磁")] {
            let line = line_around(&chinese, 0, max);
            assert_eq!(&chinese.bytes[line], expected.as_bytes());
        }
        let odd = whole(&[0x80; 9]);
        assert_eq!(line_around(&odd, 5, 4), 4..8);
    }

    #[test]
    fn context_is_whole_lines_in_order() {
        let view = whole(b"1\n2\n3\n4\n5\n");
        let line = line_around(&view, 4, 100);
        assert_eq!(lines_before(&view, &line, 2), [b"1", b"2"]);
        assert_eq!(lines_before(&view, &line, 1), [b"2"]);
        assert_eq!(lines_after(&view, &line, 2), [b"4", b"5"]);
        assert_eq!(lines_after(&view, &line, 9), [b"4", b"5"]);
        let first = line_around(&view, 0, 100);
        assert!(lines_before(&view, &first, 2).is_empty());
    }

    #[test]
    fn context_beyond_the_window_is_left_out() {
        let text = [b"far\n".as_slice(), &vec![b'a'; CONTEXT_BYTES], b"\nhit\n"].concat();
        let view = whole(&text);
        let line = line_around(&view, text.len() - 2, 1 << 20);
        assert!(lines_before(&view, &line, 2).is_empty());
    }
}
