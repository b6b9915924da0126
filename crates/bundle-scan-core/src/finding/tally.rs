//! Everything that the matches of each signature add up to.

use std::collections::{BTreeMap, BTreeSet};

use super::burst::Burst;
use super::entity::Values;
use super::evidence::Evidence;
use super::histogram::Histogram;
use crate::base::limits::Limits;
use crate::base::member_path::MemberPath;
use crate::base::time::Time;
use crate::matcher::Match;
use crate::source::component::Component;
use crate::source::{PodRef, Source};
use crate::text::block::BlockView;

/// What is kept of matches.
#[derive(Clone, Copy, Debug)]
pub struct TallyOptions {
    /// Evidence lines kept for one signature.
    pub evidence: usize,
    /// Context lines kept on each side of an evidence line.
    pub context: usize,
    /// See [`Limits::max_shown_bytes`].
    pub max_shown_bytes: usize,
    /// See [`Limits::max_entity_values`].
    pub max_entity_values: usize,
}

impl TallyOptions {
    /// Keeps `evidence` lines with `context` lines on each side, within `limits`.
    pub fn new(evidence: usize, context: usize, limits: &Limits) -> Self {
        TallyOptions {
            evidence,
            context,
            max_shown_bytes: limits.max_shown_bytes,
            max_entity_values: limits.max_entity_values,
        }
    }
}

/// What the matches of one signature add up to.
#[derive(Clone, Debug, Default)]
pub struct SignatureTally {
    /// Occurrences: the lines that matched, an event row counted as often as it says.
    pub count: u64,
    /// Lines that matched.
    pub lines: u64,
    /// The earliest known time.
    pub first: Option<Time>,
    /// The latest known time.
    pub last: Option<Time>,
    /// Matches along time.
    pub histogram: Histogram,
    /// Times for the threshold; only for signatures that have one.
    pub burst: Option<Burst>,
    /// Entity name to its values.
    pub entities: BTreeMap<String, Values>,
    /// The components that spoke.
    pub components: BTreeSet<Component>,
    /// The hosts that envelopes named.
    pub hosts: Values,
    /// The lines kept as proof, in the order in which they are shown.
    pub evidence: Vec<Evidence>,
}

/// Where a match was found, for [`Tally::add`].
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The member.
    pub member: &'a MemberPath,
    /// What the member is.
    pub source: &'a Source,
    /// The block.
    pub view: &'a BlockView<'a>,
}

/// Tallies of all signatures: of a block, a member, or a bundle.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By the place of the signature in [`crate::matcher::Matcher::signatures`].
    pub signatures: BTreeMap<usize, SignatureTally>,
}

impl Tally {
    /// Counts a match of a signature that has a threshold if `has_threshold`.
    pub fn add(
        &mut self,
        found: &Match<'_>,
        place: Place<'_>,
        has_threshold: bool,
        options: &TallyOptions,
    ) {
        let tally = self.signatures.entry(found.signature).or_default();
        if tally.evidence.len() < options.evidence {
            tally.evidence.push(Evidence::new(
                place.member,
                place.view,
                found,
                options.context,
                options.max_shown_bytes,
                tally.lines,
            ));
        }
        tally.lines += 1;
        tally.count = tally.count.saturating_add(found.record.repeats);
        tally.time(found.record.time, found.record.repeats, has_threshold);
        tally.components.extend(found.record.component);
        tally.named(found, place.source.pod.as_ref(), options);
    }

    /// Appends the tally of the next block of the same member. `lines` line ends stand before that block.
    pub fn append_block(&mut self, block: Tally, lines: u64, options: &TallyOptions) {
        for (signature, mut next) in block.signatures {
            let tally = self.signatures.entry(signature).or_default();
            for evidence in &mut next.evidence {
                evidence.line += lines + 1;
                evidence.ordinal += tally.lines;
            }
            tally.merge(next, options);
        }
    }

    /// Adds the tally of another member.
    pub fn merge(&mut self, other: Tally, options: &TallyOptions) {
        for (signature, next) in other.signatures {
            self.signatures
                .entry(signature)
                .or_default()
                .merge(next, options);
        }
    }
}

impl SignatureTally {
    fn time(&mut self, time: Option<Time>, repeats: u64, has_threshold: bool) {
        if let Some(time) = time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
            self.histogram.add(time.unix_nanos);
        }
        if has_threshold {
            self.burst
                .get_or_insert_default()
                .add(time.map(|time| time.unix_nanos), repeats);
        }
    }

    fn named(&mut self, found: &Match<'_>, pod: Option<&PodRef>, options: &TallyOptions) {
        let cap = options.max_entity_values;
        for capture in &found.captures {
            self.name(capture.entity, &String::from_utf8_lossy(capture.value), cap);
        }
        if let Some(host) = &found.record.host {
            self.hosts.add(&String::from_utf8_lossy(host), 1, cap);
        }
        if let Some(object) = &found.record.object {
            self.name("object", &String::from_utf8_lossy(object), cap);
        }
        let names_pod = found.captures.iter().any(|capture| capture.entity == "pod");
        if let (Some(pod), false) = (pod, names_pod) {
            self.name("pod", &pod.to_string(), cap);
        }
    }

    fn name(&mut self, entity: &str, value: &str, cap: usize) {
        match self.entities.get_mut(entity) {
            Some(values) => values.add(value, 1, cap),
            None => self
                .entities
                .entry(entity.to_owned())
                .or_default()
                .add(value, 1, cap),
        }
    }

    fn merge(&mut self, other: SignatureTally, options: &TallyOptions) {
        self.count = self.count.saturating_add(other.count);
        self.lines += other.lines;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
        self.histogram.merge(other.histogram);
        if let Some(burst) = other.burst {
            self.burst.get_or_insert_default().merge(burst);
        }
        for (entity, values) in other.entities {
            self.entities
                .entry(entity)
                .or_default()
                .merge(values, options.max_entity_values);
        }
        self.components.extend(other.components);
        self.hosts.merge(other.hosts, options.max_entity_values);
        self.evidence.extend(other.evidence);
        self.evidence.sort_by(|a, b| a.order().cmp(&b.order()));
        self.evidence.truncate(options.evidence);
    }
}
