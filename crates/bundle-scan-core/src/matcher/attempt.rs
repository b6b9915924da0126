//! Why a leaf does not match: where the test of each line that holds an anchor of it ended, and of each fact of its kind.
//!
//! A pass of its own, beside the scan and only where somebody asks: the scan is not slowed down by what nobody reads.

use std::borrow::Cow;

use super::facts::{Held, event_place, event_record, name};
use super::line_pass::{LineCount, LinePass};
use super::verify::Matcher;
use crate::fact::Fact;
use crate::fact::row::ByPosition;
use crate::record::Record;
use crate::record::clock::Clock;
use crate::signature::compile::{FactLeaf, Judged, LineLeaf};
use crate::source::Source;
use crate::source::component::Component;
use crate::text::block::BlockView;

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

/// Where an anchor stands.
#[derive(Clone, Copy)]
struct Place {
    /// The byte of its line.
    in_line: usize,
    /// Line ends in the view before that line.
    lines_before: u64,
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
        let mut lines = LineCount::new(view);
        let mut pass = LinePass::new(view, self.max_line_bytes, |anchored| {
            let line = anchored.line.clone();
            let record = Record::read(&view.bytes[line.clone()], source, clock);
            let place = Place {
                in_line: anchored.first_anchor.saturating_sub(line.start),
                lines_before: lines.up_to(line.start),
            };
            self.try_candidates(anchored.candidates, &record, place, &mut tried);
        });
        let own = &view.bytes[view.own.clone()];
        self.anchors.scan(own, |hit| pass.anchor(hit));
        pass.finish();
    }

    /// As [`Matcher::try_lines`], for an event that stands in an object.
    pub fn try_event(&self, fact: &Fact<'_>, held: &Held<'_>, mut tried: impl FnMut(&Attempt<'_>)) {
        let (_, line, lines_before) = event_place(fact, held);
        let record = event_record(fact, &held.view.bytes[line]);
        let candidates = self.candidates(&record.text);
        let record = Record {
            line: &record.text,
            ..record.clone()
        };
        let place = Place {
            in_line: 0,
            lines_before,
        };
        self.try_candidates(&candidates, &record, place, &mut tried);
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

    fn try_candidates(
        &self,
        candidates: &[u32],
        record: &Record<'_>,
        place: Place,
        tried: &mut impl FnMut(&Attempt<'_>),
    ) {
        for &number in candidates {
            let Some(&(signature, leaf)) = self.leaves.get(number as usize) else {
                // A mark.
                continue;
            };
            if let Some(line) = self.signatures[signature].leaves[leaf].as_line() {
                let (end, value) = judge(line, record);
                tried(&Attempt {
                    leaf: (signature, leaf),
                    end,
                    lines_before: place.lines_before,
                    text: Cow::Borrowed(record.line),
                    place: place.in_line,
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
