//! From a fact to a match: which leaves ask for its kind, whether their conditions hold, and which line proves it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use memchr::memchr_iter;

use super::verify::{Capture, Match, Matcher};
use crate::base::hash::fnv1a;
use crate::base::time::{Time, TimeQuality};
use crate::fact::{Fact, Field, kind};
use crate::record::{Event, Record};
use crate::signature::Signature;
use crate::signature::compile::FactLeaf;
use crate::source::component::Component;
use crate::text::block::BlockView;
use crate::text::lines::{count_lines, line_around};

/// The fact leaves of a set, by the kind that they ask for.
#[derive(Debug, Default)]
pub(super) struct FactIndex {
    /// Signature and leaf.
    by_kind: BTreeMap<&'static str, Vec<(usize, usize)>>,
}

impl FactIndex {
    pub(super) fn new(signatures: &[Arc<Signature>]) -> Self {
        let mut index = FactIndex::default();
        for (number, signature) in signatures.iter().enumerate() {
            for (leaf_number, leaf) in signature.leaves.iter().enumerate() {
                if let Some(leaf) = leaf.as_fact() {
                    let asking = index.by_kind.entry(leaf.kind.name).or_default();
                    asking.push((number, leaf_number));
                }
            }
        }
        index
    }
}

/// A section as its facts see it: where their places are in the raw bytes.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// The raw bytes of the section.
    pub view: &'a BlockView<'a>,
    /// The text that was parsed.
    pub text: &'a str,
    /// The byte of the view where the text begins.
    pub text_start: usize,
    /// Whether the text is, byte for byte, what the view holds from there on.
    pub is_verbatim: bool,
    /// Who speaks in the member.
    pub component: Option<Component>,
}

impl Held<'_> {
    /// The byte of the view that belongs to a place of the text; of a text that had to be repaired the start of the line.
    fn place(&self, at: usize) -> usize {
        let last = self.view.bytes.len().saturating_sub(1);
        if self.is_verbatim {
            return (self.text_start + at).min(last);
        }
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let lines = memchr_iter(b'\n', before).count();
        let raw = self.view.bytes.get(self.text_start..).unwrap_or_default();
        let start = match lines {
            0 => 0,
            _ => memchr_iter(b'\n', raw)
                .nth(lines - 1)
                .map_or(0, |end| end + 1),
        };
        (self.text_start + start).min(last)
    }
}

/// Fields that say when something happened, best first.
const TIMES: [&str; 5] = [
    "last",
    "last_state.finished",
    "finished",
    "since",
    "heartbeat",
];

impl Matcher {
    /// Whether a leaf asks for facts.
    pub fn wants_facts(&self) -> bool {
        !self.facts.by_kind.is_empty()
    }

    /// Hands each leaf that matches the fact to `found`. Of a signature for which any leaf is enough, the first that matches
    /// stands for it.
    pub fn scan_fact(&self, fact: &Fact<'_>, held: Held<'_>, mut found: impl FnMut(&Match<'_>)) {
        let mut fired = None;
        let asking = self.facts.by_kind.get(fact.kind.name);
        for &(signature_number, leaf_number) in asking.into_iter().flatten() {
            let signature = &self.signatures[signature_number];
            let leaf = signature.leaves[leaf_number].as_fact();
            let Some(leaf) =
                leaf.filter(|leaf| fired != Some(signature_number) && leaf.accepts(fact))
            else {
                continue;
            };
            if signature.plan.is_none() {
                fired = Some(signature_number);
            }
            let place = held.place(proof(fact, leaf));
            let line = line_around(held.view, place, usize::MAX);
            let record = record(fact, &held.view.bytes[line.clone()], held.component);
            found(&Match {
                signature: signature_number,
                leaf: leaf_number,
                place,
                lines_before: count_lines(&held.view.bytes[..line.start]),
                line,
                record: &record,
                captures: captures(fact, leaf, signature),
                state_of: (!is_event(fact)).then(|| identity(fact)),
            });
        }
    }

    /// Matches the line leaves on what an event that stands in an object says.
    pub fn scan_event(&self, fact: &Fact<'_>, held: Held<'_>, found: impl FnMut(&Match<'_>)) {
        let place = held.place(fact.get("message").map_or(fact.at, |message| message.at));
        let line = line_around(held.view, place, usize::MAX);
        let record = Record::of_event(Event {
            line: &held.view.bytes[line.clone()],
            time: time(fact),
            level: fact.text_of("type").unwrap_or(""),
            reason: fact.text_of("reason").unwrap_or(""),
            message: fact.text_of("message").unwrap_or(""),
            object: fact.text_of("object"),
            count: repeats(fact),
        });
        let lines_before = count_lines(&held.view.bytes[..line.start]);
        self.scan_record(&record, line, place, lines_before, found);
    }
}

/// The place that proves the match: the message of an event; else of the fields that were tested the last one, which is the
/// most particular, because objects say first what they are and then how they are.
fn proof(fact: &Fact<'_>, leaf: &FactLeaf) -> usize {
    if let Some(message) = fact.get("message").filter(|_| is_event(fact)) {
        return message.at;
    }
    let tested = leaf.tested().filter_map(|name| fact.get(name));
    tested.map(|field| field.at).max().unwrap_or(fact.at)
}

fn record<'a>(fact: &Fact<'_>, line: &'a [u8], component: Option<Component>) -> Record<'a> {
    Record {
        line,
        time: time(fact),
        uptime: None,
        level: None,
        component: match is_event(fact) {
            true => Some(Component::Event),
            false => component,
        },
        host: None,
        object: None,
        repeats: repeats(fact),
        text: Cow::Borrowed(line.trim_ascii()),
    }
}

fn repeats(fact: &Fact<'_>) -> u64 {
    let count = fact
        .number_of("count")
        .filter(|count| is_event(fact) && *count >= 1.0);
    count.map_or(1, |count| count as u64)
}

/// Fields that tell which thing a fact is about, as far as its kind has them.
const IDENTITY: [&str; 16] = [
    "namespace",
    "pod",
    "name",
    "type",
    "key",
    "resource",
    "object",
    "mount",
    "target",
    "unit",
    "lv",
    "vg",
    "pv",
    "bus",
    "pid",
    "id",
];

/// A number for the thing that a fact is about: a bundle may describe it in several spellings.
fn identity(fact: &Fact<'_>) -> u64 {
    let mut text = fact.kind.name.to_owned();
    let named = IDENTITY.iter().filter_map(|name| fact.get(name));
    let node = fact
        .get("node")
        .filter(|_| fact.kind.field("name").is_none());
    for field in named.chain(node) {
        text.push('\n');
        text.push_str(&field.value.shown());
    }
    fnv1a(text.as_bytes())
}

fn is_event(fact: &Fact<'_>) -> bool {
    *fact.kind == kind::EVENT
}

fn time(fact: &Fact<'_>) -> Option<Time> {
    let unix_nanos = TIMES.iter().find_map(|name| fact.time_of(name))?;
    Some(Time {
        unix_nanos,
        quality: TimeQuality::Exact,
    })
}

/// The fields that were tested, and all that name entities.
fn captures<'a>(fact: &'a Fact<'a>, leaf: &FactLeaf, signature: &'a Signature) -> Vec<Capture<'a>> {
    let tested: Vec<&str> = leaf.tested().collect();
    let namespace = fact.text_of("namespace");
    let shown = fact.fields.iter().filter_map(|field| {
        let declared = fact.kind.field(field.name)?.entity;
        let entity = signature
            .spec
            .entities
            .get(field.name)
            .map(String::as_str)
            .or(declared);
        let counts = entity.is_some() || tested.contains(&field.name);
        counts.then(|| Capture {
            name: field.name,
            entity,
            value: shown(field, declared, namespace),
        })
    });
    shown.collect()
}

/// Entities that live in a namespace.
const NAMESPACED: [&str; 8] = [
    "pod",
    "pvc",
    "service",
    "ingress",
    "workload",
    "secret",
    "configmap",
    "release",
];

fn shown<'a>(field: &'a Field<'a>, entity: Option<&str>, namespace: Option<&str>) -> Cow<'a, [u8]> {
    let text = field.value.shown();
    match (entity, namespace) {
        (Some(entity), Some(namespace)) if NAMESPACED.contains(&entity) && !text.contains('/') => {
            Cow::Owned(format!("{namespace}/{text}").into_bytes())
        }
        _ => match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        },
    }
}
