//! Whether enough matches came within a window, without keeping them all.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::occurrences::LinePlace;
use crate::base::hash::fnv1a;
use crate::base::time::NANOS_PER_SECOND;

/// Times kept until the threshold is met. Times that spread so thin over a window never need more in practice; beyond
/// it only the newest are kept.
const MAX_TIMES: usize = 1 << 16;

/// Occurrences that one line is taken for at the most: more than any threshold asks for.
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

    /// Adds the matches of another part.
    pub fn merge(&mut self, other: Burst) {
        self.times.extend(other.times);
        self.untimed = self.untimed.saturating_add(other.untimed);
        self.untimed_labels.extend(other.untimed_labels);
        self.thin();
    }

    fn thin(&mut self) {
        if self.times.len() > 2 * MAX_TIMES {
            self.times.sort_unstable_by(|a, b| b.cmp(a));
            self.times.truncate(MAX_TIMES);
        }
        while self.untimed_labels.len() > MAX_TIMES {
            self.untimed_labels.pop_last();
        }
    }

    /// The most matches that lie within one window; all of them without a window. Matches without a time count as close
    /// to every other.
    pub fn most_within(&self, window: Option<Duration>) -> u64 {
        let times = self.sorted();
        let most = windows(&times, window).map(<[_]>::len).max();
        (most.unwrap_or(0) as u64).saturating_add(self.untimed)
    }

    /// The most different labels that lie within one window.
    pub fn most_distinct_within(&self, window: Option<Duration>) -> u64 {
        let distinct = |times: &[(i64, u64)]| {
            let timed = times.iter().map(|(_, label)| *label);
            timed
                .chain(self.untimed_labels.iter().copied())
                .collect::<BTreeSet<_>>()
                .len()
        };
        let times = self.sorted();
        let most = windows(&times, window).map(distinct).max();
        most.unwrap_or(self.untimed_labels.len()) as u64
    }

    /// Times and labels in order; of a line that stands in several logs those of the log that has it most often.
    fn sorted(&self) -> Vec<(i64, u64)> {
        let mut by_line: BTreeMap<u64, BTreeMap<u32, u64>> = BTreeMap::new();
        for place in self.times.iter().filter_map(|one| one.place) {
            *by_line
                .entry(place.line)
                .or_default()
                .entry(place.stream)
                .or_default() += 1;
        }
        let is_counted = |one: &&Occurrence| {
            let Some(LinePlace { line, stream }) = one.place else {
                return true;
            };
            let streams = by_line.get(&line).into_iter().flatten();
            let most = streams.max_by_key(|(stream, count)| (**count, Reverse(**stream)));
            most.is_none_or(|(most, _)| *most == stream)
        };
        let counted = self.times.iter().filter(is_counted);
        let mut times: Vec<(i64, u64)> = counted.map(|one| (one.nanos, one.label)).collect();
        times.sort_unstable();
        times
    }
}

/// For each time the run of times that ends with it and lies within the window. Times are sorted.
fn windows(times: &[(i64, u64)], window: Option<Duration>) -> impl Iterator<Item = &[(i64, u64)]> {
    let window = window.map_or(i64::MAX, |window| {
        let seconds = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
        seconds.saturating_mul(NANOS_PER_SECOND)
    });
    let mut first = 0;
    times.iter().enumerate().map(move |(last, (time, _))| {
        while time.saturating_sub(times[first].0) > window {
            first += 1;
        }
        &times[first..=last]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let place = LinePlace { line, stream };
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
