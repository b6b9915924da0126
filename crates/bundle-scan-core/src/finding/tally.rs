//! Everything that the matches of each signature add up to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::burst::Burst;
use super::entity::Values;
use super::evidence::Evidence;
use super::group::{GroupKey, Moment, Moments};
use super::histogram::Histogram;
use crate::base::limits::Limits;
use crate::base::member_path::MemberPath;
use crate::base::time::Time;
use crate::matcher::Match;
use crate::signature::Signature;
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
    /// Occurrences: the lines that matched, an event row counted as often as it says. States are counted by `things`.
    pub occurrences: u64,
    /// The things whose state matched, each once in however many spellings.
    pub things: BTreeSet<u64>,
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
    /// When the matches happened; only for signatures that have a plan.
    pub moments: Moments,
    /// The leaves that matched.
    pub leaves: BTreeSet<usize>,
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
    /// What is added to the line numbers of evidence: 0 while a block does not know where it stands in the member.
    pub lines: u64,
}

/// Tallies of all signatures: of a block, a member, or a bundle.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By the place of the signature in [`crate::matcher::Matcher::signatures`].
    pub signatures: BTreeMap<usize, SignatureTally>,
    /// Matches of signatures that have a plan, in the same order, by leaf and joined entities.
    pub groups: BTreeMap<usize, Groups>,
}

/// The matches of one signature, grouped.
pub type Groups = BTreeMap<GroupKey, SignatureTally>;

/// Things whose state matched that are told apart.
const MAX_THINGS: usize = 1 << 18;
/// Evidence lines kept for a group: the finding takes its lines from several.
const GROUP_EVIDENCE: usize = 2;
/// Groups kept of a leaf that proves nothing.
const MAX_SILENT_GROUPS: usize = 1 << 16;
/// Distinct values kept for one entity of one of many groups.
const GROUP_ENTITY_VALUES: usize = 100;

impl Tally {
    /// Counts a match of `signature`.
    pub fn add(
        &mut self,
        found: &Match<'_>,
        place: Place<'_>,
        signature: &Signature,
        options: &TallyOptions,
    ) {
        match &signature.plan {
            None => self
                .signatures
                .entry(found.signature)
                .or_default()
                .add(found, place, signature, options),
            Some(plan) => {
                let key = GroupKey::new(found, place.source, plan);
                let kept = options.of_group(&key);
                let groups = self.groups.entry(found.signature).or_default();
                let before = groups.len();
                let is_silent = key.is_silent;
                let tally = groups.entry(key).or_default();
                match is_silent {
                    true => tally.add_count(found),
                    false => tally.add(found, place, signature, &kept),
                }
                tally.moments.add(Moment {
                    unix_nanos: found.record.time.map(|time| time.unix_nanos),
                    uptime: found.record.uptime,
                    member: place.member.clone(),
                    offset: place.offset_of(found.line.start),
                    is_state: found.state_of.is_some(),
                });
                bound_now_and_then(groups, before, options.max_entity_values);
            }
        }
    }

    /// Appends the tally of the next block of the same member. `lines` line ends stand before that block.
    pub fn append_block(&mut self, block: Tally, lines: u64, options: &TallyOptions) {
        for (signature, next) in block.signatures {
            let tally = self.signatures.entry(signature).or_default();
            tally.append(next, lines, options);
        }
        for (signature, next) in block.groups {
            let groups = self.groups.entry(signature).or_default();
            let before = groups.len();
            for (key, next) in next {
                let kept = options.of_group(&key);
                groups.entry(key).or_default().append(next, lines, &kept);
            }
            bound_now_and_then(groups, before, options.max_entity_values);
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
        for (signature, next) in other.groups {
            let groups = self.groups.entry(signature).or_default();
            let before = groups.len();
            for (key, next) in next {
                let kept = options.of_group(&key);
                groups.entry(key).or_default().merge(next, &kept);
            }
            bound_now_and_then(groups, before, options.max_entity_values);
        }
    }
}

/// As [`bound`], but only when the groups have doubled since the last time: in the end it costs no more than adding them.
fn bound_now_and_then(groups: &mut Groups, before: usize, most: usize) {
    if groups.len() > most && groups.len().leading_zeros() < before.leading_zeros() {
        bound(groups, most);
    }
}

/// Keeps the first groups of each leaf: which ones does not depend on the order in which they came. Of silent leaves many more
/// are kept, because one that was dropped would be taken for absent.
pub fn bound(groups: &mut Groups, most: usize) {
    let mut counted: BTreeMap<usize, usize> = BTreeMap::new();
    groups.retain(|key, _| {
        let count = counted.entry(key.leaf).or_default();
        *count += 1;
        *count
            <= if key.is_silent {
                MAX_SILENT_GROUPS
            } else {
                most
            }
    });
}

impl TallyOptions {
    /// What is kept of one of many groups. A signature without joined entities has one group for each leaf.
    fn of_group(&self, key: &GroupKey) -> TallyOptions {
        let values = match key.values.is_empty() {
            _ if key.is_silent => 0,
            true => self.max_entity_values,
            false => self.max_entity_values.min(GROUP_ENTITY_VALUES),
        };
        let evidence = if key.is_silent { 0 } else { GROUP_EVIDENCE };
        TallyOptions {
            evidence: self.evidence.min(evidence),
            max_entity_values: values,
            ..*self
        }
    }
}

impl Place<'_> {
    /// The byte of the member that stands at this place of the view.
    fn offset_of(&self, at: usize) -> u64 {
        (self.view.offset + at as u64).saturating_sub(self.view.own.start as u64)
    }
}

impl SignatureTally {
    fn add(
        &mut self,
        found: &Match<'_>,
        place: Place<'_>,
        signature: &Signature,
        options: &TallyOptions,
    ) {
        if self.evidence.len() < options.evidence {
            let mut evidence = Evidence::new(
                place.member,
                place.view,
                found,
                options.context,
                options.max_shown_bytes,
                self.lines,
            );
            evidence.line += place.lines;
            self.evidence.push(evidence);
        }
        let record = found.record;
        self.add_count(found);
        self.time(record.time);
        if let Some(threshold) = &signature.spec.threshold {
            let label = threshold.distinct.as_deref().and_then(|entity| {
                let mut named = found.captures.iter();
                named.find(|capture| capture.entity == Some(entity))
            });
            let label = label.map_or(Cow::Borrowed(""), |capture| {
                String::from_utf8_lossy(&capture.value)
            });
            self.burst.get_or_insert_default().add(
                record.time.map(|time| time.unix_nanos),
                record.repeats,
                &label,
            );
        }
        self.leaves.insert(found.leaf);
        self.components.extend(record.component);
        self.named(found, place.source.pod.as_ref(), options);
    }

    fn add_count(&mut self, found: &Match<'_>) {
        self.lines += 1;
        match found.state_of {
            None => self.occurrences = self.occurrences.saturating_add(found.record.repeats),
            Some(thing) => self.add_things([thing]),
        }
    }

    /// Appends the next block of the same member; `lines` line ends stand before that block.
    fn append(&mut self, mut next: SignatureTally, lines: u64, options: &TallyOptions) {
        for evidence in &mut next.evidence {
            evidence.line += lines + 1;
            evidence.ordinal += self.lines;
        }
        self.merge(next, options);
    }

    /// How often it happened, or how many things are so.
    pub fn count(&self) -> u64 {
        self.occurrences.saturating_add(self.things.len() as u64)
    }

    fn add_things(&mut self, things: impl IntoIterator<Item = u64>) {
        self.things.extend(things);
        while self.things.len() > MAX_THINGS {
            self.things.pop_last();
        }
    }

    fn time(&mut self, time: Option<Time>) {
        if let Some(time) = time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
            self.histogram.add(time.unix_nanos);
        }
    }

    fn named(&mut self, found: &Match<'_>, pod: Option<&PodRef>, options: &TallyOptions) {
        let cap = options.max_entity_values;
        for capture in &found.captures {
            if let Some(entity) = capture.entity {
                self.name(entity, &String::from_utf8_lossy(&capture.value), cap);
            }
        }
        if let Some(host) = &found.record.host {
            self.hosts.add(&String::from_utf8_lossy(host), 1, cap);
        }
        if let Some(object) = &found.record.object {
            self.name("object", &String::from_utf8_lossy(object), cap);
        }
        let names_pod = found
            .captures
            .iter()
            .any(|capture| capture.entity == Some("pod"));
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

    /// Adds the matches of another part.
    pub fn merge(&mut self, other: SignatureTally, options: &TallyOptions) {
        self.occurrences = self.occurrences.saturating_add(other.occurrences);
        self.add_things(other.things);
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
        self.moments.merge(other.moments);
        self.leaves.extend(other.leaves);
    }
}
