//! Whether enough matches came within a window, without keeping them all.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use foldhash::HashMap;

use super::occurrences::{LinePlace, Owners, counted};
use crate::base::hash::fnv1a;
use crate::base::time::{HostId, NANOS_PER_SECOND};

/// Times kept: the newest ones. Thresholds ask for far fewer.
const MAX_TIMES: usize = 1 << 16;

/// Occurrences that one line is taken for at the most: a row of a table may stand for millions, and thresholds ask for far fewer.
const MAX_REPEATS: u64 = 1_000;

/// The times of the matches of one signature with a threshold, each with a label: what it names.
#[derive(Clone, Debug, Default)]
pub struct Burst {
    times: Vec<Occurrence>,
    untimed: u64,
    untimed_labels: BTreeSet<u64>,
}

/// What happened once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Occurrence {
    /// By the clock of its line: those of different clocks are not held against each other but by chance.
    nanos: i64,
    /// A hash of what it names.
    label: u64,
    /// By what its line is known again in another log.
    place: Option<LinePlace>,
}

impl Burst {
    /// Adds a match that stands for `repeats` occurrences; no time when its line carries none. `label` is the value that
    /// is counted where distinct values are, `place` what [`identity`](super::occurrences::identity) tells of the line.
    pub fn add(&mut self, nanos: Option<i64>, repeats: u64, label: &str, place: Option<LinePlace>) {
        let label = fnv1a(label.as_bytes());
        match nanos {
            Some(nanos) => {
                let one = Occurrence {
                    nanos,
                    label,
                    place,
                };
                let count = repeats.min(MAX_REPEATS);
                self.times.extend((0..count).map(|_| one));
            }
            None => {
                self.untimed = self.untimed.saturating_add(repeats);
                self.untimed_labels.insert(label);
            }
        }
        self.thin();
    }

    /// Adds a label of what has no time and is counted elsewhere.
    pub(super) fn add_label(&mut self, label: &str) {
        self.untimed_labels.insert(fnv1a(label.as_bytes()));
        self.thin();
    }

    /// Adds the matches of another part.
    pub fn merge(&mut self, other: Burst) {
        self.times.extend(other.times);
        self.untimed = self.untimed.saturating_add(other.untimed);
        self.untimed_labels.extend(other.untimed_labels);
        self.thin();
    }

    /// How many times it keeps.
    pub(super) fn len(&self) -> usize {
        self.times.len()
    }

    /// Keeps the `most` newest times, and no more than it may in any case.
    pub(super) fn bound(&mut self, most: usize) {
        let most = most.min(MAX_TIMES);
        if self.times.len() > most {
            self.times.sort_unstable_by(|a, b| b.cmp(a));
            self.times.truncate(most);
        }
    }

    fn thin(&mut self) {
        if self.times.len() > 2 * MAX_TIMES {
            self.bound(MAX_TIMES);
        }
        while self.untimed_labels.len() > MAX_TIMES {
            self.untimed_labels.pop_last();
        }
    }

    /// Says of which host the member is that all of these stand in.
    pub(super) fn on_host(&mut self, host: HostId) {
        // Which are the newest must not depend on whether it was asked before or after this.
        self.bound(MAX_TIMES);
        let places = self.times.iter_mut().filter_map(|one| one.place.as_mut());
        places.for_each(|place| place.on_host(host));
    }

    /// Sets the owners of lines, once the homes are known.
    pub(super) fn settle(&mut self, owners: &Owners) {
        self.bound(MAX_TIMES);
        let places = self.times.iter_mut().filter_map(|one| one.place.as_mut());
        places.for_each(|place| place.settle(owners));
    }

    /// The most matches that lie within one window; all of them without a window. Matches without a time count as close
    /// to every other.
    pub fn most_within(&self, window: Option<Duration>) -> u64 {
        let times = self.sorted();
        let most = windows(&times, window).map(|run| run.len()).max();
        (most.unwrap_or(0) as u64).saturating_add(self.untimed)
    }

    /// The most different labels that lie within one window.
    pub fn most_distinct_within(&self, window: Option<Duration>) -> u64 {
        let times = self.sorted();
        let mut met: HashMap<u64, usize> = HashMap::default();
        let mut first = 0;
        let mut most = 0;
        for run in windows(&times, window) {
            for (_, label) in &times[first..run.start] {
                if let Some(count) = met.get_mut(label) {
                    *count -= 1;
                    if *count == 0 {
                        met.remove(label);
                    }
                }
            }
            first = run.start;
            let (_, label) = times[run.end - 1];
            if !self.untimed_labels.contains(&label) {
                *met.entry(label).or_default() += 1;
            }
            most = most.max(met.len());
        }
        (most + self.untimed_labels.len()) as u64
    }

    /// Times and labels in order, those of copies left out.
    fn sorted(&self) -> Vec<(i64, u64)> {
        let places = self.times.iter().filter_map(|one| one.place);
        let counting = counted(places.map(|place| (place, 1)));
        let is_counted = |one: &&Occurrence| {
            let place = one.place.as_ref();
            place.is_none_or(|place| counting.contains_key(place))
        };
        let times = self.times.iter().filter(is_counted);
        let mut times: Vec<(i64, u64)> = times.map(|one| (one.nanos, one.label)).collect();
        times.sort_unstable();
        times
    }
}

/// For each time the run of times that ends with it and lies within the window. Times are sorted.
fn windows(times: &[(i64, u64)], window: Option<Duration>) -> impl Iterator<Item = Range<usize>> {
    let window = window.map_or(i64::MAX, |window| {
        let seconds = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
        seconds.saturating_mul(NANOS_PER_SECOND)
    });
    let mut first = 0;
    times.iter().enumerate().map(move |(last, (time, _))| {
        while time.saturating_sub(times[first].0) > window {
            first += 1;
        }
        first..last + 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::occurrences::Owner;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn distinct_labels_are_those_of_the_fullest_window(
            times in proptest::collection::vec((0i64..30, 0u64..5), 0..30),
            untimed in proptest::collection::vec(0u64..5, 0..2),
            window in 0u64..20,
        ) {
            let mut burst = Burst::default();
            for (second, label) in &times {
                burst.add(Some(second * NANOS_PER_SECOND), 1, &label.to_string(), None);
            }
            for label in &untimed {
                burst.add(None, 1, &label.to_string(), None);
            }
            let within = |end: i64| {
                let near = times.iter().filter(|(second, _)| (end - window as i64..=end).contains(second));
                let labels: BTreeSet<u64> = near.map(|(_, label)| *label).chain(untimed.clone()).collect();
                labels.len() as u64
            };
            let expected = (0..30).map(within).max();
            prop_assert_eq!(Some(burst.most_distinct_within(Some(Duration::from_secs(window)))), expected);
        }
    }

    #[test]
    fn only_matches_within_the_window_count_together() {
        let mut burst = Burst::default();
        for second in [0, 10, 20, 500, 505, 2_000] {
            burst.add(Some(second * NANOS_PER_SECOND), 1, "", None);
        }
        for (window, expected) in [(5, 2), (20, 3), (19, 2), (10_000, 6)] {
            assert_eq!(
                burst.most_within(Some(Duration::from_secs(window))),
                expected,
                "{window} s"
            );
        }
        assert_eq!(burst.most_within(None), 6);
    }

    #[test]
    fn matches_without_a_time_count_as_close() {
        let mut burst = Burst::default();
        burst.add(None, 1, "", None);
        burst.add(Some(0), 1, "", None);
        let mut other = Burst::default();
        other.add(None, 1, "", None);
        burst.merge(other);
        assert_eq!(burst.most_within(Some(Duration::from_secs(1))), 3);
    }

    #[test]
    fn a_line_in_two_logs_is_one_match() {
        let mut burst = Burst::default();
        for (second, line, stream) in [(0, 1, 1), (28_800, 1, 2), (5, 2, 1), (5, 2, 1)] {
            let owner = Owner::UNNAMED;
            let place = LinePlace {
                line,
                stream,
                owner,
            };
            burst.add(Some(second * NANOS_PER_SECOND), 1, "", Some(place));
        }
        assert_eq!(burst.most_within(None), 3);
    }

    #[test]
    fn distinct_labels_are_counted_once() {
        let mut burst = Burst::default();
        for (second, label) in [(0, "a"), (5, "a"), (10, "b"), (100, "c")] {
            burst.add(Some(second * NANOS_PER_SECOND), 3, label, None);
        }
        assert_eq!(burst.most_distinct_within(Some(Duration::from_secs(10))), 2);
        assert_eq!(burst.most_distinct_within(None), 3);
        burst.add(None, 1, "d", None);
        assert_eq!(burst.most_distinct_within(Some(Duration::from_secs(10))), 3);
    }
}
