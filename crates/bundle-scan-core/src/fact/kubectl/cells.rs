//! Takes a row apart at its words, where its cells do not stand under their titles.
//!
//! ```text
//! NAME READY STATUS RESTARTS AGE
//! web-0 1/1 Running 17 (2m5s ago) 3d4h
//! ```
//!
//! Cells that hold blanks are known by their form: `17 (2m5s ago)`, `15s (x4 over 85s)`, `80, 443`, `10.0.0.1:80 + 3
//! more...`, `0/1 of 3`. One column of a table may be free text; it takes the words that are left over. Does not judge
//! what a cell says.

use std::ops::Range;

/// How long a cell of several words can be; three host names are the longest.
const LONGEST_PHRASE: usize = 800;

/// The cells of `row` for `count` columns, if the number of words tells them; `free` is the column that may hold any
/// words.
pub(super) fn by_words(row: &str, count: usize, free: Option<usize>) -> Option<Vec<&str>> {
    let pieces = pieces(row);
    let spare = pieces.len().checked_sub(count)?;
    let free = match (spare, free) {
        (0, _) => None,
        (_, Some(free)) => Some(free),
        (_, None) => return None,
    };
    let mut cells = Vec::with_capacity(count);
    let mut next = 0;
    for index in 0..count {
        let last = if free == Some(index) {
            next + spare
        } else {
            next
        };
        let cell = row.get(pieces.get(next)?.start..pieces.get(last)?.end)?;
        cells.push(cell);
        next = last + 1;
    }
    Some(cells)
}

/// Where the words stand; words of one cell together.
fn pieces(row: &str) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for word in row.split_whitespace() {
        let start = (word.as_ptr() as usize).wrapping_sub(row.as_ptr() as usize);
        let end = start + word.len();
        match pieces.last_mut() {
            Some(before)
                if before.len() < LONGEST_PHRASE
                    && goes_with(row.get(before.clone()).unwrap_or(""), word) =>
            {
                before.end = end;
            }
            _ => pieces.push(start..end),
        }
    }
    pieces
}

/// Whether a word belongs to the cell before it.
fn goes_with(before: &str, word: &str) -> bool {
    let last = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    let is_open = last.starts_with('(') && !last.ends_with(')');
    match word {
        "+" => before.contains(','),
        "of" => before
            .split_once('/')
            .is_some_and(|(done, _)| is_digits(done)),
        "over" => last.starts_with("(x"),
        _ => {
            before.ends_with(',')
                || matches!(last, "over" | "of" | "+") && before.len() > last.len()
                || word == "more..."
                || is_open && word == "ago)"
                || is_since(word) && (is_digits(before) || is_age(before) || is_unknown(before))
        }
    }
}

/// `(2m5s`, `(x4`.
fn is_since(word: &str) -> bool {
    word.strip_prefix('(')
        .is_some_and(|inside| inside.starts_with(|c: char| c.is_ascii_digit() || c == 'x'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `<unknown>`, `<invalid>`.
pub(super) fn is_unknown(cell: &str) -> bool {
    matches!(cell, "<unknown>" | "<invalid>")
}

/// An age as kubectl prints it: `45s`, `3d4h`, `2y50d`.
/// Source: `HumanDuration` of k8s.io/apimachinery `pkg/util/duration`.
pub(super) fn is_age(cell: &str) -> bool {
    let mut rest = cell;
    for unit in ['y', 'd', 'h', 'm', 's'] {
        if let Some((number, after)) = rest.split_once(unit)
            && is_digits(number)
        {
            rest = after;
        }
    }
    rest.is_empty() && !cell.is_empty()
}

/// Whether a cell stands for nothing.
pub(super) fn is_nothing(cell: &str) -> bool {
    matches!(cell, "" | "-" | "n/a") || cell.starts_with('<') && cell.ends_with('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_cells() {
        for (row, count, free, expected) in [
            (
                "web-0 1/1 Running 17 (2m5s ago) 3d",
                5,
                None,
                "web-0|1/1|Running|17 (2m5s ago)|3d",
            ),
            (
                "web * 10.0.0.1 80, 443 3d",
                5,
                None,
                "web|*|10.0.0.1|80, 443|3d",
            ),
            (
                "web a:1,b:1 + 3 more... 3d",
                3,
                None,
                "web|a:1,b:1 + 3 more...|3d",
            ),
            ("load 0/1 of 3 5s 5s", 4, None, "load|0/1 of 3|5s|5s"),
            (
                "n1 Ready Some Linux 3.1 (Final) 5.4 cri",
                5,
                Some(2),
                "n1|Ready|Some Linux 3.1 (Final)|5.4|cri",
            ),
            (
                "15s (x4 over 85s) Warning (combined from) it",
                3,
                Some(2),
                "15s (x4 over 85s)|Warning|(combined from) it",
            ),
            ("web-0 1/1 Running", 5, None, ""),
            ("web-0 1/1 Running 0 3d more", 5, None, ""),
            ("", 2, None, ""),
        ] {
            let cells = by_words(row, count, free).unwrap_or_default();
            assert_eq!(cells.join("|"), expected, "{row}");
        }
    }

    #[test]
    fn ages_have_their_units_in_order() {
        for (cell, expected) in [
            ("0s", true),
            ("119s", true),
            ("3d4h", true),
            ("2y50d", true),
            ("", false),
            ("3", false),
            ("d", false),
            ("4h3d", false),
            ("10.244.1.7", false),
            ("3days", false),
        ] {
            assert_eq!(is_age(cell), expected, "{cell}");
        }
    }
}
