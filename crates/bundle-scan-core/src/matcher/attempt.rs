//! Why a leaf does not match: where the test of each line that holds an anchor of it ended, and of each fact of its kind.
//!
//! A pass of its own, beside the scan and only where somebody asks: the scan is not slowed down by what nobody reads.

use std::borrow::Cow;
use std::ops::Range;

use super::facts::{Held, event_place, event_record, name};
use super::verify::Matcher;
use crate::fact::Fact;
use crate::fact::row::ByPosition;
use crate::record::Record;
use crate::record::clock::Clock;
use crate::signature::compile::{FactLeaf, Judged, LineLeaf};
use crate::source::Source;
use crate::source::component::Component;
use crate::text::block::BlockView;
use crate::text::lines::{count_lines, line_around};

/// Where a test ended, in the order of the tests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Somebody speaks whom the leaf does not listen to.
    Component(Component),
    /// The line holds an anchor, but no literal as it is written.
    Literal,
    /// The regex does not match.
    Regex,
    /// This exclusion matches, see [`Judged::Excluded`].
    Excluded(usize),
    /// This capture or field is not what the leaf wants.
    Condition(String),
    /// It matches.
    Holds,
}

/// A line or a fact that was held against a leaf.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// Signature and leaf.
    pub leaf: (usize, usize),
    /// Where the test ended.
    pub end: End,
    /// Line ends in the view before the line.
    pub lines_before: u64,
    /// The line, or the fields of the fact that name it or are tested.
    pub text: Cow<'a, [u8]>,
    /// The byte of the text where the anchor stands.
    pub place: usize,
    /// What the capture or field is that [`End::Condition`] names; `None` where nothing is known of it.
    pub value: Option<String>,
    /// How many fields of a fact are not as wanted; 0 for a line.
    pub lacks: usize,
}

/// A line that holds an anchor.
struct Anchored<'a> {
    record: &'a Record<'a>,
    place: usize,
    lines_before: u64,
    /// Leaves that own an anchor in it.
    candidates: Vec<u32>,
}

impl Matcher {
    /// Hands each line leaf that has an anchor in a line of what the block owns to `tried`, in the order of lines.
    pub fn try_lines(
        &self,
        view: &BlockView<'_>,
        source: &Source,
        clock: &Clock,
        mut tried: impl FnMut(&Attempt<'_>),
    ) {
        let (mut counted_up_to, mut lines) = (view.own.start, 0);
        let mut test = |line: &Range<usize>, first_anchor: usize, candidates: Vec<u32>| {
            lines += count_lines(&view.bytes[counted_up_to..line.start]);
            counted_up_to = line.start;
            let record = Record::read(&view.bytes[line.clone()], source, clock);
            let anchored = Anchored {
                record: &record,
                place: first_anchor.saturating_sub(line.start),
                lines_before: lines,
                candidates,
            };
            self.try_candidates(anchored, &mut tried);
        };
        let (mut line, mut first_anchor, mut candidates) = (0..0, 0, Vec::new());
        let own = &view.bytes[view.own.clone()];
        self.anchors.scan(own, |at, leaves| {
            let at = view.own.start + at;
            if at >= line.end {
                if !candidates.is_empty() {
                    test(&line, first_anchor, std::mem::take(&mut candidates));
                }
                line = line_around(view, at, self.max_line_bytes);
                first_anchor = at;
            }
            candidates.extend_from_slice(leaves);
        });
        if !candidates.is_empty() {
            test(&line, first_anchor, candidates);
        }
    }

    /// As [`Matcher::try_lines`], for an event that stands in an object.
    pub fn try_event(&self, fact: &Fact<'_>, held: &Held<'_>, mut tried: impl FnMut(&Attempt<'_>)) {
        let (_, line, lines_before) = event_place(fact, held);
        let record = event_record(fact, &held.view.bytes[line]);
        let mut candidates = Vec::new();
        self.anchors.scan(&record.text, |_, leaves| {
            candidates.extend_from_slice(leaves)
        });
        let record = Record {
            line: &record.text,
            ..record.clone()
        };
        let anchored = Anchored {
            record: &record,
            place: 0,
            lines_before,
            candidates,
        };
        self.try_candidates(anchored, &mut tried);
    }

    /// Hands each leaf that asks for facts of this kind to `tried`.
    pub fn try_fact(
        &self,
        fact: &ByPosition<'_, '_>,
        held: &Held<'_>,
        mut tried: impl FnMut(&Attempt<'_>),
    ) {
        for &(signature, number) in &self.leaves {
            let leaf = self.signatures[signature].leaves[number].as_fact();
            let Some(leaf) = leaf.filter(|leaf| leaf.kind.name == fact.fact.kind.name) else {
                continue;
            };
            let mut all_unmet = leaf.unmet(fact);
            let unmet = all_unmet.next();
            let field = unmet.and_then(|position| fact.get(position));
            let place = held.place(field.map_or(fact.fact.at, |field| field.at));
            let (_, lines_before) = held.line(place);
            tried(&Attempt {
                leaf: (signature, number),
                end: unmet.map_or(End::Holds, |position| {
                    End::Condition(leaf.kind.fields[position].name.to_owned())
                }),
                lines_before,
                text: Cow::Owned(summary(fact.fact, leaf).into_bytes()),
                place: 0,
                value: field.map(|field| field.value.shown().into_owned()),
                lacks: usize::from(unmet.is_some()) + all_unmet.count(),
            });
        }
    }

    fn try_candidates(&self, anchored: Anchored<'_>, tried: &mut impl FnMut(&Attempt<'_>)) {
        let mut candidates = anchored.candidates;
        candidates.sort_unstable();
        candidates.dedup();
        for number in candidates {
            let (signature, leaf) = self.leaves[number as usize];
            if let Some(line) = self.signatures[signature].leaves[leaf].as_line() {
                let (end, value) = judge(line, anchored.record);
                tried(&Attempt {
                    leaf: (signature, leaf),
                    end,
                    lines_before: anchored.lines_before,
                    text: Cow::Borrowed(anchored.record.line),
                    place: anchored.place,
                    value,
                    lacks: 0,
                });
            }
        }
    }
}

fn judge(leaf: &LineLeaf, record: &Record<'_>) -> (End, Option<String>) {
    match leaf.judge(record.component, &record.text) {
        Judged::Passes(_) => (End::Holds, None),
        Judged::OtherComponent(speaker) => (End::Component(speaker), None),
        Judged::NoLiteral => (End::Literal, None),
        Judged::NoRegex => (End::Regex, None),
        Judged::Excluded(exclusion) => (End::Excluded(exclusion), None),
        Judged::Unmet { capture, value } => (
            End::Condition(capture.to_owned()),
            Some(String::from_utf8_lossy(value).into_owned()),
        ),
    }
}

/// What a fact is about, and the fields that the leaf tests: `name=node-1 ready=True`.
fn summary(fact: &Fact<'_>, leaf: &FactLeaf) -> String {
    let shown = fact.fields.iter().filter_map(|field| {
        let shown = leaf.shown(field.position)?;
        Some(format!(
            "{}={}",
            field.name,
            name(fact, field, shown).text()
        ))
    });
    shown.collect::<Vec<_>>().join(" ")
}
