//! How the tests of this room write a section and show its facts.

use proptest::prelude::*;

use super::Describe;
use crate::base::member_path::MemberPath;
use crate::fact::{Ending, Fact, FactParser, Section};

/// 2026-03-10T10:10:00Z.
const WRITTEN: i64 = 1_773_137_400;

/// A section that was written at 2026-03-10T10:10:00Z.
pub(super) fn section<'a>(path: &'a MemberPath, text: &'a str, open_end: bool) -> Section<'a> {
    Section {
        path,
        header: "",
        text,
        modified: Some(WRITTEN),
        open_end,
    }
}

/// One fact a line: `kind field=value ... @line`.
pub(super) fn shown(text: &str, facts: &[Fact<'_>]) -> String {
    let line = |at: usize| 1 + text.get(..at).unwrap_or("").matches('\n').count();
    facts
        .iter()
        .map(|fact| {
            let fields = fact
                .fields
                .iter()
                .map(|field| format!("{}={}", field.name, field.value.shown()));
            let fields: Vec<String> = fields.map(|field| field.replace('\n', "\\n")).collect();
            format!(
                "{} {} @{}\n",
                fact.kind.name,
                fields.join(" "),
                line(fact.at)
            )
        })
        .collect()
}

/// Parses a text with a line end, and compares its facts.
#[track_caller]
pub(super) fn check(text: &str, expected: &str) {
    let path = MemberPath::new("m");
    let mut facts = Vec::new();
    Describe.parse(&section(&path, text, false), &mut facts);
    places_are_right(text, &facts);
    similar(&shown(text, &facts), expected);
}

#[track_caller]
fn similar(found: &str, expected: &str) {
    assert!(found == expected, "found:\n{found}\nexpected:\n{expected}");
}

/// Parses the end of a member without a line end.
pub(super) fn ending(text: &str) -> (Ending, usize) {
    let path = MemberPath::new("m");
    let mut facts = Vec::new();
    let ending = Describe.parse(&section(&path, text, true), &mut facts);
    (ending, facts.len())
}

/// `>` for a tab, so that tables of old are seen.
pub(super) fn tables(text: &str) -> String {
    text.replace('>', "\t").replace("<none\t", "<none>")
}

/// A text that stands in the section as it is must stand where the field says.
fn places_are_right(text: &str, facts: &[Fact<'_>]) {
    for field in facts.iter().flat_map(|fact| &fact.fields) {
        if let crate::fact::Value::Text(std::borrow::Cow::Borrowed(value)) = &field.value {
            let within = text.as_bytes().as_ptr_range().contains(&value.as_ptr());
            let rest = text.get(field.at..).unwrap_or("");
            assert!(
                !within || rest.starts_with(value),
                "{} is not at {}",
                field.name,
                field.at
            );
        }
    }
}

/// Whatever the text, no place lies outside of it.
fn holds(text: &str) {
    let path = MemberPath::new("m");
    for open_end in [false, true] {
        let mut facts = Vec::new();
        Describe.parse(&section(&path, text, open_end), &mut facts);
        let places = facts
            .iter()
            .flat_map(|fact| fact.fields.iter().map(|field| field.at).chain([fact.at]));
        for at in places {
            assert!(text.is_char_boundary(at), "{at} is no place of the text");
        }
        places_are_right(text, &facts);
    }
}

/// Every kind of structure in one text.
const MIXED: &str = "Name:         web-0\nNamespace:    shop\nNode:         node-1/10.0.0.5\nStart Time:   Tue, 10 Mar 2026 \
     10:00:00 +0000\nLabels:       app=web\n              tier=前端\nStatus:       Running\nIP:           10.1.0.7\n\
     Controlled By:  StatefulSet/web\nContainers:\n  app:\n    Image:          shop/app:1\n    State:          Terminated\n      \
     Reason:       Error\n      Message:      panic: x\n\tat main.go:1\n\n      Exit Code:    2\n    Ready:          False\n    \
     Limits:\n      memory:  256Mi\n    Environment:\n      MODE:  fast (v1:metadata.name)\nConditions:\n  Type     Status\n  \
     Ready    False \nVolumes:\n  data:\n    Type:       HostPath (bare host directory volume)\n    Path:       /data\n\
     Allocated resources:\n  CPU Requests\tCPU Limits\n  ----\t----\n  20m (1%)\t0 (0%)\nRules:\n  Host  Path  Backends\n  a\n    \
     /  b:80 (<none>)\nEndpoints:  10.1.0.7:80 + 3 more...\nTaints:  a=b:NoSchedule\nEvents:\n  Type     Reason   Age                \
     From           Message\n  ----     ------   ----               ----           -------\n  Warning  BackOff  15s (x4 over 85s)  \
     kubelet, n1    spec.containers{app}: Back-off\nand more\n\n  Normal   Pulled   3m  {kubelet n1}  ok\n\n\nEvents：\n  1m\t2m\t3\t\
     {a b}\t\tNormal\tX\ty\n";

/// The start of the character that holds a byte.
fn boundary(text: &str, at: usize) -> usize {
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    (0..=at.min(text.len()))
        .rev()
        .find(is_boundary)
        .unwrap_or(0)
}

proptest! {
    #[test]
    fn any_text_is_survived(text in "(Name:|Events:|Kind:|Message:|Status:|[ \\t:：\\r\\n]|\\PC){0,80}") {
        holds(&text);
    }

    #[test]
    fn a_damaged_text_is_survived(from in 0..MIXED.len(), to in 0..MIXED.len(), at in 0..MIXED.len(), with in "\\PC{0,3}") {
        let mut text: String = MIXED.chars().collect();
        let at = boundary(&text, at);
        text.insert_str(at, &with);
        let (from, to) = (boundary(&text, from), boundary(&text, to));
        holds(text.get(from..).unwrap_or(""));
        holds(text.get(..to).unwrap_or(""));
        text.replace_range(from.min(to)..from.max(to), "");
        holds(&text);
    }

    #[test]
    fn any_kind_survives_any_outline(kind in "Pod|Node|Secret|ConfigMap|Ingress|Service|Endpoints|PersistentVolume|Namespace|\
        NetResourceSet|DaemonSet|Job|CronJob|PersistentVolumeClaim", cut in 0..MIXED.len()) {
        let cut = boundary(MIXED, cut);
        holds(&format!("Name: a\nKind: {kind}\n{}", MIXED.get(cut..).unwrap_or("")));
    }
}
