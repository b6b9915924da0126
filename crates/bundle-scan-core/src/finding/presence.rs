//! What is well: the things of which leaves that prove nothing hold, such as the pods that run.
//!
//! There may be many thousands of them, and hundreds of signatures that want to know no more than whether one is among them. What
//! one fact tells is therefore kept once: the things are grouped by which of all those leaves hold of them, their profile, and
//! of those there are few.

use std::collections::BTreeMap;

use foldhash::HashSet;

use super::group::Joined;

/// Profiles that are told apart.
const MAX_PROFILES: usize = 1 << 10;
/// Things of one profile.
const MAX_THINGS: usize = 1 << 16;

/// Things by the leaves that hold of them; the leaves by [`Keep::presence`], ascending.
///
/// [`Keep::presence`]: crate::signature::plan::Keep::presence
#[derive(Clone, Debug, Default)]
pub struct Presence {
    by_profile: BTreeMap<Vec<u64>, HashSet<Joined>>,
}

impl Presence {
    /// Adds a thing.
    pub(super) fn add(&mut self, profile: &[u64], thing: Joined) {
        match self.by_profile.get_mut(profile) {
            Some(things) => {
                things.insert(thing);
                if things.len() > 2 * MAX_THINGS {
                    bound(things);
                }
            }
            None => {
                let things = HashSet::from_iter([thing]);
                self.by_profile.insert(profile.to_vec(), things);
                self.bound_profiles();
            }
        }
    }

    /// Adds those of another part.
    pub(super) fn merge(&mut self, other: Presence) {
        for (profile, mut theirs) in other.by_profile {
            let things = self.by_profile.entry(profile).or_default();
            if things.len() < theirs.len() {
                std::mem::swap(things, &mut theirs);
            }
            things.extend(theirs);
            if things.len() > 2 * MAX_THINGS {
                bound(things);
            }
        }
        self.bound_profiles();
    }

    /// Keeps the first things of each profile: which ones does not depend on the order in which they came.
    pub fn bound(&mut self) {
        self.by_profile.values_mut().for_each(bound);
    }

    fn bound_profiles(&mut self) {
        while self.by_profile.len() > MAX_PROFILES {
            self.by_profile.pop_last();
        }
    }

    /// Whether a leaf holds of anything.
    pub fn knows(&self, leaf: u64) -> bool {
        !self.of_leaf(leaf).is_empty()
    }

    /// The things of which a leaf holds; each may be in several of the sets.
    pub fn of_leaf(&self, leaf: u64) -> Vec<&HashSet<Joined>> {
        let profiles = self.by_profile.iter();
        let mine = profiles.filter(|(leaves, _)| leaves.binary_search(&leaf).is_ok());
        mine.map(|(_, things)| things).collect()
    }
}

fn bound(things: &mut HashSet<Joined>) {
    if let Some(last) = Joined::nth(things.iter(), MAX_THINGS - 1) {
        things.retain(|thing| *thing <= last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn presence(seen: &[(Vec<u64>, usize)]) -> Presence {
        let mut presence = Presence::default();
        for (profile, thing) in seen {
            presence.add(profile, Joined::of_number(*thing));
        }
        presence
    }

    proptest! {
        #[test]
        fn what_is_well_does_not_depend_on_grouping(
            seen in proptest::collection::vec((proptest::collection::btree_set(0u64..4, 1..4), 0usize..5), 0..20),
            split in 0usize..20,
        ) {
            let seen: Vec<(Vec<u64>, usize)> =
                seen.into_iter().map(|(leaves, thing)| (leaves.into_iter().collect(), thing)).collect();
            let (left, right) = seen.split_at(split.min(seen.len()));
            let mut merged = presence(right);
            merged.merge(presence(left));
            for leaf in 0..4 {
                let expected: HashSet<Joined> = seen
                    .iter()
                    .filter(|(leaves, _)| leaves.contains(&leaf))
                    .map(|(_, thing)| Joined::of_number(*thing))
                    .collect();
                let found: HashSet<Joined> =
                    merged.of_leaf(leaf).into_iter().flatten().copied().collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
