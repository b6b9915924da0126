//! How often something happened, or how many things are so.

use std::borrow::Cow;
use std::time::Duration;

use foldhash::HashSet;

use super::burst::Burst;
use super::occurrences::{LinePlace, Occurrences, Owners};
use super::tally::Place;
use crate::base::time::HostId;
use crate::matcher::Match;

/// Things whose state matched that are told apart.
const MAX_THINGS: usize = 1 << 18;

/// How often matches occurred.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    /// The lines that matched, an event row counted as often as it says.
    occurrences: Occurrences,
    /// The things whose state matched, each once in however many spellings.
    things: Things,
    /// When; only where a window is asked for.
    pub burst: Option<Box<Burst>>,
}

impl Counter {
    /// Counts a match. Its time is kept if there is a `label`: the entity whose values are told apart within a window, or `""`.
    pub(super) fn add(&mut self, found: &Match<'_>, place: Place<'_>, label: Option<&str>) {
        let offset = place.offset_of(found.line_start());
        let record = found.record();
        let place = record.and_then(|record| LinePlace::of(record, place.source, offset));
        match found.state_of {
            None => self.occurrences.add(place, found.repeats),
            Some(thing) => self.things.add(thing),
        }
        if let Some(entity) = label {
            let label = found.name_of(entity);
            let label = label.map_or(Cow::Borrowed(""), |named| named.name);
            let time = found.reading.map(|reading| reading.nanos);
            let burst = self.burst.get_or_insert_default();
            match found.state_of {
                None => burst.add(time, found.repeats, &label, place),
                Some(_) => burst.add_label(&label),
            }
        }
    }

    /// Says of which host the member is that all of these stand in.
    pub(super) fn on_host(&mut self, host: HostId) {
        self.occurrences.on_host(host);
        if let Some(burst) = &mut self.burst {
            burst.on_host(host);
        }
    }

    /// Sets the owners of lines, once the homes are known.
    pub(super) fn settle(&mut self, owners: &Owners) {
        self.occurrences.settle(owners);
        if let Some(burst) = &mut self.burst {
            burst.settle(owners);
        }
    }

    #[cfg(test)]
    pub(super) fn add_line(&mut self, place: LinePlace) {
        self.occurrences.add(Some(place), 1);
    }

    /// How many places of lines and times it keeps.
    pub(super) fn size(&self) -> usize {
        let times = self.burst.as_ref().map_or(0, |burst| burst.len());
        self.occurrences.len() + times
    }

    /// Keeps so many places of lines and times.
    pub(super) fn bound(&mut self, lines: usize, times: usize) {
        self.occurrences.bound(lines);
        if let Some(burst) = &mut self.burst {
            burst.bound(times);
        }
    }

    /// Adds the matches of another part.
    pub fn merge(&mut self, other: Counter) {
        self.occurrences.merge(other.occurrences);
        self.things.merge(other.things);
        if let Some(burst) = other.burst {
            self.burst.get_or_insert_default().merge(*burst);
        }
    }

    /// The most that happened within one window. How a thing is holds at capture, so all things count as close.
    pub fn most_within(&self, window: Option<Duration>) -> u64 {
        let burst = self.burst.as_ref();
        let most = burst.map_or(0, |burst| burst.most_within(window));
        most.saturating_add(self.things.len() as u64)
    }

    /// The most different labels within one window.
    pub fn most_distinct_within(&self, window: Option<Duration>) -> u64 {
        let burst = self.burst.as_ref();
        burst.map_or(0, |burst| burst.most_distinct_within(window))
    }

    /// How often it happened, or how many things are so.
    pub fn count(&self) -> u64 {
        let occurrences = self.occurrences.count();
        occurrences.saturating_add(self.things.len() as u64)
    }
}

/// A bounded set of things. Most groups know one only, and there may be many thousands of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Things {
    #[default]
    None,
    One(u64),
    /// Boxed, because a set would make every group larger.
    Many(Box<HashSet<u64>>),
}

impl Things {
    fn add(&mut self, thing: u64) {
        match self {
            Things::None => *self = Things::One(thing),
            Things::One(known) if *known == thing => {}
            Things::One(known) => {
                *self = Things::Many(Box::new(HashSet::from_iter([*known, thing])))
            }
            Things::Many(known) => {
                known.insert(thing);
                if known.len() > 2 * MAX_THINGS {
                    let mut all: Vec<u64> = known.iter().copied().collect();
                    let last = *all.select_nth_unstable(MAX_THINGS - 1).1;
                    known.retain(|thing| *thing <= last);
                }
            }
        }
    }

    fn merge(&mut self, other: Things) {
        match other {
            Things::None => {}
            Things::One(thing) => self.add(thing),
            Things::Many(things) => things.into_iter().for_each(|thing| self.add(thing)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Things::None => 0,
            Things::One(_) => 1,
            Things::Many(things) => things.len().min(MAX_THINGS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn things(ids: &[u64]) -> Things {
        let mut things = Things::default();
        ids.iter().for_each(|id| things.add(*id));
        things
    }

    proptest! {
        #[test]
        fn each_thing_counts_once_in_any_grouping(
            ids in proptest::collection::vec(0u64..6, 0..12),
            split in 0usize..12,
        ) {
            let (left, right) = ids.split_at(split.min(ids.len()));
            let mut merged = things(right);
            merged.merge(things(left));
            prop_assert_eq!(&merged, &things(&ids));
            prop_assert_eq!(merged.len(), ids.iter().collect::<HashSet<_>>().len());
        }
    }
}
