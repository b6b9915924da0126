//! The header of a table of kubectl or helm: its columns by their titles, in one spelling for all versions.
//!
//! ```text
//! NAME   STATUS   VOLUME   CAPACITY   ACCESSMODES   AGE            before 1.8
//! NAME   STATUS   VOLUME   CAPACITY   ACCESS MODES   AGE
//! ```
//!
//! Titles are told apart by their words, so that a header that was copied with single blanks is read too. Does not know
//! which kind a header is of. Invariant: a line that holds anything but titles in capitals is no header.

use std::iter::Peekable;

use crate::fact::table::{Column, columns_by_word};

/// A table of kubectl has at most 13 columns, before `-L` adds labels.
const MOST_COLUMNS: usize = 40;

/// Titles of two words.
const TWO_WORDS: [&str; 9] = [
    "ACCESS MODES",
    "APP VERSION",
    "FIRST SEEN",
    "LAST SCHEDULE",
    "LAST SEEN",
    "NODE SELECTOR",
    "NOMINATED NODE",
    "READINESS GATES",
    "RECLAIM POLICY",
];

/// Titles of some versions, and what the others call them.
const OTHER_SPELLINGS: [(&str, &str); 8] = [
    ("ACCESSMODES", "ACCESS MODES"),
    ("CPU(%)", "CPU%"),
    ("FIRSTSEEN", "FIRST SEEN"),
    ("LASTSEEN", "LAST SEEN"),
    ("MEMORY(%)", "MEMORY%"),
    ("NODE-SELECTOR", "NODE SELECTOR"),
    ("RECLAIMPOLICY", "RECLAIM POLICY"),
    ("SWAP(%)", "SWAP%"),
];

/// The columns of a header; nothing if the line is none. A title that comes again has lost its meaning and is empty:
/// the label `app.kubernetes.io/name` is shown below a second `NAME`.
pub(super) fn columns(line: &str) -> Option<Vec<Column<'_>>> {
    let mut words = line.split_whitespace();
    if words
        .by_ref()
        .take(MOST_COLUMNS)
        .any(|word| !is_title(word))
        || words.next().is_some()
    {
        return None;
    }
    let mut words = columns_by_word(line).into_iter().peekable();
    let mut columns: Vec<Column<'_>> = Vec::new();
    while let Some(word) = words.next() {
        let column = whole_title(word, &mut words);
        let is_repeated = columns.iter().any(|before| before.title == column.title);
        let title = if is_repeated { "" } else { column.title };
        columns.push(Column { title, ..column });
    }
    Some(columns)
}

/// Whether all words of a line are titles of columns.
pub(super) fn is_all_titles(line: &str) -> bool {
    line.split_whitespace().all(is_title)
}

/// Capitals and what may stand between them; `CPU(cores)` has small letters in brackets.
fn is_title(word: &str) -> bool {
    let before_bracket = word.split('(').next().unwrap_or(word);
    let is_capital = |c: char| c.is_ascii_uppercase();
    let is_legal = |c: char| is_capital(c) || c.is_ascii_digit() || "-_./%".contains(c);
    before_bracket.starts_with(is_capital)
        && before_bracket.chars().all(is_legal)
        && word.is_ascii()
}

/// Takes the second word of a title, if it has one, and settles the spelling.
fn whole_title<'h>(
    word: Column<'h>,
    rest: &mut Peekable<impl Iterator<Item = Column<'h>>>,
) -> Column<'h> {
    if let Some((title, end)) = rest.peek().and_then(|next| two_words(&word, next)) {
        rest.next();
        return Column { title, end, ..word };
    }
    let other = OTHER_SPELLINGS
        .iter()
        .find(|(spelling, _)| *spelling == word.title);
    Column {
        title: other.map_or(word.title, |(_, title)| title),
        ..word
    }
}

/// The title of both words. Its halves stand apart where `column -t` was used; `NODE` and `SELECTOR` are titles of
/// their own then.
fn two_words(first: &Column<'_>, second: &Column<'_>) -> Option<(&'static str, usize)> {
    let is_both = |title: &&&str| title.split_once(' ') == Some((first.title, second.title));
    let title = TWO_WORDS.iter().find(is_both)?;
    let is_next = second.start == first.end + 1;
    (is_next || first.title != "NODE").then_some((*title, second.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[&str]) {
        let columns = columns(line).unwrap_or_default();
        let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
        assert_eq!(titles, expected, "{line}");
    }

    #[test]
    fn titles_have_one_spelling() {
        for (line, expected) in [
            ("LAST SEEN   TYPE", &["LAST SEEN", "TYPE"][..]),
            ("LASTSEEN   FIRSTSEEN", &["LAST SEEN", "FIRST SEEN"]),
            ("NAME   READY   NAME", &["NAME", "READY", ""]),
            ("LAST   SEEN  TYPE", &["LAST SEEN", "TYPE"]),
            (
                "NAME NODE NOMINATED NODE",
                &["NAME", "NODE", "NOMINATED NODE"],
            ),
            ("NODE   SELECTOR", &["NODE", "SELECTOR"]),
            (
                "NAME\tAPP VERSION\tNAMESPACE  ",
                &["NAME", "APP VERSION", "NAMESPACE"],
            ),
            ("NAME CPU(cores) CPU(%)", &["NAME", "CPU(cores)", "CPU%"]),
            ("NAME  PORT(S)", &["NAME", "PORT(S)"]),
            ("NAME Ready", &[]),
            ("NAME 名称", &[]),
            ("NAME READY=1", &[]),
        ] {
            check(line, expected);
        }
        check(&"NAME ".repeat(MOST_COLUMNS + 1), &[]);
    }
}
