//! Matches that count only together, by the entities that join them.
//!
//! There may be many thousands of groups: the pods of a cluster. All keep how often and when, because one that is forgotten would
//! be taken for absent; lines and names are kept of a few hundred only, which is more than anyone reads. Which ones does not
//! depend on the order in which they came.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;

use foldhash::HashMap;

use super::clocks::Clocks;
use super::counter::Counter;
use super::detail::Detail;
use super::homes::Home;
use super::moment::{Moment, Moments};
use super::occurrences::Owners;
use super::tally::{Next, Place, TallyOptions};
use crate::base::hash::fnv1a;
use crate::base::thing::canonical;
use crate::base::time::ClockTime;
use crate::matcher::{Match, Name};
use crate::signature::Signature;
use crate::signature::plan::{Keep, Plan};
use crate::signature::schema::Threshold;
use crate::source::Source;
use crate::source::component::Component;

/// Places of lines kept for all groups of one leaf, and as many times; the groups share them alike, but each may keep
/// [`MIN_LINES`] places and [`MIN_TIMES`] times.
const MAX_SHARED: usize = 1 << 18;
/// Of more lines, how many are copies is reckoned from these.
const MIN_LINES: usize = 16;
/// Thresholds ask for fewer.
const MIN_TIMES: usize = 256;

/// Entities that a signature joins at the most.
pub const MAX_JOINED: usize = 4;

/// Groups of one leaf.
const MAX_GROUPS: usize = 1 << 16;
/// Groups of one leaf of which lines and names are kept.
const MAX_DETAILED: usize = 128;
/// Evidence lines kept for a group: the finding takes its lines from several.
const GROUP_EVIDENCE: usize = 2;
/// Distinct values kept for one entity of a group.
const GROUP_ENTITY_VALUES: usize = 100;
/// Distinct values counted in a group.
const MAX_DISTINCT: usize = 1 << 16;

/// Hashes of the values of the joined entities, in the order of [`Plan::group_by`]; `None` where a match does not name one. All
/// that is asked of values is whether they are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Joined([Option<NonZeroU64>; MAX_JOINED]);

impl Hash for Joined {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for value in self.0 {
            state.write_u64(value.map_or(0, NonZeroU64::get));
        }
    }
}

impl Joined {
    pub(super) fn new<'n>(
        plan: &Plan,
        source: &Source,
        name_of: impl Fn(&str) -> Option<Name<'n>>,
    ) -> Self {
        let mut joined = Joined::default();
        for (slot, entity) in joined.0.iter_mut().zip(&plan.group_by) {
            *slot = value(entity, name_of(entity), source);
        }
        joined
    }

    #[cfg(test)]
    pub(super) fn of_number(number: usize) -> Self {
        let mut joined = Joined::default();
        joined.0[0] = NonZeroU64::new(number as u64 + 1);
        joined
    }

    /// The one that `count` others stand before, if there are so many.
    pub(super) fn nth<'j>(all: impl Iterator<Item = &'j Joined>, count: usize) -> Option<Joined> {
        let mut all: Vec<Joined> = all.copied().collect();
        (count < all.len()).then(|| *all.select_nth_unstable(count).1)
    }

    /// The values of the first `count` entities.
    pub fn values(&self, count: usize) -> &[Option<NonZeroU64>] {
        self.0.get(..count).unwrap_or(&self.0)
    }

    /// Which values are known, as bits.
    pub fn mask(&self) -> usize {
        let known = self.0.iter().enumerate();
        known.fold(0, |mask, (at, value)| {
            mask | usize::from(value.is_some()) << at
        })
    }

    /// Without the values whose bit is not set in `named`.
    pub fn only(mut self, named: usize) -> Self {
        for (at, value) in self.0.iter_mut().enumerate() {
            *value = value.filter(|_| named >> at & 1 == 1);
        }
        self
    }
}

/// What the matches of one leaf with the same entities add up to.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// How often.
    pub counter: Counter,
    /// When; only where the plan asks for it.
    pub moments: Option<Box<Moments>>,
    /// Hashes of the values of the entities that are counted, each with its place in [`Keep::distinct`].
    pub distinct: Option<Box<BTreeSet<(usize, NonZeroU64)>>>,
    /// Which lines and names; not of leaves that prove nothing, and not of too many groups.
    pub detail: Option<Box<Detail>>,
}

impl Group {
    fn add(
        &mut self,
        found: &Match<'_>,
        place: Place<'_>,
        signature: &Signature,
        keep: &Keep,
        detail: Option<&TallyOptions>,
    ) {
        let threshold = signature.threshold.as_ref();
        let threshold = threshold.filter(|_| !keep.is_silent);
        let label = threshold.map(Threshold::label);
        let label = label.or(keep.bursts.then_some(""));
        self.counter.add(found, place, label);
        if keep.moments {
            self.moments.get_or_insert_default().add(Moment {
                unix_nanos: None,
                shown: found.reading.map(ClockTime::from),
                part: (place.source.stream, place.source.part()),
                member: place.member.clone(),
                offset: place.offset_of(found.line_start()),
                is_state: found.state_of.is_some(),
            });
        }
        for (at, entity) in keep.distinct.iter().enumerate() {
            if let Some(value) = value(entity, found.name_of(entity), place.source) {
                let distinct = self.distinct.get_or_insert_default();
                distinct.insert((at, value));
                bound_distinct(distinct);
            }
        }
        if let Some(options) = detail {
            let detail = self.detail.get_or_insert_default();
            detail.add(found, place, options);
        }
    }

    fn merge(&mut self, other: Group, next: Next, options: &TallyOptions) {
        self.counter.merge(other.counter);
        if let Some(moments) = other.moments {
            self.moments.get_or_insert_default().merge(*moments);
        }
        if let Some(distinct) = other.distinct {
            let all = self.distinct.get_or_insert_default();
            all.extend(*distinct);
            bound_distinct(all);
        }
        if let Some(detail) = other.detail {
            let mine = self.detail.get_or_insert_default();
            mine.merge(*detail, next, options);
        }
    }
}

fn bound_distinct(values: &mut BTreeSet<(usize, NonZeroU64)>) {
    while values.len() > MAX_DISTINCT {
        values.pop_last();
    }
}

/// The groups of one leaf.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    met: HashMap<Joined, Group>,
    /// How many have a detail.
    detailed: usize,
    /// The last that may have one, once there were too many.
    last_detailed: Option<Joined>,
    /// Places and times that all counters keep.
    shared: usize,
    /// As many as may be before they are bounded again.
    max_shared: usize,
}

impl Groups {
    /// The groups, by what they are joined by.
    pub fn met(&self) -> &HashMap<Joined, Group> {
        &self.met
    }

    /// Counts a match.
    pub(super) fn add(
        &mut self,
        found: &Match<'_>,
        place: Place<'_>,
        signature: &Signature,
        plan: &Plan,
        options: &TallyOptions,
    ) {
        let joined = Joined::new(plan, place.source, |entity| found.name_of(entity));
        let keep = &plan.keeps[found.leaf];
        let is_detailed = !keep.is_silent && self.last_detailed.is_none_or(|last| joined <= last);
        let options = options.of_group();
        let group = self.met.entry(joined).or_default();
        self.detailed += usize::from(is_detailed && group.detail.is_none());
        let detail = is_detailed.then_some(&options);
        self.shared -= group.counter.size();
        group.add(found, place, signature, keep, detail);
        self.shared += group.counter.size();
        self.bound_now_and_then();
    }

    /// Adds those of another part.
    #[expect(clippy::iter_over_hash_type, reason = "each is merged for itself")]
    pub(super) fn merge(&mut self, other: Groups, next: Next, options: &TallyOptions) {
        if self.met.is_empty() && matches!(next, Next::Member) {
            *self = other;
            return;
        }
        for (joined, theirs) in other.met {
            let group = self.met.entry(joined).or_default();
            self.detailed += usize::from(group.detail.is_none() && theirs.detail.is_some());
            self.shared -= group.counter.size();
            group.merge(theirs, next, &options.of_group());
            self.shared += group.counter.size();
        }
        self.bound_now_and_then();
    }

    /// Says whose the member is that all of these stand in.
    #[expect(clippy::iter_over_hash_type, reason = "each is changed for itself")]
    pub(super) fn on_host(&mut self, home: &Home<'_>) {
        let host = home.host;
        // What is kept must not depend on whether it was bounded before or after this.
        self.share();
        for group in self.met.values_mut() {
            group.counter.on_host(host);
            if let Some(moments) = &mut group.moments {
                moments.on_host(host);
            }
            if let Some(detail) = &mut group.detail {
                detail.on_host(home);
            }
        }
    }

    /// Says that the machine was booted again after all of these.
    #[expect(clippy::iter_over_hash_type, reason = "each is changed for itself")]
    pub(super) fn end_boot(&mut self) {
        for group in self.met.values_mut() {
            if let Some(moments) = &mut group.moments {
                moments.end_boot();
            }
            if let Some(detail) = &mut group.detail {
                detail.end_boot();
            }
        }
    }

    /// Sets the times that decide what belongs together, once the clocks are known.
    #[expect(clippy::iter_over_hash_type, reason = "each is changed for itself")]
    pub(super) fn settle(&mut self, clocks: &Clocks, owners: &Owners) {
        for group in self.met.values_mut() {
            group.counter.settle(owners);
            if let Some(detail) = &mut group.detail {
                detail.settle(owners);
            }
            if let Some(moments) = &mut group.moments {
                moments.settle(clocks);
            }
        }
    }

    /// The components that spoke, as far as that is kept.
    pub(super) fn components(&self) -> impl Iterator<Item = Component> {
        let details = self
            .met
            .values()
            .filter_map(|group| group.detail.as_deref());
        details.flat_map(|detail| detail.components.iter().copied())
    }

    /// As [`Groups::bound`], but only when there are twice as many as may be: in the end it costs no more than adding them.
    fn bound_now_and_then(&mut self) {
        if self.detailed > 2 * MAX_DETAILED || self.met.len() > 2 * MAX_GROUPS {
            self.bound();
        }
        if self.shared > 2 * self.max_shared.max(MAX_SHARED) {
            self.share();
        }
    }

    /// Keeps of each group as many places and times as its share.
    #[expect(clippy::iter_over_hash_type, reason = "each is bounded for itself")]
    fn share(&mut self) {
        let share = MAX_SHARED / self.met.len().max(1);
        self.shared = 0;
        for group in self.met.values_mut() {
            let counter = &mut group.counter;
            counter.bound(share.max(MIN_LINES), share.max(MIN_TIMES));
            self.shared += counter.size();
        }
        self.max_shared = self.shared;
    }

    /// Keeps the first groups, of each what it may share, and the details of the first of them.
    #[expect(clippy::iter_over_hash_type, reason = "each is judged for itself")]
    pub fn bound(&mut self) {
        if let Some(last) = Joined::nth(self.met.keys(), MAX_GROUPS - 1) {
            self.met.retain(|joined, _| *joined <= last);
        }
        self.share();
        let with_detail = self.met.iter().filter(|(_, group)| group.detail.is_some());
        let Some(last) = Joined::nth(with_detail.map(|(joined, _)| joined), MAX_DETAILED - 1)
        else {
            return;
        };
        for (joined, group) in &mut self.met {
            if *joined > last {
                group.detail = None;
            }
        }
        self.last_detailed = Some(last);
        self.detailed = MAX_DETAILED;
    }
}

impl TallyOptions {
    /// What is kept of one of many groups.
    pub(super) fn of_group(&self) -> TallyOptions {
        TallyOptions {
            evidence: self.evidence.min(GROUP_EVIDENCE),
            max_entity_values: self.max_entity_values.min(GROUP_ENTITY_VALUES),
            ..*self
        }
    }
}

/// A hash of the name that a match gives an entity, or else the path of its member does.
fn value(entity: &str, name: Option<Name<'_>>, source: &Source) -> Option<NonZeroU64> {
    let pod = source.pod.as_ref();
    let of_path = || match entity {
        "pod" => Some(Cow::Borrowed(pod?.pod.as_str())),
        "container" => pod?.container.as_deref().map(Cow::Borrowed),
        _ => None,
    };
    let name = name.map(|named| named.name).or_else(of_path)?;
    let plain = canonical(entity, &name);
    let hash = NonZeroU64::new(fnv1a(plain.as_bytes())).unwrap_or(NonZeroU64::MIN);
    (!plain.is_empty()).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::occurrences::{LinePlace, Owner};

    /// Groups of these things, each with a detail.
    fn groups(things: impl Iterator<Item = usize>) -> Groups {
        let mut groups = Groups::default();
        for thing in things {
            let group = groups.met.entry(Joined::of_number(thing)).or_default();
            group.detail.get_or_insert_default().lines += 1;
            groups.detailed += 1;
            groups.bound_now_and_then();
        }
        groups
    }

    #[test]
    fn groups_share_what_is_kept_of_their_lines_in_any_order() {
        let options = TallyOptions::new(5, 0, &crate::Limits::default());
        const COUNT: usize = 200;
        const LINES: u64 = 4_000;
        // Of every other group all lines stand in two logs.
        let part = |stream: u32| {
            let mut groups = Groups::default();
            for at in (0..COUNT as u64 * LINES).filter(|at| stream == 1 || at % 2 == 0) {
                let joined = Joined::of_number((at % COUNT as u64) as usize);
                let line = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let place = LinePlace {
                    line,
                    stream,
                    owner: Owner::UNNAMED,
                };
                let counter = &mut groups.met.entry(joined).or_default().counter;
                groups.shared -= counter.size();
                counter.add_line(place);
                groups.shared += counter.size();
                groups.bound_now_and_then();
            }
            assert!(groups.shared <= 2 * MAX_SHARED);
            groups
        };
        let mut merged = [part(1), part(2)];
        let [one, other] = merged.clone();
        merged[0].merge(other, Next::Member, &options);
        merged[1].merge(one, Next::Member, &options);
        let counts = merged.map(|mut groups| {
            groups.bound();
            let group = |number| groups.met[&Joined::of_number(number)].counter.count();
            (0..COUNT).map(group).collect::<Vec<u64>>()
        });
        assert_eq!(counts[0], counts[1]);
        for count in &counts[0] {
            assert!((3_800..4_200).contains(count), "{count}");
        }
    }

    #[test]
    fn which_details_are_kept_does_not_depend_on_the_order() {
        let options = TallyOptions::new(5, 0, &crate::Limits::default());
        let count = 10 * MAX_DETAILED;
        let mut all = [
            groups(0..count),
            groups((0..count).rev()),
            groups((0..count).filter(|thing| thing % 2 == 0)),
        ];
        let odd = groups((0..count).filter(|thing| thing % 2 == 1));
        all[2].merge(odd, Next::Member, &options);
        for groups in &mut all {
            groups.bound();
            assert_eq!(groups.met.len(), count, "all groups are kept");
            let detailed = groups
                .met
                .iter()
                .filter(|(_, group)| group.detail.is_some());
            let mut detailed: Vec<Joined> = detailed.map(|(joined, _)| *joined).collect();
            detailed.sort();
            let expected: Vec<Joined> = (0..MAX_DETAILED).map(Joined::of_number).collect();
            assert_eq!(detailed, expected);
        }
    }
}
