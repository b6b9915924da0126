//! What a parser gets to read, and what it must be able to say.

use super::row::Fact;
use crate::base::member_path::MemberPath;
use crate::base::time::NANOS_PER_SECOND;

/// A bounded piece of a member in one format: a table, the describe text of one object, one JSON or YAML document.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// The member.
    pub path: &'a MemberPath,
    /// The header lines, for formats that have them ([`FactParser::header_lines`]); empty otherwise.
    pub header: &'a str,
    /// The text, with its line ends; without the header lines.
    pub text: &'a str,
    /// When the member was last modified, which is when a command was run: seconds since 1970-01-01T00:00:00Z.
    pub modified: Option<i64>,
    /// Whether the member ends with this section and without a line end: it may have been cut.
    pub open_end: bool,
}

impl<'a> Section<'a> {
    /// The place in `text` of a part of it; 0 for what is not a part.
    pub fn at(&self, part: &str) -> usize {
        let start = self.text.as_ptr() as usize;
        let offset = (part.as_ptr() as usize).wrapping_sub(start);
        let end = offset.checked_add(part.len());
        match end {
            Some(end) if end <= self.text.len() => offset,
            _ => 0,
        }
    }

    /// A line of the section without the blanks that its first line begins with.
    pub fn unindented<'l>(&self, line: &'l str) -> &'l str {
        line.strip_prefix(margin(self.text)).unwrap_or(line)
    }

    /// Seconds between an instant (nanoseconds since 1970-01-01T00:00:00Z) and the moment when the section was written, if
    /// that is known; not negative.
    pub fn age(&self, unix_nanos: i64) -> Option<f64> {
        let age = self
            .modified?
            .checked_sub(unix_nanos.div_euclid(NANOS_PER_SECOND))?;
        Some(age.max(0) as f64)
    }
}

/// The blanks that a line begins with.
pub(super) fn margin(line: &str) -> &str {
    let text = line.trim_start();
    line.strip_suffix(text).unwrap_or("")
}

/// Whether a section is all there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nothing is missing.
    Whole,
    /// It breaks off, or a part of it cannot be read.
    Cut,
}

/// Reads one format of text.
pub trait FactParser: Sync {
    /// The name of the format.
    fn id(&self) -> &'static str;

    /// First words of the lines that may open a section.
    fn openers(&self) -> &'static [&'static str];

    /// Whether a section begins with this line, whose first word is one of [`FactParser::openers`].
    fn opens(&self, line: &str) -> bool;

    /// Whether a later line still belongs to the section. By default a blank line ends it.
    fn goes_on(&self, line: &str) -> bool {
        !line.trim().is_empty()
    }

    /// Whether a section may be indented as a whole, as text in a list or a mail is. [`FactParser::opens`] and
    /// [`FactParser::goes_on`] then see lines without the blanks that its first line begins with, and a line that begins
    /// further left ends it.
    fn takes_margin(&self) -> bool {
        false
    }

    /// How many lines at the start of a section are its header: they are repeated for each piece of a long section.
    fn header_lines(&self) -> usize {
        0
    }

    /// Paths of members that are in this format from the first line on, where no line says so: `*rpm*-qa*`. `*` stands for any
    /// text inside a segment; a pattern matches a whole path or the end of one, from a segment on.
    fn paths(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether the lines of a section quote what others would print.
    fn is_quotation(&self, _section: &Section<'_>) -> bool {
        false
    }

    /// Appends the facts of a section. What cannot be read is left out.
    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_knows_its_place() {
        let path = MemberPath::new("m");
        let text = "ab cd";
        let section = Section {
            path: &path,
            header: "",
            text,
            modified: Some(100),
            open_end: false,
        };
        assert_eq!(section.at(&text[3..]), 3);
        assert_eq!(section.at("elsewhere"), 0);
        assert_eq!(section.age(40 * NANOS_PER_SECOND), Some(60.0));
        assert_eq!(section.age(400 * NANOS_PER_SECOND), Some(0.0));
    }
}
