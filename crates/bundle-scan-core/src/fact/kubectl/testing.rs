//! Reads texts in tests as the real reader does, and shows facts as lines.

use crate::base::member_path::MemberPath;
use crate::fact::{Ending, Fact, FactParser, Section, Value};

/// Checks the facts of a text, one a line, blanks at their ends aside: `pod name=web-0 ready=1 @1`; the number is the
/// line of the section, without its header. A section that breaks off ends with a line `cut`.
pub(super) fn check(parser: &dyn FactParser, text: &str, expected: &str) {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    };
    assert_eq!(
        lines(&shown(parser, text)).join("\n"),
        lines(expected).join("\n")
    );
}

/// The facts of all sections of a text.
fn shown(parser: &dyn FactParser, text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.split_inclusive('\n').peekable();
    let mut taken = 0;
    while let Some(header) = lines.next() {
        taken += header.len();
        let first = header.split_whitespace().next().unwrap_or("");
        if !parser.openers().contains(&first) || !parser.opens(end_off(header)) {
            continue;
        }
        let start = taken
            - if parser.header_lines() == 0 {
                header.len()
            } else {
                0
            };
        while let Some(line) = lines.next_if(|line| parser.goes_on(end_off(line))) {
            taken += line.len();
        }
        let header = if parser.header_lines() == 0 {
            ""
        } else {
            header
        };
        let body = &text[start..taken];
        let open_end = taken == text.len() && !text.ends_with('\n');
        out += &section_shown(parser, header, body, open_end);
    }
    out
}

fn end_off(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

/// The facts of one section, whose places are checked.
fn section_shown(parser: &dyn FactParser, header: &str, text: &str, open_end: bool) -> String {
    let path = MemberPath::new("kubectl/table");
    let section = Section {
        path: &path,
        header,
        text,
        modified: None,
        open_end,
    };
    let mut facts = Vec::new();
    let ending = parser.parse(&section, &mut facts);
    let mut out: String = facts.iter().map(|fact| fact_shown(fact, text)).collect();
    if ending == Ending::Cut {
        out += "cut\n";
    }
    out
}

fn fact_shown(fact: &Fact<'_>, text: &str) -> String {
    let mut out = fact.kind.name.to_owned();
    assert!(text.is_char_boundary(fact.at), "{fact:?}");
    for field in &fact.fields {
        let rest = text.get(field.at..).expect("a place in the text");
        if let Value::Text(std::borrow::Cow::Borrowed(value)) = &field.value
            && text.contains(value)
        {
            assert!(rest.starts_with(value), "{} in {rest}", field.name);
        }
        assert!(!rest.starts_with(char::is_whitespace), "{}", field.name);
        out += &format!(" {}={}", field.name, field.value.shown());
    }
    let line = text[..fact.at].matches('\n').count() + 1;
    out + &format!(" @{line}\n")
}

/// Reads damaged text, as a header, as rows and as lines; nothing may panic, and all places must be in the text.
pub(super) fn survives(parser: &dyn FactParser, header: &str, text: &str) {
    let _ = section_places(parser, header, text);
    let first = text.split_inclusive('\n').next().unwrap_or("");
    let _ = section_places(parser, first, &text[first.len()..]);
    for line in text.lines() {
        let _ = (parser.opens(line), parser.goes_on(line));
    }
}

fn section_places(parser: &dyn FactParser, header: &str, text: &str) -> Ending {
    let path = MemberPath::new("m");
    let section = Section {
        path: &path,
        header,
        text,
        modified: Some(1),
        open_end: true,
    };
    let mut facts = Vec::new();
    let ending = parser.parse(&section, &mut facts);
    for fact in &facts {
        let places = fact.fields.iter().map(|field| field.at);
        assert!(places.chain([fact.at]).all(|at| text.is_char_boundary(at)));
    }
    ending
}

/// A text with bytes changed and its end cut off.
pub(super) fn damaged(text: &str, changes: &[(usize, u8)], length: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (place, byte) in changes {
        let place = place % bytes.len().max(1);
        if let Some(slot) = bytes.get_mut(place) {
            *slot = *byte;
        }
    }
    bytes.truncate(length % (bytes.len() + 1));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Declares a property test: a parser survives arbitrary text, and a sample that was damaged.
macro_rules! survives_anything {
    ($parser:expr, $sample:expr) => {
        proptest::proptest! {
            #[test]
            fn nothing_panics(
                text in "(\\PC|[ \t\r\n]){0,200}",
                changes in proptest::collection::vec(proptest::prelude::any::<(usize, u8)>(), 0..8),
                length in proptest::prelude::any::<usize>(),
            ) {
                let sample: &str = $sample;
                let header = sample.lines().next().unwrap_or("");
                crate::fact::kubectl::testing::survives($parser, header, &text);
                let damaged = crate::fact::kubectl::testing::damaged(sample, &changes, length);
                crate::fact::kubectl::testing::survives($parser, header, &damaged);
            }
        }
    };
}
pub(super) use survives_anything;
