//! What the tests of the object parsers share: facts as text, and hostile trees.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::Index;

use super::ObjectParser;
use crate::base::member_path::MemberPath;
use crate::fact::document::json;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Entry, Tree};

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

/// Reads JSON, as far as it is JSON.
pub(super) fn tree_of(text: &str) -> Tree<'_> {
    json::read(text).unwrap_or_else(|broken| broken.partial)
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
pub(super) fn changes() -> impl Strategy<Value = Vec<(Index, Tree<'static>)>> {
    prop::collection::vec((any::<Index>(), any_tree()), 1..6)
}

fn any_tree() -> impl Strategy<Value = Tree<'static>> {
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::Flag),
        any::<f64>().prop_map(Tree::Number),
        any::<String>().prop_map(|text| Tree::Text(text.into())),
        Just(Tree::List(Vec::new())),
        Just(Tree::Map(Vec::new())),
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
            prop::collection::vec(inner, 0..4).prop_map(Tree::List),
            entries.prop_map(|entries| Tree::Map(entries.into_iter().map(made_up).collect())),
        ]
    })
}

fn made_up((key, value): (String, Tree<'static>)) -> Entry<'static> {
    Entry {
        key: key.into(),
        at: 0,
        value,
    }
}

/// Parses a sample in which some values are others: whatever comes out lies in the text.
pub(super) fn survives(parse: ObjectParser, text: &str, changes: &[(Index, Tree<'static>)]) {
    let mut tree = tree_of(text);
    for (index, value) in changes {
        let mut left = index.index(size(&tree));
        replace(&mut tree, &mut left, value);
    }
    let path = path();
    let mut facts = Vec::new();
    parse(&tree, &section(&path, text), &mut facts);
    for fact in &facts {
        let fields = fact.fields.iter().map(|field| field.at);
        for at in fields.chain([fact.at]) {
            assert!(at < text.len() && text.is_char_boundary(at), "{fact:?}");
        }
    }
}

/// How many values there are, itself included.
fn size(tree: &Tree<'_>) -> usize {
    let items = tree.items().iter().map(size);
    let entries = tree.entries().iter().map(|entry| size(&entry.value));
    1 + items.sum::<usize>() + entries.sum::<usize>()
}

/// Puts a value in the place of the one that has `left` others before it.
fn replace<'a>(tree: &mut Tree<'a>, left: &mut usize, value: &Tree<'a>) -> bool {
    if *left == 0 {
        *tree = value.clone();
        return true;
    }
    *left -= 1;
    match tree {
        Tree::List(items) => items.iter_mut().any(|item| replace(item, left, value)),
        Tree::Map(entries) => entries
            .iter_mut()
            .any(|entry| replace(&mut entry.value, left, value)),
        _ => false,
    }
}
