//! Tells which parser a line calls for, at the cost of one look-up of its first word.

use std::collections::BTreeMap;

use crate::base::member_path::MemberPath;
use crate::fact::section::{FactParser, margin};
use crate::source::pattern::Patterns;

/// Stands for lines whose second word is an equals sign.
pub const ASSIGNMENT: &str = "=";

/// All parsers by the first words of their opening lines.
pub(super) struct Openers {
    by_word: BTreeMap<&'static str, Vec<&'static dyn FactParser>>,
    /// The lengths in bytes that first words have, and the first bytes that they have: most lines are turned away by these.
    longest: usize,
    first_bytes: [bool; 256],
}

impl Openers {
    pub(super) fn new(parsers: impl Iterator<Item = &'static dyn FactParser>) -> Self {
        let mut openers = Openers {
            by_word: BTreeMap::new(),
            longest: 0,
            first_bytes: [false; 256],
        };
        for parser in parsers {
            for word in parser.openers() {
                openers.by_word.entry(word).or_default().push(parser);
                openers.longest = openers.longest.max(word.len());
                if let Some(&first) = word.as_bytes().first() {
                    openers.first_bytes[usize::from(first)] = true;
                }
            }
        }
        openers
    }

    /// The parser of the section that begins with this line, without its line end.
    pub(super) fn parser(&self, line: &[u8]) -> Option<&'static dyn FactParser> {
        let text = line.trim_ascii_start();
        let blank = text.iter().position(u8::is_ascii_whitespace);
        let (word, rest) = text.split_at_checked(blank.unwrap_or(text.len()))?;
        let is_assignment = rest.starts_with(b" = ");
        let known_start = word
            .first()
            .is_some_and(|first| self.first_bytes[usize::from(*first)]);
        if !is_assignment && (!known_start || word.len() > self.longest) {
            return None;
        }
        let line = std::str::from_utf8(line).ok()?;
        let opens = |parser: &&dyn FactParser| {
            let margin = if parser.takes_margin() {
                margin(line)
            } else {
                ""
            };
            parser.opens(line.strip_prefix(margin).unwrap_or(line))
        };
        let of_word = |word: &str| self.by_word.get(word)?.iter().copied().find(opens);
        of_word(std::str::from_utf8(word).ok()?)
            .or_else(|| is_assignment.then(|| of_word(ASSIGNMENT)).flatten())
    }
}

/// All parsers by the paths of their members.
pub(super) struct ByPath(Patterns<&'static dyn FactParser>);

impl ByPath {
    pub(super) fn new(parsers: impl Iterator<Item = &'static dyn FactParser>) -> Self {
        let patterns = parsers.flat_map(|parser| {
            let paths = parser.paths().iter();
            paths.map(move |pattern| (*pattern, parser))
        });
        ByPath(Patterns::new(patterns))
    }

    /// The parser whose format the path alone tells.
    pub(super) fn parser(&self, path: &MemberPath) -> Option<&'static dyn FactParser> {
        let found = self.0.find(path.innermost());
        found.map(|(parser, _)| *parser)
    }
}
