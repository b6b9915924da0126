//! How often lines matched, each counted once however many logs of the bundle hold it.
//!
//! The same record stands in `messages`, in the journal and in the log of its unit; a log of a pod is there under two paths. A line that says
//! when it was written is therefore known by its text and that time, and counts as often as in the stream that has it most often:
//! within one stream, which is a log with its rotations, equal lines are kept apart.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

use crate::base::time::{NANOS_PER_SECOND, Reading, Scale};
use crate::record::Record;

/// Lines told apart of the matches of a signature.
const MATCHES: usize = 1 << 13;

/// Stamps of one moment in two zones differ by quarters of an hour, so this is all that is compared of them, in seconds.
const QUARTER: i64 = 900;

/// A line in a log that may stand in other logs too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinePlace {
    /// The line, whichever log it stands in; see [`identity`].
    pub line: u64,
    /// The log with its rotations.
    pub stream: u32,
}

/// Occurrences. Merges in any order. `MAX_LINES` lines are told apart: those with the smallest hashes, which are a fair sample
/// of all.
#[derive(Clone, Debug, Default)]
pub struct Occurrences<const MAX_LINES: usize = MATCHES> {
    /// Of lines that cannot be recognised in another stream.
    unknown: u64,
    /// Of lines with larger hashes than those that are told apart.
    beyond: u64,
    /// The largest place that is told apart, once there were too many.
    last: Option<LinePlace>,
    /// Places that are told apart, unsorted and perhaps several times.
    places: Vec<(LinePlace, u64)>,
}

/// What a line is recognised by: `None` if it does not say when it was written.
pub fn identity(record: &Record<'_>) -> Option<u64> {
    let moment = match (record.uptime, record.reading?) {
        (Some(uptime), _) => uptime,
        (None, reading) => moment(reading)?,
    };
    let mut hash = FixedState::default().build_hasher();
    hash.write_i64(moment);
    hash.write(&record.text);
    Some(hash.finish())
}

fn moment(reading: Reading) -> Option<i64> {
    match reading.scale {
        Scale::Absolute | Scale::Zoneless | Scale::Yearless => Some(
            reading
                .nanos
                .div_euclid(NANOS_PER_SECOND)
                .rem_euclid(QUARTER),
        ),
        Scale::Uptime => Some(reading.nanos),
        Scale::Ago => None,
    }
}

impl<const MAX_LINES: usize> Occurrences<MAX_LINES> {
    /// Adds a line that stands for `repeats` occurrences.
    pub fn add(&mut self, place: Option<LinePlace>, repeats: u64) {
        match place {
            Some(place) => self.add_at(place, repeats),
            None => self.unknown = self.unknown.saturating_add(repeats),
        }
    }

    fn add_at(&mut self, place: LinePlace, repeats: u64) {
        if self.last.is_some_and(|last| place > last) {
            self.beyond = self.beyond.saturating_add(repeats);
            return;
        }
        // Most groups have one match only.
        if self.places.is_empty() {
            self.places.reserve_exact(1);
        }
        self.places.push((place, repeats));
        if self.places.len() > 2 * MAX_LINES {
            self.bound();
        }
    }

    /// Adds those of another part.
    pub fn merge(&mut self, other: Self) {
        self.unknown = self.unknown.saturating_add(other.unknown);
        self.beyond = self.beyond.saturating_add(other.beyond);
        if self.places.is_empty() && self.last.is_none() {
            (self.places, self.last) = (other.places, other.last);
            return;
        }
        for (place, count) in other.places {
            self.add_at(place, count);
        }
        // What the other part no longer tells apart, this one cannot either.
        if let Some(last) = other
            .last
            .filter(|theirs| self.last.is_none_or(|mine| *theirs < mine))
        {
            self.last = Some(last);
            self.bound();
        }
    }

    /// Keeps the smallest places, each once.
    fn bound(&mut self) {
        let mut sorted = std::mem::take(&mut self.places);
        sorted.sort_unstable_by_key(|(place, _)| *place);
        for (place, count) in sorted {
            let is_beyond = self.last.is_some_and(|last| place > last);
            let is_full = self.places.len() == MAX_LINES;
            match self.places.last_mut() {
                Some((known, sum)) if *known == place => *sum = sum.saturating_add(count),
                Some((known, _)) if is_full => {
                    self.last = Some(*known);
                    self.beyond = self.beyond.saturating_add(count);
                }
                _ if is_beyond => self.beyond = self.beyond.saturating_add(count),
                _ => self.places.push((place, count)),
            }
        }
    }

    /// How many there are. Of more lines than are told apart, as many are taken for copies as among those that are.
    pub fn count(&self) -> u64 {
        let mut known = self.clone();
        known.bound();
        let mut by_line: BTreeMap<u64, u64> = BTreeMap::new();
        for (place, count) in &known.places {
            let most = by_line.entry(place.line).or_default();
            *most = (*most).max(*count);
        }
        let all = sum(known.places.iter().map(|(_, count)| *count));
        let distinct = sum(by_line.into_values());
        let beyond = u128::from(known.beyond) * u128::from(distinct) / u128::from(all.max(1));
        let beyond = u64::try_from(beyond).unwrap_or(u64::MAX);
        distinct
            .saturating_add(beyond)
            .saturating_add(known.unknown)
    }
}

fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;
    use crate::record::clock::Clock;
    use crate::source::classify;
    use proptest::prelude::*;

    fn counted(places: &[(u64, u32)]) -> Occurrences {
        let mut all = Occurrences::default();
        for (line, stream) in places.iter().copied() {
            all.add(Some(LinePlace { line, stream }), 1);
        }
        all
    }

    fn sample(of: &Occurrences) -> (u64, Vec<(LinePlace, u64)>) {
        let mut of = of.clone();
        of.bound();
        (of.beyond, of.places)
    }

    #[test]
    fn a_line_counts_as_often_as_in_the_stream_that_has_it_most_often() {
        assert_eq!(counted(&[(1, 1), (1, 2)]).count(), 1);
        assert_eq!(counted(&[(1, 1), (1, 1), (1, 2)]).count(), 2);
        assert_eq!(counted(&[(1, 1), (2, 2), (2, 3)]).count(), 2);
        let mut all = counted(&[(1, 1)]);
        all.add(None, 3);
        assert_eq!(all.count(), 4);
    }

    #[test]
    fn of_many_lines_as_many_are_copies_as_of_those_told_apart() {
        let lines = |stream| {
            (0..100_000u64).map(move |line| (line.wrapping_mul(0x9e37_79b9_7f4a_7c15), stream))
        };
        let alone: Vec<_> = lines(1).collect();
        assert_eq!(counted(&alone).count(), 100_000);
        let twice: Vec<_> = lines(1).chain(lines(2)).collect();
        let count = counted(&twice).count();
        assert!((99_900..100_100).contains(&count), "{count}");
        let mut merged = counted(&alone);
        merged.merge(counted(&lines(2).rev().collect::<Vec<_>>()));
        assert_eq!(sample(&merged), sample(&counted(&twice)));
    }

    #[test]
    fn a_record_is_known_by_its_text_and_its_time_in_any_zone() {
        let of = |path: &str, line: &str| {
            let source = classify(&MemberPath::new(path), line.as_bytes());
            identity(&Record::read(line.as_bytes(), &source, &Clock::default()))
        };
        let messages = of(
            "var/log/messages",
            "Mar 10 10:17:41 n1 kubelet[812]: it failed",
        );
        assert!(messages.is_some());
        let journal = "2026-03-10T02:17:41.075997+00:00 n1 kubelet[812]: it failed";
        assert_eq!(of("journal.log", journal), messages);
        let later = "Mar 10 10:17:42 n1 kubelet[812]: it failed";
        assert_ne!(of("var/log/messages", later), messages);
        assert_eq!(of("app.log", "it failed"), None);
        let ring = of("dmesg", "[12345.678901] it failed");
        let logged = "Mar 10 10:17:41 n1 kernel: [12345.678901] it failed";
        assert_eq!(of("var/log/messages", logged), ring);
    }

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(
            places in proptest::collection::vec((0u64..4, 0u32..3), 0..20),
            split in 0usize..20,
        ) {
            let (left, right) = places.split_at(split.min(places.len()));
            let mut merged = counted(right);
            merged.merge(counted(left));
            prop_assert_eq!(merged.count(), counted(&places).count());
        }
    }
}
