//! What a finding tells of its matches besides their number: when, where, whom, and the lines.
//!
//! Times and names count lines that matched, copies in other logs among them; only [`Counter`](super::counter::Counter) leaves these out.

use std::collections::{BTreeMap, BTreeSet};

use super::entity::Values;
use super::evidence::Evidence;
use super::homes::Home;
use super::kept::Kept;
use super::occurrences::Owners;
use super::seen::Seen;
use super::tally::{Next, Place, TallyOptions};
use crate::base::legible::legible;
use crate::base::thing::canonical;
use crate::matcher::Match;
use crate::source::PodRef;
use crate::source::component::Component;

/// What matches say.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Lines that matched.
    pub lines: u64,
    /// When they happened.
    pub seen: Seen,
    /// Whether one of them tells how a thing is at capture.
    pub is_state: bool,
    /// Entity name to its values.
    pub entities: BTreeMap<String, Values>,
    /// The components that spoke.
    pub components: BTreeSet<Component>,
    /// The hosts that envelopes named, or the labels of the trees of those that they did not: see [`Homes`](super::homes::Homes).
    pub hosts: Values,
    /// Matches that name no host, of a member of which it is not yet known whose it is.
    nameless: u64,
    /// The lines kept as proof.
    pub kept: Kept,
    /// The leaves that matched.
    pub leaves: BTreeSet<usize>,
}

impl Detail {
    pub(super) fn add(&mut self, found: &Match<'_>, place: Place<'_>, options: &TallyOptions) {
        if self.kept.has_room(options.evidence) {
            let ordinal = self.lines;
            found.show(|sighting| {
                self.kept
                    .add(Evidence::new(place, sighting, options, ordinal));
            });
        }
        self.lines += 1;
        self.leaves.insert(found.leaf);
        self.is_state |= found.is_state();
        found
            .reading
            .into_iter()
            .for_each(|reading| self.seen.add(reading));
        self.components.extend(found.component);
        self.named(found, place.source.pod.as_ref(), options);
    }

    fn named(&mut self, found: &Match<'_>, pod: Option<&PodRef>, options: &TallyOptions) {
        let cap = options.max_entity_values;
        let mut names_pod = false;
        found.each_name(|entity, name| {
            names_pod |= entity == "pod";
            self.name(entity, &name.text(), cap);
        });
        let record = found.record();
        if let Some(host) = record.and_then(|record| record.host.as_deref()) {
            let host = legible(host);
            self.hosts.add(canonical("host", &host), 1, cap);
        } else {
            self.nameless += 1;
        }
        if let Some(object) = record.and_then(|record| record.object.as_deref()) {
            self.name("object", &legible(object), cap);
        }
        if let (Some(pod), false) = (record.and_then(|record| record.pod.as_deref()), names_pod) {
            names_pod = true;
            self.name("pod", &legible(pod), cap);
        }
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

    /// Says whose the member is that all of these stand in.
    pub(super) fn on_host(&mut self, home: &Home<'_>) {
        self.seen.on_host(home);
        self.kept.on_host(home.host);
        let nameless = std::mem::take(&mut self.nameless);
        if let Some(name) = home.name.filter(|_| nameless > 0) {
            self.hosts.add(name, nameless, usize::MAX);
        }
    }

    /// Sets the owners of lines, once the homes are known.
    pub(super) fn settle(&mut self, owners: &Owners) {
        self.kept.settle(owners);
    }

    /// Says that the machine was booted again after all of these.
    pub(super) fn end_boot(&mut self) {
        self.seen.end_boot();
        self.kept.end_boot();
    }

    /// Adds the matches of another part.
    pub fn merge(&mut self, other: Detail, next: Next, options: &TallyOptions) {
        self.kept
            .merge(other.kept, next, self.lines, options.evidence);
        self.lines += other.lines;
        self.seen.merge(other.seen);
        self.is_state |= other.is_state;
        for (entity, values) in other.entities {
            self.entities
                .entry(entity)
                .or_default()
                .merge(values, options.max_entity_values);
        }
        self.components.extend(other.components);
        self.nameless += other.nameless;
        self.hosts.merge(other.hosts, options.max_entity_values);
        self.leaves.extend(other.leaves);
    }
}
