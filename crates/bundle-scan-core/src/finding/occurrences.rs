//! How often lines matched, each counted once however many logs of the bundle hold it.
//!
//! The same record stands in `messages`, in the journal and in the log of its unit; a log of a pod is there under two paths. A line that says
//! when it was written is therefore known by its text and that time, and counts as often as in the stream that has it most often:
//! within one stream, which is a log with its rotations, equal lines are kept apart.

use std::collections::BTreeMap;

use crate::base::hash::Fnv1a;
use crate::base::time::{NANOS_PER_SECOND, Reading, Scale};
use crate::record::Record;

/// Lines told apart: those with the smallest hashes. The others count in each stream that has them.
const MAX_LINES: usize = 1 << 16;

/// Stamps of one moment in two zones differ by quarters of an hour, so this is all that is compared of them, in seconds.
const QUARTER: i64 = 900;

/// A line, whichever stream it stands in, and the stream.
pub type Place = (u64, u32);

/// Occurrences. Merges in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// Of lines that cannot be recognised in another stream.
    others: u64,
    by_place: BTreeMap<Place, u64>,
}

/// What a line is recognised by: `None` if it does not say when it was written.
pub fn identity(record: &Record<'_>) -> Option<u64> {
    let moment = match (record.uptime, record.reading?) {
        (Some(uptime), _) => uptime,
        (None, reading) => moment(reading)?,
    };
    let mut hash = Fnv1a::default();
    hash.add(&moment.to_le_bytes());
    hash.add(&record.text);
    Some(hash.0)
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

impl Occurrences {
    /// Adds a line that stands for `repeats` occurrences.
    pub fn add(&mut self, place: Option<Place>, repeats: u64) {
        match place {
            Some(place) => self.add_at(place, repeats),
            None => self.others = self.others.saturating_add(repeats),
        }
    }

    fn add_at(&mut self, place: Place, repeats: u64) {
        let count = self.by_place.entry(place).or_default();
        *count = count.saturating_add(repeats);
        if self.by_place.len() > MAX_LINES
            && let Some((_, count)) = self.by_place.pop_last()
        {
            self.others = self.others.saturating_add(count);
        }
    }

    /// Adds those of another part.
    pub fn merge(&mut self, other: Occurrences) {
        self.others = self.others.saturating_add(other.others);
        for (place, count) in other.by_place {
            self.add_at(place, count);
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        let mut sum = self.others;
        let mut last = None;
        let mut most = 0;
        for ((line, _), count) in &self.by_place {
            if last != Some(*line) {
                sum = sum.saturating_add(most);
                (last, most) = (Some(*line), 0);
            }
            most = most.max(*count);
        }
        sum.saturating_add(most)
    }
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
        places.iter().for_each(|place| all.add(Some(*place), 1));
        all
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
            prop_assert_eq!(merged, counted(&places));
        }
    }
}
