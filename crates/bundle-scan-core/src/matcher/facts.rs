//! From a fact to a match: which leaves ask for its kind, whether their conditions hold, and which line proves it.

use std::borrow::Cow;
use std::cell::{Cell, LazyCell};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use memchr::memchr_iter;

use super::found::{By, Capture, Match, Name, Sighting, Sink};
use super::gate::Gate;
use super::verify::Matcher;
use crate::base::hash::Fnv1a;
use crate::base::time::{NANOS_PER_SECOND, Reading, Scale};
use crate::fact::row::ByPosition;
use crate::fact::{Fact, Field};
use crate::record::{Event, Record};
use crate::signature::Signature;
use crate::signature::compile::{FactLeaf, ShownField};
use crate::source::component::Component;
use crate::text::block::BlockView;
use crate::text::lines::{count_lines, line_around};

/// The fact leaves of a set, by the kind that they ask for.
#[derive(Debug, Default)]
pub(super) struct FactIndex {
    by_kind: BTreeMap<&'static str, OfKind>,
}

/// The leaves that ask for facts of one kind.
#[derive(Debug, Default)]
struct OfKind {
    /// Those whose matches are handed out one by one.
    single: Askers,
    /// Those of which no more matters than whether they hold, by what their signatures join, ascending by
    /// [`Keep::presence`](crate::signature::plan::Keep::presence). Of several that ask the same only the first.
    well: BTreeMap<Vec<String>, Askers>,
}

/// Leaves that ask for facts of one kind. What rejects most of them lies together: they are gone through for every fact.
#[derive(Debug, Default)]
struct Askers {
    gates: Vec<Gate>,
    asking: Vec<Asking>,
}

/// A leaf that asks for facts of one kind.
#[derive(Debug)]
struct Asking {
    signature: usize,
    leaf: usize,
    /// What all leaves that ask the same share, see [`crate::signature::plan::Keep::presence`]; 0 for those that share nothing.
    presence: u64,
}

impl FactIndex {
    pub(super) fn new(signatures: &[Arc<Signature>]) -> Self {
        let mut index = FactIndex::default();
        for (number, signature) in signatures.iter().enumerate() {
            for (leaf_number, leaf) in signature.leaves.iter().enumerate() {
                let Some(leaf) = leaf.as_fact() else { continue };
                let of_kind = index.by_kind.entry(leaf.kind.name).or_default();
                let plan = signature.plan.as_ref();
                let well = plan.and_then(|plan| Some((plan, plan.keeps[leaf_number].presence?)));
                let askers = match well {
                    None => &mut of_kind.single,
                    Some((plan, _)) => of_kind.well.entry(plan.group_by.clone()).or_default(),
                };
                let asking = Asking {
                    signature: number,
                    leaf: leaf_number,
                    presence: well.map_or(0, |(_, same)| same),
                };
                askers.add(leaf, asking);
            }
        }
        index
    }
}

impl Askers {
    /// Adds a leaf, unless one that asks the same is there.
    fn add(&mut self, leaf: &FactLeaf, asking: Asking) {
        let place = match asking.presence {
            0 => self.asking.len(),
            same => match self
                .asking
                .binary_search_by_key(&same, |known| known.presence)
            {
                Ok(_) => return,
                Err(place) => place,
            },
        };
        self.gates.insert(place, Gate::new(leaf));
        self.asking.insert(place, asking);
    }

    /// The leaves that a fact passes.
    fn passed<'s>(
        &'s self,
        fact: &'s ByPosition<'_, '_>,
        signatures: &'s [Arc<Signature>],
    ) -> impl Iterator<Item = (&'s Asking, &'s FactLeaf)> {
        let all = self.gates.iter().zip(&self.asking);
        let candidates = all.filter(|(gate, _)| gate.lets_pass(fact));
        candidates.filter_map(move |(_, asking)| {
            let leaf = signatures[asking.signature].leaves[asking.leaf].as_fact()?;
            leaf.accepts(fact).then_some((asking, leaf))
        })
    }
}

/// A section as its facts see it: where their places are in the raw bytes.
#[derive(Debug)]
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
    /// The byte of the view that was asked for last, and how many line ends stand before it.
    counted: Cell<(usize, u64)>,
}

impl<'a> Held<'a> {
    /// A section whose `text` was read from `view` from the byte `text_start` on.
    pub fn new(
        view: &'a BlockView<'a>,
        text: &'a str,
        text_start: usize,
        component: Option<Component>,
    ) -> Self {
        Held {
            view,
            text,
            text_start,
            is_verbatim: text.len() + text_start == view.bytes.len(),
            component,
            counted: Cell::default(),
        }
    }

    /// The byte of the view that belongs to a place of the text; of a text that had to be repaired the start of the line.
    pub(super) fn place(&self, at: usize) -> usize {
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

    /// The line around a byte of the view, and how many line ends stand before it. What is asked for lies mostly close to what
    /// was asked for before.
    pub(super) fn line(&self, place: usize) -> (Range<usize>, u64) {
        let line = line_around(self.view, place, usize::MAX);
        let (known, lines) = self.counted.get();
        let lines = match known <= line.start {
            true => lines + count_lines(&self.view.bytes[known..line.start]),
            false => lines - count_lines(&self.view.bytes[line.start..known]),
        };
        self.counted.set((line.start, lines));
        (line, lines)
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
    pub fn scan_fact(
        &self,
        fact: &ByPosition<'_, '_>,
        held: &Held<'_>,
        mut found: impl FnMut(&Match<'_>),
    ) {
        let Some(of_kind) = self.facts.by_kind.get(fact.fact.kind.name) else {
            return;
        };
        let told = LazyCell::new(|| {
            let fact = fact.fact;
            let state_of = fact.kind.is_state().then(|| identity(fact));
            (reading(fact), repeats(fact), state_of)
        });
        let mut fired = None;
        for (asking, leaf) in of_kind.single.passed(fact, &self.signatures) {
            if fired == Some(asking.signature) {
                continue;
            }
            if self.signatures[asking.signature].plan.is_none() {
                fired = Some(asking.signature);
            }
            let (reading, repeats, state_of) = *told;
            found(&Match {
                signature: asking.signature,
                leaf: asking.leaf,
                reading,
                repeats,
                state_of,
                component: component(fact.fact, held),
                by: By::Fact(Seen {
                    fact: fact.fact,
                    leaf,
                    held,
                }),
            });
        }
    }

    /// Hands what the fact tells of something that is well to `found`, once for each set of entities that signatures join.
    pub fn scan_well(&self, fact: &ByPosition<'_, '_>, mut found: impl FnMut(&Well<'_>)) {
        let Some(of_kind) = self.facts.by_kind.get(fact.fact.kind.name) else {
            return;
        };
        let mut leaves = Vec::new();
        for together in of_kind.well.values() {
            leaves.clear();
            let mut named = None;
            for (asking, leaf) in together.passed(fact, &self.signatures) {
                leaves.push(asking.presence);
                named.get_or_insert((asking.signature, leaf));
            }
            if let Some((signature, leaf)) = named {
                found(&Well {
                    signature,
                    leaves: &leaves,
                    fact: fact.fact,
                    leaf,
                });
            }
        }
    }

    /// Matches the line leaves on what an event says that stands in an object.
    pub fn scan_event(&self, fact: &Fact<'_>, held: &Held<'_>, sink: &mut impl Sink) {
        let (place, line, lines_before) = event_place(fact, held);
        let record = event_record(fact, &held.view.bytes[line.clone()]);
        self.scan_record(&record, line, place, lines_before, sink);
    }
}

/// The byte of the view where the message of an event stands, its line, and how many line ends stand before it.
pub(super) fn event_place(fact: &Fact<'_>, held: &Held<'_>) -> (usize, Range<usize>, u64) {
    let place = held.place(fact.get("message").map_or(fact.at, |message| message.at));
    let (line, lines_before) = held.line(place);
    (place, line, lines_before)
}

/// The byte of the view where the line of the message of an event begins.
pub fn event_line(fact: &Fact<'_>, held: &Held<'_>) -> usize {
    event_place(fact, held).1.start
}

/// What line leaves see of an event that stands in an object.
pub(super) fn event_record<'r>(fact: &'r Fact<'_>, line: &'r [u8]) -> Record<'r> {
    Record::of_event(Event {
        line,
        reading: reading(fact),
        level: fact.text_of("type").unwrap_or(""),
        reason: fact.text_of("reason").unwrap_or(""),
        message: fact.text_of("message").unwrap_or(""),
        object: fact.text_of("object"),
        count: repeats(fact),
    })
}

/// What a fact tells of something that is well.
#[derive(Debug)]
pub struct Well<'a> {
    /// A signature that joins what all of them join.
    pub signature: usize,
    /// The leaves that hold, by [`Keep::presence`](crate::signature::plan::Keep::presence), ascending.
    pub leaves: &'a [u64],
    fact: &'a Fact<'a>,
    leaf: &'a FactLeaf,
}

impl Well<'_> {
    /// What it says about an entity.
    pub fn name_of(&self, entity: &str) -> Option<Name<'_>> {
        name_of(self.fact, self.leaf, entity)
    }
}

/// A fact that matched a leaf.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    fact: &'a Fact<'a>,
    leaf: &'a FactLeaf,
    held: &'a Held<'a>,
}

impl Seen<'_> {
    /// Whether the leaf asks how the thing was before.
    pub(super) fn looks_back(&self) -> bool {
        self.leaf.looks_back()
    }

    /// The place that proves the match: the message of an event; else of the fields that were tested the last one, which is
    /// the most particular, because objects say first what they are and then how they are.
    fn place(&self) -> usize {
        let message = self.fact.get("message").filter(|_| is_event(self.fact));
        let at = message.map(|message| message.at).unwrap_or_else(|| {
            let tested = self.leaf.tested();
            let tested = tested.filter_map(|position| self.fact.at_position(position));
            tested.map(|field| field.at).max().unwrap_or(self.fact.at)
        });
        self.held.place(at)
    }

    pub(super) fn line_start(&self) -> usize {
        line_around(self.held.view, self.place(), usize::MAX).start
    }

    pub(super) fn name_of(&self, entity: &str) -> Option<Name<'_>> {
        name_of(self.fact, self.leaf, entity)
    }

    pub(super) fn each_name(&self, mut found: impl FnMut(&str, Name<'_>)) {
        for field in &self.fact.fields {
            let shown = self.leaf.shown(field.position);
            if let Some((shown, entity)) =
                shown.and_then(|shown| Some((shown, shown.entity.as_ref()?)))
            {
                found(entity, name(self.fact, field, shown));
            }
        }
    }

    /// The fields that were tested, and all that name entities.
    fn captures(&self) -> Vec<Capture<'_>> {
        let shown = self.fact.fields.iter().filter_map(|field| {
            let shown = self.leaf.shown(field.position)?;
            Some(Capture {
                name: field.name,
                entity: shown.entity.as_deref(),
                value: match name(self.fact, field, shown).text() {
                    Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                    Cow::Owned(text) => Cow::Owned(text.into_bytes()),
                },
            })
        });
        shown.collect()
    }
}

fn name_of<'a>(fact: &'a Fact<'a>, leaf: &FactLeaf, entity: &str) -> Option<Name<'a>> {
    fact.fields.iter().find_map(|field| {
        let shown = leaf.shown(field.position)?;
        (shown.entity.as_deref() == Some(entity)).then(|| name(fact, field, shown))
    })
}

pub(super) fn name<'a>(fact: &'a Fact<'a>, field: &'a Field<'a>, shown: &ShownField) -> Name<'a> {
    let name = field.value.shown();
    let is_apart = shown.is_namespaced && !name.contains('/');
    Name {
        namespace: is_apart.then(|| fact.text_of("namespace")).flatten(),
        name,
    }
}

/// Hands what a finding shows of a fact to `show`.
pub(super) fn show<R>(seen: &Seen<'_>, show: impl FnOnce(&Sighting<'_>) -> R) -> R {
    let place = seen.place();
    let (line, lines_before) = seen.held.line(place);
    let bytes = &seen.held.view.bytes[line.clone()];
    let record = Record {
        line: bytes,
        reading: reading(seen.fact),
        local: None,
        uptime: None,
        level: None,
        component: component(seen.fact, seen.held),
        host: None,
        object: None,
        pod: None,
        repeats: repeats(seen.fact),
        text: Cow::Borrowed(bytes.trim_ascii()),
    };
    show(&Sighting {
        line,
        place,
        lines_before,
        record: &record,
        captures: seen.captures(),
    })
}

fn component(fact: &Fact<'_>, held: &Held<'_>) -> Option<Component> {
    match is_event(fact) {
        true => Some(Component::Event),
        false => held.component,
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
    let mut hash = Fnv1a::default();
    hash.add(fact.kind.name.as_bytes());
    let named = IDENTITY.iter().filter_map(|name| fact.get(name));
    let node = fact
        .get("node")
        .filter(|_| fact.kind.field("name").is_none());
    for field in named.chain(node) {
        hash.add(b"\n");
        hash.add(field.value.shown().as_bytes());
    }
    hash.0
}

fn is_event(fact: &Fact<'_>) -> bool {
    !fact.kind.is_state()
}

fn reading(fact: &Fact<'_>) -> Option<Reading> {
    if let Some(nanos) = TIMES.iter().find_map(|name| fact.time_of(name)) {
        return Some(Reading {
            scale: Scale::Absolute,
            nanos,
        });
    }
    // The age of a thing tells when it was made; only that of an event when it happened.
    let seconds = fact.number_of("age").filter(|_| is_event(fact))?;
    Some(Reading {
        scale: Scale::Ago,
        nanos: -(seconds * NANOS_PER_SECOND as f64) as i64,
    })
}
