//! Lists: labels, annotations, tolerations and their like.
//!
//! ```text
//! Labels:       app=web                      key=value, one a line
//!               tier=front
//! Annotations:  acme.example/owner: shop     key: value
//!               acme.example/long:           and a long value on lines of its own
//!                 {"a": 1}
//! Finalizers:   [one two]                    as Go prints a slice
//! ```
//!
//! Mappings become `key=value`. kubectl leaves out the last applied configuration and cuts long values of annotations.
//! Source: `printLabelsMultiline`, `printAnnotationsMultiline` and their like of k8s.io/kubectl
//! `pkg/describe/describe.go`.

use std::borrow::Cow;

use super::columns;
use super::outline::{self, Line, Node};
use crate::fact::{Fact, Section};

/// How a list is printed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    /// One a line, or with commas between: labels, selectors, taints.
    Words,
    /// One a line, with commas inside: tolerations.
    Lines,
    /// One a line, `key: value`, or with the value below if it is long.
    Annotations,
    /// As Go prints a slice: `[a b]`.
    Brackets,
}

/// A title, the field that it fills, and how the list is printed.
pub(super) type Lists = [(&'static str, &'static str, Style)];

/// The lists that mean the same for every kind.
pub(super) const LISTS: &Lists = &[
    ("Labels", "labels", Style::Words),
    ("Annotations", "annotations", Style::Annotations),
    ("Selector", "selector", Style::Words),
    ("Node-Selectors", "node_selector", Style::Words),
    ("Node-Selector", "node_selector", Style::Words),
    ("Tolerations", "tolerations", Style::Lines),
    ("Taints", "taints", Style::Words),
    ("Roles", "roles", Style::Words),
    ("Role", "roles", Style::Words),
    ("Finalizers", "finalizers", Style::Brackets),
    ("Used By", "used_by", Style::Lines),
    ("Mounted By", "used_by", Style::Lines),
    ("Image(s)", "images", Style::Words),
];

/// Sets those lists that the kind of the fact has.
pub(super) fn fill_lists<'a>(
    section: &Section<'a>,
    fact: &mut Fact<'a>,
    lines: &[Line<'a>],
    lists: &Lists,
) {
    for node in outline::nodes(lines) {
        let wanted = lists
            .iter()
            .find(|(title, ..)| node.line.key.eq_ignore_ascii_case(title));
        let Some((_, field, style)) =
            wanted.filter(|(_, field, _)| fact.kind.field(field).is_some())
        else {
            continue;
        };
        let texts = list(node, *style);
        fact.list(field, texts, section.at(node.line.value));
    }
}

fn list<'a>(node: Node<'_, 'a>, style: Style) -> Vec<Cow<'a, str>> {
    match style {
        Style::Words => node
            .values()
            .flat_map(split_commas)
            .map(Cow::Borrowed)
            .collect(),
        Style::Lines => node.values().map(Cow::Borrowed).collect(),
        Style::Annotations => annotations(node),
        Style::Brackets => {
            let inside = node
                .line
                .value
                .trim_start_matches('[')
                .trim_end_matches(']');
            inside.split_whitespace().map(Cow::Borrowed).collect()
        }
    }
}

/// The parts between commas outside parentheses: `app=web,tier in (a,b)`.
fn split_commas(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

/// `key=value` of each annotation. What stands further right than the first key belongs to the value above it.
fn annotations<'a>(node: Node<'_, 'a>) -> Vec<Cow<'a, str>> {
    let mut found: Vec<Cow<'a, str>> = Vec::new();
    let first = (node.line.value, None);
    let below = node.below.iter().map(|line| (line.text, Some(line.indent)));
    let column = columns::advance(node.line.indent, value_before(node.line));
    for (text, indent) in std::iter::once(first)
        .chain(below)
        .filter(|(text, _)| !outline::is_nothing(text))
    {
        match found
            .last_mut()
            .filter(|_| indent.is_some_and(|indent| indent > column))
        {
            Some(long) => {
                let value = long.to_mut();
                value.push_str(if value.ends_with('=') { "" } else { "\n" });
                value.push_str(text);
            }
            None => found.push(annotation(text)),
        }
    }
    found
}

/// The part of a line before its value.
fn value_before<'a>(line: &Line<'a>) -> &'a str {
    let before = line.text.len().saturating_sub(line.value.len());
    line.text.get(..before).unwrap_or("")
}

/// `key: value` as `key=value`; old releases print it so.
fn annotation(text: &str) -> Cow<'_, str> {
    let of_key = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    match text.split_once(|c: char| !of_key(c)) {
        Some((key, value))
            if text
                .get(key.len()..)
                .is_some_and(|rest| rest.starts_with(':')) =>
        {
            Cow::Owned(format!("{key}={}", value.trim()))
        }
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_parentheses_do_not_part() {
        assert_eq!(
            split_commas("app=web,tier in (a,b),x").collect::<Vec<_>>(),
            ["app=web", "tier in (a,b)", "x"]
        );
    }
}
