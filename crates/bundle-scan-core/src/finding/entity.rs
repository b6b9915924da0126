//! The pods, nodes, devices ... that matches name, with how often each was named.

/// Values of one entity with their counts. Beyond the cap only the smallest values (in byte order) are kept: a rule that
/// gives the same result in any order of arrival, with exact counts for what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Ascending by value. Mostly there are a few, of each of thousands of groups: a list is far smaller than a map.
    counts: Vec<(String, u64)>,
    capped: bool,
}

impl Values {
    /// Counts a value.
    pub fn add(&mut self, value: &str, count: u64, cap: usize) {
        // Of thousands of values most come behind those that are kept.
        let is_full = self.counts.len() >= cap;
        if is_full
            && self
                .counts
                .last()
                .is_none_or(|(last, _)| last.as_str() < value)
        {
            self.capped = true;
            return;
        }
        let place = self
            .counts
            .binary_search_by(|(known, _)| known.as_str().cmp(value));
        match place {
            Ok(place) => self.counts[place].1 += count,
            Err(place) => {
                if is_full {
                    self.capped = true;
                    self.counts.truncate(cap - 1);
                }
                self.counts.insert(place, (value.to_owned(), count));
            }
        }
    }

    /// Adds the counts of another part.
    pub fn merge(&mut self, other: Values, cap: usize) {
        self.capped |= other.capped;
        for (value, count) in other.counts {
            self.add(&value, count, cap);
        }
    }

    /// Values and counts, most frequent first, then by value.
    pub fn ranked(&self) -> Vec<(&str, u64)> {
        let mut ranked: Vec<(&str, u64)> = self
            .counts
            .iter()
            .map(|(value, count)| (value.as_str(), *count))
            .collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        ranked
    }

    /// How many different values are kept.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether no value was counted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Whether there were more values than are kept.
    pub fn is_capped(&self) -> bool {
        self.capped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(
            values in proptest::collection::vec("[a-e]{1,2}", 0..40),
            split in 0usize..40,
            cap in 1usize..6,
        ) {
            let mut whole = Values::default();
            values.iter().rev().for_each(|value| whole.add(value, 1, cap));
            let (left, right) = values.split_at(split.min(values.len()));
            let (mut a, mut b) = (Values::default(), Values::default());
            left.iter().for_each(|value| a.add(value, 1, cap));
            right.iter().for_each(|value| b.add(value, 1, cap));
            b.merge(a, cap);
            prop_assert_eq!(b, whole);
        }
    }
}
