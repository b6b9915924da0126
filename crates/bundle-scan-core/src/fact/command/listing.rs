//! What the parsers of listings share: cutting a row into cells, which field a title stands for, numbers
//! with labels, and telling the prompt of a shell from a row.
//!
//! Knows no command. Invariant: a cell is a part of its row, so that its place is known.

use crate::fact::row::Fact;
use crate::fact::section::{Ending, Section};
use crate::fact::table::{self, Column};

/// Which field takes what stands under a title.
pub(super) type Titles = [(&'static str, &'static str)];

/// Whether a cell can stand under a title.
pub(super) type Fits = fn(title: &str, cell: &str) -> bool;

/// No listing has more columns; a header with more is hostile, and the rest of it is left out.
const MAX_COLUMNS: usize = 96;

/// Longer lines are not cut by the places of columns, which takes time that grows with the square of their length.
const MAX_PLACED_BYTES: usize = 8 << 10;

/// The columns of the header of a section, whose titles are single words.
pub(super) fn columns_by_word<'h>(section: &Section<'h>) -> Vec<Column<'h>> {
    bounded(table::columns_by_word(header_line(section)))
}

/// The columns of the header of a section, whose titles are single words but for those that end with one of
/// `second_words`. Such a column is known by that word.
pub(super) fn columns_by_word_or_two<'h>(
    section: &Section<'h>,
    second_words: &[&str],
) -> Vec<Column<'h>> {
    let mut columns: Vec<Column<'h>> = Vec::new();
    for column in columns_by_word(section) {
        match columns.last_mut() {
            Some(before)
                if second_words.contains(&column.title) && column.start == before.end + 1 =>
            {
                before.title = column.title;
                before.end = column.end;
            }
            _ => columns.push(column),
        }
    }
    columns
}

/// The columns of the header of a section, whose titles may hold single blanks.
pub(super) fn columns_by_gap<'h>(section: &Section<'h>) -> Vec<Column<'h>> {
    bounded(table::columns_by_gap(header_line(section)))
}

fn bounded(mut columns: Vec<Column<'_>>) -> Vec<Column<'_>> {
    columns.truncate(MAX_COLUMNS);
    columns
}

/// The header of a section that has one line of it. More than any listing needs is left out.
pub(super) fn header_line<'h>(section: &Section<'h>) -> &'h str {
    let line = section.header.lines().next().unwrap_or("");
    let mut end = line.len().min(MAX_PLACED_BYTES);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line.get(..end).unwrap_or("")
}

/// The cells by the places of their columns, if nothing of the row is lost and every cell fits its title.
pub(super) fn by_place<'r>(
    columns: &[Column<'_>],
    row: &'r str,
    fits: Fits,
) -> Option<Vec<&'r str>> {
    if row.len() > MAX_PLACED_BYTES {
        return None;
    }
    let cells = table::aligned(columns, row);
    let all_fit = cells
        .iter()
        .zip(columns)
        .all(|(cell, column)| cell.is_empty() || fits(column.title, cell));
    let kept: usize = cells.iter().map(|cell| visible_bytes(cell)).sum();
    (all_fit && kept == visible_bytes(row)).then_some(cells)
}

/// The cells in the order of their columns, for rows that lost their alignment: each piece goes to the next column
/// that it fits, the last column takes all that is left. Nothing if a piece fits nowhere.
pub(super) fn in_order<'r>(
    columns: &[Column<'_>],
    row: &'r str,
    fits: Fits,
    first_piece: fn(&str) -> &str,
) -> Option<Vec<&'r str>> {
    let mut rest = row.trim();
    let mut cells = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let is_last = index + 1 == columns.len();
        let length = if is_last {
            rest.len()
        } else {
            first_piece(rest).len()
        };
        match rest.split_at_checked(length) {
            Some((piece, after)) if fits(column.title, piece) => {
                cells.push(piece);
                rest = after.trim_start();
            }
            _ => cells.push(""),
        }
    }
    rest.is_empty().then_some(cells)
}

fn visible_bytes(text: &str) -> usize {
    text.split_whitespace().map(str::len).sum()
}

/// All up to the first blank.
pub(super) fn first_word(text: &str) -> &str {
    text.split([' ', '\t']).next().unwrap_or("")
}

/// All up to the first gap of two blanks, or a tab.
pub(super) fn first_gap_piece(text: &str) -> &str {
    let end = text
        .find("  ")
        .into_iter()
        .chain(text.find('\t'))
        .min()
        .unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim_end()
}

/// The field that takes what stands under a title.
pub(super) fn field_of(titles: &Titles, title: &str) -> Option<&'static str> {
    titles
        .iter()
        .find(|(known, _)| *known == title)
        .map(|(_, field)| *field)
}

/// A number with a label, as in `222 total, 1 running`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount<'a> {
    /// The digits.
    pub(super) number: &'a str,
    /// What is glued to them: `k`, `%`, `+`, or nothing.
    pub(super) unit: &'a str,
    /// The word that says what is counted.
    pub(super) label: &'a str,
}

/// The labelled numbers of a line of `top`: `24105.6 total,  445.8 used.`, `16333776k total`, `0.3%us`,
/// `13175256+free`.
pub(super) fn amounts(text: &str) -> Vec<Amount<'_>> {
    let mut found = Vec::new();
    let mut words = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        let end = word
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(word.len());
        let Some((number, glued)) = word.split_at_checked(end) else {
            continue;
        };
        if number.is_empty() {
            continue;
        }
        let (unit, label) = unit_and_label(without_stop(glued));
        let label = match label {
            "" => without_stop(words.next().unwrap_or("")),
            label => label,
        };
        found.push(Amount {
            number,
            unit,
            label,
        });
    }
    found
}

/// What is glued to a number: a unit of one letter, a label, or both.
fn unit_and_label(glued: &str) -> (&str, &str) {
    let unit_bytes = usize::from(glued.starts_with(['+', '%', 'k', 'm', 'g', 'K', 'M', 'G']));
    let is_word = glued.len() > 1 && glued.starts_with(|c: char| c.is_alphabetic());
    match is_word {
        true => ("", glued),
        false => glued.split_at_checked(unit_bytes).unwrap_or(("", glued)),
    }
}

fn without_stop(word: &str) -> &str {
    word.trim_end_matches('.')
}

/// Whether a line is a command behind the prompt of a shell: `[root@node-1 ~]# df -h`, `$ free`.
pub(super) fn is_prompt(line: &str) -> bool {
    line.split_whitespace()
        .take(3)
        .any(|word| word.ends_with(['#', '$']))
}

/// Whether a line looks like the header or the beginning of another output, which may follow without a blank line.
pub(super) fn is_other_header(line: &str) -> bool {
    const OPENERS: [&str; 12] = [
        "total",
        "top",
        "Filesystem",
        "文件系统",
        "NAME",
        "PID",
        "USER",
        "UID",
        "CONTAINER",
        "TARGET",
        "MemTotal:",
        "Mem:",
    ];
    OPENERS.contains(&line.split_whitespace().next().unwrap_or(""))
}

/// Appends the facts of rows that may go on in the next line: `more` takes what such a line adds to the row before.
pub(super) fn rows_with_rests<'a>(
    section: &Section<'a>,
    facts: &mut Vec<Fact<'a>>,
    row: impl Fn(&'a str) -> Option<Fact<'a>>,
    more: impl Fn(&mut Fact<'a>, &'a str) -> bool,
) -> Ending {
    let mut last_is_whole = true;
    let mut current: Option<Fact<'a>> = None;
    for line in section.text.lines() {
        if current.as_mut().is_some_and(|fact| more(fact, line)) {
            last_is_whole = true;
            continue;
        }
        let fact = row(line);
        last_is_whole = fact.is_some();
        if let Some(fact) = fact {
            facts.extend(current.replace(fact));
        }
    }
    facts.extend(current);
    ending(section, last_is_whole)
}

/// Whether a section is all there, whose last line is a whole row or not.
pub(super) fn ending(section: &Section<'_>, last_is_whole: bool) -> Ending {
    match section.open_end && !last_is_whole {
        true => Ending::Cut,
        false => Ending::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labelled_numbers_are_found_however_they_are_glued() {
        let show = |text| {
            amounts(text)
                .iter()
                .map(|amount| format!("{}|{}|{}", amount.number, amount.unit, amount.label))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            show(" 24105.6 total,   445.8 used.  23659.8 avail Mem "),
            "24105.6||total 445.8||used 23659.8||avail"
        );
        assert_eq!(
            show("16333776k total,  1204k used"),
            "16333776|k|total 1204|k|used"
        );
        assert_eq!(
            show("0.3%us,  1.4%sy,100.0 id"),
            "0.3|%|us 1.4|%|sy 100.0||id"
        );
        assert_eq!(show("13175256+total, 12 "), "13175256|+|total 12||");
        assert_eq!(show("no numbers, %5"), "");
    }

    #[test]
    fn pieces_go_to_the_columns_that_they_fit() {
        let columns = table::columns_by_word("NAME SIZE NOTE");
        let fits: Fits =
            |title, cell| title != "SIZE" || cell.starts_with(|c: char| c.is_ascii_digit());
        assert_eq!(
            in_order(&columns, "a 1 some words", fits, first_word),
            Some(vec!["a", "1", "some words"])
        );
        assert_eq!(
            in_order(&columns, "a words", fits, first_word),
            Some(vec!["a", "", "words"])
        );
        assert_eq!(
            by_place(&columns, "a    12   x", fits),
            Some(vec!["a", "12", "x"])
        );
        assert_eq!(by_place(&columns, "a    b    x", fits), None);
    }

    #[test]
    fn prompts_are_not_rows() {
        assert!(is_prompt("[root@node-1 ~]# df -h"));
        assert!(is_prompt("ops@node-1:~$ free"));
        assert!(!is_prompt("tmpfs 10 0 10 0% /run"));
    }
}
