//! Reads any table of kubectl or helm, told by data which kinds of tables there are and what their columns mean.
//!
//! ```text
//! NAME    READY   STATUS    RESTARTS   AGE
//! web-0   1/1     Running   0          3d
//! ```
//!
//! A row is taken apart by the places of the titles; where that gives cells that cannot be (`READY` without a `/`, an
//! age that is none), by its words, if there is one way to do so; else it is left out. The last cell of a row that
//! breaks off is not trusted. Does not read rows that are wrapped over several lines. Invariant: a table is of a kind
//! only if the header has all columns that the kind needs, and no unknown one except labels (`-L`) at the end.

use std::borrow::Cow;

use super::cells::{self, is_nothing};
use super::{header, margins};
use crate::fact::kind::Kind;
use crate::fact::table::{self, Column};
use crate::fact::{Ending, Fact, FactParser, Section, Value};

/// Reads a cell that is not empty, standing at a byte of the section; false if the cell cannot be of that column.
pub(super) type CellReader = for<'a> fn(&mut Fact<'a>, &'a str, usize) -> bool;

/// What becomes of a column.
pub(super) enum Reads {
    /// A name, with a resource and a slash before it in `kubectl get all`.
    Name,
    /// One word, for [`Fact::set`].
    Word(&'static str),
    /// Words, for [`Fact::set`].
    Text(&'static str),
    /// An age.
    Age(&'static str),
    /// `1/2`, for two numbers.
    Ratio(&'static str, &'static str),
    /// More than that.
    By(CellReader),
    /// Nothing: no field is for it.
    Nothing,
}

/// A title and what becomes of its column.
pub(super) type ColumnReads = (&'static str, Reads);

/// A kind of table.
pub(super) struct Table {
    /// What its rows are.
    pub(super) kind: &'static Kind,
    /// Titles that a header must have; a row must have something there, unless it may be empty.
    pub(super) needs: &'static [&'static str],
    /// All titles that a header may have, besides [`COMMON`].
    pub(super) columns: &'static [ColumnReads],
    /// Columns that may be empty, each with those that are empty along with it.
    pub(super) may_be_empty: &'static [&'static [&'static str]],
    /// The column that may hold any words.
    pub(super) free: Option<&'static str>,
    /// What may stand before the slash of a name.
    pub(super) resources: &'static [&'static str],
    /// What follows from the whole row, or from the kind of table.
    pub(super) finish: fn(&mut Fact<'_>),
}

/// A table without peculiarities; each says its own kind.
pub(super) const PLAIN: Table = Table {
    kind: &crate::fact::kind::POD,
    needs: &[],
    columns: &[],
    may_be_empty: &[],
    free: None,
    resources: &[],
    finish: |_| {},
};

/// Columns that mean the same in every table.
const COMMON: [ColumnReads; 7] = [
    ("NAME", Reads::Name),
    ("AGE", Reads::Age("age")),
    ("LABELS", Reads::Word("labels")),
    ("CONTAINERS", Reads::Nothing),
    ("IMAGES", Reads::Word("images")),
    ("SELECTOR", Reads::Word("selector")),
    ("NAMESPACE", Reads::Word("namespace")),
];

/// Tables with fewer needed columns could be anything with a label, or something else altogether.
const ENOUGH_TO_ALLOW_LABELS: usize = 4;

/// How much work it may be to look for the column above each word: words of the row times its length.
const MOST_ALIGNING: usize = 1 << 20;

impl Table {
    /// Whether these are the columns of such a table.
    fn has(&self, columns: &[Column<'_>]) -> bool {
        let has = |title: &&str| columns.iter().any(|column| column.title == *title);
        let is_needed = |column: &Column<'_>| self.needs.contains(&column.title);
        let after_needed = columns.iter().rposition(is_needed).unwrap_or(0);
        let labels_allowed = self.needs.len() >= ENOUGH_TO_ALLOW_LABELS;
        let is_known = |(index, column): (usize, &Column<'_>)| {
            self.reads(column.title).is_some() || labels_allowed && index > after_needed
        };
        self.needs.iter().all(has) && columns.iter().enumerate().all(is_known)
    }

    fn reads(&self, title: &str) -> Option<&'static Reads> {
        let of_title = |entry: &&'static ColumnReads| entry.0 == title;
        let common = || {
            let is_namespaced = self.kind.field("namespace").is_some();
            let fits = |entry: &&ColumnReads| entry.0 != "NAMESPACE" || is_namespaced;
            const { &COMMON }.iter().find(of_title).filter(fits)
        };
        let (_, reads) = self.columns.iter().find(of_title).or_else(common)?;
        Some(reads)
    }

    fn is_needed_in_rows(&self, title: &str) -> bool {
        self.needs.contains(&title) && self.is_never_empty(title)
    }

    /// Whether every row has something in this column.
    fn is_never_empty(&self, title: &str) -> bool {
        let in_set = |set: &&[&str]| set.contains(&title);
        self.reads(title).is_some() && !self.may_be_empty.iter().any(in_set)
    }
}

/// Parser of some kinds of tables.
pub(super) struct Tables {
    pub(super) id: &'static str,
    pub(super) openers: &'static [&'static str],
    pub(super) tables: &'static [Table],
    /// Whether the last column may go on in further lines; rows then begin with an age.
    pub(super) has_messages: bool,
}

impl Tables {
    fn table_of<'h>(&self, line: &'h str) -> Option<(&'static Table, Vec<Column<'h>>)> {
        let columns = header::columns(line)?;
        let table = self.tables.iter().find(|table| table.has(&columns))?;
        Some((table, columns))
    }

    /// Whether a line that cannot be read looks like the beginning of a row. What is indented is not: the sums below
    /// `kubectl top --sum`, the rest of a message.
    fn begins_a_row(&self, header: &str, line: &str) -> bool {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let has_age = || line.split_whitespace().take(2).any(cells::is_age);
        indent(line) <= indent(header) && (!self.has_messages || has_age())
    }
}

impl FactParser for Tables {
    fn id(&self) -> &'static str {
        self.id
    }

    fn openers(&self) -> &'static [&'static str] {
        self.openers
    }

    fn opens(&self, line: &str) -> bool {
        self.table_of(line).is_some()
    }

    fn goes_on(&self, line: &str) -> bool {
        match self.has_messages {
            true => margins::is_in_messages(line),
            false => margins::is_in_table(line),
        }
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let Some((table, columns)) = self.table_of(section.header) else {
            return Ending::Whole;
        };
        let sheet = Sheet {
            table,
            columns,
            section,
        };
        let mut breaks_off = false;
        for line in section.text.lines().filter(|line| !line.trim().is_empty()) {
            match sheet.row(line) {
                Some(row) => {
                    breaks_off = row.breaks_off;
                    facts.push(row.fact);
                }
                None if self.begins_a_row(section.header, line) => breaks_off = true,
                None => {}
            }
        }
        match breaks_off && section.open_end {
            true => Ending::Cut,
            false => Ending::Whole,
        }
    }
}

struct Row<'a> {
    fact: Fact<'a>,
    /// Whether cells at the end are missing.
    breaks_off: bool,
}

/// One table while its rows are read.
struct Sheet<'s, 'a> {
    table: &'static Table,
    columns: Vec<Column<'a>>,
    section: &'s Section<'a>,
}

impl<'a> Sheet<'_, 'a> {
    fn row(&self, line: &'a str) -> Option<Row<'a>> {
        let aligned = self
            .aligned(line)
            .and_then(|cells| self.filled(line, cells));
        match aligned {
            Some(row) if !row.breaks_off => Some(row),
            aligned => self.by_words(line).or(aligned),
        }
    }

    /// The cells by the places of their titles, unless words are lost between them.
    fn aligned(&self, line: &'a str) -> Option<Vec<&'a str>> {
        let words = line.split_whitespace().count();
        if words.saturating_mul(line.len()) > MOST_ALIGNING {
            return None;
        }
        let cells = table::aligned(&self.columns, line);
        let words_in_cells = cells.iter().map(|cell| cell.split_whitespace().count());
        (words_in_cells.sum::<usize>() == words).then_some(cells)
    }

    /// The row by its words, if that is possible in one way only.
    fn by_words(&self, line: &'a str) -> Option<Row<'a>> {
        let without = std::iter::once(&[][..]).chain(self.table.may_be_empty.iter().copied());
        let mut rows = without
            .filter_map(|missing| self.filled(line, self.cells_without(missing, line)?))
            .filter(|row| !row.breaks_off);
        let row = rows.next()?;
        rows.next().is_none().then_some(row)
    }

    /// The cells by their words, if the columns `missing` are empty.
    fn cells_without(&self, missing: &[&str], line: &'a str) -> Option<Vec<&'a str>> {
        let is_there = |column: &&Column<'_>| !missing.contains(&column.title);
        let there: Vec<&Column<'_>> = self.columns.iter().filter(is_there).collect();
        if there.len() + missing.len() != self.columns.len() {
            return None;
        }
        let is_free = |column: &&Column<'_>| Some(column.title) == self.table.free;
        let cells = cells::by_words(line, there.len(), there.iter().position(is_free))?;
        let mut cells = cells.into_iter();
        let mut cell_of = |column: &Column<'_>| match is_there(&column) {
            true => cells.next(),
            false => Some(""),
        };
        self.columns.iter().map(&mut cell_of).collect()
    }

    /// The fact of a row, if all cells can be what their columns hold and the needed ones are there.
    fn filled(&self, line: &'a str, mut cells: Vec<&'a str>) -> Option<Row<'a>> {
        let breaks_off = self.breaks_off(&cells);
        if breaks_off && let Some(last) = cells.iter_mut().rfind(|cell| !cell.is_empty()) {
            *last = "";
        }
        let mut fact = Fact::new(self.table.kind, self.section.at(line.trim_start()));
        for (column, cell) in self.columns.iter().zip(cells) {
            let fits = match cell {
                "" => !self.table.is_needed_in_rows(column.title),
                _ => self.read(&mut fact, column.title, cell),
            };
            if !fits {
                return None;
            }
        }
        (self.table.finish)(&mut fact);
        Some(Row { fact, breaks_off })
    }

    /// Whether the last of the columns that are never empty is missing.
    fn breaks_off(&self, cells: &[&str]) -> bool {
        let is_never_empty = |column: &Column<'_>| self.table.is_never_empty(column.title);
        let last = self.columns.iter().rposition(is_never_empty);
        last.and_then(|last| cells.get(last))
            .is_none_or(|cell| cell.is_empty())
    }

    fn read(&self, fact: &mut Fact<'a>, title: &str, cell: &'a str) -> bool {
        let at = self.section.at(cell);
        match self.table.reads(title) {
            Some(Reads::Name) => self.read_name(fact, cell),
            Some(Reads::Word(field)) => is_word(cell) && set(fact, field, cell, at),
            Some(Reads::Text(field)) => set(fact, field, cell, at),
            Some(Reads::Age(field)) => {
                (cells::is_age(cell) || is_nothing(cell)) && set(fact, field, cell, at)
            }
            Some(Reads::Ratio(part, whole)) => ratio(fact, (part, whole), cell, at),
            Some(Reads::By(reader)) => reader(fact, cell, at),
            Some(Reads::Nothing) | None => true,
        }
    }

    fn read_name(&self, fact: &mut Fact<'a>, cell: &'a str) -> bool {
        let (prefix, name) = cell.rsplit_once('/').unwrap_or(("", cell));
        let resource = prefix.split('.').next().unwrap_or("");
        let is_ours = resource.is_empty() || self.table.resources.contains(&resource);
        let is_name = is_word(name) && name.contains(char::is_alphanumeric) && !name.ends_with(':');
        is_ours && is_name && set(fact, "name", name, self.section.at(name))
    }
}

fn is_word(cell: &str) -> bool {
    !cell.contains(char::is_whitespace)
}

/// Sets a field; false if the text says something that cannot be of that field.
fn set<'a>(fact: &mut Fact<'a>, field: &'static str, cell: &'a str, at: usize) -> bool {
    if is_nothing(cell) || fact.kind.field(field).is_none() {
        return true;
    }
    fact.set(field, cell, at).get(field).is_some()
}

/// `1/2`.
fn ratio(fact: &mut Fact<'_>, fields: (&'static str, &'static str), cell: &str, at: usize) -> bool {
    let numbers = cell
        .split_once('/')
        .and_then(|(part, whole)| Some((count(part)?, count(whole)?)));
    if let Some((part, whole)) = numbers {
        fact.number(fields.0, part, at).number(fields.1, whole, at);
    }
    numbers.is_some()
}

/// A whole number that is not negative.
pub(super) fn count(text: &str) -> Option<f64> {
    text.trim().parse::<u32>().ok().map(f64::from)
}

/// The text of a field as the section has it, and its place.
pub(super) fn borrowed<'a>(fact: &Fact<'a>, name: &str) -> Option<(&'a str, usize)> {
    let field = fact.get(name)?;
    match field.value {
        Value::Text(Cow::Borrowed(text)) => Some((text, field.at)),
        _ => None,
    }
}
