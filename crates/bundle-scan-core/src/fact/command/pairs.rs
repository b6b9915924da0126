//! What several commands share: `Key: value` lines, tables of keys and fields, and whether a text breaks off.
//!
//! Does not know any command.

use crate::fact::row::Fact;
use crate::fact::section::{Ending, Section};

/// Which field a printed key fills.
pub(super) type Keys = [(&'static str, &'static str)];

/// The key and the value of a line, split at its first colon and trimmed: `Storage Driver: overlay2`.
pub(super) fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    Some((key.trim(), value.trim()))
}

/// The field that a key fills.
pub(super) fn field_of(keys: &Keys, key: &str) -> Option<&'static str> {
    let found = keys.iter().find(|(printed, _)| *printed == key)?;
    Some(found.1)
}

/// Sets fields from parts of the section, as they are printed there.
pub(super) fn set_printed<'a>(
    section: &Section<'a>,
    fact: &mut Fact<'a>,
    printed: &[(&'static str, &'a str)],
) {
    for (field, text) in printed {
        let text = text.trim();
        fact.set(field, text, section.at(text));
    }
}

/// Sets the field that a key fills, from the value as it is printed.
pub(super) fn set_pair<'a>(
    section: &Section<'a>,
    fact: &mut Fact<'a>,
    keys: &Keys,
    (key, value): (&str, &'a str),
) {
    if let Some(field) = field_of(keys, key) {
        set_printed(section, fact, &[(field, value)]);
    }
}

/// The first word of a line, or nothing.
pub(super) fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or("")
}

/// Whether a text is a whole number without a sign.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How a section ends whose last line is all there, or not.
pub(super) fn ending(section: &Section<'_>, complete: bool) -> Ending {
    match section.open_end && !complete {
        true => Ending::Cut,
        false => Ending::Whole,
    }
}

/// The last line that is not blank.
pub(super) fn last_line<'a>(section: &Section<'a>) -> &'a str {
    section.text.trim_end().lines().next_back().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_at_the_first_colon() {
        for (line, expected) in [
            (" Name: n1", Some(("Name", "n1"))),
            (
                "Time zone : UTC (UTC, +0000)",
                Some(("Time zone", "UTC (UTC, +0000)")),
            ),
            ("ID: A:B", Some(("ID", "A:B"))),
            ("Labels:", Some(("Labels", ""))),
            ("no key", None),
        ] {
            assert_eq!(key_and_value(line), expected, "{line}");
        }
    }
}
