//! What the tests of the object parsers share: facts as text, and hostile trees.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value as Json, json};

use super::ObjectParser;
use crate::base::member_path::MemberPath;
use crate::fact::document;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

/// 2026-04-01T12:00:00Z.
const CAPTURED: i64 = 1_775_044_800;

/// Parses one object in JSON and shows its facts.
pub(super) fn check(parse: ObjectParser, text: &str, expected: &str) {
    assert_eq!(facts_of(parse, text, false), dedented(expected), "{text}");
}

/// Parses one object whose section breaks off after it.
pub(super) fn check_cut(parse: ObjectParser, text: &str, expected: &str) {
    let text = format!("{text},");
    assert_eq!(facts_of(parse, &text, true), dedented(expected), "{text}");
}

fn facts_of(parse: ObjectParser, text: &str, open_end: bool) -> String {
    let path = path();
    let section = Section {
        open_end,
        ..section(&path, text)
    };
    let mut facts = Vec::new();
    parse(&tree_of(text), &section, &mut facts);
    shown(text, &facts)
}

/// Without the indentation that the first line has, and without the line of the closing quote.
fn dedented(expected: &str) -> String {
    let expected = expected.trim_start_matches('\n').trim_end();
    let indent = expected.len() - expected.trim_start().len();
    let lines = expected.lines().map(|line| &line[indent.min(line.len())..]);
    lines.map(|line| format!("{line}\n")).collect()
}

pub(super) fn path() -> MemberPath {
    MemberPath::new("objects.json")
}

pub(super) fn section<'a>(path: &'a MemberPath, text: &'a str) -> Section<'a> {
    Section {
        path,
        header: "",
        text,
        modified: Some(CAPTURED),
        open_end: false,
    }
}

/// Each fact with its line, and its fields by name, each with its value and the line where that stands.
pub(super) fn shown(text: &str, facts: &[Fact<'_>]) -> String {
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    let mut shown = String::new();
    for fact in facts {
        let _ = writeln!(shown, "{} @{}", fact.kind.name, line(fact.at));
        let mut fields: Vec<_> = fact.fields.iter().collect();
        fields.sort_by_key(|field| field.name);
        for field in fields {
            let value = field.value.shown();
            let _ = writeln!(shown, "  {}={value} @{}", field.name, line(field.at));
        }
    }
    shown
}

/// Reads JSON, as far as it is JSON. The arena is leaked: it is small, and tests end soon.
pub(super) fn tree_of(text: &str) -> Tree<'_> {
    let arena = Box::leak(Box::default());
    document::json::read(text, arena).unwrap_or_else(|broken| broken.partial)
}

/// The values of some fields, in one line; `-` for one that is not known.
pub(super) fn row(fact: &Fact<'_>, fields: &str) -> String {
    let value = |name| {
        fact.get(name)
            .map_or("-".into(), |field| field.value.shown())
    };
    let cells: Vec<_> = fields.split(' ').map(value).collect();
    cells.join(" | ")
}

/// Some values of a document, and where each goes.
pub(super) fn changes() -> impl Strategy<Value = Vec<(Index, Json)>> {
    prop::collection::vec((any::<Index>(), any_json()), 1..6)
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        Just(json!([])),
        Just(json!({})),
    ];
    let key = prop_oneof![
        Just("name".to_owned()),
        Just("type".to_owned()),
        Just("key".to_owned()),
        any::<String>(),
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let entries = prop::collection::vec((key.clone(), inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Json::from),
            entries.prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

/// Parses a sample in which some values are others: whatever comes out lies in the text.
pub(super) fn survives(parse: ObjectParser, sample: &str, changes: &[(Index, Json)]) {
    let mut document = serde_json::from_str(sample).expect("samples are whole");
    for (index, value) in changes {
        let mut left = index.index(size(&document));
        replace(&mut document, &mut left, value);
    }
    let text = document.to_string();
    let path = path();
    let mut facts = Vec::new();
    parse(&tree_of(&text), &section(&path, &text), &mut facts);
    for fact in &facts {
        let fields = fact.fields.iter().map(|field| field.at);
        for at in fields.chain([fact.at]) {
            assert!(at < text.len() && text.is_char_boundary(at), "{fact:?}");
        }
    }
}

/// How many values there are, itself included.
fn size(document: &Json) -> usize {
    let parts: usize = match document {
        Json::Array(items) => items.iter().map(size).sum(),
        Json::Object(entries) => entries.values().map(size).sum(),
        _ => 0,
    };
    1 + parts
}

/// Puts a value in the place of the one that has `left` others before it.
fn replace(document: &mut Json, left: &mut usize, value: &Json) -> bool {
    if *left == 0 {
        *document = value.clone();
        return true;
    }
    *left -= 1;
    match document {
        Json::Array(items) => items.iter_mut().any(|item| replace(item, left, value)),
        Json::Object(entries) => entries
            .values_mut()
            .any(|entry| replace(entry, left, value)),
        _ => false,
    }
}
