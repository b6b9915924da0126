//! Whether enough matches came within a window, without keeping them all.

use std::time::Duration;

use crate::base::time::NANOS_PER_SECOND;

/// Times kept until the threshold is met. Times that spread so thin over a window never need more in practice; beyond
/// it only the newest are kept.
const MAX_TIMES: usize = 1 << 18;

/// Occurrences that one line is taken for at the most: more than any threshold asks for.
const MAX_REPEATS: u64 = 1_000;

/// The times of the matches of one signature with a threshold.
#[derive(Clone, Debug, Default)]
pub struct Burst {
    times: Vec<i64>,
    untimed: u64,
}

impl Burst {
    /// Adds a match that stands for `repeats` occurrences; `None` when its line carries no time.
    pub fn add(&mut self, unix_nanos: Option<i64>, repeats: u64) {
        match unix_nanos {
            Some(time) => self
                .times
                .extend((0..repeats.min(MAX_REPEATS)).map(|_| time)),
            None => self.untimed = self.untimed.saturating_add(repeats),
        }
        if self.times.len() > 2 * MAX_TIMES {
            self.thin();
        }
    }

    /// Adds the matches of another part.
    pub fn merge(&mut self, other: Burst) {
        self.times.extend(other.times);
        self.untimed = self.untimed.saturating_add(other.untimed);
        if self.times.len() > 2 * MAX_TIMES {
            self.thin();
        }
    }

    fn thin(&mut self) {
        self.times.sort_unstable_by(|a, b| b.cmp(a));
        self.times.truncate(MAX_TIMES);
    }

    /// The most matches that lie within one window; all of them without a window. Matches without a time count as close
    /// to every other.
    pub fn most_within(&self, window: Option<Duration>) -> u64 {
        let Some(window) = window else {
            return (self.times.len() as u64).saturating_add(self.untimed);
        };
        let window = i64::try_from(window.as_secs())
            .unwrap_or(i64::MAX)
            .saturating_mul(NANOS_PER_SECOND);
        let mut times = self.times.clone();
        times.sort_unstable();
        let mut first = 0;
        let mut most = 0;
        for (last, time) in times.iter().enumerate() {
            while time.saturating_sub(times[first]) > window {
                first += 1;
            }
            most = most.max(last + 1 - first);
        }
        (most as u64).saturating_add(self.untimed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_matches_within_the_window_count_together() {
        let mut burst = Burst::default();
        for second in [0, 10, 20, 500, 505, 2_000] {
            burst.add(Some(second * NANOS_PER_SECOND), 1);
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
        burst.add(None, 1);
        burst.add(Some(0), 1);
        let mut other = Burst::default();
        other.add(None, 1);
        burst.merge(other);
        assert_eq!(burst.most_within(Some(Duration::from_secs(1))), 3);
    }
}
