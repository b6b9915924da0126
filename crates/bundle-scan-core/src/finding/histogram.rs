//! Matches along time, in a bounded number of buckets.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::base::time::NANOS_PER_SECOND;

/// Bucket widths in seconds; each is a multiple of the one before, so that buckets can be joined without loss.
const WIDTHS: [i64; 9] = [
    60, 300, 900, 3_600, 21_600, 86_400, 604_800, 2_419_200, 29_030_400,
];

/// Buckets of the longest span that keeps a width.
const MAX_BUCKETS: i64 = 60;

/// Counts in buckets of equal width, aligned to 1970-01-01T00:00:00Z. The width depends only on the span of all times, so
/// parts can be merged in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Histogram {
    /// Index into [`WIDTHS`].
    width: usize,
    counts: BTreeMap<i64, u64>,
}

impl Histogram {
    /// Counts one match.
    pub(crate) fn add(&mut self, unix_nanos: i64) {
        let bucket = unix_nanos
            .div_euclid(NANOS_PER_SECOND)
            .div_euclid(WIDTHS[self.width]);
        *self.counts.entry(bucket).or_default() += 1;
        self.fit();
    }

    /// Adds the counts of another part.
    pub(crate) fn merge(&mut self, mut other: Histogram) {
        while self.width < other.width {
            self.widen();
        }
        while other.width < self.width {
            other.widen();
        }
        for (bucket, count) in other.counts {
            *self.counts.entry(bucket).or_default() += count;
        }
        self.fit();
    }

    /// The same matches at other times, the first and the last of which are known; a bucket moves as a whole.
    pub(crate) fn shifted(&self, nanos: i64, seen: &RangeInclusive<i64>) -> Histogram {
        let second = |nanos: &i64| nanos.div_euclid(NANOS_PER_SECOND);
        let (first, last) = (second(seen.start()), second(seen.end()));
        let width = WIDTHS[self.width];
        let mut shifted = Histogram {
            width: self.width,
            counts: BTreeMap::new(),
        };
        for (start, count) in self.buckets() {
            let middle = start.saturating_add(width / 2);
            let moved = middle.saturating_add(second(&nanos));
            let bucket = moved.min(last).max(first).div_euclid(width);
            *shifted.counts.entry(bucket).or_default() += count;
        }
        shifted.fit();
        shifted
    }

    fn fit(&mut self) {
        while self.span() > MAX_BUCKETS && self.width + 1 < WIDTHS.len() {
            self.widen();
        }
    }

    fn span(&self) -> i64 {
        match (self.counts.first_key_value(), self.counts.last_key_value()) {
            (Some((first, _)), Some((last, _))) => last.saturating_sub(*first).saturating_add(1),
            _ => 0,
        }
    }

    fn widen(&mut self) {
        let factor = WIDTHS[self.width + 1] / WIDTHS[self.width];
        self.width += 1;
        let mut wide = BTreeMap::new();
        for (bucket, count) in &self.counts {
            *wide.entry(bucket.div_euclid(factor)).or_default() += count;
        }
        self.counts = wide;
    }

    /// Seconds that a bucket is wide.
    pub fn width_seconds(&self) -> i64 {
        WIDTHS[self.width]
    }

    /// Start of each bucket that is not empty, in seconds since 1970-01-01T00:00:00Z, with its count; ascending.
    pub fn buckets(&self) -> impl Iterator<Item = (i64, u64)> {
        self.counts
            .iter()
            .map(|(bucket, count)| (bucket * WIDTHS[self.width], *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(seconds: &[i64]) -> Histogram {
        let mut histogram = Histogram::default();
        seconds
            .iter()
            .for_each(|second| histogram.add(second * NANOS_PER_SECOND));
        histogram
    }

    #[test]
    fn buckets_widen_with_the_span() {
        assert_eq!(
            of(&[0, 59, 60]).buckets().collect::<Vec<_>>(),
            [(0, 2), (60, 1)]
        );
        let wide = of(&[0, 59, 60, 7_200]);
        assert_eq!(wide.width_seconds(), 300);
        assert_eq!(wide.buckets().collect::<Vec<_>>(), [(0, 3), (7_200, 1)]);
    }

    #[test]
    fn buckets_that_move_stay_between_the_first_and_the_last_match() {
        // 812 seconds after a boot at 09:46:28 it is 10:00:00.
        let boot = 35_188;
        let nanos = |second: i64| second * NANOS_PER_SECOND;
        let uptimes = of(&[812, 830, 1_000]);
        let shifted = uptimes.shifted(nanos(boot), &(nanos(36_000)..=nanos(36_188)));
        let buckets: Vec<_> = shifted.buckets().collect();
        assert_eq!(buckets, [(36_000, 2), (36_120, 1)]);
    }

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(seconds in proptest::collection::vec(-1_000_000i64..100_000_000, 0..50), split in 0usize..50) {
            let mut reversed = seconds.clone();
            reversed.reverse();
            let (left, right) = seconds.split_at(split.min(seconds.len()));
            let mut joined = of(right);
            joined.merge(of(left));
            prop_assert_eq!(joined, of(&reversed));
        }
    }
}
