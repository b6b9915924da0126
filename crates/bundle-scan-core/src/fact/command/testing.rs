//! For tests of this room: reads a text as the reader of sections would, and shows the facts as lines.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::base::member_path::MemberPath;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value::Value;

/// The facts of the sections that open in `text`: `kind field=value ... @line`. A field that stands on another line
/// than its fact says on which. A section that is cut ends with `CUT`.
pub(super) fn read(parser: &dyn FactParser, text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let opens = |line: &str| {
        let word = line.split_whitespace().next().unwrap_or("");
        parser.openers().contains(&word) && parser.opens(line)
    };
    let mut shown = String::new();
    let mut next = 0;
    while next < lines.len() {
        if opens(line_of(lines[next])) {
            next = read_section(parser, &lines, next, &mut shown);
        } else {
            next += 1;
        }
    }
    shown
}

/// The facts of a member whose path says what it is.
pub(super) fn read_member(parser: &dyn FactParser, path: &str, text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut shown = String::new();
    read_section_at(parser, path, &lines, 0, &mut shown);
    shown
}

fn read_section(
    parser: &dyn FactParser,
    lines: &[&str],
    first: usize,
    shown: &mut String,
) -> usize {
    read_section_at(parser, "commands/output.txt", lines, first, shown)
}

fn read_section_at(
    parser: &dyn FactParser,
    path: &str,
    lines: &[&str],
    first: usize,
    shown: &mut String,
) -> usize {
    let body = (first + parser.header_lines()).min(lines.len());
    let start = body.max(first + 1).min(lines.len());
    let end = (start..lines.len())
        .find(|line| !parser.goes_on(line_of(lines[*line])))
        .unwrap_or(lines.len());
    let whole = lines.concat();
    let byte = |line: usize| lines[..line].iter().map(|line| line.len()).sum::<usize>();
    let section = Section {
        path: &MemberPath::new(path),
        header: &whole[byte(first)..byte(body)],
        text: &whole[byte(body)..byte(end)],
        modified: None,
        open_end: end == lines.len() && !whole.ends_with('\n'),
    };
    let mut facts = Vec::new();
    let ending = parser.parse(&section, &mut facts);
    for fact in &facts {
        shown.push_str(&show(&section, fact, body));
    }
    if ending == Ending::Cut {
        shown.push_str("CUT\n");
    }
    end
}

fn line_of(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

fn show(section: &Section<'_>, fact: &Fact<'_>, lines_before: usize) -> String {
    let line = |at: usize| 1 + lines_before + section.text[..at].matches('\n').count();
    let mut shown = fact.kind.name.to_string();
    for field in &fact.fields {
        assert_in_place(section, &field.value, field.at);
        shown.push_str(&format!(" {}={}", field.name, field.value.shown()));
        if line(field.at) != line(fact.at) {
            shown.push_str(&format!("@{}", line(field.at)));
        }
    }
    shown.push_str(&format!(" @{}\n", line(fact.at)));
    shown
}

/// A text that was borrowed from the section must be said to stand where it stands, give or take blanks.
fn assert_in_place(section: &Section<'_>, value: &Value<'_>, at: usize) {
    if let Value::Text(text) = value {
        let place = (text.as_ptr() as usize).wrapping_sub(section.text.as_ptr() as usize);
        if place < section.text.len() {
            let between = section.text.get(at..place);
            assert!(
                between.is_some_and(|between| between.trim().is_empty()),
                "{text}: {at} is not {place}"
            );
        }
    }
}

/// The sample, cut or with bytes changed, or any text at all.
pub(super) fn hostile(sample: &'static str) -> impl Strategy<Value = String> {
    let bytes = sample.as_bytes();
    prop_oneof![
        any::<Index>()
            .prop_map(|cut| String::from_utf8_lossy(&bytes[..cut.index(bytes.len())]).into_owned()),
        prop::collection::vec((any::<Index>(), any::<u8>()), 1..12).prop_map(|changes| {
            let mut changed = bytes.to_vec();
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                changed[place] = byte;
            }
            String::from_utf8_lossy(&changed).into_owned()
        }),
        prop::collection::vec("[ -~│└─中\t\r\n]{0,60}", 0..8).prop_map(|lines| lines.join("\n")),
    ]
}

/// Parses a text with every share of it as header, and checks that all places lie in the text.
pub(super) fn survives(parser: &dyn FactParser, sample: &str, text: &str) {
    read(parser, text);
    let header = sample.lines().next().unwrap_or("");
    let first_line = text.find('\n').map_or(text.len(), |end| end + 1);
    for (header, text) in [
        ("", text),
        (header, text),
        (&text[..first_line], &text[first_line..]),
    ] {
        let section = Section {
            path: &MemberPath::new("commands/output.txt"),
            header,
            text,
            modified: Some(0),
            open_end: true,
        };
        let mut facts = Vec::new();
        parser.parse(&section, &mut facts);
        for fact in &facts {
            assert!(text.is_char_boundary(fact.at));
            for field in &fact.fields {
                assert!(text.is_char_boundary(field.at));
            }
        }
    }
}
