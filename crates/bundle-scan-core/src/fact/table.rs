//! Tables of text: a header line names the columns, each further line is a row.
//!
//! Three ways to take a row apart, for the caller to choose: by the columns' places ([`aligned`]), by words ([`words`]), or by gaps of
//! two blanks ([`gaps`]). Places count characters, not bytes, because tools pad by what is seen.

/// A column as the header shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column<'h> {
    /// The title.
    pub title: &'h str,
    /// The character of the line where the title begins.
    pub start: usize,
    /// The character after its end.
    pub end: usize,
}

/// The columns of a header whose titles are single words: `LV VG Attr LSize`.
pub fn columns_by_word(header: &str) -> Vec<Column<'_>> {
    pieces(header, 1)
}

/// The columns of a header whose titles may hold single blanks: `LAST SEEN   TYPE   NOMINATED NODE`.
pub fn columns_by_gap(header: &str) -> Vec<Column<'_>> {
    pieces(header, 2)
}

/// The cells of a row, one for each column, by their places; an empty text where the row has nothing. A row whose cells do
/// not begin where the titles do is taken apart at its gaps, and each cell goes to the column whose title it lies under.
pub fn aligned<'r>(columns: &[Column<'_>], row: &'r str) -> Vec<&'r str> {
    cut_at_starts(columns, row).unwrap_or_else(|| under_titles(columns, row))
}

/// Cuts before the start of every column, if no cell is cut by that.
fn cut_at_starts<'r>(columns: &[Column<'_>], row: &'r str) -> Option<Vec<&'r str>> {
    let mut cells = Vec::with_capacity(columns.len());
    let mut rest = row;
    let mut taken = 0;
    for next in columns.iter().skip(1) {
        let wanted = next.start.checked_sub(taken)?;
        let cut = rest
            .char_indices()
            .nth(wanted)
            .map_or(rest.len(), |(byte, _)| byte);
        let (cell, after) = rest.split_at_checked(cut)?;
        if !after.is_empty() && !cell.ends_with([' ', '\t']) {
            return None;
        }
        cells.push(cell.trim());
        taken = next.start;
        rest = after;
    }
    cells.push(rest.trim());
    Some(cells)
}

/// Gives each word to the column that it shares an edge with, or else lies under.
fn under_titles<'r>(columns: &[Column<'_>], row: &'r str) -> Vec<&'r str> {
    let cells = gaps(row);
    if cells.len() == columns.len() {
        return cells;
    }
    let mut by_column = vec![""; columns.len()];
    let mut next = 0;
    for cell in pieces(row, 1) {
        let edge = |title: &Column<'_>| title.start == cell.start || title.end == cell.end;
        let under = |title: &Column<'_>| title.start < cell.end && cell.start < title.end;
        let open = || columns.iter().enumerate().skip(next);
        let found = open()
            .find(|(_, title)| edge(title))
            .or_else(|| open().find(|(_, title)| under(title)));
        let place = found.map_or(next, |(index, _)| index);
        if let Some(slot) = by_column.get_mut(place) {
            *slot = cell.title;
            next = place + 1;
        }
    }
    by_column
}

/// The first `count` - 1 words and the rest of the row; fewer if the row has fewer.
pub fn words(row: &str, count: usize) -> Vec<&str> {
    let mut cells = Vec::with_capacity(count);
    let mut rest = row.trim();
    while !rest.is_empty() && cells.len() + 1 < count {
        let end = rest.find([' ', '\t']).unwrap_or(rest.len());
        let Some((word, after)) = rest.split_at_checked(end) else {
            break;
        };
        cells.push(word);
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        cells.push(rest);
    }
    cells
}

/// The cells between gaps of two blanks or more, or tabs.
pub fn gaps(row: &str) -> Vec<&str> {
    pieces(row, 2)
        .into_iter()
        .map(|piece| piece.title)
        .collect()
}

/// The pieces between at least `blanks` blanks (or a tab), with their places.
fn pieces(line: &str, blanks: usize) -> Vec<Column<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut end = (0, 0);
    let mut gap = 0;
    let mut close = |open: &mut Option<(usize, usize)>, end: (usize, usize)| {
        if let Some((byte, start)) = open.take() {
            let title = line.get(byte..end.0).unwrap_or("");
            found.push(Column {
                title,
                start,
                end: end.1,
            });
        }
    };
    for (place, (byte, c)) in line.char_indices().enumerate() {
        if c == '\t' {
            gap = blanks;
        } else if c.is_whitespace() {
            gap += 1;
        } else {
            if gap >= blanks {
                close(&mut open, end);
            }
            gap = 0;
            open.get_or_insert((byte, place));
            end = (byte + c.len_utf8(), place + 1);
        }
    }
    close(&mut open, end);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubectl_cells_may_be_empty_or_hold_blanks() {
        let columns = columns_by_gap("NAME    STATUS    VOLUME   RESTARTS     NOMINATED NODE");
        assert_eq!(
            columns.last().map(|column| column.title),
            Some("NOMINATED NODE")
        );
        assert_eq!(
            aligned(&columns, "data    Pending            5 (3m ago)   <none>"),
            ["data", "Pending", "", "5 (3m ago)", "<none>"]
        );
        assert_eq!(
            aligned(&columns, "data    Bound"),
            ["data", "Bound", "", "", ""]
        );
    }

    #[test]
    fn right_aligned_cells_find_their_title() {
        let columns =
            columns_by_word("  LV        VG     Attr       LSize  Pool Origin Data%  Meta%");
        assert_eq!(
            aligned(
                &columns,
                "  thinpool  vgpaas twi-aot--- 90.00g             91.34  12.20"
            ),
            [
                "thinpool",
                "vgpaas",
                "twi-aot---",
                "90.00g",
                "",
                "",
                "91.34",
                "12.20"
            ]
        );
    }

    #[test]
    fn misaligned_rows_are_taken_apart_at_their_gaps() {
        let columns = columns_by_gap("NAME   READY   STATUS");
        assert_eq!(
            aligned(&columns, "a-very-long-name   0/1   Pending"),
            ["a-very-long-name", "0/1", "Pending"]
        );
    }

    #[test]
    fn the_last_word_takes_the_rest() {
        assert_eq!(
            words("root  1 0.0 /sbin/init splash", 4),
            ["root", "1", "0.0", "/sbin/init splash"]
        );
        assert_eq!(words("root", 4), ["root"]);
    }
}
