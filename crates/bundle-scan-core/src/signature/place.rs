//! Finds where a value stands in a YAML text, by its path of keys.
//!
//! Runs over a text apart from its parser, so that the schema structs carry no positions: [`place`] only to report a mistake, [`elements`] once.

use serde_saphyr::granit_parser::{Event, Parser};

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The value of this key of a mapping.
    Name(String),
    /// This element of a list, from 0.
    Index(usize),
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Key::Name(name.to_owned())
    }
}

impl From<usize> for Key {
    fn from(index: usize) -> Self {
        Key::Index(index)
    }
}

/// A collection that is open at the current event.
enum Open {
    /// A mapping; holds the key whose value comes next.
    Mapping(Option<String>),
    /// A list; holds the index of the element that comes next.
    List(usize),
}

/// Line and column (both from 1) of the value at `path` in `source`; the nearest enclosing value if there is none; the
/// start of the text if that is missing too.
pub fn place(source: &str, path: &[Key]) -> (usize, usize) {
    let mut open: Vec<Open> = Vec::new();
    let mut best = (0, (1, 1));
    for event in Parser::new_from_str(source) {
        let Ok((event, span)) = event else { break };
        let here = (span.start.line(), span.start.col() + 1);
        match event {
            Event::MappingEnd | Event::SequenceEnd => {
                open.pop();
                finish_value(&mut open);
            }
            Event::Scalar(ref text, ..) if is_key(&open) => {
                if let Some(Open::Mapping(key)) = open.last_mut() {
                    *key = Some(text.to_string());
                }
            }
            Event::Scalar(..)
            | Event::Alias(..)
            | Event::MappingStart(..)
            | Event::SequenceStart(..) => {
                let depth = matching_depth(&open, path);
                if depth == open.len() && (depth > best.0 || (depth == 0 && best.0 == 0)) {
                    best = (depth, here);
                }
                match event {
                    Event::MappingStart(..) => open.push(Open::Mapping(None)),
                    Event::SequenceStart(..) => open.push(Open::List(0)),
                    _ => finish_value(&mut open),
                }
            }
            _ => {}
        }
        if best.0 == path.len() && !path.is_empty() {
            break;
        }
    }
    best.1
}

/// The lines, from 1, on which the elements of the list begin that a text is.
pub fn elements(source: &str) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut lines = Vec::new();
    for event in Parser::new_from_str(source) {
        let Ok((event, span)) = event else { break };
        let is_value = matches!(event, Event::Scalar(..) | Event::Alias(..));
        let opens = matches!(event, Event::MappingStart(..) | Event::SequenceStart(..));
        if depth == 1 && (is_value || opens) {
            lines.push(span.start.line());
        }
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
            Event::MappingEnd | Event::SequenceEnd => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    lines
}

fn is_key(open: &[Open]) -> bool {
    matches!(open.last(), Some(Open::Mapping(None)))
}

fn finish_value(open: &mut [Open]) {
    match open.last_mut() {
        Some(Open::Mapping(key)) => *key = None,
        Some(Open::List(index)) => *index += 1,
        None => {}
    }
}

/// How many of the open collections lie on `path`, from the outside.
fn matching_depth(open: &[Open], path: &[Key]) -> usize {
    open.iter()
        .zip(path)
        .take_while(|(level, key)| match (level, key) {
            (Open::Mapping(Some(name)), Key::Name(wanted)) => name == wanted,
            (Open::List(index), Key::Index(wanted)) => index == wanted,
            _ => false,
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "id: x\nmatch:\n  any:\n    - line: {literal: \"a\", regex: 'b'}\n    - line:\n        regex: 'c'\n";

    fn check(path: &[Key], expected: (usize, usize)) {
        assert_eq!(place(SOURCE, path), expected, "{path:?}");
    }

    #[test]
    fn values_are_found_by_their_path() {
        check(&["id".into()], (1, 5));
        check(
            &[
                "match".into(),
                "any".into(),
                0.into(),
                "line".into(),
                "regex".into(),
            ],
            (4, 35),
        );
        check(
            &[
                "match".into(),
                "any".into(),
                1.into(),
                "line".into(),
                "regex".into(),
            ],
            (6, 16),
        );
    }

    #[test]
    fn a_missing_value_is_placed_at_what_encloses_it() {
        check(
            &[
                "match".into(),
                "any".into(),
                1.into(),
                "line".into(),
                "none".into(),
            ],
            (6, 9),
        );
        check(&["nothing".into()], (1, 1));
    }
}
