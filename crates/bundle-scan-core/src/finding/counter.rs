//! How often something happened, or how many things are so.

use std::borrow::Cow;

use foldhash::HashSet;

use super::burst::Burst;
use super::occurrences::{LinePlace, Occurrences, identity};
use crate::matcher::Match;
use crate::source::Source;

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
    pub(super) fn add(&mut self, found: &Match<'_>, source: &Source, label: Option<&str>) {
        let line = found.record().and_then(identity);
        let stream = source.stream;
        let place = line.map(|line| LinePlace { line, stream });
        match found.state_of {
            None => self.occurrences.add(place, found.repeats),
            Some(thing) => self.things.add(thing),
        }
        if let Some(entity) = label {
            let label = found.name_of(entity);
            let label = label.map_or(Cow::Borrowed(""), |named| named.name);
            let time = found.reading.map(|reading| reading.nanos);
            let burst = self.burst.get_or_insert_default();
            burst.add(time, found.repeats, &label, place);
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
