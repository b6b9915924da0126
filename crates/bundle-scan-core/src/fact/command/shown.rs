//! How the tests of this room see facts: as lines of text, with the line that each value was taken from.
//!
//! Cuts a text into sections by what the parser says of its lines, so that a test covers that too.

use std::borrow::Cow;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::base::member_path::MemberPath;
use crate::fact::reader::ASSIGNMENT;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value::Value;

/// 2026-03-10T03:00:00Z, when every sample was written.
const MODIFIED: i64 = 1_773_111_600;

/// A section of a text: where it begins, where its text begins behind the header, and where it ends.
type Span = (usize, usize, usize);

/// The facts of all sections that the parser finds in a text.
pub(super) fn shown(parser: &dyn FactParser, text: &str) -> String {
    shown_in(parser, "node/out.txt", text, false)
}

/// The facts of a member that is in the format from its first line on.
pub(super) fn shown_at(parser: &dyn FactParser, path: &str, text: &str) -> String {
    shown_in(parser, path, text, true)
}

/// Checks the facts of each text.
pub(super) fn check(parser: &dyn FactParser, rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(shown(parser, text), expected.trim(), "{text}");
    }
}

fn shown_in(parser: &dyn FactParser, path: &str, text: &str, from_first_line: bool) -> String {
    let path = MemberPath::new(path);
    let mut lines = Vec::new();
    for (start, middle, end) in spans(parser, text, from_first_line) {
        let section = section(&path, text, (start, middle, end));
        let mut facts = Vec::new();
        let ending = parser.parse(&section, &mut facts);
        for fact in &facts {
            assert_places(&section, fact);
            lines.push(line_of(text, middle, fact));
        }
        if ending == Ending::Cut {
            lines.push("cut".into());
        }
    }
    lines.join("\n")
}

fn section<'a>(path: &'a MemberPath, text: &'a str, (start, middle, end): Span) -> Section<'a> {
    Section {
        path,
        header: &text[start..middle],
        text: &text[middle..end],
        modified: Some(MODIFIED),
        open_end: end == text.len() && !text.ends_with('\n'),
    }
}

fn spans(parser: &dyn FactParser, text: &str, from_first_line: bool) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut is_open = false;
    let mut header_left = 0;
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end_matches(['\n', '\r']);
        let end = at + raw.len();
        let opening = (at == 0 && from_first_line) || opens(parser, line);
        match spans.last_mut() {
            Some(span) if is_open && header_left > 0 => {
                header_left -= 1;
                (span.1, span.2) = (end, end);
            }
            Some(span) if is_open && parser.goes_on(line) => span.2 = end,
            _ if opening => {
                is_open = true;
                header_left = parser.header_lines().saturating_sub(1);
                let middle = if parser.header_lines() > 0 { end } else { at };
                spans.push((at, middle, end));
            }
            _ => is_open = false,
        }
        at = end;
    }
    spans
}

/// A parser without openers is asked about every line.
fn opens(parser: &dyn FactParser, line: &str) -> bool {
    let mut words = line.split_whitespace();
    let known = parser.openers();
    let is_first = words.next().is_some_and(|word| known.contains(&word));
    let is_assignment = words.next() == Some(ASSIGNMENT) && known.contains(&ASSIGNMENT);
    (known.is_empty() || is_first || is_assignment) && parser.opens(line)
}

/// `kind@line name=value name=value@line`, the line of a field where it is not the line of the fact.
fn line_of(text: &str, start: usize, fact: &Fact<'_>) -> String {
    let line = |at: usize| text[..start + at].matches('\n').count() + 1;
    let mut shown = format!("{}@{}", fact.kind.name, line(fact.at));
    for field in &fact.fields {
        let value = field.value.shown();
        let quote = if value.contains(' ') { "'" } else { "" };
        shown += &format!(" {}={quote}{value}{quote}", field.name);
        if line(field.at) != line(fact.at) {
            shown += &format!("@{}", line(field.at));
        }
    }
    shown
}

/// Every place is inside the text and between characters; a text that was taken from the section stands at its place.
fn assert_places(section: &Section<'_>, fact: &Fact<'_>) {
    assert!(section.text.is_char_boundary(fact.at), "{fact:?}");
    for field in &fact.fields {
        assert!(section.text.is_char_boundary(field.at), "{field:?}");
        if let Value::Text(Cow::Borrowed(value)) = &field.value
            && section
                .text
                .as_bytes()
                .as_ptr_range()
                .contains(&value.as_ptr())
        {
            assert_eq!(field.at, section.at(value), "{field:?}");
        }
    }
}

/// Parses arbitrary texts and damaged samples; a panic or a wrong place fails the test.
pub(super) fn survives(parser: &dyn FactParser, samples: &[&str]) {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&damaged(samples), |text| {
        let path = MemberPath::new("proc/sys/a/b");
        for header in [0, text.find('\n').map_or(0, |newline| newline + 1)] {
            let mut facts = Vec::new();
            parser.parse(&section(&path, &text, (0, header, text.len())), &mut facts);
            for fact in &facts {
                assert_places(&section(&path, &text, (0, header, text.len())), fact);
            }
        }
        shown(parser, &text);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn damaged(samples: &[&str]) -> impl Strategy<Value = String> + use<> {
    let samples: Vec<String> = samples.iter().map(|sample| (*sample).to_owned()).collect();
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12);
    let sample = (
        prop::sample::select(samples),
        any::<prop::sample::Index>(),
        edits,
    );
    prop_oneof![
        1 => ".{0,200}".prop_map(|text| text),
        9 => sample.prop_map(|(sample, end, edits)| {
            let mut bytes = sample.into_bytes();
            bytes.truncate(end.index(bytes.len() + 1));
            for (place, byte) in edits {
                if !bytes.is_empty() {
                    let place = place.index(bytes.len());
                    bytes[place] = byte;
                }
            }
            String::from_utf8_lossy(&bytes).into_owned()
        }),
    ]
}
