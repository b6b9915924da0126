//! Rows of the tables inside a describe text.
//!
//! ```text
//!   Type             Status  Reason          Message
//!   ----             ------  ------          -------
//!   MemoryPressure   False   KubeletHasRoom  all is well
//! ```
//!
//! Cells stand where their titles stand, whatever pads them (blanks, or tabs in old releases), and may be empty. The
//! last cell takes the rest of the line. A row that is out of line (after a line break inside a cell kubectl aligns
//! anew) is read in order.

/// One cell and the column where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    /// The column; a tab leads to the next multiple of eight.
    pub(super) start: usize,
    /// Its text.
    pub(super) text: &'a str,
    /// Its text and everything after it on the line.
    pub(super) rest: &'a str,
}

const TAB: usize = 8;

/// The column after `text` that begins at a column.
pub(super) fn advance(column: usize, text: &str) -> usize {
    text.chars().fold(column, |column, c| match c {
        '\t' => (column / TAB + 1) * TAB,
        _ => column + 1,
    })
}

/// The titles of a table; more than any table has are left out.
pub(super) fn titles(indent: usize, line: &str) -> Vec<Cell<'_>> {
    let mut titles = cells(indent, line);
    titles.truncate(MAX_COLUMNS);
    titles
}

const MAX_COLUMNS: usize = 16;

/// The pieces of a line between gaps of two blanks or a tab; `indent` is the column where the line begins.
pub(super) fn cells(indent: usize, line: &str) -> Vec<Cell<'_>> {
    let line = line.trim_end();
    let mut cells = Vec::new();
    let mut column = indent;
    let mut rest = line;
    while !rest.is_empty() {
        let text = rest.trim_start();
        let blanks = rest.len() - text.len();
        column = advance(column, rest.get(..blanks).unwrap_or(""));
        let end = gap(text).unwrap_or(text.len());
        let (cell, after) = text.split_at_checked(end).unwrap_or((text, ""));
        if !cell.is_empty() {
            cells.push(Cell {
                start: column,
                text: cell,
                rest: text,
            });
        }
        column = advance(column, cell);
        rest = after;
    }
    cells
}

/// Where the first gap begins.
fn gap(text: &str) -> Option<usize> {
    let mut blank = None;
    for (at, c) in text.char_indices() {
        match (c, blank) {
            ('\t', before) => return Some(before.unwrap_or(at)),
            (c, Some(before)) if c.is_whitespace() => return Some(before),
            (c, None) if c.is_whitespace() => blank = Some(at),
            _ => blank = None,
        }
    }
    None
}

/// The cells of a row by title, an empty text where the row has nothing.
pub(super) fn arrange<'a>(titles: &[Cell<'_>], row: &[Cell<'a>]) -> Vec<&'a str> {
    let last = titles.len().saturating_sub(1);
    by_place(titles, row).unwrap_or_else(|| {
        let in_order = |index: usize| {
            row.get(index)
                .map_or("", |cell| content(cell, index == last))
        };
        (0..titles.len()).map(in_order).collect()
    })
}

fn content<'a>(cell: &Cell<'a>, takes_rest: bool) -> &'a str {
    if takes_rest { cell.rest } else { cell.text }
}

/// By the columns of the titles, if each cell before the last column stands exactly under one of them.
pub(super) fn by_place<'a>(titles: &[Cell<'_>], row: &[Cell<'a>]) -> Option<Vec<&'a str>> {
    let last = titles.last()?;
    let mut found = Vec::with_capacity(titles.len());
    let mut cells = row.iter().peekable();
    for title in titles {
        let cell = cells.next_if(|cell| cell.start == title.start);
        found.push(cell.map_or("", |cell| content(cell, title == last)));
    }
    // A text in the last column may hold gaps of its own; anything else left over stands under no title.
    let left_over = cells.peek().is_some_and(|cell| cell.start <= last.start);
    let last_is_empty = found.last().is_some_and(|text| text.is_empty());
    let out_of_line = left_over || (last_is_empty && cells.peek().is_some());
    (!out_of_line).then_some(found)
}

/// Whether a line only underlines titles: `----  ------`.
pub(super) fn is_rule(text: &str) -> bool {
    text.contains(['-', '─']) && text.chars().all(|c| c.is_whitespace() || "-─".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, row: &str, expected: &[&str]) {
        assert_eq!(
            arrange(&cells(0, header), &cells(0, row)),
            expected,
            "{row}"
        );
    }

    #[test]
    fn cells_are_found_under_their_titles() {
        let header = "  Type     Reason  Age   From     Message";
        check(
            header,
            "  Normal   Pulled  3m    kubelet  two  blanks inside",
            &["Normal", "Pulled", "3m", "kubelet", "two  blanks inside"],
        );
        check(
            header,
            "  Normal   Pulled  3m             no source",
            &["Normal", "Pulled", "3m", "", "no source"],
        );
        check(
            header,
            "  Normal   Pulled  3m",
            &["Normal", "Pulled", "3m", "", ""],
        );
        check(header, "", &["", "", "", "", ""]);
    }

    #[test]
    fn tabs_align_as_blanks_do() {
        check(
            "  FirstSeen\tFrom\t\tPath\tType\tMessage",
            "  1m\t\tkubelet\t\t\tNormal\tthree words here",
            &["1m", "kubelet", "", "Normal", "three words here"],
        );
    }

    #[test]
    fn rows_out_of_line_are_read_in_order() {
        check(
            "  Type    Reason  Message",
            "  Normal  SomeLongReason  a  b",
            &["Normal", "SomeLongReason", "a  b"],
        );
    }

    #[test]
    fn rules_are_told_from_rows() {
        assert!(is_rule("  ----  ------"));
        assert!(is_rule("  ────\t────"));
        assert!(!is_rule("  - one"));
        assert!(!is_rule("   "));
    }
}
